//! What is asked of those who enter which room.

use super::super::super::text::Text;
use super::super::super::words;
use super::super::scope::{Scope, Unit};
use super::super::{Found, Requirement};
use super::{Place, level, speaks_of_entry};

/// What is asked of those who enter each of these places.
pub(super) fn read(scope: &Scope<'_>, places: &[Place]) -> Vec<Vec<Found<Requirement>>> {
    let mut out: Vec<Vec<Found<Requirement>>> = vec![Vec::new(); places.len()];
    for (place, asked) in places.iter().zip(&mut out) {
        for cell in &place.demands {
            put(asked, cell, cell.plain(), &place.name.article);
        }
    }
    let levels = places.iter().any(|place| place.level.is_some());
    let mut current: (&str, Vec<usize>) = ("", Vec::new());
    for unit in &scope.units {
        if current.0 != unit.id() {
            current = (unit.id(), spoken_of(unit.caption(), places));
        }
        if levels && unit.depth == 0 {
            by_level(unit, places, &mut out);
        }
        if unit.defines() || contract(unit) {
            continue;
        }
        let mut of_unit: Option<Vec<usize>> = None;
        for sentence in unit.sentences() {
            let mut here = spoken_of(sentence, places);
            let lead = unit.lead.map(Text::plain).unwrap_or_default();
            let entry = speaks_of_entry(sentence)
                || speaks_of_entry(lead) && unit.depth > 0
                || here.iter().any(|_| sentence.contains("入れ"))
                || of_unit.is_some() && in_entry_article(unit);
            let attends = ["名札", "立ち会", "立会", "同行", "付き添"].iter().any(|word| sentence.contains(word));
            if !entry && !(in_entry_article(unit) && attends) {
                if !here.is_empty() && in_entry_article(unit) {
                    current.1 = here;
                }
                continue;
            }
            if here.is_empty() {
                here = spoken_of(lead, places);
            }
            if here.is_empty() {
                here = of_unit.clone().unwrap_or_default();
            }
            if here.is_empty() {
                here.clone_from(&current.1);
            } else if unit.depth == 0 {
                current.1.clone_from(&here);
            }
            if here.is_empty() {
                here = (0..places.len()).collect();
            }
            of_unit = Some(here.clone());
            for i in here {
                if let Some(asked) = out.get_mut(i) {
                    let before = asked.len();
                    put(asked, unit.text, sentence, unit.id());
                    if asked.len() > before {
                        scope.mark(unit.text);
                    }
                }
            }
        }
    }
    for asked in &mut out {
        asked.sort_by_key(|found| found.value);
    }
    out
}

fn in_entry_article(unit: &Unit<'_>) -> bool {
    speaks_of_entry(unit.caption())
        || unit.article.paragraphs.iter().any(|paragraph| speaks_of_entry(paragraph.text.plain()))
}

fn contract(unit: &Unit<'_>) -> bool {
    unit.lead.is_some_and(|lead| lead.plain().contains("契約"))
}

/// A table of levels and methods holds for every room of the level.
fn by_level(unit: &Unit<'_>, places: &[Place], out: &mut [Vec<Found<Requirement>>]) {
    for table in unit.tables() {
        for row in &table.rows {
            let Some(n) = row.first().and_then(|cell| level(cell.plain())) else { continue };
            for cell in row.iter().skip(1).filter(|cell| cell.plain().contains(['。', '許', '鍵', '札', 'カ'])) {
                let of_level = places.iter().zip(out.iter_mut()).filter(|(place, _)| place.level == Some(n));
                for (_, asked) in of_level {
                    put(asked, cell, cell.plain(), unit.id());
                }
            }
        }
    }
}

