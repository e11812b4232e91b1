//! How a list is asked for: query text made from a view's column list and a [`ListQuery`].
//!
//! Column names are looked up in the view and written from there, values only ever travel as
//! parameters, so nothing that a person typed becomes part of the text. Both databases read the same
//! text but for how a parameter is marked and how letters are folded.

use sekisho_ledgers::ports::{CountBy, Filter, ListQuery, StoreError, Test};
use sekisho_ledgers::spec::{ColumnKind, ViewSpec};
use sekisho_ledgers::value::Value;

/// What stands before the name of a view's table.
pub(crate) const PREFIX: &str = "v_";
/// What stands before the name of a table that is being filled and not yet a view.
pub(crate) const PREFIX_NEW: &str = "n_";

/// The longest name of a table, a column or an index in bytes; PostgreSQL would cut a longer one.
const NAME_MAX: usize = 63;

/// What a column holds as databases see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Text,
    Int,
    Bool,
}

/// What a column of this kind holds.
pub(crate) const fn held(kind: ColumnKind) -> Held {
    match kind {
        ColumnKind::Text
        | ColumnKind::Code(_)
        | ColumnKind::Ref(_)
        | ColumnKind::Refs(_)
        | ColumnKind::Person
        | ColumnKind::People
        | ColumnKind::Day
        | ColumnKind::Subject => Held::Text,
        ColumnKind::Int | ColumnKind::Instant | ColumnKind::Private(_) | ColumnKind::Evidence => Held::Int,
        ColumnKind::Bool => Held::Bool,
    }
}

/// Whether a cell may stand in a column that holds this.
pub(crate) const fn fits(value: &Value, held: Held) -> bool {
    matches!(
        (value, held),
        (Value::Null, _) | (Value::Text(_), Held::Text) | (Value::Int(_), Held::Int) | (Value::Bool(_), Held::Bool)
    )
}

/// The columns of a view that have an index of their own.
pub(crate) fn indexed(view: &'static ViewSpec) -> impl Iterator<Item = &'static str> {
    view.sought().map(|column| column.name)
}

/// A name as it stands in a query. Names come from the program's own specifications; one that is
/// not plain is refused all the same, so that a slip there cannot become SQL.
pub(crate) fn name(plain: &str) -> Result<String, StoreError> {
    let mut chars = plain.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_');
    if first && plain.len() <= NAME_MAX && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        Ok(format!("\"{plain}\""))
    } else {
        Err(StoreError::NoSuchColumn(plain.to_owned()))
    }
}

/// The name of a view's table.
pub(crate) fn table(prefix: &str, view: &ViewSpec) -> Result<String, StoreError> {
    name(&format!("{prefix}{}", view.name))
}

/// A view's columns, separated by commas.
pub(crate) fn columns(view: &ViewSpec) -> Result<String, StoreError> {
    let names: Result<Vec<_>, _> = view.columns.iter().map(|c| name(c.name)).collect();
    Ok(names?.join(", "))
}

/// A view's key.
pub(crate) fn key(view: &ViewSpec) -> Result<String, StoreError> {
    view.columns.first().map_or_else(|| Err(StoreError::NoSuchColumn(format!("{}.", view.name))), |c| name(c.name))
}

/// How a database wants to be spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    const fn mark(self) -> char {
        match self {
            Self::Sqlite => '?',
            Self::Postgres => '$',
        }
    }

    /// Whether the text in `column` contains the folded parameter `mark`.
    fn contains(self, column: &str, mark: &str) -> String {
        match self {
            Self::Sqlite => format!("instr(fold(CAST({column} AS TEXT)), {mark}) > 0"),
            Self::Postgres => {
                let (from, to) = (folded_from(), folded_to());
                format!("strpos(translate(CAST({column} AS TEXT) COLLATE \"C\", '{from}', '{to}'), {mark}) > 0")
            }
        }
    }
}

/// A query and what goes into its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) text: String,
    pub(crate) params: Vec<Value>,
}

impl Query {
    fn put(&mut self, dialect: Dialect, value: Value) -> String {
        self.params.push(value);
        format!("{}{}", dialect.mark(), self.params.len())
    }
}

