//! 期限: everything that is due, whose it is, and what to do about it.

use maud::{Markup, html};
use sekisho_ledgers::kinds::duties::{code, escalated};
use sekisho_ledgers::procedure::duties::{Due, Owner, Standing};
use sekisho_ledgers::procedure::shipped;
use sekisho_regulation::Date;
use sekisho_regulation::procedure::Urgency;

use crate::desk::Live;
use crate::web::Web;
use crate::web::call::{Call, Reply, row_path};
use crate::web::frame::{self, Head};
use crate::web::parts::decision;

/// Whose duties are shown.
const WHOSE: [(&str, &str); 2] = [("mine", "自分のもの"), ("all", "すべて")];

/// `GET /duties`
pub(crate) fn show(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let today = Date::in_japan(web.desk.now_ms());
    let whose = if call.query.get("whose") == "all" { "all" } else { "mine" };
    let all = web.desk.duties();
    let shown: Vec<&Due> = all.iter().filter(|due| whose == "all" || is_mine(web, live, due, today)).collect();
    let body = html! {
        p.lead { "条文が「定期に」「直ちに」「速やかに」などと定めていることを、期日とともに並べています。" }
        nav.acts.no-print aria-label="だれの期限か" {
            @for (value, label) in WHOSE {
                a.button.small.first[value == whose] href={ "/duties?whose=" (value) } aria-current=[(value == whose).then_some("page")] { (label) }
            }
        }
        @if shown.is_empty() { p.zero { "期限のあることはありません。" } }
        @else { (table(web, live, &shown, today)) }
    };
    Ok(frame::page(web, call, &Head::ok("期限", "/duties"), &body))
}

fn table(web: &Web, live: &Live, shown: &[&Due], today: Date) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="期限の表" { table {
            caption.hidden { "期限" }
            thead { tr { @for title in ["状態", "期日", "すること", "対象", "だれが", "根拠", ""] { th scope="col" { (title) } } } }
            tbody { @for due in shown { tr {
                td.no-break { (sign(due, today)) br; span.quiet { (urgency(due.urgency)) } }
                td.no-break { (due.day.wareki()) }
                th scope="row" { (due.ja) }
                td { (subject(web, due)) }
                td { (owner(web, due)) }
                td { (decision::articles(web, &due.cites)) }
                td.no-break { @if let Some((path, label)) = way(web, live, due) { a.button.small href=(path) { (label) } } }
            } } }
        } }
    }
}

/// Whether something is the person's own, or has come to those who oversee everything.
pub(crate) fn is_mine(web: &Web, live: &Live, due: &Due, today: Date) -> bool {
    let profile = web.desk.profile();
    web.desk.house().read(|books| due.is_of(books, profile, &live.person, today))
}

/// How it stands, in words and a sign.
pub(crate) fn sign(due: &Due, today: Date) -> Markup {
    html! {
        @match due.standing {
            Standing::Overdue if escalated(due, today) => span.sign.bad { "！ 期日を" (today.days() - due.day.days()) "日過ぎました" },
            Standing::Overdue => span.sign.bad { "！ 期日を過ぎました" },
            Standing::Due => span.sign.warn { "今日まで" },
            Standing::Soon => span.sign.warn { "あと" (due.day.days() - today.days()) "日" },
            Standing::Later => span.quiet data-standing=(code(due.standing)) { "あと" (due.day.days() - today.days()) "日" },
        }
    }
}

/// The row, room or section that it is about.
pub(crate) fn subject(web: &Web, due: &Due) -> Markup {
    let label = |view: &str| web.desk.registry().view(view).map_or("", |spec| spec.label);
    html! {
        @if let Some((view, key)) = &due.row { (label(view)) " " a href=(row_path(view, key)) { (key) } }
        @else if let Some(scope) = &due.scope { (web.desk.label("room", scope)) }
        @else { span.quiet { "—" } }
    }
}

fn owner(web: &Web, due: &Due) -> Markup {
    html! {
        @match &due.owner {
            Owner::Person(person) => (web.desk.person_name(person)),
            Owner::Roles(roles, section) => {
                @for (n, role) in roles.iter().enumerate() { @if n > 0 { "、" } (web.desk.label("role", role)) }
                @if let Some(section) = section { "（" (section) "）" }
            }
        }
    }
}

const fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::AtOnce => "直ちに",
        Urgency::Soon => "速やかに",
        Urgency::Prompt => "できるだけ速やかに",
        Urgency::Before => "事前に",
        Urgency::Periodic => "定期に",
    }
}

/// The way to what does it: the act's form, filled in as far as the row says, or the row.
pub(crate) fn way(web: &Web, live: &Live, due: &Due) -> Option<(String, &'static str)> {
    let open = due.act.filter(|act| web.desk.registry().act(act).is_some() && web.desk.may(live, act).allowed);
    match (open, &due.row) {
        (Some(act), Some((view, key))) => {
            // A step of the row's own book names it; an act of another book may refer to it.
            let step = shipped().step(act)?;
            let field = match step.0.name == *view && !step.1.opens() {
                true => "no",
                false => step.1.fields.iter().find(|field| refers(field, view)).map_or("", |field| field.name.as_str()),
            };
            Some((format!("/acts/{act}?{field}={key}&_back=/duties"), "行う"))
        }
        (Some(act), None) => {
            let room = due.scope.as_ref().map(|scope| format!("room={scope}&section={scope}&")).unwrap_or_default();
            Some((format!("/acts/{act}?{room}_back=/duties"), "行う"))
        }
        (None, Some((view, key))) => Some((row_path(view, key), "見る")),
        (None, None) => None,
    }
}

fn refers(field: &sekisho_regulation::procedure::Field, view: &str) -> bool {
    matches!(&field.is, sekisho_regulation::procedure::Is::Ref(book) if book == view)
}
