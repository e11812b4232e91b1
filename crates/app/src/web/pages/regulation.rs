//! 規程: the regulation as a document, article by article; beside each what carries it out, its
//! latest evidence, and how often it decided.

use std::collections::BTreeMap;

use maud::{Markup, html};
use sekisho_ledgers::kinds::history::view::Operation;
use sekisho_ledgers::ports::{CountBy, ListQuery};
use sekisho_ledgers::procedure::duties::Due;
use sekisho_ledgers::spec::View as _;
use sekisho_ledgers::value::Value;
use sekisho_regulation::date::instant_ja;
use sekisho_regulation::profile::{Article, Obligation};
use sekisho_regulation::{Citation, Date};

use super::acts::by_form;
use super::duties;
use crate::web::Web;
use crate::web::book::query::fold;
use crate::web::call::{Call, Reply};
use crate::web::fault::Fault;
use crate::web::frame::{self, Head};
use crate::web::parts::{decision, evidence};

/// What the record says about an article.
#[derive(Clone, Copy, Default)]
struct State {
    allowed: u64,
    refused: u64,
    last: Option<(u64, i64)>,
}

/// `GET /regulation`
pub(crate) fn show(web: &Web, call: &Call) -> Reply {
    let profile = web.desk.profile();
    let states = states(web)?;
    let dues = web.desk.duties();
    let q = call.query.get("q");
    let shown: Vec<&Article> = profile.articles.iter().filter(|article| q.is_empty() || holds(article, q)).collect();
    let body = html! {
        @for instrument in &profile.settings.instruments {
            @let version = instrument.versions.last();
            p.lead {
                strong { (instrument.title) } "（" (instrument.number) "）"
                @if let Some(version) = version { "　最終改正 " (version.by) "（" (version.effective.wareki()) " 施行）" }
                br; "条文そのものではなく、私たちの言葉による要約です。"
            }
        }
        (summary(web, &states))
        form.search.no-print method="get" action="/regulation" role="search" {
            div { label for="q" { "規程の中を探す" } input #q name="q" value=(q) data-key="/"; }
            button type="submit" { "探す" }
            @if !q.is_empty() { a.button.plain href="/regulation" { "すべて表示" } }
            button.plain type="button" data-print { "印刷" }
            a.button.plain href="/regulation/versions" { "版と沿革" }
        }
        @if shown.is_empty() { div.empty { p { "「" (q) "」を含む条はありません。" } } }
        div.sheet {
            @for (at, article) in shown.iter().enumerate() {
                @let before = at.checked_sub(1).and_then(|at| shown.get(at)).and_then(|article| article.chapter);
                @if article.chapter != before || at == 0 {
                    @if let Some(number) = article.chapter { h2.chapter { "第" (number) "章　" (chapter(web, article)) } }
                }
                (row(web, article, states.get(&key(&article.id)).copied().unwrap_or_default(), &dues))
            }
        }
        (readings(web))
    };
    Ok(frame::page(web, call, &Head::ok("規程", "/regulation"), &body))
}

fn holds(article: &Article, q: &str) -> bool {
    let q = fold(q);
    let mut texts = article.summary.iter().chain([&article.caption]);
    texts.any(|text| fold(text).contains(&q)) || fold(&article.id.place_ja()) == q
}

fn chapter<'a>(web: &'a Web, article: &Article) -> &'a str {
    let same = |one: &&Article| {
        one.chapter == article.chapter && one.chapter_title.is_some() && one.id.instrument == article.id.instrument
    };
    let first = web.desk.profile().articles.iter().find(same);
    first.and_then(|one| one.chapter_title.as_deref()).unwrap_or_default()
}

fn key(cite: &Citation) -> (String, String) {
    (cite.instrument.clone(), cite.article.clone())
}

/// Counts the record by the articles that each act cites; the last of each is its evidence.
fn states(web: &Web) -> Result<BTreeMap<(String, String), State>, Fault> {
    let house = web.desk.house();
    let by = [CountBy::Column("articles".to_owned()), CountBy::Column("allowed".to_owned())];
    let mut states: BTreeMap<(String, String), State> = BTreeMap::new();
    for (row, count) in house.counts(Operation::SPEC, &ListQuery::default(), &by)? {
        let [Value::Text(articles), Value::Bool(allowed)] = row.as_slice() else { continue };
        let mut cited: Vec<_> =
            articles.split(' ').filter_map(|cite| cite.parse().ok()).map(|cite| key(&cite)).collect();
        cited.sort();
        cited.dedup();
        for article in cited {
            let state = states.entry(article).or_default();
            *(if *allowed { &mut state.allowed } else { &mut state.refused }) += count;
        }
    }
    let recent = ListQuery { descending: true, limit: RECENT_MAX, ..ListQuery::default() };
    for row in house.page(Operation::SPEC, &recent)?.rows.iter().map(|row| Operation::from_row(row)) {
        for cite in row.articles.split(' ').filter_map(|cite| cite.parse::<Citation>().ok()) {
            if let Some(state) = states.get_mut(&key(&cite)) {
                state.last.get_or_insert((u64::try_from(row.seq).unwrap_or(0), row.at));
            }
        }
    }
    for (article, state) in states.iter_mut().filter(|(_, state)| state.last.is_none()) {
        state.last = latest(web, article)?;
    }
    Ok(states)
}

