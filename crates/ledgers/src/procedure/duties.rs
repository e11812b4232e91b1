//! 義務: what is due, for whom, and until when.
//!
//! What is due for a row follows from the row; what is due again and again runs from the last time that
//! it was done, or from the first day of the log. Nothing is stored but those days, so a list of duties
//! is always that of the books and the regulation as they stand.

use std::collections::BTreeMap;

use sekisho_regulation::procedure::{Done as DoneBy, MonthDay, OneOrMany, Per, Period, Periodic, RowDuty, Urgency};
use sekisho_regulation::{Citation, Date, Profile};

use super::fold::{get, value_of};
use super::look::{fits, one_of};
use super::{FIRST, Filings};
use crate::books::{Registers, Shelf};
use crate::event::Event;
use crate::kinds::organisation;
use crate::kinds::organisation::view::Person;
use crate::spec::ViewSpec;
use crate::value::Value;

crate::view! {
    /// 定期の義務の実施: when each was last done.
    Done: Register "duties_done", "定期の義務の実施" {
        id: String = Text, "番号";
        duty: String = Code("duty"), "義務";
        scope: Option<String> = Text, "対象";
        done_on: Date = Day, "実施日";
        done_by: Option<String> = Person, "実施した人";
        next: Option<Date> = Day, "次の期日（毎年の日が決まっているとき）";
        evidence: i64 = Evidence, "記録";
    }
}

impl Done {
    /// The day from which everything runs that was never done.
    pub(super) fn start(event: &Event) -> Self {
        Self {
            id: FIRST.to_owned(),
            duty: FIRST.to_owned(),
            scope: None,
            done_on: Date::in_japan(event.at_ms),
            done_by: None,
            next: None,
            evidence: event.seq_cell(),
        }
    }
}

/// Days before which something due for a row is called to mind.
const ROW_LEAD: Period = Period::Days(7);

/// The book with the periods that the municipality settled, and the state in which one is in force.
const TERMS: &str = "duty_terms";
const IN_FORCE: &str = "in_force";

/// How it stands with something due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The day has passed.
    Overdue,
    /// It is today.
    Due,
    /// It is near.
    Soon,
    /// There is time.
    Later,
}

/// Whose something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// One person's.
    Person(String),
    /// That of the holders of these roles; where a section is named, of those who have a post there.
    Roles(Vec<String>, Option<String>),
}

/// Something due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its name.
    pub duty: &'static str,
    /// What is to be done.
    pub ja: &'static str,
    /// The row for which it is, with its book.
    pub row: Option<(&'static str, String)>,
    /// The room or section for which it is.
    pub scope: Option<String>,
    /// The last day.
    pub day: Date,
    /// How it stands.
    pub standing: Standing,
    /// Whose it is.
    pub owner: Owner,
    /// How urgent.
    pub urgency: Urgency,
    /// The act that does it.
    pub act: Option<&'static str>,
    /// Where the text asks it.
    pub cites: Vec<Citation>,
}

impl Due {
    /// Whether it is a person's on a day.
    #[must_use]
    pub fn is_of(&self, books: &impl Registers, profile: &Profile, person: &str, day: Date) -> bool {
        match &self.owner {
            Owner::Person(owner) => owner == person,
            Owner::Roles(roles, section) => {
                let holds = roles.iter().any(|role| organisation::holds(books, profile, person, role, day));
                holds && section.as_ref().is_none_or(|section| has_post_in(books, profile, person, section, day))
            }
        }
    }
}

fn has_post_in(books: &impl Registers, profile: &Profile, person: &str, section: &str, day: Date) -> bool {
    let held = organisation::posts(books, person, day);
    held.iter().filter_map(|held| profile.post(&held.post)).any(|post| post.section == section)
}

/// Everything that is due under a regulation, the most pressing first.
pub fn due(filings: &Filings, books: &impl Registers, profile: &Profile, today: Date) -> Vec<Due> {
    let terms = terms(filings, books);
    let look = Looking { books, profile, today, terms };
    let mut all: Vec<Due> = Vec::new();
    for (book, duty) in filings.procedures().row_duties() {
        if let Some(view) = filings.view(&book.name).filter(|_| !filings.waives(&duty.name)) {
            look.rows(view, duty, &mut all);
        }
    }
    let kept = filings.procedures().periodic().filter(|duty| !filings.waives(&duty.name));
    kept.for_each(|duty| look.periodic(duty, &mut all));
    all.sort_by(|a, b| (a.standing, a.day, a.urgency, a.duty).cmp(&(b.standing, b.day, b.urgency, b.duty)));
    all
}

