//! One resident's record, as far as the purpose shows it, with what can be done next.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use sekisho_ledgers::Receipt;
use sekisho_ledgers::spec::FieldError;

use super::super::about;
use crate::desk::{Live, Outcome, Shown};
use crate::web::Web;
use crate::web::call::{Call, Fields, Reply, encode};
use crate::web::fault::Fault;
use crate::web::frame::{self, Head, csrf};
use crate::web::parts::{decision, evidence, fields};

/// The record that a session has before it.
#[derive(Clone)]
pub(crate) struct ShownPage {
    pub(crate) seq: u64,
    pub(crate) shown: Shown,
}

/// `POST /lookup/show`
pub(crate) fn show_record(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    match web.desk.show(live, call.form.get("subject"))? {
        Outcome::Done(shown, receipt) => {
            let page = ShownPage { seq: receipt.seq, shown };
            web.keep(&live.session, |kept| kept.shown = Some(page));
            Ok(Redirect::to(&format!("/lookup/record?r={}", receipt.seq)).into_response())
        }
        Outcome::Refused(receipt) => {
            let body = html! { (decision::of_receipt(web, &receipt)) p { a.button href="/lookup" { "照会へ" } } };
            let head = Head { title: "照会", room: "/lookup", status: StatusCode::FORBIDDEN };
            Ok(about(frame::page(web, call, &head, &body), receipt.seq))
        }
    }
}

/// `GET /lookup/record`
pub(crate) fn record(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let kept = web.kept(&live.session).shown.filter(|page| call.query.number("r") == Some(page.seq));
    let Some(kept) = kept else { return Ok(Redirect::to("/lookup").into_response()) };
    Ok(page(web, call, live, &kept, &Fields::default(), &[], None, StatusCode::OK))
}

#[allow(clippy::too_many_arguments, reason = "one page in all its states")]
pub(super) fn page(
    web: &Web,
    call: &Call,
    live: &Live,
    kept: &ShownPage,
    typed: &Fields,
    errors: &[FieldError],
    refused: Option<&Receipt>,
    status: StatusCode,
) -> Response {
    let found = web.kept(&live.session).found;
    let subjects: Vec<&str> = found.iter().flat_map(|found| &found.hits).map(|hit| hit.subject.as_str()).collect();
    let at = subjects.iter().position(|subject| *subject == kept.shown.subject);
    let next = at.and_then(|at| subjects.get(at + 1));
    let body = html! {
        @if let Some(receipt) = refused { (decision::of_receipt(web, receipt)) }
        (fields::summary(errors))
        div.acts.no-print {
            @if let Some(found) = &found { a.button href={ "/lookup?r=" (found.seq) "#found" } data-key="b" { "一覧へ" kbd aria-hidden="true" { "B" } } }
            @if let Some(next) = next {
                form method="post" action="/lookup/show" {
                    (csrf(live))
                    input type="hidden" name="_once" value=(web.nonce());
                    button type="submit" name="subject" value=(next) data-key="n" { "次の人" kbd aria-hidden="true" { "N" } }
                }
            }
            a.button href="/lookup" data-key="s" { "新しい照会" kbd aria-hidden="true" { "S" } }
            a.button.plain href={ "/history?question=subject&about=" (encode(&kept.shown.subject)) } { "この人を見たのは誰か" }
        }
        div.split {
            section.sheet aria-labelledby="record" {
                div.head { h2 #record { "表示している項目" } (evidence::chip(kept.seq)) }
                p.quiet { "目的「" (web.desk.label("purpose", &live.found.purpose)) "」に必要な項目だけを表示しています。" }
                dl.pairs { @for (code, label, text) in &kept.shown.fields {
                    dt { (label) }
                    dd class=(if code == "name" { "name" } else { "" }) { @if text.is_empty() { span.quiet { "記載なし" } } @else { (text) } }
                } }
            }
            (print_form(web, live, kept, typed, errors))
        }
    };
    frame::page(web, call, &Head { title: "本人確認情報", room: "/lookup", status }, &body)
}

fn print_form(web: &Web, live: &Live, kept: &ShownPage, typed: &Fields, errors: &[FieldError]) -> Markup {
    let of = |name: &'static str| errors.iter().filter(move |error| error.field == name);
    let may = web.desk.may(live, "identity.print");
    let input = |name: &'static str, label: &str, required: bool, value: &str, key: Option<&'static str>| {
        html! {
            div.field {
                label for=(name) { (label) @if required { span.need { "必須" } } @else { span.may { "任意" } } }
                @for error in of(name) { p.wrong { "✕ " (error.sentence) } }
                input.wide id=(name) name=(name) value=(value) maxlength="200" autocomplete="off" data-key=[key] aria-invalid=[of(name).next().map(|_| "true")];
            }
        }
    };
    let quantity = if typed.get("quantity").is_empty() { "1" } else { typed.get("quantity") };
    html! {
        section.sheet.no-print aria-labelledby="print" {
            h2 #print { "帳票を印刷する" }
            @if may.allowed {
                form method="post" action="/lookup/print" {
                    (csrf(live))
                    input type="hidden" name="_once" value=(web.nonce());
                    input type="hidden" name="subject" value=(kept.shown.subject);
                    div.field { label for="form" { "帳票" span.need { "必須" } } @for error in of("form") { p.wrong { "✕ " (error.sentence) } } (fields::choose("form", typed.get("form"), &forms(web, live), true, None)) }
                    (input("applicant", "申請者", true, typed.get("applicant"), Some("p")))
                    (input("quantity", "数量", true, quantity, None))
                    (input("remarks", "その他必要な事項", false, typed.get("remarks"), None))
                    button.first type="submit" { "印刷を記録して開く" }
                }
                p.quiet { kbd { "P" } " で申請者の欄に移ります。" }
            } @else { (decision::refusal(web, &may, None)) }
        }
    }
}

/// The forms whose fields lie within the purpose; another can still be asked for, and is refused.
fn forms(web: &Web, live: &Live) -> Vec<(String, String)> {
    let reveals =
        web.desk.profile().purpose(&live.found.purpose).map(|purpose| purpose.reveals.clone()).unwrap_or_default();
    let fits = |code: &str| {
        web.desk.profile().form(code).is_some_and(|form| form.fields.iter().all(|field| reveals.contains(field)))
    };
    let all = web.desk.options("form");
    let (fitting, beyond): (Vec<_>, Vec<_>) = all.into_iter().partition(|(code, _)| fits(code));
    let beyond = beyond.into_iter().map(|(code, name)| (code, format!("{name}（目的の範囲外）")));
    fitting.into_iter().chain(beyond).collect()
}

/// The record that a session has before it, for a form about it.
pub(super) fn kept(web: &Web, live: &Live, subject: &str) -> Result<ShownPage, Fault> {
    let kept = web.kept(&live.session).shown.filter(|page| page.shown.subject == subject);
    kept.ok_or_else(|| Fault::Bad("先に、その人を表示してください。".to_owned()))
}
