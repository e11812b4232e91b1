//! 規程: which version of the regulation is in force, and how its open places are read. A version is
//! named by the digest of all its files, so the record proves by which text an act was decided.

pub mod action;
#[cfg(test)]
mod tests;
pub mod view;

use sekisho_gate::FactSheet;
use sekisho_regulation::Date;

use crate::books::{Registers, Shelf};
use crate::event::Event;
use crate::kind::{ActEntry, Ask, Kind};
use crate::spec::{View as _, ViewSpec};
use action::{Adopt, DecideReading};
use view::{ProfileVersion, Reading};

/// The kind.
#[derive(Debug)]
pub struct Regulation;

/// The version in force on a day: of those that have come into force, the one that did so last.
/// Before any is adopted there is none, and the one that the house opened with holds.
pub fn in_force(books: &impl Registers, day: Date) -> Option<ProfileVersion> {
    let versions = books.scan::<ProfileVersion>("").into_iter();
    versions.filter(|version| version.effective <= day).max_by_key(|version| (version.effective, version.evidence))
}

impl Kind for Regulation {
    fn name(&self) -> &'static str {
        "regulation"
    }

    fn acts(&self) -> &'static [ActEntry] {
        crate::acts![Adopt, DecideReading]
    }

    fn views(&self) -> &'static [&'static ViewSpec] {
        const { &[ProfileVersion::SPEC, Reading::SPEC] }
    }

    fn facts(&self, ask: &Ask<'_>, sheet: &mut FactSheet) {
        let effective = ask.text("effective").parse::<Date>().ok();
        sheet.set("effective_not_past", effective.is_some_and(|day| day >= ask.today()));
        sheet.set("version_differs", ask.text("profile") != ask.profile.digest);
        sheet.set("resolution_given", ask.filled("resolution"));
    }

    fn complete(&self, ask: &Ask<'_>) -> crate::event::Body {
        [("supersedes".to_owned(), ask.profile.digest.clone().into())].into_iter().collect()
    }

    fn fold(&self, event: &Event, shelf: &mut Shelf<'_>) {
        if !event.allowed {
            return;
        }
        match &*event.act {
            "profile.adopt" => fold_adoption(event, shelf),
            "reading.decide" => fold_reading(event, shelf),
            _ => {}
        }
    }
}

fn fold_adoption(event: &Event, shelf: &mut Shelf<'_>) {
    let Some(act) = Adopt::of(&event.body) else { return };
    let applied = act.applied.unwrap_or(act.effective);
    put(event, shelf, (act.profile, act.label, act.summary), (act.promulgated, act.effective, applied), act.resolution);
}

fn fold_reading(event: &Event, shelf: &mut Shelf<'_>) {
    let Some(act) = DecideReading::of(&event.body) else { return };
    shelf.put(&Reading {
        reading: act.reading.clone(),
        choice: act.choice,
        text: act.text.clone(),
        decided_by: event.by.person.clone().unwrap_or_default(),
        decided_on: Date::in_japan(event.at_ms),
        resolution: act.resolution.clone(),
        evidence: event.seq_cell(),
    });
    let label = format!("解釈{}の決定", act.reading);
    put(event, shelf, (act.profile, label, act.text), (None, act.effective, act.effective), act.resolution);
}

fn put(
    event: &Event,
    shelf: &mut Shelf<'_>,
    (profile, label, summary): (String, String, String),
    (promulgated, effective, applied): (Option<Date>, Date, Date),
    resolution: Option<String>,
) {
    let no = shelf.scan::<ProfileVersion>("").len() + 1;
    shelf.put(&ProfileVersion {
        no: format!("V{no:04}"),
        profile,
        label,
        promulgated,
        effective,
        applied,
        resolution,
        summary,
        supersedes: event.text("supersedes").unwrap_or_default().to_owned(),
        adopted_by: event.by.person.clone().unwrap_or_default(),
        adopted_at: event.at_ms,
        evidence: event.seq_cell(),
    });
}
