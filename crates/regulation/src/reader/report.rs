//! The facts for a person, article by article, and the sentences that could not be read.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::facts::{Factor, Facts, Requirement};
use super::instrument::{Article, Instrument};
use super::{Book, Found, Reading};
use crate::Date;

/// The whole report of a file.
#[must_use]
pub fn text(book: &Book) -> String {
    let mut out = String::new();
    for reading in &book.readings {
        if !out.is_empty() {
            out.push('\n');
        }
        put(&mut out, reading);
    }
    out
}

fn put(out: &mut String, reading: &Reading) {
    let Reading { instrument, facts } = reading;
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    line(format!("■ {}", facts.title.as_ref().map_or("（題名が読み取れません）", |found| &found.value)));
    let none = || "読み取れません".to_owned();
    line(format!("種別　{}", facts.kind.clone().unwrap_or_else(none)));
    line(format!("番号　{}", facts.number.as_ref().map_or_else(none, |found| found.value.clone())));
    line(format!("公布　{}", day(facts.promulgated.as_ref())));
    line(format!("施行　{}", day(facts.effective.as_ref())));
    for amendment in &facts.amendments {
        let date = amendment.value.date.map_or_else(none, Date::wareki);
        line(format!("改正　{date}　{}", amendment.value.number.as_deref().unwrap_or("番号なし")));
    }
    let by_article = by_article(facts);
    for article in &instrument.articles {
        line(heading(article));
        for said in by_article.get(article.id.as_str()).into_iter().flatten() {
            line(format!("  {said}"));
        }
    }
    line(appended(instrument));
    if facts.unread.is_empty() {
        line("読み取れなかった文はありません。".to_owned());
        return;
    }
    line(format!("読み取れなかった文（{}件）。原文を確かめてください。", facts.unread.len()));
    for found in &facts.unread {
        line(format!("  {}　{}", place(&found.article), found.value));
    }
}

fn day(found: Option<&Found<Date>>) -> String {
    found.map_or_else(|| "読み取れません".to_owned(), |found| found.value.wareki())
}

fn place(id: &str) -> String {
    let mut parts = id.split('-');
    let first = parts.next().unwrap_or_default();
    parts.fold(format!("第{first}条"), |mut out, branch| {
        let _ = write!(out, "の{branch}");
        out
    })
}

fn heading(article: &Article) -> String {
    if article.deleted {
        return format!("{}　削除", place(&article.id));
    }
    let caption = article.caption.as_ref().map(|caption| format!("（{}）", caption.as_str())).unwrap_or_default();
    let items: usize = article.paragraphs.iter().map(|paragraph| paragraph.items.len()).sum();
    let items = if items > 0 { format!("、{items}号") } else { String::new() };
    format!("{}{caption}　{}項{items}", place(&article.id), article.paragraphs.len())
}

fn appended(instrument: &Instrument) -> String {
    let names: Vec<&str> = instrument.appendices.iter().map(|appendix| appendix.heading.as_str()).collect();
    let names = if names.is_empty() { "なし".to_owned() } else { names.join("、") };
    format!("附則 {}件　別表・様式 {names}", instrument.supplements.len())
}

/// What is said, in words, by the article that says it.
fn by_article(facts: &Facts) -> BTreeMap<&str, Vec<String>> {
    let mut out: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut say = |article: &'_ str, text: String| -> Option<()> {
        let key = all_articles(facts).into_iter().find(|known| *known == article)?;
        out.entry(key).or_default().push(text);
        Some(())
    };
    let joined =
        |found: &[Found<String>]| found.iter().map(|found| found.value.as_str()).collect::<Vec<_>>().join("、");
    for role in &facts.roles {
        let posts =
            if role.posts.is_empty() { "（充てる職の定めなし）".to_owned() } else { joined(&role.posts) };
        say(&role.name.article, format!("役割　{}：{posts}", role.name.value));
    }
    if let Some(council) = &facts.council {
        let name = &council.name;
        say(&name.article, format!("会議　{}", name.value));
        for (what, found) in
            [("議長", &council.chair), ("庶務", &council.secretariat), ("意見を聴く相手", &council.consults)]
        {
            if let Some(found) = found {
                say(&found.article, format!("会議の{what}　{}", found.value));
            }
        }
        for (what, found) in [("構成員", &council.members), ("審議事項", &council.agenda)] {
            if let Some(first) = found.first() {
                say(&first.article, format!("会議の{what}　{}", joined(found)));
            }
        }
    }
    for room in &facts.rooms {
        let level = room.level.map(|level| format!("（レベル{level}）")).unwrap_or_default();
        let asked: Vec<&str> = room.requires.iter().map(|found| requirement(found.value)).collect();
        let asked = if asked.is_empty() { "条件の定めなし".to_owned() } else { asked.join("、") };
        say(&room.name.article, format!("室　{}{level}：{asked}", room.name.value));
    }
    for (what, found) in [
        ("アクセス管理の機器", &facts.devices),
        ("簿冊", &facts.ledgers),
        ("契約に定める事項", &facts.contract_clauses),
    ] {
        for one in found {
            say(&one.article, format!("{what}　{}", one.value));
        }
    }
    for found in &facts.factors {
        say(&found.article, format!("本人の確認　{}", factor(found.value)));
    }
    for kept in &facts.retention {
        say(&kept.subject.article, format!("保存　{}：{}年", kept.subject.value, kept.years));
    }
    if let Some(found) = &facts.connection_stop {
        say(&found.article, format!("接続の停止　{}", found.value));
    }
    out
}

fn all_articles(facts: &Facts) -> Vec<&str> {
    let council = facts.council.iter().flat_map(|council| {
        std::iter::once(&council.name)
            .chain(&council.chair)
            .chain(&council.members)
            .chain(&council.agenda)
            .chain(&council.secretariat)
            .chain(&council.consults)
    });
    let lists = facts.devices.iter().chain(&facts.ledgers).chain(&facts.contract_clauses).chain(&facts.connection_stop);
    facts
        .roles
        .iter()
        .map(|role| &role.name)
        .chain(council)
        .chain(facts.rooms.iter().map(|room| &room.name))
        .chain(lists)
        .chain(facts.retention.iter().map(|kept| &kept.subject))
        .map(|found| found.article.as_str())
        .chain(facts.factors.iter().map(|found| found.article.as_str()))
        .collect()
}

const fn requirement(requirement: Requirement) -> &'static str {
    match requirement {
        Requirement::Permit => "許可",
        Requirement::Card => "カード",
        Requirement::Key => "鍵",
        Requirement::Badge => "名札",
        Requirement::Record => "記録",
        Requirement::Escort => "立会い",
    }
}

const fn factor(factor: Factor) -> &'static str {
    match factor {
        Factor::IcCard => "操作者のカード",
        Factor::Password => "パスワード",
        Factor::Biometric => "照合情報",
    }
}
