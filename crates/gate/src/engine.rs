//! The gate itself.

use std::collections::HashMap;
use std::sync::Arc;

use sekisho_regulation::{Citation, Profile};

use crate::cases::{self, CaseResult};
use crate::decision::{Decision, Nearest, OK, Permit, Refusal, Ruling, UNKNOWN_ACT};
use crate::error::GateError;
use crate::facts::FactSheet;
use crate::plan::{ActPlan, Rule, Voice};
use crate::policy::{self, Source};
use crate::sentence;

/// Decides acts by a profile.
#[derive(Debug)]
pub struct Gate {
    profile: Arc<Profile>,
    digest: Arc<str>,
    acts: HashMap<Arc<str>, Arc<ActPlan>>,
    policies: Vec<PolicyInfo>,
    unknown: Arc<[Citation]>,
    none: Arc<[Arc<str>]>,
}

/// A policy as a page shows it.
#[derive(Clone, Debug)]
pub struct PolicyInfo {
    /// Its id.
    pub id: Arc<str>,
    /// The file it stands in.
    pub file: Arc<str>,
    /// Whether it permits; it forbids otherwise.
    pub permits: bool,
    /// The acts it speaks of.
    pub acts: Arc<[Arc<str>]>,
    /// The places it rests on.
    pub articles: Arc<[Citation]>,
    /// The code of its refusal; for one that permits, of the refusal when it does not match.
    pub code: Arc<str>,
    /// The sentence of its refusal; none for a permit without a condition.
    pub sentence: Option<Arc<str>>,
    /// Obligations that it carries out.
    pub obligations: Arc<[Arc<str>]>,
    /// Its text in Cedar.
    pub source: Arc<str>,
}

impl Gate {
    /// Makes a gate of a profile.
    ///
    /// # Errors
    /// [`GateError`] when a policy cannot be read, fails Cedar's validator, lacks an annotation,
    /// cites an article that is not there, or uses what is not compiled.
    pub fn new(profile: Arc<Profile>) -> Result<Self, GateError> {
        let unknown = Some(profile.governing("session.open")).filter(|cites| !cites.is_empty());
        let unknown: Arc<[Citation]> = unknown.ok_or(GateError::NoGoverning)?.into();
        let sources = policy::read(&profile)?;
        let mut acts: HashMap<Arc<str>, Arc<ActPlan>> = HashMap::with_capacity(profile.vocabulary.acts.len());
        let mut by_act: HashMap<&str, Vec<&Source>> = HashMap::new();
        for source in &sources {
            source.acts.iter().for_each(|act| by_act.entry(act).or_default().push(source));
        }
        for (act, facts) in &profile.vocabulary.acts {
            let speaking = by_act.get(act.as_str()).map(Vec::as_slice).unwrap_or_default();
            let plan = ActPlan::new(&profile, act, facts, speaking)?;
            acts.insert(Arc::clone(&plan.act), Arc::new(plan));
        }
        let policies = sources.iter().map(|source| info(&profile, source)).collect();
        let digest = profile.digest.as_str().into();
        Ok(Self { profile, digest, acts, policies, unknown, none: Arc::new([]) })
    }

    /// The same gate, but deciding these acts by these plans: what a mutant of a policy would do.
    pub(crate) fn with_plans(&self, plans: Vec<ActPlan>) -> Self {
        let mut acts = self.acts.clone();
        acts.extend(plans.into_iter().map(|plan| (Arc::clone(&plan.act), Arc::new(plan))));
        Self {
            profile: Arc::clone(&self.profile),
            digest: Arc::clone(&self.digest),
            acts,
            policies: self.policies.clone(),
            unknown: Arc::clone(&self.unknown),
            none: Arc::clone(&self.none),
        }
    }

    /// The same gate without one of its policies: what the policy is for shows in what goes wrong.
    #[must_use]
    pub fn without(&self, policy: &str) -> Self {
        self.with_plans(self.acts.values().filter_map(|plan| plan.without(policy)).collect())
    }

