//! What is written is read back, and nothing else is read.

use proptest::prelude::*;
use sekisho_record::cosignature::{cosign, verify_cosignature};
use sekisho_record::hash::sha256;
use sekisho_record::json::{DEPTH_MAX, JsonError, parse_canonical, private_digest, to_canonical};
use sekisho_record::note::Note;
use sekisho_record::tile::{DataError, decode_bundle, decode_tile, encode_bundle, encode_tile};
use sekisho_record::{
    BundleId, Checkpoint, Effect, Hash, KeyKind, Leaf, LogProof, Resource, SignedCheckpoint, Signer, SigningKey,
    TileId, VerifierKey,
};
use serde_json::{Map, Value, json};

use crate::build::{Log, key};

fn hashes(most: usize) -> impl Strategy<Value = Vec<Hash>> {
    prop::collection::vec(any::<[u8; 32]>().prop_map(Hash::from_bytes), 0..most)
}

/// Values with every kind of character, key and nesting.
fn values() -> impl Strategy<Value = Value> {
    let text = prop_oneof!["\\PC*", "[\\x00-\\x20\"\\\\]{0,6}", "[\u{e000}\u{ffff}\u{10000}é]{0,3}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-(1_i64 << 53) + 1..1 << 53).prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        let fields = prop::collection::btree_map(text.clone(), inner.clone(), 0..5);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::from),
            fields.prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn paths_are_read_back(level in 0_u8..=63, index in any::<u64>(), width in 1_u16..=256) {
        let tile = Resource::Tile(TileId { level, index, width });
        let entries = Resource::Entries(BundleId { index, width });
        for resource in [tile, entries] {
            prop_assert_eq!(Resource::parse(&resource.path()), Ok(resource));
        }
    }

    #[test]
    fn only_printed_paths_are_read(path in "tile/(entries|[0-9]{1,2})/(x?[0-9]{1,4}/){0,2}[0-9]{1,4}(.p/[0-9]{1,3})?") {
        if let Ok(resource) = Resource::parse(&path) {
            prop_assert_eq!(resource.path(), path);
        }
    }

    #[test]
    fn tiles_are_read_back(hashes in hashes(257)) {
        let bytes = encode_tile(&hashes);
        let width = u16::try_from(hashes.len()).unwrap();
        prop_assert_eq!(decode_tile(&bytes, width).unwrap(), hashes);
        prop_assert!(decode_tile(&bytes, width + 1).is_err());
    }

    #[test]
    fn bundles_are_read_back(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..90), 1..40)) {
        let bytes = encode_bundle(entries.iter().map(Vec::as_slice)).unwrap();
        let width = u16::try_from(entries.len()).unwrap();
        prop_assert_eq!(decode_bundle(&bytes, width).unwrap(), entries);
        prop_assert!(decode_bundle(&bytes, width + 1).is_err());
        prop_assert!(decode_bundle(&bytes[..bytes.len() - 1], width).is_err());
        prop_assert!(decode_bundle(&[&bytes, [0].as_slice()].concat(), width).is_err());
    }

    #[test]
    fn canonical_json_is_read_back(value in values()) {
        let bytes = to_canonical(&value).unwrap();
        prop_assert_eq!(&parse_canonical(&bytes).unwrap(), &value);
        let again: Value = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(again, value);
    }

    #[test]
    fn altered_json_is_read_only_if_canonical(value in values(), place in any::<usize>(), byte in any::<u8>()) {
        let mut bytes = to_canonical(&value).unwrap();
        let place = place % bytes.len();
        bytes[place] = byte;
        let plain = serde_json::from_slice::<Value>(&bytes).ok();
        let canonical = plain.and_then(|value| to_canonical(&value).ok()).filter(|b| *b == bytes);
        prop_assert_eq!(parse_canonical(&bytes).is_ok(), canonical.is_some());
    }

    #[test]
    fn leaves_are_read_back(
        texts in prop::array::uniform4(prop::option::of("\\PC{0,9}")), body in values(),
        seq in 0_u64..1 << 53, at_ms in 0_i64..1 << 53, refuse in any::<bool>(),
        cites in prop::collection::vec("\\PC{1,9}", 1..3), salt in any::<[u8; 16]>(),
    ) {
        let [actor, capacity, terminal, session] = texts;
        let leaf = Leaf {
            seq, at_ms, act: "a.b_9".to_owned(), actor, capacity, terminal, session,
            profile: sha256(b"p"), effect: if refuse { Effect::Refuse } else { Effect::Permit },
            code: "ok".to_owned(), cites, body: Map::from_iter([("x".to_owned(), body)]),
            private: refuse.then(|| private_digest(&salt, b"{}")),
        };
        prop_assert_eq!(Leaf::parse(&leaf.to_bytes().unwrap()).unwrap(), leaf);
    }

    #[test]
    fn keys_are_read_back(seed in any::<[u8; 32]>(), name in "[^\\s+\\p{Cc}]{1,20}", witness in any::<bool>()) {
        let kind = if witness { KeyKind::CosignatureV1 } else { KeyKind::Ed25519 };
        let key = SigningKey::from_seed(&name, kind, seed).unwrap();
        let vkey = key.verifier().to_string();
        prop_assert_eq!(&VerifierKey::parse(&vkey).unwrap(), key.verifier());
        let again = SigningKey::parse_skey(&key.to_skey()).unwrap();
        prop_assert_eq!(again.verifier(), key.verifier());
        let short = &vkey[..vkey.len() - 1];
        prop_assert!(VerifierKey::parse(short).is_err());
    }

    #[test]
    fn checkpoints_are_read_back_and_no_altered_one_is_believed(
        size in any::<u64>(), root in any::<[u8; 32]>(),
        extensions in prop::collection::vec("\\PC{1,9}", 0..3),
        place in any::<usize>(), flip in 1_u8..=255,
    ) {
        let root = Hash::from_bytes(root);
        let origin = key(1).verifier().name().to_owned();
        let checkpoint = Checkpoint { origin, size, root, extensions };
        let signed = checkpoint.sign(&key(1)).unwrap();
        let mut bytes = signed.to_bytes();
        let read = SignedCheckpoint::parse(&bytes).unwrap();
        prop_assert_eq!(&read, &signed);
        prop_assert_eq!(read.verify(key(1).verifier()).unwrap(), &checkpoint);
        prop_assert!(read.verify(key(2).verifier()).is_err());
        let place = place % bytes.len();
        bytes[place] ^= flip;
        let read = SignedCheckpoint::parse(&bytes);
        prop_assert!(read.is_err() || read.unwrap().verify(key(1).verifier()).is_err());
    }

    #[test]
    fn log_proofs_are_read_back_and_no_altered_one_is_believed(
        size in 1_u64..400, index in any::<u64>(), place in any::<usize>(), flip in 1_u8..=255,
    ) {
        let log = Log::new(size, &[]);
        let index = index % size;
        let entry = log.leaves[usize::try_from(index).unwrap()].clone();
        let hashes = proof_of(&log, index);
        let checkpoint = log.checkpoint();
        let proof = LogProof { entry: Some(entry.clone()), index, hashes, checkpoint };
        let mut bytes = proof.to_string().into_bytes();
        prop_assert_eq!(&LogProof::parse(&bytes).unwrap(), &proof);
        prop_assert_eq!(proof.verify(key(1).verifier()).unwrap().0, &entry);
        let place = place % bytes.len();
        bytes[place] ^= flip;
        let read = LogProof::parse(&bytes);
        prop_assert!(read.is_err() || read.unwrap().verify(key(1).verifier()).is_err());
    }

    #[test]
    fn nothing_makes_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = (parse_canonical(&bytes), Leaf::parse(&bytes), decode_bundle(&bytes, 3));
        let _ = (Note::parse(&bytes), SignedCheckpoint::parse(&bytes), LogProof::parse(&bytes));
    }
}

