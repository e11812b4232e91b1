//! Residents' sealed records and the blind index by which they are found.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params_from_iter};
use sekisho_ledgers::event::SealedIdentity;
use sekisho_ledgers::ports::StoreError;

use super::{counted, store_error};
use crate::terms::{self, FREQUENCY_MAX, Term};

/// Adds records, or puts them in the place of those with the same subject.
pub(super) fn put(tx: &Transaction<'_>, records: &[SealedIdentity]) -> Result<(), StoreError> {
    if records.is_empty() {
        return Ok(());
    }
    write(tx, &terms::last_of_each(records)).map_err(|e| store_error(&e))
}

fn write(tx: &Transaction<'_>, records: &[&SealedIdentity]) -> rusqlite::Result<()> {
    let mut find = tx.prepare_cached("SELECT id, terms FROM identity WHERE subject = ?1")?;
    let mut add = tx.prepare_cached("INSERT INTO identity (subject, terms, sealed) VALUES (?1, ?2, ?3)")?;
    let mut change = tx.prepare_cached("UPDATE identity SET terms = ?2, sealed = ?3 WHERE id = ?1")?;
    let mut gone: Vec<(Term, i64)> = Vec::new();
    let mut new: Vec<(Term, i64)> = Vec::new();
    let mut added = 0_i64;
    for record in records {
        let packed = terms::pack(&record.terms);
        let known = find.query_row([&record.subject], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?))).optional()?;
        let id = if let Some((id, before)) = known {
            change.execute((id, &packed, &record.sealed))?;
            gone.extend(terms::unpack(&before).into_iter().map(|term| (term, id)));
            id
        } else {
            added += 1;
            add.insert((&record.subject, &packed, &record.sealed))?
        };
        new.extend(terms::unpack(&packed).into_iter().map(|term| (term, id)));
    }
    // In the order of the index, so that a large import walks through it instead of jumping about.
    gone.sort_unstable();
    new.sort_unstable();
    let mut remove = tx.prepare_cached("DELETE FROM identity_terms WHERE field = ?1 AND term = ?2 AND id = ?3")?;
    for ((field, term), id) in &gone {
        remove.execute((field, term.as_slice(), id))?;
    }
    let mut index = tx.prepare_cached("INSERT INTO identity_terms (field, term, id) VALUES (?1, ?2, ?3)")?;
    for ((field, term), id) in &new {
        index.execute((field, term.as_slice(), id))?;
    }
    tx.execute("UPDATE head SET residents = residents + ?1 WHERE one = 1", [added])?;
    Ok(())
}

/// Records that have every term: those of the rarest term, of which the others are looked up.
pub(super) fn find(connection: &Connection, terms: &[Term], limit: usize) -> Result<Vec<SealedIdentity>, StoreError> {
    let search = || {
        let terms = rarest_first(connection, terms)?;
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        // A sub-select in place of EXISTS: the planner would turn EXISTS into a join and might begin
        // with the commonest term.
        let others: String = (2..=terms.len())
            .map(|n| {
                let (field, term) = (2 * n - 1, 2 * n);
                format!(
                    " AND (SELECT 1 FROM identity_terms x WHERE x.field = ?{field} AND x.term = ?{term}
                        AND x.id = t.id) IS NOT NULL"
                )
            })
            .collect();
        let last = 2 * terms.len() + 1;
        let text = format!(
            "SELECT i.subject, i.terms, i.sealed FROM
                (SELECT t.id AS id FROM identity_terms t WHERE t.field = ?1 AND t.term = ?2{others}
                    ORDER BY t.id LIMIT ?{last}) f
                CROSS JOIN identity i ON i.id = f.id ORDER BY f.id"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let places = terms.iter().flat_map(|(field, term)| [number(i64::from(*field)), blob(term)]);
        let mut statement = connection.prepare_cached(&text)?;
        let found = statement.query_map(params_from_iter(places.chain([number(limit)])), record)?;
        found.collect()
    };
    search().map_err(|e: rusqlite::Error| store_error(&e))
}

fn rarest_first(connection: &Connection, terms: &[Term]) -> rusqlite::Result<Vec<Term>> {
    let text = "SELECT count(*) FROM (SELECT 1 FROM identity_terms WHERE field = ?1 AND term = ?2 LIMIT ?3)";
    let mut statement = connection.prepare_cached(text)?;
    let mut counted = Vec::with_capacity(terms.len());
    for (field, term) in terms {
        let count: i64 = statement.query_row((field, term.as_slice(), FREQUENCY_MAX), |row| row.get(0))?;
        counted.push((count, (*field, *term)));
    }
    counted.sort_unstable();
    counted.dedup();
    Ok(counted.into_iter().map(|(_, term)| term).collect())
}

pub(super) fn get(connection: &Connection, subject: &str) -> Result<Option<SealedIdentity>, StoreError> {
    let read = || {
        let text = "SELECT subject, terms, sealed FROM identity WHERE subject = ?1";
        connection.prepare_cached(text)?.query_row([subject], record).optional()
    };
    read().map_err(|e| store_error(&e))
}

pub(super) fn count(connection: &Connection) -> Result<u64, StoreError> {
    let read = connection.query_row("SELECT residents FROM head WHERE one = 1", [], |row| row.get(0));
    counted(read.map_err(|e| store_error(&e))?)
}

fn record(row: &Row<'_>) -> rusqlite::Result<SealedIdentity> {
    let packed: Vec<u8> = row.get(1)?;
    Ok(SealedIdentity { subject: row.get(0)?, terms: terms::unpack(&packed), sealed: row.get(2)? })
}

const fn number(n: i64) -> ToSqlOutput<'static> {
    ToSqlOutput::Borrowed(ValueRef::Integer(n))
}

const fn blob(bytes: &[u8]) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(ValueRef::Blob(bytes))
}
