//! Versions of the regulation: one is examined, adopted, and put in force on its day.

use std::sync::Arc;

use sekisho_gate::{CaseResult, Fact, Gate};
use sekisho_ledgers::event::{Asked, Event};
use sekisho_ledgers::kinds::regulation;
use sekisho_ledgers::spec::Form;
use sekisho_regulation::profile::DeviceClass;
use sekisho_regulation::profile::readings::{self, AS_WRITTEN, Decided};
use sekisho_regulation::{Date, Profile};

use super::{Desk, DeskError, Live, Outcome};
use crate::profiles::{LoadError, Source};
use crate::prove::{self, Method};
use crate::revision::{self, ArticleChange, Consequences, Everybody};

/// Days of the record that are decided again when a version is examined.
const REPLAY_DAYS: i64 = 365;

/// Where versions are kept.
pub trait Versions: Send + Sync {
    /// Keeps one under its digest.
    ///
    /// # Errors
    /// A cause for the log.
    fn keep(&self, source: &Source, digest: &str) -> Result<(), String>;
    /// One that is kept.
    ///
    /// # Errors
    /// [`LoadError`] when it is not there, or is not what its digest says.
    fn load(&self, digest: &str) -> Result<Source, LoadError>;
    /// Names the one that the house opens with next.
    ///
    /// # Errors
    /// A cause for the log.
    fn put_in_force(&self, digest: &str) -> Result<(), String>;
}

/// A version before it is adopted.
#[derive(Debug)]
pub struct Candidate {
    /// Its digest.
    pub digest: String,
    /// Its gate.
    pub gate: Gate,
    /// Golden cases that do not come out as expected.
    pub failed: Vec<CaseResult>,
    /// How many golden cases there are.
    pub cases: usize,
    /// What it changes, article by article.
    pub changes: Vec<ArticleChange>,
}

impl Candidate {
    /// Whether nothing is wrong with it.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.failed.is_empty()
    }

    /// Whether a factor is still asked at every class of machines on which records are handled, and none
    /// of the classes of `now` is said to handle none any more.
    #[must_use]
    pub fn keeps_the_gate(&self, now: &Profile) -> bool {
        let new = self.gate.profile();
        let asked = |class: &DeviceClass| class.asks.iter().any(|terms| !terms.factors.is_empty());
        let kept = |class: &DeviceClass| new.device_class(&class.code).is_none_or(|class| class.records);
        let handled = |profile: &Profile| -> Vec<DeviceClass> {
            profile.settings.devices.iter().filter(|class| class.records).cloned().collect()
        };
        handled(new).iter().all(asked) && handled(now).iter().all(kept)
    }
}

/// Why a version cannot even be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ExamineError {
    /// It is not there or not well written.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A policy is wrong.
    #[error("{0}")]
    Gate(#[from] sekisho_gate::GateError),
    /// It cannot be kept.
    #[error("版のファイルを保存できません。情報システムの担当者に連絡してください。")]
    Keep(String),
}

impl Desk {
    /// Reads a version, runs its golden cases, compares it with the one in force, and keeps it, so
    /// that it can be adopted by its digest. Nothing follows from it yet.
    ///
    /// # Errors
    /// [`ExamineError`] when it is not well written.
    pub fn examine(&self, source: &Source) -> Result<Candidate, ExamineError> {
        let profile = source.profile().map_err(LoadError::from)?;
        let candidate = self.candidate(Gate::new(Arc::new(profile))?);
        self.keys.versions.keep(source, &candidate.digest).map_err(ExamineError::Keep)?;
        Ok(candidate)
    }

    /// A version that was examined before, by its digest.
    ///
    /// # Errors
    /// [`ExamineError`] when it is not there any more.
    pub fn examined(&self, digest: &str) -> Result<Candidate, ExamineError> {
        let profile = self.keys.versions.load(digest)?.profile().map_err(LoadError::from)?;
        Ok(self.candidate(Gate::new(Arc::new(profile))?))
    }

    fn candidate(&self, gate: Gate) -> Candidate {
        let cases = gate.run_cases();
        Candidate {
            digest: gate.profile().digest.clone(),
            cases: cases.len(),
            failed: cases.into_iter().filter(|case| !case.passed()).collect(),
            changes: revision::changes(&self.house.ground().gate, &gate),
            gate,
        }
    }