/// Which places a text speaks of.
fn spoken_of(text: &str, places: &[Place]) -> Vec<usize> {
    let level = level(text);
    let mut out: Vec<usize> = places
        .iter()
        .enumerate()
        .filter(|(_, place)| {
            text.contains(place.name.value.as_str())
                || place.aliases.iter().any(|alias| !alias.is_empty() && text.contains(alias.as_str()))
                || level.is_some() && place.level == level
        })
        .map(|(i, _)| i)
        .collect();
    // サーバ室 within 情報課サーバ室 is not spoken of by itself.
    let names: Vec<&str> = out.iter().filter_map(|i| places.get(*i)).map(|place| place.name.value.as_str()).collect();
    let alone = |name: &str| {
        let longer: Vec<&&str> =
            names.iter().filter(|other| other.len() > name.len() && other.contains(name)).collect();
        longer.is_empty()
            || text.matches(name).count() > longer.iter().map(|other| text.matches(**other).count()).sum::<usize>()
    };
    let keep: Vec<bool> = out.iter().map(|i| places.get(*i).is_some_and(|place| alone(&place.name.value))).collect();
    let mut keep = keep.into_iter();
    out.retain(|_| keep.next().unwrap_or(true));
    out
}

fn put(asked: &mut Vec<Found<Requirement>>, text: &Text, sentence: &str, article: &str) {
    for (requirement, at) in demands(sentence) {
        if asked.iter().all(|old| old.value != requirement) {
            let part = sentence.get(at..).unwrap_or(sentence);
            let span = text.range_of(part).map_or_else(|| text.span(), |range| text.span_of(range));
            asked.push(Found::new(requirement, article, span));
        }
    }
}

/// What a sentence asks, and where it says so.
fn demands(sentence: &str) -> Vec<(Requirement, usize)> {
    let mask = words::masked(sentence);
    let find = |words: &[&str]| words.iter().filter_map(|word| mask.find(word)).min();
    let mut out = Vec::new();
    if let Some(at) = find(&["許可", "承認"]).filter(|_| !mask.contains("許可申請書を保存")) {
        out.push((Requirement::Permit, at));
    }
    let card = find(&["カード", "職員証", "身分証", "社員証"]).filter(|_| {
        [
            "用い",
            "により",
            "使用",
            "かざ",
            "通し",
            "による",
            "挿入",
            "で入",
            "使い",
            "必要",
            "認証",
            "読み取",
            "読取",
            "もって",
            "又は鍵",
        ]
        .iter()
        .any(|verb| mask.contains(verb))
            || sentence.chars().count() <= 14
    });
    if let Some(at) = card.filter(|_| !mask.contains("カードの管理方法") && !mask.contains("個人番号カード"))
    {
        out.push((Requirement::Card, at));
    }
    let key = find(&[
        "鍵を用い",
        "鍵により",
        "鍵を使",
        "鍵で",
        "鍵又は",
        "又は鍵",
        "鍵を借",
        "鍵の使用",
        "鍵を貸",
        "鍵及び",
        "鍵をもって",
        "鍵によって",
        "鍵の貸",
        "鍵を受",
        "合鍵",
        "鍵並びに",
        "貸し出す鍵",
        "鍵によ",
        "鍵を開け",
        "鍵、",
    ])
    .or_else(|| {
        (sentence.trim() == "鍵" || sentence.starts_with("鍵を") && sentence.chars().count() <= 8).then_some(0)
    });
    if let Some(at) = key {
        out.push((Requirement::Key, at));
    }
    if let Some(at) = find(&["名札", "ネームプレート", "ネームカード", "腕章"]) {
        out.push((Requirement::Badge, at));
    }
    let record = find(&[
        "記録を行",
        "記録する",
        "記録し",
        "を記録",
        "に記録",
        "記入",
        "記載",
        "記帳",
        "管理簿",
        "記録簿",
        "記録票",
        "入室簿",
        "入退室簿",
        "記録を残",
        "記録しなければ",
        "記録させ",
        "記録を取",
        "記録を保",
        "記録を作",
        "記録",
    ]);
    if let Some(at) = record
        .filter(|_| !mask.contains("記録媒体") || mask.replace("記録媒体", "").contains("記録") || mask.contains('簿'))
    {
        out.push((Requirement::Record, at));
    }
    if let Some(at) = find(&["立会", "立ち会", "同行", "付き添", "付添", "同伴", "同席"]) {
        out.push((Requirement::Escort, at));
    }
    out
}
