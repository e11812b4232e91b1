//! The books: every register's rows in memory, and the shelf on which a batch of events is folded.
//!
//! A journal has a row for each event and grows for years, so its rows live in the store only; a
//! fold may add to a journal but never reads one.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::spec::{Row, View, ViewSpec};
use crate::value::Value;

/// Reading registers, wherever they are: the books themselves or the shelf of a batch.
pub trait Registers {
    /// The row with this key.
    fn row(&self, view: &'static str, key: &str) -> Option<Row>;
    /// The rows whose keys begin with `prefix`, in the order of their keys.
    fn rows(&self, view: &'static str, prefix: &str) -> Vec<Row>;

    /// The typed row with this key.
    fn get<V: View>(&self, key: &str) -> Option<V>
    where
        Self: Sized,
    {
        self.row(V::SPEC.name, key).map(|row| V::from_row(&row))
    }

    /// The typed rows whose keys begin with `prefix`, in the order of their keys.
    fn scan<V: View>(&self, prefix: &str) -> Vec<V>
    where
        Self: Sized,
    {
        self.rows(V::SPEC.name, prefix).iter().map(|row| V::from_row(row)).collect()
    }
}

type Table = BTreeMap<String, Row>;

/// Every register's rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    tables: BTreeMap<&'static str, Table>,
}

impl Books {
    /// Puts a row in its register, as when the books are read from the store; closed rows stay there.
    pub fn load(&mut self, view: &'static ViewSpec, row: Row) {
        if let Some(key) = row.first().and_then(Value::text).filter(|_| !view.is_closed(&row)) {
            let key = key.to_owned();
            self.tables.entry(view.name).or_default().insert(key, row);
        }
    }

    /// Takes over what was changed on a shelf.
    pub fn apply(&mut self, changes: Vec<RowChange>) {
        for change in changes {
            match change {
                RowChange::Put { view, key, row } => {
                    self.tables.entry(view).or_default().insert(key, row);
                }
                RowChange::Close { view, key, .. } | RowChange::Remove { view, key } => {
                    if let Some(table) = self.tables.get_mut(view) {
                        table.remove(&key);
                    }
                }
                RowChange::Add { .. } => {}
            }
        }
    }
}

impl Registers for Books {
    fn row(&self, view: &'static str, key: &str) -> Option<Row> {
        self.tables.get(view)?.get(key).cloned()
    }

    fn rows(&self, view: &'static str, prefix: &str) -> Vec<Row> {
        let Some(table) = self.tables.get(view) else { return Vec::new() };
        let from = (Bound::Included(prefix), Bound::Unbounded);
        let found = table.range::<str, _>(from).take_while(|(key, _)| key.starts_with(prefix));
        found.map(|(_, row)| row.clone()).collect()
    }
}

/// A change to one row of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowChange {
    /// A register's row is as given.
    Put {
        /// The register.
        view: &'static str,
        /// The row's key.
        key: String,
        /// The row.
        row: Row,
    },
    /// A register's row is as given and will not change again: it is kept in the store only.
    Close {
        /// The register.
        view: &'static str,
        /// The row's key.
        key: String,
        /// The row.
        row: Row,
    },
    /// A register's row is gone.
    Remove {
        /// The register.
        view: &'static str,
        /// The row's key.
        key: String,
    },
    /// A journal has one row more.
    Add {
        /// The journal.
        view: &'static str,
        /// The row.
        row: Row,
    },
}

#[derive(Debug)]
enum Change {
    Put(Row),
    Close(Row),
    Remove,
}

/// The books with the changes of a batch laid over them.
#[derive(Debug)]
pub struct Shelf<'a> {
    base: &'a Books,
    over: BTreeMap<(&'static str, String), Change>,
    added: Vec<(&'static str, Row)>,
}

impl<'a> Shelf<'a> {
    /// A shelf without changes.
    #[must_use]
    pub const fn new(base: &'a Books) -> Self {
        Self { base, over: BTreeMap::new(), added: Vec::new() }
    }

    /// Puts a register's row.
    pub fn put<V: View>(&mut self, row: &V) {
        self.put_row(V::SPEC, row.to_row());
    }

    /// Puts a row of a register that is declared as data.
    pub fn put_row(&mut self, view: &'static ViewSpec, row: Row) {
        if let Some(key) = row.first().and_then(Value::text) {
            let key = key.to_owned();
            let change = if view.is_closed(&row) { Change::Close(row) } else { Change::Put(row) };
            self.over.insert((view.name, key), change);
        }
    }

    /// Changes a register's row, if there is one.
    pub fn change<V: View>(&mut self, key: &str, how: impl FnOnce(&mut V)) {
        if let Some(mut row) = self.get::<V>(key) {
            how(&mut row);
            self.put(&row);
        }
    }

    /// Removes a register's row.
    pub fn remove<V: View>(&mut self, key: &str) {
        self.over.insert((V::SPEC.name, key.to_owned()), Change::Remove);
    }

    /// Adds a row to a journal.
    pub fn add<V: View>(&mut self, row: &V) {
        self.added.push((V::SPEC.name, row.to_row()));
    }

    /// What was changed, each register's row once, then the journals' rows in order.
    #[must_use]
    pub fn into_changes(self) -> Vec<RowChange> {
        let changed = self.over.into_iter().map(|((view, key), row)| match row {
            Change::Put(row) => RowChange::Put { view, key, row },
            Change::Close(row) => RowChange::Close { view, key, row },
            Change::Remove => RowChange::Remove { view, key },
        });
        changed.chain(self.added.into_iter().map(|(view, row)| RowChange::Add { view, row })).collect()
    }
}

impl Registers for Shelf<'_> {
    fn row(&self, view: &'static str, key: &str) -> Option<Row> {
        match self.over.get(&(view, key.to_owned())) {
            Some(Change::Put(row)) => Some(row.clone()),
            Some(_) => None,
            None => self.base.row(view, key),
        }
    }

    fn rows(&self, view: &'static str, prefix: &str) -> Vec<Row> {
        let mut found: BTreeMap<String, Row> = BTreeMap::new();
        for row in self.base.rows(view, prefix) {
            if let Some(key) = row.first().and_then(Value::text) {
                found.insert(key.to_owned(), row);
            }
        }
        let from = (view, prefix.to_owned());
        for ((_, key), row) in self.over.range(from..).take_while(|((v, k), _)| *v == view && k.starts_with(prefix)) {
            match row {
                Change::Put(row) => found.insert(key.clone(), row.clone()),
                Change::Close(_) | Change::Remove => found.remove(key),
            };
        }
        found.into_values().collect()
    }
}