    /// The same gate without one of its acts: nobody can do it, and no rule speaks of it.
    #[must_use]
    pub fn without_act(&self, act: &str) -> Self {
        let mut without = self.with_plans(Vec::new());
        without.acts.remove(act);
        without
    }

    /// The profile it decides by.
    #[must_use]
    pub fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    /// An empty sheet for an act; none when the profile does not know the act.
    #[must_use]
    pub fn sheet(&self, act: &str) -> Option<FactSheet> {
        self.acts.get(act).map(|plan| FactSheet::new(Arc::clone(plan)))
    }

    /// Decides. A sheet of another gate (of an earlier profile, say) is read anew by its names.
    #[must_use]
    pub fn decide(&self, sheet: &FactSheet) -> Ruling {
        match self.acts.get(sheet.act()) {
            None => Ruling::Refusal(self.refuse_unknown_act(sheet.act())),
            Some(plan) if Arc::ptr_eq(plan, &sheet.plan) => self.rule(sheet),
            Some(plan) => self.rule(&sheet.moved_to(plan)),
        }
    }

    /// What the facts on a sheet that is not complete already settle: a refusal when a `forbid`
    /// matches whatever the rest may be, or when no `permit` can match any more. Anything else looks
    /// allowed. It is an outlook for menus, not a ruling: it makes no [`Permit`].
    #[must_use]
    pub fn outlook(&self, sheet: &FactSheet) -> Decision {
        let plan = sheet.plan.as_ref();
        if let Some(rule) = plan.forbids.iter().find(|rule| rule.holds(&sheet.values) == Ok(true)) {
            return self.say(sheet, &rule.voice);
        }
        match plan.permits.iter().find(|rule| rule.holds(&sheet.values) != Ok(false)) {
            Some(rule) => Decision { allowed: true, ..self.say(sheet, &rule.voice) },
            None => self.say(sheet, denial(sheet)),
        }
    }

    /// The refusal of an act that the profile does not know.
    #[must_use]
    pub fn refuse_unknown_act(&self, act: &str) -> Refusal {
        let act: String = act.chars().filter(|c| !c.is_control()).take(60).collect();
        Refusal::new(Decision {
            code: UNKNOWN_ACT.into(),
            allowed: false,
            articles: Arc::clone(&self.unknown),
            policies: Arc::clone(&self.none),
            sentence: sentence::unknown_act(&self.profile, &act, &self.unknown).into(),
            nearest: Nearest::default(),
            profile: Arc::clone(&self.digest),
            act: act.into(),
        })
    }

    /// Every policy, in the order in which they speak.
    #[must_use]
    pub fn policies(&self) -> &[PolicyInfo] {
        &self.policies
    }

    /// Runs the golden cases of the profile.
    #[must_use]
    pub fn run_cases(&self) -> Vec<CaseResult> {
        cases::run(self)
    }

    fn rule(&self, sheet: &FactSheet) -> Ruling {
        let plan = sheet.plan.as_ref();
        if let Some(slot) = sheet.mistyped.and_then(|at| plan.slots.get(at)) {
            return self.refuse(sheet, &slot.mistyped, None);
        }
        if let Some(slot) = plan.missing(&sheet.values) {
            return self.refuse(sheet, &slot.missing, None);
        }
        let forbids = match matching(&plan.forbids, sheet) {
            Ok(found) => found,
            Err(rule) => return self.refuse(sheet, &rule.fault, None),
        };
        let permits = match matching(&plan.permits, sheet) {
            Ok(found) => found,
            Err(rule) => return self.refuse(sheet, &rule.fault, None),
        };
        match (forbids, permits) {
            (Some((first, more)), _) => self.refuse(sheet, &first.voice, policies_of(first, more)),
            (None, Some((first, more))) => self.permit(sheet, &first.voice, first, more),
            (None, None) => self.refuse(sheet, denial(sheet), None),
        }
    }

