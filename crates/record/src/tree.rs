//! The writer's tree: only its right edge, kept ready to grow and to prove.
//!
//! It holds the partial tile of each level with all nodes inside, and the tile
//! completed before it. So an append costs about one hash, and a proof for a
//! recent leaf (the last 256 at least) reads nothing from the store.

use std::convert::Infallible;
use std::sync::Arc;

use thiserror::Error;

use crate::hash::{Hash, empty_root};
use crate::proof::{self, NodeReader, ProofError, TileReader, range_hash};
use crate::subtree::Subtree;
use crate::tile::{TILE_HEIGHT, TILE_WIDTH, TileId, encode_tile, level_width};

/// A tile that an append completed; the store keeps it for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullTile {
    /// Its place; the width is always 256.
    pub id: TileId,
    /// Its 8,192 bytes.
    pub bytes: Vec<u8>,
}

/// The right edge of a growing tree. A clone costs some ten microseconds:
/// clone before a transaction and put the clone back when it fails.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    size: u64,
    levels: Vec<Level>,
}

#[derive(Clone, Debug, Default)]
struct Level {
    edge: Subtree,
    /// The tile completed last, if it was completed since the tree was restored.
    previous: Option<Arc<Subtree>>,
}

/// Why a tree could not be restored from a store.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RestoreError<E> {
    /// The store failed to give a tile.
    #[error("cannot read {id}")]
    Read {
        /// The tile asked for.
        id: TileId,
        /// What the store said.
        source: E,
    },
    /// The store gave a tile with too few hashes.
    #[error("tile {id} has only {found} hashes")]
    ShortTile {
        /// The tile asked for.
        id: TileId,
        /// Hashes it gave.
        found: usize,
    },
    /// Not as many leaf hashes as the last, partial tile of level 0 has.
    #[error("{expected} leaf hashes are needed for the last tile, not {found}")]
    LeafCount {
        /// Hashes needed: `size % 256`.
        expected: u64,
        /// Hashes given.
        found: usize,
    },
}

impl Tree {
    /// A tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Rebuilds the right edge of a tree of `size` leaves.
    ///
    /// `edge_leaves` are the leaf hashes from [`Tree::edge_start`] to `size`;
    /// `read_tile` gives full tiles of the store (at most 255 for each level).
    ///
    /// # Errors
    /// The reader's error, a short tile, or a wrong number of leaf hashes.
    pub fn restore<E>(
        size: u64,
        edge_leaves: &[Hash],
        mut read_tile: impl FnMut(TileId) -> Result<Vec<Hash>, E>,
    ) -> Result<Self, RestoreError<E>> {
        let expected = size - Self::edge_start(size);
        if u64::try_from(edge_leaves.len()) != Ok(expected) {
            return Err(RestoreError::LeafCount { expected, found: edge_leaves.len() });
        }
        let mut levels = vec![Level { edge: Subtree::from_hashes(edge_leaves), previous: None }];
        for level in 1_u8.. {
            let hashes = level_width(level, size);
            if hashes == 0 {
                break;
            }
            let mut edge = Subtree::default();
            for place in hashes - hashes % u64::from(TILE_WIDTH)..hashes {
                edge.push(tile_root(TileId::full(level - 1, place), &mut read_tile)?);
            }
            levels.push(Level { edge, previous: None });
        }
        Ok(Self { size, levels })
    }

    /// The first leaf of the last, partial tile of level 0 in a tree of `size`.
    #[must_use]
    pub const fn edge_start(size: u64) -> u64 {
        size - size % TILE_WIDTH as u64
    }

    /// Leaves in the tree.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf and gives the tiles it completed: mostly none, and one
    /// for each level that fills up.
    pub fn push(&mut self, leaf: Hash) -> Vec<FullTile> {
        let mut completed = Vec::new();
        let mut carried = Some(leaf);
        let mut level = 0_usize;
        while let Some(hash) = carried.take() {
            if self.levels.len() == level {
                self.levels.push(Level::default());
            }
            let Some(here) = self.levels.get_mut(level) else { break };
            here.edge.push(hash);
            if here.edge.is_full() {
                let full = std::mem::take(&mut here.edge);
                carried = full.root();
                completed.push(self.full_tile(level, &full));
                if let Some(here) = self.levels.get_mut(level) {
                    here.previous = Some(Arc::new(full));
                }
            }
            level += 1;
        }
        self.size += 1;
        completed
    }

