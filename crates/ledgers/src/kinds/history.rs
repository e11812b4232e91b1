//! 操作履歴: a row for each act, so that it can be analysed for as long as the text asks (第14条).

pub mod action;
#[cfg(test)]
mod tests;
pub mod view;

use sekisho_gate::FactSheet;

use crate::books::{Registers as _, Shelf};
use crate::event::Event;
use crate::kind::{ActEntry, Ask, Kind};
use crate::kinds::session::view::Session;
use crate::spec::{View as _, ViewSpec};
use action::{ExportHistory, Inspect};
use view::Operation;

/// Fields that name the thing that an act was for, the most telling first.
const OBJECT_FIELDS: [&str; 13] = [
    "card_no",
    "device",
    "key_no",
    "permit_no",
    "entry_no",
    "permission_no",
    "id",
    "form",
    "version",
    "person",
    "role",
    "room",
    "question",
];

/// The kind.
#[derive(Debug)]
pub struct History;

impl Kind for History {
    fn name(&self) -> &'static str {
        "history"
    }

    fn acts(&self) -> &'static [ActEntry] {
        crate::acts![Inspect, ExportHistory]
    }

    fn views(&self) -> &'static [&'static ViewSpec] {
        const { &[Operation::SPEC] }
    }

    fn facts(&self, _ask: &Ask<'_>, _sheet: &mut FactSheet) {}

    fn fold(&self, event: &Event, shelf: &mut Shelf<'_>) {
        let session = event.by.session.as_deref().and_then(|id| shelf.get::<Session>(id));
        let text = |field: &str| event.text(field).map(str::to_owned);
        let has_basis = event.private.is_some() && event.act.starts_with("identity.");
        let about_card = event.act.starts_with("card.");
        shelf.add(&Operation {
            seq: event.seq_cell(),
            at: event.at_ms,
            person: event.by.person.clone(),
            capacity: event.by.capacity.clone(),
            terminal: event.by.terminal.clone(),
            card_no: session.and_then(|s| s.card_no).or_else(|| text("card_no").filter(|_| !about_card)),
            act: event.act.to_string(),
            object: crate::procedure::key_of(event).or_else(|| OBJECT_FIELDS.iter().find_map(|field| text(field))),
            subject: text("subject").or_else(|| sole(text("subjects"))),
            purpose: text("purpose"),
            basis: has_basis.then(|| event.seq_cell()),
            hits: event.body.get("hits").and_then(serde_json::Value::as_i64),
            allowed: event.allowed,
            code: event.code.to_string(),
            articles: event.cites.join(" "),
            evidence: event.seq_cell(),
        });
    }
}

fn sole(subjects: Option<String>) -> Option<String> {
    subjects.filter(|all| !all.is_empty() && !all.contains(' '))
}