    /// What the decisions of the past year would have been under a version.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the record cannot be read.
    pub fn consequences(&self, gate: &Gate) -> Result<Consequences, DeskError> {
        let ground = self.house.ground();
        let since = Date::in_japan(self.now_ms()).plus_days(-REPLAY_DAYS).at(0, 0);
        Ok(revision::consequences(&ground.registry, &*ground.store, &ground.vault, gate, since)?)
    }

    /// What a version changes for everybody, whoever asks for whatever.
    ///
    /// # Errors
    /// [`DeskError::Internal`] when the two versions cannot be put side by side.
    pub fn everybody(&self, gate: &Gate) -> Result<Everybody, DeskError> {
        let method = if prove::version().is_some() { Method::Solver } else { Method::Bounded };
        let found = revision::everybody(self.profile(), gate.profile(), method);
        found.map_err(|e| DeskError::Internal(e.to_string()))
    }

    /// Decides how an open place is read. What follows from it is a version of the profile, adopted
    /// with the reading. `form` gives the choice, the effective date and the council's resolution.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a question or a choice that is not there; as for any act.
    pub fn decide_reading(&self, live: &Live, id: &str, form: &Form) -> Result<Outcome<()>, DeskError> {
        let internal = |e: String| DeskError::Internal(e);
        let choice = form.get("choice").map_or("", String::as_str);
        let profile = self.profile();
        let reading = profile.settings.readings.iter().find(|reading| reading.id == id).ok_or(DeskError::NotFound)?;
        let text = match reading.choices.iter().find(|one| one.code == choice) {
            Some(one) => &one.reading,
            None if choice == AS_WRITTEN => &reading.reading,
            None => return Err(DeskError::NotFound),
        };
        let by = profile.role(&live.capacity).map_or(live.capacity.as_str(), |role| role.name.as_str()).to_owned();
        let decided = Decided { id: id.to_owned(), choice: choice.to_owned(), by, on: Date::in_japan(self.now_ms()) };
        let source = self.keys.versions.load(&profile.digest).map_err(|e| internal(e.to_string()))?;
        let files = readings::decide(&source.files, decided).map_err(|e| internal(e.to_string()))?;
        let candidate = self.examine(&Source { files, ..source }).map_err(|e| internal(e.to_string()))?;
        let mut form = form.clone();
        form.extend([
            ("reading".to_owned(), id.to_owned()),
            ("text".to_owned(), text.clone()),
            ("profile".to_owned(), candidate.digest),
        ]);
        self.form(live, "reading.decide", &form)
    }

    /// Adopts a version that was examined before, or decides a reading that brings one with it.
    pub(super) fn adopt(&self, live: &Live, asked: Asked) -> Result<Outcome<()>, DeskError> {
        let digest = asked.public.get("profile").and_then(serde_json::Value::as_str).unwrap_or_default();
        let candidate = self.examined(digest);
        if let Err(error) = &candidate {
            tracing::info!(%error, digest, "a version cannot be adopted");
        }
        let sound = candidate.as_ref().is_ok_and(Candidate::is_sound);
        // What cannot be read is unsound, and that says enough.
        let kept = candidate.map_or(true, |candidate| candidate.keeps_the_gate(self.profile()));
        let facts = vec![("profile_sound", Fact::Bool(sound)), ("gate_kept", Fact::Bool(kept))];
        self.submit(live, asked, facts, Vec::new())
    }

    /// The version that is to be in force today, if it is not the one by which this desk decides. The
    /// house has to be opened anew with it. Before any version is adopted it is the one of the first
    /// record: what the data folder names as current is only a copy of what the record says.
    #[must_use]
    pub fn version_due(&self) -> Option<String> {
        let today = Date::in_japan(self.now_ms());
        let adopted = self.house.read(|books| regulation::in_force(books, today)).map(|version| version.profile);
        let due = adopted.or_else(|| self.first_version())?;
        (due != self.profile().digest).then_some(due)
    }

    fn first_version(&self) -> Option<String> {
        let first = self.house.ground().store.leaves(0, 1).ok()?.into_iter().next()?;
        Event::from_leaf(first.seq, &first.bytes).ok().map(|event| event.profile.to_string())
    }

    /// Names a version as the one that the house opens with next.
    ///
    /// # Errors
    /// [`DeskError::Internal`] when it is not there, is altered, or cannot be named.
    pub fn put_in_force(&self, digest: &str) -> Result<(), DeskError> {
        self.keys.versions.load(digest).map_err(|e| DeskError::Internal(e.to_string()))?;
        self.keys.versions.put_in_force(digest).map_err(DeskError::Internal)
    }
}
