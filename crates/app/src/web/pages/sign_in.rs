//! Sign-in: the card on the reader, the password, done; where the terminal asks for no card, one's id
//! and the password. Each failure says what to do next.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use sekisho_ledgers::Receipt;
use sekisho_ledgers::Registers as _;
use sekisho_ledgers::kinds::cards::view::Card;
use sekisho_ledgers::kinds::devices::view::Device;
use sekisho_ledgers::kinds::organisation;
use sekisho_ledgers::kinds::session::view::Account;
use sekisho_regulation::Date;
use sekisho_regulation::profile::DeviceClass;

use crate::desk::{Outcome, SignIn};
use crate::readers::Terminal;
use crate::web::Web;
use crate::web::call::{Call, Reply, safe_back};
use crate::web::dispatch::{set_cookie, terminal_cookie};
use crate::web::fault::Fault;
use crate::web::frame::{self, Head};
use crate::web::parts::decision;

/// `GET /sign-in`
pub(crate) fn show(web: &Web, call: &Call) -> Reply {
    if call.token.as_deref().is_some_and(|token| web.desk.live_quietly(token).is_some()) {
        return Ok(Redirect::to("/").into_response());
    }
    Ok(page(web, call, None, StatusCode::OK))
}

fn page(web: &Web, call: &Call, refused: Option<&Receipt>, status: StatusCode) -> Response {
    let terminal = chosen(web, call);
    let by_card = terminal.as_deref().is_none_or(|terminal| web.desk.asks_for_card(terminal));
    let present = terminal.as_deref().filter(|_| by_card).and_then(|terminal| web.desk.readers().card(terminal));
    let ready = present.is_some() || (!by_card && !typed_id(call).is_empty());
    let body = html! {
        @if let Some(receipt) = refused { (decision::of_receipt(web, receipt)) (next_step(web, receipt)) }
        @else { (reason(call.query.get("reason"), by_card)) }
        (new_version(web))
        @if terminal.is_none() {
            div.notice.warn { p { "このブラウザの端末が決まっていません。下から端末を選んでください。" } }
        }
        @if by_card { (slot(terminal.as_deref(), present.as_ref().map(|card| card.card_no.as_str()))) }
        @else { (no_slot(terminal.as_deref().unwrap_or_default())) }
        form.sheet method="post" action="/sign-in" {
            (guest(call))
            input type="hidden" name="back" value=(back(call));
            @if !by_card { (id_field(call)) }
            div.field {
                label for="password" { "パスワード" }
                input.wide #password type="password" name="password" autocomplete="current-password" maxlength="200" autofocus[ready];
            }
            @if let Some(card) = &present { (capacity(web, call, &card.card_no)) }
            div.acts {
                button.first type="submit" { "サインイン" }
                @if !web.desk.profile().settings.password.issued { a href="/password" { "パスワードを変更する" } }
            }
        }
        @if web.desk.is_demo() { (demo(web, call, terminal.as_deref(), present.as_ref().map(|card| card.card_no.as_str()), by_card)) }
        @else { (terminals(web, call, terminal.as_deref())) }
    };
    frame::alone(web, &Head { title: "サインイン", room: "", status }, web.desk.is_demo(), &body)
}

/// The id that was typed, or that the demonstration's list put there.
fn typed_id(call: &Call) -> &str {
    if call.method == "POST" { call.form.get("person") } else { call.query.get("person") }
}

/// The field for one's id, where no card says who it is.
pub(crate) fn id_field(call: &Call) -> Markup {
    let typed = typed_id(call);
    html! {
        div.field {
            label for="person" { "利用者ID（職員番号）" }
            input.wide #person type="text" name="person" value=(typed) autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64" autofocus[typed.is_empty()];
        }
    }
}

fn no_slot(terminal: &str) -> Markup {
    html! { p.quiet { "端末 " (terminal) "　利用者IDとパスワードでサインインします。" } }
}

/// The terminal of this browser, if it is one that the readers know; the only one there is otherwise.
pub(crate) fn chosen(web: &Web, call: &Call) -> Option<String> {
    let known = web.desk.readers().terminals();
    let cookie = call.terminal.as_deref().filter(|id| known.iter().any(|terminal| terminal.id == *id));
    match (cookie, known.as_slice()) {
        (Some(id), _) => Some(id.to_owned()),
        (None, [only]) => Some(only.id.clone()),
        // A newcomer to the demonstration begins at the counter.
        (None, _) if web.desk.is_demo() => {
            let records = |id: &str| class_of(web, id).is_some_and(|class| class.records);
            let counter =
                known.iter().filter(|terminal| records(&terminal.id)).min_by_key(|terminal| level(web, terminal));
            counter.or(known.first()).map(|terminal| terminal.id.clone())
        }
        (None, _) => None,
    }
}

