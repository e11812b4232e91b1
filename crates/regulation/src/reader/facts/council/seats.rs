//! Who sits in the council.

use super::super::super::text::Text;
use super::super::super::words;
use super::super::roles::{body, parted};
use super::super::scope::Unit;
use super::super::{Found, members};
use super::{About, is_chair};

/// Who sits in the council, as this paragraph says it.
pub(super) fn seated<'a>(
    about: &About<'a, '_>,
    unit: &Unit<'a>,
    chair: &mut Option<Found<String>>,
) -> Vec<Found<String>> {
    let mut out = Vec::new();
    for sentence in unit.sentences() {
        let mask = words::masked(sentence);
        if !seats_some(about, unit, sentence, &mask) {
            continue;
        }
        let seats_each = by_seat(about, unit, sentence);
        if !seats_each.is_empty() {
            out.extend(seats_each);
            continue;
        }
        let besides = |names: &str| -> Vec<Found<String>> {
            words::groups(names).into_iter().filter_map(|name| about.found(unit, name)).collect()
        };
        if let Some(at) =
            mask.find("のほか").filter(|_| !["構成員とする", "構成員となる"].iter().any(|seat| mask.contains(seat)))
        {
            let before = sentence.get(..at).unwrap_or_default();
            let named = before.rsplit("は、").next().unwrap_or(before);
            if !named.contains("各号") && !named.contains("前項") {
                let who = chair.as_ref().map(|found| found.value.clone());
                out.extend(
                    besides(named)
                        .into_iter()
                        .filter(|found| Some(&found.value) != who.as_ref() && !is_chair(&found.value)),
                );
            }
        }
        let behind = mask.find("のほか").map_or(0, |at| at + "のほか".len());
        let listed = ["次に掲げ", "次の", "各号", "次表", "別表", "下表", "次に定め"]
            .iter()
            .any(|word| mask.get(behind..).is_some_and(|rest| rest.contains(word)));
        if listed && !unit.list().is_empty() {
            for text in unit.list() {
                out.extend(item_member(about, unit, text, chair));
            }
        } else if listed {
            out.extend(partly_named(about, unit, sentence, chair.as_ref()));
            out.extend(from_tables(about, unit, chair));
        } else if let Some(inline) = inline(sentence, &mask) {
            let inline = uncounted(inline);
            out.extend(besides(inline).into_iter().filter(|found| !is_seat(&found.value)));
        }
    }
    out
}

/// Whether a sentence says who sits in the council.
fn seats_some<'a>(about: &About<'a, '_>, unit: &Unit<'a>, sentence: &str, mask: &str) -> bool {
    let sits = ["組織する", "構成する", "構成し", "組織し", "構成員", "組織は", "構成は"]
        .iter()
        .any(|word| mask.contains(word))
        && about.speaks(sentence);
    let seats = ["委員は", "委員には", "委員として", "委員の", "本部員は", "委員に", "委員は、"]
        .iter()
        .any(|word| mask.contains(word))
        && ["充て", "とする", "任命", "委嘱", "指名", "なる"].iter().any(|word| mask.contains(word));
    let other = ["招集", "任期", "過半数", "以外の者"].iter().any(|word| mask.contains(word)) && unit.items.is_empty();
    (sits || seats) && !other
}

/// Whether a name is that of a seat: 会長、副会長一人及び委員; 会長の指名する職員 sits in one.
fn is_seat(name: &str) -> bool {
    let bare =
        name.trim_end_matches(['人', '名']).trim_end_matches(|c: char| c.is_ascii_digit() || "一二三四五".contains(c));
    (words::is_person(name) || words::is_person(bare)) && !name.contains(['の', 'が', 'す'])
}

/// 副町長、教育長及び別表に掲げる者: some are named here, the others there.
fn partly_named<'a>(
    about: &About<'a, '_>,
    unit: &Unit<'a>,
    sentence: &'a str,
    chair: Option<&Found<String>>,
) -> Vec<Found<String>> {
    let mask = words::masked(sentence);
    let here = inline(sentence, &mask).map(words::members).unwrap_or_default();
    let named = |one: &&str| {
        super::super::posts::is_named(one)
            && !["別表", "次の", "次に", "次表", "各号", "掲げ", "前項"].iter().any(|word| one.contains(word))
    };
    here.into_iter()
        .filter(named)
        .filter_map(|one| about.found(unit, one))
        .filter(|found| !is_seat(&found.value) && Some(&found.value) != chair.map(|chair| &chair.value))
        .collect()
}

fn item_member<'a>(
    about: &About<'a, '_>,
    unit: &Unit<'a>,
    text: &Text,
    chair: &mut Option<Found<String>>,
) -> Vec<Found<String>> {
    let whole = words::bare(text.plain());
    about.scope.mark(unit.text);
    if let Some((seat, who)) = parted(whole)
        && words::is_person(seat)
    {
        let mut found: Vec<Found<String>> =
            words::groups(who).into_iter().map(|one| Found::written(text, words::bare(one), unit.id())).collect();
        if is_chair(seat) && chair.is_none() && !found.is_empty() {
            *chair = Some(found.remove(0));
        }
        found.retain(|found| !is_chair(seat) || chair.as_ref().is_some_and(|chair| chair.value != found.value));
        return found;
    }
    let short =
        words::last_parenthesis(text.plain().trim_end_matches('。')).and_then(|(_, inner)| words::short_name(inner));
    let found = Found::written(text, short.unwrap_or(whole), unit.id());
    let called = about.scope.call(whole).to_owned();
    let found = if called == whole { found } else { Found { value: called, ..found } };
    if found.value.is_empty() { Vec::new() } else { vec![found] }
}

