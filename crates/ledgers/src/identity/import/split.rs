//! Text to rows of fields (RFC 4180 with comma or tab).
//!
//! The usual readers accept a stray or unclosed quotation mark and swallow the rest of the file;
//! this one reports it, and it knows the physical line of each field.

use super::RowError;

/// One field and the physical line on which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) line: u64,
    pub(super) text: String,
}

/// One row; it has at least one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    line: u64,
    pub(super) cells: Vec<Cell>,
}

impl Row {
    /// The physical line on which the row begins.
    pub(super) const fn line(&self) -> u64 {
        self.line
    }

    /// True for a row that holds nothing but delimiters and spaces.
    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.text.trim().is_empty())
    }
}

/// The rows of a text. After an unclosed quotation mark nothing more is read.
pub(super) struct Splitter<'a> {
    rest: &'a str,
    line: u64,
    delimiter: char,
}

/// What ended a cell.
enum End {
    Cell,
    Row,
}

impl<'a> Splitter<'a> {
    /// The delimiter is a tab when the first line that is not blank has one, else a comma.
    pub(super) fn new(text: &'a str) -> Self {
        let first = text.split(['\n', '\r']).find(|line| !line.trim().is_empty()).unwrap_or_default();
        let delimiter = if first.trim_end().contains('\t') { '\t' } else { ',' };
        Self { rest: text, line: 1, delimiter }
    }

    pub(super) const fn delimiter(&self) -> char {
        self.delimiter
    }

    /// Takes the next character; a line break of any kind comes as one `\n` and counts the line.
    fn take(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let mut character = characters.next()?;
        if character == '\r' {
            character = '\n';
            if characters.as_str().starts_with('\n') {
                characters.next();
            }
        }
        self.rest = characters.as_str();
        self.line += u64::from(character == '\n');
        Some(character)
    }

    fn plain(&mut self) -> Result<(String, End), RowError> {
        let (line, stop) = (self.line, [self.delimiter, '\n', '\r', '"']);
        let end = self.rest.find(stop).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        match self.take() {
            Some('"') => {
                self.skip_line();
                Err(stray(line))
            }
            Some('\n') | None => Ok((text.to_owned(), End::Row)),
            Some(_) => Ok((text.to_owned(), End::Cell)),
        }
    }

    fn quoted(&mut self) -> Result<(String, End), RowError> {
        let opened = self.line;
        self.take();
        let mut text = String::new();
        loop {
            match self.take() {
                None => return Err(RowError::line(opened, "「\"」が閉じていません。この行の「\"」を確かめてください")),
                Some('"') if self.rest.starts_with('"') => {
                    self.take();
                    text.push('"');
                }
                Some('"') => break,
                Some(character) => text.push(character),
            }
        }
        let closed = self.line;
        match self.take() {
            None | Some('\n') => Ok((text, End::Row)),
            Some(character) if character == self.delimiter => Ok((text, End::Cell)),
            Some(_) => {
                self.skip_line();
                Err(stray(closed))
            }
        }
    }

    fn skip_line(&mut self) {
        let end = self.rest.find(['\n', '\r']).unwrap_or(self.rest.len());
        self.rest = self.rest.get(end..).unwrap_or_default();
        self.take();
    }
}

fn stray(line: u64) -> RowError {
    RowError::line(line, "「\"」の位置が正しくありません。項目全体を「\"」で囲み、中の「\"」は二つ重ねてください")
}

impl Iterator for Splitter<'_> {
    type Item = Result<Row, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let mut row = Row { line: self.line, cells: Vec::new() };
        loop {
            let line = self.line;
            let cell = if self.rest.starts_with('"') { self.quoted() } else { self.plain() };
            let (text, end) = match cell {
                Ok(cell) => cell,
                Err(error) => return Some(Err(error)),
            };
            row.cells.push(Cell { line, text });
            if matches!(end, End::Row) {
                return Some(Ok(row));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<Result<Vec<(u64, String)>, u64>> {
        let cells = |row: Row| row.cells.into_iter().map(|cell| (cell.line, cell.text)).collect();
        Splitter::new(text).map(|row| row.map(cells).map_err(|error| error.line.unwrap_or(0))).collect()
    }

    fn check(text: &str, expected: &[Result<&[(u64, &str)], u64>]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|row| row.map(|row| row.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()))
            .collect();
        assert_eq!(split(text), expected, "{text:?}");
    }

    #[test]
    fn rows_know_their_lines() {
        check("a,b\r\nc,\r\n", &[Ok(&[(1, "a"), (1, "b")]), Ok(&[(2, "c"), (2, "")])]);
        check("a\rb\n\nc", &[Ok(&[(1, "a")]), Ok(&[(2, "b")]), Ok(&[(3, "")]), Ok(&[(4, "c")])]);
        check("a,\"b\r\nb\",c\nd", &[Ok(&[(1, "a"), (1, "b\nb"), (2, "c")]), Ok(&[(3, "d")])]);
        check("\"x\"\"y\",\"\"\n", &[Ok(&[(1, "x\"y"), (1, "")])]);
        check("a,b\tc\nd", &[Ok(&[(1, "a,b"), (1, "c")]), Ok(&[(2, "d")])]);
        check("", &[]);
    }

    #[test]
    fn wrong_quotes_are_reported_and_the_next_line_is_read() {
        check("a\nb\"c,d\ne", &[Ok(&[(1, "a")]), Err(2), Ok(&[(3, "e")])]);
        check("a\n\"b\"c,d\ne", &[Ok(&[(1, "a")]), Err(2), Ok(&[(3, "e")])]);
        check("a\n\"b\nc\nd", &[Ok(&[(1, "a")]), Err(2)]);
    }
}
