//! The record in a schema of a PostgreSQL database.
//!
//! One node owns a record at a time, by an advisory lock that lives and dies with the connection
//! that writes: when a node dies, the server gives the lock up and another node takes over. Every
//! commit runs on that very connection, so a node that lost the lock cannot write.

mod address;
mod commit;
mod identity;
mod read;
mod session;
mod views;
mod writer;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use sekisho_ledgers::books::RowChange;
use sekisho_ledgers::event::SealedIdentity;
use sekisho_ledgers::ports::{Commit, CommitError, CountBy, Head, ListQuery, Page, Store, StoreError, StoredLeaf};
use sekisho_ledgers::spec::{Row, ViewSpec};

use crate::changes::Views;
use crate::pool::Pool;
use address::Address;
use commit::Failure;
use session::Session;
use writer::Writer;

/// Readers at once, each a connection to the server.
const READERS_MAX: usize = 8;
/// How long a node waits for its own broken connection to be given up by the server.
const GHOST_MAX: Duration = Duration::from_secs(3);

/// A record in a schema.
///
/// The address is a PostgreSQL URL; `schema=NAME` among its parameters says which record of the
/// database is meant (`sekisho` when it is not given). Connections are made over a Unix socket or to
/// this very machine only: there is no TLS here yet, and the record does not travel in the clear.
///
/// The connections block, so an asynchronous program calls from threads that may block.
#[derive(Debug)]
pub struct Postgres {
    address: Address,
    /// `None` when connected for reading only.
    writer: Option<Mutex<Writer>>,
    /// Whether a commit ended without an answer, and the server may still be busy with it.
    unsettled: AtomicBool,
    readers: Pool<Session>,
    views: RwLock<Views>,
}

impl Postgres {
    /// Makes a new, empty record in a schema that holds none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the server cannot be reached or the schema holds a record,
    /// [`StoreError::Owned`] when another node has it.
    pub fn create(url: &str) -> Result<Self, StoreError> {
        let address = Address::parse(url)?;
        writer::make(&address)?;
        // The connection that made it has just been closed; the server may not have noticed yet.
        Self::start(address, GHOST_MAX)
    }

    /// Connects to a record for reading and writing. A record of an older program is brought forward.
    ///
    /// # Errors
    /// [`StoreError::Owned`] when another node has it, [`StoreError::Newer`] when a newer program
    /// wrote it, [`StoreError::Unavailable`] when it is not there or cannot be reached.
    pub fn connect(url: &str) -> Result<Self, StoreError> {
        Self::start(Address::parse(url)?, Duration::ZERO)
    }

    /// Connects like [`Postgres::connect`], but waits up to `patience` for the node that owns the
    /// record to give it up or die.
    ///
    /// # Errors
    /// As [`Postgres::connect`].
    pub fn wait_ownership(url: &str, patience: Duration) -> Result<Self, StoreError> {
        Self::start(Address::parse(url)?, patience)
    }

    /// Connects for reading only, also while a node owns the record.
    ///
    /// # Errors
    /// As [`Postgres::connect`], but for ownership.
    pub fn connect_read_only(url: &str) -> Result<Self, StoreError> {
        let address = Address::parse(url)?;
        let store = Self::of(address, None);
        store.read(writer::check_version)?;
        Ok(store)
    }

    fn start(address: Address, patience: Duration) -> Result<Self, StoreError> {
        let session = writer::own(&address, patience)?;
        Ok(Self::of(address, Some(Mutex::new(Writer::new(session)))))
    }

    fn of(address: Address, writer: Option<Mutex<Writer>>) -> Self {
        let (readers, views) = (Pool::new(READERS_MAX), RwLock::default());
        Self { address, writer, unsettled: AtomicBool::new(false), readers, views }
    }

    /// Runs something on a connection that reads; once more when the connection proves to be one
    /// that the server had given up.
    fn read<T>(&self, run: impl Fn(&mut Session) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut lost = false;
        let once = |lost: &mut bool| {
            let open = || Session::open(&self.address, session::Purpose::Read);
            let noted = |session: &mut Session| {
                let found = run(session);
                *lost = found.is_err() && session.is_lost();
                found
            };
            self.readers.with(open, |session| !session.is_lost(), noted)
        };
        let found = once(&mut lost);
        if !lost {
            return found;
        }
        self.readers.clear();
        once(&mut lost)
    }