/// All rows of a view in the order of its key.
pub(crate) fn all(view: &ViewSpec) -> Result<String, StoreError> {
    Ok(format!("SELECT {} FROM {} ORDER BY {}", columns(view)?, table(PREFIX, view)?, key(view)?))
}

/// A page of a view: its rows in a complete order, so that pages neither overlap nor leave out.
pub(crate) fn page(dialect: Dialect, view: &ViewSpec, query: &ListQuery) -> Result<Query, StoreError> {
    let mut made = Query { text: String::new(), params: Vec::new() };
    let conditions = conditions(dialect, view, &query.filters, &mut made)?;
    let way = if query.descending { "DESC" } else { "ASC" };
    let key = key(view)?;
    let sort = query.sort.as_deref().map(|column| column_of(view, column)).transpose()?;
    let order = match sort {
        Some((column, _)) if column != key => format!("{column} {way} NULLS LAST, {key} {way}"),
        _ => format!("{key} {way}"),
    };
    let count = |n: u64| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
    let (limit, offset) = (made.put(dialect, count(query.limit)), made.put(dialect, count(query.offset)));
    let (columns, table) = (columns(view)?, table(PREFIX, view)?);
    made.text = format!("SELECT {columns} FROM {table}{conditions} ORDER BY {order} LIMIT {limit} OFFSET {offset}");
    Ok(made)
}

/// How many rows there are on all pages of a query.
pub(crate) fn total(dialect: Dialect, view: &ViewSpec, filters: &[Filter]) -> Result<Query, StoreError> {
    let mut made = Query { text: String::new(), params: Vec::new() };
    let conditions = conditions(dialect, view, filters, &mut made)?;
    made.text = format!("SELECT count(*) FROM {}{conditions}", table(PREFIX, view)?);
    Ok(made)
}

/// How many rows fall on each combination of values, with what each value holds.
pub(crate) fn counts(
    dialect: Dialect,
    view: &ViewSpec,
    filters: &[Filter],
    by: &[CountBy],
) -> Result<(Query, Vec<Held>), StoreError> {
    let mut made = Query { text: String::new(), params: Vec::new() };
    let conditions = conditions(dialect, view, filters, &mut made)?;
    let keys: Vec<_> = by.iter().map(|by| count_key(view, by)).collect::<Result<_, _>>()?;
    let select: String = keys.iter().map(|(text, _)| format!("{text}, ")).collect();
    let places: Vec<_> = (1..=keys.len()).collect();
    let listed = |suffix: &str| places.iter().map(|n| format!("{n}{suffix}")).collect::<Vec<_>>().join(", ");
    let grouped = if keys.is_empty() {
        String::new()
    } else {
        format!(" GROUP BY {} ORDER BY {}", listed(""), listed(" ASC NULLS LAST"))
    };
    made.text = format!("SELECT {select}count(*) FROM {}{conditions}{grouped}", table(PREFIX, view)?);
    Ok((made, keys.into_iter().map(|(_, held)| held).collect()))
}

/// Nine hours and one day, in milliseconds. Japan has had no summer time since 1951.
const JST_MS: i64 = 32_400_000;
const DAY_MS: i64 = 86_400_000;

fn count_key(view: &ViewSpec, by: &CountBy) -> Result<(String, Held), StoreError> {
    let instant = |column: &str| {
        let (name, kind) = column_of(view, column)?;
        let is_int = held(kind) == Held::Int;
        if is_int { Ok(name) } else { Err(StoreError::NoSuchColumn(column.to_owned())) }
    };
    // `%` takes the sign of what is divided in both databases; the second one makes it a true
    // remainder, for instants before 1970.
    let in_day = |c: &str| format!("((({c} + {JST_MS}) % {DAY_MS} + {DAY_MS}) % {DAY_MS})");
    let day = |c: &str| format!("(({c} + {JST_MS} - {}) / {DAY_MS})", in_day(c));
    match by {
        CountBy::Column(column) => column_of(view, column).map(|(name, kind)| (name, held(kind))),
        CountBy::Day(column) => Ok((day(&instant(column)?), Held::Int)),
        CountBy::Hour(column) => Ok((format!("({} / 3600000)", in_day(&instant(column)?)), Held::Int)),
        // 1970-01-01 was a Thursday, the fourth day counted from Sunday as 0.
        CountBy::Weekday(column) => Ok((format!("((({} + 4) % 7 + 7) % 7)", day(&instant(column)?)), Held::Int)),
    }
}