/// The periods that the municipality settled by decision, by duty.
fn terms(filings: &Filings, books: &impl Registers) -> BTreeMap<String, Period> {
    let Some(view) = filings.view(TERMS) else { return BTreeMap::new() };
    let in_force = books
        .rows(view.name, "")
        .into_iter()
        .filter(|row| get(view, row, "state").and_then(Value::text) == Some(IN_FORCE));
    let term = |row: Vec<Value>| {
        let duty = get(view, &row, "duty")?.text()?.to_owned();
        let number = get(view, &row, "length")?.int()?;
        let unit = get(view, &row, "unit")?.text()?.to_owned();
        format!("{number}{unit}").parse().ok().map(|period| (duty, period))
    };
    in_force.filter_map(term).collect()
}

struct Looking<'a, B: Registers> {
    books: &'a B,
    profile: &'a Profile,
    today: Date,
    terms: BTreeMap<String, Period>,
}

impl<B: Registers> Looking<'_, B> {
    /// The articles on which a duty rests; none where the text is silent, so that there is no duty.
    fn cites(&self, basis: &[String]) -> Option<Vec<Citation>> {
        let first = basis.first()?;
        self.profile.settings.basis.get(first)?;
        let mut cites: Vec<Citation> = Vec::new();
        for cite in basis.iter().filter_map(|topic| self.profile.settings.basis.get(topic)).flatten() {
            if !cites.contains(cite) {
                cites.push(cite.clone());
            }
        }
        Some(cites)
    }

    fn standing(&self, day: Date, lead: Period) -> Standing {
        match day.cmp(&self.today) {
            std::cmp::Ordering::Less => Standing::Overdue,
            std::cmp::Ordering::Equal => Standing::Due,
            std::cmp::Ordering::Greater if lead.after(self.today) >= day => Standing::Soon,
            std::cmp::Ordering::Greater => Standing::Later,
        }
    }

    /// How long it is: what the text gives, or the municipality settled, or the national default.
    fn period(&self, duty: &str, usual: Period) -> Period {
        let term = self.profile.settings.periods.get(duty);
        let given = term.and_then(|term| term.every.or(term.within));
        let fixed = term.is_some_and(|term| term.basis == sekisho_regulation::profile::Basis::Text);
        let settled = self.terms.get(duty).copied().filter(|_| !fixed);
        settled.or(given).unwrap_or(usual)
    }

    fn rows(&self, view: &'static ViewSpec, duty: &'static RowDuty, all: &mut Vec<Due>) {
        let Some(cites) = self.cites(&duty.basis) else { return };
        let within = self.period(&duty.name, duty.within);
        for row in self.books.rows(view.name, "") {
            if !fits(view, &row, &duty.states, &duty.is) {
                continue;
            }
            let from = match get(view, &row, &duty.from) {
                Some(Value::Int(ms)) => Some(Date::in_japan(*ms)),
                Some(Value::Text(day)) => day.parse().ok(),
                _ => None,
            };
            let (Some(from), Some(key)) = (from, row.first().and_then(Value::text)) else { continue };
            let day = within.after(from);
            let text = |column: &Option<String>| {
                let value = get(view, &row, column.as_deref()?)?.text()?;
                Some(value.to_owned())
            };
            let owner = match (text(&duty.person), &duty.power) {
                (Some(person), _) => Owner::Person(person),
                (None, power) => {
                    Owner::Roles(self.roles(power.as_deref().unwrap_or("regulation")), text(&duty.section))
                }
            };
            all.push(Due {
                duty: &duty.name,
                ja: &duty.ja,
                row: Some((view.name, key.to_owned())),
                scope: None,
                day,
                standing: self.standing(day, ROW_LEAD),
                owner,
                urgency: duty.urgency,
                act: duty.act.as_deref(),
                cites: cites.clone(),
            });
        }
    }

    fn roles(&self, power: &str) -> Vec<String> {
        self.profile.settings.powers.get(power).cloned().unwrap_or_default()
    }

    fn periodic(&self, duty: &'static Periodic, all: &mut Vec<Due>) {
        let Some(cites) = self.cites(&duty.basis) else { return };
        let Some(start) = self.books.get::<Done>(FIRST).map(|done| done.done_on) else { return };
        let every = self.period(&duty.name, duty.every);
        let mut add = |scope: Option<String>, owner: Owner| {
            let key = scope.as_ref().map_or_else(|| duty.name.clone(), |scope| format!("{}/{scope}", duty.name));
            let last = self.books.get::<Done>(&key);
            let day = match duty.by {
                Some(by) => last.and_then(|last| last.next).unwrap_or_else(|| on_or_after(start, by)),
                None => every.after(last.map_or(start, |last| last.done_on)),
            };
            all.push(Due {
                duty: &duty.name,
                ja: &duty.ja,
                row: None,
                scope,
                day,
                standing: self.standing(day, duty.lead),
                owner,
                urgency: duty.urgency,
                act: duty.act.as_deref(),
                cites: cites.clone(),
            });
        };
        match duty.per {
            None => add(None, Owner::Roles(self.roles(&duty.power), None)),
            Some(Per::Room) => {
                for room in self.profile.settings.rooms.iter().filter(|room| room.controlled()) {
                    let roles =
                        if duty.power == "rooms" { vec![room.manager.clone()] } else { self.roles(&duty.power) };
                    add(Some(room.code.clone()), Owner::Roles(roles, None));
                }
            }
            Some(Per::Person) => {
                let roles = self.roles(&duty.power);
                for person in self.books.scan::<Person>("").into_iter().map(|row| row.person) {
                    let holds =
                        |role: &String| organisation::holds(self.books, self.profile, &person, role, self.today);
                    if roles.iter().any(holds) {
                        add(Some(person.clone()), Owner::Person(person));
                    }
                }
            }
            Some(Per::Section) => {
                for section in self.sections(&duty.power) {
                    let owner = Owner::Roles(self.roles(&duty.power), Some(section.clone()));
                    add(Some(section), owner);
                }
            }
        }
    }

    fn sections(&self, power: &str) -> std::collections::BTreeSet<String> {
        let roles = self.roles(power);
        let roles = roles.iter().filter_map(|role| self.profile.role(role));
        let posts = roles.flat_map(|role| &role.posts).filter_map(|post| self.profile.post(post));
        posts.map(|post| post.section.clone()).collect()
    }
}

