//! Any act by its form, made from its specification.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use sekisho_ledgers::Receipt;
use sekisho_ledgers::spec::{ActSpec, FieldError};

use super::about;
use crate::desk::{DeskError, Outcome};
use crate::web::Web;
use crate::web::call::{Call, Fields, Reply, safe_back, with_done};
use crate::web::fault::Fault;
use crate::web::frame::{self, Head, csrf, switches};
use crate::web::parts::{decision, fields};

/// Acts that have pages of their own, or none.
const ELSEWHERE: [&str; 13] = [
    "duty.raise",
    "session.open",
    "session.close",
    "session.switch_capacity",
    "password.change",
    "identity.import",
    "identity.search",
    "identity.show",
    "identity.extract",
    "identity.print",
    "history.inspect",
    "history.export",
    "log.open",
];

/// What cannot be undone, in a sentence.
const FINAL: [(&str, &str); 8] = [
    ("card.revoke", "失効したカードは、二度と使えません。続けて使うには、新しいカードの登録と貸与が必要です。"),
    ("card.report_lost", "紛失を報告したカードでは、その時からサインインできません。"),
    ("person.leave", "退職・転出日の翌日から、この人の職、操作者と取扱者の指定がすべて終わります。"),
    ("operator.revoke", "取り消した時から、この人は機器を操作できません。"),
    ("handler.revoke", "取り消した時から、この人は本人確認情報を取り扱えません。"),
    ("device.retire", "廃止した機器は、元に戻せません。使い直すには、新しい番号で登録します。"),
    ("entry.permit_revoke", "取り消した許可は、元に戻せません。"),
    ("text.erase", "消去した本文は、二度と読めません。記録があったことと、その証明は残ります。"),
];

/// Whether an act is done by the form here.
pub(crate) fn by_form(web: &Web, act: &str) -> Option<&'static ActSpec> {
    let known = !ELSEWHERE.contains(&act) && !act.starts_with("setup.");
    web.desk.registry().act(act).filter(|_| known).map(|entry| entry.spec)
}

/// `GET /acts/{act}`
pub(crate) fn show(web: &Web, call: &Call) -> Reply {
    let spec = by_form(web, call.param("act")).ok_or(Fault::NotFound)?;
    page(web, call, spec, &call.query, &[], None, StatusCode::OK)
}

fn page(
    web: &Web,
    call: &Call,
    spec: &ActSpec,
    values: &Fields,
    errors: &[FieldError],
    refused: Option<&Receipt>,
    status: StatusCode,
) -> Result<Response, Fault> {
    let live = call.live()?;
    let title = web.desk.label("act", spec.name);
    let may = web.desk.may(live, spec.name);
    let back = safe_back(values.get("_back"), "/").to_owned();
    let body = html! {
        @if let Some(receipt) = refused { (decision::of_receipt(web, receipt)) }
        @else if !may.allowed { (decision::refusal(web, &may, None)) (switches(web, live, spec.name, &call.target)) }
        (fields::summary(errors))
        @if may.allowed || refused.is_some() {
            form.sheet method="post" action={ "/acts/" (spec.name) } {
                (csrf(live))
                input type="hidden" name="_once" value=(web.nonce());
                input type="hidden" name="_back" value=(back);
                input type="hidden" name="_only" value=(values.get("_only"));
                (governed(web, spec.name))
                (fields::of_act(web, spec, values, errors))
                (consequence(web, spec.name))
                div.acts { button.first type="submit" { (title) "を記録する" } a href=(back) { "やめる" } }
            }
        } @else { p { a.button href=(back) { "戻る" } } }
    };
    Ok(frame::page(web, call, &Head { title: &title, room: "", status }, &body))
}

fn governed(web: &Web, act: &str) -> Markup {
    let cites = web.desk.profile().governing(act);
    html! { @if !cites.is_empty() { p.quiet { "この操作の根拠　" (decision::articles(web, &cites)) } } }
}

fn consequence(web: &Web, act: &str) -> Markup {
    let of_book = || web.desk.registry().filings().step(act).and_then(|(_, step)| step.last.as_deref());
    let found = FINAL.iter().find(|(name, _)| *name == act).map(|(_, sentence)| *sentence).or_else(of_book);
    let cites = web.desk.profile().governing(act);
    html! {
        @if let Some(sentence) = found {
            div.notice.warn { p { span.sign.warn { "！ 取り消せません" } "　" (sentence) "（" (decision::articles(web, &cites)) "）" } }
        }
    }
}

/// `POST /acts/{act}`
pub(crate) fn submit(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let spec = by_form(web, call.param("act")).ok_or(Fault::NotFound)?;
    let form = fields::form(spec, &call.form);
    match web.desk.form(live, spec.name, &form) {
        Ok(Outcome::Done((), receipt)) => {
            let back = safe_back(call.form.get("_back"), "/");
            Ok(Redirect::to(&with_done(back, receipt.seq)).into_response())
        }
        Ok(Outcome::Refused(receipt)) => {
            let shown = page(web, call, spec, &call.form, &[], Some(&receipt), StatusCode::FORBIDDEN)?;
            Ok(about(shown, receipt.seq))
        }
        Err(DeskError::Input(errors)) => {
            page(web, call, spec, &call.form, &errors, None, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_name_acts_that_exist() {
        let registry = sekisho_ledgers::Registry::new(sekisho_ledgers::kinds::KINDS);
        for act in ELSEWHERE.iter().chain(FINAL.iter().map(|(act, _)| act)) {
            assert!(registry.act(act).is_some(), "{act}");
        }
    }
}
