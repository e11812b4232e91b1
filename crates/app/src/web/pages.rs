//! Pages, one file each.

pub(crate) mod acts;
pub(crate) mod books;
pub(crate) mod detail;
pub(crate) mod duties;
pub(crate) mod entry;
pub(crate) mod evidence;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod lookup;
pub(crate) mod password;
pub(crate) mod reading;
pub(crate) mod regulation;
pub(crate) mod session;
pub(crate) mod sign_in;
pub(crate) mod today;
pub(crate) mod verify;
pub(crate) mod versions;

use axum::http::HeaderValue;
use axum::response::Response;

/// Says on a response which event it is about.
pub(crate) fn about(mut response: Response, seq: u64) -> Response {
    response.headers_mut().insert(super::dispatch::EVIDENCE, HeaderValue::from(seq));
    response
}
