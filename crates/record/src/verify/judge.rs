//! Which of several contradicting stores is right.
//!
//! Every leaf hash is there up to three times: in the entry, in the tile and
//! in a column; and the tile's root is in the tile above. The set that leads
//! to the signed root is what was recorded; whatever differs from it was
//! changed since. Only when no set leads there does it stay open.

use super::finding::Finding;
use super::pass::{TileDetail, TileResult, fits};
use super::source::LogSource;
use crate::hash::{HASH_BYTES, Hash, empty_root, node_hash};
use crate::subtree::Subtree;
use crate::tile::{LEVEL_MAX, TILE_WIDTH, TileId, level_width};

/// The leaf hashes taken to be the recorded ones.
#[derive(Debug)]
pub(super) struct Recorded {
    /// Roots of the full tiles of level 0.
    roots: Vec<Hash>,
    /// Leaf hashes of the tiles that were looked at closely, by tile.
    leaves: Vec<(u64, Vec<Hash>)>,
}

/// Compares all stores of `size` leaves. `root` is the signed root, if there
/// is a sound checkpoint of that size.
pub(super) fn judge<S: LogSource>(
    source: &S,
    tiles: &[TileResult],
    size: u64,
    root: Option<Hash>,
    findings: &mut Vec<Finding>,
) -> Result<Recorded, S::Error> {
    let parents = level_one(source, size)?;
    let (recorded, proven) = settle(tiles, &parents, size, root);
    for tile in tiles {
        if let Some(detail) = &tile.detail {
            name_differences(tile.id, detail, &recorded, proven, findings);
        }
    }
    if root.is_some() && !proven {
        findings.push(Finding::RootMismatch(size));
    }
    compare_upper(source, &recorded, size, proven, findings)?;
    Ok(recorded)
}

impl Recorded {
    /// The root of the first `size` leaves; `None` when the leaf hashes at the
    /// end were not kept.
    pub(super) fn root(&self, size: u64) -> Option<Hash> {
        let tile = u64::from(TILE_WIDTH);
        let full = usize::try_from(size / tile).ok()?;
        let mut nodes: Vec<(u32, Hash)> = Vec::new();
        for root in self.roots.get(..full)? {
            add(&mut nodes, 8, *root);
        }
        if !size.is_multiple_of(tile) {
            let width = usize::try_from(size % tile).ok()?;
            for leaf in self.leaves(size / tile)?.get(..width)? {
                add(&mut nodes, 0, *leaf);
            }
        }
        let joined = nodes.into_iter().rev().map(|(_, hash)| hash);
        Some(joined.reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(empty_root))
    }

    fn leaves(&self, tile: u64) -> Option<&[Hash]> {
        self.leaves.iter().find(|(index, _)| *index == tile).map(|(_, leaves)| leaves.as_slice())
    }
}

/// Joins equal heights, as a counter carries.
fn add(nodes: &mut Vec<(u32, Hash)>, height: u32, hash: Hash) {
    let (mut height, mut hash) = (height, hash);
    while let Some((_, left)) = nodes.pop_if(|(top, _)| *top == height) {
        hash = node_hash(&left, &hash);
        height += 1;
    }
    nodes.push((height, hash));
}

/// Which set is believed in a tile whose parent says nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prefer {
    Entries,
    Tile,
    Column,
}

/// Finds the set of leaf hashes that leads to the root; without one, the
/// entries themselves are taken as far as they go.
fn settle(tiles: &[TileResult], parents: &[Hash], size: u64, root: Option<Hash>) -> (Recorded, bool) {
    let mut attempts = vec![choose(tiles, None, Prefer::Entries)];
    if tiles.iter().any(|tile| tile.detail.is_some()) {
        for prefer in [Prefer::Tile, Prefer::Column, Prefer::Entries] {
            attempts.push(choose(tiles, Some(parents), prefer));
        }
        attempts.push(choose(tiles, None, Prefer::Tile));
        attempts.push(choose(tiles, None, Prefer::Column));
    }
    let reaches = |recorded: &Recorded| root.is_some() && recorded.root(size) == root;
    let found = attempts.iter().position(reaches);
    // Without a signed root the tile above decides between tile and entry.
    let fallback = usize::from(attempts.len() > 1);
    let chosen = attempts.into_iter().nth(found.unwrap_or(fallback));
    (chosen.unwrap_or(Recorded { roots: Vec::new(), leaves: Vec::new() }), found.is_some())
}

fn choose(tiles: &[TileResult], parents: Option<&[Hash]>, prefer: Prefer) -> Recorded {
    let mut recorded = Recorded { roots: Vec::new(), leaves: Vec::new() };
    for tile in tiles {
        let Some(detail) = &tile.detail else {
            recorded.roots.extend(tile.root);
            continue;
        };
        let sets = candidates(detail, prefer);
        let place = usize::try_from(tile.id.index).unwrap_or(usize::MAX);
        let parent = parents.and_then(|parents| parents.get(place));
        let of_parent = |set: &&Vec<Hash>| parent.is_some() && full_root(set).as_ref() == parent;
        let Some(set) = sets.iter().find(of_parent).or(sets.first()) else { continue };
        if tile.id.is_full() {
            recorded.roots.extend(full_root(set));
        }
        recorded.leaves.push((tile.id.index, set.clone()));
    }
    recorded
}

