//! Passwords are renewed in time: by each person, or where they are issued, by whoever issues them.

use sekisho_regulation::Date;

use super::players::Office;
use super::{Diary, Year};
use crate::demo::{DemoError, PASSWORD, quick_hash};
use crate::desk::{ChangePassword, Outcome};

/// Days before the end of its term on which an invented person gets a new password.
const DAYS_LEFT: i64 = 10;

impl Year<'_> {
    /// Changes the password in time.
    pub(super) fn renew(&self, diary: &mut Diary, office: &Office<'_>, day: Date) -> Result<(), DemoError> {
        if !self.is_due(office, day) {
            return Ok(());
        }
        if self.issued() {
            // Who issues passwords must be able to sign in.
            if let Some(issuer) = self.players.with_power("accounts")
                && issuer.who.id != office.who.id
                && self.is_due(&issuer, day)
            {
                self.renew_one(diary, &issuer)?;
            }
        }
        self.renew_one(diary, office)
    }

    fn issued(&self) -> bool {
        self.players.profile.settings.password.issued
    }

    fn is_due(&self, office: &Office<'_>, day: Date) -> bool {
        let account = self.desk.house().read(|books| sekisho_ledgers::kinds::session::account(books, &office.who.id));
        let set_on = account.map_or(self.first, |account| account.password_set_on);
        let term = i64::from(self.players.profile.settings.password.term_days);
        day.days() - set_on.days() >= (term - DAYS_LEFT).max(1)
    }

    fn renew_one(&self, diary: &mut Diary, office: &Office<'_>) -> Result<(), DemoError> {
        let old = diary.password(&office.who.id);
        let changes = diary.changes.get(&office.who.id).copied().unwrap_or(0) + 1;
        let new = format!("Kaede{changes}-Asagiri");
        let phc = quick_hash(&new)?;
        if self.issued() {
            self.issue(diary, office, phc)?
        } else {
            self.change(diary, office, &old, &new, phc)?
        }
        diary.changes.insert(office.who.id.clone(), changes);
        Ok(())
    }

    fn issue(&self, diary: &Diary, office: &Office<'_>, phc: String) -> Result<(), DemoError> {
        let Some(issuer) = self.players.with_power("accounts") else { return Ok(()) };
        let Some(seat) = self.sit(diary, &issuer)? else { return Ok(()) };
        let outcome = self.desk.issue_password(&seat.live, &office.who.id, phc)?;
        self.rise(&seat);
        match outcome {
            Outcome::Done((), _) => Ok(()),
            Outcome::Refused(receipt) => self.refused("password.reset", &receipt),
        }
    }

    fn change(&self, diary: &Diary, office: &Office<'_>, old: &str, new: &str, phc: String) -> Result<(), DemoError> {
        self.lay_card(diary, office);
        let change = ChangePassword {
            terminal: office.terminal.to_owned(),
            person: office.who.id.clone(),
            old: old.to_owned(),
            new: new.to_owned(),
            again: new.to_owned(),
        };
        let outcome = self.desk.put_password(&change, phc)?;
        self.desk.readers().pull(office.terminal);
        match outcome {
            Outcome::Done((), _) => Ok(()),
            Outcome::Refused(receipt) => self.refused("password.change", &receipt),
        }
    }

    /// At the end everybody has the password that the console prints, hashed with the full cost.
    pub(super) fn last_passwords(&self, diary: &Diary) -> Result<(), DemoError> {
        self.clock.set(self.today.at(0, 1).min(crate::platform::now_ms()));
        let issuer = self.players.with_power("accounts").filter(|_| self.issued()).map(|issuer| issuer.who.id.clone());
        let holders = self.players.staff.iter().filter(|one| one.has_account && !diary.gone.contains(&one.id));
        // Who issues passwords comes last, for every other is given with the old one.
        let mut holders: Vec<_> = holders.collect();
        holders.sort_by_key(|one| Some(&one.id) == issuer.as_ref());
        holders.into_iter().try_for_each(|who| {
            let Some(terminal) = self.players.place_of(who) else { return Ok(()) };
            let office = Office { who, role: None, terminal };
            let phc = self.desk.hash(PASSWORD)?;
            if self.issued() {
                self.issue(diary, &office, phc)
            } else {
                self.change(diary, &office, &diary.password(&who.id), PASSWORD, phc)
            }
        })
    }
}
