//! Facts: what a decision is made of.
//!
//! Only the caller knows facts. A sheet belongs to one act and has a slot for each fact that the
//! act is decided by; what the act does not ask for is not kept.

use std::fmt;
use std::sync::Arc;

use sekisho_regulation::profile::FactType;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::plan::ActPlan;

/// The value of a fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Long(i64),
    /// A code.
    Text(Arc<str>),
    /// A set of codes, sorted and without doubles.
    Set(Arc<[Arc<str>]>),
}

/// The facts of one act.
#[derive(Clone, Debug)]
pub struct FactSheet {
    pub(crate) plan: Arc<ActPlan>,
    pub(crate) values: Vec<Option<Fact>>,
    /// The first fact given with a type that is not its own.
    pub(crate) mistyped: Option<usize>,
}

impl Fact {
    /// A set of codes.
    pub fn set<I: IntoIterator<Item = S>, S: Into<Arc<str>>>(codes: I) -> Self {
        let mut all: Vec<Arc<str>> = codes.into_iter().map(Into::into).collect();
        all.sort_unstable();
        all.dedup();
        Self::Set(all.into())
    }

    /// Its type.
    #[must_use]
    pub fn kind(&self) -> FactType {
        match self {
            Self::Bool(_) => FactType::Bool,
            Self::Long(_) => FactType::Long,
            Self::Text(_) => FactType::Text,
            Self::Set(_) => FactType::Set,
        }
    }

    /// The fact as JSON: `true`, `12`, `"lent"`, `["a", "b"]`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Bool(b) => (*b).into(),
            Self::Long(n) => (*n).into(),
            Self::Text(t) => t.as_ref().into(),
            Self::Set(s) => s.iter().map(|code| serde_json::Value::from(code.as_ref())).collect(),
        }
    }

    /// The fact that JSON says, if it says one.
    #[must_use]
    pub fn from_json(value: &serde_json::Value) -> Option<Self> {
        use serde_json::Value;
        match value {
            Value::Bool(b) => Some(Self::Bool(*b)),
            Value::Number(n) => n.as_i64().map(Self::Long),
            Value::String(s) => Some(Self::Text(s.as_str().into())),
            Value::Array(items) => items.iter().map(Value::as_str).collect::<Option<Vec<_>>>().map(Self::set),
            Value::Null | Value::Object(_) => None,
        }
    }
}

impl From<bool> for Fact {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Fact {
    fn from(value: i64) -> Self {
        Self::Long(value)
    }
}

impl From<&str> for Fact {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for Fact {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

impl From<Arc<str>> for Fact {
    fn from(value: Arc<str>) -> Self {
        Self::Text(value)
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(b) => write!(f, "{b}"),
            Self::Long(n) => write!(f, "{n}"),
            Self::Text(t) => f.write_str(t),
            Self::Set(s) => f.write_str(&s.join(" ")),
        }
    }
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(s)
    }
}

impl<'de> Deserialize<'de> for Fact {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(d)?;
        Self::from_json(&value)
            .ok_or_else(|| serde::de::Error::custom("a fact is a bool, a whole number, a text or a set"))
    }
}

impl FactSheet {
    pub(crate) fn new(plan: Arc<ActPlan>) -> Self {
        let values = vec![None; plan.slots.len()];
        Self { plan, values, mistyped: None }
    }

    /// The same facts on a sheet of another gate.
    pub(crate) fn moved_to(&self, plan: &Arc<ActPlan>) -> Self {
        let mut sheet = Self::new(Arc::clone(plan));
        for (slot, value) in self.plan.slots.iter().zip(&self.values) {
            if let Some(value) = value {
                sheet.set(&slot.name, value.clone());
            }
        }
        if let Some(slot) = self.mistyped.and_then(|at| self.plan.slots.get(at)) {
            sheet.mistyped = plan.slot(&slot.name).or(sheet.mistyped);
        }
        sheet
    }

    /// The act.
    #[must_use]
    pub fn act(&self) -> &str {
        &self.plan.act
    }

    /// Says what is true. A name that the act does not ask for is left out; a value of the wrong
    /// type is remembered, and the decision will be a refusal.
    pub fn set(&mut self, name: &str, value: impl Into<Fact>) -> &mut Self {
        let Some(at) = self.plan.slot(name) else { return self };
        let value = match value.into() {
            Fact::Set(codes) if !codes.is_sorted_by(|a, b| a < b) => Fact::set(codes.iter().cloned()),
            other => other,
        };
        if self.plan.slots.get(at).is_some_and(|slot| slot.kind == value.kind()) {
            if let Some(place) = self.values.get_mut(at) {
                *place = Some(value);
            }
            if self.mistyped == Some(at) {
                self.mistyped = None;
            }
        } else {
            if let Some(place) = self.values.get_mut(at) {
                *place = None;
            }
            self.mistyped.get_or_insert(at);
        }
        self
    }

    /// Sets facts from a JSON object and returns the names that the act does not ask for. A value
    /// that is no fact (null, a fraction, an object) counts as the wrong type.
    pub fn fill<'j>(&mut self, facts: &'j serde_json::Map<String, serde_json::Value>) -> Vec<&'j str> {
        let mut foreign = Vec::new();
        for (name, value) in facts {
            match (self.plan.slot(name), Fact::from_json(value)) {
                (None, _) => foreign.push(name.as_str()),
                (Some(_), Some(fact)) => {
                    self.set(name, fact);
                }
                (Some(at), None) => {
                    self.mistyped.get_or_insert(at);
                }
            }
        }
        foreign
    }

    /// Whether the act is decided by this fact.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        self.plan.slot(name).is_some()
    }

    /// The fact's value, once it is set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.plan.slot(name).and_then(|at| self.values.get(at)).and_then(Option::as_ref)
    }

    /// Names of the facts that the act is decided by, in the order of the alphabet.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.plan.slots.iter().map(|slot| slot.name.as_ref())
    }

    /// Names of the facts that are not yet set.
    pub fn unset(&self) -> impl Iterator<Item = &str> {
        self.plan.slots.iter().zip(&self.values).filter(|(_, v)| v.is_none()).map(|(slot, _)| slot.name.as_ref())
    }

    /// The facts that are set, as a JSON object.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let set = self.plan.slots.iter().zip(&self.values);
        set.filter_map(|(slot, value)| Some((slot.name.to_string(), value.as_ref()?.to_json()))).collect()
    }
}
