//! Golden cases: acts with their facts, and the decision that must come out.
//!
//! ```toml
//! [[case]]
//! name = "失効したカードでは貸与できない"
//! act = "card.lend"
//! reading = "AMB-NM-05:permit"        # only where the text is read so; may be left out
//! facts = { card_state = "revoked" }    # what differs from the usual
//! without = ["room"]                    # facts that are not given
//! expect = { allowed = false, code = "CARD_REVOKED", cites = ["nishimeya:12..4"], nearest = ["card_state"] }
//! # … and `policies`, where it matters that no other speaks as well.
//! ```

use std::collections::{BTreeMap, BTreeSet};

use sekisho_regulation::Profile;
use sekisho_regulation::profile::Plain;
use sekisho_regulation::profile::readings::AS_WRITTEN;
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
    case: Vec<Case>,
}

type Facts = BTreeMap<String, Fact>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    name: String,
    act: String,
    /// The reading under which the case holds, such as `AMB-NM-05:permit`; under any when left out.
    reading: Option<String>,
    #[serde(default)]
    facts: Facts,
    #[serde(default)]
    without: Vec<String>,
    expect: Expected,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    allowed: bool,
    code: Option<String>,
    #[serde(default)]
    cites: Vec<String>,
    nearest: Option<Vec<String>>,
    /// The policies that determined it, in the order in which they speak.
    policies: Option<Vec<String>>,
}

/// The golden cases of a profile.
#[derive(Debug, Default)]
pub(crate) struct Cases {
    /// The cases, each with the file it stands in.
    cases: Vec<(String, Case)>,
    /// Files that cannot be read: each is a case that failed.
    unread: Vec<CaseResult>,
}

impl Cases {
    /// Reads every file of cases.
    pub(crate) fn read(profile: &Profile) -> Self {
        let mut all = Self::default();
        for (name, text) in &profile.cases {
            match toml::from_str::<File>(text) {
                Ok(file) => {
                    let cases = file.case.into_iter().filter(|case| holds(profile, case.reading.as_deref()));
                    all.cases.extend(cases.map(|case| (name.clone(), case)));
                }
                Err(error) => all.unread.push(CaseResult {
                    file: name.clone(),
                    name: "（読めないファイル）".to_owned(),
                    act: String::new(),
                    decision: None,
                    differences: vec![error.to_string()],
                }),
            }
        }
        all
    }

    /// The cases of these acts.
    pub(crate) fn of<'c>(&'c self, acts: &'c BTreeSet<String>) -> impl Iterator<Item = &'c (String, Case)> {
        self.cases.iter().filter(|(_, case)| acts.contains(&case.act))
    }

    /// The cases with a name.
    pub(crate) fn named<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c (String, Case)> {
        self.cases.iter().filter(move |(_, case)| case.name == name)
    }

    /// Runs one case.
    pub(crate) fn run(&self, gate: &Gate, (file, case): &(String, Case)) -> CaseResult {
        let mut differences = Vec::new();
        let decision = match gate.sheet(&case.act) {
            None => gate.refuse_unknown_act(&case.act).decision().clone(),
            Some(mut sheet) => {
                let mut facts: Map<String, Value> = Map::new();
                facts.extend(usual(gate.profile(), &case.act));
                facts.extend(case.facts.iter().map(|(name, fact)| (name.clone(), fact.to_json())));
                case.without.iter().for_each(|name| drop(facts.remove(name)));
                differences.extend(sheet.fill(&facts).iter().map(|name| format!("事実`{name}`はこの行為にありません")));
                gate.decide(&sheet).decision().clone()
            }
        };
        compare(&case.expect, &decision, &mut differences);
        let (file, name, act) = (file.clone(), case.name.clone(), case.act.clone());
        CaseResult { file, name, act, decision: Some(decision), differences }
    }
}

/// Whether the municipality reads its text so.
fn holds(profile: &Profile, reading: Option<&str>) -> bool {
    let Some((id, choice)) = reading.and_then(|reading| reading.split_once(':')) else { return reading.is_none() };
    let found = profile.settings.readings.iter().find(|reading| reading.id == id);
    found.is_some_and(|reading| reading.chosen.as_deref().unwrap_or(AS_WRITTEN) == choice)
}

/// The usual facts of an act.
pub(crate) fn usual(profile: &Profile, act: &str) -> Map<String, Value> {
    let json = |plain| match plain {
        Plain::Bool(yes) => Value::from(yes),
        Plain::Long(number) => number.into(),
        Plain::Text(code) => code.into(),
    };
    profile.usual(act).into_iter().map(|(name, plain)| (name, json(plain))).collect()
}

/// Runs every case of the gate's profile. A file that cannot be read is a case that failed.
pub(crate) fn run(gate: &Gate) -> Vec<CaseResult> {
    let all = Cases::read(gate.profile());
    let results: Vec<CaseResult> = all.cases.iter().map(|case| all.run(gate, case)).collect();
    all.unread.into_iter().chain(results).collect()
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
    if let Some(policies) = &expect.policies {
        let found: Vec<&str> = got.policies.iter().map(AsRef::as_ref).collect();
        differ("規則", policies.join(" "), found.join(" "));
    }
    if let Some(nearest) = &expect.nearest {
        let found: Vec<&str> = got.nearest.iter().map(|miss| miss.fact.as_ref()).collect();
        differ("あと一歩", nearest.join(" "), found.join(" "));
    }
}
