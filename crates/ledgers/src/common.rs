//! Facts that many acts share: who acts, where, with which card, and how the clock stands.

use sekisho_gate::FactSheet;
use sekisho_regulation::Date;

use crate::books::Registers;
use crate::kind::Ask;
use crate::kinds::cards::{self, view::Card};
use crate::kinds::devices::view::Device;
use crate::kinds::organisation;
use crate::kinds::session::view::Session;
use crate::kinds::users;

/// Facts that do not depend on what is asked, only on who asks and where.
pub(crate) const STANDING: [&str; 16] = [
    "session_open",
    "person_in_office",
    "capacity",
    "capacity_held",
    "terminal_known",
    "terminal_in_place",
    "terminal_class",
    "card_presented",
    "card_state",
    "card_is_holders",
    "operator_designated",
    "handler_designated",
    "operation_in_card_kind",
    "operation_in_range",
    "rules_acknowledged",
    "post_unchanged",
];

/// Puts the shared facts on the sheet, as far as the act asks for them.
pub(crate) fn facts(ask: &Ask<'_>, sheet: &mut FactSheet) {
    let behind_s = (ask.last_ms - ask.now_ms).max(0) / 1000;
    sheet.set("clock_behind_s", behind_s);
    sheet.set("clock_behind_max_s", i64::from(ask.profile.settings.session.clock_behind_max_s));
    if sheet.wants("reason_given") {
        sheet.set("reason_given", ask.filled("reason"));
    }
    if sheet.wants("person_in_office") {
        who(ask, sheet);
    }
    if sheet.wants("terminal_known") {
        terminal(ask, sheet);
    }
    if sheet.wants("card_state") {
        card(ask, sheet);
    }
    if sheet.wants("operator_designated") {
        operating(ask, sheet);
    }
    if sheet.wants("room_known") {
        // Where nothing is asked of those who enter, devices may stand; nothing else is kept of such a room.
        let room = ask.profile.room(ask.text("room"));
        let room = room.filter(|room| room.controlled() || ask.act.asked.act.starts_with("device."));
        sheet.set("room_known", room.is_some());
        sheet.set("room", room.map_or("none", |room| room.code.as_str()));
        sheet.set("actor_manages_room", manages(ask, ask.text("room")));
    }
    if sheet.wants("target_known") {
        target(ask, sheet);
    }
}

/// Whether the actor acts as the entry manager of a room.
pub(crate) fn manages(ask: &Ask<'_>, room: &str) -> bool {
    let Some(room) = ask.profile.room(room) else { return false };
    ask.act.by.capacity.as_deref() == Some(room.manager.as_str()) && capacity_held(ask)
}

fn capacity_held(ask: &Ask<'_>) -> bool {
    let (Some(person), Some(role)) = (&ask.act.by.person, &ask.act.by.capacity) else { return false };
    organisation::holds(&ask.books, ask.profile, person, role, ask.today())
}

/// The session in which the act is done, if it is open and the actor's own.
pub(crate) fn session(ask: &Ask<'_>) -> Option<Session> {
    let session = ask.books.get::<Session>(ask.act.by.session.as_deref()?)?;
    (Some(&session.person) == ask.act.by.person.as_ref()).then_some(session)
}

fn who(ask: &Ask<'_>, sheet: &mut FactSheet) {
    let by = &ask.act.by;
    let here = session(ask).is_some_and(|session| Some(&session.terminal) == by.terminal.as_ref());
    sheet.set("session_open", here);
    let person = by.person.as_deref().unwrap_or_default();
    sheet.set("person_in_office", organisation::in_office(&ask.books, person, ask.today()));
    sheet.set("capacity", by.capacity.as_deref().unwrap_or_default());
    sheet.set("capacity_held", capacity_held(ask));
}

fn terminal(ask: &Ask<'_>, sheet: &mut FactSheet) {
    let by = &ask.act.by;
    let device = ask.books.get::<Device>(by.terminal.as_deref().unwrap_or_default());
    let device = device.filter(|device| device.state == "in_use");
    sheet.set("terminal_known", device.is_some());
    sheet.set("terminal_class", device.as_ref().map_or("none", |device| device.class.as_str()));
    // A terminal that says nothing of its place is taken to stand where it is registered.
    let in_place = device.is_some_and(|device| by.reported_room.as_ref().is_none_or(|room| *room == device.room));
    sheet.set("terminal_in_place", in_place);
}

