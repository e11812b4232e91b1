//! What a revision of the regulation changes: article by article, and for whom. The second is found
//! by deciding again, under the new version, what was decided under the old, and, for
//! everybody else, by comparing the rules of both for all requests.

mod articles;
mod everybody;

use std::collections::BTreeMap;

use sekisho_gate::{Decision, Gate};
use sekisho_ledgers::Registry;
use sekisho_ledgers::event::Event;
use sekisho_ledgers::ports::{Store, StoreError};
use sekisho_ledgers::replay::{Replay, Tally};
use sekisho_ledgers::vault::Vault;

pub use articles::{ArticleChange, changes};
pub use everybody::{Everybody, Shift, everybody};
pub use sekisho_gate::proof::Side;

/// A right that somebody gains or loses: an act in a capacity, as it was really asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    /// The person; empty where nobody was signed in.
    pub person: String,
    /// The role in which it was asked for.
    pub capacity: String,
    /// The act.
    pub act: String,
}

/// How often a right was used, and what is said now.
#[derive(Clone, Debug)]
pub struct Effect {
    /// How many recorded decisions come out otherwise.
    pub count: u64,
    /// The last of them.
    pub last_seq: u64,
    /// What is said under the new version, the last time.
    pub now: Decision,
    /// The code under the old version, the last time.
    pub then_code: String,
}

/// What the recorded decisions would have been under another version.
#[derive(Debug, Default)]
pub struct Consequences {
    /// How many were decided again.
    pub tally: Tally,
    /// Allowed then, refused now.
    pub lost: BTreeMap<Right, Effect>,
    /// Refused then, allowed now.
    pub gained: BTreeMap<Right, Effect>,
}

/// Decides again under `gate` what was recorded since `since` (ms since the Unix epoch).
///
/// # Errors
/// [`StoreError`] when the store fails or holds what is not an event.
pub fn consequences(
    registry: &Registry,
    store: &dyn Store,
    vault: &Vault,
    gate: &Gate,
    since: i64,
) -> Result<Consequences, StoreError> {
    let mut found = Consequences::default();
    let (lost, gained) = (&mut found.lost, &mut found.gained);
    let tally = Replay { registry, store, vault, gate }.run(since, &mut |event, decision| match (
        event.allowed,
        decision.allowed,
    ) {
        (true, false) => note(lost, event, decision),
        (false, true) => note(gained, event, decision),
        _ => {}
    })?;
    found.tally = tally;
    Ok(found)
}

fn note(effects: &mut BTreeMap<Right, Effect>, event: &Event, decision: &Decision) {
    let right = Right {
        person: event.by.person.clone().unwrap_or_default(),
        capacity: event.by.capacity.clone().unwrap_or_default(),
        act: event.act.to_string(),
    };
    let count = effects.get(&right).map_or(0, |effect| effect.count) + 1;
    let then_code = event.code.to_string();
    effects.insert(right, Effect { count, last_seq: event.seq, now: decision.clone(), then_code });
}
