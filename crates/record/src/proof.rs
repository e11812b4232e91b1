//! Inclusion and consistency proofs: made from tiles, checked from nothing.
//!
//! Making follows RFC 6962 (2.1.1, 2.1.2), which says which ranges of leaves a
//! proof covers; checking follows RFC 9162 (2.1.3.2, 2.1.4.2) and shares no
//! code with the making but the two hash functions.

use std::collections::HashMap;

use thiserror::Error;

use crate::hash::{Hash, empty_root, node_hash};
use crate::subtree::Subtree;
use crate::tile::{TILE_HEIGHT, TileId};

/// Gives the tiles of a tree.
pub trait TileReader {
    /// What reading may fail with.
    type Error;

    /// The hashes of the tile at `id.level` and `id.index`: at least
    /// `id.width` of them; more are ignored, so a full tile may stand in for
    /// a partial one.
    ///
    /// # Errors
    /// When the store cannot give it. A tile that does not exist may also be
    /// given as an empty list.
    fn tile(&self, id: TileId) -> Result<Vec<Hash>, Self::Error>;
}

impl<R: TileReader> TileReader for &R {
    type Error = R::Error;

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, R::Error> {
        (**self).tile(id)
    }
}

/// Why a proof could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProofError<E> {
    /// The leaf is not in the tree.
    #[error("leaf {index} is not in a tree of {size}")]
    NoSuchLeaf {
        /// The leaf asked for.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The old tree is larger than the new one.
    #[error("a tree of {new} is smaller than one of {old}")]
    Shrinks {
        /// Leaves in the old tree.
        old: u64,
        /// Leaves in the new tree.
        new: u64,
    },
    /// The store failed to give a tile.
    #[error("cannot read {id}")]
    Read {
        /// The tile asked for.
        id: TileId,
        /// What the store said.
        source: E,
    },
    /// The store gave fewer hashes than the tile has.
    #[error("tile {id} is incomplete")]
    ShortTile {
        /// The tile asked for.
        id: TileId,
    },
}

