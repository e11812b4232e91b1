//! What is needed to prove things of a gate for every request.
//!
//! A [`Claim`] is a theorem of the profile for one act: whenever the act is allowed and `given`
//! holds, `then` holds. It has two forms that say the same. [`Claim::refute`] looks for a
//! counterexample among the values of a small universe, with the gate's own compiled program.
//! [`Claim::bound`] is the claim as a Cedar policy: it holds for all requests if and only if the
//! policies of the profile never allow what that policy does not, which a solver can decide.
//!
//! A [`Mutant`] is a gate with one condition of one policy taken away. Cases and theorems are worth
//! something when they notice.

mod compare;
mod mutants;
mod search;

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;

use cedar_policy::{EntityTypeName, EntityUid, Expression, Policy, PolicyId, PolicySet, RequestEnv, Schema};
use cedar_policy::{ValidationMode, Validator};
use sekisho_regulation::Profile;
use sekisho_regulation::profile::{ActFacts, Theorem, Vocabulary};

use crate::cases::{CaseResult, Cases};
use crate::compile::{self, CompileError, Expr};
use crate::decision::Decision;
use crate::engine::Gate;
use crate::error::GateError;
use crate::facts::{Fact, FactSheet};
use crate::plan::{ActPlan, Slot};
use crate::policy::{self, Source};
use crate::{schema, sentence};

pub use compare::{Pair, Side};
pub use mutants::{Change, Mutant};
pub use search::Found;

/// A gate with its policies still in Cedar's form, and its golden cases.
#[derive(Debug)]
pub struct Ground {
    gate: Gate,
    sources: Vec<Arc<Source>>,
    schema: Arc<Schema>,
    cases: Arc<Cases>,
}

/// A theorem for one act.
#[derive(Clone, Debug)]
pub struct Claim {
    plan: Arc<ActPlan>,
    given: Expr,
    then: Expr,
    text: String,
}

/// A fact as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The fact's name.
    pub fact: String,
    /// What is so: 操作者用ICカードの状態が「紛失」であること.
    pub phrase: String,
    /// Whether the theorem itself speaks of it.
    pub of_theorem: bool,
}

impl Ground {
    /// Makes the gate of a profile, and keeps what it was made of.
    ///
    /// # Errors
    /// As [`Gate::new`].
    pub fn new(profile: Arc<Profile>) -> Result<Self, GateError> {
        let sources = policy::read(&profile)?.into_iter().map(Arc::new).collect();
        let schema = Arc::new(schema::of(&profile.vocabulary)?);
        let cases = Arc::new(Cases::read(&profile));
        Ok(Self { gate: Gate::new(profile)?, sources, schema, cases })
    }

    /// The gate.
    #[must_use]
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The schema of all acts and facts.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The kind of request that asks for this act.
    ///
    /// # Errors
    /// [`GateError::Invalid`] when Cedar cannot name it.
    pub fn environment(&self, act: &str) -> Result<RequestEnv, GateError> {
        let entity = |name: &str| EntityTypeName::from_str(&format!("{}::{name}", schema::NAMESPACE)).map_err(invalid);
        let action = EntityUid::from_type_name_and_id(entity("Action")?, cedar_policy::EntityId::new(act));
        Ok(RequestEnv::new(entity("Person")?, action, entity("Thing")?))
    }

    /// The policies that speak of an act, in Cedar's form.
    ///
    /// # Errors
    /// [`GateError::Invalid`] when Cedar does not take one back.
    pub fn policies(&self, act: &str) -> Result<PolicySet, GateError> {
        let mut all = PolicySet::new();
        for source in self.sources.iter().filter(|source| source.acts.contains(act)) {
            let policy = Policy::from_json(Some(PolicyId::new(&source.id)), source.json.clone()).map_err(invalid)?;
            all.add(policy).map_err(invalid)?;
        }
        Ok(all)
    }

    /// The claims of a theorem, one for each act that it speaks of.
    ///
    /// # Errors
    /// [`GateError`] when it names an act or group that there is not, when an expression cannot be
    /// read or is not well typed, or speaks of a fact that the act is not decided by.
    pub fn claims(&self, theorem: &Theorem) -> Result<Vec<Claim>, GateError> {
        let vocabulary = &self.gate.profile().vocabulary;
        let mut acts: BTreeSet<&str> = BTreeSet::new();
        for name in &theorem.acts {
            let named: Vec<&str> = acts_of(vocabulary, name).collect();
            if named.is_empty() {
                return Err(GateError::Invalid(format!("`{}`: `{name}`という行為も事実の組もありません", theorem.id)));
            }
            acts.extend(named);
        }
        let text = bound(theorem)?;
        let validator = Validator::new(Schema::clone(&self.schema));
        acts.into_iter().map(|act| self.claim(theorem, act, &text, &validator)).collect()
    }

