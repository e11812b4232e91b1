//! 規程の取込み: a text is read, its facts and doubts stand beside it, a person corrects them, and a
//! version is drafted that can be examined and adopted.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use maud::{Markup, html};
use sekisho_regulation::draft::Particulars;
use sekisho_regulation::reader::facts::{Factor, Facts, Requirement};
use sekisho_regulation::reader::{self, Book, Found, Span};

use crate::profiles;
use crate::web::Web;
use crate::web::call::{Call, Fields, Reply};
use crate::web::frame::{self, Head, csrf};

/// What a room may ask, with its field's name and its name.
const DEMANDS: [(Requirement, &str, &str); 6] = [
    (Requirement::Permit, "permit", "許可"),
    (Requirement::Card, "card", "入退室用のカード"),
    (Requirement::Key, "key", "鍵"),
    (Requirement::Badge, "badge", "名札"),
    (Requirement::Escort, "escort", "立会い"),
    (Requirement::Record, "record", "記録"),
];

/// How operators are confirmed, likewise.
const FACTORS: [(Factor, &str, &str); 3] = [
    (Factor::IcCard, "ic_card", "操作者用のカード"),
    (Factor::Password, "password", "パスワード"),
    (Factor::Biometric, "biometric", "照合情報"),
];

/// `GET /regulation/import`
pub(crate) fn show(web: &Web, call: &Call) -> Reply {
    page(web, call, StatusCode::OK, &html! {}, "")
}

fn page(web: &Web, call: &Call, status: StatusCode, told: &Markup, text: &str) -> Reply {
    let live = call.live()?;
    let body = html! {
        p.lead { "規程の本文を読み取り、事実を条ごとに示します。直してから、版を作ります。採用するまでは、何も変わりません。" }
        (told)
        form.sheet method="post" action="/regulation/import" enctype="multipart/form-data" {
            (csrf(live))
            div.field {
                label for="file" { "ファイル" }
                p.hint { "テキスト、Markdown、HTML、法令標準XML。UTF-8かShift_JIS。8MiBまで。" }
                input.wide #file type="file" name="file" accept=".txt,.md,.html,.htm,.xml";
            }
            div.field {
                label for="text" { "又は、本文を貼り付ける" }
                textarea.wide #text name="text" rows="14" { (text) }
            }
            button.first type="submit" { "読み取る" }
        }
    };
    Ok(frame::page(web, call, &Head { title: "規程の取込み", room: "/regulation", status }, &body))
}

/// `POST /regulation/import`
pub(crate) fn submit(web: &Web, call: &Call) -> Reply {
    let pasted = call.form.raw("text");
    let upload = call.file.as_ref().filter(|file| !file.bytes.is_empty());
    let bytes = upload.map_or(pasted.as_bytes(), |file| file.bytes.as_slice());
    let mut book = match reader::read(bytes) {
        Ok(book) => book,
        Err(error) => {
            let told = html! { div.notice.bad role="alert" { p { "✕ " (error) } } };
            return page(web, call, StatusCode::UNPROCESSABLE_ENTITY, &told, pasted);
        }
    };
    if upload.is_none() && !call.form.get("read").is_empty() {
        correct(&mut book, &call.form);
    }
    if call.form.get("do") != "draft" {
        return review(web, call, StatusCode::OK, &book, &html! {});
    }
    let settings = &web.desk.profile().settings;
    let particulars = Particulars {
        key: settings.key.clone(),
        municipality: call.form.get("municipality").to_owned(),
        municipality_code: settings.municipality_code.clone(),
    };
    let source = profiles::drafted(&book, &particulars, Some(settings)).map_err(|e| e.to_string());
    match source.and_then(|source| web.desk.examine(&source).map_err(|e| e.to_string())) {
        Ok(candidate) => Ok(Redirect::to(&format!("/regulation/versions/{}", candidate.digest)).into_response()),
        Err(cause) => {
            let told = html! { div.notice.bad role="alert" { p { "✕ この事実からは版を作れません。" } p { (cause) } } };
            review(web, call, StatusCode::UNPROCESSABLE_ENTITY, &book, &told)
        }
    }
}

