//! OpenID AuthZEN 1.0: what the gate would say. Nothing is recorded and nothing follows from it.
//!
//! `subject.id` is a person; `action.name` an act; `resource.properties` (or `resource.id` for the
//! act's first field) its fields; `context` may name `capacity`, `terminal`, `session` and `card_no`.

use axum::response::IntoResponse as _;
use sekisho_ledgers::event::{Act, Actor, Asked, Given};
use sekisho_regulation::Citation;
use serde_json::{Map, Value as Json, json};

use crate::web::Web;
use crate::web::call::{Call, Reply};
use crate::web::fault::Fault;
use crate::web::parts::decision;

/// Evaluations in one request, at most.
const EVALUATIONS_MAX: usize = 200;

/// `POST /access/v1/evaluation`
pub(crate) fn evaluation(web: &Web, call: &Call) -> Reply {
    let request = read(&call.body)?;
    Ok(axum::Json(evaluate(web, &request)?).into_response())
}

/// `POST /access/v1/evaluations`: defaults on top, overridden by each evaluation.
pub(crate) fn evaluations(web: &Web, call: &Call) -> Reply {
    let mut defaults = read(&call.body)?;
    let Some(items) = defaults.remove("evaluations") else {
        return Ok(axum::Json(evaluate(web, &defaults)?).into_response());
    };
    let Json::Array(items) = items else { return Err(bad("evaluationsは配列にしてください。")) };
    if items.len() > EVALUATIONS_MAX {
        return Err(bad(&format!("一度に尋ねられるのは{EVALUATIONS_MAX}件までです。分けて尋ねてください。")));
    }
    let semantic = defaults.get("options").and_then(|o| o.get("evaluations_semantic")).and_then(Json::as_str);
    let stops_at = match semantic {
        Some("deny_on_first_deny") => Some(false),
        Some("permit_on_first_permit") => Some(true),
        _ => None,
    };
    let mut out = Vec::new();
    for item in items {
        let Json::Object(item) = item else {
            return Err(bad("evaluationsの各要素はオブジェクトにしてください。"));
        };
        let mut request = defaults.clone();
        request.extend(item);
        let answer = evaluate(web, &request)?;
        let stop = stops_at.is_some() && answer.get("decision").and_then(Json::as_bool) == stops_at;
        out.push(answer);
        if stop {
            break;
        }
    }
    Ok(axum::Json(json!({ "evaluations": out })).into_response())
}

fn bad(sentence: &str) -> Fault {
    Fault::Bad(sentence.to_owned())
}

fn read(body: &[u8]) -> Result<Map<String, Json>, Fault> {
    match serde_json::from_slice(body) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) => Err(bad("JSONのオブジェクトで送ってください。")),
        Err(e) => {
            Err(bad(&format!("JSONとして読めません（{}行{}文字目）。直して送ってください。", e.line(), e.column())))
        }
    }
}

fn evaluate(web: &Web, request: &Map<String, Json>) -> Result<Json, Fault> {
    let at = |object: &str, field: &str| {
        request.get(object).and_then(|o| o.get(field)).and_then(Json::as_str).map(str::to_owned)
    };
    let subject = at("subject", "id").ok_or_else(|| bad("subject.idを指定してください。"))?;
    let action = at("action", "name").ok_or_else(|| bad("action.nameを指定してください。"))?;
    let resource =
        request.get("resource").and_then(Json::as_object).ok_or_else(|| bad("resourceを指定してください。"))?;
    let Some(entry) = web.desk.registry().act(&action) else {
        let refusal = web.desk.house().ground().gate.refuse_unknown_act(&action);
        return Ok(answer(web, refusal.decision()));
    };
    let mut asked = Asked::new(entry.spec.name);
    if let (Some(field), Some(id)) = (entry.spec.fields.first(), resource.get("id").and_then(Json::as_str)) {
        asked.put(field.name, id.into(), field.private);
    }
    let properties = resource.get("properties").and_then(Json::as_object);
    for (name, value) in properties.into_iter().flatten() {
        if let Some(field) = entry.spec.fields.iter().find(|field| field.name == name.as_str()) {
            asked.put(field.name, value.clone(), field.private);
        }
    }
    let by = Actor {
        person: Some(subject),
        capacity: at("context", "capacity"),
        session: at("context", "session"),
        terminal: at("context", "terminal"),
        reported_room: at("context", "room"),
    };
    let given = Given { card_claimed: at("context", "card_no"), ..Given::default() };
    let ruling = web.desk.house().ask(&Act { asked, by, given, effects: Vec::new() }).map_err(Fault::Act)?;
    Ok(answer(web, ruling.decision()))
}

fn answer(web: &Web, decided: &sekisho_gate::Decision) -> Json {
    let articles: Vec<String> = decided.articles.iter().map(Citation::to_string).collect();
    json!({
        "decision": decided.allowed,
        "context": {
            "code": &*decided.code,
            "articles": articles,
            "sentence": &*decided.sentence,
            "nearest": decision::json(web, decided).get("nearest").cloned().unwrap_or(Json::Null),
            "profile": &*decided.profile,
        },
    })
}
