//! Decisions, and the two types that carry authority.
//!
//! A [`Permit`] or a [`Refusal`] can only come out of a gate: whoever holds one knows that the act
//! was decided. The record takes nothing else.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use sekisho_regulation::Citation;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::facts::{Fact, FactSheet};
use crate::{nearest, wire};

/// The code of a decision that allows.
pub const OK: &str = "OK";
/// No policy allows the act under these facts.
pub const NOT_PERMITTED: &str = "NOT_PERMITTED";
/// A fact that decides the act was not given.
pub const FACT_MISSING: &str = "FACT_MISSING";
/// A policy could not be evaluated, or a fact has the wrong type.
pub const EVALUATION_ERROR: &str = "EVALUATION_ERROR";
/// The act is not one that the profile knows.
pub const UNKNOWN_ACT: &str = "UNKNOWN_ACT";

/// What the gate says about an act.
#[derive(Clone, Debug)]
pub enum Ruling {
    /// The act may be done.
    Permit(Permit),
    /// The act may not be done.
    Refusal(Refusal),
}

/// The gate allowed the act. Only a gate can make one.
#[derive(Clone, Debug)]
pub struct Permit(Decision);

/// The gate refused the act. Only a gate can make one.
#[derive(Clone, Debug)]
pub struct Refusal(Decision);

/// A decision with its reasons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The act.
    #[serde(with = "wire::text")]
    pub act: Arc<str>,
    /// Whether it may be done.
    pub allowed: bool,
    /// `OK`, or why it is refused, such as `CARD_REVOKED`.
    #[serde(with = "wire::text")]
    pub code: Arc<str>,
    /// The places it rests on; never empty.
    #[serde(with = "wire::citations")]
    pub articles: Arc<[Citation]>,
    /// Ids of the policies that determined it; empty where none matched.
    #[serde(with = "wire::texts")]
    pub policies: Arc<[Arc<str>]>,
    /// The sentence for the person.
    #[serde(with = "wire::text")]
    pub sentence: Arc<str>,
    /// For a refusal, the smallest change of facts after which the act would be allowed.
    #[serde(default)]
    pub nearest: Nearest,
    /// Digest of the profile that decided.
    #[serde(with = "wire::text")]
    pub profile: Arc<str>,
}

/// A fact that stands in the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Miss {
    /// The fact's name.
    #[serde(with = "wire::text")]
    pub fact: Arc<str>,
    /// What it is called.
    #[serde(with = "wire::text")]
    pub label_ja: Arc<str>,
    /// What it is; none when it was not given.
    pub is: Option<Fact>,
    /// What it would have to be.
    pub needed: Fact,
    /// The same as a phrase: 操作者用ICカードの状態が「貸与中」であること.
    pub ja: String,
}

/// The nearest miss. It is looked for when somebody asks, and found once.
#[derive(Clone, Default)]
pub struct Nearest {
    found: OnceLock<Vec<Miss>>,
    sheet: Option<FactSheet>,
}

impl Ruling {
    /// The decision.
    #[must_use]
    pub fn decision(&self) -> &Decision {
        match self {
            Self::Permit(permit) => &permit.0,
            Self::Refusal(refusal) => &refusal.0,
        }
    }

    /// Whether the act may be done.
    #[must_use]
    pub fn allowed(&self) -> bool {
        matches!(self, Self::Permit(_))
    }
}

impl Permit {
    /// Makes a permit of a decision that allows and cites; of no other.
    pub(crate) fn new(decision: Decision) -> Option<Self> {
        (decision.allowed && !decision.articles.is_empty()).then_some(Self(decision))
    }

    /// The decision.
    #[must_use]
    pub fn decision(&self) -> &Decision {
        &self.0
    }
}

impl Refusal {
    pub(crate) fn new(decision: Decision) -> Self {
        Self(Decision { allowed: false, ..decision })
    }

    /// The decision.
    #[must_use]
    pub fn decision(&self) -> &Decision {
        &self.0
    }
}

impl Nearest {
    pub(crate) fn of(sheet: &FactSheet) -> Self {
        Self { found: OnceLock::new(), sheet: Some(sheet.clone()) }
    }

    fn misses(&self) -> &[Miss] {
        self.found.get_or_init(|| self.sheet.as_ref().map(nearest::search).unwrap_or_default())
    }
}

impl Deref for Nearest {
    type Target = [Miss];

    fn deref(&self) -> &[Miss] {
        self.misses()
    }
}

impl<'n> IntoIterator for &'n Nearest {
    type Item = &'n Miss;
    type IntoIter = std::slice::Iter<'n, Miss>;

    fn into_iter(self) -> Self::IntoIter {
        self.misses().iter()
    }
}

impl std::fmt::Debug for Nearest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.misses()).finish()
    }
}

impl PartialEq for Nearest {
    fn eq(&self, other: &Self) -> bool {
        self.misses() == other.misses()
    }
}

impl Serialize for Nearest {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.misses())
    }
}

impl<'de> Deserialize<'de> for Nearest {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let found = OnceLock::new();
        // A fresh cell cannot be taken already.
        let _ = found.set(Vec::<Miss>::deserialize(d)?);
        Ok(Self { found, sheet: None })
    }
}
