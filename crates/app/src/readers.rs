//! Card readers as the server sees them: at each terminal at most one card, which proves itself by
//! signing a fresh challenge. A reader may be the program at the terminal (`sekisho reader`) or, in
//! a demonstration, a virtual one inside the server.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sekisho_gate::card::{self, CardError, CardEvidence, Challenge, Expected, OperatorCa};
use sekisho_ledgers::ports::Entropy;

use crate::platform::random;
use crate::virtual_card::VirtualCard;

/// How long a card has to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(5);
/// How old an answered challenge may be, in seconds.
const CHALLENGE_AGE_MAX_S: u32 = 60;
/// How long a remote reader may be silent before its card counts as pulled.
const SILENCE_MAX: Duration = Duration::from_secs(10);

/// A card that lies on a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// The number it claims (from its certificate; proven only by an answered challenge).
    pub card_no: String,
}

/// A terminal with its reader.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// Id, as in the device book.
    pub id: String,
    /// The room that it reports.
    pub room: String,
    /// The card on its reader.
    pub card: Option<Present>,
}

#[derive(Debug, Default)]
struct Slot {
    room: Option<String>,
    card: Option<Lying>,
    /// A challenge that a remote reader has still to fetch, and its answer.
    pending: Option<Pending>,
    heard: Option<Instant>,
    remote: bool,
}

#[derive(Debug)]
enum Lying {
    Virtual(Arc<VirtualCard>),
    Remote { card_no: String, certificate: Vec<u8> },
}

#[derive(Debug)]
struct Pending {
    challenge: Challenge,
    answer: Option<Vec<u8>>,
}

/// Why a card did not prove itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProveError {
    /// No card lies there.
    #[error("no card on the reader")]
    NoCard,
    /// The reader did not answer in time.
    #[error("the reader did not answer")]
    Silent,
    /// The machine has no randomness to give.
    #[error("no randomness")]
    Entropy,
    /// The card could not sign.
    #[error("the card did not sign: {0}")]
    Sign(String),
    /// The answer does not hold.
    #[error(transparent)]
    Card(#[from] CardError),
}

/// A reader reported a card whose certificate cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the card's certificate cannot be read")]
pub struct ReportError;

/// The number that a certificate claims. Nothing is checked here.
fn claimed_number(certificate: &[u8]) -> Option<String> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let name = certificate.subject().iter_common_name().next()?.as_str().ok()?.to_owned();
    Some(name)
}

type Pulled = Box<dyn Fn(&str) + Send + Sync>;

/// All readers.
#[derive(Default)]
pub struct Readers {
    slots: Mutex<BTreeMap<String, Slot>>,
    changed: Condvar,
    cards: Mutex<BTreeMap<String, Arc<VirtualCard>>>,
    pulled: Mutex<Option<Pulled>>,
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Readers")
    }
}

impl Readers {
    /// No readers yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says what is to be done when a card is pulled; it gets the terminal.
    pub fn on_pulled(&self, what: Pulled) {
        *self.pulled.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
    }

    /// Adds a terminal with a virtual reader, in the room that it reports.
    pub fn add_virtual(&self, terminal: &str, room: &str) {
        let slot = Slot { room: Some(room.to_owned()), ..Slot::default() };
        self.slots().insert(terminal.to_owned(), slot);
    }

    /// Puts a virtual card in the drawer from which it can be laid on a reader.
    pub fn add_card(&self, card: VirtualCard) {
        let mut cards = self.cards.lock().unwrap_or_else(PoisonError::into_inner);
        cards.insert(card.card_no().to_owned(), Arc::new(card));
    }

