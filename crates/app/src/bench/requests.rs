//! What is asked of the gate, and of whatever it is compared with: the same acts with the same facts,
//! as plain values from which each makes its own kind of request.

use std::fmt::Write as _;
use std::sync::Arc;

use sekisho_gate::{Fact, FactSheet, Gate, PolicyInfo};
use sekisho_regulation::Profile;
use sekisho_regulation::profile::{ActFacts, FactType, Plain};

use super::BenchError;
use super::chance::Chance;

/// The acts of the family: everything about identity records.
const FAMILY: &str = "identity.";
/// One fact in this many is changed from what would be allowed.
const CHANGED_ONE_IN: usize = 25;
/// Unrelated policies for each unrelated act.
const POLICIES_PER_ACT: usize = 10;

/// An act with its facts.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) act: String,
    pub(crate) facts: Vec<(String, Plain)>,
}

impl Request {
    /// The request as a sheet of a gate.
    pub(crate) fn sheet(&self, gate: &Gate) -> Result<FactSheet, BenchError> {
        let mut sheet = gate.sheet(&self.act).ok_or_else(|| BenchError::wrong(&self.act))?;
        for (name, value) in &self.facts {
            match value {
                Plain::Bool(yes) => sheet.set(name, *yes),
                Plain::Long(number) => sheet.set(name, *number),
                Plain::Text(text) => sheet.set(name, Fact::Text(Arc::from(text.as_str()))),
            };
        }
        Ok(sheet)
    }
}

/// Requests of the family: facts under which the act is allowed, some of them changed.
pub(crate) fn make(profile: &Profile, count: usize, seed: u64) -> Result<Vec<Request>, BenchError> {
    let acts = profile.vocabulary.acts.keys().filter(|act| act.starts_with(FAMILY));
    let bases: Vec<_> = acts.map(|act| (act.clone(), profile.usual(act))).collect();
    let mut chance = Chance::new(seed);
    let one = |_| {
        let (act, base) = chance.pick(&bases)?;
        let facts = base.iter().map(|(name, value)| {
            let changed = chance.below(CHANGED_ONE_IN) == 0;
            (name.clone(), if changed { other(profile, name, &mut chance) } else { value.clone() })
        });
        Some(Request { act: act.clone(), facts: facts.collect() })
    };
    let made: Vec<Request> = (0..count).map_while(one).collect();
    if made.len() == count { Ok(made) } else { Err(BenchError::wrong("the profile has no cases of the family")) }
}

fn other(profile: &Profile, fact: &str, chance: &mut Chance) -> Plain {
    let spec = profile.vocabulary.facts.get(fact);
    match spec.map(|spec| spec.kind) {
        Some(FactType::Long) => Plain::Long(i64::try_from(chance.below(10)).unwrap_or(0)),
        Some(FactType::Text) => {
            let listed: Vec<&String> = spec.into_iter().flat_map(|spec| spec.values.keys()).collect();
            let role = chance.pick(&profile.settings.roles).map(|role| role.code.clone()).unwrap_or_default();
            Plain::Text(chance.pick(&listed).map_or(role, |code| (*code).clone()))
        }
        _ => Plain::Bool(chance.below(2) == 0),
    }
}

/// The policies that speak of the family.
pub(crate) fn family(gate: &Gate) -> Vec<PolicyInfo> {
    let of_family = |policy: &&PolicyInfo| policy.acts.iter().any(|act| act.starts_with(FAMILY));
    gate.policies().iter().filter(of_family).cloned().collect()
}

/// The text of policies.
pub(crate) fn text(policies: &[PolicyInfo]) -> String {
    policies.iter().map(|policy| format!("{}\n\n", policy.source)).collect()
}

/// The profile with these policies only.
pub(crate) fn only(profile: &Profile, policies: &[PolicyInfo]) -> Profile {
    let policies = [("policy/family.cedar".to_owned(), text(policies))].into();
    Profile { policies, ..profile.clone() }
}

/// The profile with policies for other acts, which it is made to know.
pub(crate) fn with_unrelated(profile: &Profile, count: usize) -> Profile {
    let mut profile = profile.clone();
    let cites = profile.governing("session.open");
    let article = cites.first().map(ToString::to_string).unwrap_or_default();
    let mut text = String::new();
    for n in 0..count {
        let act = format!("unrelated.act{}", n / POLICIES_PER_ACT);
        let first = n % POLICIES_PER_ACT == 0;
        let rule = if first { "permit" } else { "forbid" };
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "@id(\"unrelated.{n}\") @articles(\"{article}\") @code(\"UNRELATED_{n}\")\n\
             @refuse(\"この操作はできません。\") @remedy(\"別の方法で行ってください。\")\n\
             {rule}(principal, action == Sekisho::Action::\"{act}\", resource)\n\
             when {{ context.clock_behind_s >= {n} && context.terminal_class == \"cs\" && context.card_state != \"lent\" }};\n"
        );
        if first {
            let groups = ["clock", "session", "card_live"].map(str::to_owned).to_vec();
            profile.vocabulary.acts.insert(
                act,
                ActFacts {
                    ja: "関係のない操作".to_owned(),
                    groups,
                    basis: vec!["authentication".to_owned()],
                    power: None,
                    usual: Default::default(),
                },
            );
        }
    }
    profile.policies.insert("policy/90_unrelated.cedar".to_owned(), text);
    profile
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles;

    fn profile() -> Profile {
        profiles::source("nishimeya").unwrap().profile().unwrap()
    }

    #[test]
    fn requests_are_complete_repeat_and_are_allowed_and_refused() {
        let profile = profile();
        let gate = Gate::new(Arc::new(profile.clone())).unwrap();
        let requests = make(&profile, 300, 5).unwrap();
        let again = make(&profile, 300, 5).unwrap();
        assert!(requests.iter().zip(&again).all(|(a, b)| a.act == b.act && a.facts == b.facts));
        let sheets: Vec<FactSheet> = requests.iter().map(|request| request.sheet(&gate).unwrap()).collect();
        assert!(sheets.iter().all(|sheet| sheet.unset().next().is_none()));
        let allowed = sheets.iter().filter(|sheet| gate.decide(sheet).allowed()).count();
        assert!((60..240).contains(&allowed), "{allowed} of 300");
    }

    #[test]
    fn other_policies_change_no_decision_of_the_family() {
        let profile = profile();
        let village = Gate::new(Arc::new(profile.clone())).unwrap();
        let small = Gate::new(Arc::new(only(&profile, &family(&village)))).unwrap();
        let large = Gate::new(Arc::new(with_unrelated(&profile, 40))).unwrap();
        assert!((25..40).contains(&small.policies().len()), "{}", small.policies().len());
        assert_eq!(large.policies().len(), village.policies().len() + 40);
        for request in make(&profile, 200, 6).unwrap() {
            let decide = |gate: &Gate| gate.decide(&request.sheet(gate).unwrap()).allowed();
            assert_eq!([decide(&small), decide(&large)], [decide(&village); 2]);
        }
    }
}
