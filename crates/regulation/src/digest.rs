//! The digest of a profile: which text of which files a decision was made by.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// SHA-256 over the files in order of their names, each as length-prefixed name and content, in
/// lower-case hex.
#[must_use]
pub fn of_files(files: &BTreeMap<String, String>) -> String {
    let mut hasher = Sha256::new();
    for (name, text) in files {
        for part in [name.as_bytes(), text.as_bytes()] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
    }
    hex(&hasher.finalize())
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
