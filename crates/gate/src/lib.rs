//! 許す: decisions that cite articles.
//!
//! A [`Gate`] is made from a profile. It is asked about one act at a time: the caller fills a
//! [`FactSheet`] with what is true, and gets a [`Ruling`] that names the articles it rests on. The
//! gate is pure: it reads no clock, opens no file, knows no database and keeps nothing between two
//! questions. What it cannot decide (an unknown act, a missing fact, an erroring policy, a permit
//! without a citation) it refuses, and it cites an article even then.
//!
//! Policies are written in Cedar and checked by Cedar's own validator when the profile is loaded.
//! Deciding runs a program compiled from them; a differential test holds both to the same answers.

pub mod card;
pub mod cases;
mod compile;
pub mod decision;
mod engine;
mod error;
mod eval;
pub mod facts;
#[cfg(test)]
mod fixture;
mod nearest;
pub mod password;
mod plan;
mod policy;
pub mod proof;
mod schema;
mod sentence;
mod wire;

pub use cases::CaseResult;
pub use decision::{Decision, Miss, Nearest, Permit, Refusal, Ruling};
pub use engine::{Gate, PolicyInfo};
pub use error::GateError;
pub use facts::{Fact, FactSheet};
