//! What the council deliberates on.

use super::super::super::instrument::Table;
use super::super::super::words;
use super::super::roles::body;
use super::super::scope::Unit;
use super::super::{Found, lists, members};
use super::About;

/// The matters that stand in the list or table below a paragraph.
pub(super) fn listed<'a>(about: &About<'a, '_>, unit: &Unit<'a>) -> Vec<Found<String>> {
    const TOPICS: [&str; 16] = [
        "審議",
        "協議",
        "検討",
        "調査",
        "所掌",
        "つかさど",
        "審査",
        "掌る",
        "取り扱",
        "扱う",
        "処理",
        "議題",
        "事務を",
        "事項を",
        "事項は",
        "評価",
    ];
    let own = unit.sentences().into_iter().any(|sentence| {
        let mask = words::masked(sentence);
        about.speaks(sentence)
            && mask.contains('次')
            && ["事項", "こと", "事務", "業務"].iter().any(|word| mask.contains(word))
            && TOPICS.iter().any(|word| mask.contains(word))
            && !["組織する", "構成する", "委員は", "者をもって"].iter().any(|word| mask.contains(word))
            && !mask.contains("求め")
    });
    if !own {
        return Vec::new();
    }
    about.scope.mark(unit.text);
    let found: Vec<Found<String>> = if unit.list().is_empty() {
        about.scope.tables_of(unit).into_iter().flat_map(|table| column(table, unit)).collect()
    } else {
        unit.list()
            .into_iter()
            .map(|text| Found::written(text, text.plain().trim_end_matches('。'), unit.id()))
            .collect()
    };
    found.into_iter().filter(|found| !found.value.is_empty()).collect()
}

/// The matters in a table: the column headed so, or that of the sentences.
fn column(table: &Table, unit: &Unit<'_>) -> Vec<Found<String>> {
    let width = table.rows.iter().map(Vec::len).max().unwrap_or(0);
    let length = |c: usize| body(table).filter_map(|row| row.get(c)).map(|cell| cell.plain().len()).sum::<usize>();
    let headed = members::column(table, &["事項", "内容", "議題", "事務"]);
    let Some(column) = headed.or_else(|| (0..width).max_by_key(|c| length(*c))) else { return Vec::new() };
    let cells = body(table).filter_map(|row| row.get(column));
    cells.map(|cell| Found::written(cell, cell.plain().trim_end_matches('。'), unit.id())).collect()
}

/// The matters that a sentence tells: 会議は、甲に関する事項及び乙に関する事項を審議する; 会議の審議事項は、甲及び乙とする.
pub(super) fn told<'a>(about: &About<'a, '_>, unit: &Unit<'a>) -> Vec<Found<String>> {
    for sentence in unit.sentences() {
        let mask = words::masked(sentence);
        let Some((at, mark)) = ["は、", "は"].iter().find_map(|mark| Some((mask.find(mark)?, mark.len()))) else {
            continue;
        };
        let topic = sentence.get(..at).unwrap_or_default();
        let rest = sentence.get(at + mark..).unwrap_or_default();
        let own = words::named(topic) == about.name || about.speaks(topic);
        let named = [
            "審議事項",
            "所掌事項",
            "所掌事務",
            "協議事項",
            "検討事項",
            "審議する事項",
            "所掌する事項",
            "協議する事項",
            "検討する事項",
            "所掌する事務",
        ];
        let list = if own && named.iter().any(|end| topic.ends_with(end)) {
            rest.strip_suffix("とする").map(|list| list.trim_end_matches("次のとおり"))
        } else if own && (words::named(topic) == about.name || topic.ends_with(words::tail_name(&about.name))) {
            deliberated(rest)
        } else {
            None
        };
        let Some(list) = list.filter(|list| is_list(list)) else { continue };
        let found: Vec<Found<String>> =
            lists::matters(list).into_iter().map(|matter| Found::written(unit.text, matter, unit.id())).collect();
        if !found.is_empty() {
            about.scope.mark(unit.text);
            return found;
        }
    }
    Vec::new()
}

/// What stands before the verb of a sentence that deliberates: 甲及び乙について協議する.
fn deliberated(rest: &str) -> Option<&str> {
    const VERBS: [&str; 22] = [
        "調査審議",
        "審議",
        "協議",
        "検討",
        "調査",
        "審査",
        "調整",
        "所掌",
        "つかさど",
        "掌る",
        "評価",
        "討議",
        "行う",
        "処理",
        "議論",
        "企画",
        "議決",
        "決定",
        "確認",
        "検証",
        "立案",
        "行なう",
    ];
    let mask = words::masked(rest);
    let end = ["について、", "について", "に関し、", "に関し", "に関して、", "に関して", "を"]
        .iter()
        .filter_map(|mark| {
            let (at, mark) = mask.match_indices(mark).last()?;
            let verb = mask.get(at + mark.len()..)?;
            let ends = VERBS.iter().any(|word| verb.starts_with(word))
                && !verb.contains("ため")
                && ["する", "る", "う", "行う", "ものとする"].iter().any(|end| verb.ends_with(end))
                && verb.chars().count() <= 24;
            ends.then_some(at)
        })
        .min()?;
    let list = rest.get(..end)?;
    // 情報の保護を行う is no list of matters.
    let doing = mask.get(end..).is_some_and(|verb| ["を行う", "を行なう"].iter().any(|does| verb.starts_with(does)));
    (!doing || list.ends_with(['項', '務']) || list.ends_with("こと")).then_some(list)
}

/// Whether a phrase lists matters, rather than pointing at them or telling when they come up.
fn is_list(list: &str) -> bool {
    let points = [
        "次の",
        "次に",
        "前項",
        "前条",
        "各号",
        "別表",
        "同項",
        "ときは",
        "場合",
        "必要に応じ",
        "あらかじめ",
        "その他の議事",
    ];
    let first = list.split('、').next().unwrap_or(list);
    !list.is_empty()
        && !points.iter().any(|word| list.contains(word))
        && !["この", "その", "当該"].contains(&first)
        && list.chars().count() >= 4
        && (lists::matters(list).len() >= 2 || ["事項", "こと", "事務"].iter().any(|end| list.ends_with(end)))
}
