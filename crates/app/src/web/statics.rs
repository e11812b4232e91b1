//! Files that lie in the program, served under addresses that change with their content.

use std::sync::LazyLock;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

use super::Web;
use super::call::{Call, Reply};
use super::fault::Fault;

struct File {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    hash: String,
}

static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let css = "text/css; charset=utf-8";
    [
        ("tokens.css", css, include_bytes!("../../static/tokens.css").as_slice()),
        ("app.css", css, include_bytes!("../../static/app.css").as_slice()),
        ("app.js", "text/javascript; charset=utf-8", include_bytes!("../../static/app.js").as_slice()),
        ("mark.svg", "image/svg+xml", include_bytes!("../../static/mark.svg").as_slice()),
    ]
    .map(|(name, kind, bytes)| {
        let hash = sekisho_regulation::digest::hex(&Sha256::digest(bytes));
        File { name, kind, bytes, hash: hash.chars().take(12).collect() }
    })
    .into()
});

/// The address of a file.
pub(crate) fn url(name: &str) -> String {
    let file = FILES.iter().find(|file| file.name == name);
    file.map_or_else(|| "/static/none".to_owned(), |file| format!("/static/{}/{}", file.hash, file.name))
}

/// `GET /static/{hash}/{name}`
pub(crate) fn serve(_: &Web, call: &Call) -> Reply {
    let found = FILES.iter().find(|file| file.name == call.param("name") && file.hash == call.param("hash"));
    let file = found.ok_or(Fault::NotFound)?;
    let headers = [(header::CONTENT_TYPE, file.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    let response: Response = (StatusCode::OK, headers, file.bytes).into_response();
    Ok(response)
}

#[cfg(test)]
mod tests {
    #[test]
    fn addresses_hold_the_hash() {
        let url = super::url("app.css");
        assert!(url.starts_with("/static/") && url.ends_with("/app.css") && url.len() == "/static//app.css".len() + 12);
    }

    #[test]
    fn the_files_stand_on_their_own() {
        let css = include_str!("../../static/app.css");
        let js = include_str!("../../static/app.js");
        assert!(!css.contains("http://") && !css.contains("https://") && !css.contains("@import"));
        assert!(!js.contains("http://") && !js.contains("https://") && !js.contains("eval("));
    }
}