fn class_of<'w>(web: &'w Web, terminal: &str) -> Option<&'w DeviceClass> {
    let device = web.desk.house().read(|books| books.get::<Device>(terminal))?;
    web.desk.profile().device_class(&device.class)
}

/// The counter is where the least is asked of the room.
fn level(web: &Web, terminal: &Terminal) -> u8 {
    class_of(web, &terminal.id).map_or(u8::MAX, |class| class.room_level)
}

fn back(call: &Call) -> String {
    let asked = if call.method == "POST" { call.form.get("back") } else { call.query.get("back") };
    safe_back(asked, "/").to_owned()
}

pub(crate) fn guest(call: &Call) -> Markup {
    html! { input type="hidden" name="_csrf" value=(call.guest); }
}

/// Days for which the sign-in page says that another version of the regulation is in force.
const NEW_DAYS: i64 = 7;

fn new_version(web: &Web) -> Markup {
    let today = Date::in_japan(web.desk.now_ms());
    let version = web.desk.house().read(|books| sekisho_ledgers::kinds::regulation::in_force(books, today));
    let new = version.filter(|version| today.days() - version.effective.days() < NEW_DAYS);
    html! {
        @if let Some(version) = new {
            div.notice role="status" { p { (version.effective.wareki()) "から、規程の新しい版「" (version.label) "」で判定しています。" } }
        }
    }
}

fn reason(reason: &str, by_card: bool) -> Markup {
    let sentence = match reason {
        "card" | "card_pulled" => {
            "カードが読取装置から抜かれたため、サインアウトしました。続けるには、カードを置いてサインインし直してください。"
        }
        "time" | "idle" | "time_over" => {
            "操作のない時間が続いたか、使える時間の上限になったため、サインアウトしました。もう一度サインインしてください。"
        }
        "signed_out" if !by_card => "サインアウトしました。",
        "signed_out" => "サインアウトしました。カードを読取装置から取ってください。",
        "changed" => "パスワードを変更しました。新しいパスワードでサインインしてください。",
        _ => return html! {},
    };
    html! { div.notice role="status" { p { (sentence) } } }
}

fn slot(terminal: Option<&str>, card: Option<&str>) -> Markup {
    let present = card.is_some();
    html! {
        div.slot.on[present] data-slot=(present) data-card=(card.unwrap_or_default()) role="status" {
            svg width="48" height="40" viewBox="0 0 48 40" aria-hidden="true" {
                rect x="2" y="4" width="44" height="30" rx="4" fill=(if present { "#115a36" } else { "none" }) stroke=(if present { "#115a36" } else { "#666666" }) stroke-width="2" {}
                rect x="8" y="12" width="10" height="8" rx="1.5" fill=(if present { "#ffffff" } else { "#cccccc" }) {}
            }
            p { (slot_sentence(card)) }
            @if let Some(terminal) = terminal { p.quiet { "端末 " (terminal) } }
        }
    }
}

fn slot_sentence(card: Option<&str>) -> String {
    match card {
        Some(card) => format!("カード {card} を読み取りました。パスワードを入力してください。"),
        None => "操作者用ICカードを読取装置に置いてください。".to_owned(),
    }
}

/// The capacity to begin in, when the card's holder has several.
fn capacity(web: &Web, call: &Call, card_no: &str) -> Markup {
    let holder = web.desk.house().read(|books| books.get::<Card>(card_no)).and_then(|card| card.person);
    let capacities = holder.map(|person| web.desk.capacities(&person)).unwrap_or_default();
    let typed = call.form.get("capacity");
    let usual = usual_capacity(web, call, &capacities);
    html! {
        @if capacities.len() > 1 {
            fieldset.field {
                legend { "どの立場で始めますか" }
                p.hint { "あとから画面の上で切り替えられます。" }
                div.choices { @for (code, name) in &capacities {
                    label.choice {
                        input type="radio" name="capacity" value=(code) checked[if typed.is_empty() { *code == usual } else { code == typed }];
                        (name)
                    }
                } }
            }
        }
    }
}

/// At a device of the network one usually operates; elsewhere one does one's first office.
fn usual_capacity(web: &Web, call: &Call, capacities: &[(String, String)]) -> String {
    let operating = chosen(web, call).is_some_and(|id| class_of(web, &id).is_some_and(|class| class.records));
    let fitting = capacities.iter().find(|(code, _)| (code == "operator") == operating);
    fitting.or(capacities.first()).map(|(code, _)| code.clone()).unwrap_or_default()
}

