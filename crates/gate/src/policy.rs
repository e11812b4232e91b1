//! Policies as they are written: Cedar with our annotations.
//!
//! | annotation | what it says | where |
//! |---|---|---|
//! | `@id` | the policy's name | always |
//! | `@articles` | the places it rests on, `12..4 10.2`; the instrument's key may be left out when the profile has one | always |
//! | `@code` | why it refuses, `CARD_REVOKED` | every `forbid`; a `permit` may have its own |
//! | `@refuse` | what cannot be done, a Japanese sentence | where it can refuse |
//! | `@remedy` | what to do about it, a Japanese sentence | where it can refuse |
//! | `@obligations` | obligations that it carries out | may be left out |
//! | `@rank` | the lower speaks first; 100 when left out, then the order of files and lines | may be left out |
//!
//! A `forbid` can refuse always; a `permit` can refuse when it has a condition, by not matching.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Arc;

use cedar_policy::ffi::DetailedError;
use cedar_policy::{Effect, Policy, PolicyId, PolicySet, ValidationMode, Validator};
use sekisho_regulation::{Citation, Profile};
use serde_json::Value;

use crate::decision::NOT_PERMITTED;
use crate::error::GateError;
use crate::schema;

const ANNOTATIONS: [&str; 7] = ["id", "articles", "code", "refuse", "remedy", "obligations", "rank"];
const RANK: u32 = 100;

/// A policy, read and checked.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) id: Arc<str>,
    pub(crate) file: Arc<str>,
    pub(crate) permits: bool,
    pub(crate) rank: u32,
    pub(crate) articles: Arc<[Citation]>,
    pub(crate) code: Arc<str>,
    /// What it says when it refuses: the sentence before the citation, and the one after.
    pub(crate) words: Option<(String, String)>,
    pub(crate) obligations: Arc<[Arc<str>]>,
    pub(crate) acts: BTreeSet<String>,
    pub(crate) json: Value,
    pub(crate) text: Arc<str>,
}

/// Reads every policy file of a profile, has Cedar validate each, and sorts the policies in
/// the order in which they speak.
pub(crate) fn read(profile: &Profile) -> Result<Vec<Source>, GateError> {
    let mut sources: Vec<Source> = Vec::new();
    let mut ids: BTreeSet<Arc<str>> = BTreeSet::new();
    for (file, text) in &profile.policies {
        let (mut all, mut acts) = (PolicySet::new(), BTreeSet::new());
        for (place, policy) in parse(file, text)? {
            let source = annotated(profile, file, &place, &policy)?;
            if !ids.insert(Arc::clone(&source.id)) {
                return Err(GateError::Twice(source.id.to_string()));
            }
            all.add(policy.new_id(PolicyId::new(&source.id))).map_err(|e| GateError::Invalid(e.to_string()))?;
            acts.extend(source.acts.iter().cloned());
            sources.push(source);
        }
        validate(profile, &all, &acts)?;
    }
    sources.sort_by_key(|source| source.rank);
    Ok(sources)
}

fn parse(file: &str, text: &str) -> Result<Vec<(String, Policy)>, GateError> {
    let unreadable = |cause: String| GateError::Unreadable { file: file.to_owned(), cause };
    let set = PolicySet::from_str(text).map_err(|e| unreadable(explain(&e, text)))?;
    if let Some(template) = set.templates().next() {
        return Err(unreadable(format!("`{}` is a template; write a policy", template.id())));
    }
    // Cedar numbers the policies of a text from zero, in their order.
    let number = |policy: &Policy| policy.id().to_string().trim_start_matches("policy").parse::<usize>().unwrap_or(0);
    let mut policies: Vec<Policy> = set.policies().cloned().collect();
    policies.sort_by_key(number);
    Ok(policies.into_iter().map(|policy| (format!("{}番目", number(&policy) + 1), policy)).collect())
}

/// What Cedar says, with the line.
fn explain(errors: &cedar_policy::ParseErrors, text: &str) -> String {
    let told = DetailedError::from(errors);
    let all = std::iter::once(&told).chain(&told.related);
    let line = |error: &DetailedError| {
        let start = error.source_locations.first().map_or(0, |label| label.loc.start);
        text.bytes().take(start).filter(|b| *b == b'\n').count() + 1
    };
    let mut told: Vec<String> = all.map(|error| format!("{}行目: {}", line(error), error.message)).collect();
    told.dedup();
    told.join("; ")
}

/// Has Cedar validate the policies of a file, which speak of these acts. Cedar tries every policy on
/// every act of its schema, so it is given no others: with all of them it would take ten times as long.
fn validate(profile: &Profile, all: &PolicySet, acts: &BTreeSet<String>) -> Result<(), GateError> {
    let validator = Validator::new(schema::of(&profile.vocabulary.of_acts(acts))?);
    let result = validator.validate(all, ValidationMode::Strict);
    let errors: Vec<String> = result.validation_errors().map(|e| format!("`{}`: {e}", e.policy_id())).collect();
    if !errors.is_empty() {
        return Err(GateError::Invalid(errors.join("; ")));
    }
    let never =
        |w: &&cedar_policy::ValidationWarning| matches!(w, cedar_policy::ValidationWarning::ImpossiblePolicy(_));
    match result.validation_warnings().find(never) {
        Some(warning) => Err(GateError::Invalid(format!("`{}`: {warning}", warning.policy_id()))),
        None => Ok(()),
    }
}

