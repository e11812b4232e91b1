//! From the route table to a router: takes requests apart, looks the session up, asks for what the
//! route needs, and calls the handler on a thread that may block.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{
    ConnectInfo, DefaultBodyLimit, FromRequest as _, FromRequestParts as _, Multipart, Query, RawPathParams, Request,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use axum::{Form, Router};

use super::Web;
use super::call::{Call, Fields, Reply, Upload};
use super::fault::Fault;
use super::once::Claim;
use super::routes::{Needs, ROUTES, Route, Verb};

/// The most that a form or a JSON request may hold, in bytes.
const BODY_BYTES_MAX: usize = 256 << 10;
/// The most that a file of residents may hold, in bytes.
const FILE_BYTES_MAX: usize = 64 << 20;
/// The longest address, in bytes.
const TARGET_BYTES_MAX: usize = 8 << 10;
/// How long the guest token and the choice of terminal stay, in seconds.
const TERMINAL_COOKIE_S: u32 = 34_560_000;

/// Routes that pages and probes ask by themselves.
const QUIET: [&str; 6] =
    ["/session/state", "/sign-in/card", "/entry/inside", "/healthz", "/metrics", "/static/{hash}/{name}"];

static FALLBACK: Route =
    Route { verb: Verb::Get, path: "", needs: Needs::Public, run: |_, _| Err(Fault::NotFound), about: "" };
static WRONG_METHOD: Route =
    Route { verb: Verb::Get, path: "", needs: Needs::Public, run: |_, _| Err(Fault::Method), about: "" };

/// The router over the table.
pub(crate) fn router(web: Arc<Web>) -> Router {
    let mut router = Router::new();
    let mut paths: Vec<&'static str> = ROUTES.iter().map(|route| route.path).collect();
    paths.dedup();
    for path in paths {
        let mut methods: MethodRouter<()> = MethodRouter::new();
        for route in ROUTES.iter().filter(|route| route.path == path) {
            let filter = match route.verb {
                Verb::Get => MethodFilter::GET,
                Verb::Post => MethodFilter::POST,
            };
            let web = Arc::clone(&web);
            methods = methods.merge(on(filter, move |request: Request| answer(Arc::clone(&web), route, request)));
        }
        let web = Arc::clone(&web);
        methods = methods.fallback(move |request: Request| answer(Arc::clone(&web), &WRONG_METHOD, request));
        router = router.route(path, methods);
    }
    let router = router.fallback(move |request: Request| answer(Arc::clone(&web), &FALLBACK, request));
    // Bodies are bounded by `take_apart`, route by route.
    router.layer(DefaultBodyLimit::disable())
}

async fn answer(web: Arc<Web>, route: &'static Route, request: Request) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    // AuthZEN: what the asker numbers its request with comes back with the answer.
    let request_id = request.headers().get(REQUEST_ID).filter(|id| id.len() <= 200).cloned();
    let (call, early) = take_apart(&web, route, request).await;
    let tls = web.options.tls;
    let shared = Arc::clone(&web);
    let work = tokio::task::spawn_blocking(move || {
        let mut call = call;
        let reply = early.map_or_else(|| serve(&shared, route, &mut call), Err);
        let response = reply.unwrap_or_else(|fault| {
            if call.live.is_none() && !matches!(fault, Fault::SignedOut(_)) {
                call.live = call.token.as_deref().and_then(|token| shared.desk.live_quietly(token));
            }
            fault.answer(&shared, &call)
        });
        let session = call.live.as_ref().map(|live| live.session.clone());
        (response, session, call.guest)
    });
    let (mut response, session, guest) = match work.await {
        Ok(done) => done,
        Err(error) => {
            tracing::error!(%error, "a handler did not finish");
            (StatusCode::INTERNAL_SERVER_ERROR.into_response(), None, String::new())
        }
    };
    finish(response.headers_mut(), &guest, tls);
    if let Some(id) = request_id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    web.meters.count(status, took);
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let session = session.as_deref().unwrap_or("-");
    // What a page asks by itself every second would drown what people do.
    if QUIET.contains(&route.path) && status < 500 {
        tracing::debug!(%method, route = route.path, what = route.about, status, duration_ms, session, "request");
    } else {
        tracing::info!(%method, route = route.path, what = route.about, status, duration_ms, session, "request");
    }
    response
}

/// Everything after the body is read; may block.
fn serve(web: &Web, route: &Route, call: &mut Call) -> Reply {
    let who = call.peer.map_or_else(|| "unknown".to_owned(), |peer| peer.to_string());
    if route.path == "/sign-in" && route.verb == Verb::Post {
        let who = format!("sign-in/{who}/{}", call.terminal.as_deref().unwrap_or_default());
        if !web.limits.take(&who, web.options.sign_in_per_minute) {
            return Err(Fault::TooMany);
        }
    }
    let counted = call.path().starts_with("/api/") || call.path().starts_with("/access/");
    if counted && !web.limits.take(&format!("api/{who}"), web.options.api_per_minute) {
        return Err(Fault::TooMany);
    }
    gate(web, route, call)?;
    if route.verb == Verb::Post && !matches!(route.needs, Needs::Operations) {
        check_csrf(call)?;
        let once = call.form.get("_once").to_owned();
        if !once.is_empty() {
            return once_only(web, route, call, &once);
        }
    }
    (route.run)(web, call)
}