fn proof_of(log: &Log, index: u64) -> Vec<Hash> {
    // Small logs: all of it is still in memory.
    log.tree().recent_inclusion(index).unwrap()
}

#[test]
fn json_of_other_spellings_is_refused() {
    let refused = [
        "",
        " 1",
        "1 ",
        "01",
        "-0",
        "1.0",
        "1e2",
        "9007199254740992",
        "-9007199254740992",
        "+1",
        "\"\\u0041\"",
        "\"\\/\"",
        "\"\\u000A\"",
        "\"\\u000a\"",
        "\"\\u001F\"",
        "\"\t\"",
        "\"",
        "[1,]",
        "[1 ,2]",
        "{\"a\":1,}",
        "{\"b\":1,\"a\":2}",
        "{\"a\":1,\"a\":1}",
        "{a:1}",
        "nul",
        "{\"\u{e000}\":1,\"\u{10000}\":2}",
        "\"\\ud800\"",
        "[1][",
        "true false",
        "[",
        "{\"a\"}",
    ];
    for text in refused {
        assert!(parse_canonical(text.as_bytes()).is_err(), "{text}");
    }
    assert!(parse_canonical(b"\"\xff\"").is_err());
}

#[test]
fn json_without_a_canonical_form_is_refused() {
    for value in [json!(0.5), json!(1_i64 << 53), json!(u64::MAX), json!([-(1_i64 << 53)])] {
        assert!(matches!(to_canonical(&value), Err(JsonError::Number(_))), "{value}");
    }
    let nest = |depth: u8| (0..depth).fold(json!(1), |value, _| json!([value]));
    let deepest = to_canonical(&nest(DEPTH_MAX)).unwrap();
    assert_eq!(parse_canonical(&deepest).unwrap(), nest(DEPTH_MAX));
    assert_eq!(to_canonical(&nest(DEPTH_MAX + 1)), Err(JsonError::TooDeep));
    let deeper = [b"[".as_slice(), &deepest, b"]"].concat();
    assert!(parse_canonical(&deeper).is_err());
}