    fn write(&self) -> Result<MutexGuard<'_, Writer>, StoreError> {
        let writer = self.writer.as_ref();
        let writer = writer.ok_or_else(|| StoreError::Unavailable("connected for reading only".to_owned()))?;
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until the server is done with a commit that ended without an answer: once the lock is
    /// ours again, the connection that held it is gone and its transaction decided.
    fn settle(&self) -> Result<(), StoreError> {
        if self.unsettled.load(Ordering::Acquire) {
            self.write()?.session(&self.address)?;
            self.unsettled.store(false, Ordering::Release);
        }
        Ok(())
    }

    fn know(&self, views: &[&'static ViewSpec]) {
        let known = views.iter().map(|view| (view.name, *view)).collect();
        *self.views.write().unwrap_or_else(PoisonError::into_inner) = known;
    }
}

impl Store for Postgres {
    fn head(&self) -> Result<Head, StoreError> {
        self.settle()?;
        self.read(read::head)
    }

    fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        let refused = |error: StoreError| CommitError::Refused(error.to_string());
        let mut writer = self.write().map_err(refused)?;
        let views = self.views.read().unwrap_or_else(PoisonError::into_inner);
        let mut again = true;
        loop {
            let session = writer.session(&self.address).map_err(refused)?;
            self.unsettled.store(false, Ordering::Release);
            match commit::commit(session, &views, commit) {
                Ok(()) => return Ok(()),
                Err(Failure::Conflict) => return Err(CommitError::Conflict),
                // The connection broke before COMMIT was sent, so nothing was written.
                Err(Failure::Lost(_)) if again => again = false,
                Err(Failure::Lost(cause) | Failure::Refused(cause)) => return Err(CommitError::Refused(cause)),
                Err(Failure::Unknown(cause)) => {
                    self.unsettled.store(true, Ordering::Release);
                    return Err(CommitError::Unknown(cause));
                }
            }
        }
    }

    fn leaves(&self, from: u64, to: u64) -> Result<Vec<StoredLeaf>, StoreError> {
        self.read(|s| read::leaves(s, from, to))
    }

    fn tile(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|s| read::tile(s, level, index))
    }

    fn sealed_text(&self, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|s| read::sealed_text(s, seq))
    }

    fn prepare_views(&self, views: &[&'static ViewSpec]) -> Result<bool, StoreError> {
        let ready = if self.writer.is_some() {
            let mut writer = self.write()?;
            let session = writer.session(&self.address)?;
            match views::prepare(session, views) {
                // The server gave the connection up since it was last used; preparing twice does no harm.
                Err(_) if session.is_lost() => views::prepare(writer.session(&self.address)?, views)?,
                done => done?,
            }
        } else {
            self.read(|s| views::ready(s, views))?
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
        views::replace(writer.session(&self.address)?, views, size, next)?;
        self.know(views);
        Ok(())
    }

    fn rows(&self, view: &'static ViewSpec) -> Result<Vec<Row>, StoreError> {
        self.read(|s| read::rows(s, view))
    }

    fn page(&self, view: &'static ViewSpec, query: &ListQuery) -> Result<Page, StoreError> {
        self.read(|s| read::page(s, view, query))
    }

    fn counts(
        &self,
        view: &'static ViewSpec,
        query: &ListQuery,
        by: &[CountBy],
    ) -> Result<Vec<(Row, u64)>, StoreError> {
        self.read(|s| read::counts(s, view, query, by))
    }

    fn passwords(&self, person: &str) -> Result<Vec<String>, StoreError> {
        self.read(|s| read::passwords(s, person))
    }

    fn find_identity(&self, terms: &[(u8, [u8; 16])], limit: usize) -> Result<Vec<SealedIdentity>, StoreError> {
        self.read(|s| identity::find(s, terms, limit))
    }

    fn identity(&self, subject: &str) -> Result<Option<SealedIdentity>, StoreError> {
        self.read(|s| identity::get(s, subject))
    }

    fn identity_count(&self) -> Result<u64, StoreError> {
        self.read(identity::count)
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