fn from_tables<'a>(about: &About<'a, '_>, unit: &Unit<'a>, chair: &mut Option<Found<String>>) -> Vec<Found<String>> {
    let mut out = Vec::new();
    for table in about.scope.tables_of(unit) {
        let width = table.rows.iter().map(Vec::len).max().unwrap_or(0);
        let posts_in = |c: usize| {
            body(table)
                .filter_map(|row| row.get(c))
                .filter(|cell| words::is_post(cell.plain()) && !words::is_person(cell.plain()))
                .count()
        };
        let Some(column) = members::column(table, &["職", "充て", "構成員", "氏名", "委員となる"])
            .or_else(|| (0..width).max_by_key(|c| (posts_in(*c), usize::MAX - c)))
        else {
            continue;
        };
        for row in body(table) {
            let Some(cell) = row.get(column) else { continue };
            let seat = row.iter().enumerate().find(|(c, cell)| *c != column && is_chair(cell.plain())).is_some();
            for post in words::groups(cell.plain()) {
                let found = Found::written(cell, post, unit.id());
                if seat { *chair = chair.take().or(Some(found)) } else { out.push(found) }
            }
        }
        about.scope.mark(unit.text);
    }
    out
}

/// 会長は甲を、副会長は乙を、委員は丙及び丁をもって充てる: who takes each seat but the chair's.
fn by_seat<'a>(about: &About<'a, '_>, unit: &Unit<'a>, sentence: &'a str) -> Vec<Found<String>> {
    const SEATS: [&str; 8] = ["副会長", "副委員長", "副議長", "副本部長", "副座長", "本部員", "委員", "幹事"];
    const ENDS: [&str; 14] = [
        "をもって",
        "を、",
        "を充て",
        "とし、",
        "とする",
        "の職にある者",
        "を任命",
        "を委嘱",
        "をそれぞれ",
        "がこれ",
        "が当た",
        "が務め",
        "が、",
        "により",
    ];
    let mask = words::masked(sentence);
    let mut out = Vec::new();
    let seats: Vec<(&str, usize)> = SEATS
        .iter()
        .flat_map(|seat| mask.match_indices(seat).map(|(at, seat)| (seat, at + seat.len())))
        .filter_map(|(seat, at)| {
            let mark = ["には", "は", "として"]
                .iter()
                .find(|mark| mask.get(at..).is_some_and(|rest| rest.starts_with(**mark)))?;
            Some((seat, at + mark.len()))
        })
        .collect();
    // Who takes a seat of honour alone is not listed here.
    if seats.iter().all(|(seat, _)| seat.starts_with('副')) {
        return Vec::new();
    }
    for (_, from) in seats {
        let rest = sentence.get(from..).unwrap_or_default();
        let rest_mask = mask.get(from..).unwrap_or_default();
        let Some(end) = ENDS.iter().filter_map(|end| rest_mask.find(end)).min() else { continue };
        let posts = rest.get(..end).unwrap_or_default().trim_start_matches('、');
        let fills = !["次に", "次の", "を"].iter().any(|word| posts.contains(word))
            && !posts.contains("各号")
            && !posts.contains("のほか");
        if fills && words::groups(posts).iter().all(|post| super::super::posts::is_named(post)) {
            out.extend(words::groups(posts).into_iter().filter_map(|post| about.found(unit, post)));
        }
    }
    out
}

/// A list of members up to the first seat that is only counted: 委員若干人.
fn uncounted(list: &str) -> &str {
    let counted = ["若干人", "若干名", "人以内", "名以内"].iter().find_map(|count| list.find(count));
    let Some(at) = counted else { return list };
    let before = list.get(..at).unwrap_or_default();
    let cut = words::members(before).pop().map_or(0, |last| before.len() - last.len());
    before.get(..cut).unwrap_or_default().trim_end_matches(['、', '及', 'び'])
}

/// A list of members within a sentence: 会議は、A、B及びCをもって組織する.
fn inline<'s>(sentence: &'s str, mask: &str) -> Option<&'s str> {
    let seats = ["構成員とする", "構成員となる", "構成員に加える", "委員とする", "委員となる"];
    if let Some(end) = seats.iter().find_map(|seat| mask.find(seat)).filter(|end| {
        // 委員は、…をもって委員とする names its members behind the topic.
        let topic = mask.get(..*end).and_then(|before| before.rfind("は、"));
        topic.is_some_and(|at| !sentence.get(..at).unwrap_or_default().ends_with("委員"))
    }) {
        let before = sentence.get(..end)?;
        let at = words::masked(before).rfind("は、")?;
        let names = before.get(..at)?;
        let from = words::masked(names).rfind("のほか、").map_or(0, |from| from + "のほか、".len());
        return names.get(from..);
    }
    const TAILS: [&str; 12] = [
        "をもって組織",
        "をもって構成",
        "で組織",
        "で構成",
        "により組織",
        "により構成",
        "から構成",
        "をもって充て",
        "を充て",
        "とする",
        "をもってこれに充て",
        "が構成",
    ];
    let end = TAILS.iter().filter_map(|tail| mask.find(tail)).min()?;
    let before = sentence.get(..end)?;
    let before_mask = mask.get(..end)?;
    let from = [
        before_mask.find("は、").map(|at| at + "は、".len()),
        before_mask.rfind("を議長とし、").map(|at| at + "を議長とし、".len()),
        before_mask.rfind("のほか、").map(|at| at + "のほか、".len()),
        before_mask.rfind("を委員長とし、").map(|at| at + "を委員長とし、".len()),
    ]
    .into_iter()
    .flatten()
    .max()?;
    before.get(from..).filter(|list| !list.is_empty())
}
