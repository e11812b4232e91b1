//! 入退室: keys, permits, and everyone who goes in and comes out of a room (第6条 to 第9条).

pub mod action;
#[cfg(test)]
mod tests;
pub mod view;

use sekisho_gate::FactSheet;
use sekisho_regulation::Date;

use crate::books::{Registers, Shelf};
use crate::event::{Body, Event};
use crate::kind::{ActEntry, Ask, Kind};
use crate::kinds::organisation;
use crate::spec::{View as _, ViewSpec};
use action::{Enter, LeaveRoom, LendKey, PermitEntry, RegisterKey, ReturnKey, RevokePermit};
use view::{Entry as EntryRow, EntryPermit, Key};

/// The longest period of a permit, in days.
const PERMIT_DAYS_MAX: i64 = 366;

/// The kind.
#[derive(Debug)]
pub struct Entry;

/// Who is inside a room now; all rooms when none is named.
pub fn inside(books: &impl Registers, room: Option<&str>) -> Vec<EntryRow> {
    let mut rows = books.scan::<EntryRow>("");
    rows.retain(|row| row.out_at.is_none() && room.is_none_or(|room| row.room == room));
    rows
}

impl Kind for Entry {
    fn name(&self) -> &'static str {
        "entry"
    }

    fn acts(&self) -> &'static [ActEntry] {
        crate::acts![RegisterKey, LendKey, ReturnKey, PermitEntry, RevokePermit, Enter, LeaveRoom]
    }

    fn views(&self) -> &'static [&'static ViewSpec] {
        const { &[Key::SPEC, EntryPermit::SPEC, EntryRow::SPEC] }
    }

    fn facts(&self, ask: &Ask<'_>, sheet: &mut FactSheet) {
        if sheet.wants("key_available") {
            let key = ask.books.get::<Key>(ask.text("key_no")).filter(|key| key.room == ask.text("room"));
            sheet.set("key_available", key.is_some_and(|key| key.state == "kept"));
        }
        if sheet.wants("permit_known") {
            let permit = ask.books.get::<EntryPermit>(ask.text("permit_no"));
            let ours = permit.is_some_and(|permit| permit.room == ask.text("room") && permit.state == "valid");
            sheet.set("permit_known", ours);
            let day = |field: &str| ask.text(field).parse::<Date>().ok().map(Date::days);
            let length = day("from").zip(day("to")).map(|(from, to)| to - from);
            sheet.set("permit_period_ok", length.is_some_and(|days| (0..=PERMIT_DAYS_MAX).contains(&days)));
        }
        if sheet.wants("entrant_is_employee") {
            entry_facts(ask, sheet);
        }
    }

    fn complete(&self, ask: &Ask<'_>) -> Body {
        let level = ask.profile.room(ask.text("room")).map(|room| room.level);
        level.map(|level| ("level".to_owned(), level.into())).into_iter().collect()
    }

    fn fold(&self, event: &Event, shelf: &mut Shelf<'_>) {
        if event.allowed {
            match &*event.act {
                "key.register" | "key.lend" | "key.return" => fold_key(event, shelf),
                "entry.permit" | "entry.permit_revoke" => fold_permit(event, shelf),
                "entry.enter" | "entry.leave" => fold_entry(event, shelf),
                _ => {}
            }
        }
    }
}

fn entry_facts(ask: &Ask<'_>, sheet: &mut FactSheet) {
    let today = ask.today();
    let room = ask.text("room");
    let leaving = ask.books.get::<EntryRow>(ask.text("entry_no"));
    let id = leaving.as_ref().and_then(|row| row.person.as_deref()).unwrap_or_else(|| ask.text("person"));
    let person = organisation::person(&ask.books, id);
    let employee = person.as_ref().is_some_and(|p| p.kind == "staff" && organisation::in_office(&ask.books, id, today));
    sheet.set("entrant_is_employee", employee);
    let shown = |p: &organisation::view::Person| !p.employee_no.is_empty() && p.employee_no == ask.text("staff_id");
    sheet.set("staff_id_shown", person.as_ref().is_some_and(shown));
    let permit = ask.books.get::<EntryPermit>(ask.text("permit_no"));
    let theirs = |p: &EntryPermit| p.person.as_deref() == employee.then_some(id);
    let valid = |p: &EntryPermit| p.state == "valid" && p.room == room && p.from <= today && today <= p.to && theirs(p);
    sheet.set("entry_permit_valid", permit.as_ref().is_some_and(valid));
    sheet.set("entry_card_lent", ask.filled("entry_card_no"));
    let key = ask.books.get::<Key>(ask.text("entry_key_no")).filter(|key| key.room == room && key.state == "lent");
    sheet.set("entry_key_lent", key.is_some());
    let escort = ask.text("escort");
    sheet.set("escorted", escort != id && organisation::in_office(&ask.books, escort, today));
    sheet.set("entrant_named", person.is_some() || ask.filled("visitor") || permit.is_some());
    sheet.set("badge_worn", ask.filled("badge"));
    let already = match &leaving {
        Some(row) => row.out_at.is_none() && row.room == room,
        None => is_inside(ask, room, id),
    };
    sheet.set("entrant_inside", already);
    sheet.set("entry_purpose_given", ask.filled("purpose"));
}