/// The first such day of a year that is not before another.
fn on_or_after(from: Date, MonthDay(month, day): MonthDay) -> Date {
    let of = |year: i32| Date::new(year, month, day).or_else(|| Date::new(year, month, 28)).unwrap_or(from);
    if of(from.year()) >= from { of(from.year()) } else { of(from.year() + 1) }
}

/// The next day of the year by which something is due, after it was done on a day while `pending` was the
/// next: what was done in the year up to that day counts for it, and so does what was done too late.
fn next_by(pending: Date, done: Date, by: MonthDay) -> Date {
    if done > pending {
        return on_or_after(done, by);
    }
    let year_before = pending.plus_years(-1);
    if done > year_before { on_or_after(pending.plus_days(1), by) } else { pending }
}

/// Marks what an event fulfils.
pub(super) fn fold(
    filings: &Filings,
    event: &Event,
    row: Option<(&'static ViewSpec, &[Value])>,
    shelf: &mut Shelf<'_>,
) {
    for duty in filings.procedures().periodic().filter(|duty| duty.done.act == *event.act) {
        let value = |name: &str| {
            let own = value_of(event.body.get(name));
            let of_row = || row.and_then(|(view, row)| get(view, row, name)).cloned().unwrap_or_default();
            if own == Value::Null { of_row() } else { own }
        };
        if !meant(&duty.done, &value) {
            continue;
        }
        let scope = duty.done.scope.as_ref().and_then(|name| value(name).text().map(str::to_owned));
        if duty.per.is_some() && scope.is_none() {
            continue;
        }
        let id = scope.as_ref().map_or_else(|| duty.name.clone(), |scope| format!("{}/{scope}", duty.name));
        let done_on = Date::in_japan(event.at_ms);
        let pending = |by| {
            let start = shelf.get::<Done>(FIRST).map_or(done_on, |first| first.done_on);
            shelf.get::<Done>(&id).and_then(|last| last.next).unwrap_or_else(|| on_or_after(start, by))
        };
        let next = duty.by.map(|by| next_by(pending(by), done_on, by));
        let (done_by, evidence) = (event.by.person.clone(), event.seq_cell());
        shelf.put(&Done { id, duty: duty.name.clone(), scope, done_on, done_by, next, evidence });
    }
}

fn meant(done: &DoneBy, value: &dyn Fn(&str) -> Value) -> bool {
    done.is.iter().all(|(name, values): (&String, &OneOrMany)| one_of(&value(name), values))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_of_the_year_comes_once_for_each_year() {
        let by = MonthDay(3, 31);
        assert_eq!(on_or_after(day("2026-04-01"), by), day("2027-03-31"));
        assert_eq!(on_or_after(day("2027-03-31"), by), day("2027-03-31"));
        assert_eq!(on_or_after(day("2026-04-01"), MonthDay(2, 29)), day("2027-02-28"));
        let check = |done: &str, next: &str| assert_eq!(next_by(day("2027-03-31"), day(done), by), day(next), "{done}");
        check("2026-04-10", "2028-03-31");
        check("2027-03-31", "2028-03-31");
        // Too late, it still counts for the day that had passed.
        check("2027-04-02", "2028-03-31");
        // Done once more before its year has begun, it changes nothing.
        check("2026-03-30", "2027-03-31");
    }
}
