//! The desk: what a person at a terminal can do, one function each. Pages, the JSON API, the demo
//! and the tests all come this way; none of them talks to the house's writer by itself.

mod account;
mod identity;
mod live;
mod show;
mod sign_in;
#[cfg(test)]
mod tests;
mod version;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};

use sekisho_gate::Decision;
use sekisho_gate::card::OperatorCa;
use sekisho_ledgers::event::{Act, Actor, Asked, Effect, Given, NewSigner};
use sekisho_ledgers::identity::blind::IndexKey;
use sekisho_ledgers::identity::reason::{Reason, ReasonCode, ReasonError, ReasonTable};
use sekisho_ledgers::identity::seal::SealKey;
use sekisho_ledgers::ports::StoreError;
use sekisho_ledgers::spec::{FieldError, Form};
use sekisho_ledgers::{ActError, House, Receipt, Registry};
use sekisho_regulation::Profile;

pub use account::ChangePassword;
pub(crate) use account::first_password;
pub use identity::{ExtractForm, File, Hit, PrintForm, Sheet, Shown};
pub use live::Live;
pub use show::Verified;
pub use sign_in::SignIn;
pub use version::{Candidate, ExamineError, Versions};

use crate::readers::Readers;

/// The keys that the desk needs beside those of the house.
pub struct DeskKeys {
    /// Blind index and pseudonyms of residents.
    pub index: IndexKey,
    /// Identity records at rest.
    pub seal: SealKey,
    /// The municipality's authority for operator cards.
    pub ca: OperatorCa,
    /// Where the key that signs checkpoints is kept.
    pub log: Box<dyn LogKeys>,
    /// Where versions of the regulation are kept.
    pub versions: Box<dyn Versions>,
}

/// Where the key that signs checkpoints is kept, when it is to be replaced.
pub trait LogKeys: Send + Sync {
    /// Makes a new key and keeps it durably, beside the one in force.
    ///
    /// # Errors
    /// A cause for the log.
    fn propose(&self) -> Result<NewSigner, String>;
    /// The proposed key is in force: the old one is forgotten. If the process ends before this, the
    /// next start finds by the checkpoint which of the two is in force.
    ///
    /// # Errors
    /// A cause for the log.
    fn confirm(&self) -> Result<(), String>;
    /// The key in force.
    ///
    /// # Errors
    /// A cause for the log.
    fn in_force(&self) -> Result<NewSigner, String>;
}

impl std::fmt::Debug for DeskKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeskKeys")
    }
}

/// The desk.
#[derive(Debug)]
pub struct Desk {
    house: House,
    keys: DeskKeys,
    readers: Arc<Readers>,
    reasons: ReasonTable,
    live: Mutex<HashMap<[u8; 32], Live>>,
    verified: RwLock<Verified>,
    demo: bool,
}

/// What came of an act: both ends are recorded.
#[derive(Debug)]
pub enum Outcome<T> {
    /// It was allowed and done.
    Done(T, Receipt),
    /// The gate refused it.
    Refused(Receipt),
}