fn is_inside(ask: &Ask<'_>, room: &str, person: &str) -> bool {
    let permit = ask.text("permit_no");
    inside(&ask.books, Some(room)).iter().any(|row| {
        let same_person = !person.is_empty() && row.person.as_deref() == Some(person);
        let same_permit = !permit.is_empty() && row.permit_no.as_deref() == Some(permit);
        same_person || same_permit
    })
}

fn fold_key(event: &Event, shelf: &mut Shelf<'_>) {
    let evidence = event.seq_cell();
    match &*event.act {
        "key.register" => {
            let Some(act) = RegisterKey::of(&event.body) else { return };
            shelf.put(&Key {
                key_no: act.key_no,
                room: act.room,
                kept_at: act.kept_at,
                spare: act.spare,
                state: "kept".to_owned(),
                holder: None,
                purpose: None,
                lent_at: None,
                due: None,
                returned_at: None,
                evidence,
            });
        }
        "key.lend" => {
            let Some(act) = LendKey::of(&event.body) else { return };
            shelf.change::<Key>(&act.key_no, |key| {
                (key.state, key.holder) = ("lent".to_owned(), Some(act.person.clone()));
                (key.purpose, key.lent_at, key.due) = (Some(evidence), Some(event.at_ms), Some(act.due));
                (key.returned_at, key.evidence) = (None, evidence);
            });
        }
        _ => {
            let Some(act) = ReturnKey::of(&event.body) else { return };
            shelf.change::<Key>(&act.key_no, |key| {
                (key.state, key.holder) = ("kept".to_owned(), None);
                (key.returned_at, key.evidence) = (Some(event.at_ms), evidence);
            });
        }
    }
}

fn fold_permit(event: &Event, shelf: &mut Shelf<'_>) {
    let evidence = event.seq_cell();
    if let Some(act) = PermitEntry::of(&event.body).filter(|_| &*event.act == "entry.permit") {
        shelf.put(&EntryPermit {
            permit_no: format!("P{evidence:06}"),
            visitor: act.person.is_none().then_some(evidence),
            affiliation: act.person.is_none().then_some(evidence),
            person: act.person,
            purpose: evidence,
            room: act.room,
            from: act.from,
            to: act.to,
            permitted_by: event.by.person.clone().unwrap_or_default(),
            permitted_at: event.at_ms,
            state: "valid".to_owned(),
            revoked_at: None,
            reason: None,
            evidence,
        });
    } else if let Some(act) = RevokePermit::of(&event.body) {
        shelf.change::<EntryPermit>(&act.permit_no, |row| {
            (row.state, row.revoked_at) = ("revoked".to_owned(), Some(event.at_ms));
            (row.reason, row.evidence) = (Some(evidence), evidence);
        });
    }
}

fn fold_entry(event: &Event, shelf: &mut Shelf<'_>) {
    let evidence = event.seq_cell();
    if &*event.act == "entry.leave" {
        let Some(act) = LeaveRoom::of(&event.body) else { return };
        shelf.change::<EntryRow>(&act.entry_no, |row| (row.out_at, row.evidence) = (Some(event.at_ms), evidence));
        return;
    }
    let Some(act) = Enter::of(&event.body) else { return };
    let staff = act.person.is_some();
    let level = event.body.get("level").and_then(serde_json::Value::as_i64).unwrap_or_default();
    shelf.put(&EntryRow {
        entry_no: format!("N{evidence:06}"),
        room: act.room,
        level,
        kind: if staff { "staff" } else { "visitor" }.to_owned(),
        person: act.person,
        visitor: (!staff).then_some(evidence),
        affiliation: (!staff).then_some(evidence),
        staff_id: act.staff_id,
        permit_no: act.permit_no,
        entry_card_no: act.entry_card_no,
        entry_key_no: act.entry_key_no,
        badge: act.badge,
        purpose: evidence,
        escort: act.escort,
        in_at: event.at_ms,
        out_at: None,
        recorded_by: event.by.person.clone().unwrap_or_default(),
        evidence,
    });
}
