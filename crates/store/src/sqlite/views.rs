//! The tables of the views: made from column lists, filled by the same code whether live or rebuilt.

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use sekisho_ledgers::books::RowChange;
use sekisho_ledgers::ports::StoreError;
use sekisho_ledgers::spec::{Keeping, ViewSpec};

use super::commit::cell;
use super::{store_error, stored};
use crate::changes::{self, ViewChanges, Views};
use crate::{shape, sql};

/// Whether the stored views belong to these columns and reach the log's head.
pub(super) fn ready(connection: &Connection, views: &[&'static ViewSpec]) -> Result<bool, StoreError> {
    let look = || {
        let note: Option<String> = connection
            .query_row("SELECT value FROM meta WHERE name = ?1", [shape::NOTE], |row| row.get(0))
            .optional()?;
        let even = connection.query_row("SELECT viewed = size FROM head WHERE one = 1", [], |row| row.get(0))?;
        Ok((note, even))
    };
    let (note, even): (_, bool) = look().map_err(|e: rusqlite::Error| store_error(&e))?;
    Ok(even && note.is_some_and(|note| note == shape::of(views)))
}

/// Makes empty tables unless the stored views belong to these columns.
pub(super) fn prepare(connection: &mut Connection, views: &[&'static ViewSpec]) -> Result<bool, StoreError> {
    if ready(connection, views)? {
        return Ok(true);
    }
    let tx = begin(connection)?;
    let note: Option<String> = tx
        .query_row("SELECT value FROM meta WHERE name = ?1", [shape::NOTE], |row| row.get(0))
        .optional()
        .map_err(|e| store_error(&e))?;
    if note.is_none_or(|note| note != shape::of(views)) {
        clear(&tx, sql::PREFIX)?;
        for view in views {
            run(&tx, &table(sql::PREFIX, view)?)?;
        }
        finish(&tx, views, 0)?;
    }
    tx.commit().map_err(|e| store_error(&e))?;
    // An empty log has empty views.
    ready(connection, views)
}

/// Fills new tables beside the old ones, in as many transactions as there are batches, and puts
/// them in the place of the old ones in one.
pub(super) fn replace(
    connection: &mut Connection,
    views: &[&'static ViewSpec],
    size: u64,
    next: &mut dyn FnMut() -> Result<Option<Vec<RowChange>>, StoreError>,
) -> Result<(), StoreError> {
    let size = stored(size)?;
    let known: Views = views.iter().map(|view| (view.name, *view)).collect();
    let tx = begin(connection)?;
    clear(&tx, sql::PREFIX_NEW)?;
    for view in views {
        run(&tx, &table(sql::PREFIX_NEW, view)?)?;
    }
    tx.commit().map_err(|e| store_error(&e))?;
    while let Some(batch) = next()? {
        let tx = begin(connection)?;
        for changes in changes::sort(&known, &batch)? {
            apply(&tx, sql::PREFIX_NEW, &changes)?;
        }
        tx.commit().map_err(|e| store_error(&e))?;
    }
    let tx = begin(connection)?;
    clear(&tx, sql::PREFIX)?;
    for view in views {
        let (new, old) = (sql::table(sql::PREFIX_NEW, view)?, sql::table(sql::PREFIX, view)?);
        run(&tx, &format!("ALTER TABLE {new} RENAME TO {old}"))?;
    }
    finish(&tx, views, size)?;
    // The commit point: before it the old views stand with their position, after it the new ones.
    tx.commit().map_err(|e| store_error(&e))
}

/// Writes what changed in one view.
pub(super) fn apply(tx: &Transaction<'_>, prefix: &str, changes: &ViewChanges<'_>) -> Result<(), StoreError> {
    let view = changes.view;
    let (table, columns, key) = (sql::table(prefix, view)?, sql::columns(view)?, sql::key(view)?);
    let marks = vec!["?"; view.columns.len()].join(", ");
    let run = || {
        // A journal's row that is there already is an error; a register's is written over.
        let texts = [
            (format!("REPLACE INTO {table} ({columns}) VALUES ({marks})"), &changes.puts),
            (format!("INSERT INTO {table} ({columns}) VALUES ({marks})"), &changes.adds),
        ];
        for (text, rows) in texts.iter().filter(|(_, rows)| !rows.is_empty()) {
            let mut statement = tx.prepare_cached(text)?;
            for row in rows.iter() {
                for (place, value) in (1..).zip(row.iter()) {
                    statement.raw_bind_parameter(place, cell(value))?;
                }
                statement.raw_execute()?;
            }
        }
        if !changes.removes.is_empty() {
            let mut statement = tx.prepare_cached(&format!("DELETE FROM {table} WHERE {key} = ?1"))?;
            for key in &changes.removes {
                statement.execute([key])?;
            }
        }
        Ok(())
    };
    run().map_err(|e: rusqlite::Error| store_error(&e))
}

/// Makes the indexes and notes whose views these are and how far they reach.
fn finish(tx: &Transaction<'_>, views: &[&'static ViewSpec], size: i64) -> Result<(), StoreError> {
    for view in views {
        let table = sql::table(sql::PREFIX, view)?;
        for column in sql::indexed(view) {
            let index = sql::name(&format!("x_{}_{column}", view.name))?;
            run(tx, &format!("CREATE INDEX {index} ON {table} ({})", sql::name(column)?))?;
        }
    }
    let note = "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    let noted = tx.execute(note, (shape::NOTE, shape::of(views)));
    noted.and_then(|_| tx.execute("UPDATE head SET viewed = ?1 WHERE one = 1", [size])).map_err(|e| store_error(&e))?;
    Ok(())
}

/// Drops every table with this prefix, also of views that there are no longer.
fn clear(tx: &Transaction<'_>, prefix: &str) -> Result<(), StoreError> {
    let list = || {
        let text = "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, length(?1)) = ?1";
        let mut statement = tx.prepare(text)?;
        let names = statement.query_map([prefix], |row| row.get::<_, String>(0))?;
        names.collect::<Result<Vec<_>, _>>()
    };
    for table in list().map_err(|e: rusqlite::Error| store_error(&e))? {
        run(tx, &format!("DROP TABLE {}", sql::name(&table)?))?;
    }
    Ok(())
}

fn table(prefix: &str, view: &ViewSpec) -> Result<String, StoreError> {
    let mut columns = Vec::with_capacity(view.columns.len());
    for column in view.columns {
        let held = if sql::held(column.kind) == sql::Held::Text { "TEXT" } else { "INTEGER" };
        let key = if columns.is_empty() { " NOT NULL PRIMARY KEY" } else { "" };
        columns.push(format!("{} {held}{key}", sql::name(column.name)?));
    }
    // A register is its key's tree, so a row is found and written in one place.
    let kept = if view.keeping == Keeping::Register { "STRICT, WITHOUT ROWID" } else { "STRICT" };
    Ok(format!("CREATE TABLE {} ({}) {kept}", sql::table(prefix, view)?, columns.join(", ")))
}

fn begin(connection: &mut Connection) -> Result<Transaction<'_>, StoreError> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|e| store_error(&e))
}

fn run(tx: &Transaction<'_>, text: &str) -> Result<(), StoreError> {
    tx.execute_batch(text).map_err(|e| store_error(&e))
}
