//! Two versions side by side: what one allows and the other does not, for all requests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cedar_policy::{Policy, PolicyId, PolicySet};
use sekisho_regulation::Profile;
use sekisho_regulation::profile::{FactType, Vocabulary};

use super::search::{Demand, Found, refute};
use super::{Ground, invalid};
use crate::compile::{self, Expr};
use crate::decision::Decision;
use crate::error::GateError;
use crate::facts::{Fact, FactSheet};
use crate::plan::ActPlan;
use crate::policy::Source;

/// The fact that tells in which role somebody acts.
const CAPACITY: &str = "capacity";

/// Two versions over one vocabulary, so that a request of one is a request of the other.
#[derive(Debug)]
pub struct Pair {
    /// The version before.
    pub old: Ground,
    /// The version after.
    pub new: Ground,
}

/// Which of the two allows what the other does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The old one: somebody loses a right.
    Old,
    /// The new one: somebody gains a right.
    New,
}

impl Pair {
    /// Makes both gates over the facts and acts of either version.
    ///
    /// # Errors
    /// [`GateError`] as [`Ground::new`], or when a fact has another type in the other version.
    pub fn new(old: &Profile, new: &Profile) -> Result<Self, GateError> {
        let vocabulary = union(&old.vocabulary, &new.vocabulary)?;
        let over = |profile: &Profile| {
            let mut profile = profile.clone();
            profile.vocabulary = vocabulary.clone();
            Ground::new(Arc::new(profile))
        };
        Ok(Self { old: over(old)?, new: over(new)? })
    }

    /// All acts of either version.
    pub fn acts(&self) -> impl Iterator<Item = &str> {
        self.new.gate.profile().vocabulary.acts.keys().map(String::as_str)
    }

    /// Whether the rules of an act are written alike in both: then nothing is to be proved.
    #[must_use]
    pub fn is_written_alike(&self, act: &str) -> bool {
        self.old.written(act) == self.new.written(act)
    }

    /// The roles in which an act can be asked for, as either version names them.
    #[must_use]
    pub fn capacities(&self, act: &str) -> BTreeSet<String> {
        let of = |ground: &Ground| -> BTreeSet<String> {
            let plan = ground.gate.sheet(act).map(|sheet| sheet.plan);
            let slot = plan.as_ref().and_then(|plan| plan.slots.get(plan.slot(CAPACITY)?));
            slot.map(|slot| slot.values.keys().cloned().collect()).unwrap_or_default()
        };
        of(&self.old).into_iter().chain(of(&self.new)).collect()
    }

    /// Looks for a request that `side` allows and the other does not, in one role where it is given.
    ///
    /// # Errors
    /// [`GateError`] when there is no such act.
    pub fn beyond(&self, side: Side, act: &str, capacity: Option<&str>) -> Result<Found, GateError> {
        let (one, other) = self.sides(side);
        let plan = one.plan(act)?;
        let given = in_capacity(&plan, capacity)?;
        Ok(refute(&plan, &Demand { given: &given, then: &other.plan(act)?.allowed() }))
    }

    /// Looks for any request of an act that `side` allows, in one role where it is given.
    ///
    /// # Errors
    /// [`GateError`] when there is no such act.
    pub fn allows_any(&self, side: Side, act: &str, capacity: Option<&str>) -> Result<Found, GateError> {
        let plan = self.sides(side).0.plan(act)?;
        let given = in_capacity(&plan, capacity)?;
        Ok(refute(&plan, &Demand { given: &given, then: &Expr::Value(Fact::Bool(false)) }))
    }

    /// The policies of `side` for an act, and those of the other, both for one role where it is
    /// given: what a solver compares.
    ///
    /// # Errors
    /// [`GateError::Invalid`] when Cedar does not take one back.
    pub fn policies(&self, side: Side, act: &str, capacity: Option<&str>) -> Result<(PolicySet, PolicySet), GateError> {
        let (one, other) = self.sides(side);
        let mut policies = one.policies(act)?;
        if let Some(capacity) = capacity {
            policies
                .add(Policy::parse(Some(PolicyId::new("@capacity")), only(capacity)).map_err(invalid)?)
                .map_err(invalid)?;
        }
        Ok((policies, other.policies(act)?))
    }

