//! The Cedar schema of a vocabulary.
//!
//! Every act is an action whose context holds the facts of its groups. Every group of facts is an
//! action group as well: `action in Sekisho::Action::"card_live"` speaks of each act that is decided
//! by the facts of that group, so such a policy can never ask for a fact that an act does not have.

use cedar_policy::Schema;
use sekisho_regulation::profile::{ActFacts, FactType, Vocabulary};
use serde_json::{Map, Value, json};

use crate::error::GateError;

/// The namespace of all that policies speak of.
pub(crate) const NAMESPACE: &str = "Sekisho";

/// The schema.
pub(crate) fn of(vocabulary: &Vocabulary) -> Result<Schema, GateError> {
    let groups = vocabulary.groups.keys().map(|group| (group.clone(), json!({ "memberOf": [] })));
    let acts = vocabulary.acts.iter().map(|(act, facts)| (act.clone(), action(vocabulary, facts)));
    let actions: Map<String, Value> = groups.chain(acts).collect();
    let schema = json!({ NAMESPACE: {
        "entityTypes": { "Person": {}, "Thing": {} },
        "actions": actions,
    }});
    Schema::from_json_value(schema).map_err(|e| GateError::Invalid(e.to_string()))
}

fn action(vocabulary: &Vocabulary, act: &ActFacts) -> Value {
    let attributes: Map<String, Value> = fact_names(vocabulary, act)
        .filter_map(|name| Some((name.to_owned(), attribute(vocabulary.facts.get(name)?.kind))))
        .collect();
    let groups: Vec<Value> = act.groups.iter().map(|group| json!({ "id": group })).collect();
    json!({
        "memberOf": groups,
        "appliesTo": {
            "principalTypes": ["Person"],
            "resourceTypes": ["Thing"],
            "context": { "type": "Record", "attributes": attributes },
        },
    })
}

fn attribute(kind: FactType) -> Value {
    match kind {
        FactType::Bool => json!({ "type": "Boolean" }),
        FactType::Long => json!({ "type": "Long" }),
        FactType::Text => json!({ "type": "String" }),
        FactType::Set => json!({ "type": "Set", "element": { "type": "String" } }),
    }
}

/// Names of the facts that decide an act; one that is in two groups comes twice.
pub(crate) fn fact_names<'v>(vocabulary: &'v Vocabulary, act: &'v ActFacts) -> impl Iterator<Item = &'v str> {
    act.groups.iter().filter_map(|group| vocabulary.groups.get(group)).flatten().map(String::as_str)
}
