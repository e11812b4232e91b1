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
        let sits = ["組織する", "構成する", "構成し", "組織し", "構成員", "組織は", "構成は"]
            .iter()
            .any(|word| mask.contains(word))
            && about.speaks(sentence);
        let seats = ["委員は", "委員には", "委員として", "委員の", "本部員は", "委員に", "委員は、"]
            .iter()
            .any(|word| mask.contains(word))
            && ["充て", "とする", "任命", "委嘱", "指名", "なる"].iter().any(|word| mask.contains(word));
        if !sits && !seats
            || ["招集", "任期", "過半数", "以外の者"].iter().any(|word| mask.contains(word)) && unit.items.is_empty()
        {
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
        if listed && !unit.items.is_empty() {
            for item in unit.items {
                out.extend(item_member(about, unit, &item.text, chair));
            }
        } else if listed {
            out.extend(from_tables(about, unit, chair));
        } else if let Some(inline) = inline(sentence, &mask) {
            // 会長、副会長及び委員 are seats; 会長の指名する職員 sits in one.
            let seat = |name: &str| words::is_person(name) && !name.contains(['の', 'が', 'す']);
            out.extend(besides(inline).into_iter().filter(|found| !seat(&found.value)));
        }
    }
    out
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