/// In which order what carries an article out is shown.
const ORDER: [&str; 5] = ["page:", "book:", "act:", "document:", "policy:"];
/// Most things that are due, shown beside one article.
const DUES_MAX: usize = 3;
/// Rows of the history in which the latest evidence is looked for first.
const RECENT_MAX: u64 = 3_000;

/// The last event that cites an article which has not been cited for long.
fn latest(web: &Web, article: &(String, String)) -> Result<Option<(u64, i64)>, Fault> {
    use sekisho_ledgers::ports::{Filter, Test};
    let text = format!("{}:{}", article.0, article.1);
    let filters = vec![Filter { column: "articles".to_owned(), test: Test::Contains(text) }];
    let query = ListQuery { filters, descending: true, limit: 50, ..ListQuery::default() };
    let rows = web.desk.house().page(Operation::SPEC, &query)?.rows;
    let cites =
        |row: &Operation| row.articles.split(' ').filter_map(|c| c.parse().ok()).any(|c: Citation| key(&c) == *article);
    let found = rows.iter().map(|row| Operation::from_row(row)).find(cites);
    Ok(found.map(|row| (u64::try_from(row.seq).unwrap_or(0), row.at)))
}

fn summary(web: &Web, states: &BTreeMap<(String, String), State>) -> Markup {
    let articles = &web.desk.profile().articles;
    let carried = |article: &&Article| !carriers(web, article).is_empty();
    let shown = |article: &&Article| states.get(&key(&article.id)).is_some_and(|state| state.last.is_some());
    let evidenced = articles.iter().filter(|a| shown(a)).count();
    let waiting = articles.iter().filter(|a| !shown(a) && carried(a)).count();
    let none = articles.len() - evidenced - waiting;
    html! {
        section.sheet aria-label="規程の実施の状況" {
            svg.bar viewBox={ "0 0 " (articles.len().max(1)) " 1" } preserveAspectRatio="none" width="100%" height="20" role="img"
                aria-label={ "全" (articles.len()) "条のうち、証拠のある条" (evidenced) "、証拠がまだない条" (waiting) "、台帳のない条" (none) } {
                rect x="0" y="0" width=(evidenced) height="1" fill="#115a36" {}
                rect x=(evidenced) y="0" width=(waiting) height="1" fill="#9db7f9" {}
            }
            ul.counts {
                li { b { (articles.len()) } "条" }
                li { b { (evidenced) } span.sign.good { "✓ 証拠がある条" } }
                li { b { (waiting) } "仕組みはあり、証拠はまだない条" }
                li { b { (none) } "人が行い、まだ台帳のない条" }
            }
        }
    }
}

fn row(web: &Web, article: &Article, state: State, dues: &[Due]) -> Markup {
    let today = Date::in_japan(web.desk.now_ms());
    let anchor = decision::anchor(web, &article.id);
    html! {
        section.article-row id=(anchor) {
            div.text {
                h3 { (article.id.place_ja()) "　" (article.caption) }
                @for (n, paragraph) in article.summary.iter().enumerate() {
                    p.numbered[article.summary.len() > 1] id={ (anchor) "-" (n + 1) } { @if article.summary.len() > 1 { (n + 1) "　" } (paragraph) }
                }
            }
            aside aria-label={ (article.id.place_ja()) "の実施" } {
                @let carriers = carriers(web, article);
                @if carriers.is_empty() { p.quiet { "まだ仕組みがありません。人の手で行ってください。" } }
                @else { ul { @for thing in &carriers { li { (carrier(web, thing)) } } } }
                (due_here(dues, article, today))
                (asked(web, article))
                @match state.last {
                    Some((seq, at_ms)) => p { "最新の証拠　" (evidence::chip(seq)) br; span.quiet { (instant_ja(at_ms)) } },
                    None => p.quiet { "この条に基づく記録は、まだありません。" },
                }
                @if state.allowed + state.refused > 0 {
                    p { span.sign.good { "✓ 許可" } " " (evidence::grouped(state.allowed)) "件　" span.sign.bad { "✕ 拒否" } " " (evidence::grouped(state.refused)) "件" }
                }
            }
        }
    }
}

