//! Import of identity records from a file: all of it or nothing.
//!
//! The way is decode, split, map columns, read rows, check, look for duplicates. Each step reports
//! what it cannot take by physical line, column and reason; no message repeats a value, because
//! error lists are printed and mailed. The detected encoding and delimiter are part of the report.

mod columns;
pub mod decode;
mod rows;
mod split;

use self::columns::Columns;
use self::decode::Encoding;
use self::split::{Row, Splitter};
use super::field::Field;
use super::numbers::MunicipalityCode;
use super::reason::ReasonTable;
use super::record::IdentityRecord;
use sekisho_regulation::date::Date;
use serde::Serialize;
use std::collections::HashMap;
use std::fmt;

/// How far an import goes and what it takes for granted.
#[derive(Debug, Clone)]
pub struct ImportOptions<'a> {
    /// The day on which dates must not lie in the future.
    pub today: Date,
    /// 異動事由 that rows may name.
    pub reasons: &'a ReasonTable,
    /// The municipality of rows that name none.
    pub municipality: Option<MunicipalityCode>,
    /// Largest file in bytes.
    pub bytes_max: usize,
    /// Most rows without the header.
    pub rows_max: usize,
    /// Longest field in characters.
    pub field_chars_max: usize,
    /// Most errors that are listed; further ones are only counted.
    pub errors_listed_max: usize,
}

impl<'a> ImportOptions<'a> {
    /// The usual limits: 1 GiB, 4 million rows (the largest municipality has 3.8 million people),
    /// 500 characters in a field, 1,000 errors listed.
    pub const fn new(today: Date, reasons: &'a ReasonTable) -> Self {
        Self {
            today,
            reasons,
            municipality: None,
            bytes_max: 1 << 30,
            rows_max: 4_000_000,
            field_chars_max: 500,
            errors_listed_max: 1_000,
        }
    }
}

/// One reason why a file was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowError {
    /// Physical line, counted from 1 (the header is usually line 1); `None` for the whole file.
    pub line: Option<u64>,
    /// The field, where one is to blame.
    pub field: Option<Field>,
    /// The column as the file's header names it.
    pub column: Option<String>,
    /// A Japanese sentence saying what is wrong and what to do.
    pub message: String,
}

impl RowError {
    fn file(message: impl Into<String>) -> Self {
        Self { line: None, field: None, column: None, message: message.into() }
    }

    fn line(line: u64, message: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::file(message) }
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{line}行目")?,
            None => f.write_str("ファイル")?,
        }
        if let Some(column) = &self.column {
            write!(f, "「{column}」")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// The end of an import: every record, or every reason against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// All rows are sound, in the order of the file.
    Accepted(Vec<IdentityRecord>),
    /// At least one row is not; nothing is to be stored.
    Rejected(Vec<RowError>),
}

/// What was found in a file and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// The encoding; `None` when none could be found.
    pub encoding: Option<Encoding>,
    /// `,` or a tab; `None` when the file did not get that far.
    pub delimiter: Option<char>,
    /// Rows read, without header and blank lines.
    pub rows_read: usize,
    /// Columns of the file that mean nothing to us and were left out.
    pub ignored_columns: Vec<String>,
    /// Accepted rows without a reading; they cannot be found by kana.
    pub rows_without_kana: usize,
    /// All errors, also those beyond the list.
    pub errors_total: usize,
    /// The records, or the errors.
    pub outcome: Outcome,
}

/// Reads a whole file. Never panics, whatever the bytes; never takes a part of a file.
pub fn import(bytes: &[u8], options: &ImportOptions<'_>) -> ImportReport {
    let mut run = Run::new(options);
    if bytes.len() > options.bytes_max {
        run.error(RowError::file(format!(
            "ファイルが大きすぎます（{}バイト）。{}バイト以下に分けてください",
            bytes.len(),
            options.bytes_max
        )));
        return run.finish();
    }
    match decode::decode(bytes) {
        Ok((encoding, text)) => {
            run.encoding = Some(encoding);
            run.text(&text);
        }
        Err(error) => run.error(error),
    }
    run.finish()
}

