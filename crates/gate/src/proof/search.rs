//! The bounded search for a counterexample.
//!
//! A claim is refuted by a sheet on which no `forbid` matches, some `permit` does, `given` holds and
//! `then` does not. The search fills such a sheet slot by slot. After each value every part of that
//! demand is looked at again with what is known so far; what cannot come true any more ends the
//! branch. It goes on with the part that has the fewest empty slots, so a rule like
//! `unless { context.session_open }` costs two steps, not a doubling. When all values of a slot have
//! failed, only the slots that took part in the failures are worth changing: the search goes straight
//! back to the last of them.
//!
//! Values are tried from a small universe: both truth values; every declared code, every code that
//! is spoken of and one that is not; for a number, the constants that it is compared with and their
//! neighbours.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sekisho_regulation::profile::FactType;

use crate::compile::Expr;
use crate::eval;
use crate::facts::{Fact, FactSheet};
use crate::plan::{ActPlan, Slot};

/// Most steps of one search.
const STEPS_MAX: u64 = 2_000_000;
/// Most facts of an act: the slots of a conflict are kept in as many bits.
const SLOTS_MAX: usize = 128;

/// What a search found.
#[derive(Clone, Debug)]
pub enum Found {
    /// No sheet of the universe refutes the claim.
    Nothing,
    /// A sheet that refutes it.
    Sheet(Box<FactSheet>),
    /// The search went on for too long.
    TooLong,
}

/// What a refuting sheet must make true, or must make false.
pub(super) struct Demand<'e> {
    pub(super) given: &'e Expr,
    pub(super) then: &'e Expr,
}

/// Looks for a sheet on which the act is allowed, `given` holds and `then` does not.
pub(super) fn refute(plan: &Arc<ActPlan>, demand: &Demand<'_>) -> Found {
    if plan.slots.len() > SLOTS_MAX {
        return Found::TooLong;
    }
    let mut goals: Vec<Goal<'_>> = plan.forbids.iter().map(|rule| Goal::never(&rule.condition)).collect();
    goals.push(Goal { any: plan.permits.iter().map(|rule| &rule.condition).collect(), wanted: true });
    goals.push(Goal { any: vec![demand.given], wanted: true });
    goals.push(Goal::never(demand.then));
    let domains = domains(plan, &goals);
    let mut search = Search { goals, domains, values: vec![None; plan.slots.len()], steps: 0 };
    match search.fill() {
        Outcome::Done => {}
        Outcome::TooLong => return Found::TooLong,
        Outcome::Conflict(_) => return Found::Nothing,
    }
    // What no part of the demand speaks of may be anything.
    for (value, domain) in search.values.iter_mut().zip(&search.domains) {
        if value.is_none() {
            *value = domain.first().cloned();
        }
    }
    let mut sheet = FactSheet::new(Arc::clone(plan));
    sheet.values = search.values;
    Found::Sheet(Box::new(sheet))
}

/// Some expression of `any` is true; or, when that is not wanted, each is false.
struct Goal<'e> {
    any: Vec<&'e Expr>,
    wanted: bool,
}

impl<'e> Goal<'e> {
    fn never(expr: &'e Expr) -> Self {
        Self { any: vec![expr], wanted: false }
    }

    /// Whether it is met, as far as the values tell.
    fn met(&self, values: &[Option<Fact>]) -> Option<bool> {
        let mut open = false;
        for expr in &self.any {
            match truth(expr, values) {
                Some(true) => return Some(self.wanted),
                Some(false) => {}
                None => open = true,
            }
        }
        if open { None } else { Some(!self.wanted) }
    }

    fn slots(&self) -> impl Iterator<Item = usize> + '_ {
        self.any.iter().flat_map(|expr| expr.slots())
    }
}

/// Slots, a bit for each.
type Slots = u128;

enum Outcome {
    Done,
    /// No values of the empty slots will do while these slots have the values that they have.
    Conflict(Slots),
    TooLong,
}

struct Search<'e> {
    goals: Vec<Goal<'e>>,
    domains: Vec<Vec<Fact>>,
    values: Vec<Option<Fact>>,
    steps: u64,
}

