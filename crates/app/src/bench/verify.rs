//! Verifying: the whole record against bare SHA-256 over the same bytes.

use std::convert::Infallible;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sekisho_gate::{Gate, Ruling};
use sekisho_ledgers::event::{Actor, Body, Event};
use sekisho_ledgers::ports::{Clock as _, Commit, NewLeaf, NewTile, Store};
use sekisho_ledgers::vault::Vault;
use sekisho_record::key::{KeyKind, Signer as _, SigningKey};
use sekisho_record::verify::{LogSource, Options, Report, StoredEntry, Visit, verify};
use sekisho_record::{Checkpoint, Hash, TileId, Tree};
use sekisho_store::Sqlite;
use sha2::{Digest as _, Sha256};

use super::chance::Chance;
use super::figures::{Spread, rate, real};
use super::report::{Row, Section};
use super::village::Folder;
use super::{Bench, BenchError};
use crate::platform::{SystemClock, SystemEntropy};
use crate::profiles::{self, LoadError};
use crate::verification::verify_store;

const ORIGIN: &str = "sekisho/bench";
const SEED: u64 = 41;
/// Events written at once.
const BATCH: usize = 5_000;
/// How often each way is taken; the shortest counts.
const TURNS: usize = 3;

/// A log in memory and, the same, in a store.
struct Log {
    leaves: Vec<Vec<u8>>,
    tiles: std::collections::HashMap<(u8, u64), Vec<u8>>,
    checkpoint: String,
    store: Arc<dyn Store>,
    vault: Arc<Vault>,
    key: SigningKey,
    _folder: Folder,
}

pub(super) fn run(bench: &mut Bench<'_>) -> Result<Section, BenchError> {
    let events = bench.size(300_000);
    bench.say(&format!("検証: {}件の記録を作っています", rate(real(events))));
    let log = Log::make(bench, events)?;
    let bytes: usize = log.leaves.iter().map(Vec::len).sum();
    bench.say("検証を測っています");
    let mut section = Section::new("verify", "記録全体の検証と、同じバイト列のSHA-256だけの計算");
    for threads in [1, 2] {
        let group = format!("{threads}スレッド");
        let bare = best(|| {
            bare(&log.leaves, threads);
            Ok(())
        })?;
        section.rows.push(row(&group, "sha256", "SHA-256だけ（メモリー上、1件ずつ）", events, bare));
        let memory =
            best(|| sound(verify(&InMemory(&log), &log.options(threads)).unwrap_or_else(|never| match never {})))?;
        section.rows.push(row(&group, "memory", "本方式の検証（メモリー上）", events, memory).ours());
        let stored = best(|| sound(verify_store(Arc::clone(&log.store), None, &log.options(threads))?))?;
        section.rows.push(row(&group, "store", "本方式の検証（SQLiteから読む）", events, stored).ours());
    }
    let vault = Some(Arc::clone(&log.vault));
    let texts = best(|| sound(verify_store(Arc::clone(&log.store), vault.clone(), &log.options(2))?))?;
    let what = "本方式の検証（SQLiteから読み、個人の文も開いて照合）";
    section.rows.push(row("2スレッド", "store-texts", what, events, texts).ours());
    section.compare();
    section.notes.push(format!(
        "{}件、{:.1} MB（1件平均{}バイト）。検証は、各件の正準形と判定・引用条項、木のすべてのハッシュ、保存されたタイル、署名した検証点まで見る。",
        rate(real(events)),
        real(bytes) / 1e6,
        bytes / events.max(1)
    ));
    section.notes.push(format!("{TURNS}回のうち最も短い時間。目標は定められていない。"));
    Ok(section)
}

fn row(group: &str, id: &str, what: &str, events: usize, taken: Duration) -> Row {
    let per_event = Spread::of(vec![taken / u32::try_from(events).unwrap_or(1).max(1)]);
    Row::rate(group, id, what, real(events) / taken.as_secs_f64(), Some(per_event))
}

fn best(mut work: impl FnMut() -> Result<(), BenchError>) -> Result<Duration, BenchError> {
    let mut least = Duration::MAX;
    for _ in 0..TURNS {
        let before = Instant::now();
        work()?;
        least = least.min(before.elapsed());
    }
    Ok(least)
}

fn sound(report: Report) -> Result<(), BenchError> {
    match report.findings.first() {
        None => Ok(()),
        Some(finding) => Err(BenchError::wrong(finding)),
    }
}

fn bare(leaves: &[Vec<u8>], threads: usize) {
    std::thread::scope(|scope| {
        for part in leaves.chunks(leaves.len().div_ceil(threads).max(1)) {
            scope.spawn(move || {
                for leaf in part {
                    black_box(Sha256::digest(leaf));
                }
            });
        }
    });
}

impl Log {
    fn make(bench: &Bench<'_>, events: usize) -> Result<Self, BenchError> {
        let folder = Folder::new(&bench.folder)?;
        let store: Arc<dyn Store> = Arc::new(Sqlite::create(&folder.path().join("log.sqlite"))?);
        store.prepare_views(&[])?;
        let key = SigningKey::from_seed(ORIGIN, KeyKind::Ed25519, [7; 32]).map_err(BenchError::wrong)?;
        let vault = Arc::new(Vault::new(&[8; 32]).map_err(BenchError::wrong)?);
        let mut log = Self {
            leaves: Vec::with_capacity(events),
            tiles: std::collections::HashMap::new(),
            checkpoint: String::new(),
            store,
            vault,
            key,
            _folder: folder,
        };
        let mut maker = Maker::new()?;
        let mut tree = Tree::new();
        while log.leaves.len() < events {
            log.batch(&mut maker, &mut tree, BATCH.min(events - log.leaves.len()))?;
        }
        Ok(log)
    }

