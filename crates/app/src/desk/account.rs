//! Passwords: changing one's own, and giving somebody a first one.

use sekisho_gate::Fact;
use sekisho_gate::password::{self, About, PasswordEvidence};
use sekisho_ledgers::event::{Act, Actor, Asked, Effect, Given};
use sekisho_ledgers::kinds::organisation;
use sekisho_ledgers::ports::{Entropy, EntropyError};
use sekisho_ledgers::spec::FieldError;

use super::sign_in::Claim;
use super::{Desk, DeskError, Live, Outcome};
use crate::platform::random;

/// What a person gives to change the own password; the card on the reader says who it is, or the id
/// where the terminal asks for no card.
#[derive(Clone, Default)]
pub struct ChangePassword {
    /// The terminal.
    pub terminal: String,
    /// The person's id, at a terminal that asks for no card.
    pub person: String,
    /// The present password.
    pub old: String,
    /// The new one.
    pub new: String,
    /// The new one again.
    pub again: String,
}

impl std::fmt::Debug for ChangePassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ChangePassword({})", self.terminal)
    }
}

fn wrong(field: &str, sentence: &str) -> FieldError {
    FieldError { field: field.to_owned(), sentence: sentence.to_owned() }
}

impl Desk {
    /// Changes the password of the person whose card lies on the reader, or who named themselves where
    /// no card is asked for. It works with an expired password too, so that one can get out of that state.
    ///
    /// # Errors
    /// [`DeskError::Input`] with every rule that the new password breaks; they are looked at only for
    /// somebody who knows the present one, for they tell of the person.
    pub fn change_password(&self, input: &ChangePassword) -> Result<Outcome<()>, DeskError> {
        let claim = self.claim(&input.terminal, "password", &input.person);
        if claim.account().is_none() {
            return Err(DeskError::SignedOut);
        }
        if input.new != input.again {
            return Err(DeskError::Input(vec![wrong(
                "again",
                "2回入力した新しいパスワードが一致しません。同じものを入力してください。",
            )]));
        }
        let password = self.compare(claim.account(), &input.old)?;
        if let Some(person) = claim.person.as_deref().filter(|_| password.is_right()) {
            let findings = self.password_findings(person, &input.new)?;
            if !findings.is_empty() {
                return Err(DeskError::Input(findings));
            }
        }
        let phc = self.hash(&input.new)?;
        self.put(claim, password, &input.terminal, phc)
    }

    /// Changes the password to one that was checked and hashed already.
    pub(crate) fn put_password(&self, input: &ChangePassword, phc: String) -> Result<Outcome<()>, DeskError> {
        let claim = self.claim(&input.terminal, "password", &input.person);
        let password = self.compare(claim.account(), &input.old)?;
        self.put(claim, password, &input.terminal, phc)
    }

    fn put(
        &self,
        claim: Claim,
        password: PasswordEvidence,
        terminal: &str,
        phc: String,
    ) -> Result<Outcome<()>, DeskError> {
        let named = claim.is_named();
        let person = claim.person.unwrap_or_default();
        let mut asked = Asked::new("password.change");
        asked.put("person", person.clone().into(), false);
        let by = Actor {
            person: Some(person.clone()).filter(|person| !person.is_empty()),
            terminal: Some(terminal.to_owned()),
            ..Actor::default()
        };
        let facts = vec![("new_password_ok", Fact::Bool(true))];
        let given = Given { card: claim.card, card_claimed: claim.card_no, password, facts };
        let receipt = self.house.submit(Act { asked, by, given, effects: vec![Effect::Password { person, phc }] })?;
        if receipt.decision.allowed {
            return Ok(Outcome::Done((), receipt));
        }
        let told = if named { self.alike(receipt, password.is_right(), terminal) } else { receipt };
        Ok(Outcome::Refused(told))
    }

    /// Which rules a new password breaks, each with what to do.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn password_findings(&self, person: &str, new: &str) -> Result<Vec<FieldError>, DeskError> {
        let rules = &self.profile().settings.password;
        let row = self.house.read(|books| organisation::person(books, person));
        let text = row.map(|row| u64::try_from(row.name).unwrap_or(0)).map(|seq| self.house.text(seq)).transpose()?;
        let text = text.flatten().unwrap_or_default();
        let field = |name: &str| text.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        let (name, kana) = (field("name"), field("kana"));
        let birth = field("birth").parse().ok();
        let earlier = self.house.ground().store.passwords(person)?;
        let earlier: Vec<&str> = earlier.iter().take(usize::from(rules.history)).map(String::as_str).collect();
        let about = About { names: vec![name, kana], birth, codes: vec![person] };
        let findings = password::check(new, rules, &about, &earlier);
        Ok(findings.into_iter().map(|finding| wrong("new", &finding.ja)).collect())
    }

    /// Gives somebody a new first password. It is shown once, to the person who gave it, and must be
    /// changed at the first sign-in.
    pub(super) fn reset_password(&self, live: &Live, asked: Asked) -> Result<Outcome<()>, DeskError> {
        let person = asked.public.get("person").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        let first = first_password(&*self.house.ground().entropy).map_err(|e| DeskError::Internal(e.to_string()))?;
        let phc = self.hash(&first)?;
        let outcome = self.submit(live, asked, Vec::new(), vec![Effect::Password { person, phc }])?;
        if let Outcome::Done((), _) = &outcome {
            self.show_once(&live.session, first);
        }
        Ok(outcome)
    }

    /// Gives somebody a password that was hashed already.
    pub(crate) fn issue_password(&self, live: &Live, person: &str, phc: String) -> Result<Outcome<()>, DeskError> {
        let mut asked = Asked::new("password.reset");
        asked.put("person", person.into(), false);
        self.submit(live, asked, Vec::new(), vec![Effect::Password { person: person.to_owned(), phc }])
    }

    /// Argon2id of a password, with a fresh salt.
    pub(crate) fn hash(&self, password: &str) -> Result<String, DeskError> {
        let salt = random::<16>(&*self.house.ground().entropy).map_err(|e| DeskError::Internal(e.to_string()))?;
        password::hash(password, &salt).map_err(|e| DeskError::Internal(e.to_string()))
    }
}

/// A password that nobody has chosen, easy to copy by hand.
pub(crate) fn first_password(entropy: &dyn Entropy) -> Result<String, EntropyError> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789A";
    let bytes = random::<16>(entropy)?;
    let letters = bytes.iter().filter_map(|b| LETTERS.get(usize::from(b % 32)).map(|c| char::from(*c)));
    Ok(format!("{}-Z7", letters.collect::<String>()))
}
