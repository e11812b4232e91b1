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
        value.text().and_then(|text| text.parse().ok()).unwrap_or_else(|| Self::from_days(0))
    }
}

impl<T: Cell> Cell for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, Cell::to_value)
    }
    fn from_value(value: &Value) -> Self {
        (*value != Value::Null).then(|| T::from_value(value))
    }
}
