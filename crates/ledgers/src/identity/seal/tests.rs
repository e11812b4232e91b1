#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use super::super::record::tests::full;
use super::*;
use proptest::prelude::*;

const SUBJECT: &str = "00112233445566778899aabbccddeeff";

fn key() -> SealKey {
    SealKey::new(7, &[3; 32]).unwrap()
}

#[test]
fn what_is_sealed_opens_for_the_same_person_only() {
    let sealed = seal(&full(), SUBJECT, &key(), [9; NONCE_BYTES]).unwrap();
    assert!(open(&sealed, SUBJECT, &key()).unwrap() == full());
    assert_eq!(key_id(&sealed), Ok(7));
    assert_eq!((sealed.len() - HEADER_BYTES - NONCE_BYTES - 16) % PAD_BYTES, 0);
    assert_eq!(open(&sealed, "ffeeddccbbaa99887766554433221100", &key()).unwrap_err(), SealError::Altered);
    let other = SealKey::new(8, &[3; 32]).unwrap();
    assert_eq!(open(&sealed, SUBJECT, &other).unwrap_err(), SealError::OtherKey { sealed: 7, given: 8 });
    let wrong = SealKey::new(7, &[4; 32]).unwrap();
    assert_eq!(open(&sealed, SUBJECT, &wrong).unwrap_err(), SealError::Altered);
    assert_eq!(open(&[], SUBJECT, &key()).unwrap_err(), SealError::Truncated);
    assert_eq!(open(&[2, 0, 0, 0, 7], SUBJECT, &key()).unwrap_err(), SealError::Version(2));
}

#[test]
fn the_sealed_form_is_frozen() {
    // SHA-256 of what Python's `cryptography` makes of the same record, key, nonce and subject.
    let sealed = seal(&full(), SUBJECT, &key(), [9; NONCE_BYTES]).unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, &sealed);
    let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "6f4adf197e6ef5793c597bfd948d18e512fea58587c2f3427b0d0ea2bd3cb312");
}

proptest! {
    #[test]
    fn every_changed_byte_is_noticed(place in 0usize..10_000, flip in 1u8..=255) {
        let mut sealed = seal(&full(), SUBJECT, &key(), [9; NONCE_BYTES]).unwrap();
        let place = place % sealed.len();
        sealed[place] ^= flip;
        prop_assert!(open(&sealed, SUBJECT, &key()).is_err());
    }

    #[test]
    fn every_cut_is_noticed(length in 0usize..10_000) {
        let sealed = seal(&full(), SUBJECT, &key(), [9; NONCE_BYTES]).unwrap();
        let length = length % sealed.len();
        prop_assert!(open(&sealed[..length], SUBJECT, &key()).is_err());
    }

    #[test]
    fn no_bytes_make_open_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = open(&bytes, SUBJECT, &key());
    }
}
