//! `/api/openapi.json`: made from the registry, so that it cannot say anything else than the program.

use axum::response::IntoResponse as _;
use sekisho_ledgers::spec::{ActSpec, ColumnKind, FieldKind, FieldSpec, ViewSpec};
use serde_json::{Map, Value as Json, json};

use crate::web::Web;
use crate::web::book::about_view;
use crate::web::call::{Call, Reply};
use crate::web::pages::acts::by_form;

/// `GET /api/openapi.json`
pub(crate) fn show(web: &Web, _: &Call) -> Reply {
    let registry = web.desk.registry();
    let mut paths = Map::new();
    for entry in registry.acts().filter(|entry| by_form(web, entry.spec.name).is_some()) {
        paths.insert(format!("/api/v1/acts/{}", entry.spec.name), act(web, entry.spec));
    }
    for spec in registry.views().into_iter().filter(|spec| !matches!(spec.name, "operations" | "lookups" | "setup")) {
        paths.insert(format!("/api/v1/books/{}", spec.name), book(spec));
    }
    for (path, item) in fixed() {
        paths.insert(path.to_owned(), item);
    }
    let body = json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("{} 関所 API", web.desk.profile().settings.municipality),
            "version": env!("CARGO_PKG_VERSION"),
            "description": "サインインした画面のCookieと、同じセッションのX-CSRFヘッダーで呼び出します。どの操作も、許可も拒否も記録されます。",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": if web.options.tls { "__Host-sekisho" } else { "sekisho" } },
                "operations": { "type": "http", "scheme": "bearer" },
            },
            "schemas": schemas(),
        },
    });
    Ok(axum::Json(body).into_response())
}

fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn content(schema: &Json) -> Json {
    json!({ "application/json": { "schema": schema } })
}

fn schemas() -> Json {
    let text = json!({ "type": "string" });
    json!({
        "Decision": { "type": "object", "required": ["act", "allowed", "code", "articles", "sentence"], "properties": {
            "act": text, "allowed": { "type": "boolean" }, "code": text, "sentence": text, "profile": text,
            "articles": { "type": "array", "items": { "type": "object", "properties": { "id": text, "name": text } } },
            "nearest": { "type": "array", "items": { "type": "object", "properties": { "fact": text, "sentence": text, "needed": {} } } },
        } },
        "Recorded": { "type": "object", "required": ["seq", "decision"], "properties": {
            "seq": { "type": "integer", "minimum": 0 }, "decision": reference("Decision"), "checkpoint": text, "first_password": text,
        } },
        "Errors": { "type": "object", "required": ["code", "errors"], "properties": {
            "code": text,
            "errors": { "type": "array", "items": { "type": "object", "properties": { "field": text, "sentence": text } } },
        } },
        "Fault": { "type": "object", "required": ["code", "sentence"], "properties": { "code": text, "sentence": text, "decision": reference("Decision") } },
        "Evaluation": { "type": "object", "required": ["subject", "action", "resource"], "properties": {
            "subject": { "type": "object", "required": ["type", "id"], "properties": { "type": text, "id": text } },
            "action": { "type": "object", "required": ["name"], "properties": { "name": text } },
            "resource": { "type": "object", "required": ["type", "id"], "properties": { "type": text, "id": text, "properties": { "type": "object" } } },
            "context": { "type": "object", "properties": { "capacity": text, "terminal": text, "session": text, "card_no": text, "room": text } },
        } },
        "EvaluationAnswer": { "type": "object", "required": ["decision"], "properties": { "decision": { "type": "boolean" }, "context": { "type": "object" } } },
    })
}

fn answers(ok: &Json) -> Json {
    let fault = |sentence: &str| json!({ "description": sentence, "content": content(&reference("Fault")) });
    json!({
        "200": { "description": "できた", "content": content(ok) },
        "400": fault("読めない"),
        "401": fault("サインインしていない"),
        "403": fault("断られた"),
        "429": fault("回数が多すぎる"),
        "503": fault("記録できない"),
    })
}

fn act(web: &Web, spec: &ActSpec) -> Json {
    let properties: Map<String, Json> =
        spec.fields.iter().map(|field| (field.name.to_owned(), field_schema(web, field))).collect();
    let required: Vec<&str> = spec.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if let (false, Some(object)) = (required.is_empty(), schema.as_object_mut()) {
        object.insert("required".to_owned(), required.into());
    }
    let mut responses = answers(&reference("Recorded"));
    if let Some(all) = responses.as_object_mut() {
        all.insert(
            "403".to_owned(),
            json!({ "description": "断られ、そのことが記録された", "content": content(&reference("Recorded")) }),
        );
        all.insert("422".to_owned(), json!({ "description": "入力の誤り", "content": content(&reference("Errors")) }));
    }
    json!({ "post": {
        "operationId": spec.name,
        "summary": web.desk.label("act", spec.name),
        "security": [{ "session": [] }],
        "parameters": [{ "name": "X-CSRF", "in": "header", "required": true, "schema": { "type": "string" } }],
        "requestBody": { "required": true, "content": content(&schema) },
        "responses": responses,
    } })
}

