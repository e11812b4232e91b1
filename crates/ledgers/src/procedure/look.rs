//! Looking whether a test holds: over the fields of a step, its row, other books and the profile.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_gate::FactSheet;
use sekisho_regulation::Date;
use sekisho_regulation::procedure::{BookError, Covers, Holds, Linked, Need, OneOrMany, Rows, Test, Within};

use super::fold::{get, value_of};
use super::{Filings, builtin};
use crate::kind::Ask;
use crate::kinds::{KINDS, organisation};
use crate::spec::{ColumnKind, FieldKind, FieldSpec, Row, ViewSpec};
use crate::value::Value;

/// What a test looks at.
pub(super) struct Look<'a> {
    pub(super) filings: &'a Filings,
    pub(super) ask: &'a Ask<'a>,
    /// The act's fields.
    pub(super) fields: &'static [FieldSpec],
    /// The book whose row it is about, if the act is a step.
    pub(super) view: Option<&'static ViewSpec>,
    pub(super) row: Option<&'a [Value]>,
}

const MINUTE_MS: i64 = 60_000;

/// A day or an instant or a number, as far as one lies before another.
#[derive(Clone, Copy, Debug)]
enum Point {
    Day(i64),
    Ms(i64),
    Number(i64),
}

impl Point {
    fn after_or_with(self, earlier: Self) -> bool {
        match (earlier, self) {
            (Self::Number(a), Self::Number(b)) => a <= b,
            // What somebody types has no seconds, what is stamped has: both in one minute are in order.
            (Self::Ms(a), Self::Ms(b)) => a.div_euclid(MINUTE_MS) <= b.div_euclid(MINUTE_MS),
            (Self::Number(_), _) | (_, Self::Number(_)) => false,
            (a, b) => a.days() <= b.days(),
        }
    }

    fn days(self) -> i64 {
        match self {
            Self::Ms(ms) => Date::in_japan(ms).days(),
            Self::Day(n) | Self::Number(n) => n,
        }
    }
}

