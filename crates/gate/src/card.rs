//! Operator cards: the challenge, and the proof that the card is there.

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
}

/// A card answered a challenge. Only this module can make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardEvidence {
    card_no: String,
    certificate_sha256: [u8; 32],
    proven_at_ms: i64,
}

impl Challenge {
    /// The bytes that are signed.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        Vec::new()
    }
}

impl OperatorCa {
    /// Takes the authority's certificate in DER.
    ///
    /// # Errors
    /// [`CardError::Unreadable`] when it is no certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, CardError> {
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
}

/// Checks a card's answer.
///
/// # Errors
/// [`CardError`] says what does not hold.
pub fn verify(
    _challenge: &Challenge,
    _signature: &[u8],
    _certificate_der: &[u8],
    ca: &OperatorCa,
    _expected: &Expected<'_>,
) -> Result<CardEvidence, CardError> {
    Err(CardError::Unreadable(format!("{} bytes", ca.der.len())))
}
