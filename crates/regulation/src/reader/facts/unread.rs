//! Sentences that seem to set something up and that nothing was read from.

use super::super::words;
use super::Found;
use super::scope::Scope;

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

/// The honest list: normative sentences with such words that no extractor used.
pub(super) fn read(scope: &Scope<'_>) -> Vec<Found<String>> {
    let mut out = Vec::new();
    for unit in scope.units.iter().filter(|unit| !unit.defines() && !scope.is_used(unit.text)) {
        for sentence in unit.sentences() {
            let normative = unit.depth > 0
                || [
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
                ]
                .iter()
                .any(|end| sentence.ends_with(end));
            let mask = words::masked(sentence);
            let aims = ["目的", "趣旨"].contains(&unit.caption())
                || sentence.ends_with("目的とする")
                || mask.contains("職務を代理");
            if normative && !aims && TRIGGERS.iter().any(|trigger| mask.contains(trigger)) {
                out.push(Found::written(unit.text, sentence, unit.id()));
            }
        }
    }
    out
}
