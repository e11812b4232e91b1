//! A book as a file: CSV in UTF-8 or Shift_JIS, or xlsx. Characters that Shift_JIS does not have
//! are reported, never dropped.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use rust_xlsxwriter::{Format, Workbook};
use sekisho_ledgers::identity::export::{Table, Unmapped, shift_jis, utf8};
use sekisho_ledgers::spec::{ColumnKind, ColumnSpec, Row, ViewSpec};
use sekisho_ledgers::value::Value;
use sekisho_regulation::date::instant_iso;

use super::query::Asked;
use crate::web::Web;
use crate::web::call::{Call, Reply, encode};
use crate::web::fault::Fault;
use crate::web::frame::{self, Head};

/// Rows that one file holds at most.
pub(crate) const ROWS_MAX: u64 = 100_000;

/// The table of a file: dates as ISO 8601 beside names as people read them.
pub(crate) fn table(web: &Web, spec: &'static ViewSpec, asked: &Asked, rows: &[Row]) -> Table {
    let columns = asked.shown(spec);
    let cell = |row: &Row, at: usize, column: &ColumnSpec| match (column.kind, row.get(at).unwrap_or(&Value::Null)) {
        (ColumnKind::Instant, Value::Int(ms)) => instant_iso(*ms),
        (ColumnKind::Day | ColumnKind::Subject, Value::Text(text)) => text.to_string(),
        (ColumnKind::Evidence, Value::Int(seq)) => seq.to_string(),
        (kind, value) => web.desk.cell(kind, value),
    };
    Table {
        titles: columns.iter().map(|(_, column)| column.label.to_owned()).collect(),
        rows: rows.iter().map(|row| columns.iter().map(|(at, column)| cell(row, *at, column)).collect()).collect(),
    }
}

/// The file in the format that is asked for.
pub(crate) fn file(web: &Web, call: &Call, name: &str, format: &str, table: &Table) -> Reply {
    match format {
        "xlsx" => Ok(attachment(
            &format!("{name}.xlsx"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            xlsx(name, table)?,
        )),
        "sjis" => {
            let file = shift_jis(table);
            if file.unmapped.is_empty() || call.query.get("accept") == "1" {
                return Ok(attachment(&format!("{name}.csv"), "text/csv; charset=Shift_JIS", file.bytes));
            }
            let head =
                Head {
                    title: "Shift_JISにない文字があります", room: "", status: StatusCode::UNPROCESSABLE_ENTITY
                };
            let (faithful, accept) = (call.query.with(&[("encoding", "")]), call.query.with(&[("accept", "1")]));
            let body = html! {
                (unmapped_list(&file.unmapped))
                div.acts {
                    a.button.first href={ (call.path()) (faithful) } download { "UTF-8で出力する" }
                    a.button href={ (call.path()) (accept) } download { "置き換えてShift_JISで出力する" }
                }
            };
            Ok(frame::page(web, call, &head, &body))
        }
        _ => Ok(attachment(&format!("{name}.csv"), "text/csv; charset=utf-8", utf8(table))),
    }
}

/// Every character that was written differently, with its place.
pub(crate) fn unmapped_list(unmapped: &[Unmapped]) -> Markup {
    html! {
        div.notice.warn role="alert" {
            p { "次の" (unmapped.len()) "文字はShift_JISにありません。UTF-8で出力すると、正しい字のまま残ります。" }
            ul { @for one in unmapped.iter().take(100) {
                li { "データ" (one.row) "行目「" (one.column) "」の「" (one.character) "」（" (one.code_points) "）→「" (one.written) "」" }
            } }
            @if unmapped.len() > 100 { p { "ほかに" (unmapped.len() - 100) "文字あります。" } }
        }
    }
}

/// A file to be kept by the browser.
pub(crate) fn attachment(name: &str, kind: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{}\"; filename*=UTF-8''{}", ascii(name), encode(name));
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (StatusCode::OK, headers, bytes).into_response()
}

fn ascii(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect()
}

fn xlsx(name: &str, table: &Table) -> Result<Vec<u8>, Fault> {
    let failed = |e: rust_xlsxwriter::XlsxError| Fault::Internal(e.to_string());
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect::<String>()).map_err(failed)?;
    let bold = Format::new().set_bold();
    for (at, title) in (0_u16..).zip(&table.titles) {
        sheet.write_string_with_format(0, at, title, &bold).map_err(failed)?;
    }
    for (line, row) in (1_u32..).zip(&table.rows) {
        for (at, cell) in (0_u16..).zip(row) {
            // Everything is text: a code must not lose its zeros, and no cell is a formula.
            sheet.write_string(line, at, cell.chars().take(32_000).collect::<String>()).map_err(failed)?;
        }
    }
    sheet.set_freeze_panes(1, 0).map_err(failed)?;
    sheet.autofit();
    book.save_to_buffer().map_err(failed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_workbook_is_made_even_of_odd_names() {
        let table = Table { titles: vec!["氏名".into()], rows: vec![vec!["=1+1".into()], vec!["髙橋".into()]] };
        let bytes = xlsx("a/b[c]:d", &table).unwrap();
        assert!(bytes.starts_with(b"PK"));
    }

    #[test]
    fn names_of_files_are_safe_in_headers() {
        assert_eq!(ascii("台帳\r\n\"x\".csv"), "_____x_.csv");
    }
}
