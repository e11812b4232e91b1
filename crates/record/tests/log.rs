//! The record from outside: codecs, proofs, other people's verifiers, corruption.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

mod log {
    mod tree;
}
