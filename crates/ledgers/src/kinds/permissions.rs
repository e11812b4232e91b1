//! 許可申請: what staff do only after it was granted, and what came of it. Some permissions are the
//! officer's of the section that owns the thing, others the chief's, for whom the officer applies.

pub mod action;
#[cfg(test)]
mod tests;
pub mod view;

use sekisho_gate::FactSheet;
use sekisho_regulation::Date;

use crate::books::{Registers as _, Shelf};
use crate::event::{Body, Event};
use crate::kind::{ActEntry, Ask, Kind};
use crate::kinds::organisation;
use crate::spec::{View as _, ViewSpec};
use action::{Apply, Complete, Decide, Withdraw};
use view::Permission;

/// The longest period of a permission, in days. A standing one, such as for the way in which a system
/// is run, is asked for anew each year.
const PERIOD_DAYS_MAX: i64 = 366;

/// The kind.
#[derive(Debug)]
pub struct Permissions;

/// What may be applied for.
#[derive(Debug)]
struct Sort {
    code: &'static str,
    /// Who grants it: `officer` or `chief`.
    level: &'static str,
    /// Whether tests and checks come before it is granted.
    checks: bool,
}

const fn sort(code: &'static str, level: &'static str, checks: bool) -> Sort {
    Sort { code, level, checks }
}

const SORTS: [Sort; 9] = [
    sort("take_out", "officer", false),
    sort("copy", "officer", false),
    sort("software", "officer", true),
    sort("modify", "officer", true),
    sort("user_registration", "officer", false),
    sort("internal_connection", "chief", true),
    sort("external_connection", "chief", true),
    sort("disconnection", "chief", false),
    sort("develop", "chief", false),
];

fn sort_of(code: &str) -> Option<&'static Sort> {
    SORTS.iter().find(|sort| sort.code == code)
}

impl Kind for Permissions {
    fn name(&self) -> &'static str {
        "permissions"
    }

    fn acts(&self) -> &'static [ActEntry] {
        crate::acts![Apply, Decide, Withdraw, Complete]
    }

    fn views(&self) -> &'static [&'static ViewSpec] {
        const { &[Permission::SPEC] }
    }

    fn facts(&self, ask: &Ask<'_>, sheet: &mut FactSheet) {
        let row = ask.books.get::<Permission>(ask.text("permission_no"));
        let sort = sort_of(row.as_ref().map_or_else(|| ask.text("kind"), |row| row.kind.as_str()));
        sheet.set("permission_level", sort.map_or("none", |sort| sort.level));
        if ask.act.asked.act == "permission.apply" {
            sheet.set("permission_kind_known", sort.is_some());
            sheet.set("permission_period_ok", period_ok(ask));
            let named = ask.text("kind") != "software" || ask.filled("licence");
            sheet.set("permission_licence_named", named);
            return;
        }
        sheet.set("permission_known", row.is_some());
        sheet.set("permission_state", row.as_ref().map_or("unknown", |row| row.state.as_str()));
        let actor = ask.act.by.person.as_deref().unwrap_or_default();
        sheet.set("applicant_is_actor", row.as_ref().is_some_and(|row| row.applied_by == actor));
        sheet.set("permission_grants", ask.text("decision") == "grant");
        let told = row.as_ref().is_some_and(|row| row.checks.is_some() && row.checked_on.is_some());
        let wanted = sort.is_none_or(|sort| sort.checks);
        sheet.set("permission_checked", !wanted || told && ask.ticked("checks_confirmed"));
        let own = |row: &Permission| sections(ask, actor).any(|section| section == row.section);
        sheet.set("permission_in_section", row.as_ref().is_some_and(own));
        let cuts = sort.is_none_or(|sort| sort.code == "disconnection");
        sheet.set("cut_is_physical", !cuts || ask.ticked("physical"));
    }

    fn complete(&self, ask: &Ask<'_>) -> Body {
        let applies = ask.act.asked.act == "permission.apply";
        let sort = sort_of(ask.text("kind")).filter(|_| applies);
        let mut body: Body = sort.map(|sort| ("level".to_owned(), sort.level.into())).into_iter().collect();
        // What was left empty leaves no trace in the erasable text, and so none in the book.
        for (field, mark) in [("place", "has_place"), ("checks", "has_checks"), ("conditions", "has_conditions")] {
            if ask.filled(field) {
                body.insert(mark.to_owned(), true.into());
            }
        }
        body
    }

    fn fold(&self, event: &Event, shelf: &mut Shelf<'_>) {
        if event.allowed {
            fold(event, shelf);
        }
    }
}

