//! Cards that prove themselves, and all that must not.
#![allow(clippy::expect_used, reason = "tests")]

use proptest::prelude::*;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};

use super::*;

/// 2026-11-22 in UTC.
const NOW_MS: i64 = 1_795_305_600_000;

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Certificate,
}

struct Card {
    key: KeyPair,
    der: Vec<u8>,
}

fn authority(name: &str) -> Authority {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.distinguished_name.push(DnType::CommonName, name);
    let certificate = params.self_signed(&key).expect("a certificate");
    Authority { issuer: Issuer::new(params, key), certificate }
}

fn card_params(number: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, number);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    (params.not_before, params.not_after) = (date_time_ymd(2026, 4, 1), date_time_ymd(2027, 4, 1));
    params
}

fn card(authority: &Authority, params: &CertificateParams) -> Card {
    card_with(authority, params, KeyPair::generate().expect("a key"))
}

fn card_with(authority: &Authority, params: &CertificateParams, key: KeyPair) -> Card {
    let der = params.clone().signed_by(&key, &authority.issuer).expect("a certificate").der().to_vec();
    Card { key, der }
}

fn challenge() -> Challenge {
    Challenge { terminal: "T-01".to_owned(), session: "S-1".to_owned(), issued_at_ms: NOW_MS - 2_000, nonce: [7; 32] }
}

const EXPECTED: Expected<'static> = Expected { terminal: "T-01", session: "S-1", now_ms: NOW_MS, age_max_s: 30 };

fn sign(card: &Card, message: &[u8]) -> Vec<u8> {
    use rcgen::SigningKey as _;
    card.key.sign(message).expect("a signature")
}

fn prove(
    authority: &Authority,
    card: &Card,
    challenge: &Challenge,
    expected: &Expected<'_>,
) -> Result<CardEvidence, CardError> {
    let ca = OperatorCa::from_der(authority.certificate.der())?;
    verify(challenge, &sign(card, &challenge.canonical()), &card.der, &ca, expected)
}

#[test]
fn a_card_proves_itself() {
    let village = authority("西目屋村 操作者認証局");
    let card = card(&village, &card_params("C-0001"));
    let evidence = prove(&village, &card, &challenge(), &EXPECTED).expect("evidence");
    assert_eq!(evidence.card_no(), "C-0001");
    assert_eq!(evidence.proven_at_ms(), NOW_MS);
    assert_eq!(evidence.certificate_sha256().as_slice(), digest::digest(&digest::SHA256, &card.der).as_ref());
}

#[test]
fn a_challenge_holds_for_one_place_and_time() {
    let village = authority("村");
    let card = card(&village, &card_params("C-0001"));
    let refused = |challenge: &Challenge, expected: &Expected<'_>| {
        prove(&village, &card, challenge, expected).expect_err("a refusal")
    };
    assert_eq!(
        refused(&challenge(), &Expected { terminal: "T-02", ..EXPECTED }),
        CardError::OtherTerminal("T-01".to_owned())
    );
    assert_eq!(refused(&challenge(), &Expected { session: "S-2", ..EXPECTED }), CardError::OtherSession);
    assert_eq!(refused(&challenge(), &Expected { age_max_s: 1, ..EXPECTED }), CardError::Stale { age_ms: 2_000 });
    assert_eq!(refused(&Challenge { issued_at_ms: NOW_MS + 1, ..challenge() }, &EXPECTED), CardError::FromFuture);
    assert_eq!(
        refused(&Challenge { issued_at_ms: i64::MIN, ..challenge() }, &EXPECTED),
        CardError::Stale { age_ms: i64::MAX }
    );
    assert!(prove(&village, &card, &Challenge { issued_at_ms: NOW_MS - 30_000, ..challenge() }, &EXPECTED).is_ok());
}

