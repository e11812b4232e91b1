//! An offline proof of one entry: place, sibling hashes and checkpoint in one
//! text (<https://c2sp.org/tlog-proof>).
//!
//! The `extra` line carries the entry's own bytes, so the file alone, with the
//! log's vkey, shows what was recorded. They are believed only because their
//! hash leads to the checkpoint's root.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use thiserror::Error;

use crate::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use crate::hash::{Hash, leaf_hash};
use crate::key::VerifierKey;
use crate::note::NOTE_BYTES_MAX;
use crate::proof::{CheckError, verify_inclusion};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
/// The most sibling hashes a proof can have: one for each bit of a size.
const HASHES_MAX: usize = 64;

/// A proof that one entry stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogProof {
    /// The entry's bytes; without them the checker must have them already.
    pub entry: Option<Vec<u8>>,
    /// The entry's place in the log, from 0.
    pub index: u64,
    /// The sibling hashes from the leaf upwards.
    pub hashes: Vec<Hash>,
    /// The checkpoint they lead to.
    pub checkpoint: SignedCheckpoint,
}

/// Why a proof cannot be read or does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LogProofError {
    /// Not the proof format.
    #[error("not a proof of c2sp.org/tlog-proof@v1: {0}")]
    Malformed(&'static str),
    /// The checkpoint in it cannot be read or believed.
    #[error("the proof's checkpoint does not hold")]
    Checkpoint(#[from] CheckpointError),
    /// The hashes do not lead to the checkpoint's root.
    #[error("the proof does not show the entry")]
    Proof(#[from] CheckError),
    /// The proof carries no entry and none was given.
    #[error("the proof carries no entry")]
    NoEntry,
}

impl LogProof {
    /// Reads a proof. This believes nothing yet.
    ///
    /// # Errors
    /// Every spelling but the one that [`LogProof`] prints.
    pub fn parse(bytes: &[u8]) -> Result<Self, LogProofError> {
        let bad = LogProofError::Malformed;
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(bad("too long"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| bad("not UTF-8"))?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(bad("no checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(bad("first line"));
        }
        let extra = lines.next_if(|line| line.starts_with("extra "));
        let entry = extra.and_then(|line| line.strip_prefix("extra "));
        let entry = entry.map(|data| BASE64.decode(data)).transpose();
        let entry = entry.map_err(|_| bad("extra line"))?;
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = index.and_then(|digits| digits.parse::<u64>().ok().filter(|number| number.to_string() == digits));
        let index = index.ok_or(bad("index line"))?;
        let decode = |line: &str| BASE64.decode(line).ok().and_then(|b| Hash::from_slice(&b));
        let hashes: Option<Vec<Hash>> = lines.map(decode).collect();
        let hashes = hashes.filter(|hashes| hashes.len() <= HASHES_MAX).ok_or(bad("hash line"))?;
        let checkpoint = SignedCheckpoint::parse(checkpoint.as_bytes())?;
        Ok(Self { entry, index, hashes, checkpoint })
    }

    /// Checks the proof against the log's key and gives the entry shown and
    /// the checkpoint it is in.
    ///
    /// # Errors
    /// A checkpoint not signed by `key`, or hashes that do not lead to it.
    pub fn verify(&self, key: &VerifierKey) -> Result<(&[u8], &Checkpoint), LogProofError> {
        let entry = self.entry.as_deref().ok_or(LogProofError::NoEntry)?;
        let checkpoint = self.verify_entry(entry, key)?;
        Ok((entry, checkpoint))
    }

    /// Checks the proof for an entry that the caller holds.
    ///
    /// # Errors
    /// The same as [`LogProof::verify`].
    pub fn verify_entry(&self, entry: &[u8], key: &VerifierKey) -> Result<&Checkpoint, LogProofError> {
        let checkpoint = self.checkpoint.verify(key)?;
        let (size, root) = (checkpoint.size, &checkpoint.root);
        verify_inclusion(&self.hashes, self.index, &leaf_hash(entry), size, root)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for LogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(entry) = &self.entry {
            writeln!(f, "extra {}", BASE64.encode(entry))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.hashes {
            writeln!(f, "{}", BASE64.encode(hash.as_bytes()))?;
        }
        write!(f, "\n{}", self.checkpoint.note())
    }
}