/// Why nothing was asked of the gate, or nothing could be recorded.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// Nobody is signed in.
    #[error("サインインしていません。もう一度サインインしてください。")]
    SignedOut,
    /// Fields are wrong.
    #[error("入力に誤りがあります。")]
    Input(Vec<FieldError>),
    /// The act could not be recorded.
    #[error(transparent)]
    Act(#[from] ActError),
    /// The store cannot be read.
    #[error("台帳を読み出せません。情報システムの担当者に連絡してください。")]
    Store(#[from] StoreError),
    /// There is no such thing.
    #[error("指定されたものが見つかりません。一覧から選び直してください。")]
    NotFound,
    /// Something failed that is nobody's mistake at the terminal.
    #[error("処理を続けられません。情報システムの担当者に連絡してください。")]
    Internal(String),
}

impl Desk {
    /// Opens a desk in a house. Sessions that the record still holds open, because the program was
    /// stopped, are closed; cards that are pulled from now on end their sessions.
    #[must_use]
    pub fn open(house: House, keys: DeskKeys, readers: Arc<Readers>, demo: bool) -> Arc<Self> {
        let reasons = reasons(house.ground().gate.profile()).unwrap_or_else(|_| ReasonTable::local_default());
        let desk = Arc::new(Self {
            house,
            keys,
            readers: Arc::clone(&readers),
            reasons,
            live: Mutex::default(),
            verified: RwLock::default(),
            demo,
        });
        let weak = Arc::downgrade(&desk);
        readers.on_pulled(Box::new(move |terminal| {
            if let Some(desk) = weak.upgrade() {
                desk.card_pulled(terminal);
            }
        }));
        desk.close_left_open();
        desk
    }

    /// The house.
    #[must_use]
    pub const fn house(&self) -> &House {
        &self.house
    }

    /// The profile in force.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        self.house.ground().gate.profile()
    }

    /// All kinds.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.house.ground().registry
    }

    /// The terminals' card readers.
    #[must_use]
    pub const fn readers(&self) -> &Arc<Readers> {
        &self.readers
    }

    /// The reasons of change that identity records may name.
    #[must_use]
    pub const fn reasons(&self) -> &ReasonTable {
        &self.reasons
    }

    /// Now, ms since the Unix epoch.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.house.ground().clock.now_ms()
    }

    /// Whether this is a demonstration with virtual cards.
    #[must_use]
    pub const fn is_demo(&self) -> bool {
        self.demo
    }

    /// Does an act of the registry by its form.
    ///
    /// # Errors
    /// [`DeskError::Input`] with a sentence for each wrong field; [`DeskError::Act`] when it could
    /// not be recorded.
    pub fn form(&self, live: &Live, act: &str, form: &Form) -> Result<Outcome<()>, DeskError> {
        let entry = self.registry().act(act).ok_or(DeskError::NotFound)?;
        let asked = entry.read(form).map_err(DeskError::Input)?;
        self.check_codes(entry.spec, form)?;
        match act {
            "password.reset" => self.reset_password(live, asked),
            "text.erase" => self.erase(live, asked),
            "log.rotate_key" => self.rotate_key(live, asked),
            "profile.adopt" | "reading.decide" => self.adopt(live, asked),
            _ => self.submit(live, asked, Vec::new(), Vec::new()),
        }
    }

    /// What the gate would say to an act of this person, as far as it can be told without its form:
    /// the decision with the form's facts left as they would be in order.
    #[must_use]
    pub fn may(&self, live: &Live, act: &str) -> Decision {
        let gate = &self.house.ground().gate;
        let Some(entry) = self.registry().act(act) else {
            return gate.refuse_unknown_act(act).decision().clone();
        };
        let probe = self.act_of(live, Asked::new(entry.spec.name), Vec::new(), Vec::new());
        self.house.outlook(&probe)
    }

    fn submit(
        &self,
        live: &Live,
        asked: Asked,
        facts: Vec<(&'static str, sekisho_gate::Fact)>,
        effects: Vec<Effect>,
    ) -> Result<Outcome<()>, DeskError> {
        let receipt = self.house.submit(self.act_of(live, asked, facts, effects))?;
        Ok(if receipt.decision.allowed { Outcome::Done((), receipt) } else { Outcome::Refused(receipt) })
    }

    fn act_of(
        &self,
        live: &Live,
        asked: Asked,
        facts: Vec<(&'static str, sekisho_gate::Fact)>,
        effects: Vec<Effect>,
    ) -> Act {
        // A card that happens to lie there has no part in a session that was opened without one.
        let card = live.card_no.as_ref().and_then(|_| self.readers.card(&live.terminal));
        let given = Given { card_claimed: card.map(|card| card.card_no), facts, ..Given::default() };
        Act { asked, by: self.actor(live), given, effects }
    }

    fn actor(&self, live: &Live) -> Actor {
        Actor {
            person: Some(live.person.clone()),
            capacity: Some(live.capacity.clone()),
            session: Some(live.session.clone()),
            terminal: Some(live.terminal.clone()),
            reported_room: self.readers.room(&live.terminal),
        }
    }

    /// Codes must be of their lists, and references must lead somewhere the form can mean.
    fn check_codes(&self, spec: &sekisho_ledgers::spec::ActSpec, form: &Form) -> Result<(), DeskError> {
        use sekisho_ledgers::spec::FieldKind;
        let mut errors = Vec::new();
        for field in spec.fields {
            let text = form.get(field.name).map_or("", |text| text.trim());
            let list = match field.kind {
                FieldKind::Code(list) | FieldKind::Codes(list) => list,
                _ => continue,
            };
            let options = crate::codes::options(self.profile(), list);
            let unknown = text.split_whitespace().any(|code| !options.iter().any(|(known, _)| known == code));
            if unknown {
                let sentence = format!("「{}」は一覧から選んでください。", field.label);
                errors.push(FieldError { field: field.name.to_owned(), sentence });
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(DeskError::Input(errors)) }
    }

    /// Puts a new signing key in force. Every checkpoint from this event on is signed with it.
    fn rotate_key(&self, live: &Live, mut asked: Asked) -> Result<Outcome<()>, DeskError> {
        let keys = &self.keys.log;
        let old = keys.in_force().map_err(DeskError::Internal)?;
        let next = keys.propose().map_err(DeskError::Internal)?;
        let body = sekisho_record::rotation::rotate_body(&*old.0, next.0.verifier())
            .map_err(|e| DeskError::Internal(e.to_string()))?;
        asked.public.extend(body);
        let outcome = self.submit(live, asked, Vec::new(), vec![Effect::RotateKey(next)])?;
        if matches!(outcome, Outcome::Done(..)) {
            keys.confirm().map_err(DeskError::Internal)?;
        }
        Ok(outcome)
    }

    fn erase(&self, live: &Live, asked: Asked) -> Result<Outcome<()>, DeskError> {
        let seq = asked.public.get("erased").and_then(serde_json::Value::as_u64).ok_or(DeskError::NotFound)?;
        let (event, _) = self.house.event(seq)?.ok_or(DeskError::NotFound)?;
        let facts = vec![("erased_at_ms", sekisho_gate::Fact::Long(event.at_ms))];
        self.submit(live, asked, facts, vec![Effect::EraseText(seq)])
    }
}

/// The profile's reasons of change; the usual ones when it has none of its own.
///
/// # Errors
/// [`ReasonError`] when a code or a spelling stands twice or is malformed. Profiles are checked for
/// this when they are loaded.
pub fn reasons(profile: &Profile) -> Result<ReasonTable, ReasonError> {
    let own = &profile.settings.change_reasons;
    if own.is_empty() {
        return Ok(ReasonTable::local_default());
    }
    let one = |reason: &sekisho_regulation::profile::ChangeReason| {
        Ok(Reason {
            code: ReasonCode::parse(&reason.code)?,
            label: reason.name.clone(),
            removes: reason.removes,
            synonyms: reason.synonyms.clone(),
        })
    };
    ReasonTable::new(own.iter().map(one).collect::<Result<_, ReasonError>>()?)
}
