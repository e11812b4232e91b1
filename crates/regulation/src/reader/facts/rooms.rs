//! Rooms whose entry is controlled, and what is asked of those who enter.

mod declared;
mod demands;
mod listed;
mod shares;
mod spoken;

use super::super::words;
use super::scope::{Scope, Unit};
use super::{Found, Requirement, Room};

/// No regulation controls more places.
const PLACES_MAX: usize = 200;

/// No place has a higher level.
const LEVEL_MAX: u32 = 9;

/// How the names of places end that are entered.
const PLACES: [&str; 21] = [
    "室",
    "場所",
    "区画",
    "窓口",
    "施設",
    "区域",
    "エリア",
    "コーナー",
    "フロア",
    "倉庫",
    "棟",
    "書庫",
    "ルーム",
    "ブース",
    "スペース",
    "センター",
    "ゾーン",
    "置場",
    "カウンター",
    "部屋",
    "保管庫",
];
/// Words that speak of entering.
const ENTRY: [&str; 18] = [
    "入退室",
    "入室",
    "退室",
    "立入",
    "立ち入",
    "入退場",
    "出入",
    "入退出",
    "に入る",
    "に入っ",
    "に入れ",
    "入ること",
    "入ろうと",
    "入退館",
    "入域",
    "入り方",
    "入ることが",
    "入れる者",
];
/// Names in which a word of entering stands that is none.
const NOT_ENTRY: [&str; 13] = [
    "入退室責任者",
    "入退室担当者",
    "入退室監督者",
    "入退室補助者",
    "入退室総括者",
    "入退室管理責任者",
    "入退室管理補助者",
    "入退室管理担当者",
    "入退室管理者",
    "入退室管理カード",
    "入退室用カード",
    "入退室カード",
    "入室カード",
];
/// One of these stands in each of [`NOT_ENTRY`].
const ENTERING: [&str; 2] = ["入退室", "入室カード"];

/// A room and how the text calls it and its kind.
#[derive(Clone, Debug)]
struct Place {
    name: Found<String>,
    level: Option<u32>,
    /// The number of the item that names it.
    item: Option<u32>,
    /// Other names for it: of its kind (第一種区域), its long name.
    aliases: Vec<String>,
    /// What a table says of it alone.
    demands: Vec<super::super::text::Text>,
}

pub(super) fn read(scope: &Scope<'_>) -> Vec<Room> {
    let mut places = listed::read(scope);
    if places.is_empty() {
        places = spoken::read(scope);
    } else {
        let others = spoken::others(scope, &places);
        places.extend(others);
    }
    places.truncate(PLACES_MAX);
    let asked = demands::read(scope, &places);
    places
        .into_iter()
        .zip(asked)
        .map(|(place, requires)| Room { name: place.name, level: place.level, requires })
        .collect()
}

fn is_place(name: &str) -> bool {
    PLACES.iter().any(|end| name.ends_with(end)) && name.chars().count() >= 2
}

fn speaks_of_entry(text: &str) -> bool {
    // One of these characters stands in each word of entering.
    if !text.contains(['入', '退']) {
        return false;
    }
    let speaks = |text: &str| ENTRY.iter().any(|word| text.contains(word));
    if !ENTERING.iter().any(|word| text.contains(word)) {
        return speaks(text);
    }
    speaks(&NOT_ENTRY.iter().fold(text.to_owned(), |text, name| text.replace(name, "")))
}

/// Whether the article, or the sentence, is about entering.
fn is_about_entry(unit: &Unit<'_>) -> bool {
    speaks_of_entry(unit.text.plain()) || speaks_of_entry(unit.caption())
}

/// The number of a level: レベル二, セキュリティレベル2.
fn level(text: &str) -> Option<u32> {
    levels(text).into_iter().next()
}

/// A name without the level in parentheses behind it, and the level: 電算室(レベル3).
fn with_level(name: &str) -> (&str, Option<u32>) {
    match words::last_parenthesis(name) {
        Some((before, inner)) if inner.chars().count() <= 16 && level(inner).is_some() => {
            (before.trim_end(), level(inner))
        }
        _ => (name, None),
    }
}

/// The numbers of all levels that a text names: レベル3及びレベル2, レベル2及び3, レベル2以上.
fn levels(text: &str) -> Vec<u32> {
    let mut out = Vec::new();
    for (at, mark) in text.match_indices("レベル") {
        let mut rest = text.get(at + mark.len()..).unwrap_or_default().trim_start();
        while let Some((n, len)) = super::super::heads::leading_number(rest) {
            out.push(n);
            rest = rest.get(len..).unwrap_or_default();
            if rest.starts_with("以上") {
                out.extend(n + 1..=LEVEL_MAX);
            }
            let Some(more) = ["及び", "又は", "、", "・"].iter().find_map(|joint| rest.strip_prefix(joint))
            else {
                break;
            };
            rest = more;
        }
    }
    out
}

/// A name without a long gloss behind it: 重要機能室(データの保管室並びにサーバの設置室).
fn without_gloss(name: &str) -> &str {
    match words::last_parenthesis(name) {
        Some((before, inner)) if inner.chars().count() > 18 && is_place(before) => before,
        _ => name,
    }
}

/// The names in a phrase that names places: its short name, or each of them.
fn place_names(phrase: &str) -> Vec<&str> {
    let phrase = phrase.trim().trim_end_matches('。');
    // 甲室及び乙室のうち端末を置く区画: the part that is meant is of each of them.
    if words::masked(phrase).rsplit_once("のうち").is_some_and(|(_, part)| {
        is_place(part.trim()) && words::members(part).len() == 1 && words::short_name(phrase).is_none()
    }) {
        return vec![words::bare(phrase)];
    }
    let called: Vec<&str> = words::members(phrase)
        .into_iter()
        .filter_map(|member| words::short_name(words::last_parenthesis(member)?.1))
        .collect();
    if called.len() > 1 {
        return called;
    }
    if let Some((_, inner)) = words::last_parenthesis(phrase)
        && let Some(short) = words::short_name(inner)
    {
        return vec![short];
    }
    let mut out = Vec::new();
    let mut open: Option<usize> = None;
    for member in words::members(phrase) {
        let at = (member.as_ptr() as usize).saturating_sub(phrase.as_ptr() as usize);
        let from = open.unwrap_or(at);
        let bare = words::bare(member);
        let core = words::last_parenthesis(bare).map_or(bare, |(before, _)| before);
        if is_place(core.trim_end_matches('等')) {
            out.push(without_gloss(words::bare(phrase.get(from..at + member.len()).unwrap_or(member))));
            open = None;
        } else {
            open = Some(from);
        }
    }
    if out.is_empty() || open.is_some() { vec![words::bare(phrase)] } else { out }
}
