//! `GET /api/v1/books/{view}` and `GET /api/v1/evidence/{seq}`.

use axum::response::IntoResponse as _;
use sekisho_ledgers::spec::ColumnKind;
use sekisho_ledgers::value::Value;
use sekisho_regulation::date::instant_iso;
use serde_json::{Map, Value as Json, json};

use crate::web::Web;
use crate::web::book;
use crate::web::book::query::Asked;
use crate::web::call::{Call, Reply};
use crate::web::fault::Fault;
use crate::web::pages::books::readable;
use crate::web::pages::evidence::readable as readable_event;

/// `GET /api/v1/books/{view}`
pub(crate) fn show(web: &Web, call: &Call) -> Reply {
    let view = call.param("view");
    if matches!(view, "operations" | "lookups") {
        return Err(Fault::Bad("操作履歴は、理由を記して画面から閲覧してください。".to_owned()));
    }
    let (spec, _) = readable(web, call.live()?, view)?;
    let asked = Asked::read(&call.query, spec);
    let loaded = book::load(web, spec, &asked, asked.per)?;
    let cell = |kind: ColumnKind, value: &Value| -> Json {
        match (kind, value) {
            (_, Value::Null) => Json::Null,
            (_, Value::Bool(yes)) => (*yes).into(),
            (ColumnKind::Instant, Value::Int(ms)) => instant_iso(*ms).into(),
            (ColumnKind::Private(_), value) => web.desk.cell(kind, value).into(),
            (_, Value::Int(n)) => (*n).into(),
            (_, Value::Text(text)) => text.to_string().into(),
        }
    };
    let rows: Vec<Json> = loaded
        .rows
        .iter()
        .map(|row| {
            let cells =
                spec.columns.iter().zip(row).map(|(column, value)| (column.name.to_owned(), cell(column.kind, value)));
            Json::Object(cells.collect::<Map<String, Json>>())
        })
        .collect();
    let body = json!({ "view": spec.name, "label": spec.label, "total": loaded.total, "page": asked.page, "per": asked.per, "rows": rows });
    Ok(axum::Json(body).into_response())
}

/// `GET /api/v1/evidence/{seq}`
pub(crate) fn evidence(web: &Web, call: &Call) -> Reply {
    let (seq, event, leaf) = readable_event(web, call)?;
    let proof = web.desk.house().prove(seq)?;
    let body = json!({
        "seq": seq,
        "at": instant_iso(event.at_ms),
        "act": &*event.act,
        "allowed": event.allowed,
        "code": &*event.code,
        "articles": event.cites,
        "leaf": String::from_utf8_lossy(&leaf),
        "leaf_hash": sekisho_regulation::digest::hex(sekisho_record::leaf_hash(&leaf).as_bytes()),
        "proof": proof.to_string(),
    });
    Ok(axum::Json(body).into_response())
}
