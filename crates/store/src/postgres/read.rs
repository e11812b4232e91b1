//! Reading the log, the views and the passwords.

use postgres::Row as Found;
use postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use sekisho_ledgers::ports::{CountBy, Head, ListQuery, Page, StoreError, StoredLeaf};
use sekisho_ledgers::spec::{Row, ViewSpec};
use sekisho_ledgers::value::Value;

use super::counted;
use super::session::{Session, store_error};
use crate::sql::{self, Dialect, Held, Query};

pub(super) fn head(session: &mut Session) -> Result<Head, StoreError> {
    let row = session.query_opt("SELECT size, checkpoint FROM head WHERE one = 1", &[]).map_err(|e| store_error(&e))?;
    let row = row.ok_or_else(|| StoreError::Damaged("the head is gone".to_owned()))?;
    Ok(Head { size: counted(get(&row, 0)?)?, checkpoint: get(&row, 1)? })
}

pub(super) fn leaves(session: &mut Session, from: u64, to: u64) -> Result<Vec<StoredLeaf>, StoreError> {
    let clip = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let text = "SELECT seq, leaf, hash FROM events WHERE seq >= $1 AND seq < $2 ORDER BY seq";
    let rows = session.query(text, &[&clip(from), &clip(to)]).map_err(|e| store_error(&e))?;
    let leaf = |row: &Found| Ok(StoredLeaf { seq: counted(get(row, 0)?)?, bytes: get(row, 1)?, hash: get(row, 2)? });
    rows.iter().map(leaf).collect()
}

pub(super) fn tile(session: &mut Session, level: u8, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let Ok(index) = i64::try_from(index) else { return Ok(None) };
    let text = "SELECT bytes FROM tiles WHERE level = $1 AND idx = $2";
    let row = session.query_opt(text, &[&i16::from(level), &index]).map_err(|e| store_error(&e))?;
    row.map(|row| get(&row, 0)).transpose()
}

pub(super) fn sealed_text(session: &mut Session, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let Ok(seq) = i64::try_from(seq) else { return Ok(None) };
    let row = session.query_opt("SELECT sealed FROM texts WHERE seq = $1", &[&seq]).map_err(|e| store_error(&e))?;
    row.map(|row| get(&row, 0)).transpose()
}

pub(super) fn passwords(session: &mut Session, person: &str) -> Result<Vec<String>, StoreError> {
    let text = "SELECT phc FROM passwords WHERE person = $1 ORDER BY no DESC";
    session.query(text, &[&person]).map_err(|e| store_error(&e))?.iter().map(|row| get(row, 0)).collect()
}

pub(super) fn rows(session: &mut Session, view: &ViewSpec) -> Result<Vec<Row>, StoreError> {
    let query = Query { text: sql::all(view)?, params: Vec::new() };
    table(session, &query, &held(view))
}

pub(super) fn page(session: &mut Session, view: &ViewSpec, query: &ListQuery) -> Result<Page, StoreError> {
    let rows = sql::page(Dialect::Postgres, view, query)?;
    let total = sql::total(Dialect::Postgres, view, &query.filters)?;
    // One snapshot, so that the total belongs to the rows.
    session.inside("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", |s| {
        let rows = table(s, &rows, &held(view))?;
        let total = table(s, &total, &[Held::Int])?;
        let total = total.first().and_then(|row| row.first()).and_then(Value::int).unwrap_or_default();
        Ok(Page { rows, total: counted(total)? })
    })
}

pub(super) fn counts(
    session: &mut Session,
    view: &ViewSpec,
    query: &ListQuery,
    by: &[CountBy],
) -> Result<Vec<(Row, u64)>, StoreError> {
    let (query, mut held) = sql::counts(Dialect::Postgres, view, &query.filters, by)?;
    held.push(Held::Int);
    let counted_row = |mut row: Row| {
        let count = row.pop().and_then(|value| value.int()).unwrap_or_default();
        Ok((row, counted(count)?))
    };
    table(session, &query, &held)?.into_iter().map(counted_row).collect()
}

/// A cell of an answer.
pub(super) fn get<'a, T: postgres::types::FromSql<'a>>(row: &'a Found, place: usize) -> Result<T, StoreError> {
    row.try_get(place).map_err(|e| StoreError::Damaged(e.to_string()))
}

fn held(view: &ViewSpec) -> Vec<Held> {
    view.columns.iter().map(|column| sql::held(column.kind)).collect()
}

fn table(session: &mut Session, query: &Query, held: &[Held]) -> Result<Vec<Row>, StoreError> {
    let cells: Vec<Param<'_>> = query.params.iter().map(Param).collect();
    let params: Vec<&(dyn ToSql + Sync)> = cells.iter().map(|cell| cell as _).collect();
    let found = session.query(&query.text, &params).map_err(|e| store_error(&e))?;
    let row = |row: &Found| held.iter().enumerate().map(|(place, held)| value(row, place, *held)).collect();
    found.iter().map(row).collect()
}

fn value(row: &Found, place: usize, held: Held) -> Result<Value, StoreError> {
    let value = match held {
        Held::Text => get::<Option<&str>>(row, place)?.map(|text| Value::Text(text.into())),
        Held::Int => get::<Option<i64>>(row, place)?.map(Value::Int),
        Held::Bool => get::<Option<bool>>(row, place)?.map(Value::Bool),
    };
    Ok(value.unwrap_or_default())
}

/// A value as a parameter. That it has the type of the place it goes to is seen to where the query
/// is made.
#[derive(Debug)]
struct Param<'a>(&'a Value);

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Bool(yes) => yes.to_sql(ty, out),
            Value::Int(number) => number.to_sql(ty, out),
            Value::Text(text) => (&**text).to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
