//! The one pass over all entries: hashing and reading them on all cores.
//!
//! The caller's thread reads the source, worker threads hash. Between them go
//! chunks of whole tiles, so that a worker also compares its tiles.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};

use serde_json::Value;

use super::finding::Finding;
use super::source::{LogSource, PrivateText, Visit};
use crate::hash::{HASH_BYTES, Hash, leaf_hash};
use crate::json::{SALT_BYTES, parse_canonical, private_digest};
use crate::leaf::{ACT_OPEN, ACT_ROTATE_KEY, LeafError, LeafView};
use crate::subtree::Subtree;
use crate::tile::{TILE_BYTES, TILE_WIDTH, TileId};

/// Tiles of level 0 in one chunk of work.
const CHUNK_TILES: u64 = 16;

/// What the pass learned of one tile of level 0.
#[derive(Debug)]
pub(super) struct TileResult {
    pub(super) id: TileId,
    /// The root of the entries' hashes; only of a full tile without gaps.
    pub(super) root: Option<Hash>,
    /// The hashes themselves, where something differs or the tile is partial
    /// or wanted; else left out.
    pub(super) detail: Option<TileDetail>,
}

/// All there is to know of 256 leaves.
#[derive(Debug)]
pub(super) struct TileDetail {
    /// From the entries; `None` where an entry is gone.
    pub(super) entries: Vec<Option<Hash>>,
    /// From the column beside the entries.
    pub(super) column: Vec<Option<Hash>>,
    /// From the stored tile; empty when it is not there or too short.
    pub(super) tile: Vec<Hash>,
    /// Whether the stored tile has a length that no tile here has.
    pub(super) tile_misfit: bool,
}

/// What the pass learned of a run of entries.
#[derive(Debug, Default)]
pub(super) struct PassResult {
    first: u64,
    pub(super) tiles: Vec<TileResult>,
    pub(super) findings: Vec<Finding>,
    /// `log.open` and `log.rotate_key` with their bodies.
    pub(super) key_events: Vec<(u64, KeyEvent)>,
    /// The time of the first and the last entry.
    times_ms: Option<((u64, i64), i64)>,
}

/// An event that concerns the log's keys.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum KeyEvent {
    Open(Value),
    Rotate(Value),
}

/// Which tiles' hashes are wanted even when nothing differs: those in which a
/// checkpoint ends, by index.
pub(super) type Wanted<'a> = &'a [u64];

/// Reads and hashes entries `0..end`.
pub(super) fn run<S: LogSource>(
    source: &S,
    end: u64,
    wanted: Wanted<'_>,
    threads: usize,
) -> Result<PassResult, S::Error> {
    let chunk = CHUNK_TILES * u64::from(TILE_WIDTH);
    let starts = (0..end.div_ceil(chunk)).map(|number| number * chunk);
    let mut results = if threads <= 1 || end <= chunk {
        let mut results = Vec::new();
        for start in starts {
            results.push(read(source, start, end.min(start + chunk), end)?.check(wanted));
        }
        results
    } else {
        run_threads(source, end, wanted, threads)?
    };
    results.sort_by_key(|result| result.first);
    Ok(merge(results))
}

fn run_threads<S: LogSource>(
    source: &S,
    end: u64,
    wanted: Wanted<'_>,
    threads: usize,
) -> Result<Vec<PassResult>, S::Error> {
    let chunk = CHUNK_TILES * u64::from(TILE_WIDTH);
    let (work, todo) = sync_channel::<Chunk>(2 * threads);
    let (done, results) = channel();
    let todo = Mutex::new(todo);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (todo, done) = (&todo, done.clone());
            scope.spawn(move || work_on(todo, &done, wanted));
        }
        drop(done);
        for number in 0..end.div_ceil(chunk) {
            let start = number * chunk;
            // A send fails only when all workers are gone, which they never are.
            if work.send(read(source, start, end.min(start + chunk), end)?).is_err() {
                break;
            }
        }
        drop(work);
        Ok(results.iter().collect())
    })
}