fn next_step(web: &Web, receipt: &Receipt) -> Markup {
    let code = &*receipt.decision.code;
    html! {
        @if code == "PASSWORD_EXPIRED" && web.desk.profile().settings.password.issued {
            div.notice { p { "パスワードは、" (holders(web, "accounts")) "が新しく定めます。申し出てください。" } }
        } @else if code == "PASSWORD_EXPIRED" {
            div.notice { p { "有効期限が切れたパスワードは、ここで変更できます。" } p { a.button.first href="/password" { "パスワードを変更する" } } }
        } @else if code == "RULES_NOT_ACKNOWLEDGED" {
            div.notice { p { "管理方法の確認は、" (holders(web, "methods")) "のもとで行ってください。" } }
        }
    }
}

/// The roles that hold a power, with their posts: アクセス管理責任者（住民課長）.
pub(crate) fn holders(web: &Web, power: &str) -> String {
    let profile = web.desk.profile();
    let roles = profile.settings.powers.get(power).into_iter().flatten().filter_map(|role| profile.role(role));
    let named = roles.map(|role| {
        let posts: Vec<String> = role.posts.iter().map(|post| web.desk.label("post", post)).collect();
        if posts.is_empty() { role.name.clone() } else { format!("{}（{}）", role.name, posts.join("、")) }
    });
    named.collect::<Vec<_>>().join("又は")
}

/// `POST /sign-in`
pub(crate) fn submit(web: &Web, call: &Call) -> Reply {
    let Some(terminal) = chosen(web, call) else { return Ok(page(web, call, None, StatusCode::UNPROCESSABLE_ENTITY)) };
    let capacity = Some(call.form.get("capacity").to_owned()).filter(|code| !code.is_empty());
    let (person, password) = (call.form.get("person").to_owned(), call.form.raw("password").to_owned());
    let input = SignIn { terminal: terminal.clone(), person, password, capacity };
    match web.desk.sign_in(&input)? {
        Outcome::Refused(receipt) => Ok(page(web, call, Some(&receipt), StatusCode::FORBIDDEN)),
        Outcome::Done((token, _), _) => {
            let mut response = Redirect::to(&back(call)).into_response();
            let tls = web.options.tls;
            for line in [set_cookie("sekisho", &token, None, tls), terminal_cookie(&terminal, tls)] {
                append_cookie(&mut response, &line)?;
            }
            Ok(response)
        }
    }
}

pub(crate) fn append_cookie(response: &mut Response, line: &str) -> Result<(), Fault> {
    let value = HeaderValue::from_str(line).map_err(|e| Fault::Internal(e.to_string()))?;
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(())
}

/// `GET /sign-in/card`: what lies on the reader of this browser's terminal.
pub(crate) fn card(web: &Web, call: &Call) -> Reply {
    let card = chosen(web, call).and_then(|terminal| web.desk.readers().card(&terminal)).map(|card| card.card_no);
    let body =
        serde_json::json!({ "present": card.is_some(), "card": card, "sentence": slot_sentence(card.as_deref()) });
    Ok(axum::Json(body).into_response())
}

/// `POST /sign-in/terminal`: chooses the terminal of this browser.
pub(crate) fn terminal(web: &Web, call: &Call) -> Reply {
    let wanted = call.form.get("terminal");
    if !web.desk.readers().terminals().iter().any(|terminal| terminal.id == wanted) {
        return Err(Fault::Bad("その端末の読取装置は動いていません。一覧から選んでください。".to_owned()));
    }
    let mut response = Redirect::to("/sign-in").into_response();
    append_cookie(&mut response, &terminal_cookie(wanted, web.options.tls))?;
    Ok(response)
}

fn terminals(web: &Web, call: &Call, chosen: Option<&str>) -> Markup {
    let terminals = web.desk.readers().terminals();
    html! {
        details.tool open[chosen.is_none()] {
            summary { "このブラウザの端末" }
            @if terminals.is_empty() { p { "読取装置のある端末が、まだつながっていません。端末で sekisho reader を動かしてください。" } }
            @else { (terminal_form(web, call, chosen)) }
        }
    }
}

fn terminal_form(web: &Web, call: &Call, chosen: Option<&str>) -> Markup {
    let label = |id: &str, room: &str| {
        let device = web.desk.house().read(|books| books.get::<Device>(id));
        let name =
            device.map_or_else(String::new, |device| format!("　{}", web.desk.label("device_class", &device.class)));
        format!("{id}{name}　{}", web.desk.label("room", room))
    };
    html! {
        form.search method="post" action="/sign-in/terminal" {
            (guest(call))
            div {
                label for="terminal" { "端末" }
                select #terminal name="terminal" { @for terminal in web.desk.readers().terminals() {
                    option value=(terminal.id) selected[Some(terminal.id.as_str()) == chosen] { (label(&terminal.id, &terminal.room)) }
                } }
            }
            button type="submit" { "この端末にする" }
        }
    }
}

