//! The nodes of one tile: its hashes and every node between them and its root.
//!
//! They lie in order in one vector (leaf 0, their parent, leaf 1, …), so that
//! a tile being filled costs one hash for each leaf and every node is at hand.

use crate::hash::{Hash, node_hash};
use crate::tile::{TILE_HEIGHT, TILE_WIDTH};

/// A tile's hashes with the nodes above them; grows to 256 hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subtree {
    /// In-order: node (height h, place p) stands at `p * 2^(h+1) + 2^h - 1`.
    nodes: Vec<Hash>,
}

impl Subtree {
    pub(crate) fn from_hashes(hashes: &[Hash]) -> Self {
        let mut subtree = Self { nodes: Vec::with_capacity(2 * hashes.len()) };
        for hash in hashes.iter().take(usize::from(TILE_WIDTH)) {
            subtree.push(*hash);
        }
        subtree
    }

    /// Hashes in the tile.
    pub(crate) fn width(&self) -> u16 {
        u16::try_from(self.nodes.len().div_ceil(2)).unwrap_or(TILE_WIDTH)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.width() >= TILE_WIDTH
    }

    /// Adds a hash and all nodes it completes.
    pub(crate) fn push(&mut self, hash: Hash) {
        if !self.nodes.is_empty() {
            self.nodes.push(Hash::default());
        }
        let mut place = usize::from(self.width());
        self.nodes.push(hash);
        let mut node = hash;
        let mut height = 0_u8;
        while place % 2 == 1 && height < TILE_HEIGHT {
            let Some(left) = self.node(height, place - 1) else { return };
            node = node_hash(&left, &node);
            (height, place) = (height + 1, place / 2);
            if let Some(slot) = self.nodes.get_mut(position(height, place)) {
                *slot = node;
            }
        }
    }

    /// The node at `height` above the tile's hashes, if all its leaves are here.
    pub(crate) fn node(&self, height: u8, place: usize) -> Option<Hash> {
        if (place + 1) << height > usize::from(self.width()) {
            return None;
        }
        self.nodes.get(position(height, place)).copied()
    }

    /// The root of a full tile.
    pub(crate) fn root(&self) -> Option<Hash> {
        self.node(TILE_HEIGHT, 0)
    }

    /// The tile's own hashes.
    pub(crate) fn hashes(&self) -> Vec<Hash> {
        self.nodes.iter().step_by(2).copied().collect()
    }
}

fn position(height: u8, place: usize) -> usize {
    (place << (height + 1)) + (1 << height) - 1
}
