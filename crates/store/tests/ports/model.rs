//! The plainest possible view: rows in memory, filtered, sorted and counted as the port says. What
//! either database gives must equal it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use sekisho_ledgers::ports::{CountBy, Filter, ListQuery, Page, Test};
use sekisho_ledgers::spec::{Row, ViewSpec};
use sekisho_ledgers::value::Value;

pub(crate) struct Model {
    pub(crate) view: &'static ViewSpec,
    pub(crate) rows: Vec<Row>,
}

impl Model {
    fn cell<'a>(&self, row: &'a Row, column: &str) -> &'a Value {
        &row[self.view.position(column).unwrap()]
    }

    fn holds(&self, row: &Row, filter: &Filter) -> bool {
        let cell = self.cell(row, &filter.column);
        let alike = |value: &Value| std::mem::discriminant(value) == std::mem::discriminant(cell);
        match &filter.test {
            Test::Is(value) => cell == value,
            Test::OneOf(values) => values.contains(cell),
            Test::From(value) => *cell != Value::Null && alike(value) && cell >= value,
            Test::Below(value) => *cell != Value::Null && alike(value) && cell < value,
            Test::Contains(part) => match cell {
                Value::Text(text) => fold(text).contains(&fold(part)),
                Value::Int(number) => number.to_string().contains(&fold(part)),
                Value::Null | Value::Bool(_) => false,
            },
        }
    }

    fn filtered(&self, filters: &[Filter]) -> Vec<&Row> {
        self.rows.iter().filter(|row| filters.iter().all(|filter| self.holds(row, filter))).collect()
    }

    pub(crate) fn page(&self, query: &ListQuery) -> Page {
        let mut rows = self.filtered(&query.filters);
        let key = self.view.columns[0].name;
        let sort = query.sort.as_deref().unwrap_or(key);
        rows.sort_by(|a, b| {
            let (x, y) = (self.cell(a, sort), self.cell(b, sort));
            let nulls = (*x == Value::Null).cmp(&(*y == Value::Null));
            let values = x.cmp(y).then_with(|| self.cell(a, key).cmp(self.cell(b, key)));
            nulls.then(if query.descending { values.reverse() } else { values })
        });
        let total = rows.len() as u64;
        let rows = rows.into_iter().skip(query.offset as usize).take(query.limit as usize).cloned().collect();
        Page { rows, total }
    }

    pub(crate) fn counts(&self, query: &ListQuery, by: &[CountBy]) -> Vec<(Row, u64)> {
        const HOUR: i64 = 3_600_000;
        let mut counts: BTreeMap<Row, u64> = BTreeMap::new();
        for row in self.filtered(&query.filters) {
            let keys = by.iter().map(|by| {
                let (column, made): (_, fn(i64) -> i64) = match by {
                    CountBy::Column(column) => return self.cell(row, column).clone(),
                    CountBy::Day(column) => (column, |ms| (ms + 9 * HOUR).div_euclid(24 * HOUR)),
                    CountBy::Hour(column) => (column, |ms| (ms + 9 * HOUR).rem_euclid(24 * HOUR) / HOUR),
                    CountBy::Weekday(column) => {
                        (column, |ms| ((ms + 9 * HOUR).div_euclid(24 * HOUR) + 4).rem_euclid(7))
                    }
                };
                self.cell(row, column).int().map_or(Value::Null, |ms| Value::Int(made(ms)))
            });
            *counts.entry(keys.collect()).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by(|(a, _), (b, _)| nulls_last(a, b));
        counts
    }
}

fn nulls_last(a: &Row, b: &Row) -> Ordering {
    let key = |value: &Value| (*value == Value::Null, value.clone());
    a.iter().map(key).cmp(b.iter().map(key))
}

/// Case and width of letters and digits, written anew here.
fn fold(text: &str) -> String {
    let narrow = |c: char| match c {
        'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '０'..='９' => char::from_u32(c as u32 - 0xFEE0).unwrap(),
        c => c,
    };
    text.chars().map(|c| narrow(c).to_ascii_lowercase()).collect()
}
