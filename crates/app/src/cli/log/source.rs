//! Where the commands read a log: the store of a data folder, or an exported directory.

use std::cell::Cell;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sekisho_ledgers::ports::{Store, StoreError};
use sekisho_ledgers::vault::Vault;
use sekisho_record::proof::TileReader;
use sekisho_record::verify::{LogSource, Resources, Visit};
use sekisho_record::{Hash, TileId, Tree, VerifierKey};
use sekisho_store::Sqlite;

use crate::cli::progress::Progress;
use crate::cli::{CliError, DataArgs, file_error};
use crate::platform::SystemClock;
use crate::site::{Database, Site, SiteError};

/// Largest file of an exported log: a bundle of 256 entries of the greatest length.
const RESOURCE_BYTES_MAX: u64 = 256 * (65_535 + 2);

/// A store opened for reading, with what the data folder's keys add when they are there.
pub(crate) struct Opened {
    pub(crate) store: Arc<dyn Store>,
    /// Opens the personal texts.
    pub(crate) vault: Option<Arc<Vault>>,
    /// The key of the folder.
    pub(crate) key: Option<VerifierKey>,
}

/// Opens the store for reading. An auditor's copy may be without keys, and a profile that does not
/// load must not keep anybody from verifying: both leave out the personal texts and are told.
pub(crate) fn open(place: &DataArgs, told: &mut dyn FnMut(&str)) -> Result<Opened, CliError> {
    let site = match Site::open(&place.data) {
        Ok(site) => site,
        Err(e) => {
            let store = bare_store(place).ok_or_else(|| CliError::from(e))??;
            told("プロファイルか設定が読めないため、記録だけを見ます。");
            return Ok(Opened { store, vault: None, key: None });
        }
    };
    let store = site.read_store(&place.database())?;
    match site.ground(Arc::clone(&store), Arc::new(SystemClock)) {
        Ok(ground) => {
            let key = ground.signer.verifier().clone();
            Ok(Opened { store, vault: Some(ground.vault), key: Some(key) })
        }
        Err(e) => {
            told(&format!("鍵が読めないため、非公開の本文とその要約の照合は省きます（{e}）。"));
            Ok(Opened { store, vault: None, key: None })
        }
    }
}

/// Opens the store for reading and nothing else of the data folder.
pub(crate) fn open_store(place: &DataArgs) -> Result<Arc<dyn Store>, CliError> {
    match bare_store(place) {
        Some(store) => store,
        None => Err(SiteError::NotThere(place.data.display().to_string()).into()),
    }
}

fn bare_store(place: &DataArgs) -> Option<Result<Arc<dyn Store>, CliError>> {
    match place.database() {
        Database::Url(url) => {
            let store = sekisho_store::Postgres::connect_read_only(&url);
            Some(store.map(|s| Arc::new(s) as Arc<dyn Store>).map_err(CliError::from))
        }
        Database::Folder => {
            let path = place.data.join("sekisho.sqlite");
            let open = || Sqlite::open_read_only(&path).map(|s| Arc::new(s) as Arc<dyn Store>).map_err(CliError::from);
            path.is_file().then(open)
        }
    }
}

/// The store's tiles as proofs read them.
pub(crate) struct StoredTiles<'a>(pub(crate) &'a dyn Store);

impl TileReader for StoredTiles<'_> {
    type Error = StoreError;

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, StoreError> {
        let Some(bytes) = self.0.tile(id.level, id.index)? else { return Ok(Vec::new()) };
        sekisho_record::tile::decode_tile(&bytes, 256).map_err(|e| StoreError::Damaged(e.to_string()))
    }
}

/// The tree of the first `size` entries, from the store.
pub(crate) fn tree(store: &dyn Store, size: u64) -> Result<Tree, StoreError> {
    let edge = store.leaves(Tree::edge_start(size), size)?;
    let hashes: Vec<Hash> = edge.iter().map(|leaf| sekisho_record::leaf_hash(&leaf.bytes)).collect();
    let read = |id: TileId| StoredTiles(store).tile(id);
    Tree::restore(size, &hashes, read).map_err(|e| StoreError::Damaged(e.to_string()))
}

/// An exported log's directory.
#[derive(Debug)]
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn open(path: &Path) -> Result<Self, CliError> {
        if path.is_dir() {
            Ok(Self(path.to_owned()))
        } else {
            Err(CliError::Environment(format!("`{}`というフォルダーがありません。", path.display())))
        }
    }
}

impl Resources for Directory {
    type Error = CliError;

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, CliError> {
        use std::io::Read as _;
        let path = self.0.join(path);
        let file = match std::fs::File::open(&path) {
            Ok(file) => file,
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(e) => return Err(file_error(&path, &e)),
        };
        let mut bytes = Vec::new();
        // What is longer than any file of the format is cut, and so found to be wrong.
        let read = file.take(RESOURCE_BYTES_MAX + 1).read_to_end(&mut bytes);
        read.map_err(|e| file_error(&path, &e))?;
        Ok(Some(bytes))
    }

    fn exists(&self, path: &str) -> Result<bool, CliError> {
        Ok(self.0.join(path).is_file())
    }
}

/// A source that tells how far the verifier is.
pub(crate) struct Watched<S> {
    inner: S,
    all: Cell<u64>,
    progress: Progress,
}

impl<S> Watched<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner, all: Cell::new(0), progress: Progress::of("検証しています") }
    }
}

impl<S: LogSource> LogSource for Watched<S> {
    type Error = S::Error;

    fn checkpoint(&self) -> Result<Option<Vec<u8>>, S::Error> {
        self.inner.checkpoint()
    }

    fn size(&self) -> Result<u64, S::Error> {
        self.inner.size().inspect(|size| self.all.set(*size))
    }

    fn entries(&self, start: u64, end: u64, visit: &mut dyn FnMut(Visit<'_>)) -> Result<(), S::Error> {
        self.inner.entries(start, end, &mut |seen| {
            if let Visit::Entry(place, _) = &seen {
                self.progress.tell(*place, self.all.get());
            }
            visit(seen);
        })
    }

    fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, S::Error> {
        self.inner.tile(id)
    }

    fn keeps_partial_tiles(&self) -> bool {
        self.inner.keeps_partial_tiles()
    }

    fn key_file(&self) -> Result<Option<Vec<u8>>, S::Error> {
        self.inner.key_file()
    }
}
