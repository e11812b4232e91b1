//! The plan of an act: its facts in slots and its rules, compiled.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_regulation::profile::{ActFacts, FactSpec, FactType, ValuesOf};
use sekisho_regulation::{Citation, Profile};

use crate::compile::{self, CompileError, Expr};
use crate::decision::{EVALUATION_ERROR, FACT_MISSING, NOT_PERMITTED, OK};
use crate::error::GateError;
use crate::eval::{self, EvalError};
use crate::facts::Fact;
use crate::policy::Source;
use crate::{schema, sentence};

/// All that is needed to decide one act.
#[derive(Clone, Debug)]
pub(crate) struct ActPlan {
    /// The act.
    pub(crate) act: Arc<str>,
    /// Facts, sorted by name.
    pub(crate) slots: Vec<Slot>,
    /// What forbids, in the order in which it speaks.
    pub(crate) forbids: Vec<Rule>,
    /// What permits, in the order in which it speaks.
    pub(crate) permits: Vec<Rule>,
    /// What to say when nothing permits and no permit has words of its own.
    pub(crate) denial: Voice,
}

/// A place for a fact.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) name: Arc<str>,
    pub(crate) kind: FactType,
    pub(crate) ja: Arc<str>,
    pub(crate) no: Option<Arc<str>>,
    pub(crate) fixed: bool,
    /// Slots that have to be right before this one is a matter.
    pub(crate) follows: Vec<usize>,
    pub(crate) values: BTreeMap<String, String>,
    /// Whether some rule of the act speaks of it.
    pub(crate) spoken: bool,
    /// What to say when the fact is not given.
    pub(crate) missing: Voice,
    /// What to say when its type is wrong.
    pub(crate) mistyped: Voice,
}

/// A policy, compiled for one act.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) condition: Expr,
    /// What it says: a `forbid` when it matches, a `permit` when it permits.
    pub(crate) voice: Voice,
    /// What a `permit` says when it does not match.
    pub(crate) otherwise: Option<Voice>,
    /// What to say when it errs.
    pub(crate) fault: Voice,
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
    /// The same plan without a policy; none when the policy does not speak of the act.
    pub(crate) fn without(&self, policy: &str) -> Option<Self> {
        let other = |rule: &Rule| !rule.voice.policies.iter().any(|id| **id == *policy);
        if self.forbids.iter().chain(&self.permits).all(other) {
            return None;
        }
        let mut plan = self.clone();
        plan.forbids.retain(other);
        plan.permits.retain(other);
        Some(plan)
    }

    /// Compiles the policies that speak of an act. `sources` are in the order in which they speak.
    pub(crate) fn new(profile: &Profile, act: &str, facts: &ActFacts, sources: &[&Source]) -> Result<Self, GateError> {
        let governing: Arc<[Citation]> = profile.governing(act).into();
        let maker = Maker { profile, act, ja: &facts.ja, governing };
        let mut names: Vec<&str> = schema::fact_names(&profile.vocabulary, facts).collect();
        names.sort_unstable();
        names.dedup();
        let (mut forbids, mut permits) = (Vec::new(), Vec::new());
        for source in sources {
            let rule = maker.rule(source, &names)?;
            if source.permits { permits.push(rule) } else { forbids.push(rule) }
        }
        let speaks = |at: usize| {
            let of = |rule: &&Rule| rule.condition.slots().contains(&at);
            forbids.iter().chain(&permits).find(of)
        };
        let slot = |(at, name): (usize, &&str)| {
            Some(maker.slot(name, profile.vocabulary.facts.get(*name)?, speaks(at), &names))
        };
        let slots = names.iter().enumerate().filter_map(slot).collect();
        let nearest = permits.first().map_or(&maker.governing, |rule: &Rule| &rule.voice.articles);
        let denial = Voice {
            code: NOT_PERMITTED.into(),
            articles: Arc::clone(nearest),
            policies: Arc::new([]),
            sentence: sentence::denial(profile, &facts.ja, nearest).into(),
        };
        Ok(Self { act: act.into(), slots, forbids, permits, denial })
    }

    /// The slot of this fact.
    pub(crate) fn slot(&self, name: &str) -> Option<usize> {
        self.slots.binary_search_by(|slot| slot.name.as_ref().cmp(name)).ok()
    }

    /// The first fact that a rule speaks of and nobody gave.
    pub(crate) fn missing(&self, values: &[Option<Fact>]) -> Option<&Slot> {
        let mut empty = self.slots.iter().zip(values).filter(|(slot, value)| value.is_none() && slot.spoken);
        empty.next().map(|(slot, _)| slot)
    }

    /// Whether the act is allowed under these values.
    pub(crate) fn allows(&self, values: &[Option<Fact>]) -> bool {
        self.missing(values).is_none()
            && self.forbids.iter().all(|rule| rule.holds(values) == Ok(false))
            && self.permits.iter().any(|rule| rule.holds(values) == Ok(true))
            && self.permits.iter().all(|rule| rule.holds(values).is_ok())
    }
}

