//! The whole of the pages against a village on its first day: no route is ungated, none fails in
//! any capacity, each page is one document, and a form counts once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::PathBuf;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use sekisho_ledgers::Registers as _;
use sekisho_ledgers::kinds::cards;
use sekisho_ledgers::kinds::organisation::view::Appointment;
use tower::ServiceExt as _;

use super::routes::{Needs, ROUTES, Verb};
use super::{WebOptions, router};
use crate::demo::{self, Demo, PASSWORD};
use crate::desk::{Live, Outcome, SignIn};
use crate::site::Database;

/// A village takes seconds to make, so tests that do not disturb each other share one.
#[tokio::test]
async fn gates_and_forms() {
    let v = Village::new("forms");
    without_a_session_nothing_opens(&v).await;
    a_form_needs_its_token_and_counts_once(&v).await;
    what_was_typed_stays_and_refusals_cite(&v).await;
    a_pulled_card_closes_every_page(&v).await;
}

#[tokio::test]
async fn pages_and_books() {
    let v = Village::new("pages");
    every_page_is_one_document_in_every_capacity(&v).await;
    every_book_and_every_form_can_be_opened(&v).await;
}

struct Village {
    demo: Demo,
    router: Router,
    dir: PathBuf,
}

impl Drop for Village {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.dir));
    }
}

struct Page {
    status: StatusCode,
    location: String,
    body: String,
}

impl Village {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("sekisho-web-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&dir));
        let demo = demo::make(&dir, demo::PROFILE, &Database::Folder, 1, &mut |_| ()).unwrap();
        let router = router(demo.desk.clone(), WebOptions::default());
        Self { demo, router, dir }
    }

    fn sign_in(&self, terminal: &str, post: &str, capacity: &str) -> (String, Live) {
        let desk = &self.demo.desk;
        let all = desk.house().read(|books| books.scan::<Appointment>(""));
        let person = all.into_iter().find(|a| a.post == post && a.to.is_none()).unwrap().person;
        let card = desk.house().read(|books| cards::lent_to(books, &person)).unwrap().card_no;
        assert!(desk.readers().insert(terminal, &card));
        let capacity = Some(capacity.into());
        let input = SignIn { terminal: terminal.into(), password: PASSWORD.into(), capacity, ..SignIn::default() };
        match desk.sign_in(&input).unwrap() {
            Outcome::Done(signed_in, _) => signed_in,
            Outcome::Refused(receipt) => panic!("{}", receipt.decision.sentence),
        }
    }

