//! Taking over identity records from the municipality's own system: all of a file, or nothing.

use axum::http::StatusCode;
use maud::{Markup, html};
use sekisho_ledgers::identity::import::{ImportReport, Outcome as Taken};

use super::about;
use crate::desk::Outcome;
use crate::web::Web;
use crate::web::call::{Call, Reply};
use crate::web::fault::Fault;
use crate::web::frame::{self, Head, csrf};
use crate::web::parts::{decision, evidence};

/// `GET /import`
pub(crate) fn show(web: &Web, call: &Call) -> Reply {
    page(web, call, StatusCode::OK, &html! {})
}

fn page(web: &Web, call: &Call, status: StatusCode, result: &Markup) -> Reply {
    let live = call.live()?;
    let body = html! {
        p.lead { "住民記録システムから書き出したCSVを取り込みます。誤りのある行が1行でもあれば、何も取り込みません。" }
        (result)
        form.sheet method="post" action="/import" enctype="multipart/form-data" {
            (csrf(live))
            div.field {
                label for="file" { "CSVファイル" span.need { "必須" } }
                p.hint { "UTF-8（BOMの有無は問いません）かShift_JIS。64MBまで。" }
                input.wide #file type="file" name="file" accept=".csv,.tsv,text/csv";
            }
            button.first type="submit" { "取り込む" }
        }
    };
    Ok(frame::page(web, call, &Head { title: "本人確認情報の取込み", room: "/lookup", status }, &body))
}

/// `POST /import`
pub(crate) fn submit(web: &Web, call: &Call) -> Reply {
    let Some(file) = call.file.as_ref().filter(|file| !file.name.is_empty()) else {
        let result = html! { div.notice.bad role="alert" { p { "✕ 取り込むファイルを選んでください。" } } };
        return page(web, call, StatusCode::UNPROCESSABLE_ENTITY, &result);
    };
    match web.desk.import(call.live()?, &file.name, &file.bytes)? {
        Outcome::Refused(receipt) => Err(Fault::Refused(Box::new(receipt))),
        Outcome::Done(report, receipt) => {
            let status = if matches!(report.outcome, Taken::Accepted(_)) {
                StatusCode::OK
            } else {
                StatusCode::UNPROCESSABLE_ENTITY
            };
            let result = html! {
                (decision::of_receipt(web, &receipt))
                (told(&report))
            };
            page(web, call, status, &result).map(|response| about(response, receipt.seq))
        }
    }
}

fn told(report: &ImportReport) -> Markup {
    html! {
        @match &report.outcome {
            Taken::Accepted(records) => section.sheet {
                h2 { "取り込みました" }
                p { (evidence::grouped(records.len() as u64)) "件を取り込みました。" }
                @if report.rows_without_kana > 0 { p { "ふりがなのない" (report.rows_without_kana) "件は、ふりがなでは検索できません。" } }
                @if !report.ignored_columns.is_empty() { p { "使わなかった列　" (report.ignored_columns.join("、")) } }
            },
            Taken::Rejected(errors) => section.sheet {
                h2 { span.sign.bad { "✕ 何も取り込んでいません" } }
                p { (report.rows_read) "行を読み、" (report.errors_total) "か所に誤りがありました。直してから、ファイル全体をもう一度取り込んでください。" }
                ul { @for error in errors.iter().take(200) { li { (error) } } }
                @if errors.len() > 200 { p { "ほかにも誤りがあります。" } }
            },
        }
    }
}
