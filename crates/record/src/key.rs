//! Keys of signed notes: who signs, and how others know the key.
//!
//! The text forms are those of <https://c2sp.org/signed-note>: a *vkey* is
//! public, an *skey* is secret and held in memory that is wiped after use.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey as Ed25519Key, VerifyingKey};
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use crate::hash::sha256;

/// Bytes of a secret seed, and of a public key.
pub const KEY_BYTES: usize = 32;
/// Bytes of an Ed25519 signature.
pub const SIGNATURE_BYTES: usize = 64;

const SECRET_PREFIX: &str = "PRIVATE+KEY+";

/// What a key signs: the type byte of the note format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// The note's text itself (type 1).
    Ed25519,
    /// A checkpoint with the time at which a witness saw it (type 4).
    CosignatureV1,
}

impl KeyKind {
    const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
        }
    }

    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::Ed25519),
            0x04 => Some(Self::CosignatureV1),
            _ => None,
        }
    }
}

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Empty, or with spaces, control characters or a plus sign.
    #[error("not a key name: `{0}`")]
    BadName(String),
    /// Not of the form `name+id+key`. A secret key is never repeated here.
    #[error("malformed key")]
    Malformed,
    /// The identifier is not that of the name and key.
    #[error("the key's identifier does not belong to it")]
    WrongId,
    /// Not a point of the curve, or a weak one.
    #[error("not an Ed25519 public key")]
    BadKey,
}

/// A public key with its name, as a reader knows it.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: KeyKind,
    id: u32,
    key: VerifyingKey,
}

impl VerifierKey {
    /// A key from its name, kind and 32 public bytes.
    ///
    /// # Errors
    /// A bad name, or bytes that are not a sound public key.
    pub fn new(name: &str, kind: KeyKind, public: &[u8; KEY_BYTES]) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::BadName(name.to_owned()));
        }
        let key = VerifyingKey::from_bytes(public).map_err(|_| KeyError::BadKey)?;
        if key.is_weak() {
            return Err(KeyError::BadKey);
        }
        Ok(Self { name: name.to_owned(), kind, id: key_id(name, kind, public), key })
    }

    /// Reads a vkey: `name+8 hex digits+base64 of the type byte and the key`.
    ///
    /// # Errors
    /// Every spelling but the one that [`VerifierKey`] prints.
    pub fn parse(vkey: &str) -> Result<Self, KeyError> {
        let mut parts = vkey.splitn(3, '+');
        let (Some(name), Some(id), Some(data)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Malformed);
        };
        let (kind, public) = decode_key(data)?;
        let key = Self::new(name, kind, &public)?;
        if id == format!("{:08x}", key.id) { Ok(key) } else { Err(KeyError::WrongId) }
    }

    /// The key's name; that of a log is its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the key signs.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The short identifier that stands in each signature line.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The 32 public bytes.
    #[must_use]
    pub fn public_bytes(&self) -> [u8; KEY_BYTES] {
        self.key.to_bytes()
    }

    /// Whether `signature` (64 bytes) of this key over `message` holds
    /// (RFC 8032, without cofactor, small-order points refused).
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    /// Prints the vkey.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = encode_key(self.kind, &self.key.to_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id, *data)
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

/// Why a key did not sign: a device was pulled, a service did not answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("cannot sign: {0}")]
pub struct SignError(pub String);

/// Something that signs as one key: a seed in memory, or a device.
pub trait Signer {
    /// The public side.
    fn verifier(&self) -> &VerifierKey;

    /// The Ed25519 signature of `message`.
    ///
    /// # Errors
    /// When the key cannot be reached.
    fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_BYTES], SignError>;
}

/// A signing key in memory, wiped when dropped.
pub struct SigningKey {
    verifier: VerifierKey,
    key: Ed25519Key,
}

impl SigningKey {
    /// A key from 32 random bytes that the caller took from the system; the
    /// bytes handed over are wiped.
    ///
    /// # Errors
    /// A bad name.
    pub fn from_seed(name: &str, kind: KeyKind, mut seed: [u8; KEY_BYTES]) -> Result<Self, KeyError> {
        let key = Ed25519Key::from_bytes(&seed);
        seed.zeroize();
        let verifier = VerifierKey::new(name, kind, key.verifying_key().as_bytes())?;
        Ok(Self { verifier, key })
    }

    /// Reads an skey: `PRIVATE+KEY+name+8 hex digits+base64`.
    ///
    /// # Errors
    /// Every spelling but the one that [`SigningKey::to_skey`] gives.
    pub fn parse_skey(skey: &str) -> Result<Self, KeyError> {
        let rest = skey.strip_prefix(SECRET_PREFIX).ok_or(KeyError::Malformed)?;
        let mut parts = rest.splitn(3, '+');
        let (Some(name), Some(id), Some(data)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Malformed);
        };
        let (kind, seed) = decode_key(data)?;
        let key = Self::from_seed(name, kind, *seed)?;
        if id == format!("{:08x}", key.verifier.id) { Ok(key) } else { Err(KeyError::WrongId) }
    }

    /// The secret as text; keep it out of logs.
    #[must_use]
    pub fn to_skey(&self) -> Zeroizing<String> {
        let seed = Zeroizing::new(self.key.to_bytes());
        let data = encode_key(self.verifier.kind, &seed);
        let (name, id) = (&self.verifier.name, self.verifier.id);
        Zeroizing::new(format!("{SECRET_PREFIX}{name}+{id:08x}+{}", *data))
    }
}

impl Signer for SigningKey {
    fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_BYTES], SignError> {
        Ok(self.key.sign(message).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.verifier)
    }
}

/// Whether a key may bear this name (spaces and plus signs would break the lines).
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

fn key_id(name: &str, kind: KeyKind, public: &[u8; KEY_BYTES]) -> u32 {
    let mut input = format!("{name}\n").into_bytes();
    input.push(kind.byte());
    input.extend_from_slice(public);
    let hash = sha256(&input);
    let [a, b, c, d, ..] = *hash.as_bytes();
    u32::from_be_bytes([a, b, c, d])
}

fn encode_key(kind: KeyKind, key: &[u8; KEY_BYTES]) -> Zeroizing<String> {
    let mut data = Zeroizing::new(vec![kind.byte()]);
    data.extend_from_slice(key);
    Zeroizing::new(BASE64.encode(&*data))
}

fn decode_key(data: &str) -> Result<(KeyKind, Zeroizing<[u8; KEY_BYTES]>), KeyError> {
    let data = Zeroizing::new(BASE64.decode(data).map_err(|_| KeyError::Malformed)?);
    let (kind, key) = data.split_first().ok_or(KeyError::Malformed)?;
    let kind = KeyKind::from_byte(*kind).ok_or(KeyError::Malformed)?;
    let key = key.try_into().map_err(|_| KeyError::Malformed)?;
    Ok((kind, Zeroizing::new(key)))
}
