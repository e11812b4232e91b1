//! 証す: the theorems of a profile, proved over every request.
//!
//! With a solver, each theorem is decided by Cedar's own symbolic compiler and cvc5 for *all*
//! requests of an act. Without one, the same theorems are tried on every combination of a small
//! universe of values, with the gate's compiled program. See docs/decisions/0007-theorems.md.

pub mod mutate;
mod solver;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sekisho_gate::proof::{Claim, Found, Ground, Told};
use sekisho_gate::{FactSheet, GateError};
use sekisho_regulation::profile::{Article, Theorem, Theorems};

pub use solver::version;

pub(crate) use solver::{Answer, Solver, Symbols};

/// How theorems are decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By a solver, for all requests.
    Solver,
    /// By trying every combination of a small universe of values.
    Bounded,
}

/// What came out for a theorem, or for one act of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Proved,
    /// It does not: on these requests the act is allowed against it.
    Refuted(Vec<Counterexample>),
    /// Nobody knows; why.
    Undecided(String),
}

/// A request that is allowed against a theorem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterexample {
    /// The act.
    pub act: String,
    /// The policies that permitted it.
    pub policies: Vec<String>,
    /// The facts under which it is allowed.
    pub facts: Vec<Told>,
}

/// How a theorem went.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The theorem.
    pub theorem: Theorem,
    /// How many acts it speaks of.
    pub acts: usize,
    /// What came out.
    pub outcome: Outcome,
    /// How long its acts took, one after the other.
    pub took: Duration,
}

/// Why nothing could be proved.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The policies or a theorem cannot be used.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// Cedar cannot express the schema for a solver.
    #[error("規則を証明の形にできません（{0}）。")]
    Symbols(String),
}

/// Decides every theorem, on as many threads as the machine has cores.
///
/// # Errors
/// [`ProveError`] when a theorem cannot be used; what a solver cannot do leaves it undecided.
pub fn prove(ground: &Ground, theorems: &[Theorem], method: Method) -> Result<Vec<Proof>, ProveError> {
    let mut by_act: BTreeMap<String, Vec<(usize, Claim)>> = BTreeMap::new();
    let mut acts = vec![0; theorems.len()];
    for (at, theorem) in theorems.iter().enumerate() {
        for claim in ground.claims(theorem)? {
            if let Some(count) = acts.get_mut(at) {
                *count += 1;
            }
            by_act.entry(claim.act().to_owned()).or_default().push((at, claim));
        }
    }
    let work: Vec<(&String, &Vec<(usize, Claim)>)> = by_act.iter().collect();
    let symbols = match method {
        Method::Solver => Some(Symbols::new(ground).map_err(ProveError::Symbols)?),
        Method::Bounded => None,
    };
    let decided = Mutex::new(vec![(Outcome::Proved, Duration::ZERO); theorems.len()]);
    in_parallel(
        &work,
        || symbols.as_ref().map(Solver::new),
        |solver, (act, claims)| {
            let answers = match solver {
                Some(solver) => by_solver(ground, solver, act, claims),
                None => claims.iter().map(|(at, claim)| (*at, timed(|| bounded(ground, claim)))).collect(),
            };
            let mut decided = decided.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            for (at, (outcome, took)) in answers {
                if let Some(place) = decided.get_mut(at) {
                    place.0 = worse(std::mem::replace(&mut place.0, Outcome::Proved), outcome);
                    place.1 += took;
                }
            }
        },
    );
    let decided = decided.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let proof = |((theorem, acts), (outcome, took)): ((&Theorem, usize), _)| {
        let theorem = theorem.clone();
        Proof { theorem, acts, outcome, took }
    };
    Ok(theorems.iter().zip(acts).zip(decided).map(proof).collect())
}

/// Articles that some policy cites and of which nothing is proved, nor said why not.
#[must_use]
pub fn without_theorem<'g>(ground: &'g Ground, theorems: &Theorems) -> Vec<&'g Article> {
    let profile = ground.gate().profile();
    let place = |citation: &sekisho_regulation::Citation| (citation.instrument.clone(), citation.article.clone());
    let cited: BTreeSet<_> = ground.gate().policies().iter().flat_map(|p| p.articles.iter().map(place)).collect();
    let mut met: BTreeSet<_> = theorems.theorems.iter().flat_map(|t| t.articles.iter().map(place)).collect();
    met.extend(theorems.exempt.iter().map(|exempt| place(&exempt.article)));
    let lacks = |article: &&Article| cited.contains(&place(&article.id)) && !met.contains(&place(&article.id));
    profile.articles.iter().filter(lacks).collect()
}

/// Hands every piece of work to the next free thread; each thread has one state of its own.
pub(crate) fn in_parallel<W: Sync, S>(work: &[W], state: impl Fn() -> S + Sync, each: impl Fn(&mut S, &W) + Sync) {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(work.len());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut state = state();
                while let Some(piece) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    each(&mut state, piece);
                }
            });
        }
    });
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = run();
    (value, start.elapsed())
}

fn bounded(ground: &Ground, claim: &Claim) -> Outcome {
    match claim.refute() {
        Found::Nothing => Outcome::Proved,
        Found::Sheet(sheet) => refuted(ground, claim, &sheet),
        Found::TooLong => Outcome::Undecided("有界探索の手数の限りを超えました。".to_owned()),
    }
}

type Answers = Vec<(usize, (Outcome, Duration))>;

fn by_solver(ground: &Ground, solver: &mut Solver<'_>, act: &str, claims: &[(usize, Claim)]) -> Answers {
    // The policies are compiled once for an act, on the account of its first theorem.
    let (compiled, mut compiling) = timed(|| solver.compile(ground, act));
    let mut answers = Answers::new();
    for (at, claim) in claims {
        let (outcome, took) = timed(|| match &compiled {
            Err(cause) => Outcome::Undecided(cause.clone()),
            Ok(policies) => match solver.decide(policies, claim) {
                Answer::Holds => Outcome::Proved,
                Answer::Fails(context) => solver::sheet(ground, act, &context)
                    .map_or_else(Outcome::Undecided, |sheet| refuted(ground, claim, &sheet)),
                Answer::Unknown(cause) => Outcome::Undecided(cause),
            },
        });
        answers.push((*at, (outcome, took + std::mem::take(&mut compiling))));
    }
    answers
}

/// A counterexample counts when the gate itself allows it against the claim.
fn refuted(ground: &Ground, claim: &Claim, sheet: &FactSheet) -> Outcome {
    match claim.refuted_by(ground.gate(), sheet) {
        None => Outcome::Undecided("見つかった反例を、判定そのものは許しませんでした。".to_owned()),
        Some(decision) => Outcome::Refuted(vec![Counterexample {
            act: claim.act().to_owned(),
            policies: decision.policies.iter().map(ToString::to_string).collect(),
            facts: ground.tell(claim, sheet),
        }]),
    }
}

/// Of two outcomes the one that matters: a counterexample is one whatever else is not known.
fn worse(one: Outcome, other: Outcome) -> Outcome {
    match (one, other) {
        (Outcome::Refuted(mut all), Outcome::Refuted(more)) => {
            all.extend(more);
            all.sort_by(|a, b| a.act.cmp(&b.act));
            Outcome::Refuted(all)
        }
        (refuted @ Outcome::Refuted(_), _) | (_, refuted @ Outcome::Refuted(_)) => refuted,
        (undecided @ Outcome::Undecided(_), _) | (_, undecided @ Outcome::Undecided(_)) => undecided,
        (Outcome::Proved, Outcome::Proved) => Outcome::Proved,
    }
}

#[cfg(test)]
mod tests;