    /// The root of the tree as it stands (RFC 6962, 2.1).
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut reader = self;
        range_hash(&mut reader, 0, self.size).ok().flatten().unwrap_or_else(empty_root)
    }

    /// The hashes of the partial tile at the end of `level`; empty when the
    /// level ends on a full tile or does not exist.
    #[must_use]
    pub fn edge_tile(&self, level: u8) -> Vec<Hash> {
        self.levels.get(usize::from(level)).map(|level| level.edge.hashes()).unwrap_or_default()
    }

    /// The partial tiles that complete this tree, from level 0 upwards, with
    /// their bytes. Together with all full tiles they are the whole tree.
    pub fn edge_tiles(&self) -> impl Iterator<Item = (TileId, Vec<u8>)> {
        (0_u8..).zip(&self.levels).filter(|(_, level)| level.edge.width() > 0).map(|(number, level)| {
            let index = level_width(number, self.size) / u64::from(TILE_WIDTH);
            let id = TileId { level: number, index, width: level.edge.width() };
            (id, encode_tile(&level.edge.hashes()))
        })
    }

    /// The inclusion proof of a recent leaf in this very tree, from memory.
    /// `None` when the leaf is too old or does not exist: then use
    /// [`proof::inclusion`] with [`Tree::with_store`].
    #[must_use]
    pub fn recent_inclusion(&self, index: u64) -> Option<Vec<Hash>> {
        let mut reader = self;
        let path = proof::inclusion_from(&mut reader, index, self.size).ok();
        path.filter(|_| index < self.size)
    }

    /// A tile reader that answers from this tree's edge and from the store's
    /// full tiles.
    pub const fn with_store<R>(&self, full: R) -> EdgeAndStore<'_, R> {
        EdgeAndStore { tree: self, full }
    }

    fn full_tile(&self, level: usize, full: &Subtree) -> FullTile {
        // `size` is still that before the append, which lay inside this tile.
        let level = u8::try_from(level).unwrap_or(u8::MAX);
        let index = level_width(level, self.size) / u64::from(TILE_WIDTH);
        FullTile { id: TileId::full(level, index), bytes: encode_tile(&full.hashes()) }
    }
}

/// A node that memory does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotHeld;

impl NodeReader for &Tree {
    type Error = NotHeld;

    fn node(&mut self, height: u8, index: u64) -> Result<Hash, NotHeld> {
        let inner = height % TILE_HEIGHT;
        let number = height / TILE_HEIGHT;
        let level = self.levels.get(usize::from(number)).ok_or(NotHeld)?;
        let tile = index >> (TILE_HEIGHT - inner);
        let edge_tile = level_width(number, self.size) / u64::from(TILE_WIDTH);
        let place = usize::try_from(index - (tile << (TILE_HEIGHT - inner))).map_err(|_| NotHeld)?;
        let held = if tile == edge_tile {
            Some(&level.edge)
        } else if tile + 1 == edge_tile {
            level.previous.as_deref()
        } else {
            None
        };
        held.and_then(|subtree| subtree.node(inner, place)).ok_or(NotHeld)
    }
}

/// See [`Tree::with_store`].
#[derive(Clone, Copy, Debug)]
pub struct EdgeAndStore<'a, R> {
    tree: &'a Tree,
    full: R,
}

impl<R: TileReader> TileReader for EdgeAndStore<'_, R> {
    type Error = R::Error;

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, R::Error> {
        let edge = level_width(id.level, self.tree.size) / u64::from(TILE_WIDTH);
        if id.index == edge {
            return Ok(self.tree.edge_tile(id.level));
        }
        self.full.tile(TileId::full(id.level, id.index))
    }
}

/// A store without tiles, for trees shorter than one tile and for tests.
impl TileReader for () {
    type Error = Infallible;

    fn tile(&self, _: TileId) -> Result<Vec<Hash>, Infallible> {
        Ok(Vec::new())
    }
}

/// The error type of proofs made by [`Tree::with_store`].
pub type StoreProofError<R> = ProofError<<R as TileReader>::Error>;

fn tile_root<E>(
    id: TileId,
    read_tile: &mut impl FnMut(TileId) -> Result<Vec<Hash>, E>,
) -> Result<Hash, RestoreError<E>> {
    let hashes = read_tile(id).map_err(|source| RestoreError::Read { id, source })?;
    Subtree::from_hashes(&hashes).root().ok_or(RestoreError::ShortTile { id, found: hashes.len() })
}
