//! The mutation check: take away one condition of one policy, and a golden case or a theorem fails.
//!
//! Cases come first, because they are quick. A theorem fails when the bounded search finds a request
//! that the mutant allows against it; such a counterexample is one for the solver too, so none is
//! asked. Of a survivor it is said whether the mutant allows exactly what the policy allowed.

use std::collections::BTreeMap;
use std::sync::Mutex;

use sekisho_gate::GateError;
use sekisho_gate::proof::{Change, Claim, Found, Ground, Mutant};
use sekisho_regulation::profile::Theorem;

use super::in_parallel;

/// What noticed a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noticed {
    /// A golden case.
    Case(String),
    /// A theorem.
    Theorem(String),
    /// The mutant is no policy any more.
    Unsound(String),
    /// Nothing.
    Nobody {
        /// Whether it allows exactly what the policy allowed; none when the search did not end.
        same: Option<bool>,
    },
}

/// A mutant and what noticed it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The mutant.
    pub mutant: Mutant,
    /// What noticed it.
    pub noticed: Noticed,
}

/// How many mutants were noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Those that were.
    pub noticed: usize,
    /// All.
    pub all: usize,
}

impl Judged {
    /// Whether nothing noticed it.
    #[must_use]
    pub fn survived(&self) -> bool {
        matches!(self.noticed, Noticed::Nobody { .. })
    }
}

impl Score {
    /// The share in percent, rounded down to a tenth.
    #[must_use]
    pub fn percent(self) -> f64 {
        let tenths = (self.noticed * 1000).checked_div(self.all).unwrap_or(1000);
        f64::from(u32::try_from(tenths).unwrap_or(0)) / 10.0
    }
}

/// Judges every `step`-th mutant of every policy, in the order in which the policies speak.
///
/// # Errors
/// [`GateError`] when a theorem cannot be used.
pub fn judge(ground: &Ground, theorems: &[Theorem], step: usize) -> Result<Vec<Judged>, GateError> {
    let mut claims: BTreeMap<String, Vec<(String, Claim)>> = BTreeMap::new();
    for theorem in theorems {
        for claim in ground.claims(theorem)? {
            claims.entry(claim.act().to_owned()).or_default().push((theorem.id.clone(), claim));
        }
    }
    let mutants: Vec<(usize, Mutant)> = ground.mutants().into_iter().step_by(step.max(1)).enumerate().collect();
    let judged = Mutex::new(BTreeMap::new());
    in_parallel(
        &mutants,
        || (),
        |(), (at, mutant)| {
            let noticed = notice(ground, &claims, mutant);
            let mut judged = judged.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            judged.insert(*at, Judged { mutant: mutant.clone(), noticed });
        },
    );
    let judged = judged.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(judged.into_values().collect())
}

/// How many of these were noticed: single conditions deleted, or changed.
#[must_use]
pub fn score(judged: &[Judged], deleted: bool) -> Score {
    let of = |one: &&Judged| one.mutant.change.deletes() == deleted;
    let all = judged.iter().filter(of).count();
    Score { noticed: judged.iter().filter(of).filter(|one| !one.survived()).count(), all }
}

/// The name of a change, as a person reads it.
#[must_use]
pub fn change_ja(change: Change) -> &'static str {
    match change {
        Change::Policy => "規則の削除",
        Change::Clause => "節の削除",
        Change::Condition => "条件の削除",
        Change::Element => "値の削除",
        Change::Comparison => "比較の緩和",
    }
}

fn notice(ground: &Ground, claims: &BTreeMap<String, Vec<(String, Claim)>>, mutant: &Mutant) -> Noticed {
    let mutated = match ground.mutated(mutant) {
        Ok(mutated) => mutated,
        Err(cause) => return Noticed::Unsound(cause.to_string()),
    };
    if let Some(case) = mutated.failing_case(&mutant.acts) {
        return Noticed::Case(case.name);
    }
    for (theorem, claim) in mutant.acts.iter().filter_map(|act| claims.get(act)).flatten() {
        let refuted = claim.of(mutated.gate()).is_some_and(|claim| match claim.refute() {
            Found::Sheet(sheet) => claim.refuted_by(mutated.gate(), &sheet).is_some(),
            Found::Nothing | Found::TooLong => false,
        });
        if refuted {
            return Noticed::Theorem(theorem.clone());
        }
    }
    Noticed::Nobody { same: ground.allows_the_same(&mutated, &mutant.acts) }
}