fn work_on(todo: &Mutex<Receiver<Chunk>>, done: &Sender<PassResult>, wanted: Wanted<'_>) {
    loop {
        let next = todo.lock().map(|todo| todo.recv());
        let Ok(Ok(chunk)) = next else { return };
        if done.send(chunk.check(wanted)).is_err() {
            return;
        }
    }
}

/// Entries and tiles as read, not yet looked at.
#[derive(Default)]
struct Chunk {
    first: u64,
    end: u64,
    bytes: Vec<u8>,
    entries: Vec<Record>,
    tiles: Vec<(TileId, Option<Vec<u8>>)>,
    findings: Vec<Finding>,
}

struct Record {
    place: u64,
    start: usize,
    end: usize,
    column: Option<Hash>,
    private: Option<([u8; SALT_BYTES], Vec<u8>)>,
}

fn read<S: LogSource>(source: &S, first: u64, end: u64, size: u64) -> Result<Chunk, S::Error> {
    let mut chunk = Chunk { first, end, ..Chunk::default() };
    source.entries(first, end, &mut |visit| chunk.take(visit))?;
    for index in first / u64::from(TILE_WIDTH)..end.div_ceil(u64::from(TILE_WIDTH)) {
        let id = TileId::covering(0, index * u64::from(TILE_WIDTH), size);
        let Some(id) = id else { continue };
        let bytes = source.tile(id)?;
        if bytes.is_none() && (id.is_full() || source.keeps_partial_tiles()) {
            chunk.findings.push(Finding::TileMissing(id));
        }
        chunk.tiles.push((id, bytes));
    }
    Ok(chunk)
}

impl Chunk {
    fn take(&mut self, visit: Visit<'_>) {
        match visit {
            Visit::Broken(first, last, why) => {
                self.findings.push(Finding::BundleBroken(first, last, why));
            }
            Visit::Entry(place, entry) => {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(entry.leaf);
                self.entries.push(Record {
                    place,
                    start,
                    end: self.bytes.len(),
                    column: entry.leaf_hash,
                    private: entry.private.map(|PrivateText { salt, canonical }| (salt, canonical.to_vec())),
                });
            }
        }
    }

    fn check(self, wanted: Wanted<'_>) -> PassResult {
        let count = usize::try_from(self.end - self.first).unwrap_or(0);
        let mut hashes: Vec<Option<Hash>> = vec![None; count];
        let mut columns: Vec<Option<Hash>> = vec![None; count];
        let mut result = PassResult { first: self.first, ..PassResult::default() };
        for record in &self.entries {
            let leaf = self.bytes.get(record.start..record.end).unwrap_or_default();
            let place = record.place.checked_sub(self.first).map(usize::try_from);
            let Some(Ok(place)) = place else { continue };
            if let (Some(hash), Some(column)) = (hashes.get_mut(place), columns.get_mut(place)) {
                *hash = Some(leaf_hash(leaf));
                *column = record.column;
            }
            result.look_at(record, leaf);
        }
        for (id, bytes) in &self.tiles {
            let from = usize::try_from(id.index * u64::from(TILE_WIDTH) - self.first).unwrap_or(0);
            let range = from..from + usize::from(id.width);
            let entries = hashes.get(range.clone()).unwrap_or_default();
            let column = columns.get(range).unwrap_or_default();
            result.tiles.push(compare(*id, bytes.as_deref(), entries, column, wanted));
        }
        result.name_gaps(&hashes, &self.findings);
        result.findings.extend(self.findings);
        result
    }
}

impl PassResult {
    /// Reads one leaf for what it says of itself.
    fn look_at(&mut self, record: &Record, leaf: &[u8]) {
        let index = record.place;
        let view = match LeafView::scan(leaf) {
            Ok(view) => view,
            Err(error) => return self.findings.push(unreadable(index, leaf, &error)),
        };
        if view.seq != index {
            self.findings.push(Finding::SeqMismatch { index, seq: view.seq });
        }
        let ((first, first_ms), before_ms) = self.times_ms.unwrap_or(((index, view.at_ms), view.at_ms));
        if view.at_ms < before_ms {
            self.findings.push(Finding::TimeBackward(index));
        }
        self.times_ms = Some(((first, first_ms), view.at_ms));
        if let Some((salt, canonical)) = &record.private
            && view.private != Some(private_digest(salt, canonical).as_str())
        {
            self.findings.push(Finding::PrivateChanged(index));
        }
        let body = || parse_canonical(view.body.as_bytes()).unwrap_or_default();
        match view.act {
            ACT_OPEN => self.key_events.push((index, KeyEvent::Open(body()))),
            ACT_ROTATE_KEY => self.key_events.push((index, KeyEvent::Rotate(body()))),
            _ => {}
        }
    }

