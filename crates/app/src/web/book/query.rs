//! What a reader asks of a book, as it stands in the address.

use sekisho_ledgers::Registers as _;
use sekisho_ledgers::kinds::organisation::view::Person;
use sekisho_ledgers::ports::{Filter, ListQuery, Test};
use sekisho_ledgers::spec::{ColumnKind, ColumnSpec, Keeping, ViewSpec};
use sekisho_ledgers::value::Value;
use sekisho_regulation::Date;
use sekisho_regulation::date::{DAY_MS, JST_MS};

use crate::web::Web;
use crate::web::book::about_view;
use crate::web::call::Fields;
use crate::web::parts::date;

const PER_PAGE: u64 = 50;
const PER_PAGE_MAX: u64 = 500;

/// Search, filters, sort, page and columns.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) q: String,
    pub(crate) sort: Option<String>,
    pub(crate) descending: bool,
    pub(crate) page: u64,
    pub(crate) per: u64,
    pub(crate) columns: Vec<String>,
    pub(crate) filters: Vec<Filter>,
}

impl Asked {
    /// Reads a query; what is not of this view is left out.
    pub(crate) fn read(query: &Fields, spec: &ViewSpec) -> Self {
        let sort = match query.get("sort") {
            "" => newest_by(spec.name),
            asked => asked,
        };
        let named = sort.trim_start_matches('-');
        let known = spec.position(named).is_some();
        let journal = spec.keeping == Keeping::Journal;
        Self {
            q: query.get("q").chars().take(100).collect(),
            sort: known.then(|| named.to_owned()),
            descending: if known { sort.starts_with('-') } else { journal },
            page: query.number("page").unwrap_or(1).clamp(1, 1_000_000),
            per: query.number("per").unwrap_or(PER_PAGE).clamp(1, PER_PAGE_MAX),
            columns: query.all("cols").filter(|name| spec.position(name).is_some()).map(str::to_owned).collect(),
            filters: spec.columns.iter().flat_map(|column| filters(column, query)).collect(),
        }
    }

    /// Whether some rows are left out.
    pub(crate) fn filtered(&self) -> bool {
        !self.filters.is_empty()
    }

    /// Whether a column is shown.
    pub(crate) fn shows(&self, spec: &ViewSpec, column: &str) -> bool {
        if self.columns.is_empty() {
            return !about_view(spec.name).is_some_and(|about| about.hidden.contains(&column));
        }
        self.columns.iter().any(|one| one == column)
    }

    /// The columns that are shown, with their places.
    pub(crate) fn shown(&self, spec: &'static ViewSpec) -> Vec<(usize, &'static ColumnSpec)> {
        let all = spec.columns.iter().enumerate();
        // A journal's key is its evidence already.
        let twice = |column: &ColumnSpec| {
            spec.keeping == Keeping::Journal && column.name == "seq" && column.kind == ColumnKind::Evidence
        };
        all.filter(|(_, column)| self.shows(spec, column.name) && !twice(column)).collect()
    }

    /// The query for the store, without offset and limit.
    pub(crate) fn list(&self, web: &Web, spec: &ViewSpec) -> ListQuery {
        let mut filters = self.filters.clone();
        if spec.keeping == Keeping::Journal && !self.q.is_empty() {
            filters.push(meant(web, spec, &self.q));
        }
        ListQuery { filters, sort: self.sort.clone(), descending: self.descending, offset: 0, limit: 0 }
    }
}

/// Registers that grow by the day show what came last first.
fn newest_by(view: &str) -> &'static str {
    match view {
        "entries" => "-in_at",
        "forms" => "-printed_at",
        "sessions" => "-opened_at",
        "entry_permits" => "-permitted_at",
        "permissions" => "-applied_at",
        _ => "",
    }
}

fn filters(column: &ColumnSpec, query: &Fields) -> Vec<Filter> {
    let name = format!("f.{}", column.name);
    let text = query.get(&name);
    let filter = |test: Test| Filter { column: column.name.to_owned(), test };
    let mut out = Vec::new();
    match column.kind {
        ColumnKind::Day | ColumnKind::Instant => {
            let value = |day: Date| match column.kind {
                ColumnKind::Day => Value::Text(day.to_string().into()),
                _ => Value::Int(day.days() * DAY_MS - JST_MS),
            };
            out.extend(date::read(&format!("{name}.from"), query).map(|day| filter(Test::From(value(day)))));
            out.extend(
                date::read(&format!("{name}.to"), query).map(|day| filter(Test::Below(value(day.plus_days(1))))),
            );
        }
        _ if text.is_empty() => {}
        ColumnKind::Bool => out.push(filter(Test::Is(Value::Bool(text == "true")))),
        ColumnKind::Int | ColumnKind::Evidence | ColumnKind::Private(_) => {
            out.extend(text.parse::<i64>().ok().map(|n| filter(Test::Is(Value::Int(n)))));
        }
        ColumnKind::Text => out.push(filter(Test::Contains(text.to_owned()))),
        // Several codes may stand in one cell, as 操作できる機器 does.
        ColumnKind::Code("device_class" | "operation") | ColumnKind::Refs(_) | ColumnKind::People => {
            out.push(filter(Test::Contains(text.to_owned())))
        }
        _ => out.push(filter(Test::Is(Value::Text(text.into())))),
    }
    out
}