impl Rule {
    /// Whether its condition holds.
    pub(crate) fn holds(&self, values: &[Option<Fact>]) -> Result<bool, EvalError> {
        eval::holds(&self.condition, values)
    }
}

struct Maker<'p> {
    profile: &'p Profile,
    act: &'p str,
    ja: &'p str,
    governing: Arc<[Citation]>,
}

impl Maker<'_> {
    fn rule(&self, source: &Source, names: &[&str]) -> Result<Rule, GateError> {
        let slot = |name: &str| names.binary_search(&name).ok();
        let condition = compile::conditions(&source.json, &slot).map_err(|error| match error {
            CompileError::Unsupported(what) => GateError::Unsupported { policy: source.id.to_string(), what },
            CompileError::Foreign(fact) => {
                GateError::ForeignFact { policy: source.id.to_string(), fact, act: self.act.to_owned() }
            }
        })?;
        let policies: Arc<[Arc<str>]> = Arc::new([Arc::clone(&source.id)]);
        let voice = |code: &str, sentence: String| Voice {
            code: code.into(),
            articles: Arc::clone(&source.articles),
            policies: Arc::clone(&policies),
            sentence: sentence.into(),
        };
        let words = source.words.as_ref();
        let refusal = words.map(|(refuse, remedy)| {
            voice(&source.code, sentence::refusal(self.profile, refuse, &source.articles, remedy))
        });
        let fault = voice(EVALUATION_ERROR, sentence::fault(self.profile, self.ja, &source.articles));
        Ok(if source.permits {
            let permit = voice(OK, sentence::permit(self.profile, self.ja, &source.articles));
            // Nothing determined the denial: Cedar names no policy either.
            let otherwise = refusal.map(|said| Voice { policies: Arc::new([]), ..said });
            Rule { condition, voice: permit, otherwise, fault }
        } else {
            Rule { condition, voice: refusal.unwrap_or_else(|| fault.clone()), otherwise: None, fault }
        })
    }

    fn slot(&self, name: &str, spec: &FactSpec, rule: Option<&Rule>, names: &[&str]) -> Slot {
        let articles = rule.map_or(&self.governing, |rule| &rule.voice.articles);
        let voice = |code: &str, sentence: String| Voice {
            code: code.into(),
            articles: Arc::clone(articles),
            policies: Arc::new([]),
            sentence: sentence.into(),
        };
        let mut values = spec.values.clone();
        let s = &self.profile.settings;
        match spec.values_of {
            Some(ValuesOf::Roles) => values.extend(s.roles.iter().map(|r| (r.code.clone(), r.name.clone()))),
            Some(ValuesOf::Rooms) => values.extend(s.rooms.iter().map(|r| (r.code.clone(), r.name.clone()))),
            Some(ValuesOf::Devices) => values.extend(s.devices.iter().map(|d| (d.code.clone(), d.name.clone()))),
            None => {}
        }
        Slot {
            name: name.into(),
            kind: spec.kind,
            ja: spec.ja.as_str().into(),
            no: spec.no.as_deref().map(Arc::from),
            fixed: spec.fixed,
            follows: spec.follows.iter().filter_map(|first| names.binary_search(&first.as_str()).ok()).collect(),
            values,
            spoken: rule.is_some(),
            missing: voice(FACT_MISSING, sentence::missing(self.profile, self.ja, &spec.ja, articles)),
            mistyped: voice(EVALUATION_ERROR, sentence::fault(self.profile, self.ja, articles)),
        }
    }
}
