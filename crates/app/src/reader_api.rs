//! What the programs at the terminals (`sekisho reader`) ask of the server: they report whether a
//! card lies on the reader, get the challenge that waits for it, and send its signature.
//!
//! A terminal proves itself with its token. What it reports about the card is believed only as far
//! as a signed challenge proves it; without one it can at most end the sessions at that terminal.

mod tokens;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sekisho_gate::card::Challenge;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::desk::Desk;
pub use tokens::{TerminalTokens, TokenError};

/// Largest request: a certificate in base64 and little else.
const BODY_BYTES_MAX: usize = 32 * 1024;
/// Largest certificate, as the gate reads it.
const CERTIFICATE_BYTES_MAX: usize = 8 * 1024;
/// Largest signature: P-256 in ASN.1 has at most 72 bytes.
const SIGNATURE_BYTES_MAX: usize = 128;
/// Longest code of a room, in bytes.
const ROOM_BYTES_MAX: usize = 64;

/// `POST /reader/v1/report`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The terminal.
    pub terminal: String,
    /// The room in which it stands.
    pub room: String,
    /// The certificate of the card on the reader, DER in base64; null without a card.
    pub certificate: Option<String>,
}

/// What a report is answered with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reported {
    /// What the card is to sign, if anything.
    pub challenge: Option<Question>,
}

/// A challenge on its way to a card. The reader writes the signed bytes itself, so that it signs
/// nothing but challenges of this form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Question {
    /// The terminal that is asked.
    pub terminal: String,
    /// The session for which it is asked.
    pub session: String,
    /// When, ms since the Unix epoch.
    pub issued_at_ms: i64,
    /// 32 random bytes in base64.
    pub nonce: String,
}

/// `POST /reader/v1/answer`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The terminal.
    pub terminal: String,
    /// The nonce of the challenge.
    pub nonce: String,
    /// The card's signature, ASN.1 in base64.
    pub signature: String,
}

impl From<&Challenge> for Question {
    fn from(challenge: &Challenge) -> Self {
        Self {
            terminal: challenge.terminal.clone(),
            session: challenge.session.clone(),
            issued_at_ms: challenge.issued_at_ms,
            nonce: BASE64.encode(challenge.nonce),
        }
    }
}

impl Question {
    /// The challenge, if it is one.
    #[must_use]
    pub fn challenge(&self) -> Option<Challenge> {
        let nonce = BASE64.decode(&self.nonce).ok()?.try_into().ok()?;
        let (terminal, session) = (self.terminal.clone(), self.session.clone());
        Some(Challenge { terminal, session, issued_at_ms: self.issued_at_ms, nonce })
    }
}

struct Api {
    desk: Arc<Desk>,
    tokens: TerminalTokens,
}

/// The routes `POST /reader/v1/report` and `POST /reader/v1/answer`.
pub fn router(desk: Arc<Desk>, tokens: TerminalTokens) -> Router {
    Router::new()
        .route("/reader/v1/report", post(report))
        .route("/reader/v1/answer", post(answer))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(Arc::new(Api { desk, tokens }))
}

/// Why a terminal is turned away.
enum Fault {
    /// It did not prove itself.
    Token,
    /// What it sent is not what it should be.
    Malformed(&'static str),
    /// The tokens cannot be read, or the work was not done.
    Internal(String),
}

impl Fault {
    fn response(self) -> Response {
        let (status, sentence) = match self {
            Self::Token => (StatusCode::UNAUTHORIZED, "端末の合言葉が正しくありません。"),
            Self::Malformed(sentence) => (StatusCode::BAD_REQUEST, sentence),
            Self::Internal(error) => {
                tracing::error!(error, "a terminal could not be served");
                (StatusCode::SERVICE_UNAVAILABLE, "サーバーが処理を続けられません。")
            }
        };
        (status, Json(json!({"error": sentence}))).into_response()
    }
}

async fn report(State(api): State<Arc<Api>>, headers: HeaderMap, body: Bytes) -> Response {
    blocking(move || {
        let report: Report = parse(&body)?;
        api.admit(&report.terminal, &headers)?;
        if report.room.is_empty() || report.room.len() > ROOM_BYTES_MAX {
            return Err(Fault::Malformed("roomが正しくありません。"));
        }
        let certificate = report.certificate.as_deref().map(|text| decode(text, CERTIFICATE_BYTES_MAX)).transpose()?;
        let waiting = api.desk.readers().report(&report.terminal, &report.room, certificate);
        let waiting = waiting.map_err(|_| Fault::Malformed("カードの証明書が読めません。"))?;
        let reported = Reported { challenge: waiting.as_ref().map(Question::from) };
        Ok(Json(reported).into_response())
    })
    .await
}

async fn answer(State(api): State<Arc<Api>>, headers: HeaderMap, body: Bytes) -> Response {
    blocking(move || {
        let answer: Answer = parse(&body)?;
        api.admit(&answer.terminal, &headers)?;
        let nonce = decode(&answer.nonce, 32)?;
        let signature = decode(&answer.signature, SIGNATURE_BYTES_MAX)?;
        api.desk.readers().answer(&answer.terminal, &nonce, signature);
        Ok(StatusCode::NO_CONTENT.into_response())
    })
    .await
}

/// A pulled card ends sessions, which is recorded and so may wait for the disk.
async fn blocking(work: impl FnOnce() -> Result<Response, Fault> + Send + 'static) -> Response {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.unwrap_or_else(Fault::response),
        Err(e) => Fault::Internal(e.to_string()).response(),
    }
}

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|_| Fault::Malformed("JSONとして読めないか、決められた形ではありません。"))
}

fn decode(text: &str, bytes_max: usize) -> Result<Vec<u8>, Fault> {
    let bytes = BASE64.decode(text).ok().filter(|bytes| bytes.len() <= bytes_max);
    bytes.ok_or(Fault::Malformed("base64として読めないか、長すぎます。"))
}

impl Api {
    fn admit(&self, terminal: &str, headers: &HeaderMap) -> Result<(), Fault> {
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = bearer.and_then(|value| value.strip_prefix("Bearer ")).ok_or(Fault::Token)?;
        let known = terminal.len() <= tokens::TERMINAL_BYTES_MAX;
        match self.tokens.holds(terminal, token) {
            Ok(true) if known => Ok(()),
            Ok(_) => Err(Fault::Token),
            Err(e) => Err(Fault::Internal(e.to_string())),
        }
    }
}
