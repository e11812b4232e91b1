//! Whatever is altered is found and named, and a sound log is never blamed.

use std::collections::BTreeSet;
use std::convert::Infallible;

use sekisho_record::hash::{Hash, leaf_hash};
use sekisho_record::json::private_digest;
use sekisho_record::tile::{BundleId, Resource, TileId, decode_bundle, decode_tile, encode_bundle, encode_tile};
use sekisho_record::verify::{Finding, LogSource, Options, Place, PrivateText, Report, StoredEntry, Visit, verify};
use sekisho_record::{KeyKind, Signer, SigningKey};
use serde_json::{Map, json};

use crate::build::{Chance, Files, Log, event};

fn check(files: &Files, options: &Options) -> Report {
    verify(&files.source(), options).unwrap()
}

fn codes(report: &Report) -> BTreeSet<&'static str> {
    report.findings.iter().map(Finding::code).collect()
}

fn outside(log: &Log) -> Options {
    Options {
        trusted: Some(log.keys[0].verifier().clone()),
        outside: vec![log.checkpoint().to_bytes()],
        ..Options::default()
    }
}

#[test]
fn sound_logs_of_every_size_are_sound() {
    for events in [1, 2, 3, 17, 255, 256, 257, 511, 512, 600, 1024, 1300] {
        let log = Log::new(events, &[5, 256, 300]);
        let early = Log::new(events.div_ceil(2), &[5, 256, 300]);
        let mut options = outside(&log);
        options.outside.push(early.checkpoint().to_bytes());
        for (threads, files) in [(1, log.export()), (2, log.export())] {
            options.threads = threads;
            let report = check(&files, &options);
            assert_eq!(report.findings, [], "{events} events");
            assert_eq!(report.entries, events);
            assert_eq!(report.key.as_ref(), log.vkeys().last());
        }
    }
}

#[test]
fn empty_log_is_sound() {
    let log = Log::new(0, &[]);
    assert_eq!(check(&log.export(), &outside(&log)).findings, []);
    assert_eq!(check(&log.export(), &Options::default()).findings, []);
}

/// One changed byte, and what the verifier must then say.
pub fn flip(files: &Files, log: &Log, chance: &mut Chance) -> (Files, String, usize) {
    let paths: Vec<&String> = files.0.keys().filter(|path| *path != "log.vkey").collect();
    // Entries, tiles and the checkpoint are hit equally often.
    let kinds = ["tile/entries/", "tile/", "checkpoint"];
    let kind = kinds[chance.below(3)];
    let of_kind: Vec<&String> = paths
        .into_iter()
        .filter(|path| path.starts_with(kind))
        .filter(|path| kind != "tile/" || !path.starts_with("tile/entries/"))
        .collect();
    let path = of_kind[chance.below(of_kind.len())].clone();
    let mut altered = files.clone();
    let bytes = altered.0.get_mut(&path).unwrap();
    let place = chance.below(bytes.len());
    bytes[place] ^= u8::try_from(1 + chance.below(255)).unwrap();
    assert!(log.leaves.len() > 1);
    (altered, path, place)
}

/// The entry in which byte `place` of a bundle lies.
fn entry_at(files: &Files, path: &str, place: usize) -> u64 {
    let Ok(Resource::Entries(BundleId { index, width })) = Resource::parse(path) else { panic!("{path}") };
    let mut end = 0;
    let entries = decode_bundle(&files.0[path], width).unwrap();
    let found = entries.iter().position(|entry| {
        end += 2 + entry.len();
        place < end
    });
    index * 256 + u64::try_from(found.unwrap()).unwrap()
}

