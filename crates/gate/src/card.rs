//! Operator cards: the challenge, and the proof that the card is there.
//!
//! The terminal asks the card to sign a [`Challenge`] that names the terminal, the session and the
//! time. The card holds a P-256 key and an X.509 certificate of the municipality's operator
//! authority, with the card's number as common name. [`verify`] trusts nothing that the terminal
//! sends except what the signature covers: a stolen answer is of no use at another terminal, in
//! another session or later. That a challenge is used once is the caller's duty.

use ring::digest;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use x509_parser::certificate::X509Certificate;
use x509_parser::oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY};
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;

use crate::facts::FactSheet;

/// The first bytes of what is signed, so that a signature cannot be taken for another purpose's.
const DOMAIN: &[u8] = b"sekisho card challenge v1\n";
/// Longest certificate that is read.
const CERTIFICATE_BYTES_MAX: usize = 8 * 1024;
/// Longest card number.
const CARD_NO_CHARS_MAX: usize = 64;

/// What the terminal asks the card to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The terminal that asks.
    pub terminal: String,
    /// The session (or the sign-in) for which it asks.
    pub session: String,
    /// When it asked, in milliseconds since 1970 UTC.
    pub issued_at_ms: i64,
    /// 32 random bytes.
    pub nonce: [u8; 32],
}

/// The municipality's own authority for operator cards.
#[derive(Clone, Debug)]
pub struct OperatorCa {
    der: Vec<u8>,
}

/// What the verifier knows and the card must match.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The terminal of the session.
    pub terminal: &'a str,
    /// The session.
    pub session: &'a str,
    /// Now, in milliseconds since 1970 UTC.
    pub now_ms: i64,
    /// Most seconds between the question and the answer.
    pub age_max_s: u32,
}

/// Why a card is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// The certificate or the authority's certificate cannot be read.
    #[error("the certificate cannot be read: {0}")]
    Unreadable(String),
    /// The authority's certificate does not say that it may issue others.
    #[error("the operator authority's certificate is not one of an authority")]
    NotAuthority,
    /// The certificate names another issuer, or its signature is not the authority's.
    #[error("the certificate is not issued by the operator authority")]
    NotIssued,
    /// The certificate (or the authority's) is not valid at this time.
    #[error("the certificate is not valid at this time")]
    NotValidNow,
    /// The certificate is not for signing with a P-256 key.
    #[error("the certificate is not for an operator card: {0}")]
    NotCard(&'static str),
    /// The challenge is for another terminal.
    #[error("the challenge is for terminal `{0}`")]
    OtherTerminal(String),
    /// The challenge is for another session.
    #[error("the challenge is for another session")]
    OtherSession,
    /// The challenge is too old.
    #[error("the challenge is {age_ms} ms old")]
    Stale {
        /// Its age.
        age_ms: i64,
    },
    /// The challenge is from the future.
    #[error("the challenge is issued after now")]
    FromFuture,
    /// The signature does not match.
    #[error("the signature does not match")]
    WrongSignature,
}

/// A card answered a challenge. Only this module can make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardEvidence {
    card_no: String,
    certificate_sha256: [u8; 32],
    proven_at_ms: i64,
}

impl Challenge {
    /// The bytes that are signed: each text with its length before it, numbers big-endian.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = DOMAIN.to_vec();
        for text in [&self.terminal, &self.session] {
            bytes.extend(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes.extend(self.issued_at_ms.to_be_bytes());
        bytes.extend(self.nonce);
        bytes
    }
}

impl OperatorCa {
    /// Takes the authority's certificate in DER.
    ///
    /// # Errors
    /// [`CardError::Unreadable`] when it is no certificate, [`CardError::NotAuthority`] when it may
    /// not issue others.
    pub fn from_der(der: &[u8]) -> Result<Self, CardError> {
        let certificate = read(der)?;
        if !certificate.is_ca() {
            return Err(CardError::NotAuthority);
        }
        Ok(Self { der: der.to_vec() })
    }
}

impl CardEvidence {
    /// The card's number, from the certificate's common name.
    #[must_use]
    pub fn card_no(&self) -> &str {
        &self.card_no
    }

    /// SHA-256 of the certificate, to tell a card from another with the same number.
    #[must_use]
    pub fn certificate_sha256(&self) -> &[u8; 32] {
        &self.certificate_sha256
    }

    /// When the challenge was answered, in milliseconds since 1970 UTC.
    #[must_use]
    pub fn proven_at_ms(&self) -> i64 {
        self.proven_at_ms
    }

