//! Forms on paper, and extracts as files.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use maud::html;
use sekisho_ledgers::spec::FieldError;
use sekisho_regulation::date::instant_ja;

use super::super::about;
use super::record::{kept, page};
use crate::desk::{DeskError, ExtractForm, Outcome, PrintForm, Sheet};
use crate::web::Web;
use crate::web::book::export::{attachment, unmapped_list};
use crate::web::call::{Call, Fields, Reply};
use crate::web::fault::Fault;
use crate::web::frame::{self, Head, seal_boxes};
use crate::web::parts::evidence;

/// The form that a session printed last.
#[derive(Clone)]
pub(crate) struct PrintedPage {
    pub(crate) sheet: Sheet,
    pub(crate) remarks: String,
    pub(crate) record: u64,
}

/// `POST /lookup/print`
pub(crate) fn print(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let text = |name: &str| call.form.get(name).to_owned();
    let shown = kept(web, live, call.form.get("subject"))?;
    let form = PrintForm {
        subject: text("subject"),
        form: text("form"),
        applicant: text("applicant"),
        quantity: text("quantity"),
        remarks: text("remarks"),
    };
    let again =
        |errors: &[FieldError], receipt, status| page(web, call, live, &shown, &call.form, errors, receipt, status);
    match web.desk.print(live, &form) {
        Ok(Outcome::Done(sheet, receipt)) => {
            let printed = PrintedPage { sheet, remarks: form.remarks, record: shown.seq };
            web.keep(&live.session, |kept| kept.printed = Some(printed));
            Ok(Redirect::to(&format!("/lookup/print/{}", receipt.seq)).into_response())
        }
        Ok(Outcome::Refused(receipt)) => Ok(about(again(&[], Some(&receipt), StatusCode::FORBIDDEN), receipt.seq)),
        Err(DeskError::Input(errors)) => Ok(again(&errors, None, StatusCode::UNPROCESSABLE_ENTITY)),
        Err(error) => Err(error.into()),
    }
}

/// `GET /lookup/print/{seq}`: the form as A4 paper.
pub(crate) fn printed(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let seq = call.params.number("seq").ok_or(Fault::NotFound)?;
    let kept = web.kept(&live.session).printed.filter(|printed| printed.sheet.seq == seq);
    let Some(PrintedPage { sheet, remarks, record }) = kept else { return Err(Fault::NotFound) };
    let body = html! {
        div.top-right {
            p { "帳票番号　" strong { (sheet.form_no) } br; "記録番号　#" (evidence::grouped(sheet.seq)) br; (instant_ja(sheet.at_ms)) }
            (seal_boxes())
        }
        h1 { (sheet.title) }
        dl.pairs { @for (_, label, text) in &sheet.fields { dt { (label) } dd { @if text.is_empty() { "（記載なし）" } @else { (text) } } } }
        dl.pairs {
            dt { "使用目的" } dd { (sheet.purpose) }
            dt { "申請者" } dd { (sheet.applicant) }
            dt { "数量" } dd { (sheet.quantity) }
            @if !remarks.is_empty() { dt { "その他必要な事項" } dd { (remarks) } }
            dt { "出力した者" } dd { (web.desk.person_name(&live.person)) "（" (live.terminal) "）" }
        }
        p { (web.desk.profile().settings.municipality) }
    };
    Ok(frame::paper(web, &sheet.title, false, &format!("/lookup/record?r={record}"), &body))
}

/// `POST /lookup/extract`: a file of residents found by the last search.
pub(crate) fn extract(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let form = ExtractForm {
        subjects: call.form.all("subjects").map(str::to_owned).collect(),
        reason: call.form.get("reason").to_owned(),
        applicant: call.form.get("applicant").to_owned(),
        shift_jis: call.form.get("encoding") == "sjis",
    };
    let found = web.kept(&live.session).found;
    let typed = found.as_ref().map_or_else(Fields::default, |found| found.typed.clone());
    let again = |errors: &[FieldError], receipt, status| {
        super::page(web, call, live, &typed, found.as_ref(), errors, receipt, status)
    };
    match web.desk.extract(live, &form) {
        Ok(Outcome::Done(file, receipt)) if file.unmapped.is_empty() => {
            Ok(about(attachment(&file.name, file.media_type, file.bytes), receipt.seq))
        }
        Ok(Outcome::Done(file, receipt)) => {
            // The file is part of the page, so that nobody overlooks what it does not hold.
            use base64::Engine as _;
            let data = base64::engine::general_purpose::STANDARD.encode(&file.bytes);
            let body = html! {
                (unmapped_list(&file.unmapped))
                p { (evidence::chip(receipt.seq)) }
                div.acts {
                    a.button.first href={ "data:text/csv;charset=Shift_JIS;base64," (data) } download=(file.name) { "置き換えたShift_JISのファイルを保存" }
                    @if let Some(found) = &found { a.button href={ "/lookup?r=" (found.seq) "#found" } { "一覧へ戻り、UTF-8で抽出し直す" } }
                }
            };
            let head = Head::ok("Shift_JISにない文字があります", "/lookup");
            Ok(about(frame::page(web, call, &head, &body), receipt.seq))
        }
        Ok(Outcome::Refused(receipt)) => Ok(about(again(&[], Some(&receipt), StatusCode::FORBIDDEN), receipt.seq)),
        Err(DeskError::Input(errors)) => Ok(again(&errors, None, StatusCode::UNPROCESSABLE_ENTITY)),
        Err(error) => Err(error.into()),
    }
}
