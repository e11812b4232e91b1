//! Opening the file: who owns it, what it is, and how its connections are set.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use sekisho_ledgers::ports::StoreError;

use super::store_error;
use crate::{migrations, sql};

/// "SEKI", by which `file` and this program know the database from any other.
const APPLICATION: i64 = 0x5345_4B49;
/// How long a connection waits for another one. Only the keeper and a foreign tool ever make it wait.
pub(super) const BUSY_MAX: Duration = Duration::from_secs(5);
/// Statements kept ready by a connection.
const STATEMENTS_MAX: usize = 256;

/// Takes ownership of the record. The lock belongs to the open file, so the system gives it up when
/// the process ends in whatever way; nothing has to be cleaned up after a crash.
pub(super) fn own(path: &Path) -> Result<File, StoreError> {
    let lock = beside(path, "-lock");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    private(&mut options);
    let file = options.open(&lock).map_err(|e| unavailable(&lock, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Owned),
        Err(TryLockError::Error(e)) => Err(unavailable(&lock, &e)),
    }
}

/// Whether a process owns the record, as far as can be seen.
fn is_owned(path: &Path) -> bool {
    let lock = File::open(beside(path, "-lock"));
    lock.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

pub(super) fn must_exist(path: &Path) -> Result<(), StoreError> {
    if path.is_file() {
        Ok(())
    } else {
        Err(StoreError::Unavailable(format!("there is no record at `{}`", path.display())))
    }
}

/// Makes an empty record, readable by its owner only.
pub(super) fn make(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    private(&mut options);
    let file = options.open(path).map_err(|e| unavailable(path, &e))?;
    let mut connection = Connection::open_with_flags(path, flags(false)).map_err(|e| store_error(&e))?;
    let tables: i64 = ask(&connection, "SELECT count(*) FROM sqlite_schema")?;
    if tables != 0 {
        return Err(StoreError::Unavailable(format!("`{}` already holds something", path.display())));
    }
    let journal: String = ask(&connection, "PRAGMA journal_mode = WAL")?;
    if journal != "wal" {
        return Err(StoreError::Unavailable(format!("no write-ahead log is possible at `{}`", path.display())));
    }
    set(&connection)?;
    migrate(&mut connection, 0)?;
    drop(connection);
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let synced = file.sync_all().and_then(|()| File::open(folder)?.sync_all());
    synced.map_err(|e| unavailable(path, &e))
}

/// The connection that writes.
pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    let mut connection = Connection::open_with_flags(path, flags(false)).map_err(|e| store_error(&e))?;
    let version = check_version(&connection)?;
    set(&connection)?;
    // A process that was killed may have left entries in the log that were written but never
    // synced. Moving them into the file syncs them: what is read from here on is durable.
    let moved = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    moved.map_err(|e| store_error(&e))?;
    if version < migrations::known() {
        migrate(&mut connection, version)?;
    }
    // The keeper does it instead, outside the way of a commit.
    connection.pragma_update(None, "wal_autocheckpoint", 0).map_err(|e| store_error(&e))?;
    connection.pragma_update(None, "cache_size", -65_536).map_err(|e| store_error(&e))?;
    Ok(connection)
}

/// The connection by which the keeper moves the log into the file.
pub(super) fn keeper(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags(false)).map_err(|e| store_error(&e))?;
    set(&connection)?;
    Ok(connection)
}

/// A connection that reads.
pub(super) fn reader(path: &Path, immutable: bool) -> Result<Connection, StoreError> {
    let open = || {
        if immutable {
            let name = format!("file:{}?immutable=1", escaped(path));
            Connection::open_with_flags(name, flags(true) | OpenFlags::SQLITE_OPEN_URI)
        } else {
            Connection::open_with_flags(path, flags(true))
        }
    };
    let connection = open().map_err(|e| store_error(&e))?;
    set(&connection)?;
    connection.pragma_update(None, "cache_size", -8_192).map_err(|e| store_error(&e))?;
    let traits = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    let fold = |context: &rusqlite::functions::Context<'_>| Ok(context.get_raw(0).as_str_or_null()?.map(sql::fold));
    connection.create_scalar_function("fold", 1, traits, fold).map_err(|e| store_error(&e))?;
    Ok(connection)
}

/// A connection that reads, wherever the file stands, and whether it had to be taken for immutable.
pub(super) fn reader_anywhere(path: &Path) -> Result<(Connection, bool), StoreError> {
    let tried = reader(path, false).and_then(|c| check_version(&c).map(|_| c));
    match tried {
        // A database that is written needs files beside it. Where none can be made nobody writes; but
        // an owner that lives, or a log that cannot be read, must not be passed over in silence.
        Err(StoreError::Unavailable(cause)) => {
            let log = std::fs::metadata(beside(path, "-wal")).map_or(0, |m| m.len());
            let still = log == 0 && !is_owned(path);
            let immutable = if still { reader(path, true) } else { Err(StoreError::Unavailable(cause)) };
            immutable.map(|c| (c, true))
        }
        tried => tried.map(|c| (c, false)),
    }
}

/// Which version the file has; refuses one of a newer program and one that is no record.
pub(super) fn check_version(connection: &Connection) -> Result<i64, StoreError> {
    let application: i64 = ask(connection, "PRAGMA application_id")?;
    let version: i64 = ask(connection, "PRAGMA user_version")?;
    if application != APPLICATION {
        return Err(StoreError::Damaged("the file is no record of this program".to_owned()));
    }
    migrations::after(version)?;
    Ok(version)
}

/// Copies the whole record as of one moment.
pub(super) fn copy(connection: &Connection, to: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    let file = options.open(to).map_err(|e| unavailable(to, &e))?;
    let name = to.to_str().ok_or_else(|| StoreError::Unavailable("the file's name is not UTF-8".to_owned()))?;
    connection.execute("VACUUM INTO ?1", [name]).map_err(|e| store_error(&e))?;
    file.sync_all().map_err(|e| unavailable(to, &e))
}

fn migrate(connection: &mut Connection, found: i64) -> Result<(), StoreError> {
    let steps = migrations::after(found)?;
    let run = |connection: &mut Connection| {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for step in steps {
            tx.execute_batch(step.sqlite)?;
        }
        tx.pragma_update(None, "application_id", APPLICATION)?;
        tx.pragma_update(None, "user_version", migrations::known())?;
        tx.commit()
    };
    run(connection).map_err(|e: rusqlite::Error| store_error(&e))
}

/// Settings of every connection.
fn set(connection: &Connection) -> Result<(), StoreError> {
    // FULL: a commit has reached the disk when it returns. secure_delete: erased text is overwritten,
    // not merely forgotten. temp_store: personal data goes into no file but this one.
    let settings = "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = OFF;
        PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";
    let applied = connection.busy_timeout(BUSY_MAX).and_then(|()| connection.execute_batch(settings));
    applied.map_err(|e| store_error(&e))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(())
}

fn ask<T: rusqlite::types::FromSql>(connection: &Connection, question: &str) -> Result<T, StoreError> {
    connection.query_row(question, [], |row| row.get(0)).map_err(|e| store_error(&e))
}

fn flags(read_only: bool) -> OpenFlags {
    let mode = if read_only { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
    // A connection is used by one thread at a time, which the types see to.
    mode | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

fn escaped(path: &Path) -> String {
    path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}

fn unavailable(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("`{}`: {error}", path.display()))
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn private(_: &mut OpenOptions) {}