fn period_ok(ask: &Ask<'_>) -> bool {
    let day = |field: &str| ask.text(field).parse::<Date>().ok().map(Date::days);
    let length = day("from").zip(day("to")).map(|(from, to)| to - from);
    length.is_some_and(|days| (0..=PERIOD_DAYS_MAX).contains(&days))
}

/// The sections in which a person holds a post today.
fn sections<'a>(ask: &'a Ask<'_>, person: &str) -> impl Iterator<Item = &'a str> {
    let held = organisation::posts(&ask.books, person, ask.today());
    held.into_iter().filter_map(move |held| ask.profile.post(&held.post)).map(|post| post.section.as_str())
}

/// Where the text of a field is, if it was filled in.
fn marked(event: &Event, mark: &str) -> Option<i64> {
    let filled = event.body.get(mark).and_then(serde_json::Value::as_bool).unwrap_or(false);
    filled.then(|| event.seq_cell())
}

fn fold(event: &Event, shelf: &mut Shelf<'_>) {
    let evidence = event.seq_cell();
    let by = event.by.person.clone();
    match &*event.act {
        "permission.apply" => {
            if let Some(act) = Apply::of(&event.body) {
                shelf.put(&applied(event, act));
            }
        }
        "permission.decide" => {
            let Some(act) = Decide::of(&event.body) else { return };
            shelf.change::<Permission>(&act.permission_no, |row| {
                row.state = if act.decision == "grant" { "granted" } else { "refused" }.to_owned();
                (row.decided_by, row.decided_as) = (by, event.by.capacity.clone());
                (row.decided_at, row.mode, row.spoken_at) = (Some(event.at_ms), Some(act.mode), act.spoken_at);
                (row.decision_reason, row.conditions) = (Some(evidence), marked(event, "has_conditions"));
                (row.second_reader, row.evidence) = (act.second_reader, evidence);
            });
        }
        "permission.withdraw" => {
            shelf.change::<Permission>(event.text("permission_no").unwrap_or_default(), |row| {
                (row.state, row.withdrawn_at) = ("withdrawn".to_owned(), Some(event.at_ms));
                (row.withdrawal, row.evidence) = (Some(evidence), evidence);
            });
        }
        "permission.complete" => {
            let Some(act) = Complete::of(&event.body) else { return };
            shelf.change::<Permission>(&act.permission_no, |row| {
                (row.state, row.done_on, row.done_by) = ("done".to_owned(), Some(act.done_on), Some(act.done_by));
                (row.result, row.physical, row.evidence) = (Some(evidence), act.physical, evidence);
            });
        }
        _ => {}
    }
}

fn applied(event: &Event, act: Apply) -> Permission {
    let evidence = event.seq_cell();
    Permission {
        permission_no: format!("K{evidence:06}"),
        level: event.text("level").unwrap_or_default().to_owned(),
        kind: act.kind,
        section: act.section,
        item: act.item,
        content: evidence,
        reason: evidence,
        place: marked(event, "has_place"),
        licence: act.licence,
        checks: marked(event, "has_checks"),
        checked_by: act.checked_by,
        checked_on: act.checked_on,
        from: act.from,
        to: act.to,
        applied_by: event.by.person.clone().unwrap_or_default(),
        applied_at: event.at_ms,
        state: "pending".to_owned(),
        decided_by: None,
        decided_as: None,
        decided_at: None,
        mode: None,
        spoken_at: None,
        decision_reason: None,
        conditions: None,
        second_reader: None,
        withdrawn_at: None,
        withdrawal: None,
        done_on: None,
        done_by: None,
        result: None,
        physical: false,
        evidence,
    }
}