#[test]
fn each_of_10_000_changed_bytes_is_found_and_named() {
    let logs: Vec<(Log, Files)> = [(3, 0), (40, 7), (130, 0), (300, 120), (600, 300)]
        .into_iter()
        .map(|(events, rotation)| Log::new(events, &[rotation]))
        .map(|log| (log.export(), log))
        .map(|(files, log)| (log, files))
        .collect();
    let mut chance = Chance(20_261_122);
    for round in 0..10_000_usize {
        // Mostly short logs, so that many rounds fit into a test run.
        let (log, files) = &logs[[0, 0, 0, 1, 1, 1, 2, 2, 3, 4][round % 10]];
        let (altered, path, place) = flip(files, log, &mut chance);
        let report = check(&altered, &Options::default());
        let said = || format!("round {round}, {path} byte {place}: {:?}", report.findings);
        let named = |expected: Place| report.findings.iter().any(|f| f.place() == expected);
        assert!(!report.is_sound(), "{}", said());
        if path == "checkpoint" {
            assert!(codes(&report).iter().any(|code| code.starts_with("checkpoint-")), "{}", said());
            assert!(!codes(&report).contains("entry-changed"), "{}", said());
        } else if path.starts_with("tile/entries/") {
            let entry = entry_at(files, &path, place);
            let first = report.findings.iter().find_map(|finding| match finding {
                Finding::EntryChanged(index) | Finding::BundleBroken(index, ..) => Some(*index),
                _ => None,
            });
            assert_eq!(first, Some(entry), "{}", said());
            assert!(!codes(&report).contains("tile-changed"), "{}", said());
            assert!(!codes(&report).contains("checkpoint-signature"), "{}", said());
        } else {
            let Ok(Resource::Tile(id)) = Resource::parse(&path) else { panic!("{path}") };
            assert!(named(Place::Tile(id)), "{}", said());
            assert_eq!(report.findings.len(), 1, "{}", said());
        }
    }
}

#[test]
fn reordered_deleted_and_cut_entries_are_found() {
    let log = Log::new(600, &[300]);
    let files = log.export();
    let path = "tile/entries/001".to_owned();
    let bundle = decode_bundle(&files.0[&path], 256).unwrap();

    let mut swapped = bundle.clone();
    swapped.swap(10, 20);
    let altered = replace(&files, &path, encode_bundle(swapped).unwrap());
    let report = check(&altered, &outside(&log));
    assert_eq!(codes(&report).into_iter().collect::<Vec<_>>(), ["entry-changed", "seq-mismatch", "time-backward"]);

    let mut shorter = bundle.clone();
    shorter.remove(10);
    let report = check(&replace(&files, &path, encode_bundle(shorter).unwrap()), &outside(&log));
    assert!(report.findings.contains(&Finding::EntryChanged(266)), "{:?}", report.findings);
    assert!(codes(&report).contains("bundle-broken"));

    let mut without = files.clone();
    without.0.remove(&path);
    let report = check(&without, &outside(&log));
    assert!(report.findings.contains(&Finding::EntriesMissing(256, 511)), "{:?}", report.findings);
    assert!(!codes(&report).contains("forked"), "{:?}", report.findings);

    let mut cut = files.clone();
    cut.0.remove("tile/entries/002.p/88");
    let report = check(&cut, &outside(&log));
    assert!(report.findings.contains(&Finding::Truncated { entries: 512, stated: 600 }));
    assert!(codes(&report).contains("older"));

    for missing in ["tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"] {
        let mut without = files.clone();
        without.0.remove(missing);
        let Ok(Resource::Tile(id)) = Resource::parse(missing) else { panic!() };
        assert_eq!(check(&without, &Options::default()).findings, [Finding::TileMissing(id)]);
    }
    let mut none = files.clone();
    none.0.remove("checkpoint");
    assert!(codes(&check(&none, &Options::default())).contains("checkpoint-missing"));
}

#[test]
fn whole_rewritings_are_found_against_an_outside_checkpoint() {
    let log = Log::new(600, &[300]);
    let options = outside(&log);
    // An old copy, sound in itself.
    let old = Log::new(500, &[300]).export();
    assert!(check(&old, &Options::default()).is_sound());
    assert_eq!(codes(&check(&old, &options)).into_iter().collect::<Vec<_>>(), ["older"]);
    // A fork by somebody who holds the key, as long and longer.
    for events in [600, 700] {
        let fork = Log::with(events, &[300], 9).export();
        assert!(check(&fork, &Options::default()).is_sound());
        assert_eq!(codes(&check(&fork, &options)).into_iter().collect::<Vec<_>>(), ["forked"]);
    }
    // One entry removed and everything after it made anew with the key.
    let mut removed = Log::new(600, &[300]);
    removed.leaves.remove(400);
    let report = check(&removed.export(), &options);
    assert!(report.findings.contains(&Finding::SeqMismatch { index: 400, seq: 401 }));
    assert!(codes(&report).contains("older"));
    // Longer than the checkpoint kept outside: nothing wrong.
    assert!(check(&Log::new(900, &[300, 800]).export(), &options).is_sound());
    // Another log altogether.
    let mut other = log.checkpoint().to_bytes();
    other[0] = b'z';
    let report = check(&log.export(), &Options { outside: vec![other], ..Options::default() });
    assert_eq!(codes(&report).into_iter().collect::<Vec<_>>(), ["outside-other"]);
}

