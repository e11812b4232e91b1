//! 義務の知らせ.

use sekisho_regulation::Date;

use crate::view;

view! {
    /// 義務の知らせの状態: what was last told of each thing due.
    Raised: Register "duties_raised", "義務の知らせの状態" {
        id: String = Text, "番号";
        duty: String = Code("duty"), "義務";
        subject: Option<String> = Text, "対象";
        day: Date = Day, "期日";
        standing: String = Code("standing"), "状態";
        raised_at: i64 = Instant, "知らせた日時";
        evidence: i64 = Evidence, "記録";
    }
}

view! {
    /// 義務の知らせ: what was told to whom, and when.
    Reminder: Journal "reminders", "義務の知らせ" {
        seq: i64 = Evidence, "記録";
        at: i64 = Instant, "知らせた日時";
        duty: String = Code("duty"), "義務";
        subject: Option<String> = Text, "対象";
        day: Date = Day, "期日";
        standing: String = Code("standing"), "状態";
        people: String = People, "知らせた人";
        evidence: i64 = Evidence, "記録";
    }
}
