//! The village's profile, for tests of this crate.
#![allow(clippy::expect_used, reason = "a test may fail by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_regulation::{Profile, testing};

use crate::engine::Gate;

/// The text of every file of the village's profile.
pub(crate) fn files() -> BTreeMap<String, String> {
    testing::files("nishimeya")
}

/// The national files.
pub(crate) fn national() -> BTreeMap<String, String> {
    testing::files("national")
}

pub(crate) fn profile() -> Arc<Profile> {
    Arc::new(testing::profile("nishimeya"))
}

pub(crate) fn gate() -> Gate {
    Gate::new(profile()).expect("the village's gate")
}