#[test]
fn keys_are_sorted_by_utf_16() {
    // The example of RFC 8785, 3.2.3, without its control character.
    let value = json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{f6}": 6});
    let expected = "{\"\\r\":2,\"1\":4,\"\u{f6}\":6,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}";
    assert_eq!(String::from_utf8(to_canonical(&value).unwrap()).unwrap(), expected);
}

#[test]
fn entries_longer_than_a_bundle_can_say_are_refused() {
    let longest = vec![7; 65_535];
    assert_eq!(decode_bundle(&encode_bundle([longest.as_slice()]).unwrap(), 1).unwrap(), [longest]);
    let longer = vec![7; 65_536];
    let refused = encode_bundle([longer.as_slice()]);
    assert_eq!(refused, Err(DataError::EntryTooLong { bytes: 65_536 }));
}

#[test]
fn notes_may_have_many_signers_and_one_must_be_known() {
    let log = Log::new(3, &[]);
    let mut checkpoint = log.checkpoint();
    let name = "witness.example/w1";
    let witness = SigningKey::from_seed(name, KeyKind::CosignatureV1, [5; 32]).unwrap();
    checkpoint.add(cosign(&checkpoint, &witness, 1_790_000_000).unwrap());
    let read = SignedCheckpoint::parse(&checkpoint.to_bytes()).unwrap();
    let (ours, theirs) = (key(1), witness.verifier());
    let known = [ours.verifier(), theirs];
    assert_eq!(read.note().verify(&known).unwrap().len(), 2);
    assert_eq!(read.note().verify(&known[..1]).unwrap().len(), 1);
    assert_eq!(verify_cosignature(&read, theirs).unwrap().at_s, 1_790_000_000);
    let stranger = SigningKey::from_seed(name, KeyKind::CosignatureV1, [6; 32]).unwrap();
    assert_eq!(verify_cosignature(&read, stranger.verifier()), None);
    assert!(read.note().verify(&[stranger.verifier()]).is_err());
    assert!(cosign(&read, &ours, 1).is_err());
    // A known key must not have signed twice.
    let mut doubled = checkpoint.clone();
    doubled.add(cosign(&checkpoint, &witness, 1_790_000_001).unwrap());
    assert!(doubled.note().verify(&known).is_err());
}
