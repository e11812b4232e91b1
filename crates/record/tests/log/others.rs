//! Programs that others wrote (crates `tlog_tiles` and `signed_note`) read our
//! files, and we read theirs.

use proptest::prelude::*;
use sekisho_record::hash::{Hash, leaf_hash};
use sekisho_record::proof::{self, TileReader};
use sekisho_record::tile::{TileId, decode_tile};
use sekisho_record::{SignedCheckpoint, Signer, VerifierKey};
use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList};
use tlog_tiles::tile::{Tile, TileHashReader};
use tlog_tiles::tlog;

use crate::build::{Files, Log, ORIGIN, key};

/// Our export as `tlog_tiles` wants to read it: its paths name a tile height.
struct Theirs<'a>(&'a Files);

impl tlog_tiles::tile::TileReader for Theirs<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog::Error> {
        let path = |tile: &Tile| tile.path().replacen("tile/8/", "tile/", 1);
        Ok(tiles.iter().map(|tile| self.0.0[&path(tile)].clone()).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

struct Ours<'a>(&'a Files);

impl TileReader for Ours<'_> {
    type Error = String;

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, String> {
        let exact = self.0.0.get(&id.path()).map(|bytes| (bytes, id.width));
        let full = || self.0.0.get(&TileId::full(id.level, id.index).path()).map(|b| (b, 256));
        let edge = || {
            let places = (1..256).map(|width| TileId { width, ..id });
            places.filter_map(|id| Some((self.0.0.get(&id.path())?, id.width))).next()
        };
        let (bytes, width) = exact.or_else(full).or_else(edge).ok_or("no tile")?;
        decode_tile(bytes, width).map_err(|error| error.to_string())
    }
}

fn theirs(hash: &Hash) -> tlog::Hash {
    tlog::Hash(*hash.as_bytes())
}

fn plain(proof: &[Hash]) -> Vec<tlog::Hash> {
    proof.iter().map(theirs).collect()
}

#[test]
fn tlog_tiles_finds_the_same_root_and_proofs_in_our_tiles() {
    for size in [1, 2, 100, 256, 257, 700] {
        let log = Log::new(size, &[]);
        let files = log.export();
        let (tree, ours) = (log.tree(), Ours(&files));
        let root = theirs(&tree.root());
        let reader = Theirs(&files);
        let hashes = TileHashReader::new(size, root, &reader);
        assert_eq!(tlog::tree_hash(size, &hashes).unwrap().0, root.0);
        for index in (0..size).step_by(37) {
            let made = plain(&proof::inclusion(&ours, index, size).unwrap());
            let leaf = leaf_hash(&log.leaves[usize::try_from(index).unwrap()]);
            assert!(tlog::prove_record(size, index, &hashes).unwrap() == made);
            tlog::check_record(&made, size, root, index, theirs(&leaf)).unwrap();
            let old = index + 1;
            let made = plain(&proof::consistency(&ours, old, size).unwrap());
            assert!(tlog::prove_tree(size, old, &hashes).unwrap() == made);
            let old_root = theirs(&proof::root(&ours, old).unwrap());
            tlog::check_tree(&made, size, root, old, old_root).unwrap();
        }
    }
}

#[test]
fn their_hash_of_a_record_is_ours() {
    for entry in [b"".as_slice(), b"a", &[0; 300]] {
        assert_eq!(tlog::record_hash(entry).0, *leaf_hash(entry).as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn their_tile_paths_are_ours(level in 0_u8..=63, index in any::<u64>(), width in 1_u16..=256) {
        let tile = Tile::new(8, level, index, u32::from(width), false);
        let ours = TileId { level, index, width }.path();
        prop_assert_eq!(tile.path().replacen("tile/8/", "tile/", 1), ours);
    }
}

#[test]
fn signed_note_believes_our_checkpoint() {
    let log = Log::new(300, &[]);
    let bytes = log.checkpoint().to_bytes();
    let vkey = log.keys[0].verifier().to_string();
    let verifiers = VerifierList::new(vec![Box::new(StandardVerifier::new(&vkey).unwrap())]);
    let note = Note::from_bytes(&bytes).unwrap();
    let (known, unknown) = note.verify(&verifiers).unwrap();
    assert_eq!((known.len(), unknown.len()), (1, 0));
    let read = tlog_tiles::checkpoint::Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!((read.origin(), read.size()), (ORIGIN, 300));
    assert_eq!(read.hash().0, *log.tree().root().as_bytes());
    assert_eq!(read.to_bytes(), note.text());
}

#[test]
fn we_believe_a_checkpoint_that_signed_note_signed() {
    let log = Log::new(300, &[]);
    let mut note = Note::new(log.checkpoint().note().text().as_bytes(), &[]).unwrap();
    let signer = StandardSigner::new(&key(1).to_skey()).unwrap();
    note.add_sigs(&[&signer]).unwrap();
    assert_eq!(note.to_bytes(), log.checkpoint().to_bytes());
    let read = SignedCheckpoint::parse(&note.to_bytes()).unwrap();
    assert_eq!(read.verify(key(1).verifier()).unwrap().size, 300);
}

/// The keys of the Go implementation's own test (golang.org/x/mod/sumdb/note).
#[test]
fn keys_of_the_first_implementation_are_read() {
    let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(VerifierKey::parse(vkey).unwrap().to_string(), vkey);
    let skey = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    let key = sekisho_record::SigningKey::parse_skey(skey).unwrap();
    assert_eq!(key.verifier().to_string(), vkey);
    assert_eq!(*key.to_skey(), skey);
}
