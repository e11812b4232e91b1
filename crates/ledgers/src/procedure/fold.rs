//! What a step makes of a row.

use sekisho_regulation::Date;
use sekisho_regulation::date::DAY_MS;
use sekisho_regulation::procedure::{Book, Computed, ROW};
use serde_json::Value as Json;

use super::{FIRST, Filings, Place, duties};
use crate::books::{Registers as _, Shelf};
use crate::event::Event;
use crate::spec::{ColumnKind, Row, ViewSpec};
use crate::value::{Cell as _, Value};

/// Names of the personal texts that were filled in, separated by spaces.
pub(super) const FILLED: &str = "filled";

/// The key of the row that an event opens.
pub(super) fn key(book: &Book, seq: u64) -> String {
    format!("{}{seq:06}", book.number)
}

pub(super) fn fold(filings: &Filings, event: &Event, shelf: &mut Shelf<'_>) {
    if &*event.act == FIRST {
        shelf.put(&duties::Done::start(event));
    }
    let row = filings.steps.get(&*event.act).and_then(|place| step(filings, *place, event, shelf));
    duties::fold(filings, event, row.as_ref().map(|(view, row)| (*view, row.as_slice())), shelf);
}

fn step(filings: &Filings, place: Place, event: &Event, shelf: &mut Shelf<'_>) -> Option<(&'static ViewSpec, Row)> {
    let Place { book, step, view, .. } = place;
    let mut row = if step.opens() {
        let mut row = vec![Value::Null; view.columns.len()];
        set(view, &mut row, ROW, key(book, event.seq).to_value());
        row
    } else {
        shelf.row(view.name, event.text(ROW).unwrap_or_default())?
    };
    let filled: Vec<&str> = event.text(FILLED).unwrap_or_default().split(' ').collect();
    for field in &step.fields {
        let value = match field.private {
            true => {
                if filled.contains(&field.name.as_str()) {
                    event.seq_cell().to_value()
                } else {
                    Value::Null
                }
            }
            false => value_of(event.body.get(&field.name)),
        };
        set(view, &mut row, &field.name, value);
    }
    if let Some((stamp, _)) = &step.stamp {
        set(view, &mut row, &format!("{stamp}_by"), event.by.person.clone().to_value());
        set(view, &mut row, &format!("{stamp}_as"), event.by.capacity.clone().to_value());
        set(view, &mut row, &format!("{stamp}_at"), event.at_ms.to_value());
    }
    if let Some(applied) = &step.decides {
        let applicant = get(view, &row, &format!("{applied}_by")).and_then(Value::text).map(str::to_owned);
        let own = applicant.is_some() && applicant == event.by.person;
        set(view, &mut row, "self_decided", own.to_value());
    }
    for computed in &step.sets {
        let value = compute(view, &row, computed).map_or(Value::Null, Value::Int);
        set(view, &mut row, &computed.column, value);
    }
    if let Some(state) = &step.to {
        set(view, &mut row, "state", state.to_value());
    }
    set(view, &mut row, "evidence", event.seq_cell().to_value());
    if let Some(at) = view.columns.iter().position(|column| filings.forgets(view.name, column.name)) {
        row.get_mut(at).into_iter().for_each(|cell| *cell = Value::Null);
    }
    shelf.put_row(view, row.clone());
    let own = row.first().and_then(Value::text).unwrap_or_default().to_owned();
    for moved in &step.moves {
        let keys = get(view, &row, &moved.by).and_then(Value::text).unwrap_or_default().to_owned();
        let other = view.columns.iter().find(|column| column.name == moved.by).map(|column| column.kind);
        let (Some(ColumnKind::Ref(other) | ColumnKind::Refs(other)), false) = (other, keys.is_empty()) else {
            continue;
        };
        let Some(other) = filings.view(other) else { continue };
        // Nothing supersedes itself.
        for key in keys.split(' ').filter(|key| other.name != view.name || *key != own) {
            if let Some(mut row) = shelf.row(other.name, key) {
                set(other, &mut row, "state", moved.to.to_value());
                set(other, &mut row, "evidence", event.seq_cell().to_value());
                shelf.put_row(other, row);
            }
        }
    }
    Some((view, row))
}

fn set(view: &ViewSpec, row: &mut Row, column: &str, value: Value) {
    if let Some(cell) = view.position(column).and_then(|at| row.get_mut(at)) {
        *cell = value;
    }
}

pub(super) fn get<'r>(view: &ViewSpec, row: &'r [Value], column: &str) -> Option<&'r Value> {
    view.position(column).and_then(|at| row.get(at)).filter(|value| **value != Value::Null)
}

/// A field of an act or an event as a cell.
pub(super) fn value_of(json: Option<&Json>) -> Value {
    match json {
        Some(Json::Bool(yes)) => Value::Bool(*yes),
        Some(Json::Number(number)) => number.as_i64().map_or(Value::Null, Value::Int),
        Some(Json::String(text)) if !text.is_empty() => Value::Text(text.as_str().into()),
        _ => Value::Null,
    }
}

fn compute(view: &ViewSpec, row: &[Value], computed: &Computed) -> Option<i64> {
    // Days and instants on one scale, ms since the Unix epoch.
    let ms = |column: &str| match get(view, row, column)? {
        Value::Int(ms) => Some(*ms),
        Value::Text(day) => day.parse::<Date>().ok().map(|day| day.at(0, 0)),
        _ => None,
    };
    let days = |column: &str| ms(column).map(|ms| Date::in_japan(ms).days());
    if let Some((from, to)) = &computed.minutes {
        return Some((ms(to)? - ms(from)?) / (DAY_MS / 1440));
    }
    if let Some((from, to)) = &computed.days {
        return Some(days(to)? - days(from)?);
    }
    let each = |column: &String| match column.strip_prefix('-') {
        Some(column) => -get(view, row, column).and_then(Value::int).unwrap_or(0),
        None => get(view, row, column).and_then(Value::int).unwrap_or(0),
    };
    computed.sum.as_ref().map(|columns| columns.iter().map(each).sum())
}