    /// Names missing entries, but for those in bundles known to be broken.
    fn name_gaps(&mut self, hashes: &[Option<Hash>], broken: &[Finding]) {
        let known = |place: u64| {
            broken.iter().any(|finding| {
                matches!(finding, Finding::BundleBroken(first, last, _)
                    if (*first..=*last).contains(&place))
            })
        };
        let places = (self.first..).zip(hashes).filter(|(_, hash)| hash.is_none());
        let mut places = places.map(|(place, _)| place).filter(|place| !known(*place));
        let Some(mut first) = places.next() else { return };
        let mut last = first;
        for place in places {
            if place != last + 1 {
                self.findings.push(Finding::EntriesMissing(first, last));
                first = place;
            }
            last = place;
        }
        self.findings.push(Finding::EntriesMissing(first, last));
    }
}

/// Says what an entry lacks to be an event.
fn unreadable(index: u64, leaf: &[u8], error: &LeafError) -> Finding {
    let value = match parse_canonical(leaf) {
        Ok(value) => value,
        Err(error) => return Finding::Unreadable(index, error.to_string()),
    };
    let filled = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let effect = value.get("effect").and_then(Value::as_str);
    if !matches!(effect, Some("permit" | "refuse")) || !value.get("code").is_some_and(filled) {
        return Finding::Undecided(index);
    }
    let cites = value.get("cites").and_then(Value::as_array);
    if !cites.is_some_and(|cites| !cites.is_empty() && cites.iter().all(filled)) {
        return Finding::Uncited(index);
    }
    Finding::Unreadable(index, error.to_string())
}

fn compare(
    id: TileId,
    stored: Option<&[u8]>,
    entries: &[Option<Hash>],
    column: &[Option<Hash>],
    wanted: Wanted<'_>,
) -> TileResult {
    let misfit = stored.is_some_and(|bytes| !fits(bytes, id.width));
    let bytes = stored.and_then(|bytes| bytes.get(..entries.len() * HASH_BYTES));
    let tile: Vec<Hash> = bytes.unwrap_or_default().chunks_exact(HASH_BYTES).filter_map(Hash::from_slice).collect();
    let whole: Option<Vec<Hash>> = entries.iter().copied().collect();
    let tile_differs = misfit || (stored.is_some() && whole.as_ref() != Some(&tile));
    let column_differs = entries.iter().zip(column).any(|(e, c)| c.is_some() && e != c);
    let full = whole.filter(|_| id.is_full());
    let root = full.and_then(|hashes| Subtree::from_hashes(&hashes).root());
    let plain = root.is_some() && !tile_differs && !column_differs;
    let detail = (!plain || wanted.contains(&id.index)).then(|| TileDetail {
        entries: entries.to_vec(),
        column: column.to_vec(),
        tile,
        tile_misfit: misfit,
    });
    TileResult { id, root, detail }
}

/// A tile has its own length, or that of the full tile standing in for it.
pub(super) fn fits(bytes: &[u8], width: u16) -> bool {
    bytes.len() == usize::from(width) * HASH_BYTES || bytes.len() == TILE_BYTES
}

fn merge(results: Vec<PassResult>) -> PassResult {
    let mut whole = PassResult::default();
    let mut before: Option<i64> = None;
    for result in results {
        if let Some(((first, first_ms), last_ms)) = result.times_ms {
            if before.is_some_and(|before| first_ms < before) {
                whole.findings.push(Finding::TimeBackward(first));
            }
            before = Some(last_ms);
        }
        whole.tiles.extend(result.tiles);
        whole.findings.extend(result.findings);
        whole.key_events.extend(result.key_events);
    }
    whole
}
