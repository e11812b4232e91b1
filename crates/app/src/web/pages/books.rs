//! Rooms made of books, and every book by itself.

use axum::response::Response;
use maud::{Markup, html};
use sekisho_ledgers::procedure::shipped;
use sekisho_ledgers::spec::ViewSpec;

use crate::desk::Live;
use crate::web::Web;
use crate::web::book::query::Asked;
use crate::web::book::{self, About, BOOKS, about_view, export, table};
use crate::web::call::{Call, Reply, safe_back};
use crate::web::dispatch::closed;
use crate::web::fault::Fault;
use crate::web::frame::{self, Head};
use crate::web::parts::{decision, evidence};

/// Rows on one print.
const PRINTED_MAX: u64 = 2_000;

/// The books of the rooms that are made of books.
const CARDS: [&str; 7] =
    ["cards", "operators", "handlers", "methods", "acknowledgements", "accounts", "card_operations"];
const ORGANISATION: [&str; 3] = ["people", "appointments", "role_designations"];
const DEVICES: [&str; 1] = ["devices"];

/// A book that may be read in this capacity.
pub(crate) fn readable(
    web: &Web,
    live: &Live,
    view: &str,
) -> Result<(&'static ViewSpec, Option<&'static About>), Fault> {
    let spec = web.desk.registry().view(view).ok_or(Fault::NotFound)?;
    let about = about_view(view);
    if let Some(decision) = about.and_then(|about| closed(web, live, about.opened_by)) {
        return Err(Fault::Closed(Box::new(decision)));
    }
    Ok((spec, about))
}

/// `GET /cards`
pub(crate) fn cards(web: &Web, call: &Call) -> Reply {
    room(
        web,
        call,
        "/cards",
        "操作者とカード",
        "カードを持つ人、操作できる人、取り扱える人を、ここで管理します。",
        &CARDS,
    )
}

/// `GET /organisation`
pub(crate) fn organisation(web: &Web, call: &Call) -> Reply {
    let lead = "役割は、人の名前ではなく職で決まります。発令を記録すると、役割も移ります。";
    room(web, call, "/organisation", "組織", lead, &ORGANISATION)
}

/// `GET /devices`
pub(crate) fn devices(web: &Web, call: &Call) -> Reply {
    room(web, call, "/devices", "機器", "コミュニケーションサーバと端末が、どの室にあるかを管理します。", &DEVICES)
}

