//! The frame around every page: rooms, top bar, foot.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::{DOCTYPE, Markup, html};
use sekisho_regulation::date::instant_ja;

use super::Web;
use super::call::Call;
use super::dispatch::closed;
use super::parts::{decision, evidence};
use super::statics;
use crate::desk::Live;

/// What a page says of itself.
pub(crate) struct Head<'a> {
    /// The page's one `h1` and its title.
    pub(crate) title: &'a str,
    /// The room in the menu that is lit.
    pub(crate) room: &'a str,
    /// The status.
    pub(crate) status: StatusCode,
}

impl<'a> Head<'a> {
    /// A page that is well.
    pub(crate) const fn ok(title: &'a str, room: &'a str) -> Self {
        Self { title, room, status: StatusCode::OK }
    }
}

/// The rooms of the house with the acts of which one must be open to enter; none: open to all.
pub(crate) const ROOMS: [(&str, &str, &[&str]); 11] = [
    ("/", "今日", &[]),
    ("/duties", "期限", &[]),
    ("/lookup", "照会", &["identity.search"]),
    ("/history", "操作履歴", &["history.inspect"]),
    ("/entry", "入退室", &["entry.enter"]),
    ("/cards", "操作者とカード", &[]),
    ("/organisation", "組織", &[]),
    ("/devices", "機器", &[]),
    ("/books", "台帳", &[]),
    ("/regulation", "規程", &[]),
    ("/verify", "検証", &[]),
];

/// A page in the frame; without a session it stands alone.
pub(crate) fn page(web: &Web, call: &Call, head: &Head<'_>, body: &Markup) -> Response {
    match &call.live {
        Some(live) => send(head.status, &document(web, head.title, &framed(web, call, live, head, body))),
        None => alone(web, head, false, body),
    }
}

/// A page without rooms, for those who are not signed in.
pub(crate) fn alone(web: &Web, head: &Head<'_>, wide: bool, body: &Markup) -> Response {
    let body = html! {
        a.skip href="#main" { "本文へ" }
        div class={ "alone" @if wide { " wide" } } {
            header {
                img src=(statics::url("mark.svg")) width="32" height="32" alt="";
                strong { (web.desk.profile().settings.municipality) }
                span.quiet { "関所 Sekisho" }
            }
            main #main tabindex="-1" { h1 { (head.title) } (body) }
        }
    };
    send(head.status, &document(web, head.title, &body))
}

/// A sheet of paper: no rooms, tools only on the screen.
pub(crate) fn paper(web: &Web, title: &str, wide: bool, back: &str, body: &Markup) -> Response {
    let body = html! {
        nav.paper-tools.no-print aria-label="印刷の操作" {
            button.first type="button" data-print data-key="p" { "印刷する" kbd aria-hidden="true" { "P" } }
            a.button href=(back) data-key="b" { "戻る" kbd aria-hidden="true" { "B" } }
        }
        main #main class={ "paper" @if wide { " wide-paper" } } { (body) }
    };
    send(StatusCode::OK, &document(web, title, &body))
}

/// 決裁欄: boxes for the seals of those who decide.
pub(crate) fn seal_boxes() -> Markup {
    html! {
        table.seal {
            caption.hidden { "決裁欄" }
            thead { tr { @for post in ["課長", "課長補佐", "係長", "担当"] { th scope="col" { (post) } } } }
            tbody { tr { @for _ in 0..4 { td { "" } } } }
        }
    }
}

fn document(web: &Web, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="ja" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light";
                title { (title) "｜" (web.desk.profile().settings.municipality) " 関所" }
                link rel="icon" type="image/svg+xml" href=(statics::url("mark.svg"));
                link rel="stylesheet" href=(statics::url("tokens.css"));
                link rel="stylesheet" href=(statics::url("app.css"));
                script type="module" src=(statics::url("app.js")) {}
            }
            body { (body) }
        }
    }
}

fn send(status: StatusCode, page: &Markup) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page.0.clone()).into_response()
}

fn framed(web: &Web, call: &Call, live: &Live, head: &Head<'_>, body: &Markup) -> Markup {
    html! {
        a.skip href="#main" { "本文へ" }
        div.frame {
            (top(web, call, live))
            (rooms(web, live, head.room))
            main.main #main tabindex="-1" {
                h1 { (head.title) }
                @if let Some(seq) = call.query.number("done") { (done(web, live, seq)) }
                @if let Some(text) = web.desk.take_once(&live.session) { (once(web, &text)) }
                (body)
            }
            (foot(web))
        }
    }
}

