//! Tiles and entry bundles: how the tree and its entries lie in files
//! (<https://c2sp.org/tlog-tiles>).
//!
//! A tile is up to 256 hashes of one level in a row; an entry bundle is the
//! same row of entries themselves, each after its length.

use std::fmt;

use thiserror::Error;

use crate::hash::{HASH_BYTES, Hash};

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;
/// The same as a tree height: a full tile spans eight levels of nodes.
pub const TILE_HEIGHT: u8 = 8;
/// Bytes of a full tile.
pub const TILE_BYTES: usize = TILE_WIDTH as usize * HASH_BYTES;
/// The longest entry a bundle can hold, in bytes (its length is a `u16`).
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;
/// The highest tile level that a 64-bit tree size can reach.
pub const LEVEL_MAX: u8 = 7;

/// Where a tile lies: level, place within the level, and how many hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 holds leaf hashes; each further level stands for 256 times as many leaves.
    pub level: u8,
    /// Place within the level, from 0.
    pub index: u64,
    /// Hashes in the tile, 1 to 256; 256 is a full tile.
    pub width: u16,
}

impl TileId {
    /// The full tile at this place.
    #[must_use]
    pub const fn full(level: u8, index: u64) -> Self {
        Self { level, index, width: TILE_WIDTH }
    }

    /// Whether the tile is full and so will never change.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The tile that holds hash number `position` of `level` in a tree of
    /// `size` leaves, or `None` when the tree has no such hash yet.
    #[must_use]
    pub fn covering(level: u8, position: u64, size: u64) -> Option<Self> {
        let hashes = level_width(level, size);
        if position >= hashes {
            return None;
        }
        let index = position / u64::from(TILE_WIDTH);
        let left = hashes - index * u64::from(TILE_WIDTH);
        Some(Self { level, index, width: clamp_width(left) })
    }

    /// The C2SP path, such as `tile/0/x001/234.p/65`.
    #[must_use]
    pub fn path(&self) -> String {
        Resource::Tile(*self).path()
    }
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

/// Where an entry bundle lies: entries `256 * index ..` and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundleId {
    /// Place of the bundle, from 0.
    pub index: u64,
    /// Entries in the bundle, 1 to 256; 256 is a full bundle.
    pub width: u16,
}

impl BundleId {
    /// The C2SP path, such as `tile/entries/x001/234.p/65`.
    #[must_use]
    pub fn path(&self) -> String {
        Resource::Entries(*self).path()
    }
}

/// Anything with a path below `tile/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// Hashes.
    Tile(TileId),
    /// Entries.
    Entries(BundleId),
}

/// Why a path is not one of a tile or bundle.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not the path of a tile: `{0}`")]
pub struct PathError(pub String);

impl Resource {
    /// The C2SP path; it never starts with a slash and has no height in it.
    #[must_use]
    pub fn path(&self) -> String {
        let (place, index, width) = match self {
            Self::Tile(tile) => (tile.level.to_string(), tile.index, tile.width),
            Self::Entries(bundle) => ("entries".to_owned(), bundle.index, bundle.width),
        };
        let mut path = format!("tile/{place}/{}", index_path(index));
        if width != TILE_WIDTH {
            path.push_str(&format!(".p/{width}"));
        }
        path
    }

    /// Reads a path back.
    ///
    /// # Errors
    /// Refuses every spelling but the one [`Resource::path`] prints.
    pub fn parse(path: &str) -> Result<Self, PathError> {
        parse_resource(path).filter(|resource| resource.path() == path).ok_or_else(|| PathError(path.to_owned()))
    }
}

/// All tiles of a tree of `size` leaves, level by level, full ones and the
/// partial one at each level's end.
pub fn tiles_of(size: u64) -> impl Iterator<Item = TileId> {
    (0..=LEVEL_MAX).flat_map(move |level| {
        widths(level_width(level, size)).map(move |(index, width)| TileId { level, index, width })
    })
}

/// All entry bundles of a tree of `size` leaves.
pub fn bundles_of(size: u64) -> impl Iterator<Item = BundleId> {
    widths(size).map(|(index, width)| BundleId { index, width })
}

/// Hashes that `level` holds in a tree of `size` leaves.
#[must_use]
pub fn level_width(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(TILE_HEIGHT) * u32::from(level)).unwrap_or(0)
}

