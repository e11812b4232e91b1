//! 組織: people, posts and roles. A role is held through a post, never by name; every act carries
//! the role in which it was done (第1条 to 第3条, 第7条, 第11条, 第16条).

pub mod action;
#[cfg(test)]
mod tests;
pub mod view;

use sekisho_gate::FactSheet;
use sekisho_regulation::{Date, Profile};

use crate::books::{Registers, Shelf};
use crate::event::Event;
use crate::kind::{ActEntry, Ask, Kind};
use crate::spec::{View as _, ViewSpec};
use action::{Appoint, Designate, EndAppointment, Leave, Register};
use view::{Appointment, Person, RoleDesignation};

/// The kind.
#[derive(Debug)]
pub struct Organisation;

/// A person on the roll.
pub fn person(books: &impl Registers, id: &str) -> Option<Person> {
    books.get::<Person>(id)
}

/// Whether a person is on the roll and has not left by `day`.
pub fn in_office(books: &impl Registers, id: &str, day: Date) -> bool {
    person(books, id).is_some_and(|person| person.left_on.is_none_or(|left| day <= left))
}

/// The posts that a person holds on `day`.
pub fn posts(books: &impl Registers, id: &str, day: Date) -> Vec<Appointment> {
    let mut held = books.scan::<Appointment>(&format!("{id}/"));
    held.retain(|a| a.from <= day && a.to.is_none_or(|to| day <= to));
    held
}

/// Whether a person holds a role on `day`: through a post, and by designation where the role asks
/// for one.
pub fn holds(books: &impl Registers, profile: &Profile, id: &str, role: &str, day: Date) -> bool {
    let Some(role) = profile.role(role) else { return false };
    if !in_office(books, id, day) {
        return false;
    }
    let designated = books.scan::<RoleDesignation>(&format!("{}/", role.code));
    let mut designated = designated.into_iter().filter(|d| d.from <= day && d.to.is_none_or(|to| day <= to));
    if role.posts.is_empty() {
        return match role.code.as_str() {
            "operator" => crate::kinds::users::operator(books, id, day).is_some(),
            "handler" => crate::kinds::users::handler(books, id, day).is_some(),
            _ => designated.any(|d| d.person == id),
        };
    }
    let by_post = posts(books, id, day).iter().any(|a| role.posts.contains(&a.post));
    let picked = !role.designated || designated.next().is_none_or(|first| first.person == id);
    by_post && picked
}

/// Whether anybody holds a role on `day`.
pub fn filled(books: &impl Registers, profile: &Profile, role: &str, day: Date) -> bool {
    let mut people = books.scan::<Person>("").into_iter();
    people.any(|person| holds(books, profile, &person.person, role, day))
}

/// The roles that a person holds on `day`, in the profile's order.
pub fn roles(books: &impl Registers, profile: &Profile, id: &str, day: Date) -> Vec<String> {
    let roles = profile.settings.roles.iter().map(|role| &role.code);
    roles.filter(|role| holds(books, profile, id, role, day)).cloned().collect()
}

impl Kind for Organisation {
    fn name(&self) -> &'static str {
        "organisation"
    }

    fn acts(&self) -> &'static [ActEntry] {
        crate::acts![Register, Leave, Appoint, EndAppointment, Designate]
    }

    fn views(&self) -> &'static [&'static ViewSpec] {
        const { &[Person::SPEC, Appointment::SPEC, RoleDesignation::SPEC] }
    }

    fn facts(&self, ask: &Ask<'_>, sheet: &mut FactSheet) {
        if !sheet.wants("post_known") {
            return;
        }
        let today = ask.today();
        let target = ask.text("person");
        let post = ask.profile.post(ask.text("post"));
        sheet.set("post_known", post.is_some());
        sheet.set("post_vacant", post.is_some_and(|post| vacant(&ask.books, &post.code, post.seats, today)));
        let appointment = ask.books.get::<Appointment>(ask.text("id"));
        if let Some(appointment) = &appointment {
            sheet.set("target_known", person(&ask.books, &appointment.person).is_some());
            sheet.set("target_in_office", in_office(&ask.books, &appointment.person, today));
            sheet.set("target_is_actor", ask.act.by.person.as_deref() == Some(appointment.person.as_str()));
        }
        sheet.set("appointment_known", appointment.is_some_and(|a| a.to.is_none()));
        let role = ask.profile.role(ask.text("role"));
        sheet.set("role_known", role.is_some());
        let fits = |role: &sekisho_regulation::profile::Role| {
            role.posts.is_empty() || posts(&ask.books, target, today).iter().any(|a| role.posts.contains(&a.post))
        };
        sheet.set("post_fits_role", role.is_some_and(fits));
    }

    fn fold(&self, event: &Event, shelf: &mut Shelf<'_>) {
        if event.allowed {
            fold(event, shelf);
        }
    }
}

fn vacant(books: &impl Registers, post: &str, seats: u16, day: Date) -> bool {
    let held = books.scan::<Appointment>("").into_iter();
    held.filter(|a| a.post == post && a.to.is_none_or(|to| day <= to)).count() < usize::from(seats)
}

fn fold(event: &Event, shelf: &mut Shelf<'_>) {
    let evidence = event.seq_cell();
    match &*event.act {
        "person.register" => {
            let Some(act) = Register::of(&event.body) else { return };
            shelf.put(&Person {
                person: act.person,
                name: evidence,
                kana: evidence,
                employee_no: act.employee_no,
                section: act.section,
                kind: act.kind,
                registered_on: Date::in_japan(event.at_ms),
                left_on: None,
                evidence,
            });
        }
        "person.leave" => {
            let Some(act) = Leave::of(&event.body) else { return };
            shelf.change::<Person>(&act.person, |row| (row.left_on, row.evidence) = (Some(act.on), evidence));
            for appointment in posts(shelf, &act.person, act.on) {
                shelf.change::<Appointment>(&appointment.id, |row| (row.to, row.evidence) = (Some(act.on), evidence));
            }
        }
        "appointment.make" => {
            let Some(act) = Appoint::of(&event.body) else { return };
            shelf.put(&Appointment {
                id: format!("{}/{}/{}", act.person, act.post, act.from),
                person: act.person,
                post: act.post,
                from: act.from,
                to: None,
                concurrent: act.concurrent,
                order_no: act.order_no,
                evidence,
            });
        }
        "appointment.end" => {
            let Some(act) = EndAppointment::of(&event.body) else { return };
            shelf.change::<Appointment>(&act.id, |row| (row.to, row.evidence) = (Some(act.to), evidence));
        }
        "role.designate" => {
            let Some(act) = Designate::of(&event.body) else { return };
            for earlier in shelf.scan::<RoleDesignation>(&format!("{}/", act.role)) {
                let to = Some(act.from.plus_days(-1));
                shelf.change::<RoleDesignation>(&earlier.id, |row| row.to = row.to.or(to));
            }
            let id = format!("{}/{}/{}", act.role, act.person, act.from);
            shelf.put(&RoleDesignation { id, role: act.role, person: act.person, from: act.from, to: None, evidence });
        }
        _ => {}
    }
}