#[test]
fn only_the_authoritys_cards() {
    let (village, other) = (authority("村"), authority("村"));
    let foreign = card(&other, &card_params("C-0001"));
    assert_eq!(prove(&village, &foreign, &challenge(), &EXPECTED), Err(CardError::NotIssued), "same name, other key");
    let stranger = card(&authority("町"), &card_params("C-0001"));
    assert_eq!(prove(&village, &stranger, &challenge(), &EXPECTED), Err(CardError::NotIssued));
    let not_ca = card(&village, &card_params("C-0001"));
    assert_eq!(OperatorCa::from_der(&not_ca.der).err(), Some(CardError::NotAuthority));
    assert!(matches!(OperatorCa::from_der(b"x"), Err(CardError::Unreadable(_))));
}

#[test]
fn only_in_its_time_and_for_its_purpose() {
    let village = authority("村");
    let refused = |params: &CertificateParams| {
        prove(&village, &card(&village, params), &challenge(), &EXPECTED).expect_err("a refusal")
    };
    let mut old = card_params("C-0001");
    old.not_after = date_time_ymd(2026, 11, 1);
    assert_eq!(refused(&old), CardError::NotValidNow);
    let mut early = card_params("C-0001");
    early.not_before = date_time_ymd(2026, 12, 1);
    assert_eq!(refused(&early), CardError::NotValidNow);
    let mut usage = card_params("C-0001");
    usage.key_usages = vec![KeyUsagePurpose::KeyAgreement];
    assert!(matches!(refused(&usage), CardError::NotCard(_)));
    let mut nameless = card_params("C-0001");
    nameless.distinguished_name.remove(DnType::CommonName);
    assert!(matches!(refused(&nameless), CardError::NotCard(_)));
    assert!(matches!(refused(&card_params(&"9".repeat(65))), CardError::NotCard(_)));
    let mut ca = card_params("C-0001");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign];
    assert!(matches!(refused(&ca), CardError::NotCard(_)));
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).expect("a key");
    let p384 = card_with(&village, &card_params("C-0001"), key);
    assert!(matches!(prove(&village, &p384, &challenge(), &EXPECTED), Err(CardError::NotCard(_))));
}

#[test]
fn another_cards_signature_does_not_match() {
    let village = authority("村");
    let (one, two) = (card(&village, &card_params("C-0001")), card(&village, &card_params("C-0002")));
    let ca = OperatorCa::from_der(village.certificate.der()).expect("an authority");
    let signature = sign(&two, &challenge().canonical());
    assert_eq!(verify(&challenge(), &signature, &one.der, &ca, &EXPECTED), Err(CardError::WrongSignature));
    assert_eq!(verify(&challenge(), &[], &one.der, &ca, &EXPECTED), Err(CardError::WrongSignature));
    let other = Challenge { nonce: [8; 32], ..challenge() };
    let replayed = sign(&one, &challenge().canonical());
    assert_eq!(verify(&other, &replayed, &one.der, &ca, &EXPECTED), Err(CardError::WrongSignature));
}

/// No single changed byte in the certificate passes.
#[test]
fn a_changed_certificate_does_not_pass() {
    // Several keys: whether a changed byte is met depends on the bytes around it.
    (0..4).for_each(|_| change_each_byte(&authority("村")));
}

fn change_each_byte(village: &Authority) {
    let card = card(village, &card_params("C-0001"));
    let ca = OperatorCa::from_der(village.certificate.der()).expect("an authority");
    let signature = sign(&card, &challenge().canonical());
    for at in 0..card.der.len() {
        let mut der = card.der.clone();
        if let Some(byte) = der.get_mut(at) {
            *byte ^= 1;
        }
        assert!(verify(&challenge(), &signature, &der, &ca, &EXPECTED).is_err(), "byte {at}");
    }
}

proptest! {
    /// Two challenges have the same bytes only when they are the same.
    #[test]
    fn canonical_bytes_tell_challenges_apart(
        a in ("[a-c]{0,3}", "[a-c]{0,3}", 0i64..3), b in ("[a-c]{0,3}", "[a-c]{0,3}", 0i64..3),
    ) {
        let make = |(terminal, session, issued_at_ms): (String, String, i64)| {
            Challenge { terminal, session, issued_at_ms, nonce: [0; 32] }
        };
        let (a, b) = (make(a), make(b));
        prop_assert_eq!(a == b, a.canonical() == b.canonical());
    }

    #[test]
    fn rubbish_is_refused(der in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(OperatorCa::from_der(&der).is_err());
    }
}
