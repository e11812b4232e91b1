//! The record in one SQLite file.
//!
//! Beside the file stand SQLite's own `-wal` and `-shm`, and `-lock`, by which one process owns the
//! record. A commit appends to the write-ahead log and syncs it once; moving the log into the file
//! is done by a thread of its own, so that no clerk waits for it.

mod commit;
mod identity;
mod keeper;
mod open;
mod read;
mod views;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use rusqlite::{Connection, ErrorCode};
use sekisho_ledgers::books::RowChange;
use sekisho_ledgers::event::SealedIdentity;
use sekisho_ledgers::ports::{Commit, CommitError, CountBy, Head, ListQuery, Page, Store, StoreError, StoredLeaf};
use sekisho_ledgers::spec::{Row, ViewSpec};

use crate::changes::Views;
use crate::pool::Pool;
use keeper::Keeper;

/// Readers at once. Each holds some memory; more than this gain nothing on a machine of any size
/// that a municipality has.
const READERS_MAX: usize = 16;

/// A record in one file.
#[derive(Debug)]
pub struct Sqlite {
    path: PathBuf,
    /// Looks after the write-ahead log; stopped first.
    keeper: Option<Keeper>,
    /// `None` when opened for reading only.
    writer: Option<Arc<Mutex<Connection>>>,
    readers: Pool<Connection>,
    /// Whether the file can be taken to be written by nobody, because it stands on a disk that
    /// cannot be written.
    immutable: bool,
    views: RwLock<Views>,
    /// Held as long as the store lives; the system gives it up when the process dies, however it dies.
    _owned: Option<File>,
}

impl Sqlite {
    /// Makes a new, empty record in a file that is not there yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file cannot be made or already holds something,
    /// [`StoreError::Owned`] when another process has it.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let owned = open::own(path)?;
        open::make(path)?;
        Self::start(path, owned)
    }

    /// Opens a record for reading and writing. A record of an older program is brought forward.
    ///
    /// # Errors
    /// [`StoreError::Owned`] when another process has it, [`StoreError::Newer`] when a newer program
    /// wrote it, [`StoreError::Damaged`] when it is no record, [`StoreError::Unavailable`] when it
    /// is not there or cannot be written.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        open::must_exist(path)?;
        let owned = open::own(path)?;
        Self::start(path, owned)
    }

    /// Opens a record for reading only, also while another process writes it or when it stands on a
    /// disk that cannot be written.
    ///
    /// # Errors
    /// As [`Sqlite::open`], but for ownership.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        open::must_exist(path)?;
        let (first, immutable) = open::reader_anywhere(path)?;
        open::check_version(&first)?;
        let readers = Pool::new(READERS_MAX);
        readers.with(|| Ok(first), |_| true, |_| Ok(()))?;
        Ok(Self {
            path: path.to_owned(),
            keeper: None,
            writer: None,
            readers,
            immutable,
            views: RwLock::default(),
            _owned: None,
        })
    }

    /// Writes a copy of the whole record, as of one moment, to a file that is not there yet. The
    /// copy is a record that [`Sqlite::open`] opens.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the copy cannot be written.
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        self.read(|connection| open::copy(connection, to))
    }

    fn start(path: &Path, owned: File) -> Result<Self, StoreError> {
        let writer = Arc::new(Mutex::new(open::writer(path)?));
        let keeper = Keeper::start(open::keeper(path)?, Arc::clone(&writer))?;
        Ok(Self {
            path: path.to_owned(),
            keeper: Some(keeper),
            writer: Some(writer),
            readers: Pool::new(READERS_MAX),
            immutable: false,
            views: RwLock::default(),
            _owned: Some(owned),
        })
    }

    fn read<T>(&self, run: impl FnOnce(&mut Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.readers.with(|| open::reader(&self.path, self.immutable), |_| true, run)
    }

    fn write(&self) -> Result<MutexGuard<'_, Connection>, StoreError> {
        let writer =
            self.writer.as_ref().ok_or_else(|| StoreError::Unavailable("opened for reading only".to_owned()))?;
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn know(&self, views: &[&'static ViewSpec]) {
        let known = views.iter().map(|view| (view.name, *view)).collect();
        *self.views.write().unwrap_or_else(PoisonError::into_inner) = known;
    }
}

impl Store for Sqlite {
    fn head(&self) -> Result<Head, StoreError> {
        self.read(|c| read::head(c))
    }

    fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        let mut writer = self.write().map_err(|e| CommitError::Refused(e.to_string()))?;
        let views = self.views.read().unwrap_or_else(PoisonError::into_inner);
        commit::commit(&mut writer, &views, commit)?;
        drop(writer);
        if let Some(keeper) = &self.keeper {
            keeper.committed(commit);
        }
        Ok(())
    }

    fn leaves(&self, from: u64, to: u64) -> Result<Vec<StoredLeaf>, StoreError> {
        self.read(|c| read::leaves(c, from, to))
    }

    fn tile(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|c| read::tile(c, level, index))
    }

    fn sealed_text(&self, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|c| read::sealed_text(c, seq))
    }

    fn prepare_views(&self, views: &[&'static ViewSpec]) -> Result<bool, StoreError> {
        let ready = if self.writer.is_some() {
            views::prepare(&mut *self.write()?, views)?
        } else {
            self.read(|c| views::ready(c, views))?
        };
        self.know(views);
        Ok(ready)
    }

    fn replace_views(
        &self,
        views: &[&'static ViewSpec],
        size: u64,
        next: &mut dyn FnMut() -> Result<Option<Vec<RowChange>>, StoreError>,
    ) -> Result<(), StoreError> {
        let mut writer = self.write()?;
        views::replace(&mut writer, views, size, next)?;
        self.know(views);
        Ok(())
    }

    fn rows(&self, view: &'static ViewSpec) -> Result<Vec<Row>, StoreError> {
        self.read(|c| read::rows(c, view))
    }

    fn page(&self, view: &'static ViewSpec, query: &ListQuery) -> Result<Page, StoreError> {
        self.read(|c| read::page(c, view, query))
    }

    fn counts(
        &self,
        view: &'static ViewSpec,
        query: &ListQuery,
        by: &[CountBy],
    ) -> Result<Vec<(Row, u64)>, StoreError> {
        self.read(|c| read::counts(c, view, query, by))
    }

    fn passwords(&self, person: &str) -> Result<Vec<String>, StoreError> {
        self.read(|c| read::passwords(c, person))
    }

    fn find_identity(&self, terms: &[(u8, [u8; 16])], limit: usize) -> Result<Vec<SealedIdentity>, StoreError> {
        self.read(|c| identity::find(c, terms, limit))
    }

    fn identity(&self, subject: &str) -> Result<Option<SealedIdentity>, StoreError> {
        self.read(|c| identity::get(c, subject))
    }

    fn identity_count(&self) -> Result<u64, StoreError> {
        self.read(|c| identity::count(c))
    }
}

/// What an error of the database means to whoever reads or prepares.
fn store_error(error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::Damaged(error.to_string()),
        _ => StoreError::Unavailable(error.to_string()),
    }
}

/// A number as the database holds it.
fn stored(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Unavailable(format!("`{number}` is too large to be stored")))
}

/// A stored number that is never below zero.
fn counted(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::Damaged(format!("a count of `{number}`")))
}