    async fn ask(&self, verb: Verb, path: &str, token: &str, body: &str) -> Page {
        let method = if verb == Verb::Get { "GET" } else { "POST" };
        let kind = if path.starts_with("/api") || path.starts_with("/access") {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, kind);
        let request = if token.is_empty() {
            request
        } else {
            request.header(header::COOKIE, format!("sekisho={token}; sekisho-terminal=T-01"))
        };
        let response: Response<Body> =
            self.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
        let status = response.status();
        let location =
            response.headers().get(header::LOCATION).map(|l| l.to_str().unwrap().to_owned()).unwrap_or_default();
        assert!(response.headers().contains_key(header::CONTENT_SECURITY_POLICY), "{path}");
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 24).await.unwrap();
        Page { status, location, body: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

/// A path with something in the place of each parameter.
fn example(path: &str) -> String {
    let pairs = [
        ("{view}", "cards"),
        ("{key}", "C0001"),
        ("{act}", "card.lend"),
        ("{seq}", "3"),
        ("{hash}", "0"),
        ("{name}", "x"),
        ("{*path}", "0/000"),
    ];
    pairs.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
}

async fn without_a_session_nothing_opens(v: &Village) {
    for route in ROUTES {
        let path = example(route.path);
        let page = v.ask(route.verb, &path, "", "").await;
        match route.needs {
            Needs::Public => assert_ne!(page.status, StatusCode::UNAUTHORIZED, "{path}"),
            Needs::Operations => assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}"),
            Needs::SignedIn | Needs::Act(_) if path.starts_with("/api/") => {
                assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{path}")
            }
            Needs::SignedIn | Needs::Act(_) => {
                assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
                assert!(page.location.starts_with("/sign-in?reason="), "{path}: {}", page.location);
            }
        }
    }
}

async fn every_page_is_one_document_in_every_capacity(v: &Village) {
    let people = [
        ("T-01", "jumin_shusa", "operator"),
        ("W-01", "jumin_kacho", "access_manager"),
        ("W-01", "jumin_kacho", "asset_manager"),
        ("W-01", "somu_kacho", "chief"),
        ("W-01", "kikaku_kacho", "entry_manager_densan"),
    ];
    for (terminal, post, capacity) in people {
        let (token, live) = v.sign_in(terminal, post, capacity);
        for route in ROUTES.iter().filter(|route| route.verb == Verb::Get && !matches!(route.needs, Needs::Operations))
        {
            let path = example(route.path);
            let page = v.ask(Verb::Get, &path, &token, "").await;
            assert!(page.status.as_u16() < 500, "{capacity} {path}: {}", page.status);
            if page.body.starts_with("<!DOCTYPE") {
                assert_eq!(page.body.matches("<h1").count(), 1, "{capacity} {path}");
                assert_eq!(page.body.matches("<main").count(), 1, "{capacity} {path}");
                assert!(
                    !page.body.contains(" style=") && !page.body.contains("<style") && !page.body.contains(" onclick"),
                    "{path}"
                );
                assert!(!page.body.contains(" disabled") && !page.body.contains(" placeholder="), "{path}");
            }
            if let Needs::Act(acts) = route.needs {
                let open = acts.iter().any(|act| v.demo.desk.may(&live, act).allowed);
                assert_eq!(page.status == StatusCode::FORBIDDEN, !open, "{capacity} {path}: {}", page.status);
            }
        }
    }
}

async fn every_book_and_every_form_can_be_opened(v: &Village) {
    let (token, _) = v.sign_in("W-01", "jumin_kacho", "access_manager");
    for about in &super::book::BOOKS {
        for path in
            ["", "/print", "/export.csv", "/export.csv?encoding=sjis", "/export.xlsx", "?q=山&sort=-evidence&page=2"]
        {
            let page = v
                .ask(Verb::Get, &format!("/books/{}{}", about.view, path.replace('山', "%E5%B1%B1")), &token, "")
                .await;
            assert!(page.status.as_u16() < 500, "{}{path}: {}", about.view, page.status);
        }
    }
    for entry in v.demo.desk.registry().acts() {
        let page = v.ask(Verb::Get, &format!("/acts/{}", entry.spec.name), &token, "").await;
        assert!([200, 404].contains(&page.status.as_u16()), "{}: {}", entry.spec.name, page.status);
    }
}

async fn a_form_needs_its_token_and_counts_once(v: &Village) {
    let (token, live) = v.sign_in("W-01", "jumin_kacho", "access_manager");
    let size = || v.demo.desk.house().reach().0;
    let fields = "card_no=C9999&card_kind=office&certificate=00";
    let before = size();
    let page = v.ask(Verb::Post, "/acts/card.register", &token, fields).await;
    assert_eq!((page.status, size()), (StatusCode::FORBIDDEN, before), "no token, nothing recorded");
    let sent = format!("{fields}&_csrf={}&_once=abc&_back=/cards", live.csrf);
    let first = v.ask(Verb::Post, "/acts/card.register", &token, &sent).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.body);
    let again = v.ask(Verb::Post, "/acts/card.register", &token, &sent).await;
    assert_eq!((again.status, &again.location), (first.status, &first.location));
    assert_eq!(size(), before + 1);
    let page = v.ask(Verb::Get, &first.location, &token, "").await;
    assert!(page.body.contains("✓ 記録しました") && page.body.contains("操作者用ICカードの登録"));
}

async fn what_was_typed_stays_and_refusals_cite(v: &Village) {
    let (token, live) = v.sign_in("T-01", "jumin_shusa", "operator");
    let form = |more: &str| format!("_csrf={}&{more}", live.csrf);
    let page = v.ask(Verb::Post, "/lookup", &token, &form("name=%E8%A6%8B%E6%9C%AC&basis=x")).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(
        page.body.contains("PURPOSE_REQUIRED")
            && page.body.contains("/regulation#a-17")
            && page.body.contains("value=\"見本\"")
    );
    let page = v
        .ask(Verb::Post, "/acts/card.report_lost", &token, &form("card_no=C0001&lost_on.y=R8&lost_on.m=13&lost_on.d=1"))
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.body.contains("入力を確かめてください")
            && page.body.contains("value=\"13\"")
            && page.body.contains("href=\"#lost_on\"")
    );
    let long = form(&format!("name={}", "x".repeat(300 << 10)));
    let page = v.ask(Verb::Post, "/lookup", &token, &long).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.body.contains("大きすぎます"));
    let page = v.ask(Verb::Post, "/cards", &token, "").await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    let page = v.ask(Verb::Get, "/nothing", &token, "").await;
    assert!(page.status == StatusCode::NOT_FOUND && page.body.contains("ページが見つかりません"));
}

async fn a_pulled_card_closes_every_page(v: &Village) {
    let (token, _) = v.sign_in("T-01", "jumin_shusa", "operator");
    assert_eq!(v.ask(Verb::Get, "/", &token, "").await.status, StatusCode::OK);
    v.demo.desk.readers().pull("T-01");
    let page = v.ask(Verb::Get, "/", &token, "").await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, "/sign-in?reason=card&back="));
    let state = v.ask(Verb::Get, "/session/state", &token, "").await;
    assert!(state.body.contains("\"live\":false"), "{}", state.body);
}
