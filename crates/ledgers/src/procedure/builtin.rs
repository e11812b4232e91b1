//! Tests that no declaration can say.

use sekisho_regulation::Date;
use sekisho_regulation::profile::Basis;

use super::look::Look;
use crate::kinds::organisation;

/// A test of the program.
type Builtin = fn(&Look<'_>) -> bool;

const ALL: [(&str, Builtin); 3] =
    [("council_member", council_member), ("manages_room", manages_room), ("duty_term_open", duty_term_open)];

/// The test with this name.
pub(super) fn find(name: &str) -> Option<Builtin> {
    ALL.iter().find(|(known, _)| *known == name).map(|(_, test)| *test)
}

/// Whether the `person` is a member of the council on the day of the meeting `meeting_no` (`held_on`, or
/// today): through a role, or by section and rank.
fn council_member(look: &Look<'_>) -> bool {
    let person = look.value("person").0;
    let Some(person) = person.text() else { return false };
    let day = look.value("meeting_no.held_on").0;
    let day = day.text().and_then(|day| day.parse::<Date>().ok()).unwrap_or_else(|| look.ask.today());
    member(look, person, day)
}

/// Whether who acts does so as the entry manager of the `room`.
fn manages_room(look: &Look<'_>) -> bool {
    crate::common::manages(look.ask, look.value("room").0.text().unwrap_or_default())
}

/// Whether the text leaves open how often, or how soon, the `duty` is to be done.
fn duty_term_open(look: &Look<'_>) -> bool {
    let duty = look.value("duty").0;
    let term = look.ask.profile.settings.periods.get(duty.text().unwrap_or_default());
    term.is_none_or(|term| term.basis != Basis::Text)
}

fn member(look: &Look<'_>, person: &str, day: Date) -> bool {
    let (books, profile) = (&look.ask.books, look.ask.profile);
    let Some(council) = &profile.settings.council else { return false };
    let mut roles = council.member_roles.iter().chain(std::iter::once(&council.chair));
    if roles.any(|role| organisation::holds(books, profile, person, role, day)) {
        return true;
    }
    let held = organisation::posts(books, person, day);
    let mut posts = held.iter().filter_map(|held| profile.post(&held.post));
    posts.any(|post| council.member_ranks.iter().any(|r| r.section == post.section && post.rank >= r.rank))
}