/// The bytes of a tile: its hashes one after the other.
#[must_use]
pub fn encode_tile(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// Why bytes are not a tile or a bundle of the width asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DataError {
    /// The length is not 32 bytes for each hash.
    #[error("a tile of {width} hashes is {bytes} bytes long")]
    TileLength {
        /// Hashes expected.
        width: u16,
        /// Bytes found.
        bytes: usize,
    },
    /// An entry's length points past the end, or the length itself is cut.
    #[error("bundle ends inside entry {place}")]
    CutEntry {
        /// Which entry of the bundle, from 0.
        place: usize,
    },
    /// More or fewer entries than the bundle's width says.
    #[error("bundle of {width} entries holds {found}")]
    EntryCount {
        /// Entries expected.
        width: u16,
        /// Entries found.
        found: usize,
    },
    /// An entry is longer than a `u16` can say.
    #[error("entry of {bytes} bytes is longer than {ENTRY_BYTES_MAX}")]
    EntryTooLong {
        /// Bytes of the entry.
        bytes: usize,
    },
}

/// Reads a tile of exactly `width` hashes.
///
/// # Errors
/// The length must be `width * 32` bytes.
pub fn decode_tile(bytes: &[u8], width: u16) -> Result<Vec<Hash>, DataError> {
    if bytes.len() != usize::from(width) * HASH_BYTES {
        return Err(DataError::TileLength { width, bytes: bytes.len() });
    }
    Ok(bytes.chunks_exact(HASH_BYTES).filter_map(Hash::from_slice).collect())
}

/// The bytes of an entry bundle: each entry after its length as a big-endian `u16`.
///
/// # Errors
/// An entry longer than [`ENTRY_BYTES_MAX`].
pub fn encode_bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.len()).map_err(|_| DataError::EntryTooLong { bytes: entry.len() })?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// Splits a bundle of exactly `width` entries.
///
/// # Errors
/// Bytes left over, bytes missing, or another number of entries.
pub fn decode_bundle(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, DataError> {
    let entries = split_bundle(bytes)?;
    if entries.len() == usize::from(width) {
        Ok(entries)
    } else {
        Err(DataError::EntryCount { width, found: entries.len() })
    }
}

/// The entries of a damaged bundle up to the first that cannot be cut off.
pub(crate) fn readable_entries(bytes: &[u8], width: u16) -> Vec<&[u8]> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while entries.len() < usize::from(width)
        && let Some((length, after)) = rest.split_first_chunk::<2>()
        && let Some((entry, after)) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))
    {
        entries.push(entry);
        rest = after;
    }
    entries
}

fn split_bundle(mut rest: &[u8]) -> Result<Vec<&[u8]>, DataError> {
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let cut = DataError::CutEntry { place: entries.len() };
        let Some((length, after)) = rest.split_first_chunk::<2>() else { return Err(cut) };
        let length = usize::from(u16::from_be_bytes(*length));
        let Some((entry, after)) = after.split_at_checked(length) else { return Err(cut) };
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}

fn widths(hashes: u64) -> impl Iterator<Item = (u64, u16)> {
    let tile = u64::from(TILE_WIDTH);
    (0..hashes.div_ceil(tile)).map(move |index| (index, clamp_width(hashes - index * tile)))
}

fn clamp_width(hashes: u64) -> u16 {
    u16::try_from(hashes).map_or(TILE_WIDTH, |width| width.min(TILE_WIDTH))
}

fn index_path(index: u64) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

/// Lenient; the caller compares with what printing gives.
fn parse_resource(path: &str) -> Option<Resource> {
    let (place, rest) = path.strip_prefix("tile/")?.split_once('/')?;
    let (digits, width) = match rest.split_once(".p/") {
        Some((digits, width)) => (digits, width.parse().ok().filter(|w| (1..256).contains(w))?),
        None => (rest, TILE_WIDTH),
    };
    let index = digits.split('/').try_fold(0_u64, |index, part| {
        let part: u64 = part.strip_prefix('x').unwrap_or(part).parse().ok()?;
        index.checked_mul(1000)?.checked_add(part)
    })?;
    Some(match place {
        "entries" => Resource::Entries(BundleId { index, width }),
        level => {
            let level = level.parse().ok().filter(|level| *level <= 63)?;
            Resource::Tile(TileId { level, index, width })
        }
    })
}
