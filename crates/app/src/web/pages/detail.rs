//! One row of a book: everything in it, what may be done with it, and what happened to it.

use axum::response::Response;
use maud::{Markup, html};
use sekisho_ledgers::Registers as _;
use sekisho_ledgers::kinds::history::view::Operation;
use sekisho_ledgers::ports::{Filter, ListQuery, Test};
use sekisho_ledgers::spec::{ActSpec, ColumnKind, FieldKind, Row, View as _, ViewSpec};
use sekisho_ledgers::value::Value;
use sekisho_regulation::date::instant_ja;

use sekisho_ledgers::procedure::shipped;

use super::books::readable;
use crate::desk::Live;
use crate::web::Web;
use crate::web::book::table;
use crate::web::call::{Call, Fields, Reply, encode, row_path};
use crate::web::fault::Fault;
use crate::web::frame::{self, Head};
use crate::web::parts::{decision, evidence};

/// Rows of one other book that are listed beside a thing.
const RELATED_MAX: usize = 20;
/// Events that are listed of a thing.
const EVENTS_MAX: u64 = 100;

/// Acts that make sense only in some states: act, column, values.
const WHEN: [(&str, &str, &[&str]); 15] = [
    ("card.lend", "state", &["stock", "returned"]),
    ("card.return", "state", &["lent"]),
    ("card.report_lost", "state", &["lent"]),
    ("card.revoke", "state", &["stock", "lent", "returned", "lost"]),
    ("device.move", "state", &["in_use"]),
    ("device.retire", "state", &["in_use"]),
    ("key.lend", "state", &["kept"]),
    ("key.return", "state", &["lent"]),
    ("entry.permit_revoke", "state", &["valid"]),
    ("permission.decide", "state", &["pending"]),
    ("permission.withdraw", "state", &["pending", "granted"]),
    ("permission.complete", "state", &["granted"]),
    ("entry.enter", "state", &["valid"]),
    ("appointment.end", "to", &[""]),
    ("entry.leave", "out_at", &[""]),
];

/// Acts on a person that belong to a book whose key is a person.
const ON_PERSON: [(&str, &[&str]); 5] = [
    ("people", &["appointment.make", "person.leave", "operator.designate", "handler.designate"]),
    ("operators", &["operator.revoke", "operator.designate"]),
    ("handlers", &["handler.revoke", "handler.designate"]),
    ("accounts", &["password.reset", "account.unlock"]),
    ("acknowledgements", &["method.acknowledge"]),
];

/// `GET /books/{view}/{key}`
pub(crate) fn show(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let (view, key) = (call.param("view"), call.param("key"));
    let (spec, _) = readable(web, live, view)?;
    let row = find(web, spec, key)?.ok_or(Fault::NotFound)?;
    page(web, call, live, spec, key, &row)
}

fn find(web: &Web, spec: &'static ViewSpec, key: &str) -> Result<Option<Row>, Fault> {
    let Some(column) = spec.columns.first() else { return Ok(None) };
    let value = match column.kind {
        ColumnKind::Evidence | ColumnKind::Int => Value::Int(key.parse().map_err(|_| Fault::NotFound)?),
        _ => Value::Text(key.into()),
    };
    let filters = vec![Filter { column: column.name.to_owned(), test: Test::Is(value) }];
    let page = web.desk.house().page(spec, &ListQuery { filters, limit: 1, ..ListQuery::default() })?;
    Ok(page.rows.into_iter().next())
}

fn page(web: &Web, call: &Call, live: &Live, spec: &'static ViewSpec, key: &str, row: &Row) -> Result<Response, Fault> {
    let name =
        web.desk.cell(spec.columns.first().map_or(ColumnKind::Text, |c| c.kind), row.first().unwrap_or(&Value::Null));
    let name = if spec.name == "people" { format!("{}（{name}）", web.desk.person_name(key)) } else { name };
    let title = format!("{name}　{}", spec.label);
    let body = html! {
        p.no-print { a href={ "/books/" (spec.name) } { (spec.label) "の一覧へ" } "　" a href={ (row_path(spec.name, key)) "/print" } { "この件を印刷" } }
        (acts(web, live, spec, key, row))
        section.sheet {
            h2 { "記載事項" }
            dl.pairs { @for (column, value) in spec.columns.iter().zip(row) {
                dt { (column.label) }
                dd { @if *value == Value::Null { span.quiet { "—" } } @else {
                    @let text = web.desk.cell(column.kind, value);
                    (table::inner(web, column, value, &text))
                } }
            } }
        }
        @if spec.name == "people" { (roles(web, key)) }
        (related(web, live, spec, key))
        (events(web, key)?)
    };
    Ok(frame::page(web, call, &Head::ok(&title, room_of(spec.name)), &body))
}

