//! What a book looks like and what may be asked: the specifications from which lists, details,
//! forms, print, export, the JSON API and the database tables are all made.

use std::collections::BTreeMap;

use sekisho_regulation::Date;
use serde_json::Value as Json;

use crate::value::Value;

/// How a view is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// 台帳: one row a thing, kept up to date; its key is the first column, a text.
    Register,
    /// 履歴: one row an event, never changed; its key is the first column, the event's number.
    Journal,
}

/// A view: a table folded from events.
#[derive(Debug)]
pub struct ViewSpec {
    /// Name in code, in paths and in the database.
    pub name: &'static str,
    /// Name on pages.
    pub label: &'static str,
    /// How it is kept.
    pub keeping: Keeping,
    /// Its columns; the first is the key, the last the number of the event behind the row.
    pub columns: &'static [ColumnSpec],
    /// The column that closes a register's row once it is filled: a closed row stays in the store
    /// but leaves the books in memory, and no fold changes it any more.
    pub closed_by: Option<&'static str>,
}

/// A column of a view.
#[derive(Debug)]
pub struct ColumnSpec {
    /// Name in code.
    pub name: &'static str,
    /// Name on pages.
    pub label: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
}

/// What a column holds and how it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Plain text without personal content.
    Text,
    /// A code, shown by its name in the list with this name.
    Code(&'static str),
    /// The key of a row in another view.
    Ref(&'static str),
    /// The keys of rows in another view, separated by spaces.
    Refs(&'static str),
    /// A person's id, shown by name.
    Person,
    /// The ids of several, separated by spaces.
    People,
    /// A whole number.
    Int,
    /// Yes or no.
    Bool,
    /// A day.
    Day,
    /// An instant, ms since the Unix epoch.
    Instant,
    /// Personal text: the number of the event that holds it, and the field's name there. The
    /// view itself never holds the text, so erasing it needs no fold.
    Private(&'static str),
    /// A blind key of a resident.
    Subject,
    /// The number of the event behind the row.
    Evidence,
}

impl ViewSpec {
    /// The position of a column.
    #[must_use]
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == column)
    }

    /// Whether a row is closed.
    #[must_use]
    pub fn is_closed(&self, row: &[Value]) -> bool {
        let at = self.closed_by.and_then(|column| self.position(column));
        at.and_then(|at| row.get(at)).is_some_and(|value| *value != Value::Null)
    }
}

/// Columns that nobody looks things up by alone, although their kind is one by which people do. An
/// index that is not there costs nothing when an act is recorded: the two journals that every look-up
/// fills had sixteen, and most of what an act wrote to the disk was theirs.
const UNSOUGHT: [(&str, &str); 7] = [
    // Who looked at a resident is asked of the look-ups, which hold every resident that was shown.
    ("operations", "subject"),
    // A handful of values, each in a good part of all rows: an index leads nowhere sooner.
    ("operations", "capacity"),
    ("operations", "purpose"),
    ("lookups", "capacity"),
    ("lookups", "purpose"),
    ("lookups", "terminal"),
    ("lookups", "act"),
];

impl ViewSpec {
    /// The columns that should be quick to look things up by: of a view that grows with the years,
    /// those by which people look. Other registers are small enough to be read through.
    pub fn sought(&'static self) -> impl Iterator<Item = &'static ColumnSpec> {
        let grows = self.keeping == Keeping::Journal || self.closed_by.is_some();
        let kind = |kind| {
            matches!(
                kind,
                ColumnKind::Instant
                    | ColumnKind::Subject
                    | ColumnKind::Ref(_)
                    | ColumnKind::Person
                    | ColumnKind::Code(_)
            )
        };
        let known = |column: &&ColumnSpec| !UNSOUGHT.contains(&(self.name, column.name));
        self.columns.iter().skip(1).filter(move |column| grows && kind(column.kind)).filter(known)
    }
}

/// A row of a view.
pub type Row = Vec<Value>;

/// A typed row.
pub trait View: Sized {
    /// The view it belongs to.
    const SPEC: &'static ViewSpec;
    /// Reads a row.
    fn from_row(row: &[Value]) -> Self;
    /// Writes a row.
    fn to_row(&self) -> Row;
}

/// Something that may be asked for.
#[derive(Debug)]
pub struct ActSpec {
    /// Name, such as `card.lend`.
    pub name: &'static str,
    /// What the person fills in.
    pub fields: &'static [FieldSpec],
}

/// A field of an act.
#[derive(Debug)]
pub struct FieldSpec {
    /// Name in code and in JSON.
    pub name: &'static str,
    /// Name on pages.
    pub label: &'static str,
    /// What may be written.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    pub required: bool,
    /// Whether it is personal text, kept outside the record.
    pub private: bool,
}

/// What may be written in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A line of at most this many characters.
    Line(usize),
    /// Several lines of at most this many characters.
    Lines(usize),
    /// A code of the list with this name.
    Code(&'static str),
    /// Codes of the list with this name, separated by spaces.
    Codes(&'static str),
    /// The key of a row of the view with this name.
    Ref(&'static str),
    /// Keys of rows of the view with this name, separated by spaces.
    Refs(&'static str),
    /// A person's id.
    Person,
    /// The ids of several, separated by spaces.
    People,
    /// A day.
    Day,
    /// A day with hour and minute in Japan; the record holds ms since the Unix epoch.
    Moment,
    /// A whole number between two bounds.
    Int(i64, i64),
    /// Yes or no.
    Check,
}

/// What was written in the fields of a form.
pub type Form = BTreeMap<String, String>;

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name.
    pub field: String,
    /// A sentence for the person, which says what to write.
    pub sentence: String,
}

/// A Rust type that a field can be read into.
pub trait Input: Sized {
    /// Whether an empty field is well.
    const OPTIONAL: bool;
    /// Reads what was written; the error is the rest of a sentence that begins with the label.
    ///
    /// # Errors
    /// A sentence for the person when it does not fit `kind`.
    fn read(text: &str, kind: FieldKind) -> Result<Self, String>;
    /// As it goes into the record.
    fn to_json(&self) -> Json;
    /// As the record has it.
    fn from_json(json: &Json) -> Option<Self>;
}

/// Characters that a list of people or rows may have.
const LIST_CHARS: usize = 8_000;

/// Reads a day with hour and minute, `2026-04-01 10:05` or `令和8年4月1日 10:05`, as ms since the Unix
/// epoch.
///
/// # Errors
/// The rest of a sentence that begins with the label.
pub fn read_moment(text: &str) -> Result<i64, String> {
    use unicode_normalization::UnicodeNormalization;
    let wrong = || "は「2026-04-01 10:05」のように、日と時刻で入力してください。".to_owned();
    let folded: String = text.nfkc().collect();
    let (day, time) = folded.trim().rsplit_once([' ', 'T']).ok_or_else(wrong)?;
    let day: Date = day.trim().parse().map_err(|_| wrong())?;
    let (hour, minute) = time.split_once(':').ok_or_else(wrong)?;
    let part = |text: &str, most: i64| text.parse::<i64>().ok().filter(|n| (0..=most).contains(n)).ok_or_else(wrong);
    Ok(day.at(part(hour, 23)?, part(minute, 59)?))
}

impl Input for String {
    const OPTIONAL: bool = false;
    fn read(text: &str, kind: FieldKind) -> Result<Self, String> {
        let limit = match kind {
            FieldKind::Line(n) | FieldKind::Lines(n) => n,
            FieldKind::Codes(_) => 400,
            FieldKind::Refs(_) | FieldKind::People => LIST_CHARS,
            _ => 80,
        };
        let count = text.chars().count();
        if count > limit {
            return Err(format!("は{limit}文字以内で入力してください（いま{count}文字です）。"));
        }
        let allowed = |c: char| !c.is_control() || (matches!(kind, FieldKind::Lines(_)) && c == '\n');
        if !text.chars().all(allowed) {
            return Err("に使えない制御文字があります。入力し直してください。".to_owned());
        }
        Ok(text.to_owned())
    }
    fn to_json(&self) -> Json {
        Json::String(self.clone())
    }
    fn from_json(json: &Json) -> Option<Self> {
        json.as_str().map(str::to_owned)
    }
}

impl Input for Date {
    const OPTIONAL: bool = false;
    fn read(text: &str, _: FieldKind) -> Result<Self, String> {
        text.parse().map_err(|e| format!("を確かめてください。{e}"))
    }
    fn to_json(&self) -> Json {
        Json::String(self.to_string())
    }
    fn from_json(json: &Json) -> Option<Self> {
        json.as_str()?.parse().ok()
    }
}

impl Input for i64 {
    const OPTIONAL: bool = false;
    fn read(text: &str, kind: FieldKind) -> Result<Self, String> {
        use unicode_normalization::UnicodeNormalization;
        let folded: String = text.nfkc().collect();
        let (least, most) = if let FieldKind::Int(least, most) = kind { (least, most) } else { (Self::MIN, Self::MAX) };
        let number = folded.trim().parse::<Self>().ok().filter(|n| (least..=most).contains(n));
        number.ok_or_else(|| format!("は{least}から{most}までの数字で入力してください。"))
    }
    fn to_json(&self) -> Json {
        Json::from(*self)
    }
    fn from_json(json: &Json) -> Option<Self> {
        json.as_i64()
    }
}

impl Input for bool {
    const OPTIONAL: bool = true;
    fn read(text: &str, _: FieldKind) -> Result<Self, String> {
        match text {
            "" | "false" | "off" | "0" => Ok(false),
            "true" | "on" | "1" => Ok(true),
            _ => Err("は「はい」か「いいえ」で答えてください。".to_owned()),
        }
    }
    fn to_json(&self) -> Json {
        Json::Bool(*self)
    }
    fn from_json(json: &Json) -> Option<Self> {
        json.as_bool()
    }
}

impl<T: Input> Input for Option<T> {
    const OPTIONAL: bool = true;
    fn read(text: &str, kind: FieldKind) -> Result<Self, String> {
        if text.is_empty() { Ok(None) } else { T::read(text, kind).map(Some) }
    }
    fn to_json(&self) -> Json {
        self.as_ref().map_or(Json::Null, Input::to_json)
    }
    fn from_json(json: &Json) -> Option<Self> {
        Some(if json.is_null() { None } else { T::from_json(json) })
    }
}

/// Reads one field of a form; records what is wrong in `errors`.
pub fn read_field<T: Input>(form: &Form, spec: &FieldSpec, errors: &mut Vec<FieldError>) -> Option<T> {
    let text = form.get(spec.name).map_or("", |text| text.trim());
    let read = if text.is_empty() && spec.required {
        Err("を入力してください。".to_owned())
    } else {
        T::read(text, spec.kind)
    };
    match read {
        Ok(value) => Some(value),
        Err(rest) => {
            let sentence = format!("「{}」{rest}", spec.label);
            errors.push(FieldError { field: spec.name.to_owned(), sentence });
            None
        }
    }
}

/// Declares a view: a struct for its rows and its specification.
///
/// Each line is `field: Type = ColumnKind, "label";`. `Register until out_at "…"` closes a row once
/// that column is filled.
#[macro_export]
macro_rules! view {
    ($(#[$doc:meta])* $name:ident: $keeping:ident $(until $until:ident)? $view:literal, $label:literal {
        $($field:ident: $ty:ty = $kind:expr, $flabel:literal;)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name { $(#[doc = $flabel] pub $field: $ty,)+ }

        impl $crate::spec::View for $name {
            const SPEC: &'static $crate::spec::ViewSpec = {
                #[allow(unused_imports, reason = "not every view uses every kind of column")]
                use $crate::spec::ColumnKind::*;
                &$crate::spec::ViewSpec {
                    name: $view,
                    label: $label,
                    keeping: $crate::spec::Keeping::$keeping,
                    columns: &[$($crate::spec::ColumnSpec {
                        name: stringify!($field), label: $flabel, kind: $kind,
                    },)+],
                    closed_by: $crate::view!(@until $($until)?),
                }
            };
            fn from_row(row: &[$crate::value::Value]) -> Self {
                let mut cells = row.iter();
                Self { $($field: $crate::value::Cell::from_value(
                    cells.next().unwrap_or(&$crate::value::Value::Null),
                ),)+ }
            }
            fn to_row(&self) -> $crate::spec::Row {
                vec![$($crate::value::Cell::to_value(&self.$field),)+]
            }
        }
    };
    (@until $until:ident) => { Some(stringify!($until)) };
    (@until) => { None };
}

/// Declares an act: a struct for what is asked, its specification, its form and its place in the
/// record.
///
/// Each line is `field: Type = FieldKind, "label";`, with `private` before the label for personal
/// text. An optional field has an `Option` type.
#[macro_export]
macro_rules! act {
    ($(#[$doc:meta])* $name:ident: $act:literal {
        $($field:ident: $ty:ty = $kind:expr, $($private:ident)? $flabel:literal;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name { $(#[doc = $flabel] pub $field: $ty,)* }

        impl $name {
            /// What may be asked.
            pub const SPEC: &'static $crate::spec::ActSpec = {
                #[allow(unused_imports, reason = "not every act uses every kind of field")]
                use $crate::spec::FieldKind::*;
                &$crate::spec::ActSpec {
                    name: $act,
                    fields: &[$($crate::spec::FieldSpec {
                        name: stringify!($field), label: $flabel, kind: $kind,
                        required: !<$ty as $crate::spec::Input>::OPTIONAL,
                        private: $crate::act!(@private $($private)?),
                    },)*],
                }
            };

            /// Reads a form; on failure every field that is wrong is named.
            ///
            /// # Errors
            /// A sentence for each field that is wrong.
            #[allow(unused_variables, unused_mut, unused_assignments, reason = "an act may have no field")]
            pub fn from_form(form: &$crate::spec::Form) -> Result<Self, Vec<$crate::spec::FieldError>> {
                let mut errors = Vec::new();
                let mut specs = Self::SPEC.fields.iter();
                $(let $field = specs.next().and_then(|s| $crate::spec::read_field::<$ty>(form, s, &mut errors));)*
                match ($($field,)*) {
                    ($(Some($field),)*) if errors.is_empty() => Ok(Self { $($field,)* }),
                    _ => Err(errors),
                }
            }

            /// Reads what the record, or an act on its way to it, holds. Personal text that is not
            /// there reads as empty.
            #[must_use]
            #[allow(unused_variables, reason = "an act may have no field")]
            pub fn of(body: &$crate::event::Body) -> Option<Self> {
                Some(Self { $($field: $crate::act!(@get body, $field, $ty, $($private)?),)* })
            }

            /// The act to submit.
            #[must_use]
            pub fn asked(&self) -> $crate::event::Asked {
                let mut asked = $crate::event::Asked::new($act);
                $(asked.put(stringify!($field), $crate::spec::Input::to_json(&self.$field), $crate::act!(@private $($private)?));)*
                asked
            }
        }
    };
    (@private private) => { true };
    (@private) => { false };
    (@get $body:ident, $field:ident, $ty:ty, private) => {
        $body.get(stringify!($field)).and_then(<$ty as $crate::spec::Input>::from_json).unwrap_or_default()
    };
    (@get $body:ident, $field:ident, $ty:ty,) => {
        <$ty as $crate::spec::Input>::from_json($body.get(stringify!($field)).unwrap_or(&serde_json::Value::Null))?
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Registry;
    use crate::kinds::KINDS;

    #[test]
    fn what_nobody_looks_up_by_is_there_and_would_be_sought() {
        let views = Registry::new(KINDS);
        for (view, column) in UNSOUGHT {
            let view = views.view(view).unwrap();
            assert!(view.position(column).is_some(), "{}.{column}", view.name);
            assert!(view.sought().all(|sought| sought.name != column), "{}.{column}", view.name);
        }
    }

    #[test]
    fn the_fixed_questions_have_their_columns() {
        let views = Registry::new(KINDS);
        let asked = [
            ("operations", ["at", "person", "terminal", "card_no", "code"].as_slice()),
            ("lookups", &["at", "subject", "person"]),
            ("entries", &["person"]),
        ];
        for (view, columns) in asked {
            let view = views.view(view).unwrap();
            for column in columns {
                assert!(view.sought().any(|sought| sought.name == *column), "{}.{column}", view.name);
            }
        }
        assert_eq!(views.view("people").unwrap().sought().count(), 0, "a small register is read through");
    }
}
