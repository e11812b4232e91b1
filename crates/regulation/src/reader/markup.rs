//! From a marked-up text to lines: the form of the file is left behind here.

mod entities;
mod html;
mod markdown;
mod plain;
mod xml;

use super::source::{Form, Source};
use super::text::Text;
use super::{cells, heads};

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
    let line = table_row(cells, gap);
    let mut full = line.cells.iter().filter(|cell| !cell.is_empty());
    let marks = full.next().is_some_and(|first| {
        heads::is_marker_alone(first.as_str()) && first.as_str().len() < 12
            || heads::article_number(first.as_str()).is_some_and(|(_, len)| len == first.as_str().len())
    });
    if marks && full.count() == 1 { Line { cells: Vec::new(), ..line } } else { line }
}

/// A row of what is known to be a table, even where a number is its first cell.
fn table_row(cells: Vec<Text>, gap: bool) -> Line {
    let full: Vec<&Text> = cells.iter().filter(|cell| !cell.is_empty()).collect();
    let text = Text::join(full.iter().enumerate().map(|(i, cell)| (if i == 0 { "" } else { " " }, *cell)));
    let alone = full.len() <= 1;
    let width = text.as_str().chars().count();
    Line { text, cells: if alone { Vec::new() } else { cells }, gap, width, ..Line::default() }
}

/// Whether these are the words at the head of a table's columns.
fn is_head(cells: &[Text]) -> bool {
    let word = |cell: &Text| {
        heads::marker(cell.as_str()).is_none()
            && heads::article_number(cell.as_str()).is_none()
            && cell.as_str().chars().count() <= 20
            && !cell.as_str().contains('。')
    };
    cells.len() >= 2 && cells.iter().all(word)
}

/// The next row of a table drawn with bars or tabs: it goes on with the row before where a narrow
/// column broke a cell, and is a row where it stands below the head of its table.
fn below(out: &mut Vec<Line>, cells: Vec<Text>, gap: bool) {
    let width = cells.len();
    // What only draws a line between two rows is an empty line.
    let ruled = out.last().is_some_and(|last| last.text.is_empty());
    let before = out.iter_mut().rev().find(|line| !line.text.is_empty());
    let Some(last) = before.filter(|last| last.is_row() && last.cells.len() == width && !gap) else {
        return out.push(row(cells, gap));
    };
    let broken = |above: &Text, below: &Text| below.is_empty() || cells::goes_on(above.as_str(), below.as_str());
    let goes_on = !ruled
        && cells.first().is_some_and(Text::is_empty)
        && last.cells.iter().zip(&cells).all(|(above, below)| broken(above, below));
    if goes_on {
        let whole = last.cells.iter().zip(&cells).map(|(above, below)| match below.is_empty() {
            true => above.clone(),
            false => Text::join([("", above), ("", below)]),
        });
        *last = table_row(whole.collect(), last.gap);
        return;
    }
    out.push(table_row(cells, gap));
}