#[test]
fn a_stranger_cannot_bring_in_a_key() {
    let mut log = Log::new(200, &[100]);
    let honest = outside(&log);
    // The rotation at 100 was signed by a key that is not in force.
    let forged = sekisho_record::rotation::rotate_body(&crate::build::key(9), crate::build::key(8).verifier());
    log.leaves[100] = event(100, "log.rotate_key", forged.unwrap()).to_bytes().unwrap();
    log.keys[1] = crate::build::key(8);
    let report = check(&log.export(), &Options::default());
    assert!(codes(&report).contains("key-change"), "{:?}", report.findings);
    assert!(codes(&report).contains("checkpoint-signature"), "{:?}", report.findings);
    // A log made anew with other keys from the start.
    let mut anew = Log::new(200, &[]);
    anew.keys = vec![crate::build::key(7)];
    let body = sekisho_record::rotation::open_body(anew.keys[0].verifier());
    anew.leaves[0] = event(0, "log.open", body).to_bytes().unwrap();
    assert!(check(&anew.export(), &Options::default()).is_sound());
    let report = check(&anew.export(), &honest);
    assert!(codes(&report).contains("key-untrusted") && codes(&report).contains("forked"));
}

#[test]
fn a_required_witness_must_have_signed() {
    let log = Log::new(20, &[]);
    let name = "witness.example/w1";
    let witness = SigningKey::from_seed(name, KeyKind::CosignatureV1, [9; 32]).unwrap();
    let options = Options { witnesses: vec![witness.verifier().clone()], ..Options::default() };
    assert_eq!(check(&log.export(), &options).findings, [Finding::CosignatureMissing(name.into())]);
    let mut checkpoint = log.checkpoint();
    let line = sekisho_record::cosignature::cosign(&checkpoint, &witness, 1_790_000_000).unwrap();
    checkpoint.add(line);
    let files = replace(&log.export(), "checkpoint", checkpoint.to_bytes());
    assert!(check(&files, &options).is_sound());
    let report = check(&files, &Options::default());
    assert!(report.is_sound());
    assert_eq!(report.unknown_signers, [name]);
}

#[test]
fn events_that_the_gate_would_never_write_are_found() {
    let spoil = |from: &str, to: &str| {
        let mut log = Log::new(20, &[]);
        let text = String::from_utf8(log.leaves[7].clone()).unwrap();
        assert!(text.contains(from), "{text}");
        log.leaves[7] = text.replacen(from, to, 1).into_bytes();
        let report = check(&log.export(), &Options::default());
        assert!(report.findings.iter().all(|f| f.place() == Place::Entries { first: 7, last: 7 }));
        report.findings.iter().map(Finding::code).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(spoil("[\"nishimeya:10.2\"]", "[]"), "uncited");
    assert_eq!(spoil(",\"cites\":[\"nishimeya:10.2\"]", ""), "uncited");
    assert_eq!(spoil("\"permit\"", "\"perhaps\""), "undecided");
    assert_eq!(spoil("\"code\":\"ok\"", "\"code\":\"\""), "undecided");
    assert_eq!(spoil("\"seq\":7", "\"seq\":8"), "seq-mismatch");
    assert_eq!(spoil("\"at\":179", "\"at\":178"), "time-backward");
    assert_eq!(spoil("\"v\":1", "\"v\":2"), "unreadable");
    assert_eq!(spoil("{\"act\"", "{ \"act\""), "unreadable");
    assert_eq!(spoil("card.lend", "log.open"), "key-change");
}

/// A leaf, its hash, and its private text with salt.
type Row = (Vec<u8>, Hash, Option<([u8; 16], Vec<u8>)>);

/// A store as a database keeps it: a column of leaf hashes, private texts,
/// full tiles only.
struct Rows {
    rows: Vec<Option<Row>>,
    files: Files,
}

impl Rows {
    fn new(log: &Log) -> Self {
        let row = |leaf: &Vec<u8>| Some((leaf.clone(), leaf_hash(leaf), None));
        Self { rows: log.leaves.iter().map(row).collect(), files: log.export() }
    }
}

impl LogSource for Rows {
    type Error = Infallible;

    fn checkpoint(&self) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.files.0.get("checkpoint").cloned())
    }

    fn size(&self) -> Result<u64, Infallible> {
        Ok(u64::try_from(self.rows.len()).unwrap())
    }

    fn entries(&self, start: u64, end: u64, visit: &mut dyn FnMut(Visit<'_>)) -> Result<(), Infallible> {
        for place in start..end {
            if let Some((leaf, hash, private)) = &self.rows[usize::try_from(place).unwrap()] {
                let private = private.as_ref().map(|(salt, canonical)| PrivateText { salt: *salt, canonical });
                visit(Visit::Entry(place, StoredEntry { leaf, leaf_hash: Some(*hash), private }));
            }
        }
        Ok(())
    }

    fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.files.0.get(&id.path()).filter(|_| id.is_full()).cloned())
    }

    fn keeps_partial_tiles(&self) -> bool {
        false
    }
}

