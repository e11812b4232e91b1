//! Where the verifier reads: a port, and the one reader of exported files.

use crate::checkpoint::SignedCheckpoint;
use crate::hash::Hash;
use crate::json::SALT_BYTES;
use crate::tile::{BundleId, Resource, TILE_WIDTH, TileId, decode_bundle, readable_entries};

/// The private text of an event, if the store still has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrivateText<'a> {
    /// The salt kept with the text.
    pub salt: [u8; SALT_BYTES],
    /// The text's canonical JSON.
    pub canonical: &'a [u8],
}

/// An entry as a source holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredEntry<'a> {
    /// The leaf's bytes.
    pub leaf: &'a [u8],
    /// The leaf hash that the source keeps beside the entry, if it does.
    pub leaf_hash: Option<Hash>,
    /// The private text, if it is there; erased texts are no finding.
    pub private: Option<PrivateText<'a>>,
}

/// What [`LogSource::entries`] hands over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visit<'a> {
    /// The entry at this place.
    Entry(u64, StoredEntry<'a>),
    /// The entries from the first to the last place cannot be read, and why.
    Broken(u64, u64, String),
}

/// A log to verify: a database, a directory, a server.
///
/// All answers must be of one moment (one read transaction, one export): a
/// log that grows in between would look cut or forged.
/// A source says what is there and judges nothing. An error is one of the
/// environment (a disk that does not read), not a finding.
pub trait LogSource {
    /// What reading may fail with.
    type Error;

    /// The latest checkpoint's bytes, if there is one.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn checkpoint(&self) -> Result<Option<Vec<u8>>, Self::Error>;

    /// How many entries there are: one more than the last entry's place, even
    /// when some before it are gone.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn size(&self) -> Result<u64, Self::Error>;

    /// Visits the entries from `start` to before `end`, in order; places
    /// without an entry are passed over.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn entries(&self, start: u64, end: u64, visit: &mut dyn FnMut(Visit<'_>)) -> Result<(), Self::Error>;

    /// The bytes of a tile, `None` when it is not there. A partial tile may be
    /// answered with a longer one of the same place.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, Self::Error>;

    /// Whether the source keeps partial tiles too, as an export does.
    fn keeps_partial_tiles(&self) -> bool;

    /// The key file beside the log: one vkey a line, oldest first.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn key_file(&self) -> Result<Option<Vec<u8>>, Self::Error> {
        Ok(None)
    }
}

/// Files of an exported log by their path: `checkpoint`, `log.vkey`, `tile/…`.
pub trait Resources {
    /// What reading may fail with.
    type Error;

    /// The bytes at `path`, `None` when there is nothing.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, Self::Error>;

    /// Whether there is something at `path`.
    ///
    /// # Errors
    /// When that cannot be told.
    fn exists(&self, path: &str) -> Result<bool, Self::Error> {
        Ok(self.get(path)?.is_some())
    }
}

/// Full bundles missing in a row before the log is taken to end.
const HOLES_MAX: u64 = 16;

/// The bundle that ends a log of `size` entries.
fn last_bundle(size: u64) -> Option<BundleId> {
    let last = size.checked_sub(1)?;
    let index = last / u64::from(TILE_WIDTH);
    let width = u16::try_from(size - index * u64::from(TILE_WIDTH)).ok()?;
    Some(BundleId { index, width })
}

/// An exported log, read through its paths.
#[derive(Clone, Copy, Debug)]
pub struct Exported<R>(pub R);

impl<R: Resources> Exported<R> {
    /// The bundle at `index`: the one that a log of `size` entries has there,
    /// else a full one, else the widest.
    fn bundle(&self, index: u64, size: u64) -> Result<Option<BundleId>, R::Error> {
        let expected = last_bundle(size).filter(|last| last.index == index);
        let full = BundleId { index, width: TILE_WIDTH };
        for id in expected.into_iter().chain([full]) {
            if self.0.exists(&id.path())? {
                return Ok(Some(id));
            }
        }
        for width in (1..TILE_WIDTH).rev() {
            let id = BundleId { index, width };
            if self.0.exists(&id.path())? {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Whether the bundle that ends a log of `size` entries is there.
    fn ends_at(&self, size: u64) -> Result<bool, R::Error> {
        last_bundle(size).map_or(Ok(false), |last| self.0.exists(&last.path()))
    }

    /// The size that the checkpoint states, believed or not.
    fn stated(&self) -> Result<u64, R::Error> {
        let parsed = self.0.get("checkpoint")?.and_then(|b| SignedCheckpoint::parse(&b).ok());
        Ok(parsed.map_or(0, |checkpoint| checkpoint.stated().size))
    }

    fn visit_bundle(
        &self,
        id: BundleId,
        wanted: std::ops::Range<u64>,
        visit: &mut dyn FnMut(Visit<'_>),
    ) -> Result<(), R::Error> {
        let first = id.index * u64::from(TILE_WIDTH);
        let Some(bytes) = self.0.get(&id.path())? else { return Ok(()) };
        let entries = readable_entries(&bytes, id.width);
        let next = first + u64::try_from(entries.len()).unwrap_or(0);
        for (place, leaf) in (first..).zip(entries).filter(|(place, _)| wanted.contains(place)) {
            visit(Visit::Entry(place, StoredEntry { leaf, leaf_hash: None, private: None }));
        }
        if let Err(error) = decode_bundle(&bytes, id.width) {
            // Bytes may also be left over after the last entry.
            let last = first + u64::from(id.width) - 1;
            visit(Visit::Broken(next.min(last), last, error.to_string()));
        }
        Ok(())
    }
}

impl<R: Resources> LogSource for Exported<R> {
    type Error = R::Error;

    fn checkpoint(&self) -> Result<Option<Vec<u8>>, R::Error> {
        self.0.get("checkpoint")
    }

    fn size(&self) -> Result<u64, R::Error> {
        let tile = u64::from(TILE_WIDTH);
        let stated = self.stated()?;
        // The end that the checkpoint states, or else the first full bundle's.
        let mut index = if self.ends_at(stated)? { stated / tile } else { 0 };
        let mut size = index * tile;
        let mut missing = 0;
        while missing <= HOLES_MAX {
            if self.0.exists(&BundleId { index, width: TILE_WIDTH }.path())? {
                (size, missing) = ((index + 1) * tile, 0);
            } else {
                missing += 1;
            }
            index += 1;
        }
        if size < stated && self.ends_at(stated)? {
            return Ok(stated);
        }
        let end = self.bundle(size / tile, stated)?;
        Ok(end.map_or(size, |id| size + u64::from(id.width)))
    }

    fn entries(&self, start: u64, end: u64, visit: &mut dyn FnMut(Visit<'_>)) -> Result<(), R::Error> {
        let tile = u64::from(TILE_WIDTH);
        for index in start / tile..end.div_ceil(tile) {
            if let Some(id) = self.bundle(index, end)? {
                self.visit_bundle(id, start..end, visit)?;
            }
        }
        Ok(())
    }

    fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, R::Error> {
        if let Some(bytes) = self.0.get(&id.path())? {
            return Ok(Some(bytes));
        }
        self.0.get(&Resource::Tile(TileId::full(id.level, id.index)).path())
    }

    fn keeps_partial_tiles(&self) -> bool {
        true
    }

    fn key_file(&self) -> Result<Option<Vec<u8>>, R::Error> {
        self.0.get("log.vkey")
    }
}
