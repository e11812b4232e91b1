//! A year of ordinary use, day by day, with a few things that should not have happened: a card lost
//! and reported late, look-ups at night, a forgotten exit, a key kept too long, a leaver who tries
//! once more. They are planted so that the books have something to find.

use std::collections::BTreeMap;

use sekisho_ledgers::Registers as _;
use sekisho_ledgers::identity::record::IdentityRecord;
use sekisho_ledgers::identity::search::SearchInput;
use sekisho_ledgers::kinds::entry;
use sekisho_ledgers::kinds::entry::view::EntryPermit;
use sekisho_ledgers::spec::Form;
use sekisho_regulation::Date;

use super::roster::Official;
use super::{DemoError, PASSWORD, at, quick_hash};
use crate::desk::{ChangePassword, Desk, Hit, Live, Outcome, PrintForm, SignIn};
use crate::platform::StagedClock;

/// Days after which an invented person changes the password; the term is 90.
const PASSWORD_DAYS: i64 = 80;

pub(super) struct Year<'a> {
    pub(super) desk: &'a Desk,
    pub(super) clock: &'a StagedClock,
    pub(super) staff: &'a [Official],
    pub(super) people: &'a [IdentityRecord],
    pub(super) first: Date,
    pub(super) today: Date,
}

struct Seat {
    token: String,
    live: Live,
}

/// What changes from day to day.
struct Diary {
    random: u64,
    /// The number of the card that each person holds.
    cards: BTreeMap<String, String>,
    /// How often each person has changed the password.
    changes: BTreeMap<String, i64>,
    /// Who has left.
    gone: Vec<String>,
}

