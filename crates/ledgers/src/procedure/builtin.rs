//! Tests that no declaration can say.

use sekisho_regulation::Date;
use sekisho_regulation::profile::Basis;

use super::look::Look;
use crate::books::Registers as _;
use crate::kinds::devices::view::Device;
use crate::kinds::organisation;
use crate::kinds::users::{self, view::Operator};

/// A test of the program.
type Builtin = fn(&Look<'_>) -> bool;

const ALL: [(&str, Builtin); 4] = [
    ("council_member", council_member),
    ("manages_room", manages_room),
    ("duty_term_open", duty_term_open),
    ("operator_not_ended", operator_not_ended),
];

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

/// Whether the designation of who signs in as an operator has not ended; only a terminal that operators
/// alone use asks for it.
fn operator_not_ended(look: &Look<'_>) -> bool {
    let (ask, day) = (look.ask, look.ask.today());
    let terminal = ask.act.by.terminal.as_deref().and_then(|terminal| ask.books.get::<Device>(terminal));
    let operated =
        terminal.and_then(|terminal| ask.profile.device_class(&terminal.class)).is_some_and(|class| class.records);
    let ended =
        |person| ask.books.get::<Operator>(person).is_some() && users::operator(&ask.books, person, day).is_none();
    !(operated && look.actor().is_some_and(ended))
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
