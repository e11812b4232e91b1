//! `obligations/*.toml`: everything that the text asks, one by one, with what meets it and the tests that
//! show it. A row without a test is not met.
//!
//! ```toml
//! [[obligation]]
//! id = "NM-12-1-4"
//! cite = "nishimeya:12..4"
//! says = "カードの管理簿を作る。"
//! by = ["book:cards", "policy:card.lend.signed"]
//! person = "カードの現物の保管"            # what a person still does; may be left out
//! tests = ["case:双方の確認のない貸与", "test:ledgers::kinds::cards::tests::a_card_is_lent"]
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ProfileError, parse};
use crate::citation::Citation;

/// The folder in a profile's folder: a file for each area.
pub const FOLDER: &str = "obligations/";

/// Something that the text asks.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Obligation {
    /// Its id, such as `NM-12-1-4`.
    pub id: String,
    /// Where the text asks it; none for what its supplementary provisions ask.
    #[serde(default)]
    pub cite: Option<Citation>,
    /// What it asks, in our own words.
    pub says: String,
    /// What meets it: `policy:`, `book:`, `field:`, `act:` or `step:`, `need:`, `duty:`, `page:`,
    /// `document:`, `setting:`.
    #[serde(default)]
    pub by: Vec<String>,
    /// What a person still does.
    #[serde(default)]
    pub person: Option<String>,
    /// What shows it: `scenario:`, `case:` (a golden case), `theorem:`, `test:` (a test of the program).
    #[serde(default)]
    pub tests: Vec<String>,
}

impl Obligation {
    /// Whether something meets it, and a test shows that.
    #[must_use]
    pub fn met(&self) -> bool {
        !self.by.is_empty() && !self.tests.is_empty()
    }
}

/// The file.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Obligations {
    #[serde(default)]
    obligation: Vec<Obligation>,
}

/// Every row, by the name of its file and in the order there.
pub(super) fn read(files: &BTreeMap<String, String>) -> Result<Vec<Obligation>, ProfileError> {
    let mut all: Vec<Obligation> = Vec::new();
    for name in files.keys().filter(|name| name.starts_with(FOLDER)) {
        for row in parse::<Obligations>(files, name)?.obligation {
            if all.iter().any(|other| other.id == row.id) {
                return Err(ProfileError::Malformed {
                    file: name.clone(),
                    cause: format!("`{}`が二つあります", row.id),
                });
            }
            all.push(row);
        }
    }
    Ok(all)
}
