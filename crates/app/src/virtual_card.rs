//! Virtual operator cards: a P-256 key and a certificate of the municipality's own authority, in a
//! file. They stand in for PIV cards where there is no reader: in demonstrations and tests.

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SerialNumber,
};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};

/// Days for which a card's certificate is valid.
const CARD_DAYS: i64 = 5 * 365;
/// Days for which the authority's certificate is valid.
const CA_DAYS: i64 = 20 * 365;

/// The municipality's authority for operator cards.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Vec<u8>,
    key_pem: String,
}

/// A card without plastic.
pub struct VirtualCard {
    card_no: String,
    certificate: Vec<u8>,
    key_pkcs8: Vec<u8>,
    key: EcdsaKeyPair,
}

/// Why a card or the authority could not be made or used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardFileError {
    /// A key or certificate cannot be made or read.
    #[error("key or certificate: {0}")]
    Key(String),
    /// The file is not a card.
    #[error("not a card file")]
    Malformed,
}

impl std::fmt::Debug for VirtualCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VirtualCard({})", self.card_no)
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority")
    }
}

fn key_error(e: impl std::fmt::Display) -> CardFileError {
    CardFileError::Key(e.to_string())
}

fn ca_params(municipality: &str, from: sekisho_regulation::Date) -> Result<CertificateParams, CardFileError> {
    let mut params = CertificateParams::new(Vec::<String>::new()).map_err(key_error)?;
    params.distinguished_name.push(DnType::OrganizationName, municipality);
    params.distinguished_name.push(DnType::CommonName, "操作者認証局");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) = validity(from, CA_DAYS);
    Ok(params)
}

type Moment = time::OffsetDateTime;

fn validity(from: sekisho_regulation::Date, days: i64) -> (Moment, Moment) {
    let at = |days: i64| Moment::from_unix_timestamp(days * 86_400).unwrap_or(Moment::UNIX_EPOCH);
    (at(from.days() - 1), at(from.days() + days))
}

impl Authority {
    /// Founds an authority, valid from a day on.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn found(municipality: &str, from: sekisho_regulation::Date) -> Result<Self, CardFileError> {
        let key = KeyPair::generate().map_err(key_error)?;
        let key_pem = key.serialize_pem();
        let params = ca_params(municipality, from)?;
        let certificate: Certificate = params.self_signed(&key).map_err(key_error)?;
        let der = certificate.der().to_vec();
        Ok(Self { issuer: Issuer::new(params, key), certificate: der, key_pem })
    }

    /// Takes up an authority founded before.
    ///
    /// # Errors
    /// When the key or the certificate cannot be read.
    pub fn resume(
        municipality: &str,
        from: sekisho_regulation::Date,
        key_pem: &str,
        certificate: &[u8],
    ) -> Result<Self, CardFileError> {
        let key = KeyPair::from_pem(key_pem).map_err(key_error)?;
        let issuer = Issuer::new(ca_params(municipality, from)?, key);
        Ok(Self { issuer, certificate: certificate.to_vec(), key_pem: key_pem.to_owned() })
    }

    /// The authority's certificate in DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The authority's key in PEM; a secret.
    #[must_use]
    pub fn key_pem(&self) -> &str {
        &self.key_pem
    }

    /// Issues a card with this number, valid from a day on and for years beyond another: a card of a
    /// demonstration that begins long ago is not exchanged on the way.
    ///
    /// # Errors
    /// When no key or certificate can be made.
    pub fn issue(
        &self,
        card_no: &str,
        from: sekisho_regulation::Date,
        today: sekisho_regulation::Date,
    ) -> Result<VirtualCard, CardFileError> {
        let key = KeyPair::generate().map_err(key_error)?;
        let mut params = CertificateParams::new(Vec::<String>::new()).map_err(key_error)?;
        params.distinguished_name.push(DnType::CommonName, card_no);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        (params.not_before, params.not_after) = validity(from, today.days() - from.days() + CARD_DAYS);
        let random = crate::platform::random::<16>(&crate::platform::SystemEntropy::new()).map_err(key_error)?;
        params.serial_number = Some(SerialNumber::from_slice(&random));
        let certificate = params.signed_by(&key, &self.issuer).map_err(key_error)?;
        VirtualCard::new(card_no, certificate.der().to_vec(), key.serialize_der())
    }
}

impl VirtualCard {
    fn new(card_no: &str, certificate: Vec<u8>, key_pkcs8: Vec<u8>) -> Result<Self, CardFileError> {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &key_pkcs8, &random).map_err(key_error)?;
        Ok(Self { card_no: card_no.to_owned(), certificate, key_pkcs8, key })
    }

    /// The card's number.
    #[must_use]
    pub fn card_no(&self) -> &str {
        &self.card_no
    }

    /// The card's certificate in DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// SHA-256 of the certificate in hex, as the card book holds it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        use sha2::Digest as _;
        sekisho_regulation::digest::hex(&sha2::Sha256::digest(&self.certificate))
    }

    /// Signs (ECDSA P-256 with SHA-256, ASN.1).
    ///
    /// # Errors
    /// When there is no randomness for the signature.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CardFileError> {
        let signature = self.key.sign(&SystemRandom::new(), message).map_err(key_error)?;
        Ok(signature.as_ref().to_vec())
    }

    /// The card as a file: number, certificate and key, each as a line of base64.
    #[must_use]
    pub fn to_file(&self) -> String {
        use base64::Engine as _;
        let base64 = base64::engine::general_purpose::STANDARD;
        format!(
            "sekisho-virtual-card-v1\n{}\n{}\n{}\n",
            self.card_no,
            base64.encode(&self.certificate),
            base64.encode(&self.key_pkcs8)
        )
    }

    /// Reads a card file.
    ///
    /// # Errors
    /// [`CardFileError::Malformed`] when it is not one.
    pub fn from_file(text: &str) -> Result<Self, CardFileError> {
        use base64::Engine as _;
        let base64 = base64::engine::general_purpose::STANDARD;
        let mut lines = text.lines();
        let first = lines.next();
        let (Some("sekisho-virtual-card-v1"), Some(no), Some(certificate), Some(key)) =
            (first, lines.next(), lines.next(), lines.next())
        else {
            return Err(CardFileError::Malformed);
        };
        let decode = |line: &str| base64.decode(line).map_err(|_| CardFileError::Malformed);
        Self::new(no, decode(certificate)?, decode(key)?)
    }
}