/// What carries an article out, each thing once: what the profile names, and the books and pages of
/// what the article asks.
fn carriers(web: &Web, article: &Article) -> Vec<String> {
    let mut all = article.carried_by.clone();
    let profile = web.desk.profile();
    let book_of = |act: &str| profile.procedures.steps().find(|(_, step)| step.act == act).map(|(book, _)| &book.name);
    for means in profile.obligations.iter().filter(|one| asks(one, article)).flat_map(|one| &one.by) {
        let thing = match means.split_once(':') {
            Some(("book" | "page" | "document", _)) => means.clone(),
            // Which setting it is says the profile; that it is one is said once.
            Some(("setting", _)) => "setting:".to_owned(),
            Some(("field", name)) => format!("book:{}", name.split('.').next().unwrap_or(name)),
            Some(("step" | "act", act)) => {
                book_of(act).map_or_else(|| format!("act:{act}"), |book| format!("book:{book}"))
            }
            Some(("duty", _)) => "page:/duties".to_owned(),
            // A rule or a condition shows itself in the decisions that cite the article.
            _ => continue,
        };
        if !all.contains(&thing) {
            all.push(thing);
        }
    }
    all.sort_by_key(|thing| ORDER.iter().position(|kind| thing.starts_with(kind)).unwrap_or(ORDER.len()));
    all
}

/// What the article makes due, with its day and how it stands.
fn due_here(dues: &[Due], article: &Article, today: Date) -> Markup {
    let here: Vec<&Due> =
        dues.iter().filter(|due| due.cites.iter().any(|cite| key(cite) == key(&article.id))).collect();
    html! {
        @if !here.is_empty() {
            ul.plain aria-label={ (article.id.place_ja()) "の期限" } {
                @for due in here.iter().take(DUES_MAX) {
                    li { (duties::sign(due, today)) " " (due.ja) "　" span.quiet { (due.day.wareki()) } }
                }
            }
            p { a href="/duties?whose=all" { "期限" @if here.len() > DUES_MAX { "（ほか" (here.len() - DUES_MAX) "件）" } } }
        }
    }
}

/// Whether an obligation is of an article.
fn asks(one: &Obligation, article: &Article) -> bool {
    one.cite.as_ref().is_some_and(|cite| key(cite) == key(&article.id))
}

/// Everything that the article asks, and which of it runs.
fn asked(web: &Web, article: &Article) -> Markup {
    let asked: Vec<&Obligation> = web.desk.profile().obligations.iter().filter(|one| asks(one, article)).collect();
    let met = asked.iter().filter(|one| one.met()).count();
    html! {
        @if !asked.is_empty() {
            details {
                summary { "求められること" (asked.len()) "件のうち、動いているもの" (met) "件" }
                ul { @for one in asked {
                    li {
                        @if one.met() { span.sign.good { "✓" } } @else { span.sign.warn { "未" } }
                        " " (one.says)
                        @if let Some(person) = &one.person { br; span.quiet { "人が行うこと　" (person) } }
                    }
                } }
            }
        }
    }
}

/// What carries an article out: `book:cards`, `act:card.lend`, `page:/log`, `policy:…`.
fn carrier(web: &Web, thing: &str) -> Markup {
    let (kind, name) = thing.split_once(':').unwrap_or(("", thing));
    match kind {
        "book" if name == "rooms" => html! { "画面　" a href="/entry" { "入退室" } },
        "book" => match web.desk.registry().view(name) {
            Some(spec) => html! { "台帳　" a href={ "/books/" (spec.name) } { (spec.label) } },
            None => html! { "台帳　" (name) },
        },
        "act" => {
            let label = web.desk.label("act", name);
            let path = match name {
                "identity.search" | "identity.show" | "identity.print" | "identity.extract" => {
                    Some("/lookup".to_owned())
                }
                "history.inspect" | "history.export" => Some("/history".to_owned()),
                "identity.import" => Some("/import".to_owned()),
                "password.change" => Some("/password".to_owned()),
                _ => by_form(web, name).map(|_| format!("/acts/{name}?_back=/regulation")),
            };
            html! { "操作　" @match path { Some(path) => a href=(path) { (label) }, None => (label) } }
        }
        "page" => html! { "画面　" a href=(name) { (page_name(name)) } },
        "setting" => html! { "設定（役割、会議、室などの定め）" },
        "document" => html! { "文書　" (name) },
        "policy" => html! { "判断　" code { (name) } },
        _ => html! { (thing) },
    }
}

fn page_name(path: &str) -> &str {
    let room = frame::ROOMS.iter().find(|(room, ..)| *room == path);
    room.map_or(path, |(_, name, _)| name)
}

fn readings(web: &Web) -> Markup {
    let readings = &web.desk.profile().settings.readings;
    html! {
        @if !readings.is_empty() {
            section.sheet {
                h2 { "読み方が分かれるところ" }
                div.scroll { table {
                    caption.hidden { "読み方が分かれるところ" }
                    thead { tr { @for title in ["問い", "いまの読み方", "決定"] { th scope="col" { (title) } } } }
                    tbody { @for reading in readings { tr {
                        td { a href={ "/regulation/readings/" (reading.id) } { (reading.question) } }
                        td { (reading.now()) }
                        td.no-break { @match (&reading.decided_by, reading.decided_on) {
                            (Some(by), Some(on)) => { (by) br; (on.wareki()) },
                            _ => span.quiet { "未決定（この読み方で動いています）" },
                        } }
                    } } }
                } }
            }
        }
    }
}
