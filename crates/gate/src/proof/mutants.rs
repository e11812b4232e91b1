//! Mutants: policies with one condition taken away, or made a little weaker.

use std::collections::BTreeSet;
use std::sync::Arc;

use cedar_policy::Policy;
use serde_json::{Value, json};

use crate::policy::Source;

/// What was done to a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The policy is gone.
    Policy,
    /// A whole `when` or `unless` is gone.
    Clause,
    /// One side of an `&&` or an `||` is gone.
    Condition,
    /// One code of a list is gone.
    Element,
    /// A comparison of numbers lets its border in, or out; an equality has become an order.
    Comparison,
}

impl Change {
    /// Whether a single condition was deleted; the others change one.
    #[must_use]
    pub fn deletes(self) -> bool {
        matches!(self, Self::Policy | Self::Clause | Self::Condition)
    }
}

/// A policy with one thing changed.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// The policy.
    pub policy: Arc<str>,
    /// What kind of change it is.
    pub change: Change,
    /// What was taken away or changed, in Cedar.
    pub what: String,
    /// The acts that the policy speaks of.
    pub acts: BTreeSet<String>,
    /// The place of the policy.
    pub(super) at: usize,
    /// The changed policy; none when it is gone.
    pub(super) json: Option<Value>,
}

/// Every mutant of a policy.
pub(super) fn of(at: usize, source: &Source) -> Vec<Mutant> {
    let mutant = |change, what: String, json| Mutant {
        policy: Arc::clone(&source.id),
        change,
        what,
        acts: source.acts.clone(),
        at,
        json,
    };
    let mut all = Vec::new();
    if !source.permits {
        all.push(mutant(Change::Policy, source.id.to_string(), None));
    }
    let clauses = source.json.get("conditions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for (number, clause) in clauses.iter().enumerate() {
        let body = clause.get("body").unwrap_or(&Value::Null);
        let mut rest = clauses.to_vec();
        rest.remove(number);
        all.push(mutant(Change::Clause, clause_text(clause), Some(with(&source.json, rest))));
        for (change, what, body) in changes(body) {
            let mut changed = clauses.to_vec();
            if let Some(place) = changed.get_mut(number).and_then(|clause| clause.get_mut("body")) {
                *place = body;
            }
            all.push(mutant(change, what, Some(with(&source.json, changed))));
        }
    }
    all
}

fn with(policy: &Value, conditions: Vec<Value>) -> Value {
    let mut policy = policy.clone();
    if let Some(place) = policy.get_mut("conditions") {
        *place = conditions.into();
    }
    policy
}

/// Every way to change one thing in an expression: the change, what it is about, and the result.
fn changes(expr: &Value) -> Vec<(Change, String, Value)> {
    let mut all = Vec::new();
    let Some((op, args)) = expr.as_object().and_then(|node| node.iter().next()) else { return all };
    if let ("&&" | "||", Some(left), Some(right)) = (op.as_str(), args.get("left"), args.get("right")) {
        // A side that is itself joined by the same sign is taken apart below.
        for (gone, left_over) in [(left, right), (right, left)] {
            if gone.get(op).is_none() {
                all.push((Change::Condition, text(gone), left_over.clone()));
            }
        }
    }
    if let Some(Value::Array(codes)) = expr.get("Set") {
        for (at, code) in codes.iter().enumerate().filter(|_| codes.len() > 1) {
            let mut fewer = codes.clone();
            fewer.remove(at);
            all.push((Change::Element, text(code), json!({ "Set": fewer })));
        }
        return all;
    }
    let number = |side: &str| args.get(side).and_then(|part| part.get("Value")).is_some_and(Value::is_number);
    let weaker: &[&str] = match op.as_str() {
        "<=" => &["<"],
        "<" => &["<="],
        ">=" => &[">"],
        ">" => &[">="],
        "==" if number("left") || number("right") => &[">=", "<="],
        _ => &[],
    };
    all.extend(weaker.iter().map(|other| (Change::Comparison, text(expr), json!({ *other: args.clone() }))));
    for (name, part) in args.as_object().into_iter().flatten() {
        for (change, what, changed) in changes(part) {
            let mut args = args.clone();
            if let Some(place) = args.get_mut(name) {
                *place = changed;
            }
            all.push((change, what, json!({ op.as_str(): args })));
        }
    }
    all
}

/// A clause as it is written in Cedar.
fn clause_text(clause: &Value) -> String {
    let kind = clause.get("kind").and_then(Value::as_str).unwrap_or_default();
    format!("{kind} {{ {} }}", text(clause.get("body").unwrap_or(&Value::Null)))
}

/// An expression as it is written in Cedar.
fn text(expr: &Value) -> String {
    let whole = json!({
        "effect": "permit",
        "principal": { "op": "All" }, "action": { "op": "All" }, "resource": { "op": "All" },
        "conditions": [{ "kind": "when", "body": expr }],
    });
    let cedar = Policy::from_json(None, whole).ok().and_then(|policy| policy.to_cedar());
    let words: Vec<&str> = cedar.iter().flat_map(|cedar| cedar.split_whitespace()).collect();
    let start = words.iter().position(|word| *word == "when");
    match start.and_then(|start| words.get(start..)) {
        Some(["when", "{", inner @ .., "};"]) => inner.join(" "),
        _ => expr.to_string(),
    }
}
