//! 門: pages and JSON over HTTP.
//!
//! Every route stands in one table ([`routes`]) with what it needs; the table builds the router, so
//! a route cannot forget its gate. A handler is a plain blocking function of a [`call::Call`]: it
//! reads the books through the desk and gives a page. Nothing here decides or records by itself.

mod api;
mod book;
mod call;
mod dispatch;
mod fault;
mod frame;
mod limits;
mod meters;
mod once;
mod pages;
mod parts;
mod routes;
mod statics;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::desk::Desk;

/// How the pages are served.
#[derive(Clone, Debug)]
pub struct WebOptions {
    /// Whether the browser comes over TLS: cookies are then bound to the host and to TLS.
    pub tls: bool,
    /// Bearer token with which `/metrics` and `/access` may be asked from another machine; only from
    /// loopback when there is none.
    pub operations_token: Option<String>,
    /// Attempts to sign in that one address and terminal may make in a minute.
    pub sign_in_per_minute: u32,
    /// JSON requests that one address may make in a minute.
    pub api_per_minute: u32,
    /// The demonstration's password, to be written on its sign-in page.
    pub demo_password: Option<String>,
}

impl Default for WebOptions {
    fn default() -> Self {
        Self { tls: false, operations_token: None, sign_in_per_minute: 30, api_per_minute: 1_200, demo_password: None }
    }
}

/// What every handler stands on.
pub(crate) struct Web {
    pub(crate) desk: Arc<Desk>,
    pub(crate) options: WebOptions,
    pub(crate) once: once::Once,
    pub(crate) limits: limits::Limits,
    pub(crate) meters: meters::Meters,
    kept: Mutex<HashMap<String, Kept>>,
}

/// What a session has before it and may look at again without another act: the last result of each
/// kind. It never leaves memory and is forgotten with the session.
#[derive(Clone, Default)]
pub(crate) struct Kept {
    pub(crate) found: Option<pages::lookup::Found>,
    pub(crate) shown: Option<pages::lookup::ShownPage>,
    pub(crate) printed: Option<pages::lookup::PrintedPage>,
    pub(crate) questions: Vec<(String, String)>,
}

impl Web {
    pub(crate) fn new(desk: Arc<Desk>, options: WebOptions) -> Self {
        let limits = limits::Limits::default();
        let (once, meters) = (once::Once::default(), meters::Meters::default());
        Self { desk, options, once, limits, meters, kept: Mutex::default() }
    }

    /// What a session keeps before it.
    pub(crate) fn kept(&self, session: &str) -> Kept {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(session).cloned().unwrap_or_default()
    }

    /// Changes what a session keeps; forgets sessions that are over.
    pub(crate) fn keep(&self, session: &str, how: impl FnOnce(&mut Kept)) {
        use sekisho_ledgers::Registers as _;
        use sekisho_ledgers::kinds::session::view::Session;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        self.desk.house().read(|books| kept.retain(|id, _| books.get::<Session>(id).is_some()));
        how(kept.entry(session.to_owned()).or_default());
    }

    /// Random text for tokens.
    pub(crate) fn nonce(&self) -> String {
        use base64::Engine as _;
        let entropy = &*self.desk.house().ground().entropy;
        let bytes = crate::platform::random::<18>(entropy).unwrap_or_default();
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// All pages and interfaces over a desk.
pub fn router(desk: Arc<Desk>, options: WebOptions) -> axum::Router {
    dispatch::router(Arc::new(Web::new(desk, options)))
}

/// Whether a page is served at this path.
#[must_use]
pub fn serves(path: &str) -> bool {
    routes::ROUTES.iter().any(|route| route.path == path)
}