    fn claim(&self, theorem: &Theorem, act: &str, text: &str, validator: &Validator) -> Result<Claim, GateError> {
        let plan = self.gate.sheet(act).map(|sheet| sheet.plan);
        let plan = plan.ok_or_else(|| GateError::Invalid(format!("`{}`: `{act}`", theorem.id)))?;
        let scoped = text.replacen("action,", &format!("action == {}::Action::\"{act}\",", schema::NAMESPACE), 1);
        let mut alone = PolicySet::new();
        let policy = Policy::parse(Some(PolicyId::new(&theorem.id)), &scoped).map_err(|e| unread(theorem, &e))?;
        alone.add(policy).map_err(invalid)?;
        let checked = validator.validate(&alone, ValidationMode::Strict);
        if let Some(error) = checked.validation_errors().next() {
            return Err(GateError::Invalid(format!("`{}`（{act}）: {error}", theorem.id)));
        }
        let compiled = |source: &str| -> Result<Expr, GateError> {
            let policy = format!("permit(principal, action, resource) when {{ {source} }};");
            let policy = Policy::parse(None, policy).map_err(|e| unread(theorem, &e))?;
            let json = policy.to_json().map_err(invalid)?;
            compile::conditions(&json, &|name| plan.slot(name)).map_err(|error| foreign(theorem, act, error))
        };
        let given = theorem.given.as_deref().map_or(Ok(Expr::Value(Fact::Bool(true))), compiled)?;
        let then = compiled(&theorem.then)?;
        Ok(Claim { plan, given, then, text: text.to_owned() })
    }

    /// Every mutant of every policy, in the order in which the policies speak.
    #[must_use]
    pub fn mutants(&self) -> Vec<Mutant> {
        self.sources.iter().enumerate().flat_map(|(at, source)| mutants::of(at, source)).collect()
    }

    /// The ground with the mutant in the place of its policy.
    ///
    /// # Errors
    /// [`GateError`] when the mutant is not a policy any more.
    pub fn mutated(&self, mutant: &Mutant) -> Result<Self, GateError> {
        let mut sources = self.sources.clone();
        match (&mutant.json, sources.get_mut(mutant.at)) {
            (Some(json), Some(source)) => *source = Arc::new(Source { json: json.clone(), ..Source::clone(source) }),
            (None, Some(_)) => drop(sources.remove(mutant.at)),
            (_, None) => return Err(GateError::Invalid(mutant.policy.to_string())),
        }
        let profile = self.gate.profile();
        let mut plans = Vec::with_capacity(mutant.acts.len());
        for act in &mutant.acts {
            let Some(facts) = profile.vocabulary.acts.get(act) else { continue };
            let speaking = sources.iter().map(AsRef::as_ref).filter(|source: &&Source| source.acts.contains(act));
            let speaking: Vec<&Source> = speaking.collect();
            plans.push(ActPlan::new(profile, act, facts, &speaking)?);
        }
        let gate = self.gate.with_plans(plans);
        Ok(Self { gate, sources, schema: Arc::clone(&self.schema), cases: Arc::clone(&self.cases) })
    }

    /// The first golden case of these acts that does not come out as it should.
    #[must_use]
    pub fn failing_case(&self, acts: &BTreeSet<String>) -> Option<CaseResult> {
        self.cases.of(acts).map(|case| self.cases.run(&self.gate, case)).find(|result| !result.passed())
    }

    /// Whether another gate, such as one with a policy less, answers a golden case otherwise than
    /// expected.
    #[must_use]
    pub fn case_fails(&self, name: &str, gate: &Gate) -> bool {
        self.cases.named(name).any(|case| !self.cases.run(gate, case).passed())
    }

    /// Whether this ground allows exactly what the other does, as far as the search sees; none when
    /// it went on for too long.
    #[must_use]
    pub fn allows_the_same(&self, other: &Self, acts: &BTreeSet<String>) -> Option<bool> {
        let mut same = true;
        for act in acts {
            let (Some(one), Some(two)) = (self.gate.sheet(act), other.gate.sheet(act)) else { continue };
            for (plan, then) in [(&one.plan, two.plan.allowed()), (&two.plan, one.plan.allowed())] {
                let given = Expr::Value(Fact::Bool(true));
                match search::refute(plan, &search::Demand { given: &given, then: &then }) {
                    Found::Nothing => {}
                    Found::Sheet(_) => same = false,
                    Found::TooLong => return None,
                }
            }
        }
        Some(same)
    }