impl Diary {
    fn below(&mut self, n: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random % u64::try_from(n.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    fn password(&self, person: &str) -> String {
        match self.changes.get(person).copied().unwrap_or(0) {
            0 => PASSWORD.to_owned(),
            n => format!("Kaede{n}-Asagiri"),
        }
    }
}

fn form(fields: &[(&str, &str)]) -> Form {
    fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

impl Year<'_> {
    /// Plays the year.
    pub(super) fn play(&self, say: &mut dyn FnMut(&str)) -> Result<(), DemoError> {
        let mut diary =
            Diary { random: super::SEED, cards: BTreeMap::new(), changes: BTreeMap::new(), gone: Vec::new() };
        let holders = self.staff.iter().filter(|one| one.card_kind.is_some());
        for (n, one) in (1..).zip(holders) {
            diary.cards.insert(one.id.clone(), format!("C{n:04}"));
        }
        self.import(&diary)?;
        let days = self.today.days() - self.first.days();
        for n in 1..days {
            let day = self.first.plus_days(n);
            if n % 60 == 0 {
                say(&format!("{}まで記録しました", day.wareki()));
            }
            if days - n == 25 {
                self.wrong_passwords(&mut diary, day)?;
            }
            if is_working(day) {
                self.working_day(&mut diary, day)?;
            }
            self.evening(&mut diary, day, days - n)?;
        }
        self.last_passwords(&mut diary)
    }

    fn import(&self, diary: &Diary) -> Result<(), DemoError> {
        self.clock.set(at(self.first, 9, 0));
        let mut bytes = Vec::new();
        bytes.extend(sekisho_ledgers::identity::export::utf8(&sekisho_ledgers::identity::export::table(
            self.people,
            sekisho_ledgers::identity::reveal::Reveal::ALL,
            self.desk.reasons(),
        )));
        let seat = self.sit(diary, "CS-01", self.by_post("jumin_kacho"), None)?;
        match self.desk.import(&seat.live, "住民記録.csv", &bytes)? {
            Outcome::Done(_, receipt) if receipt.decision.allowed => {}
            Outcome::Done(_, receipt) | Outcome::Refused(receipt) => return Err(refused("identity.import", &receipt)),
        }
        self.rise(&seat);
        Ok(())
    }

    fn by_post(&self, post: &str) -> &Official {
        let found = self.staff.iter().find(|one| one.post == post);
        found.unwrap_or_else(|| self.staff.first().unwrap_or(&EMPTY))
    }

    fn clerks(&self, diary: &Diary) -> Vec<&Official> {
        let clerk = |one: &&Official| matches!(one.post.as_str(), "jumin_shuji" | "jumin_kakaricho" | "jumin_shukan");
        self.staff.iter().filter(clerk).filter(|one| !diary.gone.contains(&one.id)).collect()
    }

    fn sit(&self, diary: &Diary, terminal: &str, who: &Official, capacity: Option<&str>) -> Result<Seat, DemoError> {
        let card = diary.cards.get(&who.id).cloned().unwrap_or_default();
        self.desk.readers().insert(terminal, &card);
        let input = SignIn {
            terminal: terminal.to_owned(),
            password: diary.password(&who.id),
            capacity: capacity.map(str::to_owned),
        };
        match self.desk.sign_in(&input)? {
            Outcome::Done((token, live), _) => Ok(Seat { token, live }),
            Outcome::Refused(receipt) => Err(refused(&format!("session.open ({})", who.post), &receipt)),
        }
    }

    fn rise(&self, seat: &Seat) {
        self.desk.sign_out(&seat.token);
        self.desk.readers().pull(&seat.live.terminal);
    }

    fn act(&self, seat: &Seat, act: &str, fields: &[(&str, &str)]) -> Result<u64, DemoError> {
        match self.desk.form(&seat.live, act, &form(fields))? {
            Outcome::Done((), receipt) => Ok(receipt.seq),
            Outcome::Refused(receipt) => Err(refused(act, &receipt)),
        }
    }

    fn working_day(&self, diary: &mut Diary, day: Date) -> Result<(), DemoError> {
        let clerks: Vec<Official> = self.clerks(diary).into_iter().cloned().collect();
        if clerks.is_empty() {
            return Ok(());
        }
        let start = diary.below(clerks.len());
        let shift: Vec<&Official> = clerks.iter().cycle().skip(start).take(2).collect();
        self.clock.set(at(day, 8, 15));
        self.renew(diary, "T-02", self.by_post("jumin_hosa"), day)?;
        let desk_seat = self.sit(diary, "T-02", self.by_post("jumin_hosa"), None)?;
        for one in &shift {
            let fields = [
                ("room", "madoguchi"),
                ("person", &*one.id),
                ("staff_id", &*one.employee_no),
                ("badge", "職員"),
                ("purpose", "窓口業務"),
            ];
            self.act(&desk_seat, "entry.enter", &fields)?;
        }
        self.rise(&desk_seat);
        for (half, one) in shift.iter().enumerate() {
            let from = 8 * 60 + 35 + i64::try_from(half).unwrap_or(0) * 270;
            self.clock.set(at(day, 0, from));
            self.renew(diary, "T-01", one, day)?;
            let seat = self.sit(diary, "T-01", one, None)?;
            for n in 0..(2 + diary.below(5)) {
                self.clock.set(at(day, 0, from + 3 + i64::try_from(n).unwrap_or(0) * 11));
                self.counter(diary, &seat, day)?;
            }
            self.rise(&seat);
        }
        if day.weekday() == 1 {
            self.server_room(diary, day)?;
        }
        if day.day() <= 7 && day.weekday() == 2 {
            self.monthly(diary, day)?;
        }
        self.clock.set(at(day, 17, 20));
        let seat = self.sit(diary, "T-02", self.by_post("jumin_hosa"), None)?;
        let forgets = day == self.today.plus_days(-12);
        for row in self.desk.house().read(|books| entry::inside(books, Some("madoguchi"))) {
            if !(forgets && row.person.as_deref() == shift.first().map(|one| one.id.as_str())) {
                self.act(&seat, "entry.leave", &[("entry_no", &row.entry_no), ("room", "madoguchi")])?;
            }
        }
        self.rise(&seat);
        Ok(())
    }

    /// One resident at the counter: searched, shown, and sometimes a form printed.
    fn counter(&self, diary: &mut Diary, seat: &Seat, day: Date) -> Result<(), DemoError> {
        let Some(person) = self.people.get(diary.below(self.people.len())) else { return Ok(()) };
        let purposes = &self.desk.profile().settings.purposes;
        let Some(purpose) = purposes.get(diary.below(purposes.len())) else { return Ok(()) };
        let basis = format!("受付{}-{:04}", day.month(), diary.below(10_000));
        let mut input = SearchInput::default();
        if diary.below(10) < 6 || person.name_kana.is_none() {
            input.juki_code = person.juki_code.to_string();
        } else {
            input.kana = person.name_kana.as_ref().map_or_else(String::new, |kana| kana.as_str().to_owned());
            input.birth = person.birth_date.to_string();
        }
        if diary.below(60) == 0 {
            // Somebody is in a hurry and gives no purpose; the gate refuses, and that is on record.
            self.desk.search(&seat.live, "", &basis, &input)?;
        }
        let hits = self.search(seat, &purpose.code, &basis, &input)?;
        let Some(hit) = hits.first() else { return Ok(()) };
        let Some(live) = self.desk.live(&seat.token) else { return Ok(()) };
        self.desk.show(&live, &hit.subject)?;
        let forms = &self.desk.profile().settings.forms;
        let fits = |form: &&sekisho_regulation::profile::Form| form.fields.iter().all(|f| purpose.reveals.contains(f));
        let fitting: Vec<_> = forms.iter().filter(fits).collect();
        if diary.below(10) >= 4 {
            return Ok(());
        }
        let Some(form) = fitting.get(diary.below(fitting.len())) else { return Ok(()) };
        let applicant = hit.fields.iter().find(|(code, _, _)| code == "name").map_or("本人", |(_, _, text)| text);
        let print = PrintForm {
            subject: hit.subject.clone(),
            form: form.code.clone(),
            applicant: applicant.to_owned(),
            quantity: "1".to_owned(),
            remarks: String::new(),
        };
        self.desk.print(&live, &print)?;
        Ok(())
    }

    fn search(&self, seat: &Seat, purpose: &str, basis: &str, input: &SearchInput) -> Result<Vec<Hit>, DemoError> {
        match self.desk.search(&seat.live, purpose, basis, input)? {
            Outcome::Done(hits, _) => Ok(hits),
            Outcome::Refused(receipt) => Err(refused("identity.search", &receipt)),
        }
    }

    /// The weekly round in the server room: key lent, in and out, key back.
    fn server_room(&self, diary: &mut Diary, day: Date) -> Result<(), DemoError> {
        let engineer = self.by_post("kikaku_kakaricho").clone();
        self.clock.set(at(day, 15, 0));
        self.renew(diary, "W-02", self.by_post("kikaku_kacho"), day)?;
        let seat = self.sit(diary, "W-02", self.by_post("kikaku_kacho"), Some("entry_manager_densan"))?;
        let due = day.to_string();
        let lend = [
            ("key_no", "K-D1"),
            ("room", "densan"),
            ("person", &*engineer.id),
            ("purpose", "定期点検"),
            ("due", &*due),
        ];
        let keeps = day.days() > self.today.days() - 7;
        let lent = self.desk.form(&seat.live, "key.lend", &form(&lend))?;
        let enter = [
            ("room", "densan"),
            ("person", &*engineer.id),
            ("staff_id", &*engineer.employee_no),
            ("purpose", "機器の定期点検"),
        ];
        let entered = self.act(&seat, "entry.enter", &enter)?;
        self.clock.set(at(day, 15, 12));
        let number = format!("N{entered:06}");
        let leave = [("entry_no", &*number), ("room", "densan"), ("staff_id", &*engineer.employee_no)];
        self.act(&seat, "entry.leave", &leave)?;
        if !keeps && matches!(lent, Outcome::Done(..)) {
            self.act(&seat, "key.return", &[("key_no", "K-D1"), ("room", "densan")])?;
        }
        self.rise(&seat);
        Ok(())
    }

    /// Once a month: a visitor from the maintenance company, and the inspection of the history.
    fn monthly(&self, diary: &mut Diary, day: Date) -> Result<(), DemoError> {
        self.clock.set(at(day, 14, 40));
        self.renew(diary, "W-02", self.by_post("kikaku_kacho"), day)?;
        let seat = self.sit(diary, "W-02", self.by_post("kikaku_kacho"), Some("entry_manager_densan"))?;
        let visitor =
            [("visitor", "保守 太一"), ("affiliation", "架空システム保守株式会社"), ("purpose", "機器の保守点検")];
        let (from, to) = (day.to_string(), day.plus_days(1).to_string());
        let period = [("room", "densan"), ("from", &*from), ("to", &*to)];
        let permit = self.act(&seat, "entry.permit", &[visitor.as_slice(), &period].concat())?;
        let permit_no = format!("P{permit:06}");
        debug_assert!(
            self.desk.house().read(|books| books.get::<EntryPermit>(&permit_no)).is_some(),
            "the permit is in the book"
        );
        let engineer = self.by_post("kikaku_kakaricho").id.clone();
        let place = [("room", "densan"), ("permit_no", &*permit_no), ("entry_card_no", "V-01"), ("escort", &*engineer)];
        let entered = self.act(&seat, "entry.enter", &[visitor.as_slice(), &place].concat())?;
        self.clock.set(at(day, 14, 54));
        self.act(&seat, "entry.leave", &[("entry_no", &*format!("N{entered:06}")), ("room", "densan")])?;
        self.rise(&seat);
        self.clock.set(at(day, 16, 30));
        self.renew(diary, "T-02", self.by_post("jumin_kacho"), day)?;
        let seat = self.sit(diary, "T-02", self.by_post("jumin_kacho"), Some("access_manager"))?;
        self.act(&seat, "history.inspect", &[("question", "period"), ("reason", "月次の点検")])?;
        self.act(&seat, "log.publish", &[("to", "総務課 書庫（紙）")])?;
        self.rise(&seat);
        Ok(())
    }

    /// Changes the password in time.
    fn renew(&self, diary: &mut Diary, terminal: &str, who: &Official, day: Date) -> Result<(), DemoError> {
        let account = self.desk.house().read(|books| sekisho_ledgers::kinds::session::account(books, &who.id));
        let set_on = account.map_or(self.first, |account| account.password_set_on);
        if day.days() - set_on.days() < PASSWORD_DAYS {
            return Ok(());
        }
        let old = diary.password(&who.id);
        *diary.changes.entry(who.id.clone()).or_insert(0) += 1;
        let new = diary.password(&who.id);
        self.change(diary, terminal, who, &old, &new, quick_hash(&new)?)
    }

    fn change(
        &self,
        diary: &Diary,
        terminal: &str,
        who: &Official,
        old: &str,
        new: &str,
        phc: String,
    ) -> Result<(), DemoError> {
        self.desk.readers().insert(terminal, diary.cards.get(&who.id).map_or("", String::as_str));
        let change = ChangePassword {
            terminal: terminal.to_owned(),
            old: old.to_owned(),
            new: new.to_owned(),
            again: new.to_owned(),
        };
        match self.desk.put_password(&change, who.id.clone(), phc)? {
            Outcome::Done((), _) => {
                self.desk.readers().pull(terminal);
                Ok(())
            }
            Outcome::Refused(receipt) => Err(refused("password.change", &receipt)),
        }
    }

    /// At the end everybody has the password that the console prints, hashed with the full cost.
    fn last_passwords(&self, diary: &mut Diary) -> Result<(), DemoError> {
        self.clock.set(at(self.today, 0, 1).min(crate::platform::now_ms()));
        let holders: Vec<&Official> = self.staff.iter().filter(|one| one.card_kind.is_some()).collect();
        for one in holders.into_iter().filter(|one| !diary.gone.contains(&one.id)) {
            let phc = self.desk.hash(PASSWORD)?;
            let old = diary.password(&one.id);
            self.change(diary, "T-02", one, &old, PASSWORD, phc)?;
        }
        Ok(())
    }

    /// Evenings on which something happens that should not.
    fn evening(&self, diary: &mut Diary, day: Date, days_left: i64) -> Result<(), DemoError> {
        match days_left {
            40 | 37 | 33 => self.night(diary, day),
            150 => self.lose_card(diary, day),
            90 => self.somebody_leaves(diary, day),
            _ => Ok(()),
        }
    }

    fn night(&self, diary: &mut Diary, day: Date) -> Result<(), DemoError> {
        let clerks: Vec<Official> = self.clerks(diary).into_iter().cloned().collect();
        let (Some(who), Some(person)) = (clerks.last(), self.people.get(77)) else { return Ok(()) };
        self.clock.set(at(day, 22, 40));
        self.renew(diary, "T-01", who, day)?;
        let seat = self.sit(diary, "T-01", who, None)?;
        let input = SearchInput { juki_code: person.juki_code.to_string(), ..SearchInput::default() };
        let hits = self.search(&seat, "inquiry", "電話", &input)?;
        if let (Some(hit), Some(live)) = (hits.first(), self.desk.live(&seat.token)) {
            self.desk.show(&live, &hit.subject)?;
        }
        self.rise(&seat);
        Ok(())
    }

    fn lose_card(&self, diary: &mut Diary, day: Date) -> Result<(), DemoError> {
        let clerks: Vec<Official> = self.clerks(diary).into_iter().cloned().collect();
        let Some(who) = clerks.first() else { return Ok(()) };
        let Some(card) = diary.cards.get(&who.id).cloned() else { return Ok(()) };
        self.clock.set(at(day, 18, 0));
        self.renew(diary, "T-02", self.by_post("jumin_kacho"), day)?;
        let seat = self.sit(diary, "T-02", self.by_post("jumin_kacho"), Some("access_manager"))?;
        let (lost, known) = (day.plus_days(-9).to_string(), day.plus_days(-2).to_string());
        let report = [
            ("card_no", &*card),
            ("lost_on", &*lost),
            ("known_on", &*known),
            ("circumstances", "出張の荷物の中で見当たらなくなった。"),
        ];
        self.act(&seat, "card.report_lost", &report)?;
        self.clock.set(at(day, 18, 4));
        self.act(&seat, "card.revoke", &[("card_no", &*card), ("reason", "紛失のため")])?;
        let fresh = format!("C{:04}", diary.cards.len() + 1);
        let signed = [("lender_signed", "on"), ("borrower_signed", "on")];
        self.act(&seat, "card.lend", &[[("card_no", &*fresh), ("person", &*who.id)].as_slice(), &signed].concat())?;
        diary.cards.insert(who.id.clone(), fresh);
        self.rise(&seat);
        Ok(())
    }

    /// A clerk leaves; the card comes back late, and was tried once more.
    fn somebody_leaves(&self, diary: &mut Diary, day: Date) -> Result<(), DemoError> {
        let who = self.clerks(diary).into_iter().rfind(|one| one.post == "jumin_shuji").cloned();
        let Some(who) = who else { return Ok(()) };
        self.clock.set(at(day, 18, 10));
        self.renew(diary, "W-01", self.by_post("somu_hosa"), day)?;
        let seat = self.sit(diary, "W-01", self.by_post("somu_hosa"), Some("personnel"))?;
        let yesterday = day.plus_days(-1).to_string();
        self.act(&seat, "person.leave", &[("person", &*who.id), ("on", &*yesterday)])?;
        self.rise(&seat);
        diary.gone.push(who.id.clone());
        self.clock.set(at(day, 18, 30));
        let card = diary.cards.get(&who.id).cloned().unwrap_or_default();
        self.desk.readers().insert("T-01", &card);
        let input = SignIn { terminal: "T-01".to_owned(), password: diary.password(&who.id), capacity: None };
        self.desk.sign_in(&input)?;
        self.desk.readers().pull("T-01");
        Ok(())
    }

    fn wrong_passwords(&self, diary: &mut Diary, day: Date) -> Result<(), DemoError> {
        let clerks: Vec<Official> = self.clerks(diary).into_iter().cloned().collect();
        let Some(who) = clerks.get(1) else { return Ok(()) };
        let card = diary.cards.get(&who.id).cloned().unwrap_or_default();
        for minute in 0..5 {
            self.clock.set(at(day, 7, 50 + minute));
            self.desk.readers().insert("T-01", &card);
            let password = format!("Momiji-{minute}");
            self.desk.sign_in(&SignIn { terminal: "T-01".to_owned(), password, capacity: None })?;
        }
        self.desk.readers().pull("T-01");
        self.clock.set(at(day, 8, 5));
        self.renew(diary, "T-02", self.by_post("jumin_kacho"), day)?;
        let seat = self.sit(diary, "T-02", self.by_post("jumin_kacho"), Some("access_manager"))?;
        self.act(
            &seat,
            "account.unlock",
            &[("person", &*who.id), ("reason", "本人を確認した。打ち間違いによるもの。")],
        )?;
        self.rise(&seat);
        Ok(())
    }
}

/// Whether the office is open: not at weekends, nor on the first three days of the year.
fn is_working(day: Date) -> bool {
    let new_year = day.month() == 1 && day.day() <= 3;
    !(matches!(day.weekday(), 0 | 6) || new_year)
}

static EMPTY: Official = Official {
    id: String::new(),
    name: String::new(),
    kana: String::new(),
    birth: Date::EPOCH,
    employee_no: String::new(),
    post: String::new(),
    section: String::new(),
    card_kind: None,
};

fn refused(act: &str, receipt: &sekisho_ledgers::Receipt) -> DemoError {
    DemoError::Refused { act: act.to_owned(), sentence: receipt.decision.sentence.to_string() }
}
