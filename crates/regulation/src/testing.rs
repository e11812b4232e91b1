//! The profiles in the source tree, for the tests of every crate (feature `testing`).
#![allow(clippy::expect_used, reason = "a test may fail by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::profile::Profile;

/// The text of every file under a folder of `profiles`, by its name relative to that folder.
///
/// # Panics
/// When a file cannot be read.
#[must_use]
pub fn files(folder: &str) -> BTreeMap<String, String> {
    let base = root().join(folder);
    let mut files = BTreeMap::new();
    walk(&base, &base, &mut files);
    files
}

/// A profile of the source tree.
///
/// # Panics
/// When it cannot be read.
#[must_use]
pub fn profile(key: &str) -> Profile {
    Profile::from_files(&files(key), &files("national")).expect("a sound profile")
}

/// Keys of the municipalities whose profiles are in the source tree.
///
/// # Panics
/// When the folder cannot be read.
#[must_use]
pub fn keys() -> Vec<String> {
    let entries = std::fs::read_dir(root()).expect("the profiles");
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut keys: Vec<String> = names.filter(|name| name != "national").collect();
    keys.sort();
    keys
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles")
}

fn walk(dir: &Path, base: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(dir).expect("a folder of profiles") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, base, files);
        } else if let Some(name) = path.strip_prefix(base).ok().and_then(Path::to_str) {
            files.insert(name.to_owned(), std::fs::read_to_string(&path).expect("a text"));
        }
    }
}