impl Look<'_> {
    /// Puts on the sheet whether a need is met, as far as it is asked here.
    pub(super) fn set(&self, need: &Need, sheet: &mut FactSheet) {
        let asked = need.when.as_ref().is_none_or(|when| self.holds(when));
        sheet.set(&need.fact, !asked || self.holds(&need.test));
    }

    /// Whether a test holds.
    pub(super) fn holds(&self, test: &Test) -> bool {
        match test {
            Test::Filled(names) => names.iter().all(|name| self.value(name).0 != Value::Null),
            Test::Ticked(names) => names.iter().all(|name| self.value(name).0 == Value::Bool(true)),
            Test::Is(wanted) => wanted.iter().all(|(name, values)| one_of(&self.value(name).0, values)),
            Test::Includes(wanted) => {
                wanted.iter().all(|(name, codes)| codes.iter().all(|code| self.codes(name).contains(code)))
            }
            Test::IncludesChoice(wanted) => wanted.iter().all(|(name, list)| {
                let codes = self.codes(name);
                self.choice(list).iter().all(|code| codes.contains(code))
            }),
            Test::Offered(names) => names.iter().all(|name| self.offered(name)),
            Test::Order(names) => self.in_order(names),
            Test::Within(within) => self.within(within),
            Test::Equal((a, b)) => self.value(a).0 == self.value(b).0,
            Test::Differ((a, b)) => self.value(a).0 != self.value(b).0,
            Test::Least(wanted) => wanted.iter().all(|(name, least)| self.count(name).is_some_and(|n| n >= *least)),
            Test::Most(wanted) => wanted.iter().all(|(name, most)| self.count(name).is_none_or(|n| n <= *most)),
            Test::Sum(sides) => self.sum(&sides.of) == self.sum(&sides.is),
            Test::Linked(linked) => self.linked(linked),
            Test::Some(rows) => self.rows(rows) >= rows.least,
            Test::None(rows) => self.rows(rows) == 0,
            Test::Covers(covers) => self.covers(covers),
            Test::Holds(holds) => self.holds_power(holds),
            Test::InOffice(power) => self.in_office(power),
            Test::OwnSection(name) => self.own_section(self.value(name).0.text().unwrap_or_default()),
            Test::Actor(name) => self.actor().is_some() && self.value(name).0.text() == self.actor(),
            Test::Builtin(name) => builtin::find(name).is_some_and(|test| test(self)),
            Test::All(tests) => tests.iter().all(|test| self.holds(test)),
            Test::Any(tests) => tests.iter().any(|test| self.holds(test)),
            Test::Not(test) => !self.holds(test),
        }
    }

    pub(super) fn actor(&self) -> Option<&str> {
        self.ask.act.by.person.as_deref()
    }

    /// What a name stands for, and what kind of column or field that is.
    pub(super) fn value(&self, name: &str) -> (Value, ColumnKind) {
        let mut parts = name.split('.');
        let first = parts.next().unwrap_or_default();
        let mut at = match first {
            "today" => (Value::Text(self.ask.today().to_string().into()), ColumnKind::Day),
            "now" => (Value::Int(self.ask.now_ms), ColumnKind::Instant),
            "actor" => (self.actor().map_or(Value::Null, |person| Value::Text(person.into())), ColumnKind::Person),
            "row" => self.column(parts.next().unwrap_or_default()),
            field => self.field(field).unwrap_or_else(|| self.column(field)),
        };
        for column in parts {
            at = self.follow(&at, column);
        }
        at
    }

    fn field(&self, name: &str) -> Option<(Value, ColumnKind)> {
        let field = self.fields.iter().find(|field| field.name == name)?;
        let asked = &self.ask.act.asked;
        let value = value_of(asked.public.get(name).or_else(|| asked.private.get(name)));
        Some((value, kind_of(field.kind)))
    }

    fn column(&self, name: &str) -> (Value, ColumnKind) {
        let Some(view) = self.view else { return (Value::Null, ColumnKind::Text) };
        let kind =
            view.position(name).and_then(|at| view.columns.get(at)).map_or(ColumnKind::Text, |column| column.kind);
        let value = self.row.and_then(|row| get(view, row, name)).cloned();
        (value.unwrap_or_default(), kind)
    }

    fn follow(&self, from: &(Value, ColumnKind), column: &str) -> (Value, ColumnKind) {
        let nothing = (Value::Null, ColumnKind::Text);
        let (Some(key), Some(view)) = (from.0.text(), self.target(from.1)) else { return nothing };
        let Some(row) = self.ask.books.row_dyn(view.name, key) else { return nothing };
        let kind = view.columns.iter().find(|c| c.name == column).map_or(ColumnKind::Text, |c| c.kind);
        (get(view, &row, column).cloned().unwrap_or_default(), kind)
    }

    fn target(&self, kind: ColumnKind) -> Option<&'static ViewSpec> {
        match kind {
            ColumnKind::Ref(view) | ColumnKind::Refs(view) => self.filings.view(view),
            ColumnKind::Person => self.filings.view("people"),
            _ => None,
        }
    }

    fn codes(&self, name: &str) -> Vec<String> {
        let value = self.value(name).0;
        value.text().unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    }

    fn choice(&self, list: &str) -> Vec<String> {
        if let Some(codes) = self.ask.profile.settings.choices.get(list) {
            return codes.clone();
        }
        let codes = self.filings.procedures().codes(list).unwrap_or_default();
        codes.iter().map(|(code, _)| code.clone()).collect()
    }

    fn offered(&self, name: &str) -> bool {
        let ColumnKind::Code(list) = self.value(name).1 else { return false };
        let offered = self.choice(list);
        let codes = self.codes(name);
        !codes.is_empty() && codes.iter().all(|code| offered.contains(code))
    }

    fn point(&self, name: &str) -> Option<Point> {
        match self.value(name) {
            (Value::Int(ms), ColumnKind::Instant) => Some(Point::Ms(ms)),
            (Value::Int(number), _) => Some(Point::Number(number)),
            (Value::Text(day), _) => day.parse::<Date>().ok().map(|day| Point::Day(day.days())),
            _ => None,
        }
    }

    fn in_order(&self, names: &[String]) -> bool {
        let points: Option<Vec<Point>> = names.iter().map(|name| self.point(name)).collect();
        points.is_some_and(|points| points.windows(2).all(|pair| matches!(pair, [a, b] if b.after_or_with(*a))))
    }

    fn within(&self, within: &Within) -> bool {
        let Some((from, to)) = self.point(&within.from).zip(self.point(&within.to)) else { return false };
        let last = within.most.after(Date::from_days(from.days()));
        to.days() <= last.days()
    }

    /// A number, or how many there are of a list.
    fn count(&self, name: &str) -> Option<i64> {
        match self.value(name) {
            (Value::Int(number), ColumnKind::Int) => Some(number),
            (Value::Text(list), _) => i64::try_from(list.split_whitespace().count()).ok(),
            (Value::Null, ColumnKind::Code(_) | ColumnKind::People | ColumnKind::Refs(_)) => Some(0),
            _ => None,
        }
    }

    fn sum(&self, names: &[String]) -> i64 {
        let number = |name: &str| self.value(name).0.int().unwrap_or(0);
        names.iter().map(|name| name.strip_prefix('-').map_or_else(|| number(name), |name| -number(name))).sum()
    }

    fn linked(&self, linked: &Linked) -> bool {
        let from = self.value(&linked.by);
        let Some(view) = self.target(from.1) else { return false };
        let keys: Vec<&str> = from.0.text().unwrap_or_default().split_whitespace().collect();
        let sound = |key: &&str| {
            let row = self.ask.books.row_dyn(view.name, key);
            row.is_some_and(|row| fits(view, &row, &linked.state, &linked.is))
        };
        !keys.is_empty() && keys.iter().all(sound)
    }

    fn rows(&self, rows: &Rows) -> usize {
        let of = match &rows.of {
            Some(name) => self.value(name).0,
            None => self.row.and_then(|row| row.first()).cloned().unwrap_or_default(),
        };
        let Some(view) = self.filings.view(&rows.book) else { return 0 };
        let names = |row: &Row| {
            let Some(by) = &rows.by else { return true };
            let Some(of) = of.text() else { return false };
            let named = get(view, row, by).and_then(Value::text);
            // Only where a column holds several is it taken apart: a serial number may have a space.
            let several = view.columns.iter().any(|column| column.name == by.as_str() && holds_several(column.kind));
            named.is_some_and(|named| if several { named.split(' ').any(|one| one == of) } else { named == of })
        };
        let same = |row: &Row| {
            rows.same.iter().all(|name| get(view, row, name).cloned().unwrap_or_default() == self.value(name).0)
        };
        let found = self.ask.books.rows_dyn(view.name, "").into_iter();
        found.filter(|row| names(row) && same(row) && fits(view, row, &rows.state, &rows.is)).count()
    }

    fn covers(&self, covers: &Covers) -> bool {
        let wanted = sections(self.ask, &covers.power);
        let found: BTreeSet<String> = match (&covers.field, &covers.book) {
            (Some(field), _) => self.codes(field).into_iter().collect(),
            (None, Some(book)) => {
                let key = self.row.and_then(|row| row.first()).and_then(Value::text);
                let Some((view, key)) = self.filings.view(book).zip(key) else { return false };
                let by = covers.by.as_deref().unwrap_or_default();
                let column = covers.column.as_deref().unwrap_or("section");
                let rows = self.ask.books.rows_dyn(view.name, "").into_iter();
                let mine = rows.filter(|row| {
                    get(view, row, by).and_then(Value::text) == Some(key)
                        && fits(view, row, &covers.state, &BTreeMap::new())
                });
                mine.filter_map(|row| get(view, &row, column)?.text().map(str::to_owned)).collect()
            }
            (None, None) => return false,
        };
        wanted.is_subset(&found)
    }

    fn holds_power(&self, holds: &Holds) -> bool {
        let person = match holds.who.as_str() {
            "actor" => self.actor().map(str::to_owned),
            name => self.value(name).0.text().map(str::to_owned),
        };
        let day = match &holds.on {
            Some(name) => self.point(name).map(|point| Date::from_days(point.days())),
            None => Some(self.ask.today()),
        };
        let roles = self.ask.profile.settings.powers.get(&holds.power);
        let (Some(person), Some(day), Some(roles)) = (person, day, roles) else { return false };
        roles.iter().any(|role| organisation::holds(&self.ask.books, self.ask.profile, &person, role, day))
    }

    /// Whether somebody holds a power today; true where the profile gives it to nobody.
    fn in_office(&self, power: &str) -> bool {
        let profile = self.ask.profile;
        let roles = profile.settings.powers.get(power).map_or(&[][..], Vec::as_slice);
        roles.is_empty()
            || roles.iter().any(|role| organisation::filled(&self.ask.books, profile, role, self.ask.today()))
    }

    fn own_section(&self, section: &str) -> bool {
        let held = organisation::posts(&self.ask.books, self.actor().unwrap_or_default(), self.ask.today());
        held.iter().filter_map(|held| self.ask.profile.post(&held.post)).any(|post| post.section == section)
    }
}

