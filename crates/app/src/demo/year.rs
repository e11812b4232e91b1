//! A year of ordinary use, day by day, with a few things that should not have happened: a card lost
//! and reported late, look-ups at night, a forgotten exit, a key kept too long, a leaver who tries
//! once more. They are planted so that the books have something to find.
//!
//! What a regulation does not have is left out: without controlled rooms nobody goes in and out,
//! without cards none is lost, without identity records nobody is looked up.

mod mishaps;
mod passwords;
mod permissions;
mod players;
mod rooms;

use std::collections::BTreeMap;

use sekisho_ledgers::identity::record::IdentityRecord;
use sekisho_ledgers::identity::search::SearchInput;
use sekisho_ledgers::spec::Form;
use sekisho_regulation::Date;

use super::roster::Official;
use super::{DemoError, PASSWORD};
use crate::desk::{Desk, Hit, Live, Outcome, PrintForm, SignIn};
use crate::platform::StagedClock;
use players::Office;
pub(super) use players::Players;

/// Minutes between residents at the counter, where the session's limits allow it.
const RESIDENT_MINUTES: i64 = 11;

pub(super) struct Year<'a> {
    pub(super) desk: &'a Desk,
    pub(super) clock: &'a StagedClock,
    pub(super) players: Players<'a>,
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
    /// Who has left, or cannot sign in any more.
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

impl<'a> Year<'a> {
    /// Plays the year.
    pub(super) fn play(&self, say: &mut dyn FnMut(&str)) -> Result<(), DemoError> {
        let cards = self.players.staff.iter().filter_map(|one| Some((one.id.clone(), one.card_no.clone()?)));
        let mut diary =
            Diary { random: super::SEED, cards: cards.collect(), changes: BTreeMap::new(), gone: Vec::new() };
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
        self.last_passwords(&diary)
    }

    fn import(&self, diary: &Diary) -> Result<(), DemoError> {
        let Some(residents) = self.players.plan.residents.as_ref().filter(|_| !self.people.is_empty()) else {
            return Ok(());
        };
        let Some(who) = self.players.of_post(&residents.post) else { return Ok(()) };
        self.clock.set(self.first.at(9, 0));
        let mut bytes = Vec::new();
        bytes.extend(sekisho_ledgers::identity::export::utf8(&sekisho_ledgers::identity::export::table(
            self.people,
            sekisho_ledgers::identity::reveal::Reveal::ALL,
            self.desk.reasons(),
        )));
        let Some(seat) = self.sit(diary, &Office { who, role: None, terminal: &residents.terminal })? else {
            return Ok(());
        };
        match self.desk.import(&seat.live, "住民記録.csv", &bytes)? {
            Outcome::Done(_, receipt) if receipt.decision.allowed => {}
            Outcome::Done(_, receipt) | Outcome::Refused(receipt) => self.refused("identity.import", &receipt)?,
        }
        self.rise(&seat);
        Ok(())
    }

