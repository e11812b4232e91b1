//! Rooms that are only spoken of: 電算室に入室しようとする者は.

use super::super::super::words;
use super::super::Found;
use super::super::scope::Scope;
use super::declared::list;
use super::{PLACES_MAX, Place, is_place, place_names, speaks_of_entry};

/// Words that name no room of their own.
const ANY: [&str; 18] = [
    "部屋",
    "各部屋",
    "当該部屋",
    "窓口",
    "カウンター",
    "当該区域",
    "室",
    "当該室",
    "各室",
    "場所",
    "施設",
    "区域",
    "同室",
    "設置場所",
    "当該場所",
    "区画",
    "事務室等",
    "庁舎",
];

pub(super) fn read(scope: &Scope<'_>) -> Vec<Place> {
    let mut out: Vec<Place> = Vec::new();
    for unit in &scope.units {
        if out.len() >= PLACES_MAX {
            break;
        }
        for sentence in unit.sentences() {
            for name in names(sentence) {
                let called = scope.call(name).to_owned();
                if let Some(known) = out.iter_mut().find(|old| key(&old.name.value) == key(&called)) {
                    known.aliases.push(called);
                    continue;
                }
                let defined = scope.short.iter().any(|(_, short)| *short == called);
                if ANY.contains(&called.as_str()) && !defined {
                    continue;
                }
                let name = Found { value: called, ..Found::written(unit.text, name, unit.id()) };
                out.push(Place { name, level: None, item: None, aliases: Vec::new(), demands: Vec::new() });
                scope.mark(unit.text);
            }
        }
    }
    out
}

/// The rooms that no list names and that a sentence asks something of by themselves.
pub(super) fn others(scope: &Scope<'_>, listed: &[Place]) -> Vec<Place> {
    const KINDS: [&str; 6] = ["室", "窓口", "書庫", "コーナー", "カウンター", "倉庫"];
    let of_list = |name: &str| {
        let called = scope.call(name);
        let names = |place: &Place| -> bool {
            let own = std::iter::once(&place.name.value).chain(&place.aliases);
            own.into_iter()
                .any(|own| [name, called].iter().any(|name| own.contains(name) || name.contains(own.as_str())))
        };
        listed.iter().any(names) || scope.short.iter().any(|(long, short)| long == name || short == name)
    };
    let own = |name: &str| {
        name.chars().count() >= 2
            && KINDS.iter().any(|kind| name.ends_with(kind))
            && name.chars().all(words::names)
            && !["各", "前条", "事務", "執務", "会議", "運用", "当該"].iter().any(|word| name.starts_with(word))
            && !ANY.contains(&name)
    };
    let mut out = read(scope);
    out.retain(|place| own(&place.name.value) && !of_list(&place.name.value));
    if out.is_empty() {
        return out;
    }
    let asks = |sentence: &&str| speaks_of_entry(sentence) && !super::demands::demands(sentence).is_empty();
    let asking: Vec<&str> = scope.units.iter().flat_map(|unit| unit.sentences()).filter(asks).collect();
    out.retain(|place| asking.iter().any(|sentence| sentence.contains(place.name.value.as_str())));
    out
}

/// The same place may be named with other joints: サーバ、機器の室, サーバ及び機器の室.
fn key(name: &str) -> String {
    ["及び", "並びに", "又は", "、", "・"].iter().fold(name.to_owned(), |name, joint| name.replace(joint, ""))
}

/// The places that a sentence says are entered.
fn names(sentence: &str) -> Vec<&str> {
    const MARKS: [&str; 16] = [
        "への入",
        "に入",
        "には、",
        "には",
        "への立",
        "に立",
        "の入退室",
        "の入室",
        "において、入退室",
        "において入退室",
        "への出入",
        "に出入",
        "に職員以外",
        "について、入退室",
        "について入退室",
        "への不正侵入",
    ];
    let mask = words::masked(sentence);
    // One of these characters stands in each word of entering and of areas.
    if !mask.contains(['入', '退', '区']) {
        return Vec::new();
    }
    let mut found: Vec<(usize, &str)> = declared(sentence, &mask);
    for mark in MARKS {
        for (at, _) in mask.match_indices(mark) {
            let rest = mask.get(at..).unwrap_or_default();
            if !speaks_of_entry(rest) && !rest.starts_with("への不正侵入") {
                continue;
            }
            let before = sentence.get(..at).unwrap_or_default();
            let several = list(without_clause(before));
            if several.len() > 1 {
                found.extend(several.into_iter().map(|name| (at, words::bare(name))));
                continue;
            }
            let phrase = place(before);
            let entered = |name: &&str| is_place(name) && !name.ends_with("保管庫");
            found.extend(place_names(phrase).into_iter().filter(entered).map(|name| (at, name)));
        }
    }
    found.extend(topic(sentence, &mask));
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, name)| name).collect()
}

