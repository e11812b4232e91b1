//! Entries at introduction: the people, posts, cards and devices that are there before anybody can
//! sign in. Each is an event of its own; closing the introduction ends them for good.

mod first;
mod terminals;

use sekisho_gate::Fact;
use sekisho_ledgers::event::{Act, Actor, Asked, Effect, Given};
use sekisho_ledgers::{ActError, House};

pub use first::{First, FirstError, first};
pub use terminals::Terminal;
pub(crate) use terminals::{kind_for, machine};

/// Why an entry was not made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// It could not be recorded.
    #[error(transparent)]
    Act(#[from] ActError),
    /// The gate refused it.
    #[error("{0}")]
    Refused(String),
}

/// Makes an entry: what `asked` says is taken into the books as if the act had been done.
///
/// # Errors
/// [`SetupError::Refused`] when the introduction is closed.
pub fn enter(house: &House, asked: Asked, effects: Vec<Effect>) -> Result<u64, SetupError> {
    let mut outer = Asked { act: "setup.record", ..asked.clone() };
    outer.put("entry", asked.act.into(), false);
    submit(house, outer, effects)
}

/// Ends the introduction.
///
/// # Errors
/// [`SetupError`] when it could not be recorded or is closed already.
pub fn close(house: &House) -> Result<u64, SetupError> {
    submit(house, Asked::new("setup.close"), Vec::new())
}

fn submit(house: &House, asked: Asked, effects: Vec<Effect>) -> Result<u64, SetupError> {
    let given = Given { facts: Vec::<(&'static str, Fact)>::new(), ..Given::default() };
    let receipt = house.submit(Act { asked, by: Actor::default(), given, effects })?;
    if receipt.decision.allowed {
        Ok(receipt.seq)
    } else {
        Err(SetupError::Refused(receipt.decision.sentence.to_string()))
    }
}