impl Search<'_> {
    fn fill(&mut self) -> Outcome {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return Outcome::TooLong;
        }
        let slot = match self.next() {
            Next::Met => return Outcome::Done,
            Next::Failed(conflict) => return Outcome::Conflict(conflict),
            Next::Slot(slot) => slot,
        };
        let mut blamed: Slots = 0;
        for value in self.domains.get(slot).cloned().unwrap_or_default() {
            self.put(slot, Some(value));
            match self.fill() {
                Outcome::Conflict(conflict) if conflict & bit(slot) == 0 => {
                    // This slot had no part in it: another value of it changes nothing.
                    self.put(slot, None);
                    return Outcome::Conflict(conflict);
                }
                Outcome::Conflict(conflict) => blamed |= conflict,
                other => return other,
            }
        }
        self.put(slot, None);
        Outcome::Conflict(blamed & !bit(slot))
    }

    fn put(&mut self, slot: usize, value: Option<Fact>) {
        if let Some(place) = self.values.get_mut(slot) {
            *place = value;
        }
    }

    /// What to do next: an empty slot of the open goal that has the fewest.
    fn next(&self) -> Next {
        let mut best: Option<(usize, usize)> = None;
        for goal in &self.goals {
            match goal.met(&self.values) {
                Some(true) => continue,
                Some(false) => return Next::Failed(goal.slots().fold(0, |all, slot| all | bit(slot))),
                None => {}
            }
            let mut empty = goal.slots().filter(|slot| self.values.get(*slot).is_some_and(Option::is_none));
            let Some(first) = empty.next() else { continue };
            let count = 1 + empty.count();
            if best.is_none_or(|(fewest, _)| count < fewest) {
                best = Some((count, first));
            }
        }
        best.map_or(Next::Met, |(_, slot)| Next::Slot(slot))
    }
}

enum Next {
    Met,
    Failed(Slots),
    Slot(usize),
}

fn bit(slot: usize) -> Slots {
    1 << slot
}

