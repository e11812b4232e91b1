//! What the ledgers ask of the world below and around them. Each port is declared here, by its
//! user; the comments state the duties of whoever implements it.

use crate::books::RowChange;
use crate::event::SealedIdentity;
use crate::spec::{Row, ViewSpec};

/// Where events, views and what cannot be rebuilt are kept.
///
/// One store belongs to one log. Many threads read at once; `commit` is called by one thread of
/// one process at a time, but another process may own the log by then, which `commit` must notice.
pub trait Store: Send + Sync {
    /// How far the log reaches. Reads what is durable, never what is only in flight.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn head(&self) -> Result<Head, StoreError>;

    /// Makes a batch durable, all or nothing: events, sealed texts, tiles, the checkpoint, the rows
    /// of every view and the effects, in one transaction that has reached the disk when this
    /// returns. Compare-and-swap: nothing is written unless the log's size is `expected_size`.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when the size differs; [`CommitError::Refused`] when certainly
    /// nothing was written; [`CommitError::Unknown`] when it cannot be told, after which the caller
    /// looks at [`Store::head`].
    fn commit(&self, commit: &Commit) -> Result<(), CommitError>;

    /// The leaves `from..to` (clipped to the log's size) with the hashes stored beside them.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn leaves(&self, from: u64, to: u64) -> Result<Vec<StoredLeaf>, StoreError>;

    /// A full tile of the log, if it is stored.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn tile(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, StoreError>;

    /// The sealed personal text of an event, unless there is none or it was erased.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn sealed_text(&self, seq: u64) -> Result<Option<Vec<u8>>, StoreError>;

    /// Makes the tables of these views if they are not there. Returns false when the stored views
    /// do not belong to this set of columns or do not reach the log's head, so that they must be
    /// folded again.
    ///
    /// # Errors
    /// [`StoreError`] when the tables cannot be made or looked at.
    fn prepare_views(&self, views: &[&'static ViewSpec]) -> Result<bool, StoreError>;

    /// Empties the views and fills them anew, calling `next` for batches of changes until it gives
    /// none; the old views stay until the new ones are complete, and for good when `next` fails.
    ///
    /// # Errors
    /// [`StoreError`] when the views cannot be written, or what `next` failed with.
    fn replace_views(
        &self,
        views: &[&'static ViewSpec],
        size: u64,
        next: &mut dyn FnMut() -> Result<Option<Vec<RowChange>>, StoreError>,
    ) -> Result<(), StoreError>;

    /// Every row of a view in the order of its key.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn rows(&self, view: &'static ViewSpec) -> Result<Vec<Row>, StoreError>;

    /// A page of a view.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or a column is not of this view.
    fn page(&self, view: &'static ViewSpec, query: &ListQuery) -> Result<Page, StoreError>;

    /// How many rows fall on each pair of values of the given expressions, for counts and heat maps.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or a column is not of this view.
    fn counts(&self, view: &'static ViewSpec, query: &ListQuery, by: &[CountBy])
    -> Result<Vec<(Row, u64)>, StoreError>;

    /// A person's present password and those before it, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn passwords(&self, person: &str) -> Result<Vec<String>, StoreError>;

    /// Identity records that have every one of the given index terms, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn find_identity(&self, terms: &[(u8, [u8; 16])], limit: usize) -> Result<Vec<SealedIdentity>, StoreError>;

    /// The identity record with this blind key.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn identity(&self, subject: &str) -> Result<Option<SealedIdentity>, StoreError>;

    /// How many identity records there are.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn identity_count(&self) -> Result<u64, StoreError>;
}

/// How far the log reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Number of events.
    pub size: u64,
    /// The last signed checkpoint; `None` while the log is empty.
    pub checkpoint: Option<String>,
}

/// A batch to be made durable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// The log's size before.
    pub expected_size: u64,
    /// New events in order.
    pub leaves: Vec<NewLeaf>,
    /// Tiles that the new events completed.
    pub tiles: Vec<NewTile>,
    /// The checkpoint signed over the new size.
    pub checkpoint: String,
    /// What changed in the views.
    pub rows: Vec<RowChange>,
    /// New passwords: person and Argon2id PHC text.
    pub passwords: Vec<(String, String)>,
    /// Identity records to add or replace.
    pub identity: Vec<SealedIdentity>,
    /// Events whose personal text is erased.
    pub erased: Vec<u64>,
}

/// A new event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLeaf {
    /// Canonical bytes.
    pub bytes: Vec<u8>,
    /// Leaf hash.
    pub hash: [u8; 32],
    /// Sealed personal text.
    pub text: Option<Vec<u8>>,
}

/// A completed tile: 256 hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTile {
    /// Level, 0 for leaf hashes.
    pub level: u8,
    /// Index within the level.
    pub index: u64,
    /// 8,192 bytes.
    pub bytes: Vec<u8>,
}

/// An event as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLeaf {
    /// Its number.
    pub seq: u64,
    /// Canonical bytes.
    pub bytes: Vec<u8>,
    /// The hash stored beside them.
    pub hash: Vec<u8>,
}

/// A condition on a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The column's name.
    pub column: String,
    /// How it is compared.
    pub test: Test,
}

/// How a column is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// Equal.
    Is(crate::value::Value),
    /// At least.
    From(crate::value::Value),
    /// Less than.
    Below(crate::value::Value),
    /// Contains the text, in any case.
    Contains(String),
    /// Is one of these.
    OneOf(Vec<crate::value::Value>),
}

/// Which rows of a view, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// All of these must hold.
    pub filters: Vec<Filter>,
    /// Column to sort by; the key when `None`.
    pub sort: Option<String>,
    /// Whether the order is descending.
    pub descending: bool,
    /// Rows to skip.
    pub offset: u64,
    /// Rows to give at most.
    pub limit: u64,
}

/// A page of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// How many there are on all pages together.
    pub total: u64,
}

/// What rows are counted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CountBy {
    /// A column's value.
    Column(String),
    /// The day in Japan of an instant, as days since 1970-01-01.
    Day(String),
    /// The hour in Japan of an instant, 0 to 23.
    Hour(String),
    /// The day of the week in Japan of an instant, 0 for Sunday.
    Weekday(String),
}

/// Why the store could not be read or prepared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, or the disk fails.
    #[error("store unavailable: {0}")]
    Unavailable(String),
    /// What it holds is not what it should be.
    #[error("store damaged: {0}")]
    Damaged(String),
    /// It was written by a newer program.
    #[error("store has version {found}, this program knows {known}")]
    Newer {
        /// The version found.
        found: i64,
        /// The newest version known.
        known: i64,
    },
    /// Another process owns this log.
    #[error("another process owns this log")]
    Owned,
    /// A column or a table was asked for that there is not.
    #[error("no such column: {0}")]
    NoSuchColumn(String),
}

/// Why a batch was not, or perhaps not, made durable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The log's size is not the expected one.
    #[error("the log has another size")]
    Conflict,
    /// Certainly nothing was written: disk full, read-only, unreachable.
    #[error("not written: {0}")]
    Refused(String),
    /// The connection broke while committing.
    #[error("not known whether written: {0}")]
    Unknown(String),
}

/// The clock. Milliseconds since the Unix epoch; may go backward, which the house notices.
pub trait Clock: Send + Sync {
    /// Now.
    fn now_ms(&self) -> i64;
}

/// Randomness for salts and nonces; must be fit for cryptography.
pub trait Entropy: Send + Sync {
    /// Fills the bytes.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError>;
}

/// The system gave no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no randomness available")]
pub struct EntropyError;
