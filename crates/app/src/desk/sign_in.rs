//! Signing in: the card proves itself to a fresh challenge, the password is compared, and the gate
//! decides with both. At a terminal whose class asks for no card the person names themselves; there
//! whoever has not shown the right password is told the same, whether the name is wrong, the password
//! is, or the account is locked. The record knows which.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sekisho_gate::Nearest;
use sekisho_gate::card::CardEvidence;
use sekisho_gate::password::PasswordEvidence;
use sekisho_ledgers::event::{Act, Actor, Asked, Given};
use sekisho_ledgers::kinds::cards::view::Card;
use sekisho_ledgers::kinds::devices::view::Device;
use sekisho_ledgers::{Receipt, Registers as _, kinds::organisation};
use sekisho_regulation::profile::{DeviceClass, Factor};
use sekisho_regulation::{Citation, Date};

use super::live::{Found, Live, token_key};
use super::{Desk, DeskError, Outcome};
use crate::platform::random;

/// What a person gives to sign in.
#[derive(Clone, Default)]
pub struct SignIn {
    /// The terminal.
    pub terminal: String,
    /// The person's id, at a terminal that asks for no card. Elsewhere it is not looked at: the card
    /// says who it is.
    pub person: String,
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
/// Longest id that is looked up, in bytes.
const ID_BYTES_MAX: usize = 64;
/// Refusals that are the same for everybody at a terminal, whoever they are.
const SAME_FOR_ALL: [&str; 4] = ["CLOCK_BEHIND", "TERMINAL_OUT_OF_PLACE", "PASSWORD_REQUIRED", "PASSWORD_ISSUED"];

/// Who stands at a terminal.
pub(super) struct Claim {
    /// Who it is, if it is somebody: whom the card was lent to, or whom the id belongs to.
    pub(super) person: Option<String>,
    /// The number that the card claims.
    pub(super) card_no: Option<String>,
    /// What the card proved.
    pub(super) card: Option<CardEvidence>,
    /// The id as typed, at a terminal that asks for no card.
    named: Option<String>,
}

impl Claim {
    /// Whether the person named themselves.
    pub(super) const fn is_named(&self) -> bool {
        self.named.is_some()
    }

    /// Whom to compare the password for. An id that nobody has is asked for like any other.
    pub(super) fn account(&self) -> Option<&str> {
        self.named.as_deref().or(self.person.as_deref())
    }
}

impl Desk {
    /// Signs in. Allowed or not, the attempt is in the record.
    ///
    /// # Errors
    /// When it could not be recorded.
    pub fn sign_in(&self, input: &SignIn) -> Result<Outcome<(String, Live)>, DeskError> {
        let internal = |e: sekisho_ledgers::ports::EntropyError| DeskError::Internal(e.to_string());
        let entropy = &*self.house.ground().entropy;
        let session = format!("S{}", URL_SAFE_NO_PAD.encode(random::<12>(entropy).map_err(internal)?));
        let claim = self.claim(&input.terminal, &session, &input.person);
        let capacity = input.capacity.clone().filter(|c| !c.is_empty());
        let capacity = capacity.or_else(|| self.usual_capacity(claim.person.as_deref()?, &input.terminal));
        let password = self.compare(claim.account(), &input.password)?;
        let mut asked = Asked::new("session.open");
        asked.put("session", session.clone().into(), false);
        asked.put("card_no", claim.card_no.clone().map_or(serde_json::Value::Null, Into::into), false);
        let by = Actor {
            person: claim.person.clone(),
            capacity: capacity.clone(),
            session: None,
            terminal: Some(input.terminal.clone()),
            reported_room: self.readers.room(&input.terminal),
        };
        let named = claim.is_named();
        let (card, card_no) = (claim.card, claim.card_no);
        let given = Given { card, card_claimed: card_no.clone(), password, facts: Vec::new() };
        let receipt = self.house.submit(Act { asked, by, given, effects: Vec::new() })?;
        if !receipt.decision.allowed {
            let told = if named { self.alike(receipt, password.is_right(), &input.terminal) } else { receipt };
            return Ok(Outcome::Refused(told));
        }
        let token = URL_SAFE_NO_PAD.encode(random::<32>(entropy).map_err(internal)?);
        let now = self.now_ms();
        let live = Live {
            session,
            person: claim.person.unwrap_or_default(),
            card_no,
            terminal: input.terminal.clone(),
            capacity: capacity.unwrap_or_default(),
            csrf: URL_SAFE_NO_PAD.encode(random::<24>(entropy).map_err(internal)?),
            opened_ms: now,
            seen_ms: now,
            found: Found::default(),
            once: None,
        };
        let mut sessions = self.sessions();
        sessions.retain(|_, older| !older.gives_way_to(&live));
        sessions.insert(token_key(&token), live.clone());
        drop(sessions);
        Ok(Outcome::Done((token, live), receipt))
    }