    fn batch(&mut self, maker: &mut Maker, tree: &mut Tree, count: usize) -> Result<(), BenchError> {
        let mut commit = Commit { expected_size: tree.size(), ..Commit::default() };
        for _ in 0..count {
            let (bytes, text) = maker.event(tree.size(), &self.key, &self.vault)?;
            let hash = sekisho_record::leaf_hash(&bytes);
            for tile in tree.push(hash) {
                self.tiles.insert((tile.id.level, tile.id.index), tile.bytes.clone());
                commit.tiles.push(NewTile { level: tile.id.level, index: tile.id.index, bytes: tile.bytes });
            }
            commit.leaves.push(NewLeaf { bytes: bytes.clone(), hash: *hash.as_bytes(), text });
            self.leaves.push(bytes);
        }
        let signed = Checkpoint::new(ORIGIN, tree.size(), tree.root()).sign(&self.key).map_err(BenchError::wrong)?;
        self.checkpoint = String::from_utf8_lossy(&signed.to_bytes()).into_owned();
        commit.checkpoint.clone_from(&self.checkpoint);
        Ok(self.store.commit(&commit)?)
    }

    fn options(&self, threads: usize) -> Options {
        Options { trusted: Some(self.key.verifier().clone()), threads, ..Options::default() }
    }
}

/// Makes events like those of a village, each decided by its gate.
struct Maker {
    permit: Ruling,
    chance: Chance,
    at_ms: i64,
}

impl Maker {
    fn new() -> Result<Self, BenchError> {
        let profile = profiles::source("nishimeya")?.profile().map_err(LoadError::from)?;
        let requests = super::requests::make(&profile, 200, SEED)?;
        let gate = Gate::new(Arc::new(profile))?;
        let mut rulings = requests.iter().map(|request| Ok(gate.decide(&request.sheet(&gate)?)));
        let permit = rulings.find(|ruling: &Result<Ruling, BenchError>| ruling.as_ref().is_ok_and(Ruling::allowed));
        let permit = permit.transpose()?.ok_or_else(|| BenchError::wrong("nothing is allowed"))?;
        Ok(Self { permit, chance: Chance::new(SEED), at_ms: SystemClock.now_ms() })
    }

    fn event(&mut self, seq: u64, key: &SigningKey, vault: &Vault) -> Result<(Vec<u8>, Option<Vec<u8>>), BenchError> {
        let mut body = Body::new();
        let (mut text, mut private) = (None, None);
        if seq == 0 {
            body.insert("origin".to_owned(), ORIGIN.into());
            body.insert("vkey".to_owned(), key.verifier().to_string().into());
        } else {
            body.insert("purpose".to_owned(), "tennyu".into());
            body.insert("hits".to_owned(), 1.into());
            body.insert("subjects".to_owned(), format!("{:032x}", self.chance.any()).into());
            let mut basis = Body::new();
            basis.insert("basis".to_owned(), format!("受付{:06}", self.chance.below(1_000_000)).into());
            let sealed = vault.seal(seq, &basis, &SystemEntropy::new()).map_err(BenchError::wrong)?;
            (text, private) = (Some(sealed.blob), Some(sealed.digest));
        }
        let decision = self.permit.decision();
        let person = format!("p{:03}", self.chance.below(40));
        let actor = Actor {
            person: Some(person),
            capacity: Some("operator".to_owned()),
            session: Some(format!("S{:016x}", self.chance.any())),
            terminal: Some("T-01".to_owned()),
            reported_room: None,
        };
        let event = Event {
            seq,
            at_ms: self.at_ms + i64::try_from(seq).unwrap_or(0),
            act: if seq == 0 { "log.open".into() } else { "identity.search".into() },
            by: if seq == 0 { Actor::default() } else { actor },
            profile: decision.profile.clone(),
            allowed: true,
            code: decision.code.clone(),
            cites: decision.articles.iter().map(ToString::to_string).collect(),
            body,
            private,
        };
        Ok((event.to_leaf().map_err(BenchError::wrong)?, text))
    }
}

/// The log as the verifier reads it when nothing has to be fetched.
struct InMemory<'l>(&'l Log);

impl LogSource for InMemory<'_> {
    type Error = Infallible;

    fn checkpoint(&self) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(Some(self.0.checkpoint.clone().into_bytes()))
    }

    fn size(&self) -> Result<u64, Infallible> {
        Ok(u64::try_from(self.0.leaves.len()).unwrap_or(u64::MAX))
    }

    fn entries(&self, start: u64, end: u64, visit: &mut dyn FnMut(Visit<'_>)) -> Result<(), Infallible> {
        let (from, to) = (usize::try_from(start).unwrap_or(usize::MAX), usize::try_from(end).unwrap_or(usize::MAX));
        let leaves = self.0.leaves.iter().take(to).skip(from);
        for (place, leaf) in (start..).zip(leaves) {
            visit(Visit::Entry(place, StoredEntry { leaf, leaf_hash: None::<Hash>, private: None }));
        }
        Ok(())
    }

    fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.0.tiles.get(&(id.level, id.index)).cloned())
    }

    fn keeps_partial_tiles(&self) -> bool {
        false
    }
}