    /// The virtual cards in the drawer, by number.
    pub fn virtual_cards(&self) -> Vec<Arc<VirtualCard>> {
        self.cards.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Lays a virtual card on a reader, taking it from whichever reader it lay on. False when there
    /// is no such card or terminal.
    pub fn insert(&self, terminal: &str, card_no: &str) -> bool {
        let card = self.cards.lock().unwrap_or_else(PoisonError::into_inner).get(card_no).cloned();
        let Some(card) = card else { return false };
        let elsewhere: Vec<String> = {
            let slots = self.slots();
            let there = slots.iter().filter(|(id, slot)| *id != terminal && slot.card_no() == Some(card_no));
            there.map(|(id, _)| id.clone()).collect()
        };
        elsewhere.iter().for_each(|other| self.pull(other));
        let replaced = self.card(terminal).is_some_and(|present| present.card_no != card_no);
        if replaced {
            self.pull(terminal);
        }
        match self.slots().get_mut(terminal) {
            Some(slot) => {
                slot.card = Some(Lying::Virtual(card));
                true
            }
            None => false,
        }
    }

    /// Takes the card from a reader; sessions there end at once.
    pub fn pull(&self, terminal: &str) {
        let had = self.slots().get_mut(terminal).and_then(|slot| slot.card.take()).is_some();
        if had {
            self.tell_pulled(terminal);
        }
    }

    /// Says which room a virtual terminal reports, to try what happens when it was carried away.
    pub fn carry(&self, terminal: &str, room: &str) {
        if let Some(slot) = self.slots().get_mut(terminal) {
            slot.room = Some(room.to_owned());
        }
    }

    /// What a reader at a terminal reports: its room, and the card's certificate if one lies there.
    /// Gives the challenge that waits for an answer.
    ///
    /// # Errors
    /// [`ReportError`] when the certificate cannot be read.
    pub fn report(
        &self,
        terminal: &str,
        room: &str,
        certificate: Option<Vec<u8>>,
    ) -> Result<Option<Challenge>, ReportError> {
        let lying = match certificate {
            Some(certificate) => {
                Some(Lying::Remote { card_no: claimed_number(&certificate).ok_or(ReportError)?, certificate })
            }
            None => None,
        };
        let mut slots = self.slots();
        let slot = slots.entry(terminal.to_owned()).or_default();
        let before = slot.card_no().map(str::to_owned);
        (slot.room, slot.heard, slot.remote) = (Some(room.to_owned()), Some(Instant::now()), true);
        slot.card = lying;
        let gone = before.is_some() && slot.card_no() != before.as_deref();
        let challenge = slot.pending.as_ref().filter(|p| p.answer.is_none()).map(|p| p.challenge.clone());
        drop(slots);
        if gone {
            self.tell_pulled(terminal);
        }
        Ok(challenge)
    }

    /// A remote reader's answer to its challenge.
    pub fn answer(&self, terminal: &str, nonce: &[u8], signature: Vec<u8>) {
        let mut slots = self.slots();
        let pending = slots.get_mut(terminal).and_then(|slot| slot.pending.as_mut());
        if let Some(pending) = pending.filter(|pending| pending.challenge.nonce == nonce) {
            pending.answer = Some(signature);
        }
        drop(slots);
        self.changed.notify_all();
    }

    /// Counts cards as pulled whose readers have fallen silent; to be called now and then.
    pub fn sweep(&self) {
        let silent: Vec<String> = {
            let slots = self.slots();
            let quiet = |slot: &Slot| slot.remote && slot.heard.is_none_or(|at| at.elapsed() > SILENCE_MAX);
            slots.iter().filter(|(_, slot)| quiet(slot)).map(|(id, _)| id.clone()).collect()
        };
        silent.iter().for_each(|terminal| self.pull(terminal));
    }

    /// All terminals that have a reader.
    #[must_use]
    pub fn terminals(&self) -> Vec<Terminal> {
        let slots = self.slots();
        let terminal = |(id, slot): (&String, &Slot)| Terminal {
            id: id.clone(),
            room: slot.room.clone().unwrap_or_default(),
            card: slot.card_no().map(|no| Present { card_no: no.to_owned() }),
        };
        slots.iter().map(terminal).collect()
    }

    /// The card on a terminal's reader.
    #[must_use]
    pub fn card(&self, terminal: &str) -> Option<Present> {
        self.slots().get(terminal)?.card_no().map(|no| Present { card_no: no.to_owned() })
    }

    /// The room that a terminal reports.
    #[must_use]
    pub fn room(&self, terminal: &str) -> Option<String> {
        self.slots().get(terminal)?.room.clone()
    }

    /// Has the card at a terminal sign a fresh challenge for this session, and checks the answer.
    ///
    /// # Errors
    /// [`ProveError`] says why the card counts as not proven.
    pub fn prove(
        &self,
        terminal: &str,
        session: &str,
        ca: &OperatorCa,
        entropy: &dyn Entropy,
        now_ms: impl Fn() -> i64,
    ) -> Result<CardEvidence, ProveError> {
        let nonce = random::<32>(entropy).map_err(|_| ProveError::Entropy)?;
        let challenge =
            Challenge { terminal: terminal.to_owned(), session: session.to_owned(), issued_at_ms: now_ms(), nonce };
        let (signature, certificate) = self.sign(terminal, &challenge)?;
        let expected = Expected { terminal, session, now_ms: now_ms(), age_max_s: CHALLENGE_AGE_MAX_S };
        Ok(card::verify(&challenge, &signature, &certificate, ca, &expected)?)
    }

    fn sign(&self, terminal: &str, challenge: &Challenge) -> Result<(Vec<u8>, Vec<u8>), ProveError> {
        let mut slots = self.slots();
        let slot = slots.get_mut(terminal).ok_or(ProveError::NoCard)?;
        let certificate = match slot.card.as_ref().ok_or(ProveError::NoCard)? {
            Lying::Virtual(card) => {
                let card = Arc::clone(card);
                drop(slots);
                let signature = card.sign(&challenge.canonical()).map_err(|e| ProveError::Sign(e.to_string()))?;
                return Ok((signature, card.certificate().to_vec()));
            }
            Lying::Remote { certificate, .. } => certificate.clone(),
        };
        slot.pending = Some(Pending { challenge: challenge.clone(), answer: None });
        let until = Instant::now() + ANSWER_WAIT;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ProveError::Silent);
            }
            let (again, _) = self.changed.wait_timeout(slots, left).unwrap_or_else(PoisonError::into_inner);
            slots = again;
            let slot = slots.get_mut(terminal).ok_or(ProveError::NoCard)?;
            if slot.card.is_none() {
                return Err(ProveError::NoCard);
            }
            if let Some(signature) = slot.pending.as_mut().and_then(|p| p.answer.take()) {
                slot.pending = None;
                return Ok((signature, certificate));
            }
        }
    }

    fn tell_pulled(&self, terminal: &str) {
        if let Some(what) = &*self.pulled.lock().unwrap_or_else(PoisonError::into_inner) {
            what(terminal);
        }
    }

    fn slots(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    fn card_no(&self) -> Option<&str> {
        match self.card.as_ref()? {
            Lying::Virtual(card) => Some(card.card_no()),
            Lying::Remote { card_no, .. } => Some(card_no),
        }
    }
}
