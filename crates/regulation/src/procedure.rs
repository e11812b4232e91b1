//! Books as data: what a book holds, the steps that its rows go through, what must be there before
//! each, and what is due after. See `docs/books.md` for the format.
//!
//! Here stands what the law needs of it: the vocabulary, the rules and the theorems that follow from a
//! declaration. The fold, the forms and the facts are the ledgers'.

use std::collections::BTreeMap;

use serde::Deserialize;

mod check;
mod field;
mod period;
mod rules;
mod test;

pub use check::BookError;
pub use field::{Field, Is};
pub use period::Period;
pub use test::{Balance, Covers, Holds, Linked, Rows, Test, Within};

/// The folder of the declarations among the national files.
pub const FOLDER: &str = "books/";

/// A file of books: one area of business.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// The room of the menu in which its books stand.
    pub room: String,
    /// Topics that a regulation may speak of, with their names.
    #[serde(default)]
    pub topics: BTreeMap<String, String>,
    /// Powers that a regulation gives to roles.
    #[serde(default)]
    pub powers: BTreeMap<String, Power>,
    /// Lists of codes with their names, in the order in which forms offer them.
    #[serde(default)]
    pub codes: BTreeMap<String, Vec<(String, String)>>,
    /// The books.
    #[serde(default, rename = "book")]
    pub books: Vec<Book>,
    /// What is due again and again.
    #[serde(default, rename = "duty")]
    pub duties: Vec<Periodic>,
    /// What other acts need of these books.
    #[serde(default, rename = "need")]
    pub needs: Vec<ActNeed>,
}

/// A condition of acts that are code, or of several steps, drawn from books that are data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActNeed {
    /// The acts; `identity.*` is every act of that family.
    pub acts: Vec<String>,
    /// Whether it speaks before the question who may do the act.
    #[serde(default)]
    pub first: bool,
    /// The condition.
    pub need: Need,
}

impl ActNeed {
    /// Whether an act is meant.
    #[must_use]
    pub fn is_of(&self, act: &str) -> bool {
        self.acts.iter().any(|one| match one.strip_suffix('*') {
            Some(family) => act.starts_with(family),
            None => one == act,
        })
    }
}

/// A power.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Power {
    /// What it is.
    pub ja: String,
    /// The power that it goes with where a profile says nothing.
    pub like: String,
}

/// A book.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    /// Name of its view.
    pub name: String,
    /// Name on pages.
    pub ja: String,
    /// What it is, in a sentence.
    pub about: String,
    /// What the numbers of its rows begin with.
    pub number: String,
    /// States of a row with their names.
    #[serde(default)]
    pub states: Vec<(String, String)>,
    /// What a row goes through.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
    /// What is due for its rows.
    #[serde(default, rename = "duty")]
    pub duties: Vec<RowDuty>,
}

/// A step of a row: an act.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The act's name.
    pub act: String,
    /// Its name on pages.
    pub ja: String,
    /// States in which it may be done; none: it opens a row.
    #[serde(default)]
    pub from: Vec<String>,
    /// The state afterwards; the same when left out.
    pub to: Option<String>,
    /// Columns that keep who did it, in which office, and when: name and label.
    pub stamp: Option<(String, String)>,
    /// Topics on which it rests.
    pub basis: Vec<String>,
    /// The power that it takes.
    pub power: Option<String>,
    /// The code with which somebody without the power is refused.
    pub code: Option<String>,
    /// What is filled in.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// What must be there before.
    #[serde(default, rename = "need")]
    pub needs: Vec<Need>,
    /// Columns that are computed.
    #[serde(default)]
    pub sets: Vec<Computed>,
    /// Rows of other books whose state changes with it.
    #[serde(default)]
    pub moves: Vec<Move>,
    /// What cannot be undone, in a sentence.
    #[serde(default, rename = "final")]
    pub last: Option<String>,
    /// The stamp of the application that this step decides.
    pub decides: Option<String>,
}

/// The field by which a step names its row.
pub const ROW: &str = "no";
/// The field and column that name who else read what an applicant decides alone (AMB-G-09).
pub const SECOND_READER: &str = "second_reader";

