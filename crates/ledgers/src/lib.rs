//! 務める: acts, events, books, and the one way through the house.
//!
//! An act goes to the gate with the facts that the books give; the ruling is recorded in the Merkle
//! log, folded into the books, and made durable in one step; then the caller hears of it. This crate
//! knows every kind of business; it does not know SQL or HTTP, and it asks for the time, randomness
//! and storage through ports.

pub mod books;
mod common;
mod crowd;
pub mod event;
pub mod house;
pub mod identity;
pub mod kind;
pub mod kinds;
mod load;
pub mod ports;
pub mod procedure;
pub mod rehearsal;
pub mod replay;
pub mod spec;
#[cfg(test)]
mod testing;
pub mod value;
pub mod vault;
mod writer;

pub use books::{Books, Registers};
pub use event::{Act, Actor, Asked, Effect, Event, Given};
pub use house::{ActError, Ground, House, OpenError, Receipt};
pub use kind::{Kind, Registry};
pub use load::rebuild;