fn column_of(view: &ViewSpec, column: &str) -> Result<(String, ColumnKind), StoreError> {
    let found = view.columns.iter().find(|c| c.name == column);
    let found = found.ok_or_else(|| StoreError::NoSuchColumn(format!("{}.{column}", view.name)))?;
    Ok((name(found.name)?, found.kind))
}

/// The conditions of all filters, with the `WHERE` before them. A value of another type than the
/// column's holds for no row: the databases would each guess a conversion of their own.
fn conditions(dialect: Dialect, view: &ViewSpec, filters: &[Filter], made: &mut Query) -> Result<String, StoreError> {
    let mut all = Vec::with_capacity(filters.len());
    for filter in filters {
        let (column, kind) = column_of(view, &filter.column)?;
        let held = held(kind);
        all.push(match &filter.test {
            Test::Is(value) => one_of(dialect, &column, held, std::slice::from_ref(value), made),
            Test::OneOf(values) => one_of(dialect, &column, held, values, made),
            Test::From(value) => compared(dialect, &column, ">=", held, value, made),
            Test::Below(value) => compared(dialect, &column, "<", held, value, made),
            Test::Contains(_) if held == Held::Bool => NEVER.to_owned(),
            Test::Contains(text) => {
                let mark = made.put(dialect, Value::Text(fold(text).into()));
                dialect.contains(&column, &mark)
            }
        });
    }
    Ok(if all.is_empty() { String::new() } else { format!(" WHERE {}", all.join(" AND ")) })
}

/// A condition that no row meets.
const NEVER: &str = "1 = 0";

fn compared(dialect: Dialect, column: &str, how: &str, held: Held, value: &Value, made: &mut Query) -> String {
    if *value == Value::Null || !fits(value, held) {
        return NEVER.to_owned();
    }
    let mark = made.put(dialect, value.clone());
    format!("{column} {how} {mark}")
}