    /// The facts of a sheet as sentences: first those of the claim, then the others that a rule of
    /// the act speaks of.
    #[must_use]
    pub fn tell(&self, claim: &Claim, sheet: &FactSheet) -> Vec<Told> {
        let mut own = claim.given.slots();
        own.extend(claim.then.slots().into_iter().filter(|slot| !claim.given.slots().contains(slot)));
        let of_theorem = |at: &usize| own.contains(at);
        let others = (0..sheet.plan.slots.len()).filter(|at| !of_theorem(at));
        let told = |at: usize| {
            let (slot, value) = (sheet.plan.slots.get(at)?, sheet.values.get(at)?.as_ref()?);
            let matters = slot.spoken || of_theorem(&at);
            matters.then(|| Told {
                fact: slot.name.to_string(),
                phrase: phrase(slot, value),
                of_theorem: of_theorem(&at),
            })
        };
        own.iter().copied().chain(others).filter_map(told).collect()
    }
}

impl Claim {
    /// The act.
    #[must_use]
    pub fn act(&self) -> &str {
        &self.plan.act
    }

    /// The same claim of another gate, such as a mutant's.
    #[must_use]
    pub fn of(&self, gate: &Gate) -> Option<Self> {
        // The slots of an act are those of the vocabulary, whatever the policies are.
        gate.sheet(self.act()).map(|sheet| Self { plan: sheet.plan, ..self.clone() })
    }

    /// The claim as a policy: it permits exactly where the claim does not forbid.
    ///
    /// # Errors
    /// [`GateError::Invalid`] when Cedar does not read it.
    pub fn bound(&self) -> Result<PolicySet, GateError> {
        PolicySet::from_str(&self.text).map_err(invalid)
    }

    /// Looks for a counterexample among the values of a small universe.
    #[must_use]
    pub fn refute(&self) -> Found {
        search::refute(&self.plan, &search::Demand { given: &self.given, then: &self.then })
    }

    /// The decision, when the gate allows this sheet against the claim.
    #[must_use]
    pub fn refuted_by(&self, gate: &Gate, sheet: &FactSheet) -> Option<Decision> {
        let decision = gate.decide(sheet).decision().clone();
        let holds = |expr: &Expr| crate::eval::holds(expr, &sheet.values);
        let against = decision.allowed && holds(&self.given) == Ok(true) && holds(&self.then) == Ok(false);
        against.then_some(decision)
    }
}

impl ActPlan {
    /// What is true when the act is allowed.
    fn allowed(&self) -> Expr {
        let permits = self.permits.iter().map(|rule| rule.condition.clone());
        let some = permits.reduce(|one, other| Expr::Or(Box::new(one), Box::new(other)));
        let some = some.unwrap_or(Expr::Value(Fact::Bool(false)));
        self.forbids
            .iter()
            .fold(some, |all, rule| Expr::And(Box::new(all), Box::new(Expr::Not(Box::new(rule.condition.clone())))))
    }
}

fn phrase(slot: &Slot, value: &Fact) -> String {
    match value {
        Fact::Text(code) if !slot.values.contains_key(code.as_ref()) => {
            format!("{}がそのほか（`{}`）であること", slot.ja, code.escape_default())
        }
        _ => sentence::needed(slot, None, value),
    }
}

/// The acts of this name, or of this group of facts.
fn acts_of<'v>(vocabulary: &'v Vocabulary, name: &'v str) -> impl Iterator<Item = &'v str> {
    let of = move |(act, facts): &(&'v String, &'v ActFacts)| *act == name || facts.groups.iter().any(|g| g == name);
    vocabulary.acts.iter().filter(of).map(|(act, _)| act.as_str())
}

/// The policy that permits exactly what the theorem does not rule out.
fn bound(theorem: &Theorem) -> Result<String, GateError> {
    for part in theorem.given.iter().chain([&theorem.then]) {
        // Each alone is an expression, so that together they are one policy and nothing else.
        Expression::from_str(part).map_err(|e| unread(theorem, &e))?;
    }
    let then = &theorem.then;
    let body = theorem.given.as_ref().map_or_else(|| then.clone(), |given| format!("!({given}) || ({then})"));
    Ok(format!("permit(principal, action, resource) when {{ {body} }};"))
}

fn unread(theorem: &Theorem, cause: &cedar_policy::ParseErrors) -> GateError {
    GateError::Unreadable { file: format!("theorems.toml（{}）", theorem.id), cause: cause.to_string() }
}

fn foreign(theorem: &Theorem, act: &str, error: CompileError) -> GateError {
    let policy = theorem.id.clone();
    match error {
        CompileError::Unsupported(what) => GateError::Unsupported { policy, what },
        CompileError::Foreign(fact) => GateError::ForeignFact { policy, fact, act: act.to_owned() },
    }
}

fn invalid(cause: impl std::fmt::Display) -> GateError {
    GateError::Invalid(cause.to_string())
}

#[cfg(test)]
mod tests;