/// `POST /sign-in/reader`: lays an invented person's card on the virtual reader, or pulls it.
pub(crate) fn reader(web: &Web, call: &Call) -> Reply {
    if !web.desk.is_demo() {
        return Err(Fault::NotFound);
    }
    let terminal = chosen(web, call).ok_or_else(|| Fault::Bad("先に端末を選んでください。".to_owned()))?;
    let card = call.form.get("card");
    if card.is_empty() {
        web.desk.readers().pull(&terminal);
    } else if !web.desk.readers().insert(&terminal, card) {
        return Err(Fault::Bad("そのカードはありません。一覧から選んでください。".to_owned()));
    }
    let mut response = Redirect::to("/sign-in#password").into_response();
    append_cookie(&mut response, &terminal_cookie(&terminal, web.options.tls))?;
    Ok(response)
}

fn demo(web: &Web, call: &Call, terminal: Option<&str>, present: Option<&str>, by_card: bool) -> Markup {
    html! {
        section.reader aria-labelledby="reader-title" {
            h2 #reader-title { @if by_card { "デモの読取装置" } @else { "デモの職員" } }
            p { "登場する人も住民も、すべて架空です。" }
            ol {
                @if by_card { li { "下の人の中から1人を選んで、そのカードを読取装置に置きます。" } }
                @else { li { "下の人の中から1人を選ぶと、その人の利用者IDが上の欄に入ります。" } }
                li { "上の欄にパスワード" @if let Some(password) = &web.options.demo_password { " " strong { code { (password) } } " " } "を入力して、サインインします。" }
            }
            (terminal_form(web, call, terminal))
            @if !by_card { (demo_people(web, typed_id(call))) }
            @else { form method="post" action="/sign-in/reader" {
                (guest(call))
                @if present.is_some() { p { button.plain type="submit" name="card" value="" { "カードを抜く" } } }
                ul.cards { @for card in web.desk.readers().virtual_cards() { (demo_card(web, card.card_no(), present)) } }
            } }
        }
    }
}

/// Everybody with an account; choosing one fills in the id.
fn demo_people(web: &Web, typed: &str) -> Markup {
    let today = Date::in_japan(web.desk.now_ms());
    let mut people = web.desk.house().read(|books| books.scan::<Account>(""));
    people.retain(|account| web.desk.house().read(|books| organisation::in_office(books, &account.person, today)));
    html! {
        form method="get" action="/sign-in" {
            ul.cards { @for account in &people { li {
                button type="submit" name="person" value=(account.person) aria-pressed=(account.person == typed) {
                    strong { (web.desk.person_name(&account.person)) } " " (posts(web, &account.person)) br;
                    span.quiet { "利用者ID " (account.person) }
                }
            } } }
        }
    }
}

fn posts(web: &Web, person: &str) -> String {
    let today = Date::in_japan(web.desk.now_ms());
    let held = web.desk.house().read(|books| organisation::posts(books, person, today));
    held.iter().map(|post| web.desk.label("post", &post.post)).collect::<Vec<_>>().join("、")
}

fn demo_card(web: &Web, card_no: &str, present: Option<&str>) -> Markup {
    let card = web.desk.house().read(|books| books.get::<Card>(card_no));
    let holder = card.as_ref().and_then(|card| card.person.as_ref().or(card.last_holder.as_ref()));
    let (state, kind) = card.as_ref().map_or(("未登録".to_owned(), String::new()), |card| {
        (web.desk.label("card_state", &card.state), web.desk.label("card_kind", &card.kind))
    });
    let fine = card.as_ref().is_some_and(|card| card.state == "lent");
    html! {
        li {
            button type="submit" name="card" value=(card_no) aria-pressed=(present == Some(card_no)) {
                strong { (holder.map_or_else(|| "（貸与先なし）".to_owned(), |id| web.desk.person_name(id))) }
                " " (holder.map(|id| posts(web, id)).unwrap_or_default()) br;
                span.quiet { (card_no) "　" (kind) "　" }
                @if fine { span.state { (state) } } @else { span.sign.bad { "✕ " (state) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slot_says_what_to_do() {
        assert!(slot(None, None).0.contains("読取装置に置いてください"));
        let on = slot(Some("T-01"), Some("C-0001")).0;
        assert!(on.contains("C-0001") && on.contains("data-slot=\"true\"") && on.contains("端末 T-01"));
        assert!(reason("card", true).0.contains("抜かれた"));
        assert!(!reason("signed_out", false).0.contains("カード"));
        assert!(reason("", true).0.is_empty());
    }
}
