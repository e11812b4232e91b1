//! The table of a book.

use maud::{Markup, html};
use sekisho_ledgers::spec::{ColumnKind, ColumnSpec, Keeping, Row, ViewSpec};
use sekisho_ledgers::value::Value;

use super::query::Asked;
use crate::web::Web;
use crate::web::call::{Call, row_path};
use crate::web::parts::{decision, evidence};

/// The rows as a table whose heads sort.
pub(crate) fn of(web: &Web, call: &Call, spec: &'static ViewSpec, asked: &Asked, rows: &[Row], here: &str) -> Markup {
    // A column in which no row has anything takes no room, unless it was asked for.
    let filled = |at: usize| rows.iter().any(|row| row.get(at).is_some_and(|value| *value != Value::Null));
    let mut columns = asked.shown(spec);
    columns.retain(|(at, _)| !asked.columns.is_empty() || filled(*at));
    // A journal's rows are found by their evidence, which must not lie beyond the edge.
    if spec.keeping == Keeping::Journal {
        columns.sort_by_key(|(_, column)| column.kind != ColumnKind::Evidence);
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label={ (spec.label) "の表" } {
            table {
                caption.hidden { (spec.label) }
                thead { tr { @for (_, column) in &columns { (head(call, asked, column, here)) } } }
                tbody { @for row in rows { tr {
                    @for (at, column) in &columns {
                        @let value = row.get(*at).unwrap_or(&Value::Null);
                        (cell(web, spec, *at, column, value))
                    }
                } } }
            }
        }
    }
}

fn head(call: &Call, asked: &Asked, column: &ColumnSpec, here: &str) -> Markup {
    let sorted = asked.sort.as_deref() == Some(column.name);
    let state = sorted.then_some(if asked.descending { "descending" } else { "ascending" });
    let next = if sorted && !asked.descending { format!("-{}", column.name) } else { column.name.to_owned() };
    let sortable = !matches!(column.kind, ColumnKind::Private(_));
    html! {
        th scope="col" aria-sort=[state] {
            @if sortable {
                a href={ (here) (call.query.with(&[("sort", &next), ("page", ""), ("done", "")])) } {
                    (column.label) @if sorted { @if asked.descending { " ▼" } @else { " ▲" } }
                }
            } @else { (column.label) }
        }
    }
}

fn cell(web: &Web, spec: &ViewSpec, at: usize, column: &ColumnSpec, value: &Value) -> Markup {
    let text = web.desk.cell(column.kind, value);
    if at == 0 && spec.keeping == Keeping::Register {
        let key = value.text().unwrap_or_default();
        return html! { th scope="row" class="no-break" { a href=(row_path(spec.name, key)) { (text) } } };
    }
    let number = matches!(column.kind, ColumnKind::Int);
    let whole =
        matches!(column.kind, ColumnKind::Day | ColumnKind::Instant | ColumnKind::Evidence | ColumnKind::Person);
    html! { td.num[number].no-break[whole] { (inner(web, column, value, &text)) } }
}

/// What stands in a cell, with the links that belong there.
pub(crate) fn inner(web: &Web, column: &ColumnSpec, value: &Value, text: &str) -> Markup {
    match (column.kind, value) {
        (_, Value::Null) => html! {},
        (ColumnKind::Evidence, Value::Int(seq)) => evidence::short(u64::try_from(*seq).unwrap_or(0)),
        (ColumnKind::Ref(view), Value::Text(key)) => html! { a href=(row_path(view, key)) { (text) } },
        (ColumnKind::Refs(view), Value::Text(keys)) => html! {
            @for key in keys.split(' ') { a href=(row_path(view, key)) { (key) } " " }
        },
        (ColumnKind::Person, Value::Text(id)) => html! { a href=(row_path("people", id)) { (text) } },
        (ColumnKind::Bool, Value::Bool(yes)) if column.name == "allowed" => {
            html! { @if *yes { span.sign.good { "✓ 許可" } } @else { span.sign.bad { "✕ 拒否" } } }
        }
        (ColumnKind::Code("card_state"), Value::Text(code)) => state(text, matches!(&**code, "lost" | "revoked")),
        (ColumnKind::Text, Value::Text(cites)) if column.name == "articles" => {
            let cites: Vec<String> = cites.split(' ').map(str::to_owned).collect();
            decision::articles(web, &decision::citations(&cites))
        }
        _ => html! { (text) },
    }
}

fn state(text: &str, bad: bool) -> Markup {
    html! { @if bad { span.sign.bad { "✕ " (text) } } @else { (text) } }
}
