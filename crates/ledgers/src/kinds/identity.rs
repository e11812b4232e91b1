//! 本人確認情報: looking residents up for a stated purpose, and the forms that are printed
//! (第10条第2項, 第17条第1号・第2号).

pub mod action;
#[cfg(test)]
mod tests;
pub mod view;

use sekisho_gate::FactSheet;

use crate::books::Shelf;
use crate::event::Event;
use crate::kind::{ActEntry, Ask, Kind};
use crate::spec::{View as _, ViewSpec};
use action::{Extract, ImportRecords, Print, Search, Show};
use view::{Import, Lookup, Printed};

/// Most residents that one act can show.
pub const SUBJECTS_MAX: usize = 100;

/// The kind.
#[derive(Debug)]
pub struct Identity;

impl Kind for Identity {
    fn name(&self) -> &'static str {
        "identity"
    }

    fn acts(&self) -> &'static [ActEntry] {
        crate::acts![ImportRecords, Search, Show, Extract, Print]
    }

    fn views(&self) -> &'static [&'static ViewSpec] {
        const { &[Import::SPEC, Lookup::SPEC, Printed::SPEC] }
    }

    fn facts(&self, ask: &Ask<'_>, sheet: &mut FactSheet) {
        let purpose = ask.profile.purpose(ask.text("purpose"));
        sheet.set("purpose_declared", purpose.is_some());
        sheet.set("basis_declared", ask.filled("basis"));
        if sheet.wants("fields_within_purpose") {
            let form = ask.profile.form(ask.text("form"));
            let asked: Vec<&str> = match form {
                Some(form) => form.fields.iter().map(String::as_str).collect(),
                None => ask.text("fields").split_whitespace().collect(),
            };
            let allowed = |field: &&str| purpose.is_some_and(|p| p.reveals.iter().any(|r| r == field));
            let known_form = ask.act.asked.act != "identity.print" || form.is_some();
            sheet.set("fields_within_purpose", known_form && asked.iter().all(allowed));
        }
    }

    fn fold(&self, event: &Event, shelf: &mut Shelf<'_>) {
        if !event.allowed {
            return;
        }
        match &*event.act {
            "identity.import" => fold_import(event, shelf),
            "identity.search" | "identity.show" | "identity.extract" => fold_lookup(event, shelf),
            "identity.print" => {
                fold_lookup(event, shelf);
                fold_print(event, shelf);
            }
            _ => {}
        }
    }
}

/// The blind keys of the residents that an event showed.
#[must_use]
pub fn subjects(event: &Event) -> Vec<String> {
    let field = ["subject", "subjects"].into_iter().find_map(|name| event.text(name));
    field.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

fn fold_lookup(event: &Event, shelf: &mut Shelf<'_>) {
    for (n, subject) in (0_i64..).zip(subjects(event).into_iter().take(SUBJECTS_MAX)) {
        shelf.add(&Lookup {
            no: event.seq_cell() * 1000 + n,
            at: event.at_ms,
            subject,
            person: event.by.person.clone(),
            capacity: event.by.capacity.clone(),
            terminal: event.by.terminal.clone(),
            act: event.act.to_string(),
            purpose: event.text("purpose").unwrap_or_default().to_owned(),
            basis: event.seq_cell(),
            evidence: event.seq_cell(),
        });
    }
}

fn fold_import(event: &Event, shelf: &mut Shelf<'_>) {
    let Some(act) = ImportRecords::of(&event.body) else { return };
    let evidence = event.seq_cell();
    shelf.add(&Import {
        seq: evidence,
        at: event.at_ms,
        person: event.by.person.clone(),
        file: evidence,
        encoding: act.encoding,
        rows: act.rows,
        digest: act.digest,
        evidence,
    });
}

fn fold_print(event: &Event, shelf: &mut Shelf<'_>) {
    let Some(act) = Print::of(&event.body) else { return };
    let evidence = event.seq_cell();
    shelf.put(&Printed {
        form_no: format!("F{evidence:06}"),
        form: act.form,
        printed_at: event.at_ms,
        subject: act.subject,
        purpose: act.purpose.unwrap_or_default(),
        basis: evidence,
        applicant: evidence,
        quantity: act.quantity,
        remarks: evidence,
        person: event.by.person.clone(),
        terminal: event.by.terminal.clone(),
        evidence,
    });
}