/// A condition of a step: a fact, the rule over it, and what is said when it does not hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// The fact's name.
    pub fact: String,
    /// How yes reads.
    pub ja: String,
    /// How no reads, where turning it round does not do.
    pub no: Option<String>,
    /// What is looked at.
    pub test: Test,
    /// It is asked only where this holds.
    pub when: Option<Test>,
    /// The code of the refusal.
    pub code: String,
    /// The refusal in a sentence.
    pub refuse: String,
    /// What to do, in a sentence.
    pub remedy: String,
    /// Topics on which it rests, where they differ from the step's.
    #[serde(default)]
    pub basis: Vec<String>,
}

/// A column that a step computes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Computed {
    /// The column.
    pub column: String,
    /// Its name on pages.
    pub ja: String,
    /// Minutes from the first to the second.
    pub minutes: Option<(String, String)>,
    /// Days from the first to the second.
    pub days: Option<(String, String)>,
    /// A sum of columns; `-a` subtracts.
    pub sum: Option<Vec<String>>,
}

/// A row of another book that goes to another state.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The field or column that names it.
    pub by: String,
    /// Its state afterwards.
    pub to: String,
}

/// How urgent something is, as the texts say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// 直ちに.
    AtOnce,
    /// 速やかに.
    Soon,
    /// できるだけ速やかに.
    Prompt,
    /// 事前に.
    Before,
    /// 定期的に.
    Periodic,
}

/// What is due for each row in some states.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowDuty {
    /// Its name.
    pub name: String,
    /// What is to be done.
    pub ja: String,
    /// States in which it stands.
    #[serde(rename = "in")]
    pub states: Vec<String>,
    /// A further condition of the row.
    #[serde(default)]
    pub is: BTreeMap<String, OneOrMany>,
    /// The column from which it runs: a day or an instant.
    pub from: String,
    /// How long after.
    pub within: Period,
    /// How urgent.
    pub urgency: Urgency,
    /// Topics on which it rests.
    pub basis: Vec<String>,
    /// The column that names whose it is.
    pub person: Option<String>,
    /// The power whose holders' it is.
    pub power: Option<String>,
    /// The column with the section, where only holders in that section are meant.
    pub section: Option<String>,
    /// The act that does it.
    pub act: Option<String>,
}

/// What is due again and again.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Periodic {
    /// Its name.
    pub name: String,
    /// What is to be done.
    pub ja: String,
    /// How often, where the text names no length.
    pub every: Period,
    /// The day of each year by which it is due, as `MM-DD`.
    pub by: Option<MonthDay>,
    /// One for each of these.
    pub per: Option<Per>,
    /// Called to mind that long before.
    #[serde(default = "fortnight")]
    pub lead: Period,
    /// Topics on which it rests.
    pub basis: Vec<String>,
    /// The power whose holders' it is.
    pub power: String,
    /// What fulfils it.
    pub done: Done,
    /// Where to begin.
    pub act: Option<String>,
    /// How urgent.
    #[serde(default = "periodic")]
    pub urgency: Urgency,
}

const fn fortnight() -> Period {
    Period::Days(14)
}

const fn periodic() -> Urgency {
    Urgency::Periodic
}

/// For what a periodic duty stands once each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Every room under entry control; the room's manager answers for it.
    Room,
    /// Every section in which a post holds the power.
    Section,
    /// Every person who holds the power; each answers for it alone.
    Person,
}

/// The act that fulfils a periodic duty.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// The act.
    pub act: String,
    /// Values that it or its row must have.
    #[serde(default)]
    pub is: BTreeMap<String, OneOrMany>,
    /// The field or column that says for which room or section.
    pub scope: Option<String>,
}

/// A month and a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct MonthDay(pub u8, pub u8);

impl TryFrom<String> for MonthDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts = text.split_once('-').and_then(|(m, d)| Some((m.parse().ok()?, d.parse().ok()?)));
        // A leap year has every day.
        let sound = parts.filter(|(month, day)| crate::Date::new(2028, *month, *day).is_some());
        sound.map(|(month, day)| Self(month, day)).ok_or_else(|| format!("「{text}」は月日（03-31など）ではありません"))
    }
}

