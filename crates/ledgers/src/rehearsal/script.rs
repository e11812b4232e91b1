//! A file of scenarios.

use std::collections::BTreeMap;

use sekisho_regulation::profile::Plain;
use serde::Deserialize;

use crate::spec::read_moment;

/// What happens one after another.
#[derive(Debug)]
pub(super) struct Scenario {
    pub(super) name: String,
    pub(super) steps: Vec<Step>,
}

/// One thing that happens or is looked at.
#[derive(Debug)]
pub(super) enum Step {
    Act(ActStep),
    Duty(DutyStep),
    Row(RowStep),
}

impl Step {
    pub(super) fn at_ms(&self) -> Option<i64> {
        match self {
            Self::Act(step) => Some(step.at_ms),
            Self::Duty(step) => Some(step.at_ms),
            Self::Row(_) => None,
        }
    }
}

/// Somebody does something.
#[derive(Debug)]
pub(super) struct ActStep {
    pub(super) at_ms: i64,
    pub(super) by: String,
    pub(super) act: String,
    pub(super) alias: Option<String>,
    pub(super) with: BTreeMap<String, Plain>,
    pub(super) facts: BTreeMap<String, Plain>,
    pub(super) code: Option<String>,
    pub(super) cites: Vec<String>,
}

/// Something is due, or not.
#[derive(Debug)]
pub(super) struct DutyStep {
    pub(super) at_ms: i64,
    pub(super) duty: String,
    pub(super) of: Option<String>,
    pub(super) state: String,
    pub(super) whom: Option<String>,
}

/// How a row stands.
#[derive(Debug)]
pub(super) struct RowStep {
    pub(super) row: String,
    pub(super) book: Option<String>,
    pub(super) has: BTreeMap<String, Plain>,
}

/// A value as text.
pub(super) trait AsText {
    fn text(&self) -> String;
}

impl AsText for Plain {
    fn text(&self) -> String {
        match self {
            Self::Bool(yes) => yes.to_string(),
            Self::Long(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    scenario: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    step: Vec<WrittenStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStep {
    on: Option<String>,
    by: Option<String>,
    act: Option<String>,
    #[serde(rename = "as")]
    alias: Option<String>,
    #[serde(default)]
    with: BTreeMap<String, Plain>,
    /// Facts that nobody's book holds in a scenario, such as a card on the reader.
    #[serde(default)]
    facts: BTreeMap<String, Plain>,
    code: Option<String>,
    #[serde(default)]
    cites: Vec<String>,
    duty: Option<String>,
    of: Option<String>,
    state: Option<String>,
    whom: Option<String>,
    row: Option<String>,
    book: Option<String>,
    #[serde(default)]
    has: BTreeMap<String, Plain>,
}

/// Reads a file.
pub(super) fn read(text: &str) -> Result<Vec<Scenario>, String> {
    let file: File = toml::from_str(text).map_err(|e| e.to_string())?;
    let scenario = |written: Written| {
        let name = written.name;
        let mut last = None;
        let steps = written
            .step
            .into_iter()
            .enumerate()
            .map(|(at, step)| step.read(&mut last).map_err(|cause| format!("「{name}」の{}番目: {cause}", at + 1)));
        let steps = steps.collect::<Result<Vec<_>, _>>()?;
        Ok(Scenario { steps, name })
    };
    file.scenario.into_iter().map(scenario).collect()
}

impl WrittenStep {
    /// A step without a time comes right after the one before.
    fn read(self, last: &mut Option<i64>) -> Result<Step, String> {
        if let Some(on) = &self.on {
            let on = if on.contains(' ') { on.clone() } else { format!("{on} 09:00") };
            *last = Some(read_moment(&on).map_err(|_| format!("`on`の「{on}」は日時ではありません"))?);
        }
        let at = |last: &Option<i64>| last.ok_or_else(|| "始めの行には`on`が要ります".to_owned());
        match (self.act, self.duty, self.row) {
            (Some(act), None, None) => Ok(Step::Act(ActStep {
                at_ms: at(last)?,
                by: self.by.ok_or("`by`がありません")?,
                act,
                alias: self.alias,
                with: self.with,
                facts: self.facts,
                code: self.code,
                cites: self.cites,
            })),
            (None, Some(duty), None) => {
                let state = self.state.ok_or("`state`がありません")?;
                if !["overdue", "due", "soon", "later", "gone"].contains(&state.as_str()) {
                    return Err(format!("`state`の「{state}」は知られていません"));
                }
                Ok(Step::Duty(DutyStep { at_ms: at(last)?, duty, of: self.of, state, whom: self.whom }))
            }
            (None, None, Some(row)) => Ok(Step::Row(RowStep { row, book: self.book, has: self.has })),
            _ => Err("`act`、`duty`、`row`のどれか一つを書いてください".to_owned()),
        }
    }
}
