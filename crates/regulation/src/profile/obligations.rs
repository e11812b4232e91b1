//! `obligations.toml`: everything that the text asks, one by one, with what meets it and the tests that
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

use serde::{Deserialize, Serialize};

use crate::citation::Citation;

/// The file in a profile's folder.
pub const FILE: &str = "obligations.toml";

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
    /// What meets it: `policy:`, `book:`, `act:`, `page:`, `duty:`, `step:`, `document:`, `setting:`.
    #[serde(default)]
    pub by: Vec<String>,
    /// What a person still does.
    #[serde(default)]
    pub person: Option<String>,
    /// What shows it: `case:` (a golden case), `theorem:`, `test:` (a test of the program).
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
pub(super) struct Obligations {
    #[serde(default)]
    pub(super) obligation: Vec<Obligation>,
}
