//! Signed notes with Ed25519 (<https://c2sp.org/signed-note>).
//!
//! A note is a text, an empty line, and one line for each signature. Lines of
//! keys that the reader does not know are ignored; a line of a known key must
//! hold, and at least one must be there.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use thiserror::Error;

use crate::key::{KeyKind, SIGNATURE_BYTES, SignError, Signer, VerifierKey};

/// The longest note that is read, in bytes.
pub const NOTE_BYTES_MAX: usize = 1_000_000;
/// The most signature lines that are read.
pub const SIGNATURES_MAX: usize = 64;

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// Name of the key.
    pub name: String,
    /// Short identifier of the key.
    pub key_id: u32,
    /// What follows the identifier: 64 bytes for Ed25519.
    pub bytes: Vec<u8>,
}

/// A text with its signatures, which are not yet believed: see [`Note::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// Why bytes are not a signed note, or a note is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoteError {
    /// Longer than [`NOTE_BYTES_MAX`].
    #[error("note of {0} bytes is too long")]
    TooLong(usize),
    /// Not UTF-8, or with control characters.
    #[error("note is not plain text")]
    NotText,
    /// The text does not end in a newline, or no signature part follows.
    #[error("note has no text or no signatures")]
    Malformed,
    /// A signature line is not of the one form allowed.
    #[error("malformed signature line `{0}`")]
    BadLine(String),
    /// More than [`SIGNATURES_MAX`] lines.
    #[error("note has too many signatures")]
    TooManySignatures,
    /// A known key's signature does not hold.
    #[error("signature of `{0}` does not hold")]
    BadSignature(String),
    /// The same known key signed twice.
    #[error("`{0}` signed twice")]
    Doubled(String),
    /// No known key signed.
    #[error("no known key signed the note")]
    NoKnownKey,
}

impl Note {
    /// A note without signatures. `text` must end in a newline.
    ///
    /// # Errors
    /// A text that could not be read back.
    pub fn new(text: &str) -> Result<Self, NoteError> {
        check_text(text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::Malformed);
        }
        Ok(Self { text: text.to_owned(), signatures: Vec::new() })
    }

    /// The signed text, with its last newline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signature lines, believed or not.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds the signature of `signer`.
    ///
    /// # Errors
    /// When the key (a file, a device) cannot sign.
    pub fn sign(&mut self, signer: &dyn Signer) -> Result<(), SignError> {
        let bytes = signer.sign(self.text.as_bytes())?.to_vec();
        let key = signer.verifier();
        self.add(NoteSignature { name: key.name().to_owned(), key_id: key.id(), bytes });
        Ok(())
    }

    /// Adds a signature line made elsewhere, such as a witness's.
    pub fn add(&mut self, signature: NoteSignature) {
        self.signatures.push(signature);
    }

    /// Reads a note. This believes nothing yet.
    ///
    /// # Errors
    /// Anything but the one form that [`Note::to_bytes`] writes.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong(bytes.len()));
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::NotText)?;
        check_text(whole)?;
        let (text, lines) = whole.rsplit_once("\n\n").ok_or(NoteError::Malformed)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed)?;
        if lines.lines().count() > SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures);
        }
        let signatures = lines.split('\n').map(parse_line).collect::<Result<_, _>>()?;
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// The bytes of the note.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    /// Checks the signatures of all `known` keys and gives those that signed,
    /// each with its line.
    ///
    /// # Errors
    /// A known key's signature that does not hold or is there twice, or no
    /// signature of a known key.
    pub fn verify<'a>(
        &'a self,
        known: &[&'a VerifierKey],
    ) -> Result<Vec<(&'a VerifierKey, &'a NoteSignature)>, NoteError> {
        let mut verified: Vec<(&VerifierKey, &NoteSignature)> = Vec::new();
        for signature in &self.signatures {
            let of_line = |key: &&&VerifierKey| key.name() == signature.name && key.id() == signature.key_id;
            let Some(key) = known.iter().find(of_line) else { continue };
            if verified.iter().any(|(before, _)| before == key) {
                return Err(NoteError::Doubled(signature.name.clone()));
            }
            if !holds(&self.text, key, signature) {
                return Err(NoteError::BadSignature(signature.name.clone()));
            }
            verified.push((key, signature));
        }
        if verified.is_empty() { Err(NoteError::NoKnownKey) } else { Ok(verified) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signature in &self.signatures {
            let mut bytes = signature.key_id.to_be_bytes().to_vec();
            bytes.extend_from_slice(&signature.bytes);
            writeln!(f, "\u{2014} {} {}", signature.name, BASE64.encode(bytes))?;
        }
        Ok(())
    }
}

fn holds(text: &str, key: &VerifierKey, signature: &NoteSignature) -> bool {
    match key.kind() {
        KeyKind::Ed25519 => key.verify(text.as_bytes(), &signature.bytes),
        KeyKind::CosignatureV1 => cosignature_time(text, key, &signature.bytes).is_some(),
    }
}

/// The time in a cosignature (8 bytes of time, 64 of signature) that holds.
pub(crate) fn cosignature_time(text: &str, key: &VerifierKey, bytes: &[u8]) -> Option<u64> {
    let (time, signature) = bytes.split_first_chunk::<8>()?;
    let at_s = u64::from_be_bytes(*time);
    let sound = key.kind() == KeyKind::CosignatureV1
        && i64::try_from(at_s).is_ok()
        && signature.len() == SIGNATURE_BYTES
        && key.verify(cosigned_message(text, at_s).as_bytes(), signature);
    sound.then_some(at_s)
}

/// What a witness signs (tlog-cosignature).
pub(crate) fn cosigned_message(text: &str, at_s: u64) -> String {
    format!("cosignature/v1\ntime {at_s}\n{text}")
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if text.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return Err(NoteError::NotText);
    }
    Ok(())
}

fn parse_line(line: &str) -> Result<NoteSignature, NoteError> {
    let bad = || NoteError::BadLine(line.to_owned());
    let (name, encoded) = line.strip_prefix("\u{2014} ").and_then(|rest| rest.split_once(' ')).ok_or_else(bad)?;
    let decoded = BASE64.decode(encoded).map_err(|_| bad())?;
    let (key_id, bytes) = decoded.split_first_chunk::<4>().ok_or_else(bad)?;
    if !crate::key::is_name(name) || bytes.is_empty() {
        return Err(bad());
    }
    Ok(NoteSignature { name: name.to_owned(), key_id: u32::from_be_bytes(*key_id), bytes: bytes.to_vec() })
}