fn one_of(dialect: Dialect, column: &str, held: Held, values: &[Value], made: &mut Query) -> String {
    let mut marks = Vec::with_capacity(values.len());
    for value in values.iter().filter(|v| **v != Value::Null && fits(v, held)) {
        marks.push(made.put(dialect, value.clone()));
    }
    let null = values.contains(&Value::Null).then(|| format!("{column} IS NULL"));
    let some = match marks.as_slice() {
        [] => None,
        [mark] => Some(format!("{column} = {mark}")),
        _ => Some(format!("{column} IN ({})", marks.join(", "))),
    };
    match (some, null) {
        (Some(some), Some(null)) => format!("({some} OR {null})"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => NEVER.to_owned(),
    }
}

/// Letters and digits in one case and one width, so that ＣＳ端末 is found by `cs`.
pub(crate) fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

const fn fold_char(c: char) -> char {
    match c {
        'A'..='Z' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '０'..='９' => {
            let n = c as u32;
            // The full-width forms stand 0xFEE0 above the ASCII ones.
            let narrow = if n > 0xFEE0 { n - 0xFEE0 } else { n };
            match char::from_u32(narrow) {
                Some(narrow) => narrow.to_ascii_lowercase(),
                None => c,
            }
        }
        _ => c,
    }
}

/// The characters that [`fold`] changes.
fn folded_from() -> String {
    ('A'..='Z').chain('Ａ'..='Ｚ').chain('ａ'..='ｚ').chain('０'..='９').collect()
}

/// What they become.
fn folded_to() -> String {
    fold(&folded_from())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_ledgers::spec::{ColumnSpec, Keeping};

    const VIEW: &ViewSpec = &ViewSpec {
        name: "entries",
        label: "入退室",
        keeping: Keeping::Journal,
        columns: &[
            ColumnSpec { name: "seq", label: "番号", kind: ColumnKind::Int },
            ColumnSpec { name: "at", label: "日時", kind: ColumnKind::Instant },
            ColumnSpec { name: "room", label: "室", kind: ColumnKind::Ref("rooms") },
            ColumnSpec { name: "alone", label: "単独", kind: ColumnKind::Bool },
            ColumnSpec { name: "evidence", label: "証拠", kind: ColumnKind::Evidence },
        ],
        closed_by: None,
    };

    fn where_of(column: &str, test: Test) -> (String, Vec<Value>) {
        let mut made = Query { text: String::new(), params: Vec::new() };
        let filters = [Filter { column: column.to_owned(), test }];
        let text = conditions(Dialect::Sqlite, VIEW, &filters, &mut made).map_err(|e| e.to_string());
        (text.unwrap_or_else(|e| e), made.params)
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn conditions_carry_values_as_parameters() {
        let cases = [
            ("room", Test::Is(text("cs'; --")), " WHERE \"room\" = ?1", 1),
            ("room", Test::Is(Value::Null), " WHERE \"room\" IS NULL", 0),
            ("room", Test::Is(Value::Int(3)), " WHERE 1 = 0", 0),
            ("at", Test::From(Value::Int(3)), " WHERE \"at\" >= ?1", 1),
            ("at", Test::Below(Value::Null), " WHERE 1 = 0", 0),
            ("room", Test::OneOf(vec![]), " WHERE 1 = 0", 0),
            (
                "room",
                Test::OneOf(vec![text("a"), Value::Null, text("b")]),
                " WHERE (\"room\" IN (?1, ?2) OR \"room\" IS NULL)",
                2,
            ),
            ("alone", Test::Contains("x".into()), " WHERE 1 = 0", 0),
            ("room", Test::Contains("ＣＳ".into()), " WHERE instr(fold(CAST(\"room\" AS TEXT)), ?1) > 0", 1),
            ("no\"pe", Test::Is(Value::Null), "no such column: entries.no\"pe", 0),
        ];
        for (column, test, expected, params) in cases {
            let (text, made) = where_of(column, test);
            assert_eq!((text.as_str(), made.len()), (expected, params));
        }
        assert_eq!(where_of("room", Test::Contains("ＣＳ-A".into())).1, [text("cs-a")]);
    }

    #[test]
    fn pages_have_a_complete_order() {
        let order = |sort: Option<&str>, descending| {
            let query = ListQuery { sort: sort.map(str::to_owned), descending, limit: 5, ..ListQuery::default() };
            let made = page(Dialect::Postgres, VIEW, &query).map_err(|e| e.to_string());
            made.map_or_else(|e| e, |q| q.text.split(" ORDER BY ").nth(1).unwrap_or_default().to_owned())
        };
        assert_eq!(order(None, false), "\"seq\" ASC LIMIT $1 OFFSET $2");
        assert_eq!(order(Some("seq"), true), "\"seq\" DESC LIMIT $1 OFFSET $2");
        assert_eq!(order(Some("room"), true), "\"room\" DESC NULLS LAST, \"seq\" DESC LIMIT $1 OFFSET $2");
        assert_eq!(order(Some("seq; DROP"), true), "no such column: entries.seq; DROP");
    }

    #[test]
    fn names_are_plain() {
        assert_eq!(name("v_order"), Ok("\"v_order\"".to_owned()));
        for bad in ["", "1a", "a b", "a\"", "A", "名前", &"x".repeat(NAME_MAX + 1)] {
            assert!(name(bad).is_err(), "`{bad}`");
        }
    }

    #[test]
    fn letters_fold_in_case_and_width() {
        assert_eq!(fold("ＣＳ端末１２ Az ー"), "cs端末12 az ー");
        assert_eq!(folded_from().chars().count(), folded_to().chars().count());
    }

    #[test]
    fn indexes_are_for_what_people_look_for() {
        assert_eq!(indexed(VIEW).collect::<Vec<_>>(), ["at", "room"]);
    }
}
