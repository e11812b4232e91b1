//! The tree and its proofs, against RFC 6962 written naively and against `tlog_tiles`.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sekisho_record::hash::{Hash, empty_root, leaf_hash, node_hash};
use sekisho_record::proof::{self, TileReader, verify_consistency, verify_inclusion};
use sekisho_record::tile::{TileId, decode_tile, tiles_of};
use sekisho_record::{FullTile, Tree};

/// MTH of RFC 6962, 2.1, word by word.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            node_hash(&naive_root(&leaves[..split]), &naive_root(&leaves[split..]))
        }
    }
}

/// Keeps full tiles only, as the store does.
#[derive(Default)]
struct FullTiles(BTreeMap<TileId, Vec<u8>>);

impl FullTiles {
    fn keep(&mut self, tiles: Vec<FullTile>) {
        self.0.extend(tiles.into_iter().map(|tile| (tile.id, tile.bytes)));
    }
}

impl TileReader for FullTiles {
    type Error = String;

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, String> {
        let bytes = self.0.get(&id).ok_or_else(|| format!("no {id}"))?;
        decode_tile(bytes, id.width).map_err(|error| error.to_string())
    }
}

fn leaf(number: u64) -> Hash {
    leaf_hash(&number.to_be_bytes())
}

fn grow(size: u64) -> (Tree, FullTiles) {
    let (mut tree, mut tiles) = (Tree::new(), FullTiles::default());
    (0..size).for_each(|number| tiles.keep(tree.push(leaf(number))));
    (tree, tiles)
}

#[test]
fn root_of_every_small_tree_is_that_of_rfc_6962() {
    let leaves: Vec<Hash> = (0..1100).map(leaf).collect();
    let mut tree = Tree::new();
    for size in 0..leaves.len() {
        assert_eq!(tree.root(), naive_root(&leaves[..size]), "size {size}");
        tree.push(leaves[size]);
    }
}

#[test]
fn edges_and_full_tiles_are_all_tiles_there_are() {
    for size in [0, 1, 255, 256, 257, 512, 65_535, 65_536, 70_000] {
        let (tree, tiles) = grow(size);
        let mut ids: Vec<TileId> = tiles.0.keys().copied().collect();
        ids.extend(tree.edge_tiles().map(|(id, _)| id));
        ids.sort();
        let mut expected: Vec<TileId> = tiles_of(size).collect();
        expected.sort();
        assert_eq!(ids, expected, "size {size}");
    }
}

#[test]
fn every_proof_in_small_trees_holds() {
    let (_, tiles) = grow(600);
    let mut tree = Tree::new();
    let mut roots = vec![tree.root()];
    for size in 1..=600_u64 {
        tree.push(leaf(size - 1));
        roots.push(tree.root());
        let reader = tree.with_store(&tiles);
        let root = tree.root();
        for index in [0, size / 3, size / 2, size - 1] {
            let made = proof::inclusion(&reader, index, size).unwrap();
            verify_inclusion(&made, index, &leaf(index), size, &root).unwrap();
            let recent = tree.recent_inclusion(index);
            assert!(recent.is_some() || index + 256 < size, "{index} of {size}");
            assert!(recent.is_none_or(|recent| recent == made));
            assert!(verify_inclusion(&made, index, &leaf(index + 1), size, &root).is_err());
        }
        for old in [0, size / 3, size / 2, size - 1, size] {
            let made = proof::consistency(&reader, old, size).unwrap();
            let old_root = roots[usize::try_from(old).unwrap()];
            verify_consistency(&made, old, &old_root, size, &root).unwrap();
            assert_eq!(proof::root(&reader, old).unwrap(), old_root);
        }
        assert_eq!(tree.recent_inclusion(size), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn restored_tree_grows_like_the_one_before(size in 0_u64..70_000, more in 0_u64..600) {
        let (mut tree, tiles) = grow(size);
        let edge: Vec<Hash> = (Tree::edge_start(size)..size).map(leaf).collect();
        let mut restored = Tree::restore(size, &edge, |id| tiles.tile(id)).unwrap();
        for number in size..size + more {
            prop_assert_eq!(tree.push(leaf(number)), restored.push(leaf(number)));
        }
        prop_assert_eq!(tree.root(), restored.root());
        prop_assert_eq!(tree.size(), restored.size());
    }

    #[test]
    fn altered_proofs_do_not_hold(
        size in 1_u64..3_000, place in any::<u64>(), old in any::<u64>(), spoil in any::<usize>(),
    ) {
        let (tree, tiles) = grow(size);
        let reader = tree.with_store(&tiles);
        let (index, old) = (place % size, 1 + old % size);
        let root = tree.root();
        let old_root = proof::root(&reader, old).unwrap();
        let inclusion = proof::inclusion(&reader, index, size).unwrap();
        let consistency = proof::consistency(&reader, old, size).unwrap();
        for spoiled in spoil_proof(&inclusion, spoil) {
            prop_assert!(verify_inclusion(&spoiled, index, &leaf(index), size, &root).is_err());
        }
        for spoiled in spoil_proof(&consistency, spoil) {
            prop_assert!(verify_consistency(&spoiled, old, &old_root, size, &root).is_err());
        }
        prop_assert!(verify_consistency(&consistency, old, &leaf(0x5e), size, &root).is_err());
    }
}

/// One hash altered, one too few, one too many.
fn spoil_proof(proof: &[Hash], place: usize) -> Vec<Vec<Hash>> {
    let mut spoiled = vec![[proof, &[leaf(9)]].concat()];
    if !proof.is_empty() {
        let mut altered = proof.to_vec();
        altered[place % proof.len()] = leaf(u64::MAX);
        spoiled.extend([altered, proof[1..].to_vec()]);
    }
    spoiled
}