    fn clerks(&self, diary: &Diary) -> Vec<&'a Official> {
        self.players.clerks().filter(|one| !diary.gone.contains(&one.id)).collect()
    }

    fn lay_card(&self, diary: &Diary, office: &Office<'_>) {
        if self.desk.asks_for_card(office.terminal) {
            let card = diary.cards.get(&office.who.id).map_or("", String::as_str);
            self.desk.readers().insert(office.terminal, card);
        }
    }

    fn sit(&self, diary: &Diary, office: &Office<'_>) -> Result<Option<Seat>, DemoError> {
        self.lay_card(diary, office);
        let input = SignIn {
            terminal: office.terminal.to_owned(),
            person: office.who.id.clone(),
            password: diary.password(&office.who.id),
            capacity: office.role.map(str::to_owned),
        };
        match self.desk.sign_in(&input)? {
            Outcome::Done((token, live), _) => Ok(Some(Seat { token, live })),
            Outcome::Refused(receipt) => {
                self.desk.readers().pull(office.terminal);
                self.refused(&format!("session.open ({})", office.who.post), &receipt).map(|()| None)
            }
        }
    }

    fn rise(&self, seat: &Seat) {
        self.desk.sign_out(&seat.token);
        self.desk.readers().pull(&seat.live.terminal);
    }

    /// Does an act and gives its number; none when it was refused in a year of which nobody knew
    /// beforehand that it fits.
    fn act(&self, seat: &Seat, act: &str, fields: &[(&str, &str)]) -> Result<Option<u64>, DemoError> {
        match self.desk.form(&seat.live, act, &form(fields))? {
            Outcome::Done((), receipt) => Ok(Some(receipt.seq)),
            Outcome::Refused(receipt) => self.refused(act, &receipt).map(|()| None),
        }
    }

    /// Does an act that may be refused.
    fn try_act(&self, seat: &Seat, act: &str, fields: &[(&str, &str)]) -> Result<Option<u64>, DemoError> {
        Ok(match self.desk.form(&seat.live, act, &form(fields))? {
            Outcome::Done((), receipt) => Some(receipt.seq),
            Outcome::Refused(_) => None,
        })
    }

    /// A refusal breaks a year that was written for its profile, and only is on record in another.
    fn refused(&self, act: &str, receipt: &sekisho_ledgers::Receipt) -> Result<(), DemoError> {
        if self.players.plan.derived {
            return Ok(());
        }
        Err(DemoError::Refused { act: act.to_owned(), sentence: receipt.decision.sentence.to_string() })
    }

    fn working_day(&self, diary: &mut Diary, day: Date) -> Result<(), DemoError> {
        let clerks = self.clerks(diary);
        let start = diary.below(clerks.len());
        let shift: Vec<&'a Official> = clerks.iter().cycle().skip(start).take(2.min(clerks.len())).copied().collect();
        self.open_counter(diary, &shift, day)?;
        for (half, one) in (0..).zip(&shift) {
            let Some(office) = self.at_counter(one) else { continue };
            let from = 8 * 60 + 35 + half * 270;
            self.clock.set(day.at(0, from));
            self.renew(diary, &office, day)?;
            let Some(seat) = self.sit(diary, &office)? else { continue };
            let idle = i64::from(self.players.profile.settings.session.idle_minutes);
            let step = RESIDENT_MINUTES.min(idle - 2).max(1);
            for n in 0..i64::try_from(2 + diary.below(5)).unwrap_or(2) {
                self.clock.set(day.at(0, from + 3.min(step) + n * step));
                self.counter(diary, &seat, day)?;
            }
            self.rise(&seat);
        }
        if day.weekday() == 1 {
            self.round(diary, day)?;
        }
        if day.day() <= 7 && day.weekday() == 2 {
            self.visitor(diary, day)?;
            self.inspection(diary, day)?;
        }
        self.permission(diary, day)?;
        let forgets = shift.first().map(|one| one.id.as_str()).filter(|_| self.is_forgetful(day));
        self.close_counter(diary, forgets, day)
    }

    /// The day on which somebody forgets to note the way out: the last working day twelve days ago.
    fn is_forgetful(&self, day: Date) -> bool {
        let mut before = (12..20).map(|n| self.today.plus_days(-n));
        before.find(|day| is_working(*day)) == Some(day)
    }

    /// One resident at the counter: searched, shown, and sometimes a form printed.
    fn counter(&self, diary: &mut Diary, seat: &Seat, day: Date) -> Result<(), DemoError> {
        let Some(person) = self.people.get(diary.below(self.people.len())) else { return Ok(()) };
        let purposes = &self.players.profile.settings.purposes;
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
        let forms = &self.players.profile.settings.forms;
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
            Outcome::Refused(receipt) => self.refused("identity.search", &receipt).map(|()| Vec::new()),
        }
    }

    /// Once a month the history is looked through, and a checkpoint is put on paper.
    fn inspection(&self, diary: &mut Diary, day: Date) -> Result<(), DemoError> {
        self.clock.set(day.at(16, 30));
        let inspect = ("inspection", "history.inspect", [("question", "period"), ("reason", "月次の点検")].as_slice());
        let publish = ("checkpoints", "log.publish", [("to", "書庫（紙）")].as_slice());
        for (power, act, fields) in [inspect, publish] {
            let Some(office) = self.players.with_power(power) else { continue };
            self.renew(diary, &office, day)?;
            let Some(seat) = self.sit(diary, &office)? else { continue };
            self.act(&seat, act, fields)?;
            self.rise(&seat);
        }
        Ok(())
    }
}

/// Whether the office is open: not at weekends, nor on the first three days of the year.
fn is_working(day: Date) -> bool {
    let new_year = day.month() == 1 && day.day() <= 3;
    !(matches!(day.weekday(), 0 | 6) || new_year)
}
