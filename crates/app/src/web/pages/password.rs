//! Changing one's own password: the card on the reader says who it is, or one's id where the terminal
//! asks for no card, so that it works with an expired password too.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use sekisho_ledgers::Receipt;
use sekisho_ledgers::spec::FieldError;

use super::sign_in::{chosen, guest, holders, id_field};
use crate::desk::{ChangePassword, DeskError, Outcome};
use crate::web::Web;
use crate::web::call::{Call, Reply};
use crate::web::frame::{self, Head};
use crate::web::parts::{decision, fields};

/// `GET /password`
pub(crate) fn show(web: &Web, call: &Call) -> Reply {
    Ok(page(web, call, &[], None, StatusCode::OK))
}

fn page(web: &Web, call: &Call, errors: &[FieldError], refused: Option<&Receipt>, status: StatusCode) -> Response {
    let rules = &web.desk.profile().settings.password;
    let terminal = chosen(web, call);
    let by_card = terminal.as_deref().is_none_or(|terminal| web.desk.asks_for_card(terminal));
    let card = terminal.and_then(|terminal| web.desk.readers().card(&terminal));
    let of = |name: &'static str| errors.iter().filter(move |error| error.field == name);
    let body = html! {
        @if let Some(receipt) = refused { (decision::of_receipt(web, receipt)) }
        (fields::summary(errors))
        @if rules.issued { (issued(web)) } @else { @match &card {
            _ if !by_card => {},
            Some(card) => p { "読取装置のカード " strong { (card.card_no) } " の持ち主のパスワードを変更します。" },
            None => div.notice.warn { p { "操作者用ICカードを読取装置に置いてから、この画面を開き直してください。" } },
        } }
        @if !rules.issued { form.sheet method="post" action="/password" {
            (guest(call))
            @if !by_card { (id_field(call)) }
            @for (name, label, kind) in [("old", "いまのパスワード", "current-password"), ("new", "新しいパスワード", "new-password"), ("again", "新しいパスワード（もう一度）", "new-password")] {
                div.field {
                    label for=(name) { (label) span.need { "必須" } }
                    @for error in of(name) { p.wrong { "✕ " (error.sentence) } }
                    input.wide id=(name) name=(name) type="password" autocomplete=(kind) maxlength="200" aria-invalid=[of(name).next().map(|_| "true")];
                }
            }
            div.acts { button.first type="submit" { "変更する" } a href="/sign-in" { "やめる" } }
        } }
        section.sheet {
            h2 { "パスワードの決まり" }
            ul {
                li { (rules.length_min) "文字以上" (rules.length_max) "文字以下" }
                li { "英小文字・英大文字・数字・記号のうち" (rules.character_kinds_min) "種類以上" }
                li { "氏名、生年月日、職員ID、村や役場にちなむ言葉、規則的な並びを含まないもの" }
                li { "最近" (rules.history) "回のパスワードと異なるもの" }
                li { "有効期限は" (rules.term_days) "日。続けて" (rules.failures_max) "回間違えると" (rules.lock_minutes) "分間使えません。" }
            }
            p { "根拠　" (decision::articles(web, &rules.cites)) }
        }
    };
    frame::alone(web, &Head { title: "パスワードの変更", room: "", status }, false, &body)
}

/// Where passwords are issued nobody chooses their own.
fn issued(web: &Web) -> Markup {
    html! {
        div.notice {
            p { "パスワードは、" (holders(web, "accounts")) "が定めます。自分では変更できません。変えるときは申し出てください。" }
            p { a.button href="/sign-in" { "サインインの画面へ" } }
        }
    }
}

/// `POST /password`
pub(crate) fn submit(web: &Web, call: &Call) -> Reply {
    let text = |name: &str| call.form.raw(name).to_owned();
    let terminal = chosen(web, call).unwrap_or_default();
    let who = format!("password/{}/{terminal}", call.peer.map_or_else(String::new, |peer| peer.to_string()));
    if !web.limits.take(&who, web.options.sign_in_per_minute) {
        return Err(crate::web::fault::Fault::TooMany);
    }
    let person = call.form.get("person").to_owned();
    let input = ChangePassword { terminal, person, old: text("old"), new: text("new"), again: text("again") };
    match web.desk.change_password(&input) {
        Ok(Outcome::Done((), _)) => Ok(Redirect::to("/sign-in?reason=changed").into_response()),
        Ok(Outcome::Refused(receipt)) => Ok(page(web, call, &[], Some(&receipt), StatusCode::FORBIDDEN)),
        Err(DeskError::Input(errors)) => Ok(page(web, call, &errors, None, StatusCode::UNPROCESSABLE_ENTITY)),
        Err(DeskError::SignedOut) => Ok(page(web, call, &[], None, StatusCode::UNPROCESSABLE_ENTITY)),
        Err(error) => Err(error.into()),
    }
}