fn annotated(profile: &Profile, file: &str, place: &str, policy: &Policy) -> Result<Source, GateError> {
    let notes: BTreeMap<&str, &str> = policy.annotations().collect();
    let name = notes.get("id").copied().unwrap_or(place);
    let wrong = |annotation: &str, cause: &str| GateError::Annotation {
        file: file.to_owned(),
        policy: name.to_owned(),
        annotation: annotation.to_owned(),
        cause: cause.to_owned(),
    };
    if let Some(unknown) = notes.keys().find(|key| !ANNOTATIONS.contains(*key)) {
        return Err(wrong(unknown, "この注釈はありません。"));
    }
    let need = |key: &str| match notes.get(key).map(|text| text.trim()).filter(|text| !text.is_empty()) {
        Some(text) => Ok(text),
        None => Err(wrong(key, "必要な注釈がありません。")),
    };
    let sentence = |key: &str| match need(key)? {
        text if text.ends_with('。') => Ok(text.to_owned()),
        _ => Err(wrong(key, "「。」で終わる文にしてください。")),
    };
    let id = need("id")?;
    let permits = policy.effect() == Effect::Permit;
    let json = policy.to_json().map_err(|e| GateError::Invalid(e.to_string()))?;
    let conditional = json.get("conditions").and_then(Value::as_array).is_some_and(|c| !c.is_empty());
    let code = if permits { notes.get("code").copied().unwrap_or(NOT_PERMITTED) } else { need("code")? };
    if !code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') {
        return Err(wrong("code", "大文字の英字、数字及び「_」で書いてください。"));
    }
    let words = if !permits || conditional { Some((sentence("refuse")?, sentence("remedy")?)) } else { None };
    let rank = notes.get("rank").map_or(Ok(RANK), |n| n.trim().parse());
    let obligations = obligations(profile, notes.get("obligations").copied().unwrap_or_default());
    Ok(Source {
        id: id.into(),
        file: file.into(),
        permits,
        rank: rank.map_err(|_| wrong("rank", "0以上の整数にしてください。"))?,
        articles: citations(profile, id, need("articles")?)?,
        code: code.into(),
        words,
        obligations: obligations.map_err(|o| wrong("obligations", &format!("`{o}`は`articles.toml`にありません。")))?,
        acts: acts(profile, policy, &json).map_err(|what| GateError::Unsupported { policy: id.to_owned(), what })?,
        json,
        text: policy.to_string().into(),
    })
}

/// `12..4 10.2` or `nishimeya:12..4`: the key may be left out when there is one instrument.
fn citations(profile: &Profile, policy: &str, text: &str) -> Result<Arc<[Citation]>, GateError> {
    let only = match profile.settings.instruments.as_slice() {
        [one] => Some(one.key.as_str()),
        _ => None,
    };
    let read = |word: &str| {
        let full = match (word.contains(':'), only) {
            (false, Some(key)) => format!("{key}:{word}"),
            _ => word.to_owned(),
        };
        let citation = full.parse::<Citation>().ok().filter(|citation| profile.article(citation).is_some());
        citation.ok_or_else(|| GateError::Uncited { policy: policy.to_owned(), citation: word.to_owned() })
    };
    text.split_whitespace().map(read).collect()
}

fn obligations(profile: &Profile, text: &str) -> Result<Arc<[Arc<str>]>, String> {
    let known = |id: &str| profile.articles.iter().any(|article| article.obligations.iter().any(|o| o == id));
    text.split_whitespace().map(|id| if known(id) { Ok(id.into()) } else { Err(id.to_owned()) }).collect()
}

/// The acts that a policy speaks of: by name, by a list, by a group of facts, or all.
fn acts(profile: &Profile, policy: &Policy, json: &Value) -> Result<BTreeSet<String>, String> {
    for scope in ["principal", "resource"] {
        if json.get(scope).and_then(|s| s.get("op")).and_then(Value::as_str) != Some("All") {
            return Err(scope.to_owned());
        }
    }
    let acts = &profile.vocabulary.acts;
    let expand = |uid: &cedar_policy::EntityUid| {
        let name = uid.id().unescaped().to_owned();
        let of_group = acts.iter().filter(|(act, facts)| **act == name || facts.groups.contains(&name));
        of_group.map(|(act, _)| act.clone()).collect::<Vec<_>>()
    };
    Ok(match policy.action_constraint() {
        cedar_policy::ActionConstraint::Any => acts.keys().cloned().collect(),
        cedar_policy::ActionConstraint::Eq(uid) => BTreeSet::from([uid.id().unescaped().to_owned()]),
        cedar_policy::ActionConstraint::In(uids) => uids.iter().flat_map(expand).collect(),
    })
}
