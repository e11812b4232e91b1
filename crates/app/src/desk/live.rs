//! Who is signed in, as this process knows it. The record knows it too; here are the secrets and
//! the idle times that no book holds.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use sekisho_ledgers::Registers as _;
use sekisho_ledgers::event::{Act, Actor, Asked, Given};
use sekisho_ledgers::kinds::session::view::Session;
use sha2::{Digest as _, Sha256};

use super::{Desk, DeskError, Outcome};

/// A person who is signed in.
#[derive(Clone, Debug)]
pub struct Live {
    /// Id of the session in the record.
    pub session: String,
    /// The person.
    pub person: String,
    /// The card on the reader; none where the terminal asks for no card.
    pub card_no: Option<String>,
    /// The terminal.
    pub terminal: String,
    /// The capacity in which the person acts now.
    pub capacity: String,
    /// Token that every form of the session carries.
    pub csrf: String,
    /// When the session began, ms since the Unix epoch.
    pub opened_ms: i64,
    /// When it was last used, ms since the Unix epoch.
    pub seen_ms: i64,
    /// Purpose and basis of the last search, and whom it found.
    pub found: Found,
    /// A text that is to be shown once, such as a first password.
    pub(super) once: Option<String>,
}

/// The last search of a session.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Purpose.
    pub purpose: String,
    /// Basis.
    pub basis: String,
    /// Blind keys of the residents found.
    pub subjects: BTreeSet<String>,
}

impl Live {
    /// Seconds until the session ends by itself.
    #[must_use]
    pub fn seconds_left(&self, desk: &Desk) -> i64 {
        let rules = &desk.profile().settings.session;
        let idle = self.seen_ms + i64::from(rules.idle_minutes) * 60_000;
        let absolute = self.opened_ms + i64::from(rules.absolute_minutes) * 60_000;
        ((idle.min(absolute) - desk.now_ms()) / 1000).max(0)
    }

    /// Whether the session ends when another begins: one session a card; without cards, one a person
    /// and one a terminal.
    pub(super) fn gives_way_to(&self, newer: &Self) -> bool {
        match &newer.card_no {
            Some(_) => self.card_no == newer.card_no,
            None => self.card_no.is_none() && (self.person == newer.person || self.terminal == newer.terminal),
        }
    }
}

pub(super) fn token_key(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

impl Desk {
    /// The session that a token belongs to; using it keeps it alive. `None` when it has ended, be it
    /// by time, by another sign-in with the card, or because the card was pulled.
    pub fn live(&self, token: &str) -> Option<Live> {
        self.live_as(token, true)
    }

    /// As [`Desk::live`], without counting as use: for what a page asks by itself.
    pub fn live_quietly(&self, token: &str) -> Option<Live> {
        self.live_as(token, false)
    }

    fn live_as(&self, token: &str, used: bool) -> Option<Live> {
        let key = token_key(token);
        let mut live = self.sessions().get(&key).cloned()?;
        let here = self.readers.card(&live.terminal).map(|card| card.card_no);
        if live.card_no.is_some() && live.card_no != here {
            self.end(&key, "card_pulled");
            return None;
        }
        if live.seconds_left(self) == 0 {
            let rules = &self.profile().settings.session;
            let idle = self.now_ms() >= live.seen_ms + i64::from(rules.idle_minutes) * 60_000;
            self.end(&key, if idle { "idle" } else { "time_over" });
            return None;
        }
        let open = self.house.read(|books| books.get::<Session>(&live.session));
        let Some(open) = open else {
            self.sessions().remove(&key);
            return None;
        };
        live.capacity = open.capacity;
        if used {
            live.seen_ms = self.now_ms();
            self.sessions().insert(key, live.clone());
        }
        Some(live)
    }

    /// Signs out.
    pub fn sign_out(&self, token: &str) {
        self.end(&token_key(token), "signed_out");
    }

    /// Ends every session at a terminal whose card is no longer there. Called by the readers.
    pub fn card_pulled(&self, terminal: &str) {
        let gone: Vec<[u8; 32]> = {
            let sessions = self.sessions();
            let here = sessions.iter().filter(|(_, live)| live.terminal == terminal && live.card_no.is_some());
            here.map(|(key, _)| *key).collect()
        };
        for key in gone {
            self.end(&key, "card_pulled");
        }
    }

    /// Ends sessions whose time is over; to be called now and then.
    pub fn sweep(&self) {
        let tokens: Vec<([u8; 32], Live)> = self.sessions().iter().map(|(k, v)| (*k, v.clone())).collect();
        for (key, live) in tokens {
            if live.seconds_left(self) == 0 {
                self.end(&key, "idle");
            }
        }
    }

    /// Has the card of every session prove itself again; a session whose card cannot is ended. To be
    /// called every minute or so: a reader's word that a card lies there is not enough for a day.
    pub fn reprove(&self) {
        let sessions: Vec<([u8; 32], Live)> = self.sessions().iter().map(|(k, v)| (*k, v.clone())).collect();
        for (key, live) in sessions {
            let Some(card_no) = &live.card_no else { continue };
            let (_, proof) = self.challenge(&live.terminal, &live.session);
            if proof.is_none_or(|proof| proof.card_no() != card_no) {
                self.end(&key, "card_pulled");
            }
        }
    }

    /// How many people are signed in.
    pub fn signed_in(&self) -> usize {
        self.sessions().len()
    }

    /// Goes on in another capacity.
    ///
    /// # Errors
    /// [`DeskError::SignedOut`], or when it could not be recorded.
    pub fn switch_capacity(&self, token: &str, to: &str) -> Result<Outcome<()>, DeskError> {
        let live = self.live(token).ok_or(DeskError::SignedOut)?;
        let mut form = sekisho_ledgers::spec::Form::new();
        form.insert("to".to_owned(), to.to_owned());
        self.form(&live, "session.switch_capacity", &form)
    }

    /// Remembers whom a search found, so that only they can be shown for its purpose.
    pub(super) fn remember(&self, session: &str, found: Found) {
        let mut sessions = self.sessions();
        if let Some(live) = sessions.values_mut().find(|live| live.session == session) {
            live.found = found;
        }
    }

    /// Closes sessions that the record still holds open although nobody has their secrets any more.
    pub(super) fn close_left_open(&self) {
        for open in self.house.read(sekisho_ledgers::kinds::session::open) {
            let by = Actor {
                person: Some(open.person),
                capacity: Some(open.capacity),
                session: Some(open.session.clone()),
                terminal: Some(open.terminal),
                reported_room: None,
            };
            self.record_end(&open.session, by, "stopped");
        }
    }

    fn end(&self, key: &[u8; 32], reason: &str) {
        let Some(live) = self.sessions().remove(key) else { return };
        let by = Actor { reported_room: None, ..self.actor(&live) };
        self.record_end(&live.session, by, reason);
    }

    fn record_end(&self, session: &str, by: Actor, reason: &str) {
        let mut asked = Asked::new("session.close");
        asked.put("session", session.into(), false);
        asked.put("close_reason", reason.into(), false);
        let act = Act { asked, by, given: Given::default(), effects: Vec::new() };
        // The session is over in this process whether or not it can be written down now; at the
        // next start sessions that the record still holds open are closed.
        if let Err(error) = self.house.submit(act) {
            tracing::warn!(%error, "a session's end could not be recorded");
        }
    }

    pub(super) fn sessions(&self) -> std::sync::MutexGuard<'_, std::collections::HashMap<[u8; 32], Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
