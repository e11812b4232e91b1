//! The plan of an act: its facts in slots and its rules, compiled.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_regulation::Citation;
use sekisho_regulation::profile::FactType;

use crate::compile::Expr;

/// All that is needed to decide one act.
#[derive(Debug)]
pub(crate) struct ActPlan {
    /// The act.
    pub(crate) act: Arc<str>,
    /// Facts, sorted by name.
    pub(crate) slots: Vec<Slot>,
    /// What forbids, in the order in which it speaks.
    pub(crate) forbids: Vec<Rule>,
    /// What permits, in the order in which it speaks.
    pub(crate) permits: Vec<Rule>,
    /// Slots that some rule speaks of.
    pub(crate) spoken: Vec<usize>,
    /// Cited where no policy speaks.
    pub(crate) governing: Arc<[Citation]>,
    /// For each slot, what to say when it is missing; and when its type is wrong.
    pub(crate) faults: Vec<(Voice, Voice)>,
    /// What to say when nothing permits.
    pub(crate) denial: Voice,
    /// What to say when a permit does not cite.
    pub(crate) fault: Voice,
}

/// A place for a fact.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) name: Arc<str>,
    pub(crate) kind: FactType,
    pub(crate) ja: Arc<str>,
    pub(crate) no: Option<Arc<str>>,
    pub(crate) fixed: bool,
    pub(crate) values: BTreeMap<String, String>,
}

/// A policy, compiled for one act.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) condition: Expr,
    pub(crate) voice: Voice,
}

/// What a decision says: everything in it is shared, so that saying it allocates nothing.
#[derive(Clone, Debug)]
pub(crate) struct Voice {
    pub(crate) code: Arc<str>,
    pub(crate) articles: Arc<[Citation]>,
    pub(crate) policies: Arc<[Arc<str>]>,
    pub(crate) sentence: Arc<str>,
}

impl ActPlan {
    /// The slot of this fact.
    pub(crate) fn slot(&self, name: &str) -> Option<usize> {
        self.slots.binary_search_by(|slot| slot.name.as_ref().cmp(name)).ok()
    }
}
