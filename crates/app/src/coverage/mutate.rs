//! Switching off what meets an obligation, one means after the other: a test that the row names must go
//! red.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use sekisho_gate::Gate;
use sekisho_gate::proof::{Found, Ground};
use sekisho_ledgers::kinds::KINDS;
use sekisho_ledgers::procedure::Off;
use sekisho_ledgers::{Registry, rehearsal};
use sekisho_regulation::profile::Obligation;

use crate::prove::in_parallel;

/// What came of switching one means of an obligation off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// This test of the row went red.
    Red(String),
    /// Every test of the row that was run stayed green.
    Green,
    /// It cannot be switched off here: code, pages and settings are for the program's own tests.
    Untried,
}

/// A means of an obligation, switched off.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The obligation.
    pub id: String,
    /// The means.
    pub means: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// Switches off every means of every obligation.
#[must_use]
pub fn run(ground: &Ground, registry: &Registry) -> Vec<Tried> {
    let rows: Vec<(usize, &Obligation, &String)> = ground
        .gate()
        .profile()
        .obligations
        .iter()
        .flat_map(|row| row.by.iter().map(move |means| (row, means)))
        .enumerate()
        .map(|(at, (row, means))| (at, row, means))
        .collect();
    let tried = Mutex::new(BTreeMap::new());
    in_parallel(
        &rows,
        || (),
        |(), (at, row, means)| {
            let outcome = attempt(ground, registry, row, means);
            let one = Tried { id: row.id.clone(), means: (*means).clone(), outcome };
            tried.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(*at, one);
        },
    );
    tried.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).into_values().collect()
}

/// What a means is when it is switched off.
enum Switch {
    Policy(String),
    Books(Off),
}

fn switch(gate: &Gate, registry: &Registry, means: &str) -> Option<Switch> {
    let (kind, name) = means.split_once(':')?;
    let procedures = registry.filings().procedures();
    match kind {
        "policy" => Some(Switch::Policy(name.to_owned())),
        "need" => {
            let id = name.replacen('/', ".", 1);
            gate.policies().iter().any(|policy| *policy.id == *id).then_some(Switch::Policy(id))
        }
        "step" | "act" => {
            let (_, step) = registry.filings().step(name)?;
            Some(Switch::Books(Off::Step(&step.act)))
        }
        "book" => procedures.book(name).map(|book| Switch::Books(Off::Book(&book.name))),
        "field" => {
            let (book, column) = name.split_once('.')?;
            let book = procedures.book(book)?;
            let view = registry.view(&book.name)?;
            let column = view.columns.iter().find(|known| known.name == column)?;
            Some(Switch::Books(Off::Field(&book.name, column.name)))
        }
        "duty" => {
            let periodic = procedures.periodic().map(|duty| duty.name.as_str());
            let mut all = periodic.chain(procedures.row_duties().map(|(_, duty)| duty.name.as_str()));
            all.find(|known| *known == name).map(|name| Switch::Books(Off::Duty(name)))
        }
        _ => None,
    }
}

fn attempt(ground: &Ground, registry: &Registry, row: &Obligation, means: &str) -> Outcome {
    let gate = ground.gate();
    let Some(switch) = switch(gate, registry, means) else { return Outcome::Untried };
    let named = |kind: &str| -> BTreeSet<&str> {
        row.tests.iter().filter_map(|test| test.split_once(':')).filter(|(k, _)| *k == kind).map(|(_, n)| n).collect()
    };
    let (scenarios, cases) = (named("scenario"), named("case"));
    let wanted = |name: &str| scenarios.contains(name);
    let (gate_off, books_off) = match switch {
        Switch::Policy(id) => (Some(gate.without(&id)), None),
        Switch::Books(off) => (None, Some(Registry::with(KINDS, registry.filings().without(off)))),
    };
    let gate_now = gate_off.as_ref().unwrap_or(gate);
    let played = rehearsal::play_only(gate_now, books_off.as_ref().unwrap_or(registry), &wanted);
    if let Some(red) = played.into_iter().find(|played| !played.passed()) {
        return Outcome::Red(format!("scenario:{}", red.name));
    }
    // Neither a golden case nor a theorem knows any book.
    let Some(without) = &gate_off else { return Outcome::Green };
    if let Some(red) = cases.iter().find(|name| ground.case_fails(name, without)) {
        return Outcome::Red(format!("case:{red}"));
    }
    let theorems = named("theorem");
    let claimed = gate.profile().theorems.theorems.iter().filter(|theorem| theorems.contains(theorem.id.as_str()));
    for theorem in claimed {
        let claims = ground.claims(theorem).unwrap_or_default().into_iter();
        let mut now = claims.filter_map(|claim| claim.of(without));
        if now.any(|claim| matches!(claim.refute(), Found::Sheet(_))) {
            return Outcome::Red(format!("theorem:{}", theorem.id));
        }
    }
    Outcome::Green
}
