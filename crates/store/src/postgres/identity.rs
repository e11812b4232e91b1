//! Residents' sealed records and the blind index by which they are found.

use std::collections::HashMap;

use postgres::Row;
use postgres::types::ToSql;
use sekisho_ledgers::event::SealedIdentity;
use sekisho_ledgers::ports::StoreError;

use super::counted;
use super::read::get as cell;
use super::session::{Session, store_error};
use crate::terms::{self, FREQUENCY_MAX, Term};

/// Records that travel in one statement.
const RECORDS_MAX: usize = 2_000;

/// Adds records, or puts them in the place of those with the same subject.
pub(super) fn put(session: &mut Session, records: &[SealedIdentity]) -> Result<(), StoreError> {
    terms::last_of_each(records).chunks(RECORDS_MAX).try_for_each(|records| write(session, records))
}

fn write(session: &mut Session, records: &[&SealedIdentity]) -> Result<(), StoreError> {
    let subjects: Vec<&str> = records.iter().map(|record| record.subject.as_str()).collect();
    let packed: Vec<Vec<u8>> = records.iter().map(|record| terms::pack(&record.terms)).collect();
    let sealed: Vec<&[u8]> = records.iter().map(|record| record.sealed.as_slice()).collect();

    let known = "SELECT id, terms FROM identity WHERE subject = ANY($1)";
    let known = session.query(known, &[&subjects]).map_err(|e| store_error(&e))?;
    let mut gone = Vec::new();
    for row in &known {
        let (id, before): (i64, &[u8]) = (cell(row, 0)?, cell(row, 1)?);
        gone.extend(terms::unpack(before).into_iter().map(|term| (term, id)));
    }
    let remove =
        "DELETE FROM identity_terms t USING unnest($1::smallint[], $2::bytea[], $3::bigint[]) g(field, term, id)
        WHERE t.field = g.field AND t.term = g.term AND t.id = g.id";
    index(session, remove, gone)?;

    let upsert = "INSERT INTO identity (subject, terms, sealed)
        SELECT n.subject, n.terms, n.sealed FROM unnest($1::text[], $2::bytea[], $3::bytea[]) n(subject, terms, sealed)
        ON CONFLICT (subject) DO UPDATE SET terms = excluded.terms, sealed = excluded.sealed
        RETURNING id, subject";
    let written = session.query(upsert, &[&subjects, &packed, &sealed]).map_err(|e| store_error(&e))?;
    let mut ids: HashMap<&str, i64> = HashMap::with_capacity(written.len());
    for row in &written {
        ids.insert(cell(row, 1)?, cell(row, 0)?);
    }
    let new = subjects.iter().zip(&packed).filter_map(|(subject, packed)| Some((*ids.get(subject)?, packed)));
    let new = new.flat_map(|(id, packed)| terms::unpack(packed).into_iter().map(move |term| (term, id))).collect();
    let add = "INSERT INTO identity_terms (field, term, id)
        SELECT n.field, n.term, n.id FROM unnest($1::smallint[], $2::bytea[], $3::bigint[]) n(field, term, id)";
    index(session, add, new)?;

    let added = i64::try_from(records.len().saturating_sub(known.len())).unwrap_or(0);
    let count = "UPDATE head SET residents = residents + $1 WHERE one = 1";
    session.execute(count, &[&added]).map(|_| ()).map_err(|e| store_error(&e))
}

/// Changes the index, in its own order, so that a large import walks through it.
fn index(session: &mut Session, text: &str, mut entries: Vec<(Term, i64)>) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    entries.sort_unstable();
    let fields: Vec<i16> = entries.iter().map(|((field, _), _)| i16::from(*field)).collect();
    let digests: Vec<&[u8]> = entries.iter().map(|((_, digest), _)| digest.as_slice()).collect();
    let ids: Vec<i64> = entries.iter().map(|(_, id)| *id).collect();
    session.execute(text, &[&fields, &digests, &ids]).map(|_| ()).map_err(|e| store_error(&e))
}

/// Records that have every term: those of the rarest term, of which the others are looked up.
pub(super) fn find(session: &mut Session, terms: &[Term], limit: usize) -> Result<Vec<SealedIdentity>, StoreError> {
    let terms = rarest_first(session, terms)?;
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    // A sub-select in place of EXISTS: the planner would turn EXISTS into a join and might begin with
    // the commonest term.
    let others: String = (2..=terms.len())
        .map(|n| {
            let (field, term) = (2 * n - 1, 2 * n);
            format!(
                " AND (SELECT 1 FROM identity_terms x WHERE x.field = ${field} AND x.term = ${term}
                    AND x.id = t.id) IS NOT NULL"
            )
        })
        .collect();
    let text = format!(
        "SELECT t.id FROM identity_terms t WHERE t.field = $1 AND t.term = $2{others} ORDER BY t.id LIMIT ${}",
        2 * terms.len() + 1
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let places: Vec<(i16, &[u8])> = terms.iter().map(|(field, term)| (i16::from(*field), term.as_slice())).collect();
    let mut params: Vec<&(dyn ToSql + Sync)> = Vec::with_capacity(2 * places.len() + 1);
    for (field, term) in &places {
        params.extend([field as &(dyn ToSql + Sync), term]);
    }
    params.push(&limit);
    let found = session.query(&text, &params).map_err(|e| store_error(&e))?;
    let ids: Vec<i64> = found.iter().map(|row| cell(row, 0)).collect::<Result<_, _>>()?;
    let text = "SELECT subject, terms, sealed FROM identity WHERE id = ANY($1) ORDER BY id";
    session.query(text, &[&ids]).map_err(|e| store_error(&e))?.iter().map(record).collect()
}

fn rarest_first(session: &mut Session, terms: &[Term]) -> Result<Vec<Term>, StoreError> {
    let text = "SELECT (SELECT count(*) FROM
            (SELECT 1 FROM identity_terms x WHERE x.field = n.field AND x.term = n.term LIMIT $3) c)
        FROM unnest($1::smallint[], $2::bytea[]) WITH ORDINALITY n(field, term, place) ORDER BY n.place";
    let fields: Vec<i16> = terms.iter().map(|(field, _)| i16::from(*field)).collect();
    let digests: Vec<&[u8]> = terms.iter().map(|(_, term)| term.as_slice()).collect();
    let rows = session.query(text, &[&fields, &digests, &FREQUENCY_MAX]).map_err(|e| store_error(&e))?;
    let counts: Vec<i64> = rows.iter().map(|row| cell(row, 0)).collect::<Result<_, _>>()?;
    let mut counted: Vec<(i64, Term)> = counts.into_iter().zip(terms.iter().copied()).collect();
    counted.sort_unstable();
    counted.dedup();
    Ok(counted.into_iter().map(|(_, term)| term).collect())
}

pub(super) fn get(session: &mut Session, subject: &str) -> Result<Option<SealedIdentity>, StoreError> {
    let text = "SELECT subject, terms, sealed FROM identity WHERE subject = $1";
    session.query_opt(text, &[&subject]).map_err(|e| store_error(&e))?.map(|row| record(&row)).transpose()
}

pub(super) fn count(session: &mut Session) -> Result<u64, StoreError> {
    let row = session.query_opt("SELECT residents FROM head WHERE one = 1", &[]).map_err(|e| store_error(&e))?;
    row.map_or(Ok(0), |row| counted(cell(&row, 0)?))
}

fn record(row: &Row) -> Result<SealedIdentity, StoreError> {
    Ok(SealedIdentity { subject: cell(row, 0)?, terms: terms::unpack(cell(row, 1)?), sealed: cell(row, 2)? })
}
