//! Where staff do some things only after it was granted: what they ask for, and what becomes of it.

use sekisho_regulation::Date;

use super::{Diary, Year};
use crate::demo::DemoError;

/// The day of the week on which somebody asks: Thursday.
const WEEKDAY: i64 = 4;
/// Days before the end of the year from which an application is left lying.
const LEFT_LYING: i64 = 8;

/// What is asked for in turn: kind, thing, what is done, reason.
const WISHES: [(&str, &str, &str, &str); 3] = [
    ("take_out", "可搬型端末 N-07", "訪問調査に持ち出し、当日のうちに戻す。", "利用者の自宅での調査のため"),
    ("copy", "調査票データ", "暗号化した記録媒体に写し、会議のあとで消去する。", "審査会の資料とするため"),
    ("take_out", "記録媒体 M-12", "審査会の会場に持ち出し、当日のうちに戻す。", "審査会の資料を示すため"),
];

impl Year<'_> {
    /// Somebody applies, the officer of the section grants it, and what was done is written down. The
    /// last application is left lying, and so are some reports.
    pub(super) fn permission(&self, diary: &mut Diary, day: Date) -> Result<(), DemoError> {
        let clerks = self.clerks(diary);
        let Some(who) = clerks.get(diary.below(clerks.len())) else { return Ok(()) };
        let Some(officer) = self.players.with_power_in("permissions", &who.section) else { return Ok(()) };
        if i64::from(day.weekday()) != WEEKDAY {
            return Ok(());
        }
        let Some(clerk) = self.at_counter(who) else { return Ok(()) };
        let Some((kind, item, content, reason)) = WISHES.get(diary.below(WISHES.len())) else { return Ok(()) };
        self.clock.set(day.at(16, 40));
        self.renew(diary, &clerk, day)?;
        let Some(seat) = self.sit(diary, &clerk)? else { return Ok(()) };
        let date = day.to_string();
        let apply = [
            ("kind", *kind),
            ("section", &*who.section),
            ("item", *item),
            ("content", *content),
            ("reason", *reason),
            ("from", &*date),
            ("to", &*date),
        ];
        let applied = self.act(&seat, "permission.apply", &apply)?;
        self.rise(&seat);
        let Some(applied) = applied.filter(|_| day.days() < self.today.days() - LEFT_LYING) else { return Ok(()) };
        let number = format!("K{applied:06}");
        self.clock.set(day.at(16, 45));
        self.renew(diary, &officer, day)?;
        let Some(seat) = self.sit(diary, &officer)? else { return Ok(()) };
        let grants = diary.below(8) > 0;
        let (decision, why) = if grants {
            ("grant", "業務に要り、扱い方も定めのとおりのため")
        } else {
            ("refuse", "庁内で足りるため")
        };
        let number = number.as_str();
        let decide = [("permission_no", number), ("decision", decision), ("reason", why), ("mode", "written")];
        self.act(&seat, "permission.decide", &decide)?;
        self.rise(&seat);
        if !grants || diary.below(6) == 0 {
            return Ok(());
        }
        self.clock.set(day.at(17, 10));
        let Some(seat) = self.sit(diary, &clerk)? else { return Ok(()) };
        let done =
            [("permission_no", number), ("done_on", &*date), ("done_by", &*who.id), ("result", "申請のとおり行った。")];
        self.act(&seat, "permission.complete", &done)?;
        self.rise(&seat);
        Ok(())
    }
}