fn top(web: &Web, call: &Call, live: &Live) -> Markup {
    let desk = &web.desk;
    let room = desk.readers().room(&live.terminal).unwrap_or_default();
    let capacities = desk.capacities(&live.person);
    html! {
        header.top data-session {
            a.house href="/" { (desk.profile().settings.municipality) small { "関所" } }
            a.to-menu.button.small href="#rooms" { "メニュー" }
            span.fact { (desk.person_name(&live.person)) }
            @if capacities.len() > 1 {
                form method="post" action="/session/capacity" {
                    (csrf(live))
                    input type="hidden" name="back" value=(call.target);
                    label.hidden for="capacity" { "立場" }
                    select #capacity name="to" {
                        @for (code, name) in &capacities { option value=(code) selected[*code == live.capacity] { (name) } }
                    }
                    button.small type="submit" { "切替え" }
                }
            } @else {
                span.fact { (desk.label("role", &live.capacity)) }
            }
            span.fact { (live.terminal) @if !room.is_empty() { "（" (desk.label("room", &room)) "）" } }
            @if live.card_no.is_some() { (card(web, live)) }
            span.fact { "残り" span data-left { (clock(live.seconds_left(desk))) } }
            form method="post" action="/sign-out" { (csrf(live)) button.small.plain type="submit" { "サインアウト" } }
        }
    }
}

/// The card on the reader; in a demonstration with a button to pull it.
fn card(web: &Web, live: &Live) -> Markup {
    html! {
        @if web.desk.is_demo() {
            form method="post" action="/session/pull" {
                (csrf(live))
                span.dot aria-hidden="true" {}
                button.small.plain type="submit" title="デモの読取装置からカードを抜く" { "カードを抜く" }
            }
        } @else {
            span.fact { span.dot aria-hidden="true" {} "カードあり" }
        }
    }
}

/// The hidden field that binds a form to its session.
pub(crate) fn csrf(live: &Live) -> Markup {
    html! { input type="hidden" name="_csrf" value=(live.csrf); }
}

/// Minutes and seconds, hours when there are some.
pub(crate) fn clock(seconds: i64) -> String {
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m}:{s:02}") }
}

/// The person's other capacities in which an act is open, each as a button that switches to it.
pub(crate) fn switches(web: &Web, live: &Live, act: &str, back: &str) -> Markup {
    let others = web.desk.capacities(&live.person).into_iter().filter(|(code, _)| *code != live.capacity);
    let open = |code: &str| {
        let mut other = live.clone();
        code.clone_into(&mut other.capacity);
        web.desk.may(&other, act).allowed
    };
    let open: Vec<_> = others.filter(|(code, _)| open(code)).collect();
    html! {
        @if !open.is_empty() {
            form.acts method="post" action="/session/capacity" {
                (csrf(live))
                input type="hidden" name="back" value=(back);
                @for (code, name) in &open { button.first type="submit" name="to" value=(code) { (name) "の立場に切り替える" } }
            }
        }
    }
}

fn rooms(web: &Web, live: &Live, lit: &str) -> Markup {
    let (mut open, mut shut) = (Vec::new(), Vec::new());
    for (path, name, acts) in ROOMS {
        match closed(web, live, acts) {
            None => open.push((path, name)),
            Some(decision) => shut.push((name, decision)),
        }
    }
    html! {
        nav.rooms #rooms aria-label="画面" {
            ul {
                @for (path, name) in open {
                    li { a href=(path) aria-current=[(path == lit).then_some("page")] { (name) } }
                }
            }
            @if !shut.is_empty() {
                details {
                    summary { "権限のない画面" }
                    ul {
                        @for (name, decision) in &shut {
                            li { (name) br; (decision::articles(web, &decision.articles)) }
                        }
                    }
                }
            }
        }
    }
}

fn foot(web: &Web) -> Markup {
    let (size, at_ms) = web.desk.house().reach();
    let verified = web.desk.verified();
    html! {
        footer.foot {
            span { "検証点 " a href="/verify" { "#" (evidence::grouped(size)) } "（" (instant_ja(at_ms)) "）" }
            @if let Some(problem) = &verified.problem {
                span { span.sign.bad { "✕ 異常" } " " (problem) }
            } @else if verified.ok {
                span { span.sign.good { "✓ 検証済み" } " #" (evidence::grouped(verified.size)) "まで（" (instant_ja(verified.at_ms)) "）" }
            } @else {
                span { "起動後の自己検証は、まだ終わっていません" }
            }
        }
    }
}

/// Says that an act of this session was recorded.
fn done(web: &Web, live: &Live, seq: u64) -> Markup {
    let Ok(Some((event, _))) = web.desk.house().event(seq) else { return html! {} };
    if event.by.session.as_deref() != Some(live.session.as_str()) || !event.allowed {
        return html! {};
    }
    html! {
        div.decision role="status" {
            p.says { span.sign.good { "✓ 記録しました" } "　" (web.desk.label("act", &event.act)) }
            p { "根拠　" (decision::articles(web, &decision::citations(&event.cites))) "　" (evidence::chip(seq)) }
        }
    }
}

fn once(web: &Web, text: &str) -> Markup {
    let issued = web.desk.profile().settings.password.issued;
    html! {
        div.notice.warn role="status" {
            p { strong { @if issued { "パスワード" } @else { "初回パスワード" } }
                "（この画面に一度だけ表示します。本人に直接渡してください。"
                @if !issued { "最初のサインインの前に変更が必要です。" } "）" }
            p { code { (text) } }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn time_left_reads_as_a_clock() {
        assert_eq!(super::clock(65), "1:05");
        assert_eq!(super::clock(3 * 3600 + 61), "3:01:01");
        assert_eq!(super::clock(0), "0:00");
    }
}
