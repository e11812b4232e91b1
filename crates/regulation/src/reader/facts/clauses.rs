//! What a contract with an outsourcer must contain.

use super::super::words;
use super::scope::{Scope, Unit};
use super::{Found, lists};

pub(super) fn read(scope: &Scope<'_>) -> Vec<Found<String>> {
    let mut out: Vec<Found<String>> = Vec::new();
    for unit in scope.paragraphs().filter(|unit| asks(unit)) {
        let found = if unit.list().is_empty() { inline(unit) } else { items(unit) };
        if !found.is_empty() {
            scope.mark(unit.text);
        }
        for clause in found {
            if out.iter().all(|old| old.value != clause.value) {
                out.push(clause);
            }
        }
    }
    out
}

/// Whether a paragraph says what a contract must contain.
fn asks(unit: &Unit<'_>) -> bool {
    let around = ["委託", "契約", "事業者", "受託", "請負"];
    unit.sentences().iter().any(|sentence| {
        let mask = words::masked(sentence);
        // 次の事項を約することを条件として…を委託する
        let promised =
            ["条件として", "約すること", "約させ", "遵守させ", "承諾させ"].iter().any(|word| mask.contains(word))
                && mask.contains("委託")
                && ["次の", "次に", "各号"].iter().any(|word| mask.contains(word));
        if promised && !unit.list().is_empty() {
            return true;
        }
        let contract = ["契約", "協定", "覚書", "仕様書"].iter().any(|word| mask.contains(word));
        let says = [
            "明記",
            "記載",
            "定め",
            "盛り込",
            "含め",
            "記す",
            "規定",
            "内容と",
            "明示",
            "付さ",
            "条項",
            "約定",
            "記述",
            "掲げ",
            "入れ",
            "明らか",
            "特約",
        ];
        contract
            && says.iter().any(|word| mask.contains(word))
            && around.iter().any(|word| sentence.contains(word) || unit.caption().contains(word))
            && !mask.contains("契約の解除を")
    })
}

fn items(unit: &Unit<'_>) -> Vec<Found<String>> {
    let lead = unit.text.plain();
    let listed = ["次に", "次の", "各号", "以下の", "左の"].iter().any(|word| lead.contains(word));
    if !listed {
        return Vec::new();
    }
    unit.list()
        .into_iter()
        .map(|text| Found::written(text, text.plain().trim().trim_end_matches('。'), unit.id()))
        .filter(|found| !found.value.is_empty())
        .collect()
}

/// 契約書に、A、B及びCに関する事項を明記する
fn inline(unit: &Unit<'_>) -> Vec<Found<String>> {
    for sentence in unit.sentences() {
        let mask = words::masked(sentence);
        let heads = [
            "契約書には、",
            "契約書に、",
            "契約書には",
            "契約においては、",
            "契約書においては、",
            "契約書では、",
            "契約では、",
            "契約において、",
            "契約書において、",
            "契約に当たっては、",
            "契約には、",
            "契約書に",
            "契約に、",
        ];
        let Some(from) = heads.iter().find_map(|head| mask.find(head).map(|at| at + head.len())) else { continue };
        let rest = sentence.get(from..).unwrap_or_default();
        let rest_mask = words::masked(rest);
        let ends = [
            "を明記",
            "を記載",
            "を定め",
            "を盛り込",
            "を含め",
            "を規定",
            "を明示",
            "を記す",
            "について明記",
            "について定め",
            "を掲げ",
            "について規定",
            "について記載",
            "について、",
            "を明らか",
        ];
        let Some(end) = ends.iter().filter_map(|end| rest_mask.find(end)).min() else { continue };
        let list = rest.get(..end).unwrap_or_default();
        let members = lists::matters(list.split("その他").next().unwrap_or(list).trim_end_matches('、'));
        if members.len() >= 2 && !list.contains("次の") && !list.contains("前項") {
            return members.iter().map(|member| Found::written(unit.text, member, unit.id())).collect();
        }
    }
    Vec::new()
}