/// A phrase without the clause before its first name: 運用が行われるサーバの室及び端末の室.
fn without_clause(phrase: &str) -> &str {
    let mask = words::masked(phrase);
    let cut =
        ["れる", "する", "した", "いる"].iter().filter_map(|verb| mask.rfind(verb).map(|at| at + verb.len())).max();
    phrase.get(cut.unwrap_or(0)..).unwrap_or(phrase)
}

/// 端末室は、施錠し、許可を得た者が入室すること: the place that a sentence is about.
fn topic<'s>(sentence: &'s str, mask: &str) -> Vec<(usize, &'s str)> {
    let Some(at) = mask.find("は、") else { return Vec::new() };
    let names = list(sentence.get(..at).unwrap_or_default());
    let place = |name: &&str| name.chars().all(words::names) && !name.ends_with("保管庫");
    let asks = mask.get(at..).is_some_and(speaks_of_entry) && !super::demands::demands(sentence).is_empty();
    if asks && names.iter().all(place) { names.into_iter().map(|name| (at, name)).collect() } else { Vec::new() }
}

/// The places that a sentence makes an area of control: 機械室及び窓口を管理区域とする.
fn declared<'s>(sentence: &'s str, mask: &str) -> Vec<(usize, &'s str)> {
    const AREAS: [&str; 6] = ["管理区域", "管理区画", "制限区域", "規制区域", "立入制限区域", "重要区域"];
    let area = AREAS.iter().find_map(|area| {
        let at = mask.find(&format!("を{area}"))?;
        let rest = mask.get(at + "を".len() + area.len()..)?;
        ["と", "に指定"].iter().any(|verb| rest.starts_with(verb)).then_some(at)
    });
    let Some(at) = area else { return Vec::new() };
    let from = mask.get(..at).and_then(|before| before.rfind("は、")).map_or(0, |at| at + "は、".len());
    let phrase = sentence.get(from..at).unwrap_or_default();
    place_names(phrase).into_iter().filter(|name| is_place(name)).map(|name| (at, name)).collect()
}

/// The name of the place at the end of a phrase, with the words that tell it from others.
fn place(before: &str) -> &str {
    let name = words::named(before);
    if before.trim_end().ends_with(')') {
        return name;
    }
    let wide = ["設置室", "保管室", "事務室", "執務室", "設置場所", "保管場所", "機器室", "設置区画", "作業室"];
    if !wide.contains(&name) {
        return name;
    }
    let mask = words::masked(before);
    let from = [
        "は、",
        "が",
        "は",
        "を",
        "に、",
        "て、",
        "い、",
        "し、",
        "り、",
        "都度、",
        "われる",
        "される",
        "した",
        "する",
    ]
    .iter()
    .filter_map(|mark| mask.rfind(mark).map(|at| at + mark.len()))
    .max()
    .unwrap_or(0);
    before.get(from..).unwrap_or(name).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_a_sentence() {
        for (sentence, found) in [
            ("電算室に入室しようとする者は、許可を受ける", vec!["電算室"]),
            (
                "運用が行われるサーバ、機器の設置室及び端末の設置場所において、入退室管理を行う",
                vec!["サーバ、機器の設置室", "端末の設置場所"],
            ),
            (
                "許可を得た者のみが入退室を行い、その都度、サーバの設置室には鍵を用いて入退室を行う",
                vec!["サーバの設置室"],
            ),
            ("書庫に保管する", vec![]),
        ] {
            assert_eq!(names(sentence), found, "{sentence}");
        }
    }
}
