//! Deciding again what was decided: under the same version of the regulation, to see that the record
//! is what the gate said; under another, to see who would gain or lose what.
//!
//! The record keeps with each event what the caller had established. Together with the books as they
//! stood at that point it gives all facts of the decision again. Books are folded from what *was*
//! decided, so each act is judged in the world in which it was done.

use sekisho_gate::{Decision, Fact, Gate};
use serde_json::Value as Json;

use crate::books::{Books, Shelf};
use crate::event::{Act, Actor, Asked, Body, Event, Given};
use crate::kind::{Ask, Registry};
use crate::ports::{Store, StoreError};
use crate::vault::Vault;

/// Events that are read and folded at once.
const CHUNK_EVENTS: u64 = 2_000;

/// How many acts were decided again, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Decided again.
    pub decided: u64,
    /// With the same outcome, whatever the words.
    pub same: u64,
    /// Allowed then and refused now.
    pub lost: u64,
    /// Refused then and allowed now.
    pub gained: u64,
    /// Not decided again: the personal text that the facts are drawn from was erased.
    pub unreadable: u64,
}

/// Facts that the caller had established.
type Established = Vec<(String, Fact)>;

/// What decisions are made again from.
pub struct Replay<'a> {
    /// Knows every kind.
    pub registry: &'a Registry,
    /// Holds the record.
    pub store: &'a dyn Store,
    /// Opens personal text: some facts are whether it was given.
    pub vault: &'a Vault,
    /// Decides now.
    pub gate: &'a Gate,
}

impl std::fmt::Debug for Replay<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Replay(by {})", self.gate.profile().digest)
    }
}

impl Replay<'_> {
    /// Decides every act of the record again, from the first event; `each` hears of the events from
    /// `since` (ms since the Unix epoch) on.
    ///
    /// # Errors
    /// [`StoreError`] when the store fails or holds what is not an event.
    pub fn run(&self, since: i64, each: &mut dyn FnMut(&Event, &Decision)) -> Result<Tally, StoreError> {
        let size = self.store.head()?.size;
        let (mut books, mut tally) = (Books::default(), Tally::default());
        let (mut at, mut last_ms) = (0, 0);
        while at < size {
            let to = size.min(at + CHUNK_EVENTS);
            let mut shelf = Shelf::new(&books);
            for leaf in self.store.leaves(at, to)? {
                let event = Event::from_leaf(leaf.seq, &leaf.bytes).map_err(|e| StoreError::Damaged(e.to_string()))?;
                if event.at_ms >= since {
                    self.again(&event, &shelf, last_ms, &mut tally, each)?;
                }
                last_ms = event.at_ms;
                self.registry.fold(&event, &mut shelf);
            }
            let changes = shelf.into_changes();
            books.apply(changes);
            at = to;
        }
        Ok(tally)
    }

    fn again(
        &self,
        event: &Event,
        books: &Shelf<'_>,
        last_ms: i64,
        tally: &mut Tally,
        each: &mut dyn FnMut(&Event, &Decision),
    ) -> Result<(), StoreError> {
        let Some((act, given)) = self.act(event)? else {
            tally.unreadable += 1;
            return Ok(());
        };
        let profile = self.gate.profile();
        let ask = Ask { act: &act, books, profile, now_ms: event.at_ms, last_ms };
        let ruling = match self.gate.sheet(act.asked.act) {
            None => sekisho_gate::Ruling::Refusal(self.gate.refuse_unknown_act(&event.act)),
            Some(mut sheet) => {
                self.registry.facts(&ask, &mut sheet);
                for (name, fact) in &given {
                    sheet.set(name, fact.clone());
                }
                self.gate.decide(&sheet)
            }
        };
        tally.decided += 1;
        match (event.allowed, ruling.allowed()) {
            (true, false) => tally.lost += 1,
            (false, true) => tally.gained += 1,
            _ => tally.same += 1,
        }
        each(event, ruling.decision());
        Ok(())
    }

    /// The act as it was asked, with the facts that the caller had established.
    fn act(&self, event: &Event) -> Result<Option<(Act, Established)>, StoreError> {
        let Some(entry) = self.registry.act(&event.act) else { return Ok(None) };
        let mut asked = Asked { public: event.body.clone(), ..Asked::new(entry.spec.name) };
        let recorded = asked.public.remove("given");
        if event.private.is_some() {
            let Some(blob) = self.store.sealed_text(event.seq)? else { return Ok(None) };
            let text = self.vault.open(event.seq, &blob);
            asked.private = text.map_err(|e| StoreError::Damaged(e.to_string()))?;
        }
        let mut recorded = match recorded {
            Some(Json::Object(given)) => given,
            _ => Body::new(),
        };
        let text = |value: Option<Json>| value.as_ref().and_then(Json::as_str).map(str::to_owned);
        let by = Actor { reported_room: text(recorded.remove("room")), ..event.by.clone() };
        let given = Given { card_claimed: text(recorded.remove("card")), ..Given::default() };
        // Evidence can be made only by the gate's own checks; here its outcome is read as a fact.
        if let Some(right) = recorded.remove("password_right") {
            recorded.insert("password_given".to_owned(), true.into());
            recorded.insert("password_ok".to_owned(), right);
        }
        let facts = recorded.iter().filter_map(|(name, value)| Some((name.clone(), Fact::from_json(value)?)));
        let facts = facts.collect();
        Ok(Some((Act { asked, by, given, effects: Vec::new() }, facts)))
    }
}
