//! The score of facts against facts made by hand: for each field the sets of values are compared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

type Element = Vec<String>;
/// Whether two instruments are the same one.
type Test<'t> = &'t dyn Fn(&Value, &Value) -> bool;
/// For each field the values of an instrument.
pub(crate) type Fields = BTreeMap<&'static str, BTreeSet<Element>>;
/// For each field how many values are meant, found and right.
pub(crate) type Counts = BTreeMap<&'static str, [usize; 3]>;

/// One spelling for comparing: NFKC, no white space, no final 。.
pub(crate) fn norm(text: &str) -> Option<String> {
    let text: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let text = text.trim_end_matches('。').to_owned();
    (!text.is_empty()).then_some(text)
}

fn value(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => norm(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The values of an instrument, field by field.
pub(crate) fn fields(instrument: &Value) -> Fields {
    let mut out = Fields::new();
    let mut add = |field: &'static str, key: &[&Value]| {
        let key: Option<Element> = key.iter().map(|part| value(part)).collect();
        let set = out.entry(field).or_default();
        set.extend(key);
    };
    for field in ["title", "kind", "number", "promulgated", "effective"] {
        add(field, &[&instrument[field]]);
    }
    let none = Value::String("-".to_owned());
    for a in list(&instrument["amendments"]) {
        let part = |name: &str| if a[name].is_null() { none.clone() } else { a[name].clone() };
        add("amendments", &[&part("date"), &part("number")]);
    }
    for a in list(&instrument["articles"]) {
        add("articles.id", &[&a["id"]]);
        add("articles.paragraphs", &[&a["id"], &a["paragraphs"]]);
        add("articles.items", &[&a["id"], &a["items"]]);
        add("articles.caption", &[&a["id"], &a["caption"]]);
        add("articles.chapter", &[&a["id"], &a["chapter"]]);
        if a["deleted"] == Value::Bool(true) {
            add("articles.deleted", &[&a["id"]]);
        }
    }
    for r in list(&instrument["roles"]) {
        for post in list(&r["posts"]) {
            add("roles", &[&r["role"], post]);
            add("roles.article", &[&r["role"], &r["article"]]);
        }
    }
    let council = &instrument["council"];
    for (field, name) in [
        ("council.name", "name"),
        ("council.chair", "chair"),
        ("council.secretariat", "secretariat"),
        ("council.consults", "consults"),
    ] {
        add(field, &[&council[name]]);
    }
    for (field, name) in [("council.members", "members"), ("council.agenda", "agenda")] {
        list(&council[name]).iter().for_each(|one| add(field, &[one]));
    }
    for r in list(&instrument["rooms"]) {
        add("rooms.name", &[&r["name"]]);
        add("rooms.level", &[&r["name"], &r["level"]]);
        list(&r["requires"]).iter().for_each(|one| add("rooms.requires", &[&r["name"], one]));
    }
    for field in ["devices", "factors", "ledgers", "contract_clauses"] {
        list(&instrument[field]).iter().for_each(|one| add(field, &[one]));
    }
    for r in list(&instrument["retention"]) {
        add("retention", &[&r["subject"], &r["years"]]);
        add("retention.article", &[&r["subject"], &r["article"]]);
    }
    add("connection_stop.by", &[&instrument["connection_stop"]["by"]]);
    add("connection_stop.article", &[&instrument["connection_stop"]["article"]]);
    out
}

fn text(instrument: &Value, field: &str) -> String {
    value(&instrument[field]).unwrap_or_default()
}

/// Pairs the instruments of two files: same title, same number and date, similar title, order.
fn align<'v>(gold: &'v [Value], found: &'v [Value]) -> Vec<(Option<&'v Value>, Option<&'v Value>)> {
    let mut left: Vec<&Value> = found.iter().collect();
    let mut pairs: Vec<Option<&Value>> = vec![None; gold.len()];
    let tests: [Test<'_>; 3] = [
        &|g, p| !text(g, "title").is_empty() && text(g, "title") == text(p, "title"),
        &|g, p| {
            !text(g, "number").is_empty()
                && text(g, "number") == text(p, "number")
                && text(g, "promulgated") == text(p, "promulgated")
        },
        &|g, p| similar(&text(g, "title"), &text(p, "title")),
    ];
    for test in tests {
        for (g, pair) in gold.iter().zip(&mut pairs).filter(|(_, pair)| pair.is_none()) {
            if let Some(at) = left.iter().position(|p| test(g, p)) {
                *pair = Some(left.remove(at));
            }
        }
    }
    for pair in pairs.iter_mut().filter(|pair| pair.is_none()) {
        if !left.is_empty() {
            *pair = Some(left.remove(0));
        }
    }
    gold.iter().map(Some).zip(pairs).chain(left.into_iter().map(|p| (None, Some(p)))).collect()
}