fn full_root(hashes: &[Hash]) -> Option<Hash> {
    Subtree::from_hashes(hashes).root()
}

/// The three sets of a tile's hashes, the preferred one first; holes are
/// filled from the others.
fn candidates(detail: &TileDetail, prefer: Prefer) -> Vec<Vec<Hash>> {
    let tile: Vec<Option<Hash>> = if detail.tile.is_empty() {
        vec![None; detail.entries.len()]
    } else {
        detail.tile.iter().copied().map(Some).collect()
    };
    let fill = |first: &[Option<Hash>], second: &[Option<Hash>], third: &[Option<Hash>]| {
        let triples = first.iter().zip(second).zip(third);
        triples.map(|((a, b), c)| a.or(*b).or(*c).unwrap_or_default()).collect::<Vec<Hash>>()
    };
    let entries = fill(&detail.entries, &tile, &detail.column);
    let column = fill(&detail.column, &tile, &detail.entries);
    let tile = fill(&tile, &detail.entries, &detail.column);
    match prefer {
        Prefer::Entries => vec![entries, tile, column],
        Prefer::Tile => vec![tile, column, entries],
        Prefer::Column => vec![column, tile, entries],
    }
}

fn name_differences(id: TileId, detail: &TileDetail, recorded: &Recorded, proven: bool, findings: &mut Vec<Finding>) {
    let Some(truth) = recorded.leaves(id.index) else { return };
    let first = id.index * u64::from(TILE_WIDTH);
    let mut tile_differs = detail.tile_misfit;
    for (place, hash) in truth.iter().enumerate() {
        let index = first + u64::try_from(place).unwrap_or(0);
        let entry = detail.entries.get(place).copied().flatten();
        let column = detail.column.get(place).copied().flatten();
        let stored = detail.tile.get(place).copied();
        // Unproven, two stores that agree against the entry outweigh it.
        let outvoted = |other: Option<Hash>| other.is_some_and(|other| other != *hash);
        if entry.is_some_and(|entry| entry != *hash) {
            findings.push(Finding::EntryChanged(index));
        } else if !proven && outvoted(column) && column == stored {
            findings.push(Finding::EntryChanged(index));
            continue;
        }
        if outvoted(column) {
            findings.push(Finding::LeafHashChanged(index));
        }
        tile_differs |= outvoted(stored);
    }
    if tile_differs {
        findings.push(Finding::TileChanged(id));
    }
}

/// The stored hashes of level 1, as far as they can be read.
fn level_one<S: LogSource>(source: &S, size: u64) -> Result<Vec<Hash>, S::Error> {
    let mut hashes = Vec::new();
    for id in tiles_at(1, size) {
        let bytes = source.tile(id)?.unwrap_or_default();
        let read = bytes.chunks_exact(HASH_BYTES).filter_map(Hash::from_slice);
        let before = hashes.len();
        hashes.extend(read.take(usize::from(id.width)));
        hashes.resize(before + usize::from(id.width), Hash::default());
    }
    Ok(hashes)
}

/// Compares the tiles of level 1 and above with what lies below them.
fn compare_upper<S: LogSource>(
    source: &S,
    recorded: &Recorded,
    size: u64,
    proven: bool,
    findings: &mut Vec<Finding>,
) -> Result<(), S::Error> {
    let mut below = recorded.roots.clone();
    for level in 1..=LEVEL_MAX {
        for id in tiles_at(level, size) {
            let from = usize::try_from(id.index * u64::from(TILE_WIDTH)).unwrap_or(usize::MAX);
            let expected = below.get(from..).unwrap_or_default();
            let expected = expected.get(..usize::from(id.width)).unwrap_or(expected);
            match source.tile(id)? {
                Some(bytes) => compare_one(id, &bytes, expected, proven, findings),
                None if id.is_full() || source.keeps_partial_tiles() => {
                    findings.push(Finding::TileMissing(id));
                }
                None => {}
            }
        }
        below = below.chunks_exact(usize::from(TILE_WIDTH)).filter_map(full_root).collect();
    }
    Ok(())
}

fn compare_one(id: TileId, bytes: &[u8], expected: &[Hash], proven: bool, findings: &mut Vec<Finding>) {
    let stored: Vec<Hash> = bytes.chunks_exact(HASH_BYTES).filter_map(Hash::from_slice).collect();
    let fits = fits(bytes, id.width) && expected.len() == usize::from(id.width);
    let differing: Vec<usize> =
        (0..expected.len()).filter(|place| stored.get(*place) != expected.get(*place)).collect();
    if fits && differing.is_empty() {
        return;
    }
    findings.push(Finding::TileChanged(id));
    if proven {
        return;
    }
    let span = 1_u64 << (8 * u32::from(id.level)).min(63);
    for place in differing {
        let place = id.index * u64::from(TILE_WIDTH) + u64::try_from(place).unwrap_or(0);
        let first = place.saturating_mul(span);
        findings.push(Finding::EntriesDoubtful(first, first.saturating_add(span - 1)));
    }
}

fn tiles_at(level: u8, size: u64) -> impl Iterator<Item = TileId> {
    let tile = u64::from(TILE_WIDTH);
    (0..level_width(level, size).div_ceil(tile)).filter_map(move |index| TileId::covering(level, index * tile, size))
}