/// `GET /books/{view}/{key}/print`: one row as a sheet of paper, with boxes for the seals.
pub(crate) fn print(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let (view, key) = (call.param("view"), call.param("key"));
    let (spec, _) = readable(web, live, view)?;
    let row = find(web, spec, key)?.ok_or(Fault::NotFound)?;
    let body = html! {
        h1 { (spec.label) }
        div.top-right {
            div { p {
                (web.desk.profile().settings.municipality) br;
                (instant_ja(web.desk.now_ms())) " 現在" br;
                (key)
            } }
            (frame::seal_boxes())
        }
        table {
            caption.hidden { (spec.label) }
            tbody { @for (column, value) in spec.columns.iter().zip(&row) { tr {
                th scope="row" { (column.label) }
                td { (web.desk.cell(column.kind, value)) }
            } } }
        }
    };
    Ok(frame::paper(web, spec.label, false, &row_path(view, key), &body))
}

/// Rows of other books that name this one, the newest first.
fn related(web: &Web, live: &Live, spec: &ViewSpec, key: &str) -> Markup {
    let mut found: Vec<(&'static ViewSpec, &'static str, Row)> = Vec::new();
    for view in web.desk.registry().views() {
        let names = |kind: ColumnKind| matches!(kind, ColumnKind::Ref(to) | ColumnKind::Refs(to) if to == spec.name);
        for (at, column) in view.columns.iter().enumerate().filter(|(_, column)| names(column.kind)) {
            if readable(web, live, view.name).is_err() {
                continue;
            }
            let rows = web.desk.house().read(|books| books.rows(view.name, ""));
            let of =
                |row: &Row| row.get(at).and_then(Value::text).is_some_and(|all| all.split(' ').any(|one| one == key));
            found.extend(rows.into_iter().rev().filter(of).take(RELATED_MAX).map(|row| (view, column.label, row)));
        }
    }
    html! {
        @if !found.is_empty() {
            section.sheet {
                h2 { "この番号を記している台帳" }
                ul { @for (view, column, row) in &found {
                    @let other = row.first().and_then(Value::text).unwrap_or_default();
                    li { (view.label) "　" a href=(row_path(view.name, other)) { (other) } span.quiet { "（" (column) "）" } }
                } }
            }
        }
    }
}

fn room_of(view: &str) -> &'static str {
    match view {
        "cards" | "card_operations" | "operators" | "handlers" | "methods" | "acknowledgements" | "accounts" => {
            "/cards"
        }
        "people" | "appointments" | "role_designations" => "/organisation",
        "devices" => "/devices",
        "keys" | "entry_permits" | "entries" => "/entry",
        _ => "/books",
    }
}

fn roles(web: &Web, person: &str) -> Markup {
    let capacities = web.desk.capacities(person);
    html! {
        section.sheet {
            h2 { "いま就いている立場" }
            @if capacities.is_empty() { p.quiet { "就いている役割はありません。" } }
            @else { ul { @for (code, name) in &capacities {
                li { (name) @if let Some(role) = web.desk.profile().role(code) { "　" (decision::articles(web, &role.cites)) } }
            } } }
        }
    }
}

/// The acts of a row, as buttons that lead to forms already filled in as far as the row says.
fn acts(web: &Web, live: &Live, spec: &ViewSpec, key: &str, row: &Row) -> Markup {
    let all = web.desk.registry().acts().map(|entry| entry.spec);
    let mut fitting: Vec<&ActSpec> = all.filter(|act| fits(act, spec, row)).collect();
    fitting.sort_by_key(|act| act.name);
    let (open, shut): (Vec<_>, Vec<_>) =
        fitting.into_iter().map(|act| (act, web.desk.may(live, act.name))).partition(|(_, decision)| decision.allowed);
    html! {
        @if !open.is_empty() {
            div.acts.no-print { @for (act, _) in &open {
                a.button href=(form_path(act, spec, key, row)) { (web.desk.label("act", act.name)) }
            } }
        }
        @if !shut.is_empty() {
            details.tool.no-print {
                summary { "この立場ではできない操作" }
                ul { @for (act, refusal) in &shut {
                    li { (web.desk.label("act", act.name)) "　" (refusal.sentence) " " (decision::articles(web, &refusal.articles)) }
                } }
            }
        }
    }
}