    fn permit(&self, sheet: &FactSheet, voice: &Voice, first: &Rule, more: Vec<&Rule>) -> Ruling {
        let mut decision = self.say(sheet, voice);
        decision.allowed = true;
        decision.code = Arc::clone(&voice.code);
        if !more.is_empty() {
            let mut articles = voice.articles.to_vec();
            for article in more.iter().flat_map(|rule| rule.voice.articles.iter()) {
                if !articles.contains(article) {
                    articles.push(article.clone());
                }
            }
            decision.articles = articles.into();
        }
        if let Some(policies) = policies_of(first, more) {
            decision.policies = policies;
        }
        debug_assert_eq!(decision.code.as_ref(), OK, "a permit has one code");
        // A permit that cites nothing is no permit: the rule's fault cites the governing articles.
        match Permit::new(decision) {
            Some(permit) => Ruling::Permit(permit),
            None => self.refuse(sheet, &first.fault, None),
        }
    }

    fn refuse(&self, sheet: &FactSheet, voice: &Voice, policies: Option<Arc<[Arc<str>]>>) -> Ruling {
        let mut decision = self.say(sheet, voice);
        if decision.articles.is_empty() {
            decision.articles = Arc::clone(&self.unknown);
        }
        if let Some(policies) = policies {
            decision.policies = policies;
        }
        decision.nearest = Nearest::of(sheet);
        Ruling::Refusal(Refusal::new(decision))
    }

    fn say(&self, sheet: &FactSheet, voice: &Voice) -> Decision {
        Decision {
            act: Arc::clone(&sheet.plan.act),
            allowed: false,
            code: Arc::clone(&voice.code),
            articles: Arc::clone(&voice.articles),
            policies: Arc::clone(&voice.policies),
            sentence: Arc::clone(&voice.sentence),
            nearest: Nearest::default(),
            profile: Arc::clone(&self.digest),
        }
    }
}

/// The first rule that matches and the others that do; the rule that errs, if one does.
fn matching<'r>(rules: &'r [Rule], sheet: &FactSheet) -> Result<Option<(&'r Rule, Vec<&'r Rule>)>, &'r Rule> {
    let (mut first, mut more) = (None, Vec::new());
    for rule in rules {
        match (rule.holds(&sheet.values), first) {
            (Ok(false), _) => {}
            (Ok(true), None) => first = Some(rule),
            (Ok(true), Some(_)) => more.push(rule),
            (Err(_), _) => return Err(rule),
        }
    }
    Ok(first.map(|rule| (rule, more)))
}

/// The ids of all, when there are more than the first.
fn policies_of(first: &Rule, more: Vec<&Rule>) -> Option<Arc<[Arc<str>]>> {
    if more.is_empty() {
        return None;
    }
    Some(std::iter::once(first).chain(more).flat_map(|rule| rule.voice.policies.iter().cloned()).collect())
}

/// What the nearest permit says when none matches: the one with the fewest parts that do not hold.
fn denial(sheet: &FactSheet) -> &Voice {
    let plan = &sheet.plan;
    let nearest = plan.permits.iter().min_by_key(|rule| rule.condition.failing(&sheet.values));
    nearest.and_then(|rule| rule.otherwise.as_ref()).unwrap_or(&plan.denial)
}

fn info(profile: &Profile, source: &Source) -> PolicyInfo {
    let sentence = source
        .words
        .as_ref()
        .map(|(refuse, remedy)| Arc::from(sentence::refusal(profile, refuse, &source.articles, remedy)));
    PolicyInfo {
        id: Arc::clone(&source.id),
        file: Arc::clone(&source.file),
        permits: source.permits,
        acts: source.acts.iter().map(|act| Arc::from(act.as_str())).collect(),
        articles: Arc::clone(&source.articles),
        code: Arc::clone(&source.code),
        sentence,
        obligations: Arc::clone(&source.obligations),
        source: Arc::clone(&source.text),
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_books;
