//! The program as a whole: its commands, and the record under corruption, `kill -9`, full disks and
//! bad input.
//!
//! `SEKISHO_ROUNDS=N` plays more rounds (`corruption` 10,000 and `kill` 200 in a full run),
//! `SEKISHO_SEED=N` repeats a run, and `SEKISHO_WITHOUT_POSTGRES=1` leaves PostgreSQL out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a test fails by panicking, and the load tells what it did on its output"
)]

mod program {
    mod bad_input;
    mod commands;
    mod corruption;
    mod disk;
    mod kill;
    mod outside;
    mod prove;
    mod python;
    mod reader;
    mod town;
}