/// What a search in a journal means: a person's name, the name of a code, a number, or text.
fn meant(web: &Web, spec: &ViewSpec, q: &str) -> Filter {
    let wanted = fold(q);
    let one_of = |column: &str, codes: Vec<String>| Filter {
        column: column.to_owned(),
        test: Test::OneOf(codes.into_iter().map(|code| Value::Text(code.into())).collect()),
    };
    for column in spec.columns {
        let found: Vec<String> = match column.kind {
            ColumnKind::Person | ColumnKind::People => {
                let people = web.desk.house().read(|books| books.scan::<Person>(""));
                let named = |p: &Person| p.person == q || fold(&web.desk.private(p.name, "name")).contains(&wanted);
                people.into_iter().filter(named).map(|p| p.person).collect()
            }
            ColumnKind::Code(list) => {
                let options = web.desk.options(list).into_iter();
                options.filter(|(code, name)| code == q || fold(name).contains(&wanted)).map(|(code, _)| code).collect()
            }
            _ => Vec::new(),
        };
        if !found.is_empty() {
            return one_of(column.name, found);
        }
    }
    let number = q.trim_start_matches('#').replace(',', "").parse::<i64>();
    let evidence = spec.columns.iter().find(|column| column.kind == ColumnKind::Evidence);
    if let (Ok(number), Some(column)) = (number, evidence) {
        return Filter { column: column.name.to_owned(), test: Test::Is(Value::Int(number)) };
    }
    let text =
        spec.columns.iter().find(|c| matches!(c.kind, ColumnKind::Text | ColumnKind::Ref(_) | ColumnKind::Subject));
    let column = text.or(spec.columns.first()).map_or("", |column| column.name);
    Filter { column: column.to_owned(), test: Test::Contains(q.to_owned()) }
}

/// Folds width, case and spaces, so that what is typed meets what is written.
pub(crate) fn fold(text: &str) -> String {
    sekisho_ledgers::identity::fold::fold_name(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_ledgers::kinds::cards::view::Card;
    use sekisho_ledgers::kinds::history::view::Operation;
    use sekisho_ledgers::spec::View as _;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn an_address_is_a_question() {
        let query = fields(&[
            ("f.state", "lost"),
            ("f.lent_on.from.y", "R8"),
            ("f.lent_on.from.m", "4"),
            ("f.lent_on.from.d", "1"),
            ("sort", "-lent_on"),
        ]);
        let asked = Asked::read(&query, Card::SPEC);
        assert_eq!(asked.sort.as_deref(), Some("lent_on"));
        assert!(asked.descending && asked.filtered());
        assert_eq!(asked.filters.len(), 2);
        assert_eq!(asked.filters.first().map(|f| &f.test), Some(&Test::Is(Value::Text("lost".into()))));
        assert_eq!(asked.filters.last().map(|f| &f.test), Some(&Test::From(Value::Text("2026-04-01".into()))));
    }

    #[test]
    fn what_is_not_of_the_view_is_left_out() {
        let asked =
            Asked::read(&fields(&[("sort", "x;drop"), ("cols", "no"), ("per", "9999999"), ("page", "0")]), Card::SPEC);
        assert_eq!((asked.sort, asked.page, asked.per), (None, 1, PER_PAGE_MAX));
        assert!(asked.columns.is_empty());
    }

    #[test]
    fn growing_registers_are_sorted_by_a_column_of_theirs() {
        let registry = sekisho_ledgers::Registry::new(sekisho_ledgers::kinds::KINDS);
        for spec in registry.views() {
            let sort = newest_by(spec.name).trim_start_matches('-');
            assert!(sort.is_empty() || spec.position(sort).is_some(), "{}", spec.name);
        }
    }

    #[test]
    fn journals_show_the_newest_first_and_their_number_once() {
        let asked = Asked::read(&fields(&[]), Operation::SPEC);
        assert!(asked.descending);
        let shown = asked.shown(Operation::SPEC);
        assert_eq!(shown.iter().filter(|(_, c)| c.kind == ColumnKind::Evidence).count(), 1);
    }
}