/// Whether the caller has what the route needs.
fn gate(web: &Web, route: &Route, call: &mut Call) -> Result<(), Fault> {
    match route.needs {
        Needs::Public => return Ok(()),
        Needs::Operations => {
            let near = call.peer.is_some_and(|peer| peer.is_loopback());
            let wanted = web.options.operations_token.as_deref();
            let token = wanted.is_some_and(|token| call.bearer.as_deref().is_some_and(|given| same(given, token)));
            return if near || token { Ok(()) } else { Err(Fault::Operations) };
        }
        Needs::SignedIn | Needs::Act(_) => {}
    }
    let token = call.token.as_deref().ok_or(Fault::SignedOut("none"))?;
    call.live = web.desk.live(token);
    let Some(live) = &call.live else {
        return Err(Fault::SignedOut(why_ended(web, call)));
    };
    if let Needs::Act(acts) = route.needs
        && let Some(closed) = closed(web, live, acts)
    {
        return Err(Fault::Closed(Box::new(closed)));
    }
    Ok(())
}

/// Why a session is over, as far as the terminal shows: the card is gone, or else its time was up.
pub(crate) fn why_ended(web: &Web, call: &Call) -> &'static str {
    let terminal = call.terminal.as_deref().unwrap_or_default();
    let gone = web.desk.asks_for_card(terminal) && web.desk.readers().card(terminal).is_none();
    if gone { "card" } else { "time" }
}

/// The refusal that keeps a page closed: none of the acts that open it may be done.
pub(crate) fn closed(web: &Web, live: &crate::desk::Live, acts: &[&str]) -> Option<sekisho_gate::Decision> {
    let mut refusal = None;
    for act in acts {
        let decision = web.desk.may(live, act);
        if decision.allowed {
            return None;
        }
        refusal.get_or_insert(decision);
    }
    refusal
}

fn check_csrf(call: &Call) -> Result<(), Fault> {
    let expected = call.live.as_ref().map_or(call.guest.as_str(), |live| live.csrf.as_str());
    let given = call.csrf.as_deref().unwrap_or_else(|| call.form.raw("_csrf"));
    if !expected.is_empty() && same(given, expected) { Ok(()) } else { Err(Fault::Csrf) }
}

/// Compares without telling by its duration how much was right.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differs, (x, y)| differs | (x ^ y)) == 0
}

