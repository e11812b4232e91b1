//! A store in memory that fails when told to, as disks, networks and other processes do.

use std::collections::BTreeMap;
use std::sync::Mutex;

use sekisho_ledgers::books::RowChange;
use sekisho_ledgers::event::SealedIdentity;
use sekisho_ledgers::ports::{
    Commit, CommitError, CountBy, Head, ListQuery, NewLeaf, NewTile, Page, Store, StoreError, StoredLeaf,
};
use sekisho_ledgers::spec::{Row, ViewSpec};
use sekisho_ledgers::value::Value;

/// What goes wrong with the next commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Somebody else has written.
    Conflict,
    /// Nothing is written, and the store says so.
    Refused,
    /// Nothing is written, but the store cannot tell.
    UnknownLost,
    /// It is written, but the store cannot tell.
    UnknownLanded,
}

impl Fault {
    pub(crate) const ALL: [Self; 4] = [Self::Conflict, Self::Refused, Self::UnknownLost, Self::UnknownLanded];

    /// Whether an act may come back without having been recorded.
    pub(crate) fn may_lose(self) -> bool {
        self == Self::Refused
    }
}

type Tables = BTreeMap<&'static str, BTreeMap<Value, Row>>;

#[derive(Default)]
struct Held {
    leaves: Vec<NewLeaf>,
    tiles: Vec<NewTile>,
    checkpoint: Option<String>,
    tables: Tables,
    fault: Option<Fault>,
}

#[derive(Default)]
pub(crate) struct Memory(Mutex<Held>);

impl Memory {
    pub(crate) fn next_fault(&self, fault: Option<Fault>) {
        self.0.lock().unwrap().fault = fault;
    }

    /// Every row of every view.
    pub(crate) fn dump(&self) -> Tables {
        self.0.lock().unwrap().tables.clone()
    }
}

fn apply(tables: &mut Tables, changes: Vec<RowChange>) {
    for change in changes {
        match change {
            RowChange::Put { view, key, row } | RowChange::Close { view, key, row } => {
                tables.entry(view).or_default().insert(Value::Text(key.into()), row);
            }
            RowChange::Remove { view, key } => {
                tables.entry(view).or_default().remove(&Value::Text(key.into()));
            }
            RowChange::Add { view, row } => {
                let key = row[0].clone();
                tables.entry(view).or_default().insert(key, row);
            }
        }
    }
    tables.retain(|_, rows| !rows.is_empty());
}

impl Store for Memory {
    fn head(&self) -> Result<Head, StoreError> {
        let held = self.0.lock().unwrap();
        Ok(Head { size: held.leaves.len() as u64, checkpoint: held.checkpoint.clone() })
    }

    fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        let mut held = self.0.lock().unwrap();
        let fault = held.fault.take();
        if held.leaves.len() as u64 != commit.expected_size || fault == Some(Fault::Conflict) {
            return Err(CommitError::Conflict);
        }
        match fault {
            Some(Fault::Refused) => return Err(CommitError::Refused("disk full".into())),
            Some(Fault::UnknownLost) => return Err(CommitError::Unknown("broken off".into())),
            _ => {}
        }
        held.leaves.extend(commit.leaves.iter().cloned());
        held.tiles.extend(commit.tiles.iter().cloned());
        held.checkpoint = Some(commit.checkpoint.clone());
        apply(&mut held.tables, commit.rows.clone());
        if fault == Some(Fault::UnknownLanded) { Err(CommitError::Unknown("broken off".into())) } else { Ok(()) }
    }

    fn leaves(&self, from: u64, to: u64) -> Result<Vec<StoredLeaf>, StoreError> {
        let held = self.0.lock().unwrap();
        let leaves = (0..).zip(&held.leaves).filter(|(seq, _)| (from..to).contains(seq));
        Ok(leaves.map(|(seq, l)| StoredLeaf { seq, bytes: l.bytes.clone(), hash: l.hash.to_vec() }).collect())
    }

    fn tile(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let held = self.0.lock().unwrap();
        Ok(held.tiles.iter().find(|t| (t.level, t.index) == (level, index)).map(|t| t.bytes.clone()))
    }

    fn sealed_text(&self, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.lock().unwrap().leaves.get(usize::try_from(seq).unwrap()).and_then(|leaf| leaf.text.clone()))
    }

    fn prepare_views(&self, _: &[&'static ViewSpec]) -> Result<bool, StoreError> {
        Ok(true)
    }

    fn replace_views(
        &self,
        _: &[&'static ViewSpec],
        _: u64,
        next: &mut dyn FnMut() -> Result<Option<Vec<RowChange>>, StoreError>,
    ) -> Result<(), StoreError> {
        let mut tables = Tables::new();
        while let Some(changes) = next()? {
            apply(&mut tables, changes);
        }
        self.0.lock().unwrap().tables = tables;
        Ok(())
    }

    fn rows(&self, view: &'static ViewSpec) -> Result<Vec<Row>, StoreError> {
        let held = self.0.lock().unwrap();
        Ok(held.tables.get(view.name).map(|rows| rows.values().cloned().collect()).unwrap_or_default())
    }

    fn page(&self, view: &'static ViewSpec, _: &ListQuery) -> Result<Page, StoreError> {
        // The house asks for the open rows of a register; it leaves out closed ones by itself too.
        let rows = self.rows(view)?;
        Ok(Page { total: rows.len() as u64, rows })
    }

    fn counts(&self, _: &'static ViewSpec, _: &ListQuery, _: &[CountBy]) -> Result<Vec<(Row, u64)>, StoreError> {
        Ok(Vec::new())
    }

    fn passwords(&self, _: &str) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    fn find_identity(&self, _: &[(u8, [u8; 16])], _: usize) -> Result<Vec<SealedIdentity>, StoreError> {
        Ok(Vec::new())
    }

    fn identity(&self, _: &str) -> Result<Option<SealedIdentity>, StoreError> {
        Ok(None)
    }

    fn identity_count(&self) -> Result<u64, StoreError> {
        Ok(0)
    }
}
