//! Reading the log, the views and the passwords.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Statement, params_from_iter};
use sekisho_ledgers::ports::{CountBy, Head, ListQuery, Page, StoreError, StoredLeaf};
use sekisho_ledgers::spec::{Row, ViewSpec};
use sekisho_ledgers::value::Value;

use super::commit::cell;
use super::{counted, store_error};
use crate::sql::{self, Dialect, Held, Query};

pub(super) fn head(connection: &Connection) -> Result<Head, StoreError> {
    let read = |connection: &Connection| {
        let mut statement = connection.prepare_cached("SELECT size, checkpoint FROM head WHERE one = 1")?;
        statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()
    };
    let (size, checkpoint) = read(connection)
        .map_err(|e| store_error(&e))?
        .ok_or_else(|| StoreError::Damaged("the head is gone".to_owned()))?;
    Ok(Head { size: counted(size)?, checkpoint })
}

pub(super) fn leaves(connection: &Connection, from: u64, to: u64) -> Result<Vec<StoredLeaf>, StoreError> {
    let clip = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let read = || {
        let text = "SELECT seq, leaf, hash FROM events WHERE seq >= ?1 AND seq < ?2 ORDER BY seq";
        let mut statement = connection.prepare_cached(text)?;
        let leaves = statement.query_map((clip(from), clip(to)), |row| {
            let seq = u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default();
            Ok(StoredLeaf { seq, bytes: row.get(1)?, hash: row.get(2)? })
        })?;
        leaves.collect::<Result<_, _>>()
    };
    read().map_err(|e: rusqlite::Error| store_error(&e))
}

pub(super) fn tile(connection: &Connection, level: u8, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let Ok(index) = i64::try_from(index) else { return Ok(None) };
    let read = || {
        let mut statement = connection.prepare_cached("SELECT bytes FROM tiles WHERE level = ?1 AND idx = ?2")?;
        statement.query_row((level, index), |row| row.get(0)).optional()
    };
    read().map_err(|e| store_error(&e))
}

pub(super) fn sealed_text(connection: &Connection, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let Ok(seq) = i64::try_from(seq) else { return Ok(None) };
    let read = || {
        let mut statement = connection.prepare_cached("SELECT sealed FROM texts WHERE seq = ?1")?;
        statement.query_row([seq], |row| row.get(0)).optional()
    };
    read().map_err(|e| store_error(&e))
}

pub(super) fn passwords(connection: &Connection, person: &str) -> Result<Vec<String>, StoreError> {
    let read = || {
        let mut statement =
            connection.prepare_cached("SELECT phc FROM passwords WHERE person = ?1 ORDER BY no DESC")?;
        statement.query_map([person], |row| row.get(0))?.collect::<Result<_, _>>()
    };
    read().map_err(|e: rusqlite::Error| store_error(&e))
}

pub(super) fn rows(connection: &Connection, view: &ViewSpec) -> Result<Vec<Row>, StoreError> {
    let query = Query { text: sql::all(view)?, params: Vec::new() };
    table(connection, &query, &held(view))
}

pub(super) fn page(connection: &mut Connection, view: &ViewSpec, query: &ListQuery) -> Result<Page, StoreError> {
    let rows = sql::page(Dialect::Sqlite, view, query)?;
    let total = sql::total(Dialect::Sqlite, view, &query.filters)?;
    // One transaction, so that the total belongs to the rows.
    let tx = connection.transaction().map_err(|e| store_error(&e))?;
    let rows = table(&tx, &rows, &held(view))?;
    let total = table(&tx, &total, &[Held::Int])?;
    let total = total.first().and_then(|row| row.first()).and_then(Value::int).unwrap_or_default();
    tx.commit().map_err(|e| store_error(&e))?;
    Ok(Page { rows, total: counted(total)? })
}

pub(super) fn counts(
    connection: &Connection,
    view: &ViewSpec,
    query: &ListQuery,
    by: &[CountBy],
) -> Result<Vec<(Row, u64)>, StoreError> {
    let (query, mut held) = sql::counts(Dialect::Sqlite, view, &query.filters, by)?;
    held.push(Held::Int);
    let counted_row = |mut row: Row| {
        let count = row.pop().and_then(|value| value.int()).unwrap_or_default();
        Ok((row, counted(count)?))
    };
    table(connection, &query, &held)?.into_iter().map(counted_row).collect()
}

fn held(view: &ViewSpec) -> Vec<Held> {
    view.columns.iter().map(|column| sql::held(column.kind)).collect()
}

fn table(connection: &Connection, query: &Query, held: &[Held]) -> Result<Vec<Row>, StoreError> {
    let mut statement = connection.prepare_cached(&query.text).map_err(|e| store_error(&e))?;
    fetch(&mut statement, query, held)
}

fn fetch(statement: &mut Statement<'_>, query: &Query, held: &[Held]) -> Result<Vec<Row>, StoreError> {
    let params = params_from_iter(query.params.iter().map(cell));
    let mut found = statement.query(params).map_err(|e| store_error(&e))?;
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(|e| store_error(&e))? {
        let mut cells = Vec::with_capacity(held.len());
        for (place, held) in held.iter().enumerate() {
            let stored = row.get_ref(place).map_err(|e| store_error(&e))?;
            cells.push(value(stored, *held)?);
        }
        rows.push(cells);
    }
    Ok(rows)
}

fn value(stored: ValueRef<'_>, held: Held) -> Result<Value, StoreError> {
    let damaged = || StoreError::Damaged("a cell holds another type than its column".to_owned());
    match (stored, held) {
        (ValueRef::Null, _) => Ok(Value::Null),
        (ValueRef::Integer(n), Held::Int) => Ok(Value::Int(n)),
        (ValueRef::Integer(n), Held::Bool) => Ok(Value::Bool(n != 0)),
        (ValueRef::Text(bytes), Held::Text) => {
            let text = std::str::from_utf8(bytes).map_err(|_| damaged())?;
            Ok(Value::Text(text.into()))
        }
        _ => Err(damaged()),
    }
}
