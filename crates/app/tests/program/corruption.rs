//! Single bytes changed in the database of a made-up municipality: each is caught and named, and a
//! sound record is never blamed.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::Connection;
use sekisho::demo;
use sekisho::platform::SystemClock;
use sekisho::site::{Database, Site};
use sekisho::verification::StoredLog;
use sekisho_ledgers::ports::{Store, StoreError};
use sekisho_ledgers::vault::Vault;
use sekisho_record::TileId;
use sekisho_record::verify::{Finding, Options, Place, Report, verify};
use sekisho_store::testing::{Chance, rounds};

/// Days of the demonstration: three tiles of events and more.
const DAYS: i64 = 20;

/// A cell of the database in which a byte is changed.
#[derive(Clone, Debug)]
enum Target {
    Leaf(u64),
    Hash(u64),
    Tile(TileId),
    Checkpoint,
    Text(u64),
}

struct Subject {
    database: Connection,
    store: Arc<dyn Store>,
    vault: Arc<Vault>,
    options: Options,
    targets: Vec<Vec<Target>>,
}

impl Subject {
    fn of(site: &Site) -> Self {
        let database = Connection::open(site.database_path()).unwrap();
        // What is changed here need not survive a crash of this test.
        database.execute_batch("PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 100").unwrap();
        let store = site.read_store(&Database::Folder).unwrap();
        let ground = site.ground(Arc::clone(&store), Arc::new(SystemClock)).unwrap();
        let options = Options { trusted: Some(ground.signer.verifier().clone()), threads: 2, ..Options::default() };
        let numbers = |text: &str| -> Vec<u64> {
            let mut statement = database.prepare(text).unwrap();
            let found = statement.query_map([], |row| row.get::<_, i64>(0)).unwrap();
            found.map(|n| n.unwrap().unsigned_abs()).collect()
        };
        let events = numbers("SELECT seq FROM events ORDER BY seq");
        let texts = numbers("SELECT seq FROM texts ORDER BY seq");
        let tiles = numbers("SELECT level * 1000000 + idx FROM tiles");
        assert!(events.len() > 512 && texts.len() > 100 && tiles.len() >= 2);
        let tile = |n: &u64| Target::Tile(TileId::full(u8::try_from(n / 1_000_000).unwrap(), n % 1_000_000));
        let targets = vec![
            events.iter().map(|seq| Target::Leaf(*seq)).collect(),
            events.iter().map(|seq| Target::Hash(*seq)).collect(),
            tiles.iter().map(tile).collect(),
            vec![Target::Checkpoint],
            texts.iter().map(|seq| Target::Text(*seq)).collect(),
        ];
        drop(events);
        Self { targets, database, store, vault: ground.vault, options }
    }

    fn verify(&self) -> Result<Report, StoreError> {
        let log = StoredLog::now(Arc::clone(&self.store), Some(Arc::clone(&self.vault)))?;
        verify(&log, &self.options)
    }

    fn read(&self, target: &Target) -> Vec<u8> {
        let (cell, row) = target.cell();
        let text = format!("SELECT CAST({cell} AS BLOB) FROM {row}");
        self.database.query_row(&text, [], |row| row.get(0)).unwrap()
    }

    fn write(&self, target: &Target, bytes: &[u8]) {
        let (cell, row) = target.cell();
        let value = if matches!(target, Target::Checkpoint) { "CAST(?1 AS TEXT)" } else { "?1" };
        let (table, condition) = row.split_once(" WHERE ").unwrap();
        let text = format!("UPDATE {table} SET {cell} = {value} WHERE {condition}");
        assert_eq!(self.database.execute(&text, [bytes]).unwrap(), 1);
    }
}

impl Target {
    fn cell(&self) -> (&'static str, String) {
        match self {
            Self::Leaf(seq) => ("leaf", format!("events WHERE seq = {seq}")),
            Self::Hash(seq) => ("hash", format!("events WHERE seq = {seq}")),
            Self::Tile(id) => ("bytes", format!("tiles WHERE level = {} AND idx = {}", id.level, id.index)),
            Self::Checkpoint => ("checkpoint", "head WHERE one = 1".to_owned()),
            Self::Text(seq) => ("sealed", format!("texts WHERE seq = {seq}")),
        }
    }

    /// Whether the findings name what was changed and blame nothing else.
    fn is_named(&self, report: &Report) -> bool {
        let findings = &report.findings;
        match self {
            Self::Leaf(seq) => {
                let here = |f: &Finding| match f {
                    // The entry after one whose time was moved forward.
                    Finding::TimeBackward(index) => index == seq || *index == seq + 1,
                    other => other.place() == Place::Entries { first: *seq, last: *seq },
                };
                findings.contains(&Finding::EntryChanged(*seq)) && findings.iter().all(here)
            }
            Self::Hash(seq) => *findings == [Finding::LeafHashChanged(*seq)],
            Self::Tile(id) => *findings == [Finding::TileChanged(*id)],
            Self::Text(seq) => *findings == [Finding::PrivateChanged(*seq)],
            Self::Checkpoint => {
                let of_checkpoint = |f: &Finding| {
                    let log = matches!(f.place(), Place::Log);
                    log || matches!(f, Finding::Truncated { .. } | Finding::Extra { .. } | Finding::EntriesDoubtful(..))
                };
                !findings.is_empty() && findings.iter().all(of_checkpoint)
            }
        }
    }
}

#[test]
fn every_changed_byte_is_caught_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo::make(folder.path(), demo::PROFILE, &Database::Folder, DAYS, &mut |_| {}).unwrap();
    drop(demo);
    let site = Site::open(folder.path()).unwrap();
    let subject = Subject::of(&site);
    let mut chance = Chance::new();
    let mut played: BTreeMap<&'static str, u32> = BTreeMap::new();
    let sound = subject.verify().unwrap();
    assert!(sound.is_sound(), "{:?}", sound.findings);
    for round in 0..rounds(300) {
        let kind = &subject.targets[chance.below(subject.targets.len() as u64) as usize];
        let target = kind[chance.below(kind.len() as u64) as usize].clone();
        let before = subject.read(&target);
        let mut after = before.clone();
        let place = chance.below(before.len() as u64) as usize;
        after[place] ^= u8::try_from(1 + chance.below(255)).unwrap();
        subject.write(&target, &after);
        match subject.verify() {
            Ok(report) => {
                let told = &report.findings;
                assert!(target.is_named(&report), "round {round}: {target:?}, byte {place}: {told:?}");
            }
            // A checkpoint that is no text cannot even be read.
            Err(e) => assert!(matches!(target, Target::Checkpoint), "round {round}: {target:?}: {e}"),
        }
        subject.write(&target, &before);
        *played.entry(subject.targets_name(&target)).or_default() += 1;
        if round.is_multiple_of(25) {
            assert!(subject.verify().unwrap().is_sound(), "round {round}: a sound record is blamed");
        }
    }
    assert!(subject.verify().unwrap().is_sound());
    println!("{} events; caught and named: {played:?}", sound.entries);
}

impl Subject {
    fn targets_name(&self, target: &Target) -> &'static str {
        target.cell().0
    }
}
