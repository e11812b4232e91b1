//! A plain table in SQLite: one row a commit, write-ahead log, synced at each commit.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use crate::bench::BenchError;
use crate::bench::append::{Achieved, hammer};
use crate::bench::village::Folder;

pub(super) fn measure(folder: &Path, run: Duration, writers: usize, bytes: usize) -> Result<Achieved, BenchError> {
    let folder = Folder::new(folder)?;
    // SQLite has one writer at a time. Waiting for one connection is kinder to it than many
    // connections that each try again until the file is free.
    let connection = Mutex::new(open(&folder.path().join("plain.sqlite")).map_err(BenchError::wrong)?);
    let payload = vec![0xA5_u8; bytes];
    let one = |_| {
        || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let mut insert =
                connection.prepare_cached("INSERT INTO plain (payload) VALUES (?1)").map_err(BenchError::wrong)?;
            insert.execute([&payload]).map(|_| ()).map_err(BenchError::wrong)
        }
    };
    hammer(run, (0..writers).map(one).collect())
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE plain (seq INTEGER PRIMARY KEY, payload BLOB NOT NULL);",
    )?;
    Ok(connection)
}
