//! The one way to write a value as bytes: RFC 8785 (JCS) without fractions.
//!
//! Objects, arrays, strings, booleans, null, and integers within ±(2^53 − 1).
//! Keys are sorted by their UTF-16 code units and never doubled. Two equal
//! values have equal bytes, so a hash of the bytes is a hash of the value.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::scan::{Scanner, compare_decoded, unescape};

pub use crate::scan::ScanError;

/// How deep arrays and objects may lie in each other.
pub const DEPTH_MAX: u8 = 32;
/// The largest integer, and the smallest with a minus sign: 2^53 − 1.
pub const INTEGER_MAX: i64 = (1 << 53) - 1;
/// Bytes of the salt of a private text.
pub const SALT_BYTES: usize = 16;
/// Characters of a private text's digest in base64url.
pub const PRIVATE_DIGEST_CHARS: usize = 43;

/// Why a value has no canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JsonError {
    /// A fraction, or an integer outside ±(2^53 − 1).
    #[error("not an integer within 2^53: `{0}`")]
    Number(String),
    /// Deeper than [`DEPTH_MAX`].
    #[error("nested deeper than {DEPTH_MAX}")]
    TooDeep,
}

/// Writes the canonical bytes of `value`.
///
/// # Errors
/// A number that is no integer within ±(2^53 − 1), or nesting too deep.
pub fn to_canonical(value: &Value) -> Result<Vec<u8>, JsonError> {
    let mut bytes = Vec::new();
    write_value(&mut bytes, value, 0)?;
    Ok(bytes)
}

/// An object written field by field, for a writer that has its fields at hand and need not build a
/// [`Value`] of them first. The keys must come in canonical order, which for plain lower-case words is
/// that of the alphabet.
#[derive(Debug)]
pub struct ObjectWriter {
    bytes: Vec<u8>,
}

impl ObjectWriter {
    /// An object without fields, with room for so many bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes) }
    }

    fn key(&mut self, key: &str) {
        self.bytes.push(if self.bytes.is_empty() { b'{' } else { b',' });
        write_string(&mut self.bytes, key);
        self.bytes.push(b':');
    }

    /// A text, or `null`.
    pub fn text(&mut self, key: &str, text: Option<&str>) -> &mut Self {
        self.key(key);
        match text {
            Some(text) => write_string(&mut self.bytes, text),
            None => self.bytes.extend_from_slice(b"null"),
        }
        self
    }

    /// A list of texts.
    pub fn texts<'t>(&mut self, key: &str, texts: impl IntoIterator<Item = &'t str>) -> &mut Self {
        self.key(key);
        let mut before = b'[';
        for text in texts {
            self.bytes.push(before);
            write_string(&mut self.bytes, text);
            before = b',';
        }
        self.bytes.extend_from_slice(if before == b'[' { b"[]" } else { b"]" });
        self
    }

    /// An integer.
    ///
    /// # Errors
    /// [`JsonError::Number`] outside ±(2^53 − 1).
    pub fn integer(&mut self, key: &str, integer: i64) -> Result<&mut Self, JsonError> {
        self.key(key);
        write_value(&mut self.bytes, &Value::from(integer), 1)?;
        Ok(self)
    }

    /// An object within.
    ///
    /// # Errors
    /// As [`to_canonical`].
    pub fn object(&mut self, key: &str, fields: &Map<String, Value>) -> Result<&mut Self, JsonError> {
        self.key(key);
        write_object(&mut self.bytes, fields, 1)?;
        Ok(self)
    }

    /// The canonical bytes.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        if self.bytes.is_empty() {
            self.bytes.push(b'{');
        }
        self.bytes.push(b'}');
        self.bytes
    }
}

/// Reads canonical bytes.
///
/// # Errors
/// Everything that [`to_canonical`] would not have written byte for byte.
pub fn parse_canonical(bytes: &[u8]) -> Result<Value, ScanError> {
    let mut scanner = Scanner::new(bytes)?;
    let value = read_value(&mut scanner, 0)?;
    scanner.end()?;
    Ok(value)
}

