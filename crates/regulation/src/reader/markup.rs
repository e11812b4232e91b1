//! From a marked-up text to lines: the form of the file is left behind here.

mod entities;
mod html;
mod markdown;
mod plain;
mod xml;

use super::heads;
use super::source::{Form, Source};
use super::text::Text;

/// A line, or a row of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// The line; of a row, its cells one after the other.
    pub(super) text: Text,
    /// The cells of a row of a table.
    pub(super) cells: Vec<Text>,
    /// What may be columns: a line whose parts stand far apart.
    pub(super) columns: Vec<Text>,
    /// Whether an empty line stands before.
    pub(super) gap: bool,
    /// Whether the line is marked as a heading, or with a title's sign.
    pub(super) heading: bool,
    /// How many characters wide the line is printed, its indentation included.
    pub(super) width: usize,
    /// Whether the line may have been broken by a page or a margin.
    pub(super) loose: bool,
}

impl Line {
    /// The folded line.
    pub(super) fn str(&self) -> &str {
        self.text.as_str()
    }

    /// Whether the line is a row of a table.
    pub(super) fn is_row(&self) -> bool {
        !self.cells.is_empty()
    }
}

/// The lines of a file that have something on them.
pub(super) fn lines(source: &Source) -> Vec<Line> {
    let (text, comma) = (source.text(), source.comma());
    let mut lines = match source.form() {
        Form::Plain => plain::lines(text, comma),
        Form::Markdown => markdown::lines(text, comma),
        Form::Html => html::lines(text, comma),
        Form::Xml => xml::lines(text, comma),
    };
    lines.retain(|line| !line.text.is_empty());
    lines
}

/// A line of text, or a row: one whose only cells are a marker and what it marks is a line.
fn row(cells: Vec<Text>, gap: bool) -> Line {
    let mut full = cells.iter().filter(|cell| !cell.is_empty());
    let text = Text::join(full.clone().enumerate().map(|(i, cell)| (if i == 0 { "" } else { " " }, cell)));
    let count = full.clone().count();
    let marks = full.next().is_some_and(|first| {
        heads::is_marker_alone(first.as_str()) && first.as_str().len() < 12
            || heads::article_number(first.as_str()).is_some_and(|(_, len)| len == first.as_str().len())
    });
    let width = text.as_str().chars().count();
    if count <= 1 || marks && count == 2 {
        return Line { text, gap, width, ..Line::default() };
    }
    Line { text, cells, gap, width, ..Line::default() }
}
