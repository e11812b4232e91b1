//! CSV for other programs: UTF-8 with byte order mark, or Shift_JIS with a list of what it cannot
//! hold.
//!
//! Shift_JIS (CP932) lacks many characters of residents' names. Each one is written as a stand-in
//! and reported by row and column; whether the file may be used is the caller's decision. Rows end
//! in CR LF (RFC 4180). A cell that needs it is quoted.

use super::name::{is_variation_selector, to_compatibility};
use super::reason::ReasonTable;
use super::record::IdentityRecord;
use super::reveal::Reveal;
use encoding_rs::SHIFT_JIS;
use serde::Serialize;

/// Stands for a character that Shift_JIS does not have and that has no twin there.
pub const STAND_IN: char = '〓';

/// Characters whose twin in CP932 looks the same; they are written as the twin, and reported.
const TWINS: &[(char, char)] = &[
    ('\u{301C}', '～'),
    ('\u{2212}', '－'),
    ('\u{2016}', '∥'),
    ('\u{2014}', '―'),
    ('\u{00A5}', '￥'),
    ('\u{00A2}', '￠'),
    ('\u{00A3}', '￡'),
    ('\u{00AC}', '￢'),
    ('\u{203E}', '￣'),
    ('\u{00C5}', '\u{212B}'),
];

/// A table to be written: titles, and rows of as many cells.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Title of each column.
    pub titles: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

/// Identity records as a table: the fields that `reveal` shows, as data (ISO 8601 dates). What
/// [`import`](super::import::import) reads back unchanged when `reveal` is [`Reveal::ALL`].
pub fn table(records: &[IdentityRecord], reveal: Reveal, reasons: &ReasonTable) -> Table {
    Table {
        titles: reveal.fields().map(|field| field.label().to_owned()).collect(),
        rows: records
            .iter()
            .map(|record| reveal.fields().map(|field| record.data(field, reasons).unwrap_or_default()).collect())
            .collect(),
    }
}

/// CSV in UTF-8 with byte order mark, which spreadsheets need to recognise it.
pub fn utf8(table: &Table) -> Vec<u8> {
    let mut out = "\u{FEFF}".to_owned();
    for row in std::iter::once(&table.titles).chain(&table.rows) {
        for (place, cell) in row.iter().enumerate() {
            if place > 0 {
                out.push(',');
            }
            quote(cell, &mut out);
        }
        out.push_str("\r\n");
    }
    out.into_bytes()
}

/// One character that Shift_JIS cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unmapped {
    /// Row of data, counted from 1; 0 is the title row.
    pub row: usize,
    /// Title of the column.
    pub column: String,
    /// The character with its variation selector, if it has one.
    pub character: String,
    /// Its code points, as `U+845B U+E0100`.
    pub code_points: String,
    /// What was written instead.
    pub written: char,
}

impl std::fmt::Display for Unmapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { row, column, character, code_points, written } = self;
        write!(
            f,
            "データ{row}行目「{column}」の「{character}」（{code_points}）はShift_JISにないため「{written}」としました。\
             正しい字が要るときはUTF-8で書き出してください"
        )
    }
}

/// CSV in Shift_JIS and everything it could not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftJis {
    /// The file.
    pub bytes: Vec<u8>,
    /// What was written differently; empty when the file is faithful.
    pub unmapped: Vec<Unmapped>,
}

/// CSV in Shift_JIS (CP932).
pub fn shift_jis(table: &Table) -> ShiftJis {
    let mut file = ShiftJis { bytes: Vec::new(), unmapped: Vec::new() };
    let mut quoted = String::new();
    for (row, cells) in std::iter::once(&table.titles).chain(&table.rows).enumerate() {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                file.bytes.push(b',');
            }
            quoted.clear();
            quote(&to_compatibility(cell), &mut quoted);
            let column = table.titles.get(place).map_or("", String::as_str);
            file.cell(&quoted, row, column);
        }
        file.bytes.extend_from_slice(b"\r\n");
    }
    file
}

impl ShiftJis {
    fn cell(&mut self, text: &str, row: usize, column: &str) {
        if let Some(bytes) = faithful(text) {
            self.bytes.extend_from_slice(&bytes);
            return;
        }
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let mut whole = character.to_string();
            if let Some(selector) = characters.next_if(|next| is_variation_selector(*next)) {
                whole.push(selector);
            }
            match faithful(&whole) {
                Some(bytes) => self.bytes.extend_from_slice(&bytes),
                None => self.stand_in(character, whole, row, column),
            }
        }
    }

    fn stand_in(&mut self, character: char, whole: String, row: usize, column: &str) {
        let twin = TWINS.iter().find(|(from, _)| *from == character).map(|(_, twin)| *twin);
        // A character whose glyph variant is lost is still the character.
        let (written, bytes) = [Some(character), twin, Some(STAND_IN)]
            .into_iter()
            .flatten()
            .find_map(|candidate| faithful(&candidate.to_string()).map(|bytes| (candidate, bytes)))
            .unwrap_or(('?', b"?".to_vec()));
        self.bytes.extend_from_slice(&bytes);
        let code_points: Vec<String> = whole.chars().map(|one| format!("U+{:04X}", u32::from(one))).collect();
        self.unmapped.push(Unmapped {
            row,
            column: column.to_owned(),
            character: whole,
            code_points: code_points.join(" "),
            written,
        });
    }
}

/// The text in CP932, if it reads back as the same text. The encoder alone is not enough: it writes
/// some characters (¥, −) as others.
fn faithful(text: &str) -> Option<Vec<u8>> {
    let (bytes, _, replaced) = SHIFT_JIS.encode(text);
    if replaced || SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&bytes)? != text {
        return None;
    }
    Some(bytes.into_owned())
}

fn quote(cell: &str, out: &mut String) {
    let needs = cell.contains([',', '"', '\n', '\r', '\t']) || cell.trim() != cell;
    if !needs {
        out.push_str(cell);
        return;
    }
    out.push('"');
    for part in cell.split_inclusive('"') {
        out.push_str(part);
        if part.ends_with('"') {
            out.push('"');
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests;
