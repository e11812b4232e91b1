//! 記録: the log's beginning, the erasing of texts, and the entries at introduction.

pub mod action;
#[cfg(test)]
mod tests;
pub mod view;

use sekisho_gate::FactSheet;
use sekisho_regulation::Date;
use sekisho_regulation::profile::Basis;

use crate::books::{Registers, Shelf};
use crate::event::Event;
use crate::kind::{ActEntry, Ask, Kind};
use crate::kinds::KINDS;
use crate::spec::{View as _, ViewSpec};
use action::{EndSetup, Erase, OpenLog, Publish, Rotate, Setup};
use view::{Erasure, SigningKey};

crate::view! {
    /// 導入の記録: whether the entries at introduction are closed.
    SetupState: Register "setup", "導入の記録" {
        id: String = Text, "番号";
        closed_at: i64 = Instant, "終了";
        evidence: i64 = Evidence, "記録";
    }
}

/// The kind.
#[derive(Debug)]
pub struct Log;

/// Whether entries at introduction may still be made.
pub fn setup_open(books: &impl Registers) -> bool {
    books.get::<SetupState>("setup").is_none()
}

impl Kind for Log {
    fn name(&self) -> &'static str {
        "log"
    }

    fn acts(&self) -> &'static [ActEntry] {
        crate::acts![OpenLog, Rotate, Publish, Erase, Setup, EndSetup]
    }

    fn views(&self) -> &'static [&'static ViewSpec] {
        const { &[Erasure::SPEC, SigningKey::SPEC, SetupState::SPEC] }
    }

    fn facts(&self, ask: &Ask<'_>, sheet: &mut FactSheet) {
        sheet.set("setup_open", setup_open(&ask.books));
        if sheet.wants("within_retention") {
            // The caller gives the time of the event whose text is to go; without it, it is kept.
            let at = ask.act.given.facts.iter().find(|(name, _)| *name == "erased_at_ms");
            let at = at.and_then(|(_, fact)| if let sekisho_gate::Fact::Long(ms) = fact { Some(*ms) } else { None });
            let by_text = ask.profile.settings.retention.iter().filter(|r| r.basis == Basis::Text);
            let years = i32::from(by_text.map(|r| r.years).max().unwrap_or(7));
            let within = at.is_none_or(|at| Date::in_japan(at).plus_years(years) > ask.today());
            sheet.set("within_retention", within);
        }
    }

    fn fold(&self, event: &Event, shelf: &mut Shelf<'_>) {
        if !event.allowed {
            return;
        }
        let evidence = event.seq_cell();
        match &*event.act {
            "log.open" | "log.rotate_key" => {
                let vkey = event.text("vkey").or_else(|| event.text("new")).unwrap_or_default().to_owned();
                let by = event.by.person.clone();
                shelf.put(&SigningKey { vkey, from_seq: evidence, since: event.at_ms, by, evidence });
            }
            "text.erase" => {
                let Some(act) = Erase::of(&event.body) else { return };
                shelf.add(&Erasure {
                    seq: evidence,
                    at: event.at_ms,
                    person: event.by.person.clone(),
                    erased: act.erased,
                    reason: evidence,
                    evidence,
                });
            }
            "setup.record" => fold_setup(event, shelf),
            "setup.close" => {
                shelf.put(&SetupState { id: "setup".to_owned(), closed_at: event.at_ms, evidence });
            }
            _ => {}
        }
    }
}

/// An entry at introduction is folded as the act that it stands for.
fn fold_setup(event: &Event, shelf: &mut Shelf<'_>) {
    let Some(entry) = event.text("entry").filter(|entry| !entry.starts_with("setup.")) else { return };
    let inner = Event { act: entry.into(), ..event.clone() };
    for kind in KINDS.iter().filter(|kind| kind.name() != "history") {
        kind.fold(&inner, shelf);
    }
    crate::procedure::shipped().fold(&inner, shelf);
}
