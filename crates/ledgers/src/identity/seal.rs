//! Encryption at rest of one identity record.
//!
//! AES-256-GCM. The sealed bytes are `version (1) ‖ key id (4, big-endian) ‖ nonce (12) ‖
//! ciphertext and tag`. Version, key id and the person's pseudonym are authenticated, so a sealed
//! row cannot be moved to another person. The plain text is the record's JSON, padded with spaces
//! to a multiple of [`PAD_BYTES`], so that the length says little about the name.
//!
//! The caller draws the nonce from a cryptographic random source and never uses one twice under a
//! key; under one key at most 2^32 records are to be sealed (NIST SP 800-38D, section 8.3).

use super::record::IdentityRecord;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::fmt;

/// Version of the sealed form, its first byte.
pub const SEAL_VERSION: u8 = 1;

/// Bytes of the nonce the caller gives.
pub const NONCE_BYTES: usize = NONCE_LEN;

/// Plain text is padded to a multiple of this many bytes.
pub const PAD_BYTES: usize = 256;

const HEADER_BYTES: usize = 5;

/// A key that seals records, with the number by which sealed rows name it.
pub struct SealKey {
    id: u32,
    key: LessSafeKey,
}

impl SealKey {
    /// A key from 32 secret random bytes; `id` tells it from the keys before and after it.
    ///
    /// # Errors
    /// [`SealError::Key`] when the cipher refuses the key.
    pub fn new(id: u32, secret: &[u8; 32]) -> Result<Self, SealError> {
        let key = UnboundKey::new(&AES_256_GCM, secret).map_err(|_| SealError::Key)?;
        Ok(Self { id, key: LessSafeKey::new(key) })
    }

    /// The number of the key.
    pub const fn id(&self) -> u32 {
        self.id
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKey({}, ***)", self.id)
    }
}

/// Why a record cannot be sealed or opened. No variant holds anything of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The key does not fit the cipher.
    #[error("暗号鍵を使えません。システム管理者に連絡し、鍵の設定を確かめてください")]
    Key,
    /// Encryption failed.
    #[error("本人確認情報を暗号化できません。システム管理者に連絡してください")]
    Encrypt,
    /// The sealed bytes end too early.
    #[error("保管された本人確認情報が途中で切れています。システム管理者に連絡し、控えから戻してください")]
    Truncated,
    /// The sealed bytes were written in a form this program does not know.
    #[error("本人確認情報の保管形式（第{0}版）を読めません。プログラムを新しい版にしてください")]
    Version(u8),
    /// Sealed under another key.
    #[error("本人確認情報は鍵{sealed}で暗号化されていますが、鍵{given}で開こうとしました。鍵の設定を確かめてください")]
    OtherKey {
        /// Number of the key that sealed it.
        sealed: u32,
        /// Number of the key given.
        given: u32,
    },
    /// Altered, moved from another person, or the wrong secret under the right number.
    #[error("保管された本人確認情報が改変されているか、鍵が違います。操作をやめ、システム管理者に連絡してください")]
    Altered,
    /// Decrypted well, but is no identity record.
    #[error("保管された本人確認情報の中身を読めません。システム管理者に連絡してください")]
    Content,
}

impl SealError {
    /// A short stable code for the log and the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Key => "seal_key",
            Self::Encrypt => "seal_encrypt",
            Self::Truncated => "seal_truncated",
            Self::Version(_) => "seal_version",
            Self::OtherKey { .. } => "seal_other_key",
            Self::Altered => "seal_altered",
            Self::Content => "seal_content",
        }
    }
}

/// Encrypts a record for the person with pseudonym `subject` (see
/// [`subject_key`](super::blind::subject_key)).
///
/// # Errors
/// [`SealError::Encrypt`] when the record cannot be written or encrypted.
pub fn seal(
    record: &IdentityRecord,
    subject: &str,
    key: &SealKey,
    nonce: [u8; NONCE_BYTES],
) -> Result<Vec<u8>, SealError> {
    let mut body = serde_json::to_vec(record).map_err(|_| SealError::Encrypt)?;
    body.resize(body.len().next_multiple_of(PAD_BYTES), b' ');
    let header = header(key.id);
    key.key
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad(header, subject), &mut body)
        .map_err(|_| SealError::Encrypt)?;
    let mut sealed = Vec::with_capacity(HEADER_BYTES + NONCE_BYTES + body.len());
    sealed.extend_from_slice(&header);
    sealed.extend_from_slice(&nonce);
    sealed.append(&mut body);
    Ok(sealed)
}

/// Decrypts what [`seal`] made for the same person and key.
///
/// # Errors
/// [`SealError`] telling a truncated row, another key, an altered row and unknown forms apart.
pub fn open(sealed: &[u8], subject: &str, key: &SealKey) -> Result<IdentityRecord, SealError> {
    let sealed_by = key_id(sealed)?;
    if sealed_by != key.id {
        return Err(SealError::OtherKey { sealed: sealed_by, given: key.id });
    }
    let rest = sealed.get(HEADER_BYTES..).ok_or(SealError::Truncated)?;
    let (nonce, body) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::Truncated)?;
    let mut body = body.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let plain =
        key.key.open_in_place(nonce, aad(header(key.id), subject), &mut body).map_err(|_| SealError::Altered)?;
    serde_json::from_slice(plain).map_err(|_| SealError::Content)
}

/// The number of the key that sealed these bytes, for choosing among keys during a change of keys.
///
/// # Errors
/// [`SealError::Truncated`] or [`SealError::Version`].
pub fn key_id(sealed: &[u8]) -> Result<u32, SealError> {
    match sealed.split_first() {
        None => Err(SealError::Truncated),
        Some((&SEAL_VERSION, rest)) => rest.first_chunk().map(|id| u32::from_be_bytes(*id)).ok_or(SealError::Truncated),
        Some((&version, _)) => Err(SealError::Version(version)),
    }
}

fn header(id: u32) -> [u8; HEADER_BYTES] {
    let [a, b, c, d] = id.to_be_bytes();
    [SEAL_VERSION, a, b, c, d]
}

fn aad(header: [u8; HEADER_BYTES], subject: &str) -> Aad<Vec<u8>> {
    let mut bound = b"sekisho-identity-seal\0".to_vec();
    bound.extend_from_slice(&header);
    bound.extend_from_slice(subject.as_bytes());
    Aad::from(bound)
}

#[cfg(test)]
mod tests;
