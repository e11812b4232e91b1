//! A request as handlers see it: parts already taken apart, the session already looked up.

use std::net::IpAddr;

use axum::http::Method;
use axum::response::Response;

use super::Web;
use super::fault::Fault;
use crate::desk::Live;

/// What a handler gives.
pub(crate) type Reply = Result<Response, Fault>;
/// A handler. It may block.
pub(crate) type Handler = fn(&Web, &Call) -> Reply;

/// A request.
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Path and query as asked.
    pub(crate) target: String,
    pub(crate) params: Fields,
    pub(crate) query: Fields,
    pub(crate) form: Fields,
    pub(crate) file: Option<Upload>,
    pub(crate) body: Vec<u8>,
    /// The session's token as the cookie has it.
    pub(crate) token: Option<String>,
    /// The terminal of this browser as the cookie has it.
    pub(crate) terminal: Option<String>,
    /// Guards forms before there is a session.
    pub(crate) guest: String,
    pub(crate) live: Option<Live>,
    pub(crate) peer: Option<IpAddr>,
    /// `X-CSRF` of a JSON request.
    pub(crate) csrf: Option<String>,
    /// `Authorization`.
    pub(crate) bearer: Option<String>,
}

/// A file of a form.
pub(crate) struct Upload {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Call {
    /// The session; handlers of routes that need one always have it.
    pub(crate) fn live(&self) -> Result<&Live, Fault> {
        self.live.as_ref().ok_or(Fault::SignedOut("none"))
    }

    /// A part of the path.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.get(name)
    }

    /// The path without its query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Whether JSON is spoken on this path.
    pub(crate) fn speaks_json(&self) -> bool {
        ["/api/", "/access/", "/session/state", "/sign-in/card"].iter().any(|prefix| self.path().starts_with(prefix))
    }
}

/// Fields of a query or a form, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(pub(crate) Vec<(String, String)>);

impl Fields {
    /// The first value, empty when there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// The first value as written.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Every value.
    pub(crate) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A number.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.get(name).parse().ok()
    }

    /// The fields as a query, with some changed; an empty value drops the field.
    pub(crate) fn with(&self, changes: &[(&str, &str)]) -> String {
        let kept =
            self.0.iter().filter(|(key, value)| !value.is_empty() && !changes.iter().any(|(name, _)| name == key));
        let kept = kept.map(|(key, value)| (key.as_str(), value.as_str()));
        let added = changes.iter().copied().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> =
            kept.chain(added).map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }
}

/// Percent-encodes a part of a path or query.
pub(crate) fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The path to a row of a book.
pub(crate) fn row_path(view: &str, key: &str) -> String {
    format!("/books/{view}/{}", encode(key))
}

/// A place within this house to go back to; anything else gives `otherwise`.
pub(crate) fn safe_back<'a>(back: &'a str, otherwise: &'a str) -> &'a str {
    let inside = back.starts_with('/') && !back.starts_with("//") && !back.contains(['\\', '\n', '\r']);
    if inside { back } else { otherwise }
}

/// A place with the number of the event that led back to it, for the page to say so.
pub(crate) fn with_done(place: &str, seq: u64) -> String {
    let (place, anchor) = place.split_once('#').map_or((place, None), |(place, anchor)| (place, Some(anchor)));
    let (path, query) = place.split_once('?').unwrap_or((place, ""));
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("done="));
    let pairs: Vec<String> = kept.map(str::to_owned).chain([format!("done={seq}")]).collect();
    let anchor = anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
    format!("{path}?{}{anchor}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_once_what_was_done() {
        assert_eq!(with_done("/cards?book=x&done=3#t", 9), "/cards?book=x&done=9#t");
        assert_eq!(with_done("/", 1), "/?done=1");
    }

    #[test]
    fn queries_change_only_what_is_asked() {
        let fields =
            Fields(vec![("q".into(), "山田".into()), ("page".into(), "3".into()), ("x".into(), String::new())]);
        assert_eq!(fields.with(&[("page", "")]), "?q=%E5%B1%B1%E7%94%B0");
        assert_eq!(fields.with(&[("page", "4")]), "?q=%E5%B1%B1%E7%94%B0&page=4");
        assert_eq!(Fields::default().with(&[]), "");
    }

    #[test]
    fn the_way_back_stays_inside() {
        assert_eq!(safe_back("/cards?x=1", "/"), "/cards?x=1");
        assert_eq!(safe_back("//evil.example", "/"), "/");
        assert_eq!(safe_back("https://evil.example", "/"), "/");
        assert_eq!(safe_back("/\\evil", "/"), "/");
    }
}
