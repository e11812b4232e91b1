//! Batches whose every byte follows from the number of the event, so that what is found after a
//! crash can be compared with what must be there.

use sekisho_ledgers::books::RowChange;
use sekisho_ledgers::ports::{Commit, CommitError, ListQuery, NewLeaf, NewTile, Store, StoreError};
use sekisho_ledgers::spec::{View, ViewSpec};
use sekisho_ledgers::value::Value;

use super::Chance;

/// Persons among whom the events are shared out.
const PERSONS: u64 = 40;
/// Events behind one full tile.
const TILE: u64 = 256;

sekisho_ledgers::view! {
    /// A register: how many acts each person has done.
    Tally: Register "tallies", "人ごとの数" {
        person: String = Person, "人";
        acts: i64 = Int, "数";
        evidence: i64 = Evidence, "証拠";
    }
}

sekisho_ledgers::view! {
    /// A journal: each act.
    Sample: Journal "samples", "見本" {
        seq: i64 = Evidence, "番号";
        at_ms: i64 = Instant, "日時";
        person: String = Person, "人";
        subject: Option<String> = Subject, "住民";
        refused: bool = Bool, "拒否";
        evidence: i64 = Evidence, "証拠";
    }
}

impl Sample {
    /// The views of the samples.
    pub const VIEWS: [&'static ViewSpec; 2] = [Tally::SPEC, Self::SPEC];

    /// The batch of `events` events that follows on `from`.
    #[must_use]
    pub fn batch(from: u64, events: u64) -> Commit {
        let to = from + events;
        let mut commit = Commit { expected_size: from, checkpoint: Self::checkpoint(to), ..Commit::default() };
        for seq in from..to {
            commit.leaves.push(Self::leaf(seq));
            commit.rows.push(RowChange::Add { view: Self::SPEC.name, row: Self::of(seq).to_row() });
            let tally = Tally::of(seq);
            commit.rows.push(RowChange::Put { view: Tally::SPEC.name, key: tally.person.clone(), row: tally.to_row() });
            if (seq + 1).is_multiple_of(TILE) {
                let index = seq / TILE;
                commit.tiles.push(NewTile { level: 0, index, bytes: noise(index, 8_192) });
            }
        }
        commit
    }

    /// The checkpoint over a log of this size.
    #[must_use]
    pub fn checkpoint(size: u64) -> String {
        format!("sekisho.example/sample\n{size}\n")
    }

    /// The event with this number: some 350 bytes, with a sealed text beside every fourth.
    #[must_use]
    pub fn leaf(seq: u64) -> NewLeaf {
        let body: String = noise(seq, 150).iter().map(|byte| format!("{byte:02x}")).collect();
        let bytes = format!("{{\"seq\":{seq},\"act\":\"sample\",\"body\":\"{body}\"}}").into_bytes();
        let hash = std::array::from_fn(|place| noise(seq ^ 0xFFFF, 32).get(place).copied().unwrap_or(0));
        NewLeaf { bytes, hash, text: seq.is_multiple_of(4).then(|| noise(seq + 7, 120)) }
    }

    /// The row of the event with this number.
    #[must_use]
    pub fn of(seq: u64) -> Self {
        let number = i64::try_from(seq).unwrap_or(i64::MAX);
        Self {
            seq: number,
            at_ms: 1_775_000_000_000 + number * 977,
            person: person(seq),
            subject: (!seq.is_multiple_of(3)).then(|| format!("r{:08x}", Chance::of(seq).below(5_000))),
            refused: seq.is_multiple_of(11),
            evidence: number,
        }
    }

    /// Checks that the store holds the samples, whole and once, and gives how many.
    ///
    /// # Errors
    /// What is missing, doubled or wrong.
    pub fn check(store: &dyn Store) -> Result<u64, String> {
        let text = |e: StoreError| e.to_string();
        let head = store.head().map_err(text)?;
        let expected = (head.size > 0).then(|| Self::checkpoint(head.size));
        same("the checkpoint", &head.checkpoint, &expected)?;
        let mut seq = 0;
        while seq < head.size {
            let leaves = store.leaves(seq, head.size.min(seq + 4_096)).map_err(text)?;
            same("leaves read", &leaves.is_empty(), &false)?;
            for stored in leaves {
                let leaf = Self::leaf(seq);
                same("a number", &stored.seq, &seq)?;
                same("an event", &(stored.bytes, stored.hash), &(leaf.bytes, leaf.hash.to_vec()))?;
                seq += 1;
            }
        }
        same("events beyond the head", &store.leaves(head.size, u64::MAX).map_err(text)?.len(), &0)?;
        for seq in (0..head.size).rev().take(300) {
            same("a text", &store.sealed_text(seq).map_err(text)?, &Self::leaf(seq).text)?;
        }
        for index in 0..head.size / TILE {
            same("a tile", &store.tile(0, index).map_err(text)?, &Some(noise(index, 8_192)))?;
        }
        same("a tile too many", &store.tile(0, head.size / TILE).map_err(text)?, &None)?;
        same("views that are ready", &store.prepare_views(&Self::VIEWS).map_err(text)?, &true)?;
        Self::check_views(store, head.size)?;
        Ok(head.size)
    }

    fn check_views(store: &dyn Store, size: u64) -> Result<(), String> {
        let text = |e: StoreError| e.to_string();
        let query = ListQuery { descending: true, limit: 300, ..ListQuery::default() };
        let page = store.page(Self::SPEC, &query).map_err(text)?;
        same("rows of the journal", &page.total, &size)?;
        for (row, seq) in page.rows.iter().zip((0..size).rev()) {
            same("a row of the journal", row, &Self::of(seq).to_row())?;
        }
        let tallies = store.rows(Tally::SPEC).map_err(text)?;
        let mut expected: Vec<_> = (0..size).rev().take(usize::try_from(PERSONS).unwrap_or(0)).map(Tally::of).collect();
        expected.sort_unstable_by(|a, b| a.person.cmp(&b.person));
        same("the register", &tallies, &expected.iter().map(View::to_row).collect())?;
        let counted: i64 = tallies.iter().filter_map(|row| row.get(1).and_then(Value::int)).sum();
        same("acts counted", &u64::try_from(counted), &Ok(size))
    }

    /// Commits batches one after the other for as long as it goes, and tells the size after each.
    /// After [`CommitError::Unknown`] and [`CommitError::Conflict`] it goes on from where the log is.
    ///
    /// # Errors
    /// The first refusal.
    pub fn hammer(store: &dyn Store, events: u64, mut told: impl FnMut(u64)) -> Result<(), String> {
        let mut size = store.head().map_err(|e| e.to_string())?.size;
        loop {
            match store.commit(&Self::batch(size, events)) {
                Ok(()) => size += events,
                Err(CommitError::Unknown(_) | CommitError::Conflict) => {
                    size = store.head().map_err(|e| e.to_string())?.size;
                }
                Err(error @ CommitError::Refused(_)) => return Err(error.to_string()),
            }
            told(size);
        }
    }
}

impl Tally {
    /// The tally of the person behind an event, after that event.
    fn of(seq: u64) -> Self {
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        Self { person: person(seq), acts: number(seq / PERSONS + 1), evidence: number(seq) }
    }
}

fn person(seq: u64) -> String {
    format!("p{:04}", seq % PERSONS)
}

/// Bytes that follow from a number and do not compress.
fn noise(number: u64, length: usize) -> Vec<u8> {
    let mut chance = Chance::of(number);
    let mut bytes: Vec<u8> = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        bytes.extend(chance.any().to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: found {found:?}, expected {expected:?}")) }
}