    /// Sets `card_presented` and `card_proven`: false for both without evidence. A card that lies
    /// on the reader and did not prove itself is the caller's to say afterwards.
    pub fn state(evidence: Option<&Self>, sheet: &mut FactSheet) {
        sheet.set("card_presented", evidence.is_some()).set("card_proven", evidence.is_some());
    }
}

/// Checks a card's answer.
///
/// # Errors
/// [`CardError`] says what does not hold.
pub fn verify(
    challenge: &Challenge,
    signature: &[u8],
    certificate_der: &[u8],
    ca: &OperatorCa,
    expected: &Expected<'_>,
) -> Result<CardEvidence, CardError> {
    check_challenge(challenge, expected)?;
    let certificate = read(certificate_der)?;
    check_issued(&certificate, &read(&ca.der)?, expected.now_ms)?;
    let card_no = card_number(&certificate)?;
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &certificate.public_key().subject_public_key.data);
    key.verify(&challenge.canonical(), signature).map_err(|_| CardError::WrongSignature)?;
    let sha256 = digest::digest(&digest::SHA256, certificate_der);
    let certificate_sha256 = sha256.as_ref().try_into().map_err(|_| CardError::NotCard("no digest"))?;
    Ok(CardEvidence { card_no, certificate_sha256, proven_at_ms: expected.now_ms })
}

fn check_challenge(challenge: &Challenge, expected: &Expected<'_>) -> Result<(), CardError> {
    if challenge.terminal != expected.terminal {
        return Err(CardError::OtherTerminal(challenge.terminal.chars().take(60).collect()));
    }
    if challenge.session != expected.session {
        return Err(CardError::OtherSession);
    }
    let age_ms = expected.now_ms.saturating_sub(challenge.issued_at_ms);
    if age_ms < 0 {
        return Err(CardError::FromFuture);
    }
    if age_ms > i64::from(expected.age_max_s) * 1000 {
        return Err(CardError::Stale { age_ms });
    }
    Ok(())
}

fn check_issued(card: &X509Certificate<'_>, ca: &X509Certificate<'_>, now_ms: i64) -> Result<(), CardError> {
    if card.issuer().as_raw() != ca.subject().as_raw() || card.verify_signature(Some(ca.public_key())).is_err() {
        return Err(CardError::NotIssued);
    }
    let now = ASN1Time::from_timestamp(now_ms.div_euclid(1000)).map_err(|_| CardError::NotValidNow)?;
    if !card.validity().is_valid_at(now) || !ca.validity().is_valid_at(now) {
        return Err(CardError::NotValidNow);
    }
    Ok(())
}

fn card_number(card: &X509Certificate<'_>) -> Result<String, CardError> {
    let key = &card.public_key().algorithm;
    let curve = key.parameters.as_ref().and_then(|p| p.as_oid().ok());
    if key.algorithm != OID_KEY_TYPE_EC_PUBLIC_KEY || curve != Some(OID_EC_P256) {
        return Err(CardError::NotCard("the key is not P-256"));
    }
    if card.is_ca() {
        return Err(CardError::NotCard("it is an authority's"));
    }
    let usage = card.key_usage().map_err(|_| CardError::NotCard("its key usage cannot be read"))?;
    if usage.is_some_and(|usage| !usage.value.digital_signature()) {
        return Err(CardError::NotCard("its key is not for signatures"));
    }
    let mut names = card.subject().iter_common_name().map(|name| name.as_str());
    match (names.next(), names.next()) {
        (Some(Ok(name)), None) if !name.is_empty() && name.chars().count() <= CARD_NO_CHARS_MAX => Ok(name.to_owned()),
        _ => Err(CardError::NotCard("it has not exactly one common name")),
    }
}

fn read(der: &[u8]) -> Result<X509Certificate<'_>, CardError> {
    if der.len() > CERTIFICATE_BYTES_MAX {
        return Err(CardError::Unreadable(format!("{} bytes", der.len())));
    }
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) if is_plain(der, &certificate) => Ok(certificate),
        Ok(([], _)) => Err(CardError::Unreadable("its signature is not written plainly".to_owned())),
        Ok((rest, _)) => Err(CardError::Unreadable(format!("{} bytes too many", rest.len()))),
        Err(error) => Err(CardError::Unreadable(error.to_string())),
    }
}

/// Whether the signature is whole bytes, and the algorithm named outside the signed part is, byte for
/// byte, one that stands in it: the parser is lenient there, and nothing in a card's certificate shall
/// be open to change.
fn is_plain(der: &[u8], certificate: &X509Certificate<'_>) -> bool {
    let signed: &[u8] = certificate.tbs_certificate.as_ref();
    let header = der.get(1).map_or(0, |length| if *length < 0x80 { 2 } else { 2 + usize::from(length & 0x7f) });
    let rest = der.get(header + signed.len()..).unwrap_or_default();
    let length = rest.get(1).map_or(0, |length| 2 + usize::from(*length));
    let whole = certificate.signature_value.unused_bits == 0;
    whole
        && rest
            .get(..length)
            .is_some_and(|outer| !outer.is_empty() && signed.windows(length).any(|inner| inner == outer))
}

#[cfg(test)]
mod tests;