/// What a person has changed replaces what was read.
fn correct(book: &mut Book, form: &Fields) {
    for (n, reading) in book.readings.iter_mut().enumerate() {
        let facts = &mut reading.facts;
        for (m, role) in facts.roles.iter_mut().enumerate() {
            let written = form.get(&format!("posts.{n}.{m}"));
            let names = written.split(['、', ',']).map(str::trim).filter(|name| !name.is_empty());
            let names: Vec<String> = names.map(str::to_owned).collect();
            if names != role.posts.iter().map(|post| post.value.clone()).collect::<Vec<_>>() {
                role.posts = names.into_iter().map(|name| placed(&role.name, name)).collect();
            }
        }
        for (m, room) in facts.rooms.iter_mut().enumerate() {
            let ticked = |name: &str| !form.get(&format!("room.{n}.{m}.{name}")).is_empty();
            let asked = DEMANDS.iter().filter(|(_, name, _)| ticked(name)).map(|(demand, ..)| {
                let found = room.requires.iter().find(|found| found.value == *demand);
                found.cloned().unwrap_or_else(|| placed(&room.name, *demand))
            });
            room.requires = asked.collect();
        }
        let ticked = |name: &str| !form.get(&format!("factor.{n}.{name}")).is_empty();
        let known = facts.factors.clone();
        let place = known.first().cloned().map(|found| (found.article, found.span));
        let (article, span) = place.unwrap_or_else(|| ("1".to_owned(), Span::default()));
        let asked = FACTORS.iter().filter(|(_, name, _)| ticked(name)).map(|(factor, ..)| Found {
            value: *factor,
            article: article.clone(),
            span,
        });
        facts.factors = asked.collect();
    }
}

fn placed<T, U>(at: &Found<T>, value: U) -> Found<U> {
    Found { value, article: at.article.clone(), span: at.span }
}

fn review(web: &Web, call: &Call, status: StatusCode, book: &Book, told: &Markup) -> Reply {
    let live = call.live()?;
    let known: Vec<&str> = web.desk.profile().settings.posts.iter().map(|post| post.name.as_str()).collect();
    let body = html! {
        p.lead { "左が本文、右が読み取った事実です。色の付いたところが、事実のもとになった文です。" }
        (told)
        form method="post" action="/regulation/import" enctype="multipart/form-data" {
            (csrf(live))
            input type="hidden" name="read" value="1";
            textarea name="text" hidden { (book.source.text()) }
            div.split {
                section.sheet.source aria-label="本文" tabindex="0" { (marked(book)) }
                div {
                    @for (n, reading) in book.readings.iter().enumerate() { (facts(n, &reading.facts, &known)) }
                    section.sheet {
                        h2 { "版を作る" }
                        div.field {
                            label for="municipality" { "自治体名（題名と違うとき）" }
                            input.wide #municipality name="municipality" value=(call.form.get("municipality"));
                        }
                        button type="submit" name="do" value="read" { "直して読み直す" }
                        " " button.first type="submit" name="do" value="draft" { "この事実で版を作る" }
                    }
                }
            }
        }
    };
    Ok(frame::page(web, call, &Head { title: "規程の読取り", room: "/regulation", status }, &body))
}

