//! 義務の知らせ: the house tells people what is near, due and overdue, once each, and keeps that it did.

pub mod action;
#[cfg(test)]
mod tests;
pub mod view;

use sekisho_gate::FactSheet;
use sekisho_regulation::procedure::Period;
use sekisho_regulation::{Date, Profile};

use crate::books::{Registers, Shelf};
use crate::event::Event;
use crate::kind::{ActEntry, Ask, Kind};
use crate::kinds::organisation;
use crate::kinds::organisation::view::Person;
use crate::procedure::Filings;
use crate::procedure::duties::{self, Due, Owner, Standing};
use crate::spec::{View as _, ViewSpec};
use action::Raise;
use view::{Raised, Reminder};

/// The power whose holders hear of what others leave undone.
const OVERSIGHT: &str = "regulation";
/// How long something may be overdue before they do.
const PATIENCE: Period = Period::Days(7);
/// What is said then.
const ESCALATED: &str = "escalated";

/// The kind.
#[derive(Debug)]
pub struct Duties;

impl Kind for Duties {
    fn name(&self) -> &'static str {
        "duties"
    }

    fn acts(&self) -> &'static [ActEntry] {
        crate::acts![Raise]
    }

    fn views(&self) -> &'static [&'static ViewSpec] {
        const { &[Raised::SPEC, Reminder::SPEC] }
    }

    fn facts(&self, _ask: &Ask<'_>, _sheet: &mut FactSheet) {}

    fn fold(&self, event: &Event, shelf: &mut Shelf<'_>) {
        if !event.allowed || &*event.act != "duty.raise" {
            return;
        }
        let Some(act) = Raise::of(&event.body) else { return };
        let evidence = event.seq_cell();
        shelf.put(&Raised {
            id: id(&act.duty, act.subject.as_deref()),
            duty: act.duty.clone(),
            subject: act.subject.clone(),
            day: act.day,
            standing: act.standing.clone(),
            raised_at: event.at_ms,
            evidence,
        });
        shelf.add(&Reminder {
            seq: evidence,
            at: event.at_ms,
            duty: act.duty,
            subject: act.subject,
            day: act.day,
            standing: act.standing,
            people: act.people,
            evidence,
        });
    }
}

fn id(duty: &str, subject: Option<&str>) -> String {
    format!("{duty}/{}", subject.unwrap_or_default())
}

/// The code of how something stands.
#[must_use]
pub const fn code(standing: Standing) -> &'static str {
    match standing {
        Standing::Overdue => "overdue",
        Standing::Due => "due",
        Standing::Soon => "soon",
        Standing::Later => "later",
    }
}

/// How pressing what was said is.
fn weight(code: &str) -> u8 {
    match code {
        ESCALATED => 4,
        "overdue" => 3,
        "due" => 2,
        "soon" => 1,
        _ => 0,
    }
}

/// Whether something has been overdue for so long that others hear of it.
#[must_use]
pub fn escalated(due: &Due, today: Date) -> bool {
    PATIENCE.after(due.day) < today
}

/// What is to be told today and was not yet: each thing once when it is near, once when it is due, once
/// when it is overdue, and once more to those who oversee everything.
pub fn to_raise(filings: &Filings, books: &impl Registers, profile: &Profile, today: Date) -> Vec<Raise> {
    let people: Vec<String> = books.scan::<Person>("").into_iter().map(|person| person.person).collect();
    let oversight = profile.settings.powers.get(OVERSIGHT).cloned().unwrap_or_default();
    let raise = |due: Due| {
        let far = escalated(&due, today);
        let standing = if far { ESCALATED } else { code(due.standing) };
        let subject = due.row.as_ref().map(|(_, key)| key.clone()).or_else(|| due.scope.clone());
        let told = books.get::<Raised>(&id(due.duty, subject.as_deref()));
        let told = told.filter(|told| told.day == due.day).map_or(0, |told| weight(&told.standing));
        if weight(standing) <= told {
            return None;
        }
        let oversees =
            |person: &str| far && oversight.iter().any(|role| organisation::holds(books, profile, person, role, today));
        let of = |person: &&String| due.is_of(books, profile, person, today) || oversees(person);
        let whom: Vec<&str> = match &due.owner {
            Owner::Person(owner) if !far => vec![owner.as_str()],
            _ => people.iter().filter(of).map(String::as_str).collect(),
        };
        let (duty, standing) = (due.duty.to_owned(), standing.to_owned());
        Some(Raise { duty, subject, day: due.day, standing, people: whom.join(" ") })
    };
    duties::due(filings, books, profile, today).into_iter().filter_map(raise).collect()
}
