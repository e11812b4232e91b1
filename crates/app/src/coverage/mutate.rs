//! Switching off what meets an obligation, one means after the other: a test that the row names must go
//! red.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use sekisho_gate::Gate;
use sekisho_gate::proof::{Found, Ground};
use sekisho_ledgers::Registry;
use sekisho_ledgers::kinds::KINDS;
use sekisho_ledgers::procedure::Off;
use sekisho_ledgers::rehearsal::Scripts;
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

/// Switches off every means of every obligation. A means that several rows name is switched off once.
#[must_use]
pub fn run(ground: &Ground, registry: &Registry) -> Vec<Tried> {
    let scripts = Scripts::of(ground.gate().profile());
    let mut rows: BTreeMap<&str, Vec<(usize, &Obligation)>> = BTreeMap::new();
    let named = ground.gate().profile().obligations.iter().flat_map(|row| row.by.iter().map(move |by| (row, by)));
    for (at, (row, means)) in named.enumerate() {
        rows.entry(means).or_default().push((at, row));
    }
    let rows: Vec<(&str, Vec<(usize, &Obligation)>)> = rows.into_iter().collect();
    let tried = Mutex::new(BTreeMap::new());
    in_parallel(
        &rows,
        || (),
        |(), (means, rows)| {
            let mut off =
                switch(ground.gate(), registry, means).map(|off| Switched::new(ground, registry, &scripts, off));
            for (at, row) in rows {
                let outcome = off.as_mut().map_or(Outcome::Untried, |off| off.judge(row));
                let one = Tried { id: row.id.clone(), means: (*means).to_owned(), outcome };
                tried.lock().unwrap_or_else(PoisonError::into_inner).insert(*at, one);
            }
        },
    );
    tried.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

/// What a means is when it is switched off.
enum Switch {
    Policy(String),
    /// An act that is code.
    Act(String),
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
            let Some((_, step)) = registry.filings().step(name) else {
                return gate.sheet(name).map(|_| Switch::Act(name.to_owned()));
            };
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

/// A profile with one means switched off, and what is known of the tests there by now: rows share them.
struct Switched<'a> {
    ground: &'a Ground,
    scripts: &'a Scripts,
    gate: Option<Gate>,
    books: Option<Registry>,
    registry: &'a Registry,
    red: BTreeMap<&'a str, bool>,
}

impl<'a> Switched<'a> {
    fn new(ground: &'a Ground, registry: &'a Registry, scripts: &'a Scripts, switch: Switch) -> Self {
        let (gate, books) = match switch {
            Switch::Policy(id) => (Some(ground.gate().without(&id)), None),
            Switch::Act(act) => (Some(ground.gate().without_act(&act)), None),
            Switch::Books(off) => (None, Some(Registry::with(KINDS, registry.filings().without(off)))),
        };
        Self { ground, scripts, gate, books, registry, red: BTreeMap::new() }
    }

    /// Runs the tests of a row, the cheap ones first, until one goes red.
    fn judge(&mut self, row: &'a Obligation) -> Outcome {
        for kind in ["case:", "scenario:", "theorem:"] {
            for test in row.tests.iter().filter(|test| test.starts_with(kind)) {
                let red = match self.red.get(test.as_str()) {
                    Some(red) => *red,
                    None => self.goes_red(kind, test.strip_prefix(kind).unwrap_or_default()),
                };
                self.red.insert(test, red);
                if red {
                    return Outcome::Red(test.clone());
                }
            }
        }
        Outcome::Green
    }

    fn goes_red(&self, kind: &str, name: &str) -> bool {
        // Neither a golden case nor a theorem knows any book.
        match (kind, &self.gate) {
            ("scenario:", gate) => {
                let gate = gate.as_ref().unwrap_or(self.ground.gate());
                let registry = self.books.as_ref().unwrap_or(self.registry);
                self.scripts.play(gate, registry, &|one| one == name).iter().any(|played| !played.passed())
            }
            ("case:", Some(gate)) => self.ground.case_fails(name, gate),
            (_, Some(gate)) => self.theorem_fails(name, gate),
            (_, None) => false,
        }
    }

    fn theorem_fails(&self, id: &str, without: &Gate) -> bool {
        let theorems = &self.ground.gate().profile().theorems.theorems;
        let claims = theorems.iter().filter(|theorem| theorem.id == id).flat_map(|theorem| self.ground.claims(theorem));
        let mut now = claims.flatten().filter_map(|claim| claim.of(without));
        now.any(|claim| matches!(claim.refute(), Found::Sheet(_)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;
    use crate::profiles;

    /// What can be switched off only by building another program.
    const OF_THE_PROGRAM: [&str; 3] = ["book", "page", "setting"];

    /// Switches off all that a table names: each row has a test that goes red, and no means goes
    /// unnoticed.
    fn everything_is_noticed(key: &str) {
        let ground = Ground::new(Arc::new(profiles::source(key).unwrap().profile().unwrap())).unwrap();
        let tried = run(&ground, &Registry::new(KINDS));
        let green: Vec<_> = tried.iter().filter(|one| one.outcome == Outcome::Green).collect();
        assert!(green.is_empty(), "{key}: nobody notices {green:#?}");
        let untried = tried.iter().filter(|one| one.outcome == Outcome::Untried);
        for one in untried {
            let kind = one.means.split(':').next().unwrap();
            assert!(OF_THE_PROGRAM.contains(&kind), "{key} {}: {} cannot be switched off", one.id, one.means);
        }
        let red = tried.iter().filter(|one| matches!(one.outcome, Outcome::Red(_)));
        let shown: BTreeSet<&str> = red.map(|one| one.id.as_str()).collect();
        let rows = &ground.gate().profile().obligations;
        let bare: Vec<&str> = rows.iter().map(|row| row.id.as_str()).filter(|id| !shown.contains(id)).collect();
        assert!(!rows.is_empty() && bare.is_empty(), "{key}: no test of these goes red: {bare:?}");
    }

    macro_rules! noticed {
        ($($key:ident)*) => {
            $(#[test] fn $key() { everything_is_noticed(stringify!($key)); })*

            #[test]
            fn no_profile_is_left_out() {
                assert_eq!(profiles::shipped(), [$(stringify!($key)),*]);
            }
        };
    }
    noticed! { chiba hirakata iida nishimeya tosu }
}
