//! What should not have happened: planted so that the books have something to find.

use sekisho_ledgers::Registers as _;
use sekisho_ledgers::identity::search::SearchInput;
use sekisho_ledgers::kinds::cards::view::Card;
use sekisho_regulation::Date;

use super::players::Office;
use super::{Diary, Year};
use crate::demo::DemoError;
use crate::demo::roster::Official;
use crate::desk::SignIn;

impl<'a> Year<'a> {
    /// Evenings on which something happens that should not.
    pub(super) fn evening(&self, diary: &mut Diary, day: Date, days_left: i64) -> Result<(), DemoError> {
        match days_left {
            40 | 37 | 33 => self.night(diary, day),
            150 => self.lose_card(diary, day),
            90 => self.somebody_leaves(diary, day),
            _ => Ok(()),
        }
    }

    /// Somebody is looked up at night.
    fn night(&self, diary: &mut Diary, day: Date) -> Result<(), DemoError> {
        let clerks = self.clerks(diary);
        let Some(office) = clerks.last().and_then(|who| self.at_counter(who)) else { return Ok(()) };
        self.clock.set(day.at(22, 40));
        self.renew(diary, &office, day)?;
        let Some(seat) = self.sit(diary, &office)? else { return Ok(()) };
        if let Some(person) = self.people.get(77) {
            let input = SearchInput { juki_code: person.juki_code.to_string(), ..SearchInput::default() };
            let purposes = &self.players.profile.settings.purposes;
            let usual = purposes.iter().find(|purpose| purpose.code == "inquiry").or(purposes.first());
            let hits = self.search(&seat, usual.map_or("", |purpose| &purpose.code), "電話", &input)?;
            if let (Some(hit), Some(live)) = (hits.first(), self.desk.live(&seat.token)) {
                self.desk.show(&live, &hit.subject)?;
            }
        }
        self.rise(&seat);
        Ok(())
    }

    /// A card is lost, and reported days after it was known.
    fn lose_card(&self, diary: &mut Diary, day: Date) -> Result<(), DemoError> {
        let Some(who) = self.clerks(diary).into_iter().find(|one| diary.cards.contains_key(&one.id)) else {
            return Ok(());
        };
        let (Some(card), Some(manager)) = (diary.cards.get(&who.id).cloned(), self.players.with_power("cards")) else {
            return Ok(());
        };
        self.clock.set(day.at(18, 0));
        self.renew(diary, &manager, day)?;
        let Some(seat) = self.sit(diary, &manager)? else { return Ok(()) };
        let (lost, known) = (day.plus_days(-9).to_string(), day.plus_days(-2).to_string());
        let report = [
            ("card_no", &*card),
            ("lost_on", &*lost),
            ("known_on", &*known),
            ("circumstances", "出張の荷物の中で見当たらなくなった。"),
        ];
        self.act(&seat, "card.report_lost", &report)?;
        self.clock.set(day.at(18, 4));
        self.act(&seat, "card.revoke", &[("card_no", &*card), ("reason", "紛失のため")])?;
        diary.cards.remove(&who.id);
        let stock = self.desk.house().read(|books| books.scan::<Card>(""));
        let fresh = stock.into_iter().find(|card| card.state == "stock" && Some(&card.kind) == who.part.card.as_ref());
        if let Some(fresh) = fresh {
            let signed = [("lender_signed", "on"), ("borrower_signed", "on")];
            let lend = [[("card_no", &*fresh.card_no), ("person", &*who.id)].as_slice(), &signed].concat();
            if self.act(&seat, "card.lend", &lend)?.is_some() {
                diary.cards.insert(who.id.clone(), fresh.card_no);
            }
        } else {
            diary.gone.push(who.id.clone());
        }
        self.rise(&seat);
        Ok(())
    }

    /// A clerk leaves; the card comes back late, and was tried once more.
    fn somebody_leaves(&self, diary: &mut Diary, day: Date) -> Result<(), DemoError> {
        let clerks = self.clerks(diary);
        let (Some(who), Some(personnel)) = (clerks.last().copied(), self.players.with_power("organisation")) else {
            return Ok(());
        };
        if clerks.len() < 2 || personnel.who.id == who.id {
            return Ok(());
        }
        self.clock.set(day.at(18, 10));
        self.renew(diary, &personnel, day)?;
        let Some(seat) = self.sit(diary, &personnel)? else { return Ok(()) };
        let yesterday = day.plus_days(-1).to_string();
        self.act(&seat, "person.leave", &[("person", &*who.id), ("on", &*yesterday)])?;
        self.rise(&seat);
        diary.gone.push(who.id.clone());
        self.clock.set(day.at(18, 30));
        if let Some(office) = self.at_counter(who) {
            let password = diary.password(&who.id);
            self.try_in(diary, &office, &password)?;
        }
        Ok(())
    }

    /// A forgotten password, until the account is locked, and somebody who unlocks it.
    pub(super) fn wrong_passwords(&self, diary: &mut Diary, day: Date) -> Result<(), DemoError> {
        let clerks = self.clerks(diary);
        let Some(office) = clerks.get(1).or(clerks.first()).and_then(|who| self.at_counter(who)) else {
            return Ok(());
        };
        let failures = i64::from(self.players.profile.settings.password.failures_max);
        for n in 0..failures.min(14) {
            self.clock.set(day.at(7, 50 + n));
            self.try_in(diary, &office, &format!("Momiji-{n}"))?;
        }
        let Some(manager) = self.players.with_power("accounts") else { return Ok(()) };
        self.clock.set(day.at(8, 5));
        self.renew(diary, &manager, day)?;
        let Some(seat) = self.sit(diary, &manager)? else { return Ok(()) };
        let reason = "本人を確認した。打ち間違いによるもの。";
        self.act(&seat, "account.unlock", &[("person", &*office.who.id), ("reason", reason)])?;
        self.rise(&seat);
        Ok(())
    }

    /// Tries to sign in, whatever comes of it.
    fn try_in(&self, diary: &Diary, office: &Office<'_>, password: &str) -> Result<(), DemoError> {
        self.lay_card(diary, office);
        self.desk.sign_in(&SignIn {
            terminal: office.terminal.to_owned(),
            person: office.who.id.clone(),
            password: password.to_owned(),
            capacity: None,
        })?;
        self.desk.readers().pull(office.terminal);
        Ok(())
    }

    /// A person at the counter's machine.
    pub(super) fn at_counter(&self, who: &'a Official) -> Option<Office<'a>> {
        let counter = self.players.plan.counter.as_ref()?;
        Some(Office { who, role: None, terminal: &counter.terminal })
    }
}