fn field_schema(web: &Web, field: &FieldSpec) -> Json {
    let codes = |list: &str| web.desk.options(list).into_iter().map(|(code, _)| Json::String(code)).collect::<Vec<_>>();
    let mut schema = match field.kind {
        FieldKind::Line(most) | FieldKind::Lines(most) => json!({ "type": "string", "maxLength": most }),
        FieldKind::Code(list) => json!({ "type": "string", "enum": codes(list) }),
        FieldKind::Codes(list) => json!({ "type": "array", "items": { "type": "string", "enum": codes(list) } }),
        FieldKind::Ref(view) => json!({ "type": "string", "description": format!("{view}の鍵") }),
        FieldKind::Refs(view) => {
            json!({ "type": "array", "items": { "type": "string" }, "description": format!("{view}の鍵") })
        }
        FieldKind::Person => json!({ "type": "string" }),
        FieldKind::People => json!({ "type": "array", "items": { "type": "string" } }),
        FieldKind::Moment => {
            json!({ "type": "string", "description": "日本の日と時刻", "examples": ["2026-04-01 10:05"] })
        }
        FieldKind::Day => json!({ "type": "string", "format": "date" }),
        FieldKind::Int(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        FieldKind::Check => json!({ "type": "boolean" }),
    };
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".to_owned(), field.label.into());
    }
    schema
}

fn book(spec: &ViewSpec) -> Json {
    let kind = |kind: ColumnKind| match kind {
        ColumnKind::Int | ColumnKind::Evidence => json!({ "type": ["integer", "null"] }),
        ColumnKind::Bool => json!({ "type": ["boolean", "null"] }),
        ColumnKind::Instant => json!({ "type": ["string", "null"], "format": "date-time" }),
        ColumnKind::Day => json!({ "type": ["string", "null"], "format": "date" }),
        _ => json!({ "type": ["string", "null"] }),
    };
    let columns: Map<String, Json> =
        spec.columns.iter().map(|column| (column.name.to_owned(), kind(column.kind))).collect();
    let text = json!({ "type": "string" });
    let parameter =
        |name: &str, what: &str| json!({ "name": name, "in": "query", "description": what, "schema": text });
    let mut parameters = vec![
        parameter("q", "台帳の中を探す語"),
        parameter("sort", "並べ替える列。逆順は先頭に-"),
        parameter("page", "ページ"),
        parameter("per", "1ページの件数"),
    ];
    parameters.extend(spec.columns.iter().map(|column| parameter(&format!("f.{}", column.name), column.label)));
    let answer = json!({ "type": "object", "properties": {
        "view": text, "label": text, "total": { "type": "integer" }, "page": { "type": "integer" }, "per": { "type": "integer" },
        "rows": { "type": "array", "items": { "type": "object", "properties": columns } },
    } });
    json!({ "get": {
        "operationId": format!("book.{}", spec.name),
        "summary": spec.label,
        "description": about_view(spec.name).map_or("", |about| about.sentence),
        "security": [{ "session": [] }],
        "parameters": parameters,
        "responses": answers(&answer),
    } })
}

fn fixed() -> [(&'static str, Json); 3] {
    let evidence = json!({ "get": {
        "operationId": "evidence", "summary": "記録の証拠と包含証明", "security": [{ "session": [] }],
        "parameters": [{ "name": "seq", "in": "path", "required": true, "schema": { "type": "integer", "minimum": 0 } }],
        "responses": answers(&json!({ "type": "object" })),
    } });
    let evaluation = json!({ "post": {
        "operationId": "evaluation", "summary": "AuthZEN 1.0の判断。記録はしない", "security": [{ "operations": [] }],
        "requestBody": { "required": true, "content": content(&reference("Evaluation")) },
        "responses": answers(&reference("EvaluationAnswer")),
    } });
    let evaluations = json!({ "post": {
        "operationId": "evaluations", "summary": "AuthZEN 1.0の判断（複数）", "security": [{ "operations": [] }],
        "requestBody": { "required": true, "content": content(&json!({ "type": "object", "properties": { "evaluations": { "type": "array" } } })) },
        "responses": answers(&json!({ "type": "object", "properties": { "evaluations": { "type": "array", "items": reference("EvaluationAnswer") } } })),
    } });
    [
        ("/api/v1/evidence/{seq}", evidence),
        ("/access/v1/evaluation", evaluation),
        ("/access/v1/evaluations", evaluations),
    ]
}
