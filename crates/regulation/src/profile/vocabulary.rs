//! `national/facts.toml`: the facts that policies may speak of, and those that decide each act.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The national vocabulary: what facts there are, and which of them each act is decided by.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// Facts by name.
    pub facts: BTreeMap<String, FactSpec>,
    /// Groups of facts by name.
    pub groups: BTreeMap<String, Vec<String>>,
    /// Acts by name, with the groups of facts that decide them.
    pub acts: BTreeMap<String, ActFacts>,
    /// Topics of the national rules by code, with their names: what a regulation may speak of.
    pub topics: BTreeMap<String, String>,
    /// Powers by code, with what they are: who holds each is the regulation's to say.
    pub powers: BTreeMap<String, String>,
}

impl Vocabulary {
    /// The same with these acts only, and the groups and facts that decide them.
    #[must_use]
    pub fn of_acts(&self, names: &BTreeSet<String>) -> Self {
        let acts: BTreeMap<String, ActFacts> =
            names.iter().filter_map(|name| Some((name.clone(), self.acts.get(name)?.clone()))).collect();
        let wanted: BTreeSet<&String> = acts.values().flat_map(|act| &act.groups).collect();
        let groups: BTreeMap<String, Vec<String>> =
            wanted.into_iter().filter_map(|name| Some((name.clone(), self.groups.get(name)?.clone()))).collect();
        let facts = groups.values().flatten().filter_map(|name| Some((name.clone(), self.facts.get(name)?.clone())));
        let facts = facts.collect();
        Self { facts, groups, acts, topics: BTreeMap::new(), powers: BTreeMap::new() }
    }
}

/// A fact that a policy may speak of.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FactSpec {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: FactType,
    /// What it says, as the subject of a sentence: 操作者用ICカードの状態.
    pub ja: String,
    /// For a yes-no fact, how "yes" reads after the subject's place: 職員証を提示していること.
    /// For a text, how each value reads.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// For a yes-no fact, how "no" reads, where turning the ending of `ja` round does not do.
    #[serde(default)]
    pub no: Option<String>,
    /// What it is when nothing stands in the way; for a yes-no fact yes, where nothing else is said.
    #[serde(default)]
    pub usual: Option<Plain>,
    /// A limit or a circumstance that nobody changes for the sake of an act: never proposed as what
    /// would have allowed it.
    #[serde(default)]
    pub fixed: bool,
    /// For a text, the list of the profile that names its values, beside `values`.
    #[serde(default)]
    pub values_of: Option<ValuesOf>,
    /// Facts that have to be set right before this one is a matter: whose card it is follows its
    /// being presented. What would have to be different names only the first of such a chain.
    #[serde(default)]
    pub follows: Vec<String>,
}

/// A fact's value as a file has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Plain {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Long(i64),
    /// A code.
    Text(String),
}

/// A list of the profile whose names read a text fact's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValuesOf {
    /// The roles.
    Roles,
    /// The rooms.
    Rooms,
    /// The classes of devices.
    Devices,
}

/// The type of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum FactType {
    /// Yes or no.
    Bool,
    /// A whole number.
    Long,
    /// A code.
    Text,
    /// A set of codes.
    Set,
}

/// Which facts decide an act.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ActFacts {
    /// Name on pages, such as 操作者用ICカードの貸与.
    pub ja: String,
    /// Groups of facts.
    pub groups: Vec<String>,
    /// Topics whose articles govern the act: cited where no policy speaks.
    pub basis: Vec<String>,
    /// The power that it takes; none where the office does not matter.
    #[serde(default)]
    pub power: Option<String>,
    /// Facts that are usually otherwise for this act than for others.
    #[serde(default)]
    pub usual: BTreeMap<String, Plain>,
}