struct Run<'a> {
    options: &'a ImportOptions<'a>,
    encoding: Option<Encoding>,
    delimiter: Option<char>,
    rows_read: usize,
    ignored_columns: Vec<String>,
    records: Vec<IdentityRecord>,
    errors: Vec<RowError>,
    errors_total: usize,
    lines_by_code: HashMap<u64, u64>,
    lines_by_number: HashMap<u64, u64>,
}

impl<'a> Run<'a> {
    fn new(options: &'a ImportOptions<'a>) -> Self {
        Self {
            options,
            encoding: None,
            delimiter: None,
            rows_read: 0,
            ignored_columns: Vec::new(),
            records: Vec::new(),
            errors: Vec::new(),
            errors_total: 0,
            lines_by_code: HashMap::new(),
            lines_by_number: HashMap::new(),
        }
    }

    fn error(&mut self, error: RowError) {
        self.errors_total += 1;
        if self.errors.len() < self.options.errors_listed_max {
            self.errors.push(error);
        }
    }

    fn text(&mut self, text: &str) {
        let mut rows = Splitter::new(text);
        self.delimiter = Some(rows.delimiter());
        let header = match rows.find(|row| !matches!(row, Ok(row) if row.is_blank())) {
            None => return self.error(RowError::file("ファイルが空です。見出し行のあるファイルを選んでください")),
            Some(Err(error)) => return self.error(error),
            Some(Ok(header)) => header,
        };
        let columns = match Columns::read(&header) {
            Ok(columns) => columns,
            Err(errors) => return errors.into_iter().for_each(|error| self.error(error)),
        };
        self.ignored_columns = columns.ignored().to_vec();
        for row in rows {
            match row {
                Ok(row) if row.is_blank() => {}
                Ok(row) => {
                    if self.rows_read == self.options.rows_max {
                        let message = format!("行が多すぎます。{}行以下に分けてください", self.options.rows_max);
                        return self.error(RowError::line(row.line(), message));
                    }
                    self.rows_read += 1;
                    self.row(&row, &columns);
                }
                Err(error) => self.error(error),
            }
        }
        if self.rows_read == 0 && self.errors_total == 0 {
            self.error(RowError::file("データの行がありません。見出し行の下にデータを入れてください"));
        }
    }

    fn row(&mut self, row: &Row, columns: &Columns) {
        match rows::read(row, columns, self.options) {
            Err(errors) => errors.into_iter().for_each(|error| self.error(error)),
            Ok(record) => {
                let code = record.juki_code.to_u64();
                if let Some(first) = first_line(&mut self.lines_by_code, code, row.line()) {
                    self.error(columns.error(row, Field::JukiCode, twice(Field::JukiCode, first)));
                }
                let number = record.my_number.map(super::numbers::MyNumber::to_u64);
                if let Some(first) = number.and_then(|number| first_line(&mut self.lines_by_number, number, row.line()))
                {
                    self.error(columns.error(row, Field::MyNumber, twice(Field::MyNumber, first)));
                }
                if self.errors_total == 0 {
                    self.records.push(record);
                }
            }
        }
    }

    fn finish(self) -> ImportReport {
        let rows_without_kana = self.records.iter().filter(|record| record.name_kana.is_none()).count();
        let accepted = self.errors_total == 0;
        ImportReport {
            encoding: self.encoding,
            delimiter: self.delimiter,
            rows_read: self.rows_read,
            ignored_columns: self.ignored_columns,
            rows_without_kana: if accepted { rows_without_kana } else { 0 },
            errors_total: self.errors_total,
            outcome: if accepted { Outcome::Accepted(self.records) } else { Outcome::Rejected(self.errors) },
        }
    }
}

/// The line on which the number stood before, if it did; remembers it otherwise.
fn first_line(lines: &mut HashMap<u64, u64>, number: u64, line: u64) -> Option<u64> {
    match lines.entry(number) {
        std::collections::hash_map::Entry::Occupied(entry) => Some(*entry.get()),
        std::collections::hash_map::Entry::Vacant(entry) => {
            entry.insert(line);
            None
        }
    }
}

fn twice(field: Field, first: u64) -> String {
    format!("{first}行目と同じ{field}です。一人を一行にしてください")
}

#[cfg(test)]
mod tests;
