//! Verifying the record from the store: the events, their texts, the tiles and the checkpoint.

use std::sync::Arc;

use sekisho_ledgers::ports::{Head, Store, StoreError};
use sekisho_ledgers::vault::Vault;
use sekisho_record::verify::{LogSource, Options, PrivateText, Report, StoredEntry, Visit, verify};
use sekisho_record::{Hash, TileId};

use crate::desk::{Desk, Verified};

/// The salt and the canonical JSON of a personal text.
type Unsealed = ([u8; 16], Vec<u8>);

/// Events read at once.
const CHUNK_EVENTS: u64 = 1_000;

/// The log in a store, as it stood at one moment.
pub struct StoredLog {
    store: Arc<dyn Store>,
    head: Head,
    /// Opens the personal texts, to compare them with their digests; without it they are left out.
    vault: Option<Arc<Vault>>,
}

impl std::fmt::Debug for StoredLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StoredLog({})", self.head.size)
    }
}

impl StoredLog {
    /// The log as it stands now. What is appended later is not seen.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn now(store: Arc<dyn Store>, vault: Option<Arc<Vault>>) -> Result<Self, StoreError> {
        let head = store.head()?;
        Ok(Self { store, head, vault })
    }
}

impl LogSource for StoredLog {
    type Error = StoreError;

    fn checkpoint(&self) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.head.checkpoint.clone().map(String::into_bytes))
    }

    fn size(&self) -> Result<u64, StoreError> {
        Ok(self.head.size)
    }

    fn entries(&self, start: u64, end: u64, visit: &mut dyn FnMut(Visit<'_>)) -> Result<(), StoreError> {
        let end = end.min(self.head.size);
        let mut from = start;
        while from < end {
            let to = end.min(from + CHUNK_EVENTS);
            for leaf in self.store.leaves(from, to)? {
                let private = self.private(leaf.seq)?;
                let entry = StoredEntry {
                    leaf: &leaf.bytes,
                    leaf_hash: Some(Hash::from_slice(&leaf.hash).unwrap_or_else(|| Hash::from_bytes([0; 32]))),
                    private: private.as_ref().map(|(salt, canonical)| PrivateText { salt: *salt, canonical }),
                };
                visit(Visit::Entry(leaf.seq, entry));
            }
            from = to;
        }
        Ok(())
    }

    fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.tile(id.level, id.index)
    }

    fn keeps_partial_tiles(&self) -> bool {
        false
    }
}

impl StoredLog {
    /// The text of an event as its digest was made of it. One that does not open is given as empty,
    /// so that it fails the comparison instead of passing for erased.
    fn private(&self, seq: u64) -> Result<Option<Unsealed>, StoreError> {
        let Some(vault) = &self.vault else { return Ok(None) };
        let Some(blob) = self.store.sealed_text(seq)? else { return Ok(None) };
        Ok(Some(vault.unseal(seq, &blob).unwrap_or_default()))
    }
}

/// Verifies the whole record as it stands now.
///
/// # Errors
/// When the store cannot be read.
pub fn verify_store(store: Arc<dyn Store>, vault: Option<Arc<Vault>>, options: &Options) -> Result<Report, StoreError> {
    verify(&StoredLog::now(store, vault)?, options)
}

impl Desk {
    /// Verifies the record now and keeps what was found for every page to show.
    pub fn verify_now(&self) -> Verified {
        let ground = self.house().ground();
        let options = Options { trusted: Some(self.house().verifier()), threads: 2, ..Options::default() };
        let report = verify_store(Arc::clone(&ground.store), Some(Arc::clone(&ground.vault)), &options);
        let at_ms = self.now_ms();
        let verified = match report {
            Ok(report) => {
                let problem = report.findings.first().map(ToString::to_string);
                Verified { size: report.entries, at_ms, ok: report.is_sound(), problem }
            }
            Err(e) => Verified {
                size: 0, at_ms, ok: false, problem: Some(format!("記録を読み出せません（{e}）。"))
            },
        };
        if let Some(problem) = &verified.problem {
            tracing::error!(problem, "the record does not verify");
        }
        self.set_verified(verified.clone());
        verified
    }
}
