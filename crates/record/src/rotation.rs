//! Which key signs the log, from its opening through every rotation.
//!
//! `log.open` names the first key. `log.rotate_key` names the key in force and
//! the one that follows, and the key in force signs that: so whoever trusts
//! one key of the chain can follow it, and the database alone cannot bring in
//! a key of its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::key::{KeyKind, SignError, Signer, VerifierKey};

/// The public fields of `log.open`: the log's name and its first key.
#[must_use]
pub fn open_body(first: &VerifierKey) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("origin".to_owned(), first.name().into());
    body.insert("vkey".to_owned(), first.to_string().into());
    body
}

/// The public fields of `log.rotate_key`, signed by the key in force.
///
/// # Errors
/// When the key in force cannot sign.
pub fn rotate_body(in_force: &dyn Signer, next: &VerifierKey) -> Result<Map<String, Value>, SignError> {
    let old = in_force.verifier();
    let signature = in_force.sign(rotation_text(old, next).as_bytes())?;
    let mut body = Map::new();
    body.insert("new".to_owned(), next.to_string().into());
    body.insert("old".to_owned(), old.to_string().into());
    body.insert("sig".to_owned(), BASE64.encode(signature).into());
    Ok(body)
}

/// Why an event does not belong in the chain of keys.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RotationError {
    /// The body does not name what it must, or not a log's key.
    #[error("the event does not name its keys")]
    Malformed,
    /// The old key is not the one in force.
    #[error("the key to be replaced is not in force")]
    NotInForce,
    /// The new key was in force before, or belongs to another log.
    #[error("the new key cannot come into force")]
    NotNew,
    /// The key in force did not sign the rotation.
    #[error("the key in force did not sign the rotation")]
    Unsigned,
}

/// The keys of a log in the order in which they came into force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChain {
    /// Each key with the smallest tree size it signs.
    keys: Vec<(u64, VerifierKey)>,
}

impl KeyChain {
    /// Begins with the body of `log.open`, event 0.
    ///
    /// # Errors
    /// A body that does not name the log and its key.
    pub fn open(body: &Value) -> Result<Self, RotationError> {
        let key = named_key(body, "vkey")?;
        if body.get("origin").and_then(Value::as_str) != Some(key.name()) {
            return Err(RotationError::Malformed);
        }
        Ok(Self { keys: vec![(0, key)] })
    }

    /// Follows the rotation recorded as event `seq`; a tree that holds it is
    /// signed with the new key.
    ///
    /// # Errors
    /// A rotation that the key in force did not sign.
    pub fn rotate(&mut self, seq: u64, body: &Value) -> Result<(), RotationError> {
        let (old, new) = (named_key(body, "old")?, named_key(body, "new")?);
        if self.last() != Some(&old) {
            return Err(RotationError::NotInForce);
        }
        if new.name() != old.name() || self.keys().any(|key| *key == new) {
            return Err(RotationError::NotNew);
        }
        let signature = body.get("sig").and_then(Value::as_str);
        let signature = signature.and_then(|text| BASE64.decode(text).ok());
        let signature = signature.ok_or(RotationError::Malformed)?;
        if !old.verify(rotation_text(&old, &new).as_bytes(), &signature) {
            return Err(RotationError::Unsigned);
        }
        self.keys.push((seq.saturating_add(1), new));
        Ok(())
    }

    /// The key that signs checkpoints of a tree of `size` leaves.
    #[must_use]
    pub fn in_force(&self, size: u64) -> Option<&VerifierKey> {
        self.keys.iter().rev().find(|(from, _)| *from <= size).map(|(_, key)| key)
    }

    /// The key that came into force last.
    #[must_use]
    pub fn last(&self) -> Option<&VerifierKey> {
        self.keys.last().map(|(_, key)| key)
    }

    /// All keys, oldest first.
    pub fn keys(&self) -> impl Iterator<Item = &VerifierKey> {
        self.keys.iter().map(|(_, key)| key)
    }
}

/// What the key in force signs to hand over.
fn rotation_text(old: &VerifierKey, new: &VerifierKey) -> String {
    format!("sekisho log.rotate_key/v1\n{}\n{old}\n{new}\n", old.name())
}

fn named_key(body: &Value, field: &str) -> Result<VerifierKey, RotationError> {
    let vkey = body.get(field).and_then(Value::as_str).ok_or(RotationError::Malformed)?;
    let key = VerifierKey::parse(vkey).map_err(|_| RotationError::Malformed)?;
    if key.kind() == KeyKind::Ed25519 { Ok(key) } else { Err(RotationError::Malformed) }
}
