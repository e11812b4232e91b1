//! `POST /api/v1/acts/{act}`: the same forms as JSON. The session's cookie says who, `X-CSRF` that
//! it is meant.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use sekisho_ledgers::spec::Form;
use serde_json::{Value as Json, json};

use crate::desk::{DeskError, Outcome};
use crate::web::Web;
use crate::web::call::{Call, Reply};
use crate::web::fault::Fault;
use crate::web::pages::acts::by_form;
use crate::web::parts::decision;

/// `POST /api/v1/acts/{act}`
pub(crate) fn submit(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let spec = by_form(web, call.param("act")).ok_or(Fault::NotFound)?;
    let form = read(&call.body)?;
    if let Some(unknown) = form.keys().find(|name| !spec.fields.iter().any(|field| field.name == name.as_str())) {
        return Err(Fault::Bad(format!(
            "「{unknown}」という項目はありません。/api/openapi.jsonの項目を使ってください。"
        )));
    }
    let (status, body): (StatusCode, Json) = match web.desk.form(live, spec.name, &form) {
        Ok(Outcome::Done((), receipt)) => {
            let once = web.desk.take_once(&live.session);
            let mut body = json!({ "seq": receipt.seq, "decision": decision::json(web, &receipt.decision), "checkpoint": &*receipt.checkpoint });
            if let (Some(text), Some(object)) = (once, body.as_object_mut()) {
                object.insert("first_password".to_owned(), text.into());
            }
            (StatusCode::OK, body)
        }
        Ok(Outcome::Refused(receipt)) => {
            (StatusCode::FORBIDDEN, json!({ "seq": receipt.seq, "decision": decision::json(web, &receipt.decision) }))
        }
        Err(DeskError::Input(errors)) => {
            let errors: Vec<Json> =
                errors.iter().map(|e| json!({ "field": e.field, "sentence": e.sentence })).collect();
            (StatusCode::UNPROCESSABLE_ENTITY, json!({ "code": "INPUT", "errors": errors }))
        }
        Err(error) => return Err(error.into()),
    };
    let response: Response = (status, axum::Json(body)).into_response();
    Ok(response)
}

/// A form from a JSON object: texts, numbers and booleans as written in a form; lists joined.
fn read(body: &[u8]) -> Result<Form, Fault> {
    let bad = |what: &str| Fault::Bad(format!("{what}項目名と値の組（JSONのオブジェクト）で送ってください。"));
    let json: Json = serde_json::from_slice(body)
        .map_err(|e| bad(&format!("JSONとして読めません（{}行{}文字目）。", e.line(), e.column())))?;
    let Json::Object(object) = json else { return Err(bad("JSONのオブジェクトではありません。")) };
    let text = |value: &Json| match value {
        Json::Null => Some(String::new()),
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(value.to_string()),
        Json::Array(items) => {
            items.iter().map(|item| item.as_str()).collect::<Option<Vec<_>>>().map(|all| all.join(" "))
        }
        Json::Object(_) => None,
    };
    object
        .iter()
        .map(|(name, value)| text(value).map(|text| (name.clone(), text)).ok_or_else(|| bad("値が読めません。")))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn json_becomes_a_form() {
        let form = read(r#"{"a":"x","n":3,"yes":true,"codes":["p","q"],"none":null}"#.as_bytes()).unwrap();
        let text = |name: &str| form.get(name).map(String::as_str);
        assert_eq!(
            [text("a"), text("n"), text("yes"), text("codes"), text("none")],
            [Some("x"), Some("3"), Some("true"), Some("p q"), Some("")]
        );
        assert!(read(b"{").is_err() && read(b"[]").is_err() && read(br#"{"a":{}}"#).is_err());
    }
}
