//! Golden cases: acts with their facts, and the decision that must come out.
//!
//! ```toml
//! [base."card.lend"]          # facts under which the act is allowed; good in every file
//! card_presented = true
//!
//! [[case]]
//! name = "失効したカードでは貸与できない"
//! act = "card.lend"
//! facts = { card_state = "revoked" }    # what differs from the base
//! without = ["room_level"]              # facts that are not given
//! expect = { allowed = false, code = "CARD_REVOKED", cites = ["nishimeya:12..4"], nearest = ["card_state"] }
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::decision::Decision;
use crate::engine::Gate;
use crate::facts::Fact;

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    base: BTreeMap<String, Facts>,
    #[serde(default)]
    case: Vec<Case>,
}

type Facts = BTreeMap<String, Fact>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    act: String,
    #[serde(default)]
    facts: Facts,
    #[serde(default)]
    without: Vec<String>,
    expect: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    allowed: bool,
    code: Option<String>,
    #[serde(default)]
    cites: Vec<String>,
    nearest: Option<Vec<String>>,
}

/// Runs every case of the gate's profile. A file that cannot be read is a case that failed.
pub(crate) fn run(gate: &Gate) -> Vec<CaseResult> {
    let mut results = Vec::new();
    let mut bases: BTreeMap<String, Facts> = BTreeMap::new();
    let mut cases: Vec<(&str, Case)> = Vec::new();
    for (name, text) in &gate.profile().cases {
        match toml::from_str::<File>(text) {
            Ok(file) => {
                bases.extend(file.base);
                cases.extend(file.case.into_iter().map(|case| (name.as_str(), case)));
            }
            Err(error) => results.push(CaseResult {
                file: name.clone(),
                name: "（読めないファイル）".to_owned(),
                act: String::new(),
                decision: None,
                differences: vec![error.to_string()],
            }),
        }
    }
    results.extend(cases.into_iter().map(|(file, case)| run_one(gate, file, case, &bases)));
    results
}

fn run_one(gate: &Gate, file: &str, case: Case, bases: &BTreeMap<String, Facts>) -> CaseResult {
    let mut differences = Vec::new();
    let decision = match gate.sheet(&case.act) {
        None => gate.refuse_unknown_act(&case.act).decision().clone(),
        Some(mut sheet) => {
            let mut facts: Map<String, Value> = Map::new();
            let given = bases.get(&case.act).into_iter().flatten().chain(&case.facts);
            facts.extend(given.map(|(name, fact)| (name.clone(), fact.to_json())));
            case.without.iter().for_each(|name| drop(facts.remove(name)));
            differences.extend(sheet.fill(&facts).iter().map(|name| format!("事実`{name}`はこの行為にありません")));
            gate.decide(&sheet).decision().clone()
        }
    };
    compare(&case.expect, &decision, &mut differences);
    CaseResult { file: file.to_owned(), name: case.name, act: case.act, decision: Some(decision), differences }
}

fn compare(expect: &Expected, got: &Decision, differences: &mut Vec<String>) {
    let mut differ = |what: &str, wanted: String, got: String| {
        if wanted != got {
            differences.push(format!("{what}: 期待`{wanted}` 結果`{got}`"));
        }
    };
    differ("可否", expect.allowed.to_string(), got.allowed.to_string());
    if let Some(code) = &expect.code {
        differ("コード", code.clone(), got.code.to_string());
    }
    let cites: Vec<String> = got.articles.iter().map(ToString::to_string).collect();
    if !expect.cites.is_empty() {
        differ("根拠", expect.cites.join(" "), cites.join(" "));
    }
    if let Some(nearest) = &expect.nearest {
        let found: Vec<&str> = got.nearest.iter().map(|miss| miss.fact.as_ref()).collect();
        differ("あと一歩", nearest.join(" "), found.join(" "));
    }
}
