//! Rooms that a sentence declares: 入退室を管理する室は、甲室及び乙室とする; 甲室をレベル3とし.

use super::super::super::words;
use super::super::Found;
use super::super::scope::{Scope, Unit};
use super::{ENTRY, PLACES, Place, is_about_entry, is_place, level, place_names, speaks_of_entry};

/// Words for all the places a sentence named before.
const THESE: [&str; 14] = [
    "これらの場所",
    "これらの室",
    "これらの区画",
    "これらの区域",
    "これらの施設",
    "これらの部屋",
    "当該場所",
    "当該室",
    "当該区画",
    "当該区域",
    "その場所",
    "その室",
    "同室",
    "当該施設",
];

/// The places that the sentences of a paragraph declare.
pub(super) fn read<'a>(scope: &Scope<'a>, unit: &Unit<'a>) -> Vec<Place> {
    let mut out = Vec::new();
    for sentence in unit.sentences() {
        let mask = words::masked(sentence);
        let mut found = leveled(unit, sentence, &mask);
        if found.is_empty() {
            let names = enumerated(unit, sentence, &mask).or_else(|| furnished(unit, sentence, &mask));
            found = names.into_iter().flatten().map(|name| (name, None)).collect();
        }
        for (name, level) in found {
            let called = words::last_parenthesis(name).and_then(|(_, inner)| words::short_name(inner)).unwrap_or(name);
            let name = Found::written(unit.text, words::bare(called), unit.id());
            out.push(Place { name, level, item: None, aliases: Vec::new(), demands: Vec::new() });
        }
    }
    if !out.is_empty() {
        scope.mark(unit.text);
    }
    out
}

/// 甲室をレベル3、乙室をレベル2とする; レベル3の区域は甲室、レベル2の区域は乙室とする.
fn leveled<'s>(unit: &Unit<'_>, sentence: &'s str, mask: &str) -> Vec<(&'s str, Option<u32>)> {
    let about = is_about_entry(unit) || ["区域", "区画"].iter().any(|word| mask.contains(word));
    let marks: Vec<(usize, usize, u32)> = mask
        .match_indices("レベル")
        .filter_map(|(at, word)| {
            let from = mask.get(..at)?.strip_suffix("セキュリティ").map_or(at, str::len);
            let rest = mask.get(at + word.len()..)?;
            let (n, len) = super::super::super::heads::leading_number(rest.trim_start())?;
            Some((from, at + word.len() + (rest.len() - rest.trim_start().len()) + len, n))
        })
        .collect();
    let Some((first, first_end, _)) = marks.first().copied().filter(|_| about) else { return Vec::new() };
    let ends_object =
        |text: &str| text.trim_end_matches('、').ends_with(['を', 'は']) || text.ends_with("については、");
    let object_first = sentence.get(..first).is_some_and(ends_object)
        && !mask.get(first_end..).is_some_and(|rest| rest.starts_with("の") || rest.starts_with("以上"));
    let mut out: Vec<(&str, Option<u32>)> = Vec::new();
    for (i, (start, end, n)) in marks.iter().copied().enumerate() {
        let part = if object_first {
            let from = i.checked_sub(1).and_then(|i| marks.get(i)).map_or(0, |(_, end, _)| *end);
            sentence.get(from..start).unwrap_or_default().trim_end_matches('、').trim_end_matches("については")
        } else {
            let to = marks.get(i + 1).map_or(sentence.len(), |(start, ..)| *start);
            said_of_level(sentence.get(end..to).unwrap_or_default())
        };
        let names = list(part.trim_end_matches(['を', 'は']));
        // One that is no place, or none at all, and the sentence is about something else.
        if names.is_empty() {
            return Vec::new();
        }
        out.extend(names.into_iter().map(|name| (name, Some(n))));
    }
    if out.iter().any(|(name, _)| is_place(words::bare(name))) { out } else { Vec::new() }
}

/// What is said of a level, up to the verb: の区域は、甲室とし、.
fn said_of_level(rest: &str) -> &str {
    let mask = words::masked(rest);
    let subject = ["は、", "は", "として、", "には、", "を"].iter().filter_map(|mark| {
        let at = mask.find(mark).filter(|at| *at <= "に該当する場所".len())?;
        Some((at, at + mark.len()))
    });
    let from = subject.min().map_or(0, |(_, end)| end);
    let body = rest.get(from..).unwrap_or_default();
    let mask = words::masked(body);
    let end = ["とし", "とする", "に区分", "をい", "を指定", "に指定", "である"]
        .iter()
        .filter_map(|verb| mask.find(verb))
        .min()
        .unwrap_or(body.len());
    body.get(..end).unwrap_or(body).trim_end_matches(['、', ' '])
}