/// The sections in which somebody holds a power through a post.
pub(super) fn sections(ask: &Ask<'_>, power: &str) -> BTreeSet<String> {
    let profile = ask.profile;
    let roles = profile.settings.powers.get(power).into_iter().flatten().filter_map(|role| profile.role(role));
    roles.flat_map(|role| &role.posts).filter_map(|post| profile.post(post)).map(|post| post.section.clone()).collect()
}

/// Whether a row is in one of the states and has the values.
pub(super) fn fits(view: &ViewSpec, row: &[Value], states: &[String], is: &BTreeMap<String, OneOrMany>) -> bool {
    let state = get(view, row, "state").and_then(Value::text);
    let in_state = states.is_empty() || state.is_some_and(|state| states.iter().any(|one| one == state));
    let value = |name: &str| get(view, row, name).cloned().unwrap_or_default();
    in_state && is.iter().all(|(name, values)| one_of(&value(name), values))
}

/// Whether a cell has one of the values.
pub(super) fn one_of(value: &Value, values: &OneOrMany) -> bool {
    match value {
        Value::Text(text) => values.has(text),
        Value::Int(number) => values.has(&number.to_string()),
        Value::Bool(yes) => values.has(if *yes { "true" } else { "false" }),
        // A box that nobody ticked says no.
        Value::Null => values.has("") || values.has("false"),
    }
}

