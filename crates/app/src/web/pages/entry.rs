//! 入退室: who is inside now, room by room; going in and coming out with one button; permits, keys
//! and the book of entries.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use maud::{Markup, html};
use sekisho_ledgers::kinds::entry::view::Entry;
use sekisho_regulation::date::{instant_ja, time_in_japan};
use sekisho_regulation::profile::Room;

use super::today::entrant;
use crate::desk::Live;
use crate::web::Web;
use crate::web::book;
use crate::web::call::{Call, Reply, encode};
use crate::web::fault::Fault;
use crate::web::frame::{self, Head, csrf};
use crate::web::parts::decision;

const BOOKS: [&str; 3] = ["entries", "entry_permits", "keys"];
/// What the form asks of an employee, and of somebody from outside.
const STAFF: &str = "person,staff_id,badge,purpose";
const VISITOR: &str = "visitor,affiliation,permit_no,entry_card_no,badge,purpose,escort";
/// Seats that a room's drawing shows.
const SEATS_MAX: usize = 12;

/// `GET /entry`
pub(crate) fn show(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let asked = call.query.get("book");
    let lit = BOOKS.iter().find(|view| **view == asked).copied().unwrap_or("entries");
    let spec = web.desk.registry().view(lit).ok_or(Fault::NotFound)?;
    let label = |view: &str| web.desk.registry().view(view).map_or("", |spec| spec.label);
    let body = html! {
        p.lead { "いま室にいる人と、入退室の記録です。" }
        div data-inside { (now(web, live)) }
        section aria-labelledby="book-title" {
            nav.acts aria-label="台帳" { @for view in BOOKS {
                a.button.small.first[view == lit] href={ "/entry?book=" (view) "#book-title" } aria-current=[(view == lit).then_some("page")] { (label(view)) }
            } }
            div.head {
                h2 #book-title { (spec.label) }
                div.acts.no-print { @for act in adding(lit) {
                    @if web.desk.may(live, act).allowed { a.button href={ "/acts/" (act) "?_back=" (encode(&format!("/entry?book={lit}"))) } { (web.desk.label("act", act)) } }
                } }
            }
            (book::part(web, call, spec, "/entry", true)?)
        }
    };
    Ok(frame::page(web, call, &Head::ok("入退室", "/entry"), &body))
}

fn adding(view: &str) -> &'static [&'static str] {
    match view {
        "entry_permits" => &["entry.permit"],
        "keys" => &["key.register", "key.lend"],
        _ => &["entry.enter"],
    }
}

/// `GET /entry/inside`: the same part by itself, for the page to renew.
pub(crate) fn inside(web: &Web, call: &Call) -> Reply {
    let part = now(web, call.live()?);
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], part.0).into_response())
}

fn now(web: &Web, live: &Live) -> Markup {
    let entries = web.desk.house().read(|books| sekisho_ledgers::kinds::entry::inside(books, None));
    // A room of no level is no operation room: nobody's going in and out is recorded there.
    let rooms: Vec<Room> = web.desk.profile().settings.rooms.iter().filter(|room| room.level > 0).cloned().collect();
    html! {
        div.sheet { h2 { "在室の状況" } (plan(&rooms, &entries)) }
        div.cols { @for room in &rooms { (card(web, live, room, &entries)) } }
    }
}

fn count(entries: &[Entry], room: &Room) -> usize {
    entries.iter().filter(|entry| entry.room == room.code).count()
}

/// The rooms as a simple drawing, a dot for each person.
fn plan(rooms: &[Room], entries: &[Entry]) -> Markup {
    let spoken: Vec<String> = rooms.iter().map(|room| format!("{} {}人", room.name, count(entries, room))).collect();
    html! {
        svg.plan viewBox={ "0 0 " (rooms.len() * 230 + 10) " 150" } role="img" aria-label={ "在室者数。" (spoken.join("、")) } {
            @for (n, room) in rooms.iter().enumerate() {
                @let (x, inside) = (n * 230 + 10, count(entries, room));
                rect class={ "wall" @if inside > 0 { " full" } } x=(x) y="10" width="210" height="124" {}
                line.door x1=(x + 85) y1="134" x2=(x + 125) y2="134" {}
                text x=(x + 12) y="36" font-size="17" font-weight="700" { (room.name) }
                text x=(x + 198) y="36" font-size="14" text-anchor="end" { "レベル" (room.level) }
                @for seat in 0..inside.min(SEATS_MAX) { circle.seat cx=(x + 24 + seat % 6 * 32) cy=(66 + seat / 6 * 28) r="9" {} }
                text x=(x + 198) y="124" font-size="17" text-anchor="end" { (inside) "人" }
            }
        }
    }
}

fn card(web: &Web, live: &Live, room: &Room, entries: &[Entry]) -> Markup {
    let inside: Vec<&Entry> = entries.iter().filter(|entry| entry.room == room.code).collect();
    html! {
        section.sheet aria-label=(room.name) {
            h3 { (room.name) "　" span.quiet { (room.location) "・レベル" (room.level) } }
            p { (decision::articles(web, &room.cites)) }
            @if inside.is_empty() { p.quiet { "いまは誰もいません。" } }
            @else { ul.inside { @for entry in &inside { li {
                span { strong { (entrant(web, entry)) } br; span.quiet title=(instant_ja(entry.in_at)) { (since(web, entry)) } }
                (leave(web, live, entry))
            } } } }
            div.acts.no-print {
                a.button.first href={ "/acts/entry.enter?room=" (room.code) "&badge=" (encode("職員")) "&_back=/entry&_only=" (STAFF) } { "職員の入室" }
                a.button href={ "/acts/entry.enter?room=" (room.code) "&_back=/entry&_only=" (VISITOR) } { "来訪者の入室" }
            }
        }
    }
}

fn since(web: &Web, entry: &Entry) -> String {
    use sekisho_regulation::Date;
    let same = Date::in_japan(entry.in_at) == Date::in_japan(web.desk.now_ms());
    if same { format!("{} から", time_in_japan(entry.in_at)) } else { format!("{} から", instant_ja(entry.in_at)) }
}

/// One button records the coming out.
fn leave(web: &Web, live: &Live, entry: &Entry) -> Markup {
    html! {
        form method="post" action="/acts/entry.leave" {
            (csrf(live))
            input type="hidden" name="_once" value=(web.nonce());
            input type="hidden" name="_back" value="/entry";
            input type="hidden" name="entry_no" value=(entry.entry_no);
            input type="hidden" name="room" value=(entry.room);
            button.small type="submit" { "退室" span.hidden { "（" (entrant(web, entry)) "）" } }
        }
    }
}
