//! Bytes to text. The order of the tests is fixed, so a file is always read in the same way:
//! byte order mark, else strict UTF-8, else strict Shift_JIS (CP932). Nothing is replaced or
//! skipped; bytes that fit none of them are an error with their line.

use super::RowError;
use serde::Serialize;
use std::borrow::Cow;

/// The encoding in which a file was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// UTF-8 without byte order mark.
    Utf8,
    /// UTF-8 with byte order mark.
    Utf8Bom,
    /// UTF-16 little-endian with byte order mark.
    Utf16Le,
    /// UTF-16 big-endian with byte order mark.
    Utf16Be,
    /// Shift_JIS as Windows writes it (CP932).
    ShiftJis,
}

impl Encoding {
    /// The name for the user.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8（BOM付き）",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::ShiftJis => "Shift_JIS",
        }
    }
}

/// Finds the encoding and decodes.
///
/// # Errors
/// A [`RowError`] with the line of the first bytes that cannot be read.
pub fn decode(bytes: &[u8]) -> Result<(Encoding, Cow<'_, str>), RowError> {
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return strict(encoding_rs::UTF_8, Encoding::Utf8Bom, rest);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return strict(encoding_rs::UTF_16LE, Encoding::Utf16Le, rest);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return strict(encoding_rs::UTF_16BE, Encoding::Utf16Be, rest);
    }
    if bytes.contains(&0) {
        return Err(RowError::file(
            "文字コードを判別できません（BOMのないUTF-16かもしれません）。UTF-8かShift_JISのCSVで保存し直してください",
        ));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((Encoding::Utf8, Cow::Borrowed(text)));
    }
    strict(encoding_rs::SHIFT_JIS, Encoding::ShiftJis, bytes).map_err(|error| RowError {
        message: "UTF-8としてもShift_JISとしても読めない文字があります。UTF-8かShift_JISのCSVで保存し直してください"
            .to_owned(),
        ..error
    })
}

fn strict<'a>(
    decoder: &'static encoding_rs::Encoding,
    encoding: Encoding,
    bytes: &'a [u8],
) -> Result<(Encoding, Cow<'a, str>), RowError> {
    match decoder.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok((encoding, text)),
        None => Err(RowError::line(
            broken_line(decoder, bytes),
            format!("{}として読めない文字があります。ファイルを保存し直してください", encoding.label()),
        )),
    }
}

/// The physical line of the first bytes that cannot be decoded.
fn broken_line(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> u64 {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::new();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len());
    text.reserve(room);
    let _ = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    let breaks = text.chars().zip(text.chars().skip(1).chain(['\0']));
    let lines = breaks.filter(|(this, next)| *this == '\n' || (*this == '\r' && *next != '\n')).count();
    lines as u64 + 1
}