/// The kind of column that a field fills; personal text is there to be looked at.
const fn kind_of(kind: FieldKind) -> ColumnKind {
    match kind {
        FieldKind::Line(_) | FieldKind::Lines(_) => ColumnKind::Text,
        FieldKind::Code(list) | FieldKind::Codes(list) => ColumnKind::Code(list),
        FieldKind::Ref(view) => ColumnKind::Ref(view),
        FieldKind::Refs(view) => ColumnKind::Refs(view),
        FieldKind::Person => ColumnKind::Person,
        FieldKind::People => ColumnKind::People,
        FieldKind::Day => ColumnKind::Day,
        FieldKind::Moment => ColumnKind::Instant,
        FieldKind::Int(..) => ColumnKind::Int,
        FieldKind::Check => ColumnKind::Bool,
    }
}

const fn holds_several(kind: ColumnKind) -> bool {
    matches!(kind, ColumnKind::Refs(_) | ColumnKind::People | ColumnKind::Code(_))
}

/// Whether every test speaks of what there is.
pub(super) fn check(filings: &Filings) -> Result<(), BookError> {
    for place in filings.steps.values() {
        for need in &place.step.needs {
            let known = |name: &str| place.view.position(name).is_some();
            check_need(&place.step.act, need, &known)?;
        }
        for other in filings.procedures().act_needs().filter(|other| other.is_of(&place.step.act)) {
            let known = |name: &str| place.spec.fields.iter().any(|field| field.name == name);
            check_need(&place.step.act, &other.need, &known)?;
        }
    }
    for other in filings.procedures().act_needs() {
        for act in KINDS.iter().flat_map(|kind| kind.acts()).filter(|act| other.is_of(act.spec.name)) {
            let known = |name: &str| act.spec.fields.iter().any(|field| field.name == name);
            check_need(act.spec.name, &other.need, &known)?;
        }
    }
    Ok(())
}

