//! The tables of the views: made from column lists, filled by the same code whether live or rebuilt.

use postgres::types::ToSql;
use sekisho_ledgers::books::RowChange;
use sekisho_ledgers::ports::StoreError;
use sekisho_ledgers::spec::{Row, ViewSpec};
use sekisho_ledgers::value::Value;

use super::session::{Params, Session, store_error};
use super::stored;
use crate::changes::{self, ViewChanges, Views};
use crate::sql::Held;
use crate::{shape, sql};

/// Rows that travel in one statement.
const ROWS_MAX: usize = 4_096;

/// Whether the stored views belong to these columns and reach the log's head.
pub(super) fn ready(session: &mut Session, views: &[&'static ViewSpec]) -> Result<bool, StoreError> {
    let text = "SELECT (SELECT value FROM meta WHERE name = $1), viewed = size FROM head WHERE one = 1";
    let row = session.query_opt(text, &[&shape::NOTE]).map_err(|e| store_error(&e))?;
    let row = row.ok_or_else(|| StoreError::Damaged("the head is gone".to_owned()))?;
    let note: Option<String> = row.try_get(0).map_err(|e| store_error(&e))?;
    let even: bool = row.try_get(1).map_err(|e| store_error(&e))?;
    Ok(even && note.is_some_and(|note| note == shape::of(views)))
}

/// Makes empty tables unless the stored views belong to these columns.
pub(super) fn prepare(session: &mut Session, views: &[&'static ViewSpec]) -> Result<bool, StoreError> {
    if ready(session, views)? {
        return Ok(true);
    }
    let note =
        session.query_opt("SELECT value FROM meta WHERE name = $1", &[&shape::NOTE]).map_err(|e| store_error(&e))?;
    let note: Option<String> = note.and_then(|row| row.try_get(0).ok());
    if note.is_none_or(|note| note != shape::of(views)) {
        session.inside("BEGIN", |s| {
            clear(s, sql::PREFIX)?;
            for view in views {
                run(s, &table(sql::PREFIX, view)?)?;
                index(s, sql::PREFIX, view)?;
            }
            finish(s, views, 0)
        })?;
    }
    // An empty log has empty views.
    ready(session, views)
}

/// Fills new tables beside the old ones, in as many transactions as there are batches, and puts
/// them in the place of the old ones in one.
pub(super) fn replace(
    session: &mut Session,
    views: &[&'static ViewSpec],
    size: u64,
    next: &mut dyn FnMut() -> Result<Option<Vec<RowChange>>, StoreError>,
) -> Result<(), StoreError> {
    let size = stored(size)?;
    let known: Views = views.iter().map(|view| (view.name, *view)).collect();
    session.inside("BEGIN", |s| {
        clear(s, sql::PREFIX_NEW)?;
        views.iter().try_for_each(|view| run(s, &table(sql::PREFIX_NEW, view)?))
    })?;
    while let Some(batch) = next()? {
        let sorted = changes::sort(&known, &batch)?;
        session.inside("BEGIN", |s| sorted.iter().try_for_each(|changes| apply(s, sql::PREFIX_NEW, changes)))?;
    }
    // Before the old tables are locked, so that readers wait for the change of names only.
    for view in views {
        index(session, sql::PREFIX_NEW, view)?;
        run(session, &format!("ANALYZE {}", sql::table(sql::PREFIX_NEW, view)?))?;
    }
    // The commit point: before it the old views stand with their position, after it the new ones.
    session.inside("BEGIN", |s| {
        clear(s, sql::PREFIX)?;
        for view in views {
            let (new, old) = (sql::table(sql::PREFIX_NEW, view)?, sql::table(sql::PREFIX, view)?);
            run(s, &format!("ALTER TABLE {new} RENAME TO {old}"))?;
        }
        finish(s, views, size)
    })
}

/// Writes what changed in one view.
pub(super) fn apply(session: &mut Session, prefix: &str, changes: &ViewChanges<'_>) -> Result<(), StoreError> {
    let view = changes.view;
    let (table, columns, key) = (sql::table(prefix, view)?, sql::columns(view)?, sql::key(view)?);
    let arrays: Vec<_> =
        (1..).zip(view.columns).map(|(n, c)| format!("${n}::{}[]", sql_type(sql::held(c.kind)))).collect();
    let insert = format!("INSERT INTO {table} ({columns}) SELECT * FROM unnest({})", arrays.join(", "));
    if !changes.puts.is_empty() {
        let rest: Result<Vec<_>, _> = view.columns.iter().skip(1).map(|c| sql::name(c.name)).collect();
        let set: Vec<_> = rest?.iter().map(|name| format!("{name} = excluded.{name}")).collect();
        let then = if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", set.join(", ")) };
        write(session, view, &format!("{insert} ON CONFLICT ({key}) DO {then}"), &changes.puts)?;
    }
    // A journal's row that is there already is an error.
    write(session, view, &insert, &changes.adds)?;
    if !changes.removes.is_empty() {
        let text = format!("DELETE FROM {table} WHERE {key} = ANY($1)");
        session.execute(&text, &[&changes.removes]).map_err(|e| store_error(&e))?;
    }
    Ok(())
}

/// Sends rows column by column, many in one trip.
fn write(session: &mut Session, view: &ViewSpec, text: &str, rows: &[&Row]) -> Result<(), StoreError> {
    for rows in rows.chunks(ROWS_MAX) {
        let mut columns: Vec<Box<dyn ToSql + Sync + '_>> = Vec::with_capacity(view.columns.len());
        for (place, column) in view.columns.iter().enumerate() {
            let cells = rows.iter().map(|row| row.get(place).unwrap_or(&Value::Null));
            columns.push(match sql::held(column.kind) {
                Held::Text => Box::new(cells.map(Value::text).collect::<Vec<_>>()),
                Held::Int => Box::new(cells.map(Value::int).collect::<Vec<_>>()),
                Held::Bool => Box::new(cells.map(yes).collect::<Vec<_>>()),
            });
        }
        let params: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| &**column as _).collect();
        let params: &Params<'_> = &params;
        session.execute(text, params).map_err(|e| store_error(&e))?;
    }
    Ok(())
}

const fn yes(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(*yes),
        _ => None,
    }
}

/// Notes whose views these are and how far they reach.
fn finish(session: &mut Session, views: &[&'static ViewSpec], size: i64) -> Result<(), StoreError> {
    let note = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    let noted = session.execute(note, &[&shape::NOTE, &shape::of(views)]);
    noted
        .and_then(|_| session.execute("UPDATE head SET viewed = $1 WHERE one = 1", &[&size]))
        .map_err(|e| store_error(&e))?;
    Ok(())
}

/// Drops every table with this prefix, also of views that there are no longer.
fn clear(session: &mut Session, prefix: &str) -> Result<(), StoreError> {
    let text =
        "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
        AND left(relname, length($1)) = $1";
    for row in session.query(text, &[&prefix]).map_err(|e| store_error(&e))? {
        let table: String = row.try_get(0).map_err(|e| store_error(&e))?;
        run(session, &format!("DROP TABLE {}", sql::name(&table)?))?;
    }
    Ok(())
}

fn table(prefix: &str, view: &ViewSpec) -> Result<String, StoreError> {
    let mut columns = Vec::with_capacity(view.columns.len());
    for column in view.columns {
        let held = match sql::held(column.kind) {
            // Bytes in their own order, as SQLite sorts them.
            Held::Text => "TEXT COLLATE \"C\"",
            other => sql_type(other),
        };
        let key = if columns.is_empty() { " NOT NULL PRIMARY KEY" } else { "" };
        columns.push(format!("{} {held}{key}", sql::name(column.name)?));
    }
    Ok(format!("CREATE TABLE {} ({})", sql::table(prefix, view)?, columns.join(", ")))
}

/// In the order in which lists are shown, so that a page is read from the index. The server finds
/// names that are free, so tables can be made beside those they replace.
fn index(session: &mut Session, prefix: &str, view: &'static ViewSpec) -> Result<(), StoreError> {
    let (table, key) = (sql::table(prefix, view)?, sql::key(view)?);
    for column in sql::indexed(view) {
        let column = sql::name(column)?;
        run(session, &format!("CREATE INDEX ON {table} ({column} DESC NULLS LAST, {key} DESC)"))?;
    }
    Ok(())
}

const fn sql_type(held: Held) -> &'static str {
    match held {
        Held::Text => "text",
        Held::Int => "bigint",
        Held::Bool => "boolean",
    }
}

fn run(session: &mut Session, text: &str) -> Result<(), StoreError> {
    session.batch(text).map_err(|e| store_error(&e))
}
