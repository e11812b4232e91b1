//! The nearest miss: the fewest facts that would have to be different.
//!
//! What stands in the way is known: the first `forbid` that matches, or else every `permit` that
//! does not. One of *its* facts must change, so the search branches only over those, goes deeper one
//! change at a time, and stops at the first depth that leads to a permit: that set is smallest.

use crate::compile::{Compare, Expr};
use crate::decision::Miss;
use crate::facts::{Fact, FactSheet};
use crate::plan::{ActPlan, Rule, Slot};
use crate::sentence;

/// Most facts that may have to change.
const CHANGES_MAX: usize = 8;
/// Most changes that are tried before the search gives up.
const TRIALS_MAX: usize = 20_000;

/// The smallest set of changes after which the act is allowed; empty when there is none in bounds.
pub(crate) fn search(sheet: &FactSheet) -> Vec<Miss> {
    let plan = sheet.plan.as_ref();
    let candidates = candidates(plan);
    let mut search = Search { plan, candidates, values: sheet.values.clone(), changed: Vec::new(), trials: 0 };
    for depth in 1..=CHANGES_MAX {
        if search.deepen(depth) {
            return search.misses(sheet);
        }
        if search.trials >= TRIALS_MAX {
            break;
        }
    }
    Vec::new()
}

struct Search<'p> {
    plan: &'p ActPlan,
    candidates: Vec<Vec<Candidate>>,
    values: Vec<Option<Fact>>,
    changed: Vec<usize>,
    trials: usize,
}

/// A value worth trying in a slot.
#[derive(Clone, PartialEq)]
enum Candidate {
    /// This value.
    Value(Fact),
    /// The value of another slot, with an offset.
    OfSlot(usize, i64),
    /// The set that is there, with this code added or taken away.
    Toggled(std::sync::Arc<str>),
}

impl Search<'_> {
    /// Tries every set of `left` further changes. A fact that follows one that is changed already
    /// costs nothing: it is not a matter until that one is so.
    fn deepen(&mut self, left: usize) -> bool {
        for slot in self.standing_in_the_way() {
            let Some(spec) = self.plan.slots.get(slot) else { continue };
            let cost = usize::from(!self.is_free(slot));
            if spec.fixed || cost > left || self.changed.contains(&slot) {
                continue;
            }
            for value in self.values_for(slot) {
                self.trials += 1;
                if self.trials >= TRIALS_MAX {
                    return false;
                }
                let before = self.put(slot, Some(value));
                self.changed.push(slot);
                if self.plan.allows(&self.values) || self.deepen(left - cost) {
                    return true;
                }
                self.changed.pop();
                self.put(slot, before);
            }
        }
        false
    }

    fn is_free(&self, slot: usize) -> bool {
        let follows = self.plan.slots.get(slot).map(|slot| slot.follows.as_slice()).unwrap_or_default();
        follows.iter().any(|first| self.changed.contains(first))
    }

    fn put(&mut self, slot: usize, value: Option<Fact>) -> Option<Fact> {
        self.values.get_mut(slot).and_then(|place| std::mem::replace(place, value))
    }

    /// Slots of which one must change: those of a missing fact, of the first rule that forbids, or
    /// of all that could permit.
    fn standing_in_the_way(&self) -> Vec<usize> {
        let plan = self.plan;
        let empty = |at: &usize| {
            self.values.get(*at).is_some_and(Option::is_none) && plan.slots.get(*at).is_some_and(|slot| slot.spoken)
        };
        if let Some(at) = (0..plan.slots.len()).find(empty) {
            return vec![at];
        }
        if let Some(rule) = plan.forbids.iter().find(|rule| rule.holds(&self.values) != Ok(false)) {
            return rule.condition.slots();
        }
        if plan.permits.iter().any(|rule| rule.holds(&self.values) == Ok(true)) {
            return Vec::new();
        }
        let mut slots: Vec<usize> = plan.permits.iter().flat_map(|rule| rule.condition.slots()).collect();
        let mut seen = Vec::with_capacity(slots.len());
        slots.retain(|slot| {
            !seen.contains(slot) && {
                seen.push(*slot);
                true
            }
        });
        slots
    }

    fn values_for(&self, slot: usize) -> Vec<Fact> {
        let now = self.values.get(slot).and_then(Option::as_ref);
        let value = |candidate: &Candidate| match candidate {
            Candidate::Value(fact) => Some(fact.clone()),
            Candidate::OfSlot(other, offset) => match self.values.get(*other) {
                Some(Some(Fact::Long(n))) => n.checked_add(*offset).map(Fact::Long),
                Some(Some(fact)) if *offset == 0 => Some(fact.clone()),
                _ => None,
            },
            Candidate::Toggled(code) => match now {
                Some(Fact::Set(codes)) if codes.contains(code) => {
                    Some(Fact::set(codes.iter().filter(|c| *c != code).cloned()))
                }
                Some(Fact::Set(codes)) => Some(Fact::set(codes.iter().chain([code]).cloned())),
                _ => Some(Fact::set([std::sync::Arc::clone(code)])),
            },
        };
        let all = self.candidates.get(slot).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(value).filter(|fact| Some(fact) != now).collect()
    }

    fn misses(&self, sheet: &FactSheet) -> Vec<Miss> {
        let miss = |at: &usize| {
            let slot: &Slot = self.plan.slots.get(*at)?;
            let needed = self.values.get(*at)?.clone()?;
            let is = sheet.values.get(*at)?.clone();
            let ja = sentence::needed(slot, is.as_ref(), &needed);
            Some(Miss { fact: slot.name.clone(), label_ja: slot.ja.clone(), is, needed, ja })
        };
        self.changed.iter().filter(|at| !self.is_free(**at)).filter_map(miss).collect()
    }
}