fn room(web: &Web, call: &Call, here: &'static str, title: &'static str, lead: &str, books: &[&'static str]) -> Reply {
    let live = call.live()?;
    let asked = call.query.get("book");
    let lit = books.iter().find(|view| **view == asked).or(books.first()).copied().unwrap_or_default();
    let (spec, about) = match readable(web, live, lit) {
        Ok(found) => found,
        Err(Fault::Closed(decision)) => {
            let body = html! { (tabs(web, here, books, lit)) (decision::refusal(web, &decision, None)) };
            return Ok(frame::page(web, call, &Head::ok(title, here), &body));
        }
        Err(fault) => return Err(fault),
    };
    let body = html! {
        p.lead { (lead) }
        (tabs(web, here, books, lit))
        section aria-labelledby="book-title" {
            div.head {
                div { h2 #book-title { (spec.label) } @if let Some(about) = about { p.quiet { (about.sentence) } } }
                @if let Some(about) = about { (adding(web, live, about, here)) }
            }
            @if lit == "card_operations" { (matrix(web)) }
            (book::part(web, call, spec, here, true)?)
        }
    };
    Ok(frame::page(web, call, &Head::ok(title, here), &body))
}

fn tabs(web: &Web, here: &str, books: &[&'static str], lit: &str) -> Markup {
    let label = |view: &str| web.desk.registry().view(view).map_or("", |spec| spec.label);
    html! {
        @if books.len() > 1 {
            nav.acts aria-label="台帳" {
                @for view in books {
                    a.button.small.first[*view == lit] href={ (here) "?book=" (view) } aria-current=[(*view == lit).then_some("page")] { (label(view)) }
                }
            }
        }
    }
}

/// Buttons for the acts that add to a book, as far as they are open in this capacity.
fn adding(web: &Web, live: &Live, about: &About, here: &str) -> Markup {
    let open = about.added_by.iter().filter(|act| web.desk.may(live, act).allowed);
    let back = format!("{here}?book={}", about.view);
    html! {
        div.acts.no-print { @for act in open {
            a.button.first href={ "/acts/" (act) "?_back=" (crate::web::call::encode(&back)) } { (web.desk.label("act", act)) }
        } }
    }
}

/// What each kind of card may do on each class of device: the rule in force.
fn matrix(web: &Web) -> Markup {
    use sekisho_ledgers::kinds::cards;
    let settings = &web.desk.profile().settings;
    let today = sekisho_regulation::Date::in_japan(web.desk.now_ms());
    let operations = |kind: &sekisho_regulation::profile::CardKind, class: &str| {
        let row = web.desk.house().read(|books| cards::settled(books, &kind.code, class, today));
        let codes: Vec<String> = match row {
            Some(row) => row.operations.split_whitespace().map(str::to_owned).collect(),
            None => kind.operations.get(class).cloned().unwrap_or_default(),
        };
        codes.iter().map(|code| web.desk.label("operation", code)).collect::<Vec<_>>().join("、")
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label="いま効いている対応表" { table {
            caption.hidden { "いま効いている対応表" }
            thead { tr { th scope="col" { "カードの種類" } @for class in &settings.devices { th scope="col" { (class.name) } } } }
            tbody { @for kind in &settings.card_kinds { tr {
                th scope="row" class="no-break" { (kind.name) }
                @for class in &settings.devices {
                    @let text = operations(kind, &class.code);
                    td { @if text.is_empty() { span.quiet { "なし" } } @else { (text) } }
                }
            } } }
        } }
    }
}

/// `GET /books`
pub(crate) fn all(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let mut groups: Vec<(&str, Vec<&About>)> = vec![("人、カード、機器、室、記録", BOOKS.iter().collect())];
    for area in shipped().procedures().areas.values() {
        let mine = |about: &&About| area.books.iter().any(|book| book.name == about.view);
        let books: Vec<&About> = book::of_data().iter().filter(mine).collect();
        match groups.iter_mut().find(|(room, _)| *room == area_ja(&area.room)) {
            Some((_, known)) => known.extend(books),
            None => groups.push((area_ja(&area.room), books)),
        }
    }
    groups.iter_mut().for_each(|(_, books)| books.retain(|about| spoken_of(web, about)));
    groups.retain(|(_, books)| !books.is_empty());
    let body = html! {
        p.lead { "規程が求める台帳です。書き換えはできません。操作を行うと、自動で載ります。" }
        nav.no-print aria-label="台帳の区分" { ul.inline {
            @for (n, (room, _)) in groups.iter().enumerate() { li { a href={ "#group-" (n) } { (room) } } }
        } }
        @for (n, (room, books)) in groups.iter().enumerate() {
            h2 id={ "group-" (n) } { (room) }
            (listed(web, live, room, books))
        }
    };
    Ok(frame::page(web, call, &Head::ok("台帳", "/books"), &body))
}

/// What an area of business is called.
fn area_ja(room: &str) -> &str {
    match room {
        "council" => "会議、指示、対策",
        "entry" => "入退室",
        "requests" => "住民の求め",
        "forms" => "本人確認情報、帳票、カードの保管",
        "assets" => "情報資産、媒体、文書",
        "operations" | "plans" => "計画、保守、ソフトウェア",
        "network" => "ネットワーク",
        "incidents" => "事故、障害、接続の停止",
        "outsourcing" => "外部委託",
        "people" => "教育、監査、点検",
        "access" | "cards" => "カード、パスワード、利用の点検",
        "organisation" => "組織",
        "regulation" => "規程の管理",
        "duties" => "期限",
        other => other,
    }
}

fn listed(web: &Web, live: &Live, room: &str, books: &[&About]) -> Markup {
    let label = |view: &str| web.desk.registry().view(view).map_or("", |spec| spec.label);
    html! {
        div.scroll { table {
            caption.hidden { (room) "の台帳の一覧" }
            thead { tr { th scope="col" { "台帳" } th scope="col" { "内容" } th scope="col" { "保存" } } }
            tbody { @for about in books {
                tr {
                    @match closed(web, live, about.opened_by) {
                        None => {
                            th scope="row" { a href={ "/books/" (about.view) } { (label(about.view)) } }
                            td { (about.sentence) }
                        }
                        Some(refusal) => {
                            th scope="row" { (label(about.view)) }
                            td.quiet { "この立場では開けません　" (decision::articles(web, &refusal.articles)) }
                        }
                    }
                    td.no-break { (retention(web, about.view)) }
                }
            } }
        } }
    }
}

/// A book that nothing in the regulation asks for is no duty, and is not shown.
fn spoken_of(web: &Web, about: &About) -> bool {
    about.added_by.is_empty() || about.added_by.iter().any(|act| web.desk.profile().speaks_of(act))
}

fn retention(web: &Web, view: &str) -> Markup {
    use sekisho_regulation::profile::Basis;
    let named = match view {
        "logons" | "sessions" | "identity_imports" => "operations",
        "role_designations" => "appointments",
        "acknowledgements" => "methods",
        "card_operations" => "cards",
        other => other,
    };
    let found = web.desk.profile().retention(named);
    html! {
        @match found {
            Some(retention) => {
                (retention.years) "年" @if retention.basis == Basis::Adopted { "（自治体の定め）" }
                @for cite in &retention.cites { " " (decision::article(web, cite)) }
            }
            None => "消さない",
        }
    }
}

/// `GET /books/{view}`
pub(crate) fn show(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let view = call.param("view");
    if let ("operations" | "lookups", true) = (view, web.desk.registry().view(view).is_some()) {
        return Ok(axum::response::IntoResponse::into_response(axum::response::Redirect::to("/history")));
    }
    let (spec, about) = readable(web, live, view)?;
    let here = format!("/books/{view}");
    let body = html! {
        @if let Some(about) = about {
            div.head { p.lead { (about.sentence) } (adding_here(web, live, about, &here)) }
        }
        (book::part(web, call, spec, &here, true)?)
    };
    Ok(frame::page(web, call, &Head::ok(spec.label, "/books"), &body))
}

fn adding_here(web: &Web, live: &Live, about: &About, here: &str) -> Markup {
    let open = about.added_by.iter().filter(|act| web.desk.may(live, act).allowed);
    html! {
        div.acts.no-print { @for act in open {
            a.button.first href={ "/acts/" (act) "?_back=" (crate::web::call::encode(here)) } { (web.desk.label("act", act)) }
        } }
    }
}

/// A book that may be taken out in this way: the history has its own way, which is recorded.
fn takeable(web: &Web, call: &Call) -> Result<&'static ViewSpec, Fault> {
    let view = call.param("view");
    if matches!(view, "operations" | "lookups") {
        return Err(Fault::Bad("操作履歴は、理由を記して操作履歴の画面から出力してください。".to_owned()));
    }
    readable(web, call.live()?, view).map(|(spec, _)| spec)
}

/// `GET /books/{view}/export.csv`
pub(crate) fn csv(web: &Web, call: &Call) -> Reply {
    let format = if call.query.get("encoding") == "sjis" { "sjis" } else { "utf8" };
    exported(web, call, format)
}

/// `GET /books/{view}/export.xlsx`
pub(crate) fn xlsx(web: &Web, call: &Call) -> Reply {
    exported(web, call, "xlsx")
}

fn exported(web: &Web, call: &Call, format: &str) -> Result<Response, Fault> {
    let spec = takeable(web, call)?;
    let mut asked = Asked::read(&call.query, spec);
    asked.page = 1;
    let loaded = book::load(web, spec, &asked, export::ROWS_MAX)?;
    let table = export::table(web, spec, &asked, &loaded.rows);
    export::file(web, call, spec.label, format, &table)
}

/// `GET /books/{view}/print`
pub(crate) fn print(web: &Web, call: &Call) -> Reply {
    let spec = takeable(web, call)?;
    let mut asked = Asked::read(&call.query, spec);
    asked.page = 1;
    // On paper a column stays, whether anything stands in it or not.
    asked.columns = asked.shown(spec).iter().map(|(_, column)| column.name.to_owned()).collect();
    let loaded = book::load(web, spec, &asked, PRINTED_MAX)?;
    let back = format!("{}{}", safe_back(call.query.get("back"), "/books"), call.query.with(&[("back", "")]));
    let (size, _) = web.desk.house().reach();
    let body = html! {
        h1 { (spec.label) }
        div.top-right {
            div {
                p { (web.desk.profile().settings.municipality) br; (sekisho_regulation::date::instant_ja(web.desk.now_ms())) " 現在" br;
                    (evidence::grouped(loaded.total)) "件　検証点 #" (evidence::grouped(size)) }
                @if asked.filtered() || !asked.q.is_empty() { p { "（条件を付けて抜き出したもの）" } }
            }
            (frame::seal_boxes())
        }
        (table::of(web, call, spec, &asked, &loaded.rows, ""))
        @if loaded.total > PRINTED_MAX { p { "先頭の" (PRINTED_MAX) "件です。残りは条件を付けて印刷してください。" } }
    };
    Ok(frame::paper(web, spec.label, true, &back, &body))
}