fn fits(act: &ActSpec, spec: &ViewSpec, row: &Row) -> bool {
    let by_ref = act.fields.iter().any(|field| field.kind == FieldKind::Ref(spec.name));
    let by_person = ON_PERSON.iter().any(|(view, acts)| *view == spec.name && acts.contains(&act.name));
    let state = |column: &str| {
        let value = spec.position(column).and_then(|at| row.get(at));
        value.map(|value| value.text().unwrap_or(if *value == Value::Null { "" } else { "?" }).to_owned())
    };
    // A step of the row's own book fits in its states.
    if let Some((book, step)) = shipped().step(act.name)
        && book.name == spec.name
        && !step.opens()
    {
        return state("state").is_none_or(|state| step.from.contains(&state));
    }
    let timely = WHEN
        .iter()
        .filter(|(name, ..)| *name == act.name)
        .all(|(_, column, values)| state(column).is_none_or(|state| values.contains(&state.as_str())));
    (by_ref || by_person) && timely
}

fn form_path(act: &ActSpec, spec: &ViewSpec, key: &str, row: &Row) -> String {
    let mut query: Vec<(String, String)> = Vec::new();
    // Only one field means this row: a version that is superseded, say, is another.
    let refs = || act.fields.iter().filter(|field| field.kind == FieldKind::Ref(spec.name)).map(|field| field.name);
    let means_it = refs().find(|name| *name == "no").or_else(|| refs().next());
    for field in act.fields {
        let same = spec.position(field.name).and_then(|at| row.get(at)).and_then(Value::text);
        let own = means_it == Some(field.name)
            || (field.kind == FieldKind::Person && field.name == "person" && is_person(spec));
        let value = if own { Some(key) } else { same.filter(|_| field.name == "room") };
        if let Some(value) = value {
            query.push((field.name.to_owned(), value.to_owned()));
        }
    }
    query.push(("_back".to_owned(), row_path(spec.name, key)));
    format!("/acts/{}{}", encode(act.name), Fields(query).with(&[]))
}

fn is_person(spec: &ViewSpec) -> bool {
    ON_PERSON.iter().any(|(view, _)| *view == spec.name)
}

/// What happened to the thing, from the record.
fn events(web: &Web, key: &str) -> Result<Markup, Fault> {
    // Signing in with a card is no event of the card's life; it stands in the history.
    let acts = web.desk.registry().acts().map(|entry| entry.spec.name).filter(|act| !act.starts_with("session."));
    let filters = vec![
        Filter { column: "object".to_owned(), test: Test::Is(Value::Text(key.into())) },
        Filter { column: "act".to_owned(), test: Test::OneOf(acts.map(|act| Value::Text(act.into())).collect()) },
    ];
    let query = ListQuery { filters, descending: true, limit: EVENTS_MAX, ..ListQuery::default() };
    let page = web.desk.house().page(Operation::SPEC, &query)?;
    let rows: Vec<Operation> = page.rows.iter().map(|row| Operation::from_row(row)).collect();
    Ok(html! {
        section.sheet {
            h2 { "これまでの経過" }
            @if rows.is_empty() { p.quiet { "この対象に対する操作は、まだありません。" } }
            @else { div.scroll { table {
                caption.hidden { "これまでの経過" }
                thead { tr { @for title in ["日時", "操作", "行った者", "立場", "結果", "記録"] { th scope="col" { (title) } } } }
                tbody { @for row in &rows { tr {
                    td.no-break { (instant_ja(row.at)) }
                    td { (web.desk.label("act", &row.act)) }
                    td.no-break { @if let Some(person) = &row.person { (web.desk.person_name(person)) } @else { "—" } }
                    td { @if let Some(capacity) = &row.capacity { (web.desk.label("role", capacity)) } }
                    td.no-break { @if row.allowed { span.sign.good { "✓ 許可" } } @else { span.sign.bad { "✕ 拒否" } } }
                    td { (evidence::short(u64::try_from(row.seq).unwrap_or(0))) }
                } } }
            } } }
        }
    })
}
