//! The one way by which anything that cannot be rebuilt is written.

use sekisho_ledgers::ports::{Commit, StoreError};

use super::session::{Session, is_plain, sentence, store_error};
use super::{identity, stored, views};
use crate::changes::{self, Views};
use crate::sql;

/// Why a batch was not, or perhaps not, written.
pub(super) enum Failure {
    Conflict,
    /// The server said no; nothing was written.
    Refused(String),
    /// The connection broke before COMMIT was sent; nothing was written.
    Lost(String),
    /// The connection broke after COMMIT was sent.
    Unknown(String),
}

/// Writes a batch, all or nothing.
pub(super) fn commit(session: &mut Session, views: &Views, commit: &Commit) -> Result<(), Failure> {
    match write(session, views, commit) {
        Ok(true) => {}
        Ok(false) => {
            session.roll_back();
            return Err(Failure::Conflict);
        }
        Err(error) if session.is_lost() => return Err(Failure::Lost(error.to_string())),
        Err(error) => {
            session.roll_back();
            return Err(Failure::Refused(error.to_string()));
        }
    }
    // The commit point. Before this line a crash leaves nothing of the batch, after it all of it:
    // the server answers COMMIT once its log with the batch has reached the disk.
    match session.batch("COMMIT") {
        Ok(()) => Ok(()),
        Err(error) if is_plain(&error) => Err(Failure::Refused(sentence(&error))),
        Err(error) => Err(Failure::Unknown(sentence(&error))),
    }
}

/// Whether the head stood where the batch expects it.
fn write(session: &mut Session, views: &Views, commit: &Commit) -> Result<bool, StoreError> {
    let changes = changes::sort(views, &commit.rows)?;
    session.batch("BEGIN").map_err(|e| store_error(&e))?;
    if !record(session, commit)? {
        return Ok(false);
    }
    for changes in &changes {
        views::apply(session, sql::PREFIX, changes)?;
    }
    beside(session, commit)?;
    identity::put(session, &commit.identity)?;
    Ok(true)
}

/// Moves the head and writes the events and their texts, in one trip to the server.
fn record(session: &mut Session, commit: &Commit) -> Result<bool, StoreError> {
    let text = "WITH moved AS (
            UPDATE head SET size = $2, checkpoint = $3, viewed = CASE viewed WHEN $1 THEN $2 ELSE viewed END
                WHERE one = 1 AND size = $1 RETURNING one),
        added AS (
            INSERT INTO events (seq, leaf, hash)
                SELECT n.seq, n.leaf, n.hash FROM unnest($4::bigint[], $5::bytea[], $6::bytea[]) n(seq, leaf, hash), moved),
        kept AS (
            INSERT INTO texts (seq, sealed)
                SELECT n.seq, n.sealed FROM unnest($7::bigint[], $8::bytea[]) n(seq, sealed), moved)
        SELECT one FROM moved";
    let before = stored(commit.expected_size)?;
    let size = stored(commit.expected_size.saturating_add(commit.leaves.len() as u64))?;
    let numbers: Vec<i64> = (before..size).collect();
    let bytes: Vec<&[u8]> = commit.leaves.iter().map(|leaf| leaf.bytes.as_slice()).collect();
    let hashes: Vec<&[u8]> = commit.leaves.iter().map(|leaf| leaf.hash.as_slice()).collect();
    let sealed = numbers.iter().zip(&commit.leaves).filter_map(|(n, leaf)| Some((*n, leaf.text.as_deref()?)));
    let (owners, texts): (Vec<i64>, Vec<&[u8]>) = sealed.unzip();
    let moved = session.query(text, &[&before, &size, &commit.checkpoint, &numbers, &bytes, &hashes, &owners, &texts]);
    Ok(!moved.map_err(|e| store_error(&e))?.is_empty())
}

/// Tiles, passwords and erasures, of which most batches have none.
fn beside(session: &mut Session, commit: &Commit) -> Result<(), StoreError> {
    let mut run = |text: &str, params: &super::session::Params<'_>| {
        session.execute(text, params).map(|_| ()).map_err(|e| store_error(&e))
    };
    for tile in &commit.tiles {
        let (level, index) = (i16::from(tile.level), stored(tile.index)?);
        run("INSERT INTO tiles (level, idx, bytes) VALUES ($1, $2, $3)", &[&level, &index, &tile.bytes])?;
    }
    for (person, phc) in &commit.passwords {
        let text = "INSERT INTO passwords (person, no, phc)
            SELECT $1, coalesce(max(no), 0) + 1, $2 FROM passwords WHERE person = $1";
        run(text, &[person, phc])?;
    }
    if !commit.erased.is_empty() {
        let erased = commit.erased.iter().map(|seq| stored(*seq)).collect::<Result<Vec<i64>, _>>()?;
        run("DELETE FROM texts WHERE seq = ANY($1)", &[&erased])?;
    }
    Ok(())
}