fn card(ask: &Ask<'_>, sheet: &mut FactSheet) {
    let given = &ask.act.given;
    let proven = given.card.as_ref().map(sekisho_gate::card::CardEvidence::card_no);
    let number = proven.or(given.card_claimed.as_deref());
    sheet.set("card_presented", number.is_some());
    sheet.set("card_proven", proven.is_some());
    let card = ask.books.get::<Card>(number.unwrap_or_default());
    sheet.set("card_state", card.as_ref().map_or("unknown", |card| card.state.as_str()));
    let holder = card.as_ref().and_then(|card| card.person.as_ref());
    sheet.set("card_is_holders", holder.is_some() && holder == ask.act.by.person.as_ref());
}

fn operating(ask: &Ask<'_>, sheet: &mut FactSheet) {
    let person = ask.act.by.person.as_deref().unwrap_or_default();
    let today = ask.today();
    sheet.set("operator_designated", users::operator(&ask.books, person, today).is_some());
    sheet.set("handler_designated", users::handler(&ask.books, person, today).is_some());
    sheet.set("post_unchanged", users::post_unchanged(&ask.books, person, today));
    sheet.set("rules_acknowledged", users::acknowledged(&ask.books, person));
    sheet.set("operation_in_range", operation_in_range(ask, person, today));
    sheet.set("operation_in_card_kind", operation_in_card_kind(ask, person, today));
}

/// Whether both the kind of the card and the operator's own designation cover the operation on this
/// class of device.
fn operation_in_card_kind(ask: &Ask<'_>, person: &str, today: Date) -> bool {
    let operation = operation_of(ask.act.asked.act);
    let given = &ask.act.given;
    let number = given.card.as_ref().map(sekisho_gate::card::CardEvidence::card_no).or(given.card_claimed.as_deref());
    let Some(card) = ask.books.get::<Card>(number.unwrap_or_default()) else { return false };
    let Some(device) = ask.books.get::<Device>(ask.act.by.terminal.as_deref().unwrap_or_default()) else {
        return false;
    };
    let designation = users::operator(&ask.books, person, today);
    let covered = designation.is_none_or(|d| d.device_classes.split_whitespace().any(|class| class == device.class));
    covered && operations(ask, &card.kind, &device.class).iter().any(|allowed| *allowed == operation)
}

/// Whether a handler's designation covers the operation. A designation that names no operations covers
/// them all.
fn operation_in_range(ask: &Ask<'_>, person: &str, today: Date) -> bool {
    let operation = operation_of(ask.act.asked.act);
    let handler = users::handler(&ask.books, person, today);
    handler.is_some_and(|h| h.operations.is_empty() || h.operations.split_whitespace().any(|o| o == operation))
}

/// What a kind of card may do on a class of device: as settled, or as the profile has it.
fn operations(ask: &Ask<'_>, kind: &str, class: &str) -> Vec<String> {
    if let Some(settled) = cards::settled(&ask.books, kind, class, ask.today()) {
        return settled.operations.split_whitespace().map(str::to_owned).collect();
    }
    let kind = ask.profile.card_kind(kind);
    kind.and_then(|kind| kind.operations.get(class)).cloned().unwrap_or_default()
}

/// The operation, as the matrix of card kinds names it, that an act is.
fn operation_of(act: &str) -> &str {
    match act {
        "session.open" => "sign_in",
        _ => act.strip_prefix("identity.").unwrap_or(act),
    }
}

fn target(ask: &Ask<'_>, sheet: &mut FactSheet) {
    let target = ask.text("person");
    let books = &ask.books;
    let today = ask.today();
    sheet.set("target_known", organisation::person(books, target).is_some());
    sheet.set("target_in_office", organisation::in_office(books, target, today));
    sheet.set("target_is_actor", !target.is_empty() && ask.act.by.person.as_deref() == Some(target));
    if sheet.wants("target_operator") {
        sheet.set("target_operator", users::operator(books, target, today).is_some());
        sheet.set("target_handler", users::handler(books, target, today).is_some());
        sheet.set("target_acknowledged", users::acknowledged(books, target));
        sheet.set("target_has_card", crate::kinds::cards::lent_to(books, target).is_some());
        let account = crate::kinds::session::may_have_account(books, ask.profile, target, today);
        sheet.set("target_account", account);
    }
}