/// The digest of a private text for a leaf's `private` field: base64url
/// without padding of SHA-256 of the salt and the text's canonical bytes.
#[must_use]
pub fn private_digest(salt: &[u8; SALT_BYTES], canonical: &[u8]) -> String {
    let digest = Sha256::new().chain_update(salt).chain_update(canonical).finalize();
    URL_SAFE_NO_PAD.encode(digest)
}

fn write_value(bytes: &mut Vec<u8>, value: &Value, depth: u8) -> Result<(), JsonError> {
    match value {
        Value::Null => bytes.extend_from_slice(b"null"),
        Value::Bool(true) => bytes.extend_from_slice(b"true"),
        Value::Bool(false) => bytes.extend_from_slice(b"false"),
        Value::Number(number) => {
            let integer = number.as_i64().filter(|n| (-INTEGER_MAX..=INTEGER_MAX).contains(n));
            let integer = integer.ok_or_else(|| JsonError::Number(number.to_string()))?;
            bytes.extend_from_slice(integer.to_string().as_bytes());
        }
        Value::String(text) => write_string(bytes, text),
        Value::Array(items) => {
            let depth = deeper(depth).ok_or(JsonError::TooDeep)?;
            bytes.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    bytes.push(b',');
                }
                write_value(bytes, item, depth)?;
            }
            bytes.push(b']');
        }
        Value::Object(fields) => write_object(bytes, fields, depth)?,
    }
    Ok(())
}

fn write_object(bytes: &mut Vec<u8>, fields: &Map<String, Value>, depth: u8) -> Result<(), JsonError> {
    let depth = deeper(depth).ok_or(JsonError::TooDeep)?;
    let mut sorted: Vec<(&String, &Value)> = fields.iter().collect();
    sorted.sort_by(|(a, _), (b, _)| compare_decoded(a, b));
    bytes.push(b'{');
    for (place, (key, value)) in sorted.into_iter().enumerate() {
        if place > 0 {
            bytes.push(b',');
        }
        write_string(bytes, key);
        bytes.push(b':');
        write_value(bytes, value, depth)?;
    }
    bytes.push(b'}');
    Ok(())
}

fn write_string(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(b'"');
    // Nearly every text has nothing to be escaped.
    if text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(b'"');
        return;
    }
    for byte in text.bytes() {
        match byte {
            b'"' => bytes.extend_from_slice(b"\\\""),
            b'\\' => bytes.extend_from_slice(b"\\\\"),
            0x08 => bytes.extend_from_slice(b"\\b"),
            0x09 => bytes.extend_from_slice(b"\\t"),
            0x0a => bytes.extend_from_slice(b"\\n"),
            0x0c => bytes.extend_from_slice(b"\\f"),
            0x0d => bytes.extend_from_slice(b"\\r"),
            0x00..=0x1f => bytes.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => bytes.push(byte),
        }
    }
    bytes.push(b'"');
}

fn read_value(scanner: &mut Scanner<'_>, depth: u8) -> Result<Value, ScanError> {
    match scanner.peek() {
        Some(b'"') => Ok(Value::String(unescape(scanner.string()?))),
        Some(b'{') => {
            let depth = deeper(depth).ok_or_else(|| scanner.error("nested too deep"))?;
            let mut fields = Map::new();
            scanner.object(|scanner, key| {
                fields.insert(unescape(key), read_value(scanner, depth)?);
                Ok(())
            })?;
            Ok(Value::Object(fields))
        }
        Some(b'[') => {
            let depth = deeper(depth).ok_or_else(|| scanner.error("nested too deep"))?;
            let mut items = Vec::new();
            scanner.array(|scanner| {
                items.push(read_value(scanner, depth)?);
                Ok(())
            })?;
            Ok(Value::Array(items))
        }
        Some(b't') => scanner.literal(b"true").map(|()| Value::Bool(true)),
        Some(b'f') => scanner.literal(b"false").map(|()| Value::Bool(false)),
        Some(b'n') => scanner.literal(b"null").map(|()| Value::Null),
        _ => scanner.integer().map(Value::from),
    }
}

fn deeper(depth: u8) -> Option<u8> {
    (depth < DEPTH_MAX).then_some(depth + 1)
}