fn check_need(place: &str, need: &Need, known: &dyn Fn(&str) -> bool) -> Result<(), BookError> {
    std::iter::once(&need.test).chain(&need.when).try_for_each(|test| check_test(place, test, known))
}

fn check_test(place: &str, test: &Test, column: &dyn Fn(&str) -> bool) -> Result<(), BookError> {
    let wrong = |cause: String| Err(BookError { place: place.to_owned(), cause });
    let mut names: Vec<&str> = Vec::new();
    match test {
        Test::Filled(all) | Test::Ticked(all) | Test::Offered(all) | Test::Order(all) => {
            names.extend(all.iter().map(String::as_str))
        }
        Test::Is(all) => names.extend(all.keys().map(String::as_str)),
        Test::Includes(all) => names.extend(all.keys().map(String::as_str)),
        Test::IncludesChoice(all) => names.extend(all.keys().map(String::as_str)),
        Test::Least(all) | Test::Most(all) => names.extend(all.keys().map(String::as_str)),
        Test::Within(within) => names.extend([within.from.as_str(), &within.to]),
        Test::Equal((a, b)) | Test::Differ((a, b)) => names.extend([a.as_str(), b]),
        Test::Sum(sides) => names.extend(sides.of.iter().chain(&sides.is).map(|name| name.trim_start_matches('-'))),
        Test::Linked(linked) => names.push(&linked.by),
        Test::Some(rows) | Test::None(rows) => {
            names.extend(rows.of.iter().chain(&rows.same).map(String::as_str));
        }
        Test::Covers(covers) => names.extend(covers.field.as_deref()),
        Test::Holds(holds) => names.extend(std::iter::once(holds.who.as_str()).chain(holds.on.as_deref())),
        Test::OwnSection(name) | Test::Actor(name) => names.push(name),
        Test::Builtin(name) if builtin::find(name).is_none() => {
            return wrong(format!("組込みの判定`{name}`がありません。"));
        }
        Test::Builtin(_) | Test::InOffice(_) => {}
        Test::All(tests) | Test::Any(tests) => {
            return tests.iter().try_for_each(|test| check_test(place, test, column));
        }
        Test::Not(test) => return check_test(place, test, column),
    }
    let known = |name: &str| {
        let mut parts = name.split('.');
        let first = parts.next().unwrap_or_default();
        let own = if first == "row" { parts.next().unwrap_or_default() } else { first };
        matches!(first, "today" | "now" | "actor") || column(own)
    };
    match names.into_iter().find(|name| !known(name)) {
        Some(name) => wrong(format!("`{name}`という欄はありません。")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_and_what_is_stamped_in_one_minute_are_in_order() {
        let (typed, stamped) = (Point::Ms(MINUTE_MS), Point::Ms(MINUTE_MS + 59_999));
        assert!(typed.after_or_with(stamped) && stamped.after_or_with(typed));
        let before = Point::Ms(MINUTE_MS - 1);
        assert!(!before.after_or_with(typed), "a minute earlier is earlier");
    }
}
