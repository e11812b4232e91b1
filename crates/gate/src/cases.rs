//! Golden cases: acts with their facts, and the decision that must come out.

use crate::decision::Decision;

/// How one golden case went.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// The file it stands in.
    pub file: String,
    /// Its name.
    pub name: String,
    /// The act.
    pub act: String,
    /// What came out; none when the case could not be run.
    pub decision: Option<Decision>,
    /// In what it differs from what was expected; empty when it passed.
    pub differences: Vec<String>,
}

impl CaseResult {
    /// Whether the decision was the expected one.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.differences.is_empty()
    }
}
