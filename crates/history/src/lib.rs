//! 調べる: questions to the operation history.
//!
//! The history is asked in sentences: who looked at this person, what did this operator do, what
//! happened at this terminal. Each question is a list of conditions on a journal and a way to count
//! its rows by day and hour. This crate knows columns and questions; it knows neither HTTP nor SQL,
//! and it never decides: to look at the history is an act that the gate has allowed before.

pub mod heat;
pub mod question;

pub use heat::Heat;
pub use question::{Question, Span};
