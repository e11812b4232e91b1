//! Texts with their facts: the invented corpus, and the seeds where they are at hand.

use std::path::{Path, PathBuf};

use sekisho_regulation::reader::{self, Book, json};
use serde_json::Value;

/// A text and the facts it should give.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) gold: Value,
}

impl Case {
    pub(crate) fn book(&self) -> Book {
        reader::read(&self.bytes).unwrap_or_else(|e| panic!("{}: {e}", self.name))
    }
}

/// The facts of a book as other programs get them.
pub(crate) fn facts(book: &Book) -> Value {
    serde_json::to_value(json::Output::from(book)).unwrap()
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// The invented regulations of this repository.
pub(crate) fn corpus() -> Vec<Case> {
    let folder = here().join("tests/corpus");
    let cases = pairs(&folder, &folder);
    assert!(!cases.is_empty(), "no corpus in {}", folder.display());
    cases
}

/// The seeds, which lie beside the repository or nowhere.
pub(crate) fn seeds() -> Vec<Case> {
    let shared = here().join("../../../shared");
    let (gold, texts) = (shared.join("requirements/gold"), shared.join("seeds"));
    if !gold.is_dir() || !texts.is_dir() {
        eprintln!("skipped: there are no seeds beside the repository");
        return Vec::new();
    }
    pairs(&gold, &texts)
}

fn pairs(gold: &Path, texts: &Path) -> Vec<Case> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(texts).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    names
        .into_iter()
        .filter_map(|text| {
            let name = text.file_name()?.to_str()?.to_owned();
            let stem = name.split(['.', '_']).next()?;
            let known = ["txt", "html", "htm", "xml", "md"].iter().any(|end| name.ends_with(&format!(".{end}")));
            let facts = std::fs::read_to_string(gold.join(format!("{stem}.gold.json"))).ok().filter(|_| known)?;
            let gold = serde_json::from_str(&facts).unwrap();
            Some(Case { bytes: std::fs::read(&text).unwrap(), gold, name })
        })
        .collect()
}
