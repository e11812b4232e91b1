//! The changes of a batch, sorted by view and checked against the views' columns.

use std::collections::BTreeMap;
use std::collections::HashMap;

use sekisho_ledgers::books::RowChange;
use sekisho_ledgers::ports::StoreError;
use sekisho_ledgers::spec::{Keeping, Row, ViewSpec};
use sekisho_ledgers::value::Value;

use crate::sql;

/// The views that a store was prepared for, by name.
pub(crate) type Views = BTreeMap<&'static str, &'static ViewSpec>;

/// What changes in one view. Each key occurs once, as its last change left it.
#[derive(Debug)]
pub(crate) struct ViewChanges<'a> {
    pub(crate) view: &'static ViewSpec,
    /// A register's rows to write.
    pub(crate) puts: Vec<&'a Row>,
    /// Keys of a register's rows to remove.
    pub(crate) removes: Vec<&'a str>,
    /// A journal's new rows.
    pub(crate) adds: Vec<&'a Row>,
}

/// Sorts changes by view. A register's row that changes several times in the batch is written once.
pub(crate) fn sort<'a>(views: &Views, changes: &'a [RowChange]) -> Result<Vec<ViewChanges<'a>>, StoreError> {
    let mut tables: BTreeMap<&str, Draft<'a>> = BTreeMap::new();
    for change in changes {
        let name = match change {
            RowChange::Put { view, .. }
            | RowChange::Close { view, .. }
            | RowChange::Remove { view, .. }
            | RowChange::Add { view, .. } => *view,
        };
        if !tables.contains_key(name) {
            let view =
                views.get(name).ok_or_else(|| StoreError::NoSuchColumn(format!("view `{name}` is not prepared")))?;
            tables.insert(name, Draft { view, last: HashMap::new(), keys: Vec::new(), adds: Vec::new() });
        }
        if let Some(draft) = tables.get_mut(name) {
            draft.take(change)?;
        }
    }
    Ok(tables.into_values().map(Draft::finish).collect())
}

struct Draft<'a> {
    view: &'static ViewSpec,
    /// What each key holds in the end; `None` when removed.
    last: HashMap<&'a str, Option<&'a Row>>,
    /// The keys in the order of their first change, so that equal batches write in equal order.
    keys: Vec<&'a str>,
    adds: Vec<&'a Row>,
}

impl<'a> Draft<'a> {
    fn take(&mut self, change: &'a RowChange) -> Result<(), StoreError> {
        let (key, row, keeping) = match change {
            RowChange::Put { key, row, .. } | RowChange::Close { key, row, .. } => {
                (Some(key.as_str()), Some(row), Keeping::Register)
            }
            RowChange::Remove { key, .. } => (Some(key.as_str()), None, Keeping::Register),
            RowChange::Add { row, .. } => (None, Some(row), Keeping::Journal),
        };
        let same_key = match (row.and_then(|row| row.first()), key) {
            (None, _) => true,
            (Some(Value::Text(first)), Some(key)) => &**first == key,
            (Some(first), None) => matches!(first, Value::Int(_)),
            _ => false,
        };
        if keeping != self.view.keeping || !same_key || row.is_some_and(|row| !fits(self.view, row)) {
            return Err(StoreError::NoSuchColumn(format!("a change does not fit the view `{}`", self.view.name)));
        }
        match (key, row) {
            (Some(key), row) => {
                if self.last.insert(key, row).is_none() {
                    self.keys.push(key);
                }
            }
            (None, Some(row)) => self.adds.push(row),
            (None, None) => {}
        }
        Ok(())
    }

    fn finish(self) -> ViewChanges<'a> {
        let mut done = ViewChanges { view: self.view, puts: Vec::new(), removes: Vec::new(), adds: self.adds };
        for key in self.keys {
            match self.last.get(key) {
                Some(Some(row)) => done.puts.push(row),
                _ => done.removes.push(key),
            }
        }
        done
    }
}

fn fits(view: &ViewSpec, row: &Row) -> bool {
    row.len() == view.columns.len()
        && row.iter().zip(view.columns).all(|(value, column)| sql::fits(value, sql::held(column.kind)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_ledgers::spec::{ColumnKind, ColumnSpec};

    const ROOMS: &ViewSpec = &ViewSpec {
        name: "rooms",
        label: "室",
        keeping: Keeping::Register,
        columns: &[
            ColumnSpec { name: "room", label: "室", kind: ColumnKind::Text },
            ColumnSpec { name: "level", label: "級", kind: ColumnKind::Int },
        ],
        closed_by: None,
    };

    fn put(key: &str, row: Row) -> RowChange {
        RowChange::Put { view: "rooms", key: key.to_owned(), row }
    }

    fn room(key: &str, level: i64) -> RowChange {
        put(key, vec![Value::Text(key.into()), Value::Int(level)])
    }

    #[test]
    fn the_last_change_of_a_row_counts() {
        let views = Views::from([("rooms", ROOMS)]);
        let gone = |key: &str| RowChange::Remove { view: "rooms", key: key.to_owned() };
        let changes = [room("b", 1), room("a", 1), room("b", 2), gone("a"), gone("c"), room("c", 3)];
        let sorted = sort(&views, &changes);
        let sorted: Vec<_> =
            sorted.iter().flatten().map(|v| (v.puts.clone(), v.removes.clone(), v.adds.len())).collect();
        let row = |key: &str, level| vec![Value::Text(key.into()), Value::Int(level)];
        assert_eq!(sorted, [(vec![&row("b", 2), &row("c", 3)], vec!["a"], 0)]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let views = Views::from([("rooms", ROOMS)]);
        let bad = [
            put("a", vec![Value::Text("a".into())]),
            put("a", vec![Value::Text("b".into()), Value::Int(1)]),
            put("a", vec![Value::Text("a".into()), Value::Text("1".into())]),
            RowChange::Add { view: "rooms", row: vec![Value::Int(1), Value::Int(1)] },
            RowChange::Remove { view: "roomz", key: "a".to_owned() },
        ];
        for change in bad {
            assert!(sort(&views, std::slice::from_ref(&change)).is_err(), "{change:?}");
        }
    }
}
