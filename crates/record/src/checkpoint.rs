//! Checkpoints: the size and root of the tree, signed
//! (<https://c2sp.org/tlog-checkpoint>).
//!
//! Whoever keeps a checkpoint elsewhere can later show that nothing before it
//! was altered, removed or put in another order.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use thiserror::Error;

use crate::hash::Hash;
use crate::key::{SignError, Signer, VerifierKey};
use crate::note::{Note, NoteError};

/// What a checkpoint states.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Checkpoint {
    /// Which log: a unique name such as `sekisho.example/nishimeya`.
    pub origin: String,
    /// Leaves in the tree.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
    /// Further lines; Sekisho writes none.
    pub extensions: Vec<String>,
}

/// Why a checkpoint cannot be read, made or believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CheckpointError {
    /// Fewer than three lines, an empty line, or no newline at the end.
    #[error("checkpoint needs three non-empty lines")]
    Lines,
    /// The size is not a plain decimal number.
    #[error("not a tree size: `{0}`")]
    Size(String),
    /// The root is not the base64 of 32 bytes.
    #[error("not a root hash: `{0}`")]
    Root(String),
    /// The origin or an extension would break the lines.
    #[error("line cannot stand in a checkpoint: `{0}`")]
    BadLine(String),
    /// The checkpoint is of another log.
    #[error("checkpoint of `{found}`, not of `{expected}`")]
    Origin {
        /// The log expected.
        expected: String,
        /// The log named in the checkpoint.
        found: String,
    },
    /// The note around it is malformed or not signed by the key.
    #[error("the checkpoint's note does not hold")]
    Note(#[from] NoteError),
    /// The key did not sign.
    #[error("the checkpoint was not signed")]
    Sign(#[from] SignError),
}

impl Checkpoint {
    /// A checkpoint without extension lines.
    #[must_use]
    pub fn new(origin: &str, size: u64, root: Hash) -> Self {
        Self { origin: origin.to_owned(), size, root, extensions: Vec::new() }
    }

    /// Reads the text of a checkpoint's note.
    ///
    /// # Errors
    /// Every spelling but the one that [`Checkpoint`] prints.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let text = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::Lines);
        };
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if origin.is_empty() || extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::Lines);
        }
        let number = size.parse::<u64>().ok().filter(|number| number.to_string() == size);
        let number = number.ok_or_else(|| CheckpointError::Size(size.to_owned()))?;
        let hash = BASE64.decode(root).ok().and_then(|bytes| Hash::from_slice(&bytes));
        let hash = hash.ok_or_else(|| CheckpointError::Root(root.to_owned()))?;
        Ok(Self { origin: origin.to_owned(), size: number, root: hash, extensions })
    }

    /// Signs the checkpoint with the log's key.
    ///
    /// # Errors
    /// A line that cannot stand in a checkpoint, or a key that cannot sign.
    pub fn sign(&self, signer: &dyn Signer) -> Result<SignedCheckpoint, CheckpointError> {
        let lines = self.extensions.iter().chain([&self.origin]);
        for line in lines {
            if line.is_empty() || line.chars().any(char::is_control) {
                return Err(CheckpointError::BadLine(line.clone()));
            }
        }
        let mut note = Note::new(&self.to_string())?;
        note.sign(signer)?;
        Ok(SignedCheckpoint { checkpoint: self.clone(), note })
    }
}

impl fmt::Display for Checkpoint {
    /// Prints the note's text, with its last newline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.origin)?;
        writeln!(f, "{}", self.size)?;
        writeln!(f, "{}", BASE64.encode(self.root.as_bytes()))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A checkpoint with its note, read but not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Reads a signed checkpoint. This checks no signature.
    ///
    /// # Errors
    /// Anything that is not a note around a checkpoint.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let note = Note::parse(bytes)?;
        Ok(Self { checkpoint: Checkpoint::parse(note.text())?, note })
    }

    /// Believes the checkpoint if it is of the log that `key` is named after
    /// and `key` signed it.
    ///
    /// # Errors
    /// Another origin, or no sound signature of `key`.
    pub fn verify(&self, key: &VerifierKey) -> Result<&Checkpoint, CheckpointError> {
        if self.checkpoint.origin != key.name() {
            return Err(CheckpointError::Origin {
                expected: key.name().to_owned(),
                found: self.checkpoint.origin.clone(),
            });
        }
        self.note.verify(&[key])?;
        Ok(&self.checkpoint)
    }

    /// What it states, believed or not.
    #[must_use]
    pub const fn stated(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note, with all signature lines.
    #[must_use]
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// Adds a signature line, such as a witness's cosignature.
    pub fn add(&mut self, signature: crate::note::NoteSignature) {
        self.note.add(signature);
    }

    /// The bytes as they are stored and served.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.note.to_bytes()
    }
}