/// 入退室の管理を行う室は、甲室、乙室及び丙室とする.
fn enumerated<'s>(unit: &Unit<'_>, sentence: &'s str, mask: &str) -> Option<Vec<&'s str>> {
    let end = ["とする", "とし、", "である"].iter().filter_map(|verb| mask.find(verb)).min()?;
    let (at, mark) = mask.get(..end)?.match_indices("は、").last()?;
    let topic = sentence.get(..at)?;
    let kind = ["室", "場所", "区域", "区画", "施設", "部屋", "範囲"].iter().any(|kind| topic.ends_with(kind));
    let entry = speaks_of_entry(topic) || speaks_of_entry(unit.caption());
    let controls = ["管理", "制限", "規制", "立入", "立ち入", "入退"].iter().any(|word| topic.contains(word));
    let names = list(sentence.get(at + mark.len()..end)?);
    (kind && (entry || controls && topic.contains(['区', '域'])) && !names.is_empty()).then_some(names)
}

/// 端末は、甲室及び乙室に置くものとし、これらの場所に立ち入らせてはならない.
fn furnished<'s>(unit: &Unit<'_>, sentence: &'s str, mask: &str) -> Option<Vec<&'s str>> {
    const VERBS: [&str; 6] = ["に置く", "に置き", "に設置", "に設け", "に配置", "に備え"];
    let at = VERBS.iter().filter_map(|verb| mask.find(verb)).min()?;
    let before = sentence.get(..at)?;
    let pointed = |rest: &str| {
        THESE.iter().flat_map(|these| rest.match_indices(these)).any(|(at, these)| {
            let behind: String = rest.get(at + these.len()..).unwrap_or_default().chars().take(8).collect();
            ENTRY.iter().any(|word| behind.contains(word))
        })
    };
    let later = unit.article.paragraphs.iter().skip(unit.index + 1).map(|paragraph| paragraph.text.plain());
    let rest = unit.text.plain().split_once(before).map_or("", |(_, rest)| rest);
    let entered = pointed(rest) || later.into_iter().any(pointed);
    let names = list(before);
    (entered && !names.is_empty()).then_some(names)
}

/// The places in a list at the end of a phrase; none where one of its members is no place.
pub(super) fn list(phrase: &str) -> Vec<&str> {
    const ENDS: [&str; 15] = [
        "は、",
        "が、",
        "し、",
        "て、",
        "り、",
        "い、",
        "ため、",
        "うち、",
        "ほか、",
        "き、",
        "に、",
        "を、",
        "場合、",
        "都度、",
        "は",
    ];
    let mask = words::masked(phrase);
    let cut = ENDS.iter().filter_map(|end| mask.rfind(end).map(|at| at + end.len())).max().unwrap_or(0);
    let own = phrase.get(cut..).unwrap_or(phrase).trim_start_matches(['、', ' ']);
    let own = own.strip_prefix("あっては").unwrap_or(own).trim_start_matches('、');
    let named = |name: &&str| {
        let bare = words::bare(name);
        let core = words::last_parenthesis(bare).map_or(bare, |(before, _)| before).trim_end_matches('等');
        let placed = is_place(core) || core.ends_with("部") && PLACES.iter().any(|place| core.contains(place));
        let person = words::members(name).iter().any(|member| words::is_office(member));
        placed
            && !person
            && level(core).is_none()
            && !["次の", "前条", "前項", "別表", "各号"].iter().any(|word| core.contains(word))
    };
    let names = if own.contains("以下") { words::members(own) } else { place_names(own) };
    if !names.is_empty() && names.iter().all(named) { names } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_places() {
        for (phrase, names) in [
            ("端末は、甲課カウンター区画、乙執務室及び丙室", &["甲課カウンター区画", "乙執務室", "丙室"][..]),
            ("保護するため、主機械室", &["主機械室"]),
            ("副機械室及び記録媒体保管室", &["副機械室", "記録媒体保管室"]),
            ("交付窓口の内部", &["交付窓口の内部"]),
            ("障害", &[]),
            ("管理者及び電算室", &[]),
        ] {
            assert_eq!(list(phrase), names, "{phrase}");
        }
    }
}
