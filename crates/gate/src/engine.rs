//! The gate itself.

use std::collections::HashMap;
use std::sync::Arc;

use sekisho_regulation::{Citation, Profile};

use crate::cases::CaseResult;
use crate::decision::{Decision, Nearest, Refusal, Ruling, UNKNOWN_ACT};
use crate::error::GateError;
use crate::facts::FactSheet;
use crate::plan::ActPlan;

/// Decides acts by a profile.
#[derive(Debug)]
pub struct Gate {
    profile: Arc<Profile>,
    digest: Arc<str>,
    acts: HashMap<Arc<str>, Arc<ActPlan>>,
    policies: Vec<PolicyInfo>,
    unknown: Arc<[Citation]>,
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
    /// The code of its refusal; `OK` for one that permits.
    pub code: Arc<str>,
    /// The sentence it speaks.
    pub sentence: Arc<str>,
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
        let unknown = profile.settings.governing.get("session.open").ok_or(GateError::NoGoverning)?;
        Ok(Self {
            digest: profile.digest.as_str().into(),
            acts: HashMap::new(),
            policies: Vec::new(),
            unknown: unknown.clone().into(),
            profile,
        })
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

    /// Decides.
    #[must_use]
    pub fn decide(&self, sheet: &FactSheet) -> Ruling {
        Ruling::Refusal(self.refuse_unknown_act(sheet.act()))
    }

    /// The refusal of an act that the profile does not know.
    #[must_use]
    pub fn refuse_unknown_act(&self, act: &str) -> Refusal {
        Refusal::new(Decision {
            act: act.into(),
            allowed: false,
            code: UNKNOWN_ACT.into(),
            articles: Arc::clone(&self.unknown),
            policies: Arc::new([]),
            sentence: "".into(),
            nearest: Nearest::default(),
            profile: Arc::clone(&self.digest),
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
        Vec::new()
    }
}
