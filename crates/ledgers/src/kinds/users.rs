//! 利用者: who may operate devices, who may handle identity records, and what each has agreed to.
//! The two designations are different (AMB-G-10): to work on an identity record one needs both.

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
use action::{Acknowledge, DesignateHandler, DesignateOperator, RevokeHandler, RevokeOperator, Settle};
use view::{Acknowledgement, Handler, Method, Operator};

/// The kind.
#[derive(Debug)]
pub struct Users;

/// A person's designation as operator, if it is in force on `day`.
pub fn operator(books: &impl Registers, person: &str, day: Date) -> Option<Operator> {
    let row = books.get::<Operator>(person)?;
    let ended = row.revoked_on.is_some() || row.to.is_some_and(|to| to < day);
    (row.from <= day && !ended).then_some(row)
}

/// A person's designation as handler, if it is in force on `day`.
pub fn handler(books: &impl Registers, person: &str, day: Date) -> Option<Handler> {
    let row = books.get::<Handler>(person)?;
    let ended = row.revoked_on.is_some() || row.to.is_some_and(|to| to < day);
    (row.from <= day && !ended).then_some(row)
}

/// Whether an operator still holds a post held when the designation was made: a designation does
/// not follow a person into another post.
pub fn post_unchanged(books: &impl Registers, person: &str, day: Date) -> bool {
    let Some(operator) = books.get::<Operator>(person) else { return true };
    let held = organisation::posts(books, person, day);
    operator.posts.is_empty() || operator.posts.split(' ').any(|post| held.iter().any(|a| a.post == post))
}

fn held_posts(books: &impl Registers, person: &str, day: Date) -> String {
    let held = organisation::posts(books, person, day);
    held.iter().map(|appointment| appointment.post.as_str()).collect::<Vec<_>>().join(" ")
}

/// The management method in force: the version recorded last.
pub fn method(books: &impl Registers) -> Option<Method> {
    books.scan::<Method>("").into_iter().max_by_key(|method| method.evidence)
}

/// Whether a person has confirmed the method in force.
pub fn acknowledged(books: &impl Registers, person: &str) -> bool {
    let confirmed = books.get::<Acknowledgement>(person);
    method(books).zip(confirmed).is_some_and(|(method, confirmed)| method.version == confirmed.version)
}

impl Kind for Users {
    fn name(&self) -> &'static str {
        "users"
    }

    fn acts(&self) -> &'static [ActEntry] {
        crate::acts![DesignateOperator, RevokeOperator, DesignateHandler, RevokeHandler, Settle, Acknowledge]
    }

    fn views(&self) -> &'static [&'static ViewSpec] {
        const { &[Operator::SPEC, Handler::SPEC, Method::SPEC, Acknowledgement::SPEC] }
    }

    fn facts(&self, ask: &Ask<'_>, sheet: &mut FactSheet) {
        if ask.act.asked.act == "method.acknowledge" {
            let current = method(&ask.books).is_some_and(|method| method.version == ask.text("version"));
            sheet.set("card_rules_exist", current);
            crate::kinds::cards::card_facts(ask, sheet);
        }
    }

    fn complete(&self, ask: &Ask<'_>) -> Body {
        let designates = ask.act.asked.act == "operator.designate";
        let posts = designates.then(|| held_posts(&ask.books, ask.text("person"), ask.today()));
        posts.map(|posts| ("posts".to_owned(), posts.into())).into_iter().collect()
    }

    fn fold(&self, event: &Event, shelf: &mut Shelf<'_>) {
        if event.allowed {
            fold(event, shelf);
        }
    }
}

fn fold(event: &Event, shelf: &mut Shelf<'_>) {
    let evidence = event.seq_cell();
    let today = Date::in_japan(event.at_ms);
    let by = event.by.person.clone().unwrap_or_default();
    match &*event.act {
        "operator.designate" => {
            let Some(act) = DesignateOperator::of(&event.body) else { return };
            shelf.put(&Operator {
                person: act.person,
                device_classes: act.device_classes,
                posts: event.text("posts").unwrap_or_default().to_owned(),
                from: act.from,
                to: act.to,
                designated_by: by,
                revoked_on: None,
                reason: None,
                evidence,
            });
        }
        "handler.designate" => {
            let Some(act) = DesignateHandler::of(&event.body) else { return };
            shelf.put(&Handler {
                person: act.person,
                scope: act.scope,
                operations: act.operations.unwrap_or_default(),
                from: act.from,
                to: act.to,
                designated_by: by,
                revoked_on: None,
                reason: None,
                evidence,
            });
        }
        "operator.revoke" => {
            shelf.change::<Operator>(event.text("person").unwrap_or_default(), |row| {
                (row.revoked_on, row.reason, row.evidence) = (Some(today), Some(evidence), evidence);
            });
        }
        "handler.revoke" => {
            shelf.change::<Handler>(event.text("person").unwrap_or_default(), |row| {
                (row.revoked_on, row.reason, row.evidence) = (Some(today), Some(evidence), evidence);
            });
        }
        "person.leave" => end_rights(event.text("person"), event.text("on"), shelf),
        "method.settle" => {
            let Some(act) = Settle::of(&event.body) else { return };
            shelf.put(&Method {
                version: act.version,
                title: act.title,
                text: act.text,
                effective_from: act.effective_from,
                decided_by: by,
                evidence,
            });
        }
        "method.acknowledge" => {
            let Some(act) = Acknowledge::of(&event.body) else { return };
            shelf.put(&Acknowledgement { person: act.person, version: act.version, on: today, evidence });
        }
        _ => {}
    }
}

/// Who leaves loses both designations on that day, whatever else is forgotten.
fn end_rights(person: Option<&str>, on: Option<&str>, shelf: &mut Shelf<'_>) {
    let (Some(person), Some(on)) = (person, on.and_then(|on| on.parse::<Date>().ok())) else { return };
    shelf.change::<Operator>(person, |row| row.to = Some(row.to.map_or(on, |to| to.min(on))));
    shelf.change::<Handler>(person, |row| row.to = Some(row.to.map_or(on, |to| to.min(on))));
}
