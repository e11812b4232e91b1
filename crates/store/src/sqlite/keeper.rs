//! The keeper of the write-ahead log: moves it into the file, outside the way of any commit.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use sekisho_ledgers::ports::{Commit, StoreError};

/// After how many written rows the log is moved. A row costs about one page of the log.
const ROWS_MAX: usize = 4_096;
/// From how many pages on the log is begun anew, for which commits wait a moment: 64 MiB.
const PAGES_MAX: i64 = 16_384;
/// How long to wait before trying again to wipe erased text out of the log.
const AGAIN: Duration = Duration::from_millis(100);

/// What the keeper is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    /// Move what is in the log.
    Move,
    /// Also empty the log, because it may hold text that was erased.
    Wipe,
}

/// A thread that looks after the log until it is dropped.
#[derive(Debug)]
pub(super) struct Keeper {
    rows: AtomicUsize,
    tasks: Option<SyncSender<Task>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    pub(super) fn start(connection: Connection, writer: Arc<Mutex<Connection>>) -> Result<Self, StoreError> {
        let (tasks, received) = sync_channel(4);
        let run = move || keep(&connection, &writer, &received);
        let thread = std::thread::Builder::new().name("wal keeper".to_owned()).spawn(run);
        let thread = thread.map_err(|e| StoreError::Unavailable(e.to_string()))?;
        Ok(Self { rows: AtomicUsize::new(0), tasks: Some(tasks), thread: Some(thread) })
    }

    /// Notes that a batch was written.
    pub(super) fn committed(&self, commit: &Commit) {
        let terms: usize = commit.identity.iter().map(|record| record.terms.len() + 1).sum();
        let written = commit.leaves.len() * 2 + commit.rows.len() + commit.tiles.len() * 3 + terms;
        let rows = self.rows.fetch_add(written, Ordering::Relaxed).saturating_add(written);
        let task = if !commit.erased.is_empty() {
            Task::Wipe
        } else if rows >= ROWS_MAX {
            Task::Move
        } else {
            return;
        };
        self.rows.store(0, Ordering::Relaxed);
        let Some(tasks) = &self.tasks else { return };
        // When the keeper is behind, it will move this batch too; only a wipe must not be forgotten.
        let sent = tasks.try_send(task);
        if sent.is_err() && task == Task::Wipe {
            let _ = tasks.send(task);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.tasks = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A failure here loses nothing: the log stays, the next round tries again, and a disk that is full
/// or gone shows in the next commit.
fn keep(connection: &Connection, writer: &Mutex<Connection>, tasks: &Receiver<Task>) {
    let mut wipe = false;
    loop {
        let task =
            if wipe { tasks.recv_timeout(AGAIN) } else { tasks.recv().map_err(|_| RecvTimeoutError::Disconnected) };
        match task {
            Ok(task) => wipe |= task == Task::Wipe,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let pages = checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)").map_or(0, |(_, pages)| pages);
        if wipe || pages >= PAGES_MAX {
            // The writer's own lock makes commits wait without polling; what is left to move is little.
            let writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            let how = if wipe { "PRAGMA wal_checkpoint(TRUNCATE)" } else { "PRAGMA wal_checkpoint(RESTART)" };
            let _ = writer.busy_timeout(Duration::from_millis(20));
            wipe &= checkpoint(&writer, how).is_none_or(|(busy, _)| busy);
            let _ = writer.busy_timeout(super::open::BUSY_MAX);
        }
    }
}

/// Whether somebody was in the way, and how many pages the log has.
fn checkpoint(connection: &Connection, how: &str) -> Option<(bool, i64)> {
    connection.query_row(how, [], |row| Ok((row.get::<_, i64>(0)? != 0, row.get(1)?))).ok()
}