/// A value, or several of which one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl OneOrMany {
    /// Whether `value` is among them.
    #[must_use]
    pub fn has(&self, value: &str) -> bool {
        match self {
            Self::One(one) => one == value,
            Self::Many(many) => many.iter().any(|one| one == value),
        }
    }
}

/// Every area.
#[derive(Clone, Debug, Default)]
pub struct Procedures {
    /// By the name of its file, without ending.
    pub areas: BTreeMap<String, Area>,
}

impl Procedures {
    /// Reads every declaration among these files (`books/*.toml`).
    ///
    /// # Errors
    /// [`BookError`] when a file is malformed or says something that cannot be.
    pub fn read<'f>(files: impl Iterator<Item = (&'f str, &'f str)>) -> Result<Self, BookError> {
        let mut all = Self::default();
        for (name, text) in files {
            let Some(area) = name.strip_prefix(FOLDER).and_then(|name| name.strip_suffix(".toml")) else { continue };
            let malformed = |cause: String| BookError { place: name.to_owned(), cause };
            let mut read: Area = toml::from_str(text).map_err(|e| malformed(e.to_string()))?;
            read.books.iter_mut().flat_map(|book| &mut book.steps).for_each(Step::complete);
            all.areas.insert(area.to_owned(), read);
        }
        all.check()?;
        Ok(all)
    }

    /// Every book with its area.
    pub fn books(&self) -> impl Iterator<Item = (&str, &Book)> {
        self.areas.iter().flat_map(|(name, area)| area.books.iter().map(move |book| (name.as_str(), book)))
    }

    /// The book with this name.
    #[must_use]
    pub fn book(&self, name: &str) -> Option<&Book> {
        self.books().map(|(_, book)| book).find(|book| book.name == name)
    }

    /// Every step with its book.
    pub fn steps(&self) -> impl Iterator<Item = (&Book, &Step)> {
        self.books().flat_map(|(_, book)| book.steps.iter().map(move |step| (book, step)))
    }

    /// Every condition of acts that are code.
    pub fn act_needs(&self) -> impl Iterator<Item = &ActNeed> {
        self.areas.values().flat_map(|area| &area.needs)
    }

    /// Everything that is due again and again.
    pub fn periodic(&self) -> impl Iterator<Item = &Periodic> {
        self.areas.values().flat_map(|area| &area.duties)
    }

    /// Everything that is due for rows, with the book.
    pub fn row_duties(&self) -> impl Iterator<Item = (&Book, &RowDuty)> {
        self.books().flat_map(|(_, book)| book.duties.iter().map(move |duty| (book, duty)))
    }

    /// The codes of a list; those of a book's states are in the list `BOOK.state`.
    #[must_use]
    pub fn codes(&self, list: &str) -> Option<&[(String, String)]> {
        if let Some(book) = list.strip_suffix(".state") {
            return self.book(book).map(|book| book.states.as_slice());
        }
        self.areas.values().find_map(|area| area.codes.get(list)).map(Vec::as_slice)
    }
}

impl Step {
    /// Adds the field that a decision has by itself.
    fn complete(&mut self) {
        if self.decides.is_some() && !self.fields.iter().any(|field| field.name == SECOND_READER) {
            let ja = "ほかに確かめた人（申請した人が自ら決めるとき）".to_owned();
            let name = SECOND_READER.to_owned();
            self.fields.push(Field { name, ja, is: Is::Person, optional: true, private: false });
        }
    }

    /// Whether it opens a row.
    #[must_use]
    pub fn opens(&self) -> bool {
        self.from.is_empty()
    }
}

impl Book {
    /// The name of a state.
    #[must_use]
    pub fn state_ja<'b>(&'b self, state: &'b str) -> &'b str {
        self.states.iter().find(|(code, _)| code == state).map_or(state, |(_, ja)| ja.as_str())
    }
}
