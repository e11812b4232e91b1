//! A place for one record, on either database.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sekisho_ledgers::ports::{Store, StoreError};
use sekisho_store::testing::Server;
use sekisho_store::{Postgres, Sqlite};

pub(crate) type Opened = Result<Box<dyn Store>, StoreError>;

/// A place for one record.
pub(crate) trait Site {
    fn create(&self) -> Opened;
    fn open(&self) -> Opened;
    fn open_read_only(&self) -> Opened;
    /// Opens without waiting for anybody.
    fn open_at_once(&self) -> Opened;
    /// Does what somebody with access to the database can do.
    fn tamper(&self, sqlite: &str, postgres: &str);
    /// The command that hammers this record.
    fn hammer(&self, events: u64) -> Command;
}

fn boxed<S: Store + 'static>(opened: Result<S, StoreError>) -> Opened {
    opened.map(|store| Box::new(store) as Box<dyn Store>)
}

/// This very test binary, told to run only the hammer.
fn hammer(what: &str, place: &str, events: u64) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "ports::kill::hammer", "--nocapture", "--test-threads=1"]);
    command.env("SEKISHO_HAMMER", format!("{what} {events} {place}"));
    command
}

pub(crate) struct SqliteSite {
    folder: Option<tempfile::TempDir>,
    pub(crate) path: PathBuf,
}

impl SqliteSite {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { path: folder.path().join("record.db"), folder: Some(folder) }
    }

    pub(crate) fn at(path: PathBuf) -> Self {
        Self { folder: None, path }
    }
}

impl Site for SqliteSite {
    fn create(&self) -> Opened {
        boxed(Sqlite::create(&self.path))
    }
    fn open(&self) -> Opened {
        boxed(Sqlite::open(&self.path))
    }
    fn open_read_only(&self) -> Opened {
        boxed(Sqlite::open_read_only(&self.path))
    }
    fn open_at_once(&self) -> Opened {
        self.open()
    }
    fn tamper(&self, sqlite: &str, _: &str) {
        rusqlite::Connection::open(&self.path).unwrap().execute_batch(sqlite).unwrap();
    }
    fn hammer(&self, events: u64) -> Command {
        assert!(self.folder.is_none() || self.path.exists());
        hammer("sqlite", self.path.to_str().unwrap(), events)
    }
}

/// The server of a test, unless there shall be none.
pub(crate) fn server() -> Option<Arc<Server>> {
    Server::start().unwrap_or_else(|e| panic!("{e}")).map(Arc::new)
}

pub(crate) struct PostgresSite {
    pub(crate) server: Arc<Server>,
    pub(crate) url: String,
    schema: String,
}

impl PostgresSite {
    pub(crate) fn new(server: &Arc<Server>) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let schema = format!("town{number}");
        let url = if number.is_multiple_of(2) { server.url(&schema) } else { server.socket_url(&schema) };
        Self { server: Arc::clone(server), url, schema }
    }
}

impl Site for PostgresSite {
    fn create(&self) -> Opened {
        boxed(Postgres::create(&self.url))
    }
    fn open(&self) -> Opened {
        // The server needs a moment to notice that the connection before was closed, or killed.
        boxed(Postgres::wait_ownership(&self.url, Duration::from_secs(5)))
    }
    fn open_read_only(&self) -> Opened {
        boxed(Postgres::connect_read_only(&self.url))
    }
    fn open_at_once(&self) -> Opened {
        boxed(Postgres::connect(&self.url))
    }
    fn tamper(&self, _: &str, postgres: &str) {
        let mut client = postgres::Client::connect(&self.server.plain_url(), postgres::NoTls).unwrap();
        client.batch_execute(&format!("SET search_path TO {}; {postgres}", self.schema)).unwrap();
    }
    fn hammer(&self, events: u64) -> Command {
        hammer("postgres", &self.url, events)
    }
}