fn facts(n: usize, facts: &Facts, known: &[&str]) -> Markup {
    let title = facts.title.as_ref().map_or("（題名なし）", |title| title.value.as_str());
    let day =
        |found: Option<&Found<sekisho_regulation::Date>>| found.map_or("－".to_owned(), |found| found.value.wareki());
    html! {
        section.sheet {
            h2 { (title) }
            dl.pairs {
                dt { "番号" } dd { (facts.number.as_ref().map_or("－", |number| number.value.as_str())) }
                dt { "公布" } dd { (day(facts.promulgated.as_ref())) }
                dt { "施行" } dd { (day(facts.effective.as_ref())) }
                dt { "改正" } dd { (facts.amendments.len()) "回" }
                @if let Some(council) = &facts.council { dt { "会議" } dd { (council.name.value) (place(&council.name.article)) } }
                @if let Some(stop) = &facts.connection_stop { dt { "接続の停止" } dd { (stop.value) (place(&stop.article)) } }
                dt { "帳簿" } dd { @if facts.ledgers.is_empty() { "－" } @for (at, book) in facts.ledgers.iter().enumerate() { @if at > 0 { "、" } (book.value) } }
                dt { "機器" } dd { @if facts.devices.is_empty() { "－" } @for (at, one) in facts.devices.iter().enumerate() { @if at > 0 { "、" } (one.value) } }
                @for kept in &facts.retention { dt { "保存" } dd { (kept.subject.value) " " (kept.years) "年" (place(&kept.subject.article)) } }
            }
            h3 { "役割と充て職" }
            @if facts.roles.is_empty() { p { "見当たりません。" } }
            @for (m, role) in facts.roles.iter().enumerate() {
                @let id = format!("posts.{n}.{m}");
                @let names: Vec<&str> = role.posts.iter().map(|post| post.value.as_str()).collect();
                @let strange: Vec<&&str> = names.iter().filter(|name| !known.contains(*name)).collect();
                div.field {
                    label for=(id) { (role.name.value) (place(&role.name.article)) }
                    @if !strange.is_empty() { p.hint { "いまの組織にない職　" @for (at, name) in strange.iter().enumerate() { @if at > 0 { "、" } (name) } } }
                    input.wide id=(id) name=(id) value=(names.join("、"));
                }
            }
            h3 { "入退室を管理する室" }
            @if facts.rooms.is_empty() { p { "見当たりません。" } }
            @for (m, room) in facts.rooms.iter().enumerate() {
                fieldset {
                    legend { (room.name.value) @if let Some(level) = room.level { "（レベル" (level) "）" } (place(&room.name.article)) }
                    @for (demand, name, label) in DEMANDS {
                        @let on = room.requires.iter().any(|found| found.value == demand);
                        label.choice { input type="checkbox" name={ "room." (n) "." (m) "." (name) } value="1" checked[on]; (label) }
                    }
                }
            }
            fieldset {
                legend { "操作する人を確かめる方法" }
                @for (factor, name, label) in FACTORS {
                    @let on = facts.factors.iter().any(|found| found.value == factor);
                    label.choice { input type="checkbox" name={ "factor." (n) "." (name) } value="1" checked[on]; (label) }
                }
            }
            @if !facts.unread.is_empty() {
                h3 { span.sign.warn { "！ 読み取れなかった文" } }
                ul { @for sentence in &facts.unread { li { (place(&sentence.article)) (sentence.value) } } }
            }
        }
    }
}

fn place(article: &str) -> Markup {
    html! { @if !article.is_empty() { " " span.quiet { "第" (article.replace('-', "条の")) @if !article.contains('-') { "条" } } " " } }
}

/// The text with the places of the facts marked. Places that overlap are marked as one.
fn marked(book: &Book) -> Markup {
    let text = book.source.text();
    let mut places: BTreeMap<usize, (usize, bool)> = BTreeMap::new();
    for facts in book.readings.iter().map(|reading| &reading.facts) {
        for (span, read) in spans(facts) {
            let end = places.get(&span.start).map_or(span.end, |(end, _)| span.end.max(*end));
            places.insert(span.start, (end, read));
        }
    }
    let mut parts: Vec<(&str, Option<bool>)> = Vec::new();
    let mut at = 0;
    for (start, (end, read)) in places {
        let start = start.max(at);
        if let (Some(before), Some(part)) = (text.get(at..start), text.get(start..end)) {
            parts.push((before, None));
            parts.push((part, Some(read)));
            at = end;
        }
    }
    parts.push((text.get(at..).unwrap_or_default(), None));
    html! {
        pre.source-text {
            @for (part, read) in parts {
                @match read {
                    None => (part),
                    Some(true) => mark { (part) },
                    Some(false) => mark.doubt title="読み取れなかった文" { (part) },
                }
            }
        }
    }
}

/// Places of facts, and of sentences that were not read.
fn spans(facts: &Facts) -> Vec<(Span, bool)> {
    let mut spans: Vec<(Span, bool)> = Vec::new();
    let mut put = |span: Span, read: bool| {
        if span.start < span.end {
            spans.push((span, read));
        }
    };
    for role in &facts.roles {
        put(role.name.span, true);
        role.posts.iter().for_each(|post| put(post.span, true));
    }
    for room in &facts.rooms {
        put(room.name.span, true);
        room.requires.iter().for_each(|found| put(found.span, true));
    }
    if let Some(council) = &facts.council {
        put(council.name.span, true);
        council.members.iter().chain(&council.agenda).for_each(|found| put(found.span, true));
    }
    facts.devices.iter().chain(&facts.ledgers).chain(&facts.contract_clauses).for_each(|found| put(found.span, true));
    facts.factors.iter().for_each(|found| put(found.span, true));
    facts.retention.iter().for_each(|kept| put(kept.subject.span, true));
    facts.connection_stop.iter().for_each(|found| put(found.span, true));
    facts.unread.iter().for_each(|found| put(found.span, false));
    spans
}
