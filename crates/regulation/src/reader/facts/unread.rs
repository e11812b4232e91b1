//! Sentences that seem to set something up and that nothing was read from.

use super::super::text::Span;
use super::super::words;
use super::scope::{Scope, Unit};
use super::{Facts, Found};

/// Words that set up offices, rooms, books, periods, cards, councils, contracts or a cut.
const TRIGGERS: [&str; 26] = [
    "を置く",
    "を置き",
    "充て",
    "任命する",
    "指名する",
    "兼ねる",
    "管理簿",
    "台帳",
    "記録簿",
    "年間保存",
    "年間保管",
    "保存期間",
    "保管期間",
    "入退室管理を行",
    "許可を得",
    "許可を受け",
    "ICカード",
    "パスワードを",
    "接続の停止",
    "切断",
    "遮断",
    "庶務",
    "議長",
    "契約書",
    "名札",
    "立ち会",
];

/// Words of a rule so strong that a sentence with one is told even behind a sentence that was read.
const STRONG: [&str; 10] = [
    "を置く",
    "充てる",
    "任命する",
    "兼ねる",
    "年間保存",
    "年間保管",
    "接続を停止",
    "接続を切断",
    "接続を遮断",
    "庶務は",
];

/// The honest list: normative sentences with such words that no extractor used.
pub(super) fn read(scope: &Scope<'_>, facts: &Facts) -> Vec<Found<String>> {
    let spans = spans(facts);
    let mut out = Vec::new();
    for unit in scope.units.iter().filter(|unit| !unit.defines()) {
        let used = scope.is_used(unit.text);
        for sentence in unit.sentences() {
            let mask = words::masked(sentence);
            let told = if used { STRONG.as_slice() } else { TRIGGERS.as_slice() };
            if !told.iter().any(|trigger| mask.contains(trigger)) || !is_rule(unit, sentence, &mask) {
                continue;
            }
            let found = Found::written(unit.text, sentence, unit.id());
            // A list or a table below says what the sentence announces.
            let announces = ["次", "別表", "各号", "左の"].iter().any(|word| mask.contains(word));
            if !used || !announces && !holds_one(&spans, found.span) && !repeats(facts, unit, sentence) {
                out.push(found);
            }
        }
    }
    out
}

/// Whether a sentence rules something, rather than telling an aim or who acts for another.
fn is_rule(unit: &Unit<'_>, sentence: &str, mask: &str) -> bool {
    const ENDS: [&str; 14] = [
        "する",
        "ならない",
        "できる",
        "行う",
        "充てる",
        "置く",
        "いる",
        "による",
        "定める",
        "とる",
        "講ずる",
        "講じる",
        "保つ",
        "る",
    ];
    let aims =
        ["目的", "趣旨"].contains(&unit.caption()) || sentence.ends_with("目的とする") || mask.contains("職務を代理");
    (unit.depth > 0 || ENDS.iter().any(|end| sentence.ends_with(end))) && !aims
}

/// Whether a sentence speaks of what was read elsewhere: an office that a later sentence fills, a book
/// that the paragraph before named, a connection that is cut above.
fn repeats(facts: &Facts, unit: &Unit<'_>, sentence: &str) -> bool {
    let kept = || {
        let names = |article: &str| article == unit.id();
        sentence.contains("年間保") && facts.retention.iter().any(|kept| names(&kept.subject.article))
            || sentence.contains("接続を") && facts.connection_stop.iter().any(|stop| names(&stop.article))
    };
    facts.roles.iter().any(|role| sentence.contains(&role.name.value)) || kept()
}

/// Where the facts stand, in the order of the text.
fn spans(facts: &Facts) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    for role in &facts.roles {
        out.extend(role.posts.iter().chain([&role.name]).map(|found| found.span));
    }
    if let Some(council) = &facts.council {
        let listed = council.members.iter().chain(&council.agenda);
        let single = council.chair.iter().chain(&council.secretariat).chain(&council.consults);
        out.extend(listed.chain(single).chain([&council.name]).map(|found| found.span));
    }
    for room in &facts.rooms {
        out.push(room.name.span);
        out.extend(room.requires.iter().map(|found| found.span));
    }
    out.extend(facts.retention.iter().map(|kept| kept.subject.span));
    let lists = [&facts.devices, &facts.ledgers, &facts.contract_clauses];
    out.extend(lists.into_iter().flatten().map(|found| found.span));
    out.extend(facts.factors.iter().map(|found| found.span));
    out.extend(facts.connection_stop.iter().map(|found| found.span));
    out.sort_unstable();
    out
}

/// Whether one of these begins within a sentence.
fn holds_one(spans: &[Span], sentence: Span) -> bool {
    let from = spans.partition_point(|span| span.start < sentence.start);
    spans.get(from).is_some_and(|span| span.start < sentence.end)
}
