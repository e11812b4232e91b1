//! What a step looks at before it may be done.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{OneOrMany, Period};

/// A test over the fields of a step, its row, other books and the profile. `docs/books.md` says what
/// each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Test {
    /// All are filled in.
    Filled(Vec<String>),
    /// All are ticked.
    Ticked(Vec<String>),
    /// Each has one of the values.
    Is(BTreeMap<String, OneOrMany>),
    /// The codes include all of these.
    Includes(BTreeMap<String, Vec<String>>),
    /// The codes include every code that the profile offers of a list.
    IncludesChoice(BTreeMap<String, String>),
    /// The code is one that the profile offers.
    Offered(Vec<String>),
    /// None lies before the one in front of it.
    Order(Vec<String>),
    /// Not more than so much lies between.
    Within(Within),
    /// The values are the same.
    Equal((String, String)),
    /// The values differ.
    Differ((String, String)),
    /// At least so much, or so many.
    Least(BTreeMap<String, i64>),
    /// At most so much, or so many.
    Most(BTreeMap<String, i64>),
    /// Sums are equal.
    Sum(Balance),
    /// The row that a field names.
    Linked(Linked),
    /// There are rows that name this one.
    Some(Rows),
    /// There are no rows that name this one.
    None(Rows),
    /// Every section of a power's holders is covered.
    Covers(Covers),
    /// A person holds a power.
    Holds(Holds),
    /// Somebody holds the power today.
    InOffice(String),
    /// Who acts has a post in the section.
    OwnSection(String),
    /// Who acts is that person.
    Actor(String),
    /// A function of the program.
    Builtin(String),
    /// All hold.
    All(Vec<Self>),
    /// One holds.
    Any(Vec<Self>),
    /// It does not hold.
    Not(Box<Self>),
}

/// See [`Test::Within`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// From this day or instant
    pub from: String,
    /// to that
    pub to: String,
    /// at most so long.
    pub most: Period,
}

/// See [`Test::Sum`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// The one side.
    pub of: Vec<String>,
    /// The other.
    pub is: Vec<String>,
}

/// See [`Test::Linked`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Linked {
    /// The field or column that names the row.
    pub by: String,
    /// States, one of which it is in.
    #[serde(default)]
    pub state: Vec<String>,
    /// Values that it has.
    #[serde(default)]
    pub is: BTreeMap<String, OneOrMany>,
}

/// See [`Test::Some`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    /// The book.
    pub book: String,
    /// Its column that names this row; without one, any row of the book is meant.
    pub by: Option<String>,
    /// What the column names: this row when left out.
    pub of: Option<String>,
    /// States, one of which the rows are in.
    #[serde(default)]
    pub state: Vec<String>,
    /// Values that they have.
    #[serde(default)]
    pub is: BTreeMap<String, OneOrMany>,
    /// Columns in which they have what the field or column of that name has here.
    #[serde(default)]
    pub same: Vec<String>,
    /// At least so many.
    #[serde(default = "one")]
    pub least: usize,
}

const fn one() -> usize {
    1
}

/// See [`Test::Covers`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Covers {
    /// The power whose holders' sections are meant.
    pub power: String,
    /// The field or column with the codes of sections.
    pub field: Option<String>,
    /// Or the book with a row for each.
    pub book: Option<String>,
    /// Its column that names this row.
    pub by: Option<String>,
    /// Its column with the section.
    pub column: Option<String>,
    /// States, one of which its rows are in.
    #[serde(default)]
    pub state: Vec<String>,
}

/// See [`Test::Holds`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holds {
    /// The field or column with the person, or `actor`.
    pub who: String,
    /// The power.
    pub power: String,
    /// The day; today when left out.
    pub on: Option<String>,
}
