//! Two versions of a profile, compared article by article.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_gate::Gate;
use sekisho_regulation::{Citation, Profile};
use serde_json::Value as Json;

/// What changes at an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArticleChange {
    /// The article; none for settings that cite no article.
    pub article: Option<Citation>,
    /// What changes, each a sentence without its full stop.
    pub what: Vec<String>,
}

/// Compares two versions.
#[must_use]
pub fn changes(old: &Gate, new: &Gate) -> Vec<ArticleChange> {
    let mut found: BTreeMap<Option<Citation>, Vec<String>> = BTreeMap::new();
    let mut put = |cites: &[Citation], what: String| {
        let articles: BTreeSet<Citation> = cites.iter().map(whole).collect();
        if articles.is_empty() {
            found.entry(None).or_default().push(what);
        } else {
            articles.into_iter().for_each(|article| found.entry(Some(article)).or_default().push(what.clone()));
        }
    };
    texts(old.profile(), new.profile(), &mut put);
    policies(old, new, &mut put);
    settings(old.profile(), new.profile(), &mut put);
    found.into_iter().map(|(article, what)| ArticleChange { article, what }).collect()
}

type Put<'p> = dyn FnMut(&[Citation], String) + 'p;

/// The article in which a place lies.
fn whole(place: &Citation) -> Citation {
    Citation { paragraph: None, item: None, ..place.clone() }
}

fn texts(old: &Profile, new: &Profile, put: &mut Put<'_>) {
    let of = |profile: &Profile| -> BTreeMap<Citation, (String, Vec<String>)> {
        profile.articles.iter().map(|a| (a.id.clone(), (a.caption.clone(), a.summary.clone()))).collect()
    };
    let (before, after) = (of(old), of(new));
    for (id, (caption, summary)) in &after {
        let place = std::slice::from_ref(id);
        match before.get(id) {
            None => put(place, format!("この条を加える（{caption}）")),
            Some((was, _)) if was != caption => put(place, format!("見出し「{was}」を「{caption}」に改める")),
            Some((_, was)) if was != summary => put(place, "定める内容を改める".to_owned()),
            Some(_) => {}
        }
    }
    for (id, (caption, _)) in before.iter().filter(|(id, _)| !after.contains_key(*id)) {
        put(std::slice::from_ref(id), format!("この条を削る（{caption}）"));
    }
}

fn policies(old: &Gate, new: &Gate, put: &mut Put<'_>) {
    let of = |gate: &Gate| -> BTreeMap<String, (String, Vec<Citation>, String)> {
        let one = |p: &sekisho_gate::PolicyInfo| {
            let says = p.sentence.as_deref().unwrap_or("認める規則").to_owned();
            (p.id.to_string(), (p.source.to_string(), p.articles.to_vec(), says))
        };
        gate.policies().iter().map(one).collect()
    };
    let (before, after) = (of(old), of(new));
    for (id, (source, cites, says)) in &after {
        match before.get(id) {
            None => put(cites, format!("規則`{id}`を加える: {says}")),
            Some((was, cited, _)) if was != source => {
                let mut cites = cites.clone();
                cites.extend(cited.iter().cloned());
                put(&cites, format!("規則`{id}`を改める: {says}"));
            }
            Some(_) => {}
        }
    }
    for (id, (_, cites, says)) in before.iter().filter(|(id, _)| !after.contains_key(*id)) {
        put(cites, format!("規則`{id}`を削る: {says}"));
    }
}

fn settings(old: &Profile, new: &Profile, put: &mut Put<'_>) {
    let of = |profile: &Profile| {
        let mut flat = BTreeMap::new();
        // What cannot be written as JSON is not in the settings: they were read from text.
        flatten(&serde_json::to_value(&profile.settings).unwrap_or_default(), "", &[], &mut flat);
        flat
    };
    let (before, after) = (of(old), of(new));
    let words = Words { old, new };
    let show = |value: Option<&(String, Vec<Citation>)>| value.map_or("なし".to_owned(), |(text, _)| text.clone());
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for path in paths {
        let (was, is) = (before.get(path), after.get(path));
        if was.map(|(text, _)| text) != is.map(|(text, _)| text) {
            let mut cites: Vec<Citation> = was.into_iter().chain(is).flat_map(|(_, cites)| cites.clone()).collect();
            cites.dedup();
            let what = words.of(path, was.map(|(text, _)| text), is.map(|(text, _)| text));
            let plain = || format!("設定`{path}`を「{}」から「{}」に改める", show(was), show(is));
            put(&cites, what.unwrap_or_else(plain));
        }
    }
}

/// Says in words what is kept under codes.
struct Words<'p> {
    old: &'p Profile,
    new: &'p Profile,
}

impl Words<'_> {
    /// What changes under `basis`, `silent` and `powers`; none for other settings.
    fn of(&self, path: &str, was: Option<&String>, is: Option<&String>) -> Option<String> {
        let (table, code) = path.split_once('.')?;
        let cites = |profile: &Profile, text: Option<&String>| {
            let places =
                text.map(|text| text.split('、').filter_map(|cite| cite.parse().ok()).collect::<Vec<Citation>>());
            let places: Vec<String> = places.unwrap_or_default().iter().map(|cite| profile.cite_ja(cite)).collect();
            if places.is_empty() { "定めなし".to_owned() } else { places.join("、") }
        };
        let roles = |profile: &Profile, text: Option<&String>| {
            let codes = text.map(|text| text.split('、').collect::<Vec<_>>()).unwrap_or_default();
            let name = |code: &&str| profile.role(code).map(|role| role.name.clone());
            let names: Vec<String> = codes.iter().filter_map(name).collect();
            if names.is_empty() { "なし".to_owned() } else { names.join("、") }
        };
        let vocabulary = &self.new.vocabulary;
        Some(match table {
            "basis" => {
                let topic = vocabulary.topics.get(code).map_or(code, String::as_str);
                format!("「{topic}」の根拠を、{}から{}に改める", cites(self.old, was), cites(self.new, is))
            }
            "silent" => {
                let topic = vocabulary.topics.get(code).map_or(code, String::as_str);
                match is {
                    Some(_) => format!("「{topic}」の定めはないものとする"),
                    None => format!("「{topic}」の定めを置く"),
                }
            }
            "powers" => {
                let power = vocabulary.powers.get(code).map_or(code, String::as_str);
                format!("「{power}」を行う役割を、{}から{}に改める", roles(self.old, was), roles(self.new, is))
            }
            _ => return None,
        })
    }
}

/// Every leaf of the settings by its path, with the articles that its table cites.
fn flatten(value: &Json, path: &str, cites: &[Citation], out: &mut BTreeMap<String, (String, Vec<Citation>)>) {
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Json::Object(table) => {
            let own: Option<Vec<Citation>> =
                table.get("cites").and_then(|cites| serde_json::from_value(cites.clone()).ok());
            let cites = own.as_deref().unwrap_or(cites);
            table.iter().for_each(|(name, value)| flatten(value, &join(name), cites, out));
        }
        Json::Array(list) if list.iter().any(Json::is_object) => {
            for (at, one) in list.iter().enumerate() {
                let named = ["code", "key", "id", "no", "book"].into_iter().find_map(|key| one.get(key));
                let name = named.map_or_else(|| at.to_string(), text);
                flatten(one, &join(&name), cites, out);
            }
        }
        Json::Array(list) => {
            let list: Vec<String> = list.iter().map(text).collect();
            out.insert(path.to_owned(), (list.join("、"), cites.to_vec()));
        }
        Json::Null => {}
        one => drop(out.insert(path.to_owned(), (text(one), cites.to_vec()))),
    }
}

fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
