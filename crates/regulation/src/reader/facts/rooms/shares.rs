//! What one sentence asks in several rooms, room by room: 甲室に入る者は許可を受け、乙室に入る者は名札を着ける.

use super::super::super::{heads, words};
use super::Place;
use super::demands::demands;

/// What joins places that are spoken of together.
const JOINTS: [&str; 8] = ["及び", "、及び", "並びに", "、並びに", "又は", "若しくは", "、", "・"];
/// What follows a place that a clause is about.
const MARKS: [&str; 18] = [
    "の室",
    "の場所",
    "の区画",
    "の施設",
    "に入",
    "に立ち入",
    "に立入",
    "に出入",
    "には",
    "にあって",
    "については",
    "への",
    "の入",
    "においては",
    "では",
    "に係る",
    "は、",
    "の区域",
];

/// The clauses of a sentence with the places each is about. A clause that asks nothing is about what the
/// next one asks; one that leaves its verb to the last (甲室にあっては許可を、) is read with that verb.
pub(super) fn clauses<'s>(sentence: &'s str, places: &[Place], here: &[usize]) -> Vec<(&'s str, Vec<usize>)> {
    let groups = groups(sentence, places, here);
    let whole = || vec![(sentence, here.to_vec())];
    let (Some((first, _)), true) = (groups.first(), groups.len() > 1) else { return whole() };
    let mut out = vec![(sentence.get(..*first).unwrap_or_default(), here.to_vec())];
    let mut pending: Vec<usize> = Vec::new();
    for (i, (from, about)) in groups.iter().enumerate() {
        let to = groups.get(i + 1).map_or(sentence.len(), |(next, _)| *next);
        let clause = sentence.get(*from..to).unwrap_or_default();
        pending.extend(about);
        if !asked(clause, sentence).is_empty() {
            out.push((clause, std::mem::take(&mut pending)));
        }
    }
    // Where only one clause asks, it may ask for all.
    if out.len() > 2 { out } else { whole() }
}

/// What a clause asks, with the verb of its sentence where it has none of its own.
pub(super) fn asked(clause: &str, sentence: &str) -> Vec<(super::Requirement, usize)> {
    let found = demands(clause);
    let object = clause.trim_end_matches('、');
    if !object.ends_with(['を', 'が']) {
        return found;
    }
    let verb = sentence.rsplit('を').next().unwrap_or_default();
    let mut with_verb = demands(&format!("{object}{verb}"));
    with_verb.retain(|(_, at)| *at < object.len());
    with_verb
}

/// Where a sentence speaks of all the other places: その他の室にあっては.
pub(super) fn others(sentence: &str) -> Option<(usize, usize)> {
    const OTHERS: [&str; 6] =
        ["その他の室", "その他の場所", "その他の区域", "その他の区画", "その他の施設", "その他の部屋"];
    OTHERS.iter().find_map(|word| sentence.find(word).map(|at| (at, at + word.len())))
}

/// Where the sentence begins to speak of other places, and which.
fn groups(sentence: &str, places: &[Place], here: &[usize]) -> Vec<(usize, Vec<usize>)> {
    let mut mentions: Vec<(usize, usize, Vec<usize>)> = Vec::new();
    for i in here {
        let Some(place) = places.get(*i) else { continue };
        let names = place.aliases.iter().map(String::as_str).chain([place.name.value.as_str()]);
        for name in names.filter(|name| !name.is_empty()) {
            mentions.extend(sentence.match_indices(name).map(|(at, name)| (at, at + name.len(), vec![*i])));
        }
    }
    for (at, word) in sentence.match_indices("レベル") {
        let rest = sentence.get(at + word.len()..).unwrap_or_default();
        let Some((n, len)) = heads::leading_number(rest) else { continue };
        let of_level = here.iter().copied().filter(|i| places.get(*i).is_some_and(|place| place.level == Some(n)));
        mentions.push((at, at + word.len() + len, of_level.collect()));
    }
    if let Some((at, end)) = others(sentence) {
        let named: Vec<usize> =
            mentions.iter().filter(|(from, ..)| *from < at).flat_map(|(.., about)| about.clone()).collect();
        mentions.push((at, end, here.iter().copied().filter(|i| !named.contains(i)).collect()));
    }
    // The longest name at a place is the one that is meant.
    mentions.sort_by_key(|(at, end, _)| (*at, usize::MAX - end));
    let mut out: Vec<(usize, usize, Vec<usize>)> = Vec::new();
    for (at, end, about) in mentions {
        let Some(last) = out.last_mut() else {
            out.push((at, end, about));
            continue;
        };
        if last.0 == at && last.1 == end || sentence.get(last.1..at).is_some_and(|joint| JOINTS.contains(&joint)) {
            last.1 = end;
            last.2.extend(about);
        } else if at >= last.1 {
            out.push((at, end, about));
        }
    }
    let mask = words::masked(sentence);
    let marked = |end: usize| mask.get(end..).is_some_and(|rest| MARKS.iter().any(|mark| rest.starts_with(mark)));
    let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
    for (at, end, mut about) in out {
        about.sort_unstable();
        about.dedup();
        if marked(end) && !about.is_empty() && groups.last().is_none_or(|(_, last)| *last != about) {
            groups.push((at, about));
        }
    }
    groups
}
