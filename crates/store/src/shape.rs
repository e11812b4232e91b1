//! The shape of a set of views, as text: kept beside the views, so that the store can tell whether
//! the tables there belong to the program that asks.

use std::fmt::Write;

use sekisho_ledgers::spec::{Keeping, ViewSpec};

use crate::sql;

/// Changes when tables are made in another way from the same columns.
const VERSION: u32 = 1;

/// The name of the note that holds the shape.
pub(crate) const NOTE: &str = "views";

/// The views by name, each with its columns, what they hold, and what is indexed.
pub(crate) fn of(views: &[&'static ViewSpec]) -> String {
    let mut sorted = views.to_vec();
    sorted.sort_unstable_by_key(|view| view.name);
    let mut text = format!("{VERSION}\n");
    for view in sorted {
        let kept = match view.keeping {
            Keeping::Register => "register",
            Keeping::Journal => "journal",
        };
        // Writing to a string does not fail.
        let _ = write!(text, "{kept} {}", view.name);
        for column in view.columns {
            let held = match sql::held(column.kind) {
                sql::Held::Text => "text",
                sql::Held::Int => "int",
                sql::Held::Bool => "bool",
            };
            let index = if sql::indexed(view).any(|name| name == column.name) { "+" } else { "" };
            let _ = write!(text, " {}:{held}{index}", column.name);
        }
        text.push('\n');
    }
    text
}