    /// What the other version says of a request that `side` allows.
    #[must_use]
    pub fn answer(&self, side: Side, sheet: &FactSheet) -> Option<Decision> {
        let other = self.sides(side).1;
        let mut same = other.gate.sheet(&sheet.plan.act)?;
        same.values.clone_from(&sheet.values);
        Some(other.gate.decide(&same).decision().clone())
    }

    fn sides(&self, side: Side) -> (&Ground, &Ground) {
        match side {
            Side::Old => (&self.old, &self.new),
            Side::New => (&self.new, &self.old),
        }
    }
}

impl Ground {
    fn plan(&self, act: &str) -> Result<Arc<ActPlan>, GateError> {
        self.gate.sheet(act).map(|sheet| sheet.plan).ok_or_else(|| GateError::Invalid(act.to_owned()))
    }

    /// What decides an act: whether each rule permits, and under which conditions.
    fn written(&self, act: &str) -> BTreeSet<(bool, String)> {
        let speaking = self.sources.iter().filter(|source| source.acts.contains(act));
        let conditions = |source: &Source| source.json.get("conditions").map(ToString::to_string).unwrap_or_default();
        speaking.map(|source| (source.permits, conditions(source))).collect()
    }
}

/// A policy that forbids everything in another role.
fn only(capacity: &str) -> String {
    format!("forbid(principal, action, resource) unless {{ context.{CAPACITY} == \"{}\" }};", capacity.escape_default())
}

/// Being in a role, as an expression over the slots of an act.
fn in_capacity(plan: &ActPlan, capacity: Option<&str>) -> Result<Expr, GateError> {
    let Some(capacity) = capacity else { return Ok(Expr::Value(Fact::Bool(true))) };
    let text = only(capacity).replacen("forbid", "permit", 1).replacen("unless", "when", 1);
    let json = Policy::parse(None, text).map_err(invalid)?.to_json().map_err(invalid)?;
    compile::conditions(&json, &|name| plan.slot(name)).map_err(|_| GateError::Invalid(plan.act.to_string()))
}

/// The facts, groups and acts of both. An act is decided by the facts of both, so that the same
/// sheet can be put before either gate.
fn union(old: &Vocabulary, new: &Vocabulary) -> Result<Vocabulary, GateError> {
    let mut all = new.clone();
    for (name, spec) in &old.facts {
        match all.facts.get_mut(name) {
            None => drop(all.facts.insert(name.clone(), spec.clone())),
            Some(own) if own.kind != spec.kind => {
                return Err(GateError::Invalid(format!("`{name}`という事実の型が、二つの版で違います")));
            }
            Some(own) if matches!(own.kind, FactType::Text | FactType::Set) => {
                keep_too(&mut own.values, &spec.values);
            }
            Some(_) => {}
        }
    }
    for (name, facts) in &old.groups {
        let own = all.groups.entry(name.clone()).or_default();
        let more: Vec<String> = facts.iter().filter(|fact| !own.contains(fact)).cloned().collect();
        own.extend(more);
    }
    for (act, facts) in &old.acts {
        let own = all.acts.entry(act.clone()).or_insert_with(|| facts.clone());
        let more: Vec<String> = facts.groups.iter().filter(|group| !own.groups.contains(group)).cloned().collect();
        own.groups.extend(more);
    }
    keep_too(&mut all.topics, &old.topics);
    keep_too(&mut all.powers, &old.powers);
    Ok(all)
}

/// Adds the names that only the other version has.
fn keep_too(own: &mut BTreeMap<String, String>, other: &BTreeMap<String, String>) {
    let more = other.iter().filter(|(code, _)| !own.contains_key(*code));
    let more: BTreeMap<String, String> = more.map(|(code, ja)| (code.clone(), ja.clone())).collect();
    own.extend(more);
}