/// For each slot the values at which some rule of the act could change its mind, those that the
/// text of the rules names first.
fn candidates(plan: &ActPlan) -> Vec<Vec<Candidate>> {
    let mut all: Vec<Vec<Candidate>> = vec![Vec::new(); plan.slots.len()];
    let rules = plan.forbids.iter().chain(&plan.permits);
    rules.for_each(|rule: &Rule| rule.condition.walk(&mut |node| of_node(node, &mut all)));
    for (slot, found) in plan.slots.iter().zip(&mut all) {
        match slot.kind {
            sekisho_regulation::profile::FactType::Bool => {
                *found = vec![Candidate::Value(true.into()), Candidate::Value(false.into())];
            }
            sekisho_regulation::profile::FactType::Text => {
                let named = slot.values.keys().map(|code| Candidate::Value(code.as_str().into()));
                found.extend(named.collect::<Vec<_>>());
            }
            _ => {}
        }
        let mut seen: Vec<Candidate> = Vec::with_capacity(found.len());
        found.retain(|candidate| {
            !seen.contains(candidate) && {
                seen.push(candidate.clone());
                true
            }
        });
    }
    all
}

fn of_node(node: &Expr, all: &mut [Vec<Candidate>]) {
    let mut add = |slot: usize, candidate: Candidate| {
        if let Some(found) = all.get_mut(slot) {
            found.push(candidate);
        }
    };
    match node {
        Expr::Compare(op, left, right) => {
            let offsets: &[i64] = match op {
                Compare::Equal | Compare::NotEqual => &[0, 1],
                _ => &[0, -1, 1],
            };
            for (here, there) in [(left, right), (right, left)] {
                let Expr::Slot(slot) = here.as_ref() else { continue };
                match there.as_ref() {
                    Expr::Slot(other) => offsets.iter().for_each(|by| add(*slot, Candidate::OfSlot(*other, *by))),
                    Expr::Value(Fact::Long(n)) => {
                        let values = offsets.iter().filter_map(|by| n.checked_add(*by));
                        values.for_each(|n| add(*slot, Candidate::Value(n.into())));
                    }
                    Expr::Value(fact) => add(*slot, Candidate::Value(fact.clone())),
                    _ => {}
                }
            }
        }
        Expr::Contains(set, element) => match (set.as_ref(), element.as_ref()) {
            (Expr::Value(Fact::Set(codes)), Expr::Slot(slot)) => {
                codes.iter().for_each(|code| add(*slot, Candidate::Value(Fact::Text(code.clone()))));
            }
            (Expr::Slot(slot), Expr::Value(Fact::Text(code))) => add(*slot, Candidate::Toggled(code.clone())),
            _ => {}
        },
        _ => {}
    }
}