    /// The capacity in which a person usually acts at a terminal: as operator at the network's own
    /// devices, and elsewhere in the first capacity that the person holds.
    fn usual_capacity(&self, person: &str, terminal: &str) -> Option<String> {
        let held = self.capacities(person);
        let network = self.class_of(terminal).is_some_and(|class| class.records);
        let operator = held.iter().find(|(code, _)| network && code == "operator");
        operator.or(held.first()).map(|(code, _)| code.clone())
    }

    /// The class of a terminal, if it is in the book.
    fn class_of(&self, terminal: &str) -> Option<&DeviceClass> {
        let device = self.house.read(|books| books.get::<Device>(terminal))?;
        self.profile().device_class(&device.class)
    }

    /// Whether one signs in at a terminal with a card. A terminal of which nothing is known asks for one.
    #[must_use]
    pub fn asks_for_card(&self, terminal: &str) -> bool {
        self.class_of(terminal).is_none_or(|class| class.asks_for(Factor::IcCard))
    }

    /// Who stands at a terminal: by the card where it asks for one, by the id that was typed elsewhere,
    /// never by either.
    pub(super) fn claim(&self, terminal: &str, session: &str, typed: &str) -> Claim {
        if self.asks_for_card(terminal) {
            let (card_no, card) = self.challenge(terminal, session);
            let person = card_no.as_deref().and_then(|no| self.holder(no));
            return Claim { person, card_no, card, named: None };
        }
        let typed = typed.trim();
        let named = if typed.len() <= ID_BYTES_MAX { typed } else { "" };
        let known = self.house.read(|books| organisation::person(books, named)).is_some();
        let person = known.then(|| named.to_owned());
        Claim { person, card_no: None, card: None, named: Some(named.to_owned()) }
    }

    /// What somebody is told who named themselves: the gate's own words once the right password was
    /// given for an account that is not locked, and until then the same to everybody.
    pub(super) fn alike(&self, mut receipt: Receipt, right: bool, terminal: &str) -> Receipt {
        let decision = &mut receipt.decision;
        let same_for_all = SAME_FOR_ALL.contains(&&*decision.code);
        if right && !same_for_all && &*decision.code != "ACCOUNT_LOCKED" {
            return receipt;
        }
        // What would have allowed it tells whether there is such a person, and whether the password is right.
        decision.nearest = Nearest::default();
        if same_for_all {
            return receipt;
        }
        let profile = self.profile();
        let asked = self.class_of(terminal).map(|class| class.asks.as_slice()).unwrap_or_default();
        let asked = asked.iter().filter(|terms| terms.factors.contains(&Factor::Password));
        let mut cites: Vec<Citation> = Vec::new();
        for cite in asked.flat_map(|terms| &terms.cites).chain(&profile.settings.password.cites) {
            if !cites.contains(cite) {
                cites.push(cite.clone());
            }
        }
        let cites = if cites.is_empty() { profile.governing("session.open") } else { cites };
        let places: Vec<String> = cites.iter().map(|cite| profile.cite_ja(cite)).collect();
        let managers = profile.settings.powers.get("accounts").into_iter().flatten();
        let managers: Vec<&str> =
            managers.filter_map(|role| profile.role(role)).map(|role| role.name.as_str()).collect();
        let act = &profile.vocabulary.acts.get(&*decision.act).map_or("サインイン", |act| act.ja.as_str());
        decision.sentence = format!(
            "利用者IDかパスワードが違うか、アカウントがロックされているため、{act}はできません。{}の定めによります。\
             入力を確かめ、続けて失敗するときは、{}にロックの解除かパスワードの再発行を申し出てください。",
            places.join("、"),
            if managers.is_empty() { "権限を持つ責任者".to_owned() } else { managers.join("又は") }
        )
        .into();
        (decision.code, decision.policies, decision.articles) = ("PASSWORD_INVALID".into(), Arc::new([]), cites.into());
        receipt
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