/// Proves that leaf `index` is in the tree of the first `size` leaves: the
/// sibling hashes from the leaf upwards.
///
/// # Errors
/// No such leaf, or a tile that cannot be read.
pub fn inclusion<R: TileReader>(reader: &R, index: u64, size: u64) -> Result<Vec<Hash>, ProofError<R::Error>> {
    if index >= size {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    inclusion_from(&mut Tiles::new(reader, size), index, size)
}

/// Proves that the tree of the first `new` leaves begins with the tree of the
/// first `old` leaves. Empty when either is the whole of the other or `old` is 0.
///
/// # Errors
/// `old > new`, or a tile that cannot be read.
pub fn consistency<R: TileReader>(reader: &R, old: u64, new: u64) -> Result<Vec<Hash>, ProofError<R::Error>> {
    if old > new {
        return Err(ProofError::Shrinks { old, new });
    }
    hash_ranges(&mut Tiles::new(reader, new), &consistency_ranges(old, new))
}

/// The root of the tree of the first `size` leaves, from its tiles.
///
/// # Errors
/// A tile that cannot be read.
pub fn root<R: TileReader>(reader: &R, size: u64) -> Result<Hash, ProofError<R::Error>> {
    Ok(range_hash(&mut Tiles::new(reader, size), 0, size)?.unwrap_or_else(empty_root))
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CheckError {
    /// The leaf's place is not in a tree of that size, or the sizes run backward.
    #[error("the proof's sizes make no sense")]
    BadSizes,
    /// The proof has too many or too few hashes for its sizes.
    #[error("the proof has the wrong length")]
    WrongLength,
    /// The hashes do not lead to the root.
    #[error("the proof leads to another root")]
    RootMismatch,
}

/// Checks that `leaf` stands at `index` in the tree of `size` with `root`
/// (RFC 9162, 2.1.3.2).
///
/// # Errors
/// When the proof does not show it.
pub fn verify_inclusion(proof: &[Hash], index: u64, leaf: &Hash, size: u64, root: &Hash) -> Result<(), CheckError> {
    if index >= size {
        return Err(CheckError::BadSizes);
    }
    let (mut place, mut last, mut node) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return Err(CheckError::WrongLength);
        }
        if place & 1 == 1 || place == last {
            node = node_hash(sibling, &node);
            while place & 1 == 0 && place != 0 {
                (place, last) = (place >> 1, last >> 1);
            }
        } else {
            node = node_hash(&node, sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    settle(last == 0, node == *root)
}

/// Checks that the tree of `new` leaves with `new_root` begins with the tree
/// of `old` leaves with `old_root` (RFC 9162, 2.1.4.2). From the empty tree
/// only an empty proof is accepted.
///
/// # Errors
/// When the proof does not show it.
pub fn verify_consistency(
    proof: &[Hash],
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
) -> Result<(), CheckError> {
    if old > new {
        return Err(CheckError::BadSizes);
    }
    if old == new {
        return settle(proof.is_empty(), old_root == new_root);
    }
    if old == 0 {
        return settle(proof.is_empty(), *old_root == empty_root());
    }
    let mut hashes = proof.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { hashes.next() };
    let first = first.ok_or(CheckError::WrongLength)?;
    let zeros = (old - 1).trailing_ones();
    let (mut place, mut last) = ((old - 1) >> zeros, (new - 1) >> zeros);
    let (mut old_node, mut new_node) = (*first, *first);
    for sibling in hashes {
        if last == 0 {
            return Err(CheckError::WrongLength);
        }
        if place & 1 == 1 || place == last {
            old_node = node_hash(sibling, &old_node);
            new_node = node_hash(sibling, &new_node);
            while place & 1 == 0 && place != 0 {
                (place, last) = (place >> 1, last >> 1);
            }
        } else {
            new_node = node_hash(&new_node, sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    settle(last == 0, old_node == *old_root && new_node == *new_root)
}

/// Gives single nodes: `height` 0 are leaves, `index` counts within a height.
pub(crate) trait NodeReader {
    type Error;

    fn node(&mut self, height: u8, index: u64) -> Result<Hash, Self::Error>;
}

pub(crate) fn inclusion_from<N: NodeReader>(nodes: &mut N, index: u64, size: u64) -> Result<Vec<Hash>, N::Error> {
    hash_ranges(nodes, &inclusion_ranges(index, size))
}

/// The root of leaves `start..end`, where `start` is a multiple of the largest
/// power of two within the range; `None` for an empty range.
pub(crate) fn range_hash<N: NodeReader>(nodes: &mut N, start: u64, mut end: u64) -> Result<Option<Hash>, N::Error> {
    // Perfect subtrees from the right end: each is the lowest set bit of what is left.
    let mut hash: Option<Hash> = None;
    while end > start {
        let height = (end - start).trailing_zeros();
        let index = (end >> height) - 1;
        let left = nodes.node(u8::try_from(height).unwrap_or(u8::MAX), index)?;
        hash = Some(hash.map_or(left, |right| node_hash(&left, &right)));
        end -= 1 << height;
    }
    Ok(hash)
}

fn hash_ranges<N: NodeReader>(nodes: &mut N, ranges: &[(u64, u64)]) -> Result<Vec<Hash>, N::Error> {
    let mut hashes = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        hashes.extend(range_hash(nodes, *start, *end)?);
    }
    Ok(hashes)
}

/// The leaf ranges whose roots are the inclusion proof, from the leaf upwards
/// (PATH of RFC 6962, 2.1.1). Empty when the leaf is not in the tree.
fn inclusion_ranges(index: u64, size: u64) -> Vec<(u64, u64)> {
    let (mut start, mut end) = (0, size);
    let mut ranges = Vec::new();
    while index < size && end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            ranges.push((middle, end));
            end = middle;
        } else {
            ranges.push((start, middle));
            start = middle;
        }
    }
    ranges.reverse();
    ranges
}

/// The same for a consistency proof (SUBPROOF of RFC 6962, 2.1.2).
fn consistency_ranges(old: u64, new: u64) -> Vec<(u64, u64)> {
    let (mut start, mut end) = (0, new);
    let mut ranges = Vec::new();
    if old == 0 || old >= new {
        return ranges;
    }
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            ranges.push((middle, end));
            end = middle;
        } else {
            ranges.push((start, middle));
            start = middle;
        }
    }
    // A left part that is the whole old tree is known to the checker already.
    if start != 0 {
        ranges.push((start, end));
    }
    ranges.reverse();
    ranges
}

/// The largest power of two smaller than `length` (which is at least 2).
const fn split(length: u64) -> u64 {
    1 << (u64::BITS - 1 - (length - 1).leading_zeros())
}

fn settle(length_fits: bool, roots_fit: bool) -> Result<(), CheckError> {
    match (length_fits, roots_fit) {
        (false, _) => Err(CheckError::WrongLength),
        (true, false) => Err(CheckError::RootMismatch),
        (true, true) => Ok(()),
    }
}

/// Nodes out of tiles; each tile is read once.
struct Tiles<'a, R> {
    reader: &'a R,
    size: u64,
    read: HashMap<(u8, u64), Subtree>,
}

impl<'a, R: TileReader> Tiles<'a, R> {
    fn new(reader: &'a R, size: u64) -> Self {
        Self { reader, size, read: HashMap::new() }
    }
}

impl<R: TileReader> NodeReader for Tiles<'_, R> {
    type Error = ProofError<R::Error>;

    fn node(&mut self, height: u8, index: u64) -> Result<Hash, Self::Error> {
        let (level, inner) = (height / TILE_HEIGHT, height % TILE_HEIGHT);
        let no_such_leaf = ProofError::NoSuchLeaf { index, size: self.size };
        let first = index << inner;
        let Some(id) = TileId::covering(level, first, self.size) else { return Err(no_such_leaf) };
        let subtree = match self.read.entry((level, id.index)) {
            std::collections::hash_map::Entry::Occupied(held) => held.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                let hashes = self.reader.tile(id).map_err(|source| ProofError::Read { id, source })?;
                let hashes = hashes.get(..usize::from(id.width)).ok_or(ProofError::ShortTile { id })?;
                place.insert(Subtree::from_hashes(hashes))
            }
        };
        let place = usize::try_from(index - (id.index << (TILE_HEIGHT - inner)));
        let node = place.ok().and_then(|place| subtree.node(inner, place));
        node.ok_or(ProofError::ShortTile { id })
    }
}
