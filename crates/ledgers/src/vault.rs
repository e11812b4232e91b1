//! Personal text: sealed beside the record, so that it can be erased and every proof stays valid.
//!
//! The leaf holds only a salted digest. The salt and the text lie together in an encrypted blob
//! that the store may delete at any time (ChaCha20-Poly1305, RFC 8439; the event's number and the
//! blob's version are authenticated with it).

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sekisho_record::json::SALT_BYTES;
use serde_json::Value as Json;

use crate::event::Body;
use crate::ports::{Entropy, EntropyError};

const VERSION: u8 = 1;

/// Seals and opens the personal text of events.
pub struct Vault {
    key: LessSafeKey,
}

/// Text ready for the store, and the digest for the leaf.
#[derive(Debug)]
pub struct Sealed {
    /// The encrypted blob.
    pub blob: Vec<u8>,
    /// The salted digest, as the leaf holds it.
    pub digest: String,
}

/// Why a text could not be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The system gave no randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The text cannot be written in canonical JSON.
    #[error("not canonical: {0}")]
    Text(String),
    /// The blob is damaged, belongs to another event, or was sealed with another key.
    #[error("the sealed text of event {0} cannot be opened")]
    Unopened(u64),
    /// The key is not 32 bytes.
    #[error("the text key must have 32 bytes")]
    Key,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// A vault under a 32-byte key.
    ///
    /// # Errors
    /// [`VaultError::Key`] for another length.
    pub fn new(key: &[u8]) -> Result<Self, VaultError> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, key).map_err(|_| VaultError::Key)?;
        Ok(Self { key: LessSafeKey::new(key) })
    }

    /// Seals the personal text of event `seq`.
    ///
    /// # Errors
    /// Without randomness, or when a field cannot be written in canonical JSON.
    pub fn seal(&self, seq: u64, text: &Body, entropy: &dyn Entropy) -> Result<Sealed, VaultError> {
        let canonical = sekisho_record::json::to_canonical(&Json::Object(text.clone()))
            .map_err(|e| VaultError::Text(e.to_string()))?;
        // Drawn together: asking the system costs more than what it gives.
        let mut drawn = [0; SALT_BYTES + NONCE_LEN];
        entropy.fill(&mut drawn)?;
        let (Some(salt), Some(nonce)) = (drawn.first_chunk::<SALT_BYTES>(), drawn.last_chunk::<NONCE_LEN>()) else {
            return Err(VaultError::Unopened(seq));
        };
        let digest = sekisho_record::json::private_digest(salt, &canonical);
        let mut sealed = [salt.as_slice(), &canonical].concat();
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(*nonce), Aad::from(bound_to(seq)), &mut sealed)
            .map_err(|_| VaultError::Unopened(seq))?;
        let blob = [[VERSION].as_slice(), nonce, &sealed].concat();
        Ok(Sealed { blob, digest })
    }

    /// Opens the personal text of event `seq`.
    ///
    /// # Errors
    /// [`VaultError::Unopened`] for a damaged blob or one of another event.
    pub fn open(&self, seq: u64, blob: &[u8]) -> Result<Body, VaultError> {
        let (_, canonical) = self.unseal(seq, blob)?;
        match serde_json::from_slice(&canonical) {
            Ok(Json::Object(text)) => Ok(text),
            _ => Err(VaultError::Unopened(seq)),
        }
    }

    /// The salt and the canonical JSON from which the leaf's digest is made, for the verifier.
    ///
    /// # Errors
    /// [`VaultError::Unopened`] for a damaged blob or one of another event.
    pub fn unseal(&self, seq: u64, blob: &[u8]) -> Result<([u8; SALT_BYTES], Vec<u8>), VaultError> {
        let fail = || VaultError::Unopened(seq);
        let (version, rest) = blob.split_first().ok_or_else(fail)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE_LEN).ok_or_else(fail)?;
        if *version != VERSION {
            return Err(fail());
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| fail())?;
        let mut sealed = sealed.to_vec();
        let plain = self.key.open_in_place(nonce, Aad::from(bound_to(seq)), &mut sealed).map_err(|_| fail())?;
        let (salt, canonical) = plain.split_first_chunk::<SALT_BYTES>().ok_or_else(fail)?;
        Ok((*salt, canonical.to_vec()))
    }
}

fn bound_to(seq: u64) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = seq.to_be_bytes();
    [VERSION, a, b, c, d, e, f, g, h]
}
