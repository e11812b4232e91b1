//! The record's own acts.
