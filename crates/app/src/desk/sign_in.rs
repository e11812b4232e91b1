//! Signing in: the card proves itself to a fresh challenge, the password is compared, and the gate
//! decides with both.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sekisho_gate::card::CardEvidence;
use sekisho_gate::password::PasswordEvidence;
use sekisho_ledgers::event::{Act, Actor, Asked, Given};
use sekisho_ledgers::kinds::cards::view::Card;
use sekisho_ledgers::kinds::devices::view::Device;
use sekisho_ledgers::{Registers as _, kinds::organisation};
use sekisho_regulation::Date;

use super::live::{Found, Live, token_key};
use super::{Desk, DeskError, Outcome};
use crate::platform::random;

/// What a person gives to sign in.
#[derive(Clone)]
pub struct SignIn {
    /// The terminal.
    pub terminal: String,
    /// The password.
    pub password: String,
    /// The capacity to act in; the first that the person holds when none is named.
    pub capacity: Option<String>,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignIn({})", self.terminal)
    }
}

/// Longest password that is even looked at, in bytes: hashing must not be a way to tire the server.
const PASSWORD_BYTES_MAX: usize = 1024;

impl Desk {
    /// Signs in. Allowed or not, the attempt is in the record.
    ///
    /// # Errors
    /// When it could not be recorded.
    pub fn sign_in(&self, input: &SignIn) -> Result<Outcome<(String, Live)>, DeskError> {
        let internal = |e: sekisho_ledgers::ports::EntropyError| DeskError::Internal(e.to_string());
        let entropy = &*self.house.ground().entropy;
        let session = format!("S{}", URL_SAFE_NO_PAD.encode(random::<12>(entropy).map_err(internal)?));
        let (claimed, card) = self.challenge(&input.terminal, &session);
        let holder = claimed.as_deref().and_then(|no| self.holder(no));
        let capacity = input.capacity.clone().filter(|c| !c.is_empty());
        let capacity = capacity.or_else(|| self.usual_capacity(holder.as_deref()?, &input.terminal));
        let password = self.compare(holder.as_deref(), &input.password)?;
        let mut asked = Asked::new("session.open");
        asked.put("session", session.clone().into(), false);
        asked.put("card_no", claimed.clone().map_or(serde_json::Value::Null, Into::into), false);
        let by = Actor {
            person: holder.clone(),
            capacity: capacity.clone(),
            session: None,
            terminal: Some(input.terminal.clone()),
            reported_room: self.readers.room(&input.terminal),
        };
        let given = Given { card, card_claimed: claimed.clone(), password, facts: Vec::new() };
        let receipt = self.house.submit(Act { asked, by, given, effects: Vec::new() })?;
        if !receipt.decision.allowed {
            return Ok(Outcome::Refused(receipt));
        }
        let token = URL_SAFE_NO_PAD.encode(random::<32>(entropy).map_err(internal)?);
        let now = self.now_ms();
        let live = Live {
            session,
            person: holder.unwrap_or_default(),
            card_no: claimed.unwrap_or_default(),
            terminal: input.terminal.clone(),
            capacity: capacity.unwrap_or_default(),
            csrf: URL_SAFE_NO_PAD.encode(random::<24>(entropy).map_err(internal)?),
            opened_ms: now,
            seen_ms: now,
            found: Found::default(),
            once: None,
        };
        let mut sessions = self.sessions();
        sessions.retain(|_, older| older.card_no != live.card_no);
        sessions.insert(token_key(&token), live.clone());
        drop(sessions);
        Ok(Outcome::Done((token, live), receipt))
    }

    /// The capacity in which a person usually acts at a terminal: as operator at the network's own
    /// devices, and elsewhere in the first capacity that the person holds.
    fn usual_capacity(&self, person: &str, terminal: &str) -> Option<String> {
        let held = self.capacities(person);
        let device = self.house.read(|books| books.get::<Device>(terminal));
        let class = device.and_then(|device| self.profile().device_class(&device.class).cloned());
        let network = class.is_some_and(|class| class.records);
        let operator = held.iter().find(|(code, _)| network && code == "operator");
        operator.or(held.first()).map(|(code, _)| code.clone())
    }

    /// Asks the card at a terminal to prove itself. Gives the number that it claims, and the evidence
    /// if it proved it.
    pub(super) fn challenge(&self, terminal: &str, session: &str) -> (Option<String>, Option<CardEvidence>) {
        let Some(present) = self.readers.card(terminal) else { return (None, None) };
        let proven =
            self.readers.prove(terminal, session, &self.keys.ca, &*self.house.ground().entropy, || self.now_ms());
        match proven {
            Ok(evidence) => {
                let genuine = self.house.read(|books| books.get::<Card>(evidence.card_no())).is_none_or(|card| {
                    card.certificate == sekisho_regulation::digest::hex(evidence.certificate_sha256())
                });
                (Some(evidence.card_no().to_owned()), genuine.then_some(evidence))
            }
            Err(error) => {
                tracing::info!(%error, terminal, "a card did not prove itself");
                (Some(present.card_no), None)
            }
        }
    }

    /// Whom a card is lent to, or was lent to last: a refusal is recorded under that name.
    pub(super) fn holder(&self, card_no: &str) -> Option<String> {
        let card = self.house.read(|books| books.get::<Card>(card_no))?;
        card.person.or(card.last_holder)
    }

    /// Compares a password with the one on file. Without a person it takes as long.
    pub(super) fn compare(&self, person: Option<&str>, given: &str) -> Result<PasswordEvidence, DeskError> {
        let phc = match person {
            Some(person) => self.house.ground().store.passwords(person)?.into_iter().next(),
            None => None,
        };
        let given = (!given.is_empty() && given.len() <= PASSWORD_BYTES_MAX).then_some(given);
        Ok(PasswordEvidence::of(given, phc.as_deref()))
    }

    /// The capacities that a person holds today: code and name.
    #[must_use]
    pub fn capacities(&self, person: &str) -> Vec<(String, String)> {
        let today = Date::in_japan(self.now_ms());
        let held = self.house.read(|books| organisation::roles(books, self.profile(), person, today));
        held.into_iter().map(|code| (code.clone(), self.label("role", &code))).collect()
    }
}