#[test]
fn a_database_is_read_as_well_as_an_export() {
    let log = Log::new(5_000, &[300]);
    let options = Options { threads: 2, ..outside(&log) };
    let mut rows = Rows::new(&log);
    let text = br#"{"name":"x"}"#.to_vec();
    let mut leaf = event(4_999, "card.lend", Map::new());
    leaf.private = Some(private_digest(&[3; 16], &text));
    let mut log = log;
    log.leaves[4_999] = leaf.to_bytes().unwrap();
    let options = Options { outside: Vec::new(), ..options };
    rows.files = log.export();
    let last = log.leaves[4_999].clone();
    rows.rows[4_999] = Some((last.clone(), leaf_hash(&last), Some(([3; 16], text))));
    let found = |rows: &Rows| verify(rows, &options).unwrap().findings;
    assert_eq!(found(&rows), []);

    rows.rows[4_999].as_mut().unwrap().2.as_mut().unwrap().1[3] ^= 1;
    assert_eq!(found(&rows), [Finding::PrivateChanged(4_999)]);
    rows.rows[4_999].as_mut().unwrap().2 = None;
    assert_eq!(found(&rows), []);

    for place in [0_usize, 77, 4_100, 4_998] {
        let index = u64::try_from(place).unwrap();
        let row = rows.rows[place].clone();
        rows.rows[place].as_mut().unwrap().1 = leaf_hash(b"other");
        assert_eq!(found(&rows), [Finding::LeafHashChanged(index)]);
        rows.rows[place] = row.clone();
        let leaf = &mut rows.rows[place].as_mut().unwrap().0;
        let text = String::from_utf8(leaf.clone()).unwrap().replace("統合端末1", "統合端末2");
        *leaf = text.into_bytes();
        assert_eq!(found(&rows), [Finding::EntryChanged(index)]);
        rows.rows[place] = None;
        assert!(found(&rows).contains(&Finding::EntriesMissing(index, index)));
        rows.rows[place] = row;
    }
    rows.rows.truncate(4_800);
    assert!(found(&rows).contains(&Finding::Truncated { entries: 4_800, stated: 5_000 }));
}

#[test]
fn an_entry_changed_with_its_hash_and_tile_is_still_named() {
    let log = Log::new(600, &[]);
    let mut files = log.export();
    let body = json!({"card": "stolen"}).as_object().unwrap().clone();
    let forged = event(300, "card.lend", body).to_bytes().unwrap();
    let path = "tile/entries/001".to_owned();
    let bytes = files.0[&path].clone();
    let mut bundle = decode_bundle(&bytes, 256).unwrap();
    bundle[44] = &forged;
    files.0.insert(path, encode_bundle(bundle).unwrap());
    let mut tile = decode_tile(&files.0["tile/0/001"], 256).unwrap();
    tile[44] = leaf_hash(&forged);
    files.0.insert("tile/0/001".to_owned(), encode_tile(&tile));
    let report = check(&files, &Options::default());
    assert!(report.findings.contains(&Finding::EntriesDoubtful(256, 511)), "{:?}", report.findings);
    assert!(codes(&report).contains("root-mismatch"));
}

fn replace(files: &Files, path: &str, bytes: Vec<u8>) -> Files {
    let mut altered = files.clone();
    altered.0.insert(path.to_owned(), bytes);
    altered
}
