//! The reader of regulations, from outside: it reaches its score on texts with facts made by hand, the
//! same law in another dress gives the same facts, and no input breaks it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a test tells what it measured")]

#[path = "reader/cases.rs"]
mod cases;
#[path = "reader/dress.rs"]
mod dress;
#[path = "reader/dresses.rs"]
mod dresses;
#[path = "reader/layouts.rs"]
mod layouts;
#[path = "reader/mangled.rs"]
mod mangled;
#[path = "reader/score.rs"]
mod score;
#[path = "reader/scores.rs"]
mod scores;
#[path = "reader/wordings.rs"]
mod wordings;
