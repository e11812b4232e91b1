//! Every example in `docs/format.md` is what the code makes.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sekisho_record::cosignature::cosign;
use sekisho_record::hash::leaf_hash;
use sekisho_record::json::{private_digest, to_canonical};
use sekisho_record::rotation::rotate_body;
use sekisho_record::tile::{bundles_of, tiles_of};
use sekisho_record::{KeyKind, LogProof, SignedCheckpoint, Signer, SigningKey, VerifierKey};
use serde_json::{Value, json};

use crate::build::{Log, key};

fn example() -> BTreeMap<&'static str, String> {
    let log = Log::new(3, &[]);
    let entry = log.leaves[1].clone();
    let witness = SigningKey::from_seed("witness.example/w1", KeyKind::CosignatureV1, [9; 32]);
    let witness = witness.unwrap();
    let mut checkpoint = log.checkpoint();
    let hashes: String = log.leaves.iter().map(|leaf| format!("{}\n", leaf_hash(leaf))).collect();
    let hashes = format!("{hashes}{}", log.tree().root());
    let proof = LogProof {
        entry: Some(entry.clone()),
        index: 1,
        hashes: log.tree().recent_inclusion(1).unwrap(),
        checkpoint: checkpoint.clone(),
    };
    checkpoint.add(cosign(&checkpoint, &witness, 1_790_000_000).unwrap());
    let salt = std::array::from_fn(|place| u8::try_from(place).unwrap());
    let private = to_canonical(&json!({"氏名": "関所\t花子", "remark": "\"\u{1f}/"})).unwrap();
    let digest = private_digest(&salt, &private);
    let rotation = rotate_body(&key(1), key(2).verifier()).unwrap();
    let bundle = &log.export().0["tile/entries/000.p/3"];
    let mut last = BTreeMap::new();
    tiles_of(70_000).for_each(|id| drop(last.insert((id.level, id.is_full()), id.path())));
    bundles_of(70_000).for_each(|id| drop(last.insert((9, id.width == 256), id.path())));
    let paths: Vec<String> = last.into_values().collect();
    BTreeMap::from([
        ("entry", String::from_utf8(entry).unwrap()),
        ("private", format!("{}\n{digest}", String::from_utf8(private).unwrap())),
        ("hashes", hashes),
        ("paths", paths.join("\n")),
        ("skey", key(1).to_skey().to_string()),
        ("vkey", key(1).verifier().to_string()),
        ("witness", witness.verifier().to_string()),
        ("checkpoint", String::from_utf8(checkpoint.to_bytes()).unwrap()),
        ("rotation", String::from_utf8(to_canonical(&Value::Object(rotation)).unwrap()).unwrap()),
        ("proof", proof.to_string()),
        ("bundle", BASE64.encode(bundle)),
    ])
}

/// The fenced blocks of the page that carry a label.
fn blocks(page: &str) -> BTreeMap<&str, &str> {
    let fences = page.split("\n```text ").skip(1);
    fences.filter_map(|rest| rest.split("\n```").next()?.split_once('\n').or(Some((rest, "")))).collect()
}

#[test]
fn examples_in_the_format_page_are_made_by_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/format.md");
    let page = std::fs::read_to_string(path).unwrap();
    let written = blocks(&page);
    let made = example();
    assert_eq!(written.keys().collect::<Vec<_>>(), made.keys().collect::<Vec<_>>());
    for (label, example) in &made {
        assert_eq!(written[label], example.trim_end_matches('\n'), "the block `{label}`");
    }
}

#[test]
fn the_format_page_names_every_finding() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/format.md");
    let page = std::fs::read_to_string(path).unwrap();
    let source = include_str!("../../src/verify/finding.rs");
    let codes = source.lines().filter_map(|line| line.trim().split_once("=> \"")?.1.strip_suffix("\","));
    let codes: Vec<&str> = codes.filter(|code| !code.contains(' ')).collect();
    assert!(codes.len() > 20, "{codes:?}");
    for code in codes {
        assert!(page.contains(&format!("`{code}`")), "{code}");
    }
}

#[test]
fn examples_read_alone_hold() {
    let made = example();
    let vkey = VerifierKey::parse(&made["vkey"]).unwrap();
    let proof = LogProof::parse(made["proof"].as_bytes()).unwrap();
    assert_eq!(proof.verify(&vkey).unwrap().0, made["entry"].as_bytes());
    let checkpoint = SignedCheckpoint::parse(made["checkpoint"].as_bytes()).unwrap();
    assert_eq!(checkpoint.verify(&vkey).unwrap().size, 3);
}

/// The crate's invariant: no clock, no files, no network, no chance, no async,
/// and nothing of its neighbour.
#[test]
fn the_crate_does_not_know_the_world() {
    let strangers = [
        "std::fs",
        "std::net",
        "std::io",
        "std::env",
        "std::process",
        "std::time",
        "SystemTime",
        "Instant::",
        "async ",
        "rand",
        "sekisho_regulation",
        "rusqlite",
        "getrandom",
    ];
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let source = std::fs::read_to_string(&path).unwrap();
            let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in code {
                let found = strangers.iter().find(|stranger| line.contains(**stranger));
                assert_eq!(found, None, "{}: {line}", path.display());
            }
        }
    }
    assert!(files > 15);
}