/// Whether most of the characters of two titles stand in both, in this order.
fn similar(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut row = vec![0usize; b.len() + 1];
    for x in &a {
        let mut before = 0;
        for (j, y) in b.iter().enumerate() {
            let here = row[j + 1];
            row[j + 1] = if x == y { before + 1 } else { here.max(row[j]) };
            before = here;
        }
    }
    let common = row.last().copied().unwrap_or(0);
    !a.is_empty() && 2.0 * common as f64 / (a.len() + b.len()) as f64 >= 0.6
}

/// The values that are meant and those that are found, instrument by instrument and field by field.
fn compared(gold: &Value, found: &Value) -> Vec<(&'static str, BTreeSet<Element>, BTreeSet<Element>)> {
    let mut out = Vec::new();
    for (g, p) in align(list(&gold["instruments"]), list(&found["instruments"])) {
        let (mut gold, mut found) = (g.map(fields).unwrap_or_default(), p.map(fields).unwrap_or_default());
        let names: BTreeSet<&str> = gold.keys().chain(found.keys()).copied().collect();
        let mut take = |field| (field, gold.remove(field).unwrap_or_default(), found.remove(field).unwrap_or_default());
        out.extend(names.into_iter().map(&mut take));
    }
    out
}

/// How many values of each field are meant, found and right in a file.
pub(crate) fn count(gold: &Value, found: &Value) -> Counts {
    let mut out = Counts::new();
    for (field, g, p) in compared(gold, found) {
        let counts = out.entry(field).or_default();
        counts[0] += g.len();
        counts[1] += p.len();
        counts[2] += g.intersection(&p).count();
    }
    out
}

/// What is lost and what is found that nobody meant, a line each.
pub(crate) fn differences(gold: &Value, found: &Value) -> Vec<String> {
    let line = |mark: &str, field: &str, e: &Element| format!("  {mark} {field} {}", e.join(" / "));
    let of = |(field, g, p): (&str, BTreeSet<Element>, BTreeSet<Element>)| {
        let lost: Vec<String> = g.difference(&p).map(|e| line("lost", field, e)).collect();
        let new: Vec<String> = p.difference(&g).map(|e| line("has ", field, e)).collect();
        lost.into_iter().chain(new).collect::<Vec<String>>()
    };
    compared(gold, found).into_iter().flat_map(of).collect()
}

/// F1 of one field.
pub(crate) fn f1([gold, found, right]: [usize; 3]) -> f64 {
    let share = |of: usize| if of == 0 { 0.0 } else { right as f64 / of as f64 };
    let (precision, recall) = (share(found), share(gold));
    if right == 0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
}

/// The mean of F1 over the fields that have values on either side.
pub(crate) fn macro_f1(counts: &Counts) -> f64 {
    let scored: Vec<f64> = counts.values().filter(|c| c[0] + c[1] > 0).map(|c| f1(*c)).collect();
    if scored.is_empty() { 1.0 } else { scored.iter().sum::<f64>() / scored.len() as f64 }
}
