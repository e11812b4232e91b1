//! Decision: allowed or refused, a sentence, the articles, and what would have allowed it.

use maud::{Markup, html};
use sekisho_gate::Decision;
use sekisho_ledgers::Receipt;
use sekisho_regulation::Citation;

use super::evidence;
use crate::web::Web;

/// A decision that is in the record.
pub(crate) fn of_receipt(web: &Web, receipt: &Receipt) -> Markup {
    if receipt.decision.allowed {
        html! {
            div.decision role="status" {
                p.says { span.sign.good { "✓ 許可" } "　" (receipt.decision.sentence) }
                p { "根拠　" (articles(web, &receipt.decision.articles)) "　" (evidence::chip(receipt.seq)) }
            }
        }
    } else {
        refusal(web, &receipt.decision, Some(receipt.seq))
    }
}

/// A refusal; recorded when it has a number.
pub(crate) fn refusal(web: &Web, decision: &Decision, seq: Option<u64>) -> Markup {
    html! {
        div.decision.refused role="alert" {
            p.says { span.sign.bad { "✕ できません" } "　" (decision.sentence) }
            @if !decision.nearest.is_empty() {
                p { "次のことが満たされていれば、できました。" }
                ul { @for miss in &decision.nearest { li { (miss.ja) } } }
            }
            p {
                "根拠　" (articles(web, &decision.articles))
                @if let Some(seq) = seq { "　" (evidence::chip(seq)) }
            }
            @if seq.is_some() { p.quiet { "断ったことも記録しています。理由 " code { (decision.code) } } }
            @else { p.quiet { "画面を開いただけなので、記録はしていません。" } }
        }
    }
}

/// Articles as links that open the text at the place.
pub(crate) fn articles(web: &Web, cites: &[Citation]) -> Markup {
    html! {
        @for (n, cite) in cites.iter().enumerate() {
            @if n > 0 { "、" }
            (article(web, cite))
        }
    }
}

/// One article as a link.
pub(crate) fn article(web: &Web, cite: &Citation) -> Markup {
    html! { a.article href={ "/regulation#" (anchor(web, cite)) } { (web.desk.profile().cite_ja(cite)) } }
}

/// Where a cited place stands on the page of the regulation: `a-6-2`.
pub(crate) fn anchor(web: &Web, cite: &Citation) -> String {
    let profile = web.desk.profile();
    let first = profile.settings.instruments.first().is_some_and(|one| one.key == cite.instrument);
    let mut out = if first { "a-".to_owned() } else { format!("a-{}-", cite.instrument) };
    out.push_str(&cite.article.replace('-', "_"));
    let paragraphs = profile.article(cite).map_or(0, |article| article.summary.len());
    // An item is shown within its article; a paragraph has a place of its own.
    if let Some(paragraph) = cite.paragraph.filter(|n| usize::from(*n) <= paragraphs) {
        out.push_str(&format!("-{paragraph}"));
    }
    out
}

/// Citations as the record holds them.
pub(crate) fn citations(cites: &[String]) -> Vec<Citation> {
    cites.iter().filter_map(|cite| cite.parse().ok()).collect()
}

/// A decision as JSON for people and programs: with names beside codes.
pub(crate) fn json(web: &Web, decision: &Decision) -> serde_json::Value {
    let profile = web.desk.profile();
    let articles: Vec<_> =
        decision.articles.iter().map(|c| serde_json::json!({ "id": c, "name": profile.cite_ja(c) })).collect();
    let nearest: Vec<_> = decision
        .nearest
        .iter()
        .map(|miss| serde_json::json!({ "fact": &*miss.fact, "sentence": miss.ja, "needed": miss.needed.to_json() }))
        .collect();
    serde_json::json!({
        "act": &*decision.act,
        "allowed": decision.allowed,
        "code": &*decision.code,
        "articles": articles,
        "sentence": &*decision.sentence,
        "nearest": nearest,
        "profile": &*decision.profile,
    })
}
