//! Walks over canonical JSON without building anything.
//!
//! The verifier reads every leaf of the log with this; it costs about as much
//! as hashing them. Whatever is not canonical byte for byte is an error.

use std::cmp::Ordering;

use thiserror::Error;

use crate::json::{DEPTH_MAX, INTEGER_MAX};

/// Why bytes are not canonical JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not canonical JSON at byte {at}: {what}")]
pub struct ScanError {
    /// Where reading stopped, in bytes from the start.
    pub at: usize,
    /// What is wrong there.
    pub what: &'static str,
}

/// A place in canonical JSON.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, ScanError> {
        let text =
            std::str::from_utf8(bytes).map_err(|error| ScanError { at: error.valid_up_to(), what: "not UTF-8" })?;
        Ok(Self { text, at: 0 })
    }

    pub(crate) const fn error(&self, what: &'static str) -> ScanError {
        ScanError { at: self.at, what }
    }

    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Where it stands, for [`Scanner::since`].
    pub(crate) const fn place(&self) -> usize {
        self.at
    }

    /// What was stepped over since `place`.
    pub(crate) fn since(&self, place: usize) -> &'a str {
        self.text.get(place..self.at).unwrap_or_default()
    }

    /// Nothing may follow.
    pub(crate) fn end(&self) -> Result<(), ScanError> {
        if self.at == self.text.len() { Ok(()) } else { Err(self.error("more follows")) }
    }

    /// Steps over exactly these bytes.
    #[inline]
    pub(crate) fn literal(&mut self, expected: &[u8]) -> Result<(), ScanError> {
        if !self.rest().starts_with(expected) {
            return Err(self.error("unexpected byte"));
        }
        self.at += expected.len();
        Ok(())
    }

    /// Steps over this one byte.
    #[inline]
    fn byte(&mut self, expected: u8) -> Result<(), ScanError> {
        if self.peek() != Some(expected) {
            return Err(self.error("unexpected byte"));
        }
        self.at += 1;
        Ok(())
    }

    /// Steps over a string and gives what stands between its quotes, escapes
    /// included.
    pub(crate) fn string(&mut self) -> Result<&'a str, ScanError> {
        self.byte(b'"')?;
        let start = self.at;
        loop {
            let Some(plain) = plain_length(self.rest()) else {
                return Err(self.error("string without end"));
            };
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    let raw = self.text.get(start..self.at);
                    self.at += 1;
                    return raw.ok_or_else(|| self.error("string"));
                }
                Some(b'\\') => self.escape()?,
                _ => return Err(self.error("control character in a string")),
            }
        }
    }

    /// Steps over an integer within ±(2^53 − 1).
    pub(crate) fn integer(&mut self) -> Result<i64, ScanError> {
        let start = self.at;
        let negative = self.peek() == Some(b'-');
        self.at += usize::from(negative);
        let first = self.at;
        let mut number = 0_i64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            number = number * 10 + i64::from(digit - b'0');
            self.at += 1;
            if number > INTEGER_MAX {
                return Err(ScanError { at: start, what: "not an integer within 2^53" });
            }
        }
        let digits = self.at - first;
        let leading_zero = self.text.as_bytes().get(first) == Some(&b'0');
        if digits == 0 || leading_zero && (digits > 1 || negative) {
            return Err(ScanError { at: start, what: "not an integer in its shortest form" });
        }
        Ok(if negative { -number } else { number })
    }

    /// Steps over an array; `item` must step over each item.
    pub(crate) fn array(&mut self, mut item: impl FnMut(&mut Self) -> Result<(), ScanError>) -> Result<(), ScanError> {
        self.byte(b'[')?;
        if self.peek() == Some(b']') {
            return self.byte(b']');
        }
        loop {
            item(self)?;
            if self.peek() != Some(b',') {
                return self.byte(b']');
            }
            self.at += 1;
        }
    }

    /// Steps over an object; `field` is given each raw key and must step over
    /// its value.
    pub(crate) fn object(
        &mut self,
        mut field: impl FnMut(&mut Self, &'a str) -> Result<(), ScanError>,
    ) -> Result<(), ScanError> {
        self.byte(b'{')?;
        if self.peek() == Some(b'}') {
            return self.byte(b'}');
        }
        let mut before: Option<&str> = None;
        loop {
            let key = self.string()?;
            if before.is_some_and(|before| compare_raw(before, key) != Ordering::Less) {
                return Err(self.error("keys out of order"));
            }
            before = Some(key);
            self.byte(b':')?;
            field(self, key)?;
            if self.peek() != Some(b',') {
                return self.byte(b'}');
            }
            self.at += 1;
        }
    }

    /// Steps over any value that lies `depth` levels deep, and gives its bytes.
    pub(crate) fn value(&mut self, depth: u8) -> Result<&'a str, ScanError> {
        let start = self.at;
        self.skip(depth)?;
        self.text.get(start..self.at).ok_or_else(|| self.error("value"))
    }

    fn skip(&mut self, depth: u8) -> Result<(), ScanError> {
        let nested = matches!(self.peek(), Some(b'{' | b'['));
        if nested && depth >= DEPTH_MAX {
            return Err(self.error("nested too deep"));
        }
        match self.peek() {
            Some(b'"') => self.string().map(|_| ()),
            Some(b'{') => self.object(|scanner, _| scanner.skip(depth + 1)),
            Some(b'[') => self.array(|scanner| scanner.skip(depth + 1)),
            Some(b't') => self.literal(b"true"),
            Some(b'f') => self.literal(b"false"),
            Some(b'n') => self.literal(b"null"),
            _ => self.integer().map(|_| ()),
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Steps over one escape in the only spelling allowed for its character.
    fn escape(&mut self) -> Result<(), ScanError> {
        let length = match self.rest() {
            [b'\\', b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            [b'\\', b'u', b'0', b'0', high @ (b'0' | b'1'), low, ..] => {
                let short = *high == b'0' && matches!(low, b'8' | b'9' | b'a' | b'c' | b'd');
                if short || !matches!(low, b'0'..=b'9' | b'a'..=b'f') {
                    return Err(self.error("escape not in its one form"));
                }
                6
            }
            _ => return Err(self.error("escape not in its one form")),
        };
        self.at += length;
        Ok(())
    }
}

/// How many bytes come before the first quote, backslash or control character.
fn plain_length(bytes: &[u8]) -> Option<usize> {
    let special = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < 0x20;
    let mut at = 0;
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let found = specials(u64::from_le_bytes(*eight));
        if found != 0 {
            return Some(at + usize::try_from(found.trailing_zeros() / 8).ok()?);
        }
        at += 8;
    }
    bytes.get(at..)?.iter().position(special).map(|place| at + place)
}

/// Eight bytes at once: the high bit of the first special byte is set, and of
/// no byte before it.
const fn specials(eight: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    let quote = eight ^ (ONES * b'"' as u64);
    let backslash = eight ^ (ONES * b'\\' as u64);
    let control = eight.wrapping_sub(ONES * 0x20) & !eight;
    let zero_quote = quote.wrapping_sub(ONES) & !quote;
    let zero_backslash = backslash.wrapping_sub(ONES) & !backslash;
    (control | zero_quote | zero_backslash) & HIGH
}

/// The text that a raw string stands for.
pub(crate) fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        text.push_str(plain);
        let mut chars = escaped.chars();
        match chars.next() {
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('u') => {
                let code = chars.by_ref().take(4).filter_map(|digit| digit.to_digit(16));
                text.extend(char::from_u32(code.fold(0, |code, digit| code * 16 + digit)));
            }
            other => text.extend(other),
        }
        rest = chars.as_str();
    }
    text.push_str(rest);
    text
}

/// The order of RFC 8785 (3.2.3): by UTF-16 code units.
pub(crate) fn compare_decoded(a: &str, b: &str) -> Ordering {
    if plain(a) && plain(b) { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

fn compare_raw(a: &str, b: &str) -> Ordering {
    if a.contains('\\') || b.contains('\\') {
        compare_decoded(&unescape(a), &unescape(b))
    } else {
        compare_decoded(a, b)
    }
}

/// Below U+E000 the orders of UTF-8 bytes and of UTF-16 units are the same.
fn plain(text: &str) -> bool {
    text.bytes().all(|byte| byte < 0xee)
}
