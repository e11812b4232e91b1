//! Values in the rows of a view, and how Rust types become them.

use std::sync::Arc;

use sekisho_regulation::Date;

/// One cell of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Value {
    /// Nothing.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number, an instant in ms since the Unix epoch, or the number of an event.
    Int(i64),
    /// Text, a code, or a date in ISO 8601.
    Text(Arc<str>),
}

impl Value {
    /// The text in it, if it is text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number in it, if it is a number.
    #[must_use]
    pub const fn int(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            _ => None,
        }
    }
}

/// A Rust type that fits in a cell.
pub trait Cell: Sized {
    /// The cell that holds it.
    fn to_value(&self) -> Value;
    /// What the cell holds; a cell of another type gives the type's empty value, so that a row
    /// written by an older program can still be shown before the views are rebuilt.
    fn from_value(value: &Value) -> Self;
}

impl Cell for String {
    fn to_value(&self) -> Value {
        Value::Text(Arc::from(self.as_str()))
    }
    fn from_value(value: &Value) -> Self {
        value.text().unwrap_or_default().to_owned()
    }
}

impl Cell for i64 {
    fn to_value(&self) -> Value {
        Value::Int(*self)
    }
    fn from_value(value: &Value) -> Self {
        value.int().unwrap_or_default()
    }
}

impl Cell for bool {
    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }
    fn from_value(value: &Value) -> Self {
        matches!(value, Value::Bool(true))
    }
}

impl Cell for Date {
    fn to_value(&self) -> Value {
        Value::Text(Arc::from(self.to_string()))
    }
    fn from_value(value: &Value) -> Self {
        let text = value.text().unwrap_or_default();
        iso(text).or_else(|| text.parse().ok()).unwrap_or_else(|| Self::from_days(0))
    }
}

/// A day as rows hold it, `2026-11-22`. The general reader, which knows every way in which people
/// write a day, takes a microsecond, and each decision reads some ten days.
fn iso(text: &str) -> Option<Date> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *text.as_bytes() else { return None };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
    let pair = |tens: u8, ones: u8| Some(digit(tens)? * 10 + digit(ones)?);
    let (year, month, day) = (pair(y0, y1)? * 100 + pair(y2, y3)?, pair(m0, m1)?, pair(d0, d1)?);
    Date::new(year.into(), month.try_into().ok()?, day.try_into().ok()?)
}

impl<T: Cell> Cell for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, Cell::to_value)
    }
    fn from_value(value: &Value) -> Self {
        (*value != Value::Null).then(|| T::from_value(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_in_a_row_reads_as_it_was_written() {
        for days in (-30_000..60_000).step_by(97) {
            let day = Date::from_days(days);
            assert_eq!(iso(&day.to_string()), Some(day));
            assert_eq!(Date::from_value(&day.to_value()), day);
        }
    }

    #[test]
    fn what_is_no_plain_day_is_left_to_the_general_reader() {
        for text in ["2026-02-30", "2026-13-01", "2026-1-1", "+026-01-01", "2026/01/01", "令和8年1月1日", ""] {
            assert_eq!(iso(text), None, "{text}");
            let read = text.parse().unwrap_or_else(|_| Date::from_days(0));
            assert_eq!(Date::from_value(&Value::Text(text.into())), read, "{text}");
        }
    }
}
