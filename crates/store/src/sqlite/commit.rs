//! The one way by which anything that cannot be rebuilt is written.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use sekisho_ledgers::ports::{Commit, CommitError, StoreError};
use sekisho_ledgers::value::Value;

use super::{identity, store_error, stored, views};
use crate::changes::{self, Views};

/// Writes a batch, all or nothing.
pub(super) fn commit(connection: &mut Connection, views: &Views, commit: &Commit) -> Result<(), CommitError> {
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let tx = begun.map_err(|e| refused(&store_error(&e)))?;
    if !advance(&tx, commit).map_err(|e| refused(&e))? {
        return Err(CommitError::Conflict);
    }
    // Dropping the transaction on an error rolls it back: nothing was written.
    write(&tx, views, commit).map_err(|e| refused(&e))?;
    // The commit point. Before this line a crash leaves nothing of the batch, after it all of it:
    // COMMIT writes the batch to the log, the mark that completes it last, and syncs the log.
    match tx.commit() {
        Ok(()) => Ok(()),
        Err(error) => Err(unfinished(connection, &error)),
    }
}

/// Moves the head, if it stands where the batch expects it.
fn advance(tx: &Transaction<'_>, commit: &Commit) -> Result<bool, StoreError> {
    let before = stored(commit.expected_size)?;
    let size = stored(commit.expected_size.saturating_add(commit.leaves.len() as u64))?;
    let run = || {
        let text = "UPDATE head SET size = ?2, checkpoint = ?3, viewed = CASE viewed WHEN ?1 THEN ?2 ELSE viewed END
            WHERE one = 1 AND size = ?1";
        tx.prepare_cached(text)?.execute((before, size, &commit.checkpoint))
    };
    run().map(|changed| changed == 1).map_err(|e| store_error(&e))
}

fn write(tx: &Transaction<'_>, views: &Views, commit: &Commit) -> Result<(), StoreError> {
    let first = stored(commit.expected_size)?;
    record(tx, first, commit).map_err(|e| store_error(&e))?;
    for changes in changes::sort(views, &commit.rows)? {
        views::apply(tx, crate::sql::PREFIX, &changes)?;
    }
    identity::put(tx, &commit.identity)?;
    for seq in &commit.erased {
        let seq = stored(*seq)?;
        let erased = tx.prepare_cached("DELETE FROM texts WHERE seq = ?1").and_then(|mut s| s.execute([seq]));
        erased.map_err(|e| store_error(&e))?;
    }
    Ok(())
}

fn record(tx: &Transaction<'_>, first: i64, commit: &Commit) -> rusqlite::Result<()> {
    let mut event = tx.prepare_cached("INSERT INTO events (seq, leaf, hash) VALUES (?1, ?2, ?3)")?;
    let mut text = tx.prepare_cached("INSERT INTO texts (seq, sealed) VALUES (?1, ?2)")?;
    for (seq, leaf) in (first..).zip(&commit.leaves) {
        event.execute((seq, &leaf.bytes, leaf.hash.as_slice()))?;
        if let Some(sealed) = &leaf.text {
            text.execute((seq, sealed))?;
        }
    }
    let mut tile = tx.prepare_cached("INSERT INTO tiles (level, idx, bytes) VALUES (?1, ?2, ?3)")?;
    for new in &commit.tiles {
        let index = i64::try_from(new.index).unwrap_or(i64::MAX);
        tile.execute((new.level, index, &new.bytes))?;
    }
    let mut password = tx.prepare_cached(
        "INSERT INTO passwords (person, no, phc)
            SELECT ?1, coalesce(max(no), 0) + 1, ?2 FROM passwords WHERE person = ?1",
    )?;
    for (person, phc) in &commit.passwords {
        password.execute((person, phc))?;
    }
    Ok(())
}

/// What a COMMIT that failed leaves behind.
///
/// A disk that is full or cannot be written stopped before the mark that completes the batch was
/// written. After a sync that failed the mark may stand in the log: this process passes it by, but
/// one that starts after a crash would find the batch complete. Writing something harmless puts
/// other bytes in its place; only when that fails as well is it not known what will be found.
fn unfinished(connection: &Connection, error: &rusqlite::Error) -> CommitError {
    let stopped = [ErrorCode::DiskFull, ErrorCode::ReadOnly, ErrorCode::DatabaseBusy];
    if error.sqlite_error_code().is_some_and(|code| stopped.contains(&code)) {
        return refused(&store_error(error));
    }
    let over = "INSERT INTO meta (name, value) VALUES ('overwritten', '1')
        ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1";
    match connection.execute(over, []) {
        Ok(_) => refused(&store_error(error)),
        Err(_) => CommitError::Unknown(error.to_string()),
    }
}

fn refused(error: &StoreError) -> CommitError {
    CommitError::Refused(error.to_string())
}

/// A cell as the database takes it.
pub(super) fn cell(value: &Value) -> ToSqlOutput<'_> {
    match value {
        Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
        Value::Bool(yes) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*yes))),
        Value::Int(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
        Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
    }
}
