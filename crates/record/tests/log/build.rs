//! Builds logs as the app does, in memory and as exported files.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;

use sekisho_record::hash::{leaf_hash, sha256};
use sekisho_record::rotation::{open_body, rotate_body};
use sekisho_record::tile::{bundles_of, encode_bundle, tiles_of};
use sekisho_record::verify::{Exported, Resources};
use sekisho_record::{Checkpoint, Effect, KeyKind, Leaf, SignedCheckpoint, Signer, SigningKey, Tree, VerifierKey};
use serde_json::{Map, Value, json};

pub const ORIGIN: &str = "sekisho.example/nishimeya";

/// The files of an export by their path.
#[derive(Clone, Default, Debug, PartialEq)]
pub struct Files(pub BTreeMap<String, Vec<u8>>);

impl Resources for Files {
    type Error = Infallible;

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.0.get(path).cloned())
    }

    fn exists(&self, path: &str) -> Result<bool, Infallible> {
        Ok(self.0.contains_key(path))
    }
}

impl Files {
    pub fn source(&self) -> Exported<Self> {
        Exported(self.clone())
    }

    pub fn write(&self, directory: &Path) {
        for (path, bytes) in &self.0 {
            let path = directory.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}

pub fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(ORIGIN, KeyKind::Ed25519, [number; 32]).unwrap()
}

/// A log with its leaves; the key changes at every place in `rotations`.
pub struct Log {
    pub leaves: Vec<Vec<u8>>,
    pub keys: Vec<SigningKey>,
}

impl Log {
    pub fn new(events: u64, rotations: &[u64]) -> Self {
        Self::with(events, rotations, 0)
    }

    /// Logs of another `flavour` have other events and the same keys.
    pub fn with(events: u64, rotations: &[u64], flavour: u64) -> Self {
        let mut log = Self { leaves: Vec::new(), keys: vec![key(1)] };
        for seq in 0..events {
            let (act, body) = if seq == 0 {
                ("log.open", open_body(log.keys[0].verifier()))
            } else if rotations.contains(&seq) {
                let next = key(u8::try_from(log.keys.len() + 1).unwrap());
                let body = rotate_body(log.keys.last().unwrap(), next.verifier()).unwrap();
                log.keys.push(next);
                ("log.rotate_key", body)
            } else {
                ("card.lend", body(seq, flavour))
            };
            log.leaves.push(event(seq, act, body).to_bytes().unwrap());
        }
        log
    }

    pub fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        self.leaves.iter().for_each(|leaf| drop(tree.push(leaf_hash(leaf))));
        tree
    }

    pub fn vkeys(&self) -> Vec<VerifierKey> {
        self.keys.iter().map(|key| key.verifier().clone()).collect()
    }

    pub fn checkpoint(&self) -> SignedCheckpoint {
        let tree = self.tree();
        let checkpoint = Checkpoint::new(ORIGIN, tree.size(), tree.root());
        checkpoint.sign(self.keys.last().unwrap()).unwrap()
    }

    /// What `sekisho log export` writes.
    pub fn export(&self) -> Files {
        let mut files = Files::default();
        let mut tree = Tree::new();
        for leaf in &self.leaves {
            for tile in tree.push(leaf_hash(leaf)) {
                files.0.insert(tile.id.path(), tile.bytes);
            }
        }
        for (id, bytes) in tree.edge_tiles() {
            files.0.insert(id.path(), bytes);
        }
        assert_eq!(files.0.len(), tiles_of(tree.size()).count());
        for id in bundles_of(tree.size()) {
            let first = usize::try_from(id.index * 256).unwrap();
            let entries = &self.leaves[first..first + usize::from(id.width)];
            let bytes = encode_bundle(entries.iter().map(Vec::as_slice)).unwrap();
            files.0.insert(id.path(), bytes);
        }
        let vkeys: String = self.vkeys().iter().map(|key| format!("{key}\n")).collect();
        files.0.insert("log.vkey".to_owned(), vkeys.into_bytes());
        files.0.insert("checkpoint".to_owned(), self.checkpoint().to_bytes());
        files
    }
}

pub fn event(seq: u64, act: &str, body: Map<String, Value>) -> Leaf {
    Leaf {
        seq,
        at_ms: 1_790_000_000_000 + i64::try_from(seq / 2).unwrap() * 1_000,
        act: act.to_owned(),
        actor: Some(format!("p-{}", seq % 7)),
        capacity: seq.is_multiple_of(3).then(|| "住民課長".to_owned()),
        terminal: Some("統合端末1".to_owned()),
        session: None,
        profile: sha256(b"profile"),
        effect: if seq % 5 == 4 { Effect::Refuse } else { Effect::Permit },
        code: "ok".to_owned(),
        cites: vec!["nishimeya:10.2".to_owned()],
        body,
        private: None,
    }
}

fn body(seq: u64, flavour: u64) -> Map<String, Value> {
    let Value::Object(body) = json!({"card": format!("c{seq}"), "kind": flavour}) else { unreachable!() };
    body
}

/// A small, plain source of chance (SplitMix64), so that every run is the same.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(bound).unwrap()).unwrap()
    }
}
