//! The record from outside: codecs, proofs, other people's verifiers, corruption.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a test may stop at the first surprise, and its modules are one binary"
)]

#[path = "log/build.rs"]
mod build;
#[path = "log/codecs.rs"]
mod codecs;
#[path = "log/corruption.rs"]
mod corruption;
#[path = "log/documents.rs"]
mod documents;
#[path = "log/others.rs"]
mod others;
#[path = "log/python.rs"]
mod python;
#[path = "log/tree.rs"]
mod tree;