/// Runs a form's handler for the first submission only. What came of it is where it redirects to,
/// or the evidence that it names.
fn once_only(web: &Web, route: &Route, call: &Call, once: &str) -> Reply {
    match web.once.claim(once) {
        Claim::Again(place) => return Ok(axum::response::Redirect::to(&place).into_response()),
        Claim::Pending => return Err(Fault::TooMany),
        Claim::First => {}
    }
    let reply = (route.run)(web, call);
    let place = match &reply {
        Ok(response) => {
            let header = |name: HeaderName| response.headers().get(name).and_then(|value| value.to_str().ok());
            let evidence = header(EVIDENCE).map(|seq| format!("/evidence/{seq}"));
            header(header::LOCATION).map(str::to_owned).or(evidence)
        }
        Err(Fault::Refused(receipt)) => Some(format!("/evidence/{}", receipt.seq)),
        Err(_) => None,
    };
    match place {
        Some(place) => web.once.settle(once, &place),
        None => web.once.release(once),
    }
    reply
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A response's header that names the event which it is about.
pub(crate) const EVIDENCE: HeaderName = HeaderName::from_static("x-sekisho-evidence");

async fn take_apart(web: &Web, route: &Route, request: Request) -> (Call, Option<Fault>) {
    let (mut parts, body) = request.into_parts();
    let params = RawPathParams::from_request_parts(&mut parts, &()).await;
    let params = params.map(|all| all.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect()).unwrap_or_default();
    let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map(|Query(all)| all);
    let text = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let bearer = text(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
    let target = parts.uri.path_and_query().map_or("/", |all| all.as_str()).to_owned();
    let mut call = Call {
        method: parts.method.clone(),
        params: Fields(params),
        query: Fields(query.as_ref().cloned().unwrap_or_default()),
        form: Fields::default(),
        file: None,
        body: Vec::new(),
        token: cookie(&parts.headers, &cookie_name("sekisho", web.options.tls)),
        terminal: cookie(&parts.headers, &cookie_name("sekisho-terminal", web.options.tls)).filter(|t| t.len() <= 40),
        guest: cookie(&parts.headers, &cookie_name("sekisho-guest", web.options.tls)).unwrap_or_default(),
        live: None,
        peer: peer.map(|ip: IpAddr| ip.to_canonical()),
        csrf: text(HeaderName::from_static("x-csrf")),
        bearer,
        target,
    };
    if call.guest.len() < 16 {
        call.guest = web.nonce();
    }
    if query.is_err() {
        return (call, Some(Fault::Bad("アドレスの条件が読めません。画面のボタンから選び直してください。".to_owned())));
    }
    if call.target.len() > TARGET_BYTES_MAX {
        return (call, Some(Fault::TooLarge(TARGET_BYTES_MAX)));
    }
    if parts.method != Method::POST {
        return (call, None);
    }
    let most = if matches!(route.path, "/import" | "/regulation/import") { FILE_BYTES_MAX } else { BODY_BYTES_MAX };
    let length = parts.headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > most) {
        return (call, Some(Fault::TooLarge(most)));
    }
    let Ok(bytes) = axum::body::to_bytes(body, most).await else { return (call, Some(Fault::TooLarge(most))) };
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let fault = if call.speaks_json() {
        call.body = bytes.to_vec();
        None
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        read_form(&mut call, Request::from_parts(parts, bytes.into())).await
    } else if kind.starts_with("multipart/form-data") {
        read_multipart(&mut call, Request::from_parts(parts, bytes.into())).await
    } else {
        Some(Fault::Bad("フォームの内容が読めません。画面を開き直して入力してください。".to_owned()))
    };
    (call, fault)
}

async fn read_form(call: &mut Call, request: Request) -> Option<Fault> {
    match Form::<Vec<(String, String)>>::from_request(request, &()).await {
        Ok(Form(fields)) => {
            call.form = Fields(fields);
            None
        }
        Err(_) => Some(Fault::Bad("フォームの内容が読めません。画面を開き直して入力してください。".to_owned())),
    }
}

async fn read_multipart(call: &mut Call, request: Request) -> Option<Fault> {
    let bad = || Some(Fault::Bad("送信された内容が読めません。画面を開き直して、もう一度送ってください。".to_owned()));
    let Ok(mut parts) = Multipart::from_request(request, &()).await else { return bad() };
    loop {
        match parts.next_field().await {
            Ok(None) => return None,
            Err(_) => return bad(),
            Ok(Some(field)) => {
                let name = field.name().unwrap_or_default().to_owned();
                let file = field.file_name().map(str::to_owned);
                let Ok(bytes) = field.bytes().await else { return bad() };
                match file {
                    Some(name) => call.file = Some(Upload { name, bytes: bytes.to_vec() }),
                    None => call.form.0.push((name, String::from_utf8_lossy(&bytes).into_owned())),
                }
            }
        }
    }
}

/// The name of a cookie: bound to the host where the way is TLS.
pub(crate) fn cookie_name(name: &str, tls: bool) -> String {
    if tls { format!("__Host-{name}") } else { name.to_owned() }
}

/// A `Set-Cookie` line.
pub(crate) fn set_cookie(name: &str, value: &str, age_s: Option<u32>, tls: bool) -> String {
    let secure = if tls { "; Secure" } else { "" };
    let age = age_s.map(|s| format!("; Max-Age={s}")).unwrap_or_default();
    format!("{}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}", cookie_name(name, tls))
}

/// A `Set-Cookie` line that chooses the browser's terminal.
pub(crate) fn terminal_cookie(terminal: &str, tls: bool) -> String {
    set_cookie("sekisho-terminal", terminal, Some(TERMINAL_COOKIE_S), tls)
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value.to_owned())
}

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

fn finish(headers: &mut HeaderMap, guest: &str, tls: bool) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let page = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if page
        && !guest.is_empty()
        && let Ok(line) = HeaderValue::from_str(&set_cookie("sekisho-guest", guest, None, tls))
    {
        headers.append(header::SET_COOKIE, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_bound_where_the_way_is_tls() {
        assert_eq!(
            set_cookie("sekisho", "t", None, true),
            "__Host-sekisho=t; Path=/; HttpOnly; SameSite=Strict; Secure"
        );
        assert_eq!(set_cookie("sekisho", "t", None, false), "sekisho=t; Path=/; HttpOnly; SameSite=Strict");
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=1; sekisho-terminal=T-01; sekisho=x=y"));
        assert_eq!(cookie(&headers, "sekisho").as_deref(), Some("x=y"));
        assert_eq!(cookie(&headers, "sekisho-terminal").as_deref(), Some("T-01"));
        assert_eq!(cookie(&headers, "kisho"), None);
    }

    #[test]
    fn nothing_is_compared_half() {
        assert!(same("abc", "abc") && !same("abc", "abd") && !same("abc", "ab"));
    }
}