/// What the values already settle. The parts without `&&`, `||`, `!` and `if` are the evaluator's.
fn truth(expr: &Expr, values: &[Option<Fact>]) -> Option<bool> {
    match expr {
        Expr::Not(arg) => truth(arg, values).map(|b| !b),
        Expr::And(left, right) => match (truth(left, values), truth(right, values)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Expr::Or(left, right) => match (truth(left, values), truth(right, values)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Expr::If(test, yes, no) => match truth(test, values) {
            Some(true) => truth(yes, values),
            Some(false) => truth(no, values),
            None => None,
        },
        _ => eval::holds(expr, values).ok(),
    }
}

/// The values that are tried in each slot.
fn domains(plan: &ActPlan, goals: &[Goal<'_>]) -> Vec<Vec<Fact>> {
    let mut spoken = Spoken::default();
    for expr in goals.iter().flat_map(|goal| &goal.any) {
        expr.walk(&mut |node| spoken.read(node));
    }
    plan.slots.iter().enumerate().map(|(at, slot)| spoken.domain(at, slot)).collect()
}

/// The constants that slots are compared with.
#[derive(Default)]
struct Spoken {
    longs: BTreeMap<usize, BTreeSet<i64>>,
    texts: BTreeMap<usize, BTreeSet<Arc<str>>>,
    /// Slots that are compared with another slot: the constants of all may matter to them.
    paired: BTreeSet<usize>,
}

impl Spoken {
    fn read(&mut self, node: &Expr) {
        let (Expr::Compare(..) | Expr::Contains(..)) = node else { return };
        let slots = node.slots();
        if slots.len() > 1 {
            self.paired.extend(&slots);
        }
        let (mut longs, mut texts) = (BTreeSet::new(), BTreeSet::new());
        node.walk(&mut |part| match part {
            Expr::Value(Fact::Long(n)) => drop(longs.insert(*n)),
            Expr::Value(Fact::Text(code)) => drop(texts.insert(Arc::clone(code))),
            Expr::Value(Fact::Set(codes)) => texts.extend(codes.iter().cloned()),
            _ => {}
        });
        for slot in slots {
            self.longs.entry(slot).or_default().extend(&longs);
            self.texts.entry(slot).or_default().extend(texts.iter().cloned());
        }
    }

    fn domain(&self, at: usize, slot: &Slot) -> Vec<Fact> {
        match slot.kind {
            FactType::Bool => vec![Fact::Bool(true), Fact::Bool(false)],
            FactType::Long => self.numbers(at).into_iter().map(Fact::Long).collect(),
            FactType::Text => self.codes(at, slot).into_iter().map(Fact::Text).collect(),
            FactType::Set => {
                let codes = self.codes(at, slot);
                let single = codes.iter().map(|code| Fact::set([Arc::clone(code)]));
                let none = std::iter::once(Fact::set(std::iter::empty::<Arc<str>>()));
                none.chain(single).chain(std::iter::once(Fact::set(codes.iter().cloned()))).collect()
            }
        }
    }

    fn numbers(&self, at: usize) -> BTreeSet<i64> {
        let mut near: BTreeSet<i64> = BTreeSet::from([0]);
        let of = |slot: &usize| *slot == at || self.paired.contains(&at);
        for n in self.longs.iter().filter(|(slot, _)| of(slot)).flat_map(|(_, all)| all) {
            near.extend([n.saturating_sub(1), *n, n.saturating_add(1)]);
        }
        if self.paired.contains(&at) {
            near.extend([-1, 1]);
        }
        near
    }

    fn codes(&self, at: usize, slot: &Slot) -> Vec<Arc<str>> {
        let of = |other: &usize| *other == at || self.paired.contains(&at);
        let mut codes: BTreeSet<Arc<str>> = slot.values.keys().map(|code| Arc::from(code.as_str())).collect();
        codes.extend(self.texts.iter().filter(|(other, _)| of(other)).flat_map(|(_, all)| all).cloned());
        // A code that nobody has named yet.
        let mut unnamed = "another".to_owned();
        while codes.contains(unnamed.as_str()) {
            unnamed.push('_');
        }
        codes.insert(unnamed.into());
        codes.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::Compare;
    use proptest::prelude::*;

    const SLOTS: usize = 5;

    fn expr() -> impl Strategy<Value = Expr> {
        let slot = (0..SLOTS - 2).prop_map(Expr::Slot);
        let code =
            prop_oneof![Just("a"), Just("b"), Just("c")].prop_map(|code| Box::new(Expr::Value(Fact::from(code))));
        let text = code.prop_map(|code| Expr::Compare(Compare::Equal, Box::new(Expr::Slot(SLOTS - 2)), code));
        let number = (0..3i64, prop_oneof![Just(Compare::LessEqual), Just(Compare::Greater)]).prop_map(|(n, op)| {
            Expr::Compare(op, Box::new(Expr::Slot(SLOTS - 1)), Box::new(Expr::Value(Fact::Long(n))))
        });
        prop_oneof![3 => slot, 1 => text, 1 => number].prop_recursive(3, 12, 3, |inner| {
            let two = (inner.clone(), inner.clone()).prop_map(|(l, r)| (Box::new(l), Box::new(r)));
            prop_oneof![
                inner.clone().prop_map(|arg| Expr::Not(Box::new(arg))),
                two.clone().prop_map(|(l, r)| Expr::And(l, r)),
                two.prop_map(|(l, r)| Expr::Or(l, r)),
                (inner.clone(), inner.clone(), inner).prop_map(|(test, yes, no)| Expr::If(
                    Box::new(test),
                    Box::new(yes),
                    Box::new(no)
                )),
            ]
        })
    }

    fn universe() -> Vec<Vec<Fact>> {
        let mut all = vec![vec![Fact::Bool(true), Fact::Bool(false)]; SLOTS - 2];
        all.push(["a", "b", "c", "another"].map(Fact::from).to_vec());
        all.push((-1..4).map(Fact::Long).collect());
        all
    }

    /// Every way to fill the slots.
    fn sheets() -> Vec<Vec<Option<Fact>>> {
        universe().iter().fold(vec![Vec::new()], |sheets, domain| {
            let with = |sheet: &Vec<Option<Fact>>| {
                let longer = |fact: &Fact| sheet.iter().cloned().chain([Some(fact.clone())]).collect();
                domain.iter().map(longer).collect::<Vec<_>>()
            };
            sheets.iter().flat_map(with).collect()
        })
    }

    fn goals(exprs: &[(Vec<Expr>, bool)]) -> Vec<Goal<'_>> {
        exprs.iter().map(|(any, wanted)| Goal { any: any.iter().collect(), wanted: *wanted }).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        /// The search finds a sheet exactly when trying them all does, and the sheet is one.
        #[test]
        fn agrees_with_trying_everything(
            exprs in prop::collection::vec((prop::collection::vec(expr(), 1..3), any::<bool>()), 1..6),
        ) {
            let met = |values: &[Option<Fact>]| goals(&exprs).iter().all(|goal| goal.met(values) == Some(true));
            let there_is_one = sheets().iter().any(|values| met(values));
            let mut search = Search { goals: goals(&exprs), domains: universe(), values: vec![None; SLOTS], steps: 0 };
            let found = matches!(search.fill(), Outcome::Done);
            prop_assert_eq!(found, there_is_one);
            if found {
                let fill = |(value, domain): (&Option<Fact>, &Vec<Fact>)| value.clone().or(domain.first().cloned());
                let whole: Vec<Option<Fact>> = search.values.iter().zip(&search.domains).map(fill).collect();
                prop_assert!(met(&whole));
            }
        }

        /// What is settled early stays so however the rest is filled, and is what the evaluator says.
        #[test]
        fn settled_is_settled(expr in expr(), known in 0u32..1 << SLOTS) {
            for sheet in sheets() {
                let known = |at: usize| known & (1 << at) != 0;
                let partly: Vec<Option<Fact>> =
                    sheet.iter().enumerate().map(|(at, value)| value.clone().filter(|_| known(at))).collect();
                let early = truth(&expr, &partly);
                prop_assert!(early.is_none() || early == eval::holds(&expr, &sheet).ok());
                prop_assert!(truth(&expr, &sheet).is_some());
            }
        }
    }
}
