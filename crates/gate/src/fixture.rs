//! The village's profile, for tests of this crate.
#![allow(clippy::expect_used, reason = "a test may fail by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use sekisho_regulation::Profile;

use crate::engine::Gate;

/// The text of every file of the village's profile.
pub(crate) fn files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for folder in ["", "policy", "cases"] {
        for entry in std::fs::read_dir(root().join("nishimeya").join(folder)).expect("the profile's folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            if path.is_file() {
                let name = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
                files.insert(name, std::fs::read_to_string(&path).expect("a text"));
            }
        }
    }
    files
}

/// The national vocabulary's text.
pub(crate) fn vocabulary() -> String {
    std::fs::read_to_string(root().join("national/facts.toml")).expect("the vocabulary")
}

pub(crate) fn profile() -> Arc<Profile> {
    Arc::new(Profile::from_files(&files(), &vocabulary()).expect("the village's profile"))
}

pub(crate) fn gate() -> Gate {
    Gate::new(profile()).expect("the village's gate")
}

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles")
}
