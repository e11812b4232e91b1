//! Events, texts, tiles, passwords.

use sekisho_ledgers::books::RowChange;
use sekisho_ledgers::event::SealedIdentity;
use sekisho_ledgers::ports::{Commit, CommitError, Head, NewLeaf, Store};
use sekisho_ledgers::spec::View;
use sekisho_store::testing::Sample;

use super::site::Site;

fn prepared(site: &dyn Site) -> Box<dyn Store> {
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true), "an empty log has empty views");
    store
}

pub(crate) fn empty(site: &dyn Site) {
    let store = prepared(site);
    assert_eq!(store.head(), Ok(Head { size: 0, checkpoint: None }));
    assert_eq!(store.leaves(0, 100), Ok(vec![]));
    assert_eq!(store.tile(0, 0), Ok(None));
    assert_eq!(store.sealed_text(0), Ok(None));
    assert_eq!(store.identity_count(), Ok(0));
    assert_eq!(store.passwords("p1"), Ok(vec![]));
    assert_eq!(Sample::check(&*store), Ok(0));
}

pub(crate) fn durable(site: &dyn Site) {
    let store = prepared(site);
    let mut size = 0;
    for events in [1, 64, 255, 3, 700] {
        assert_eq!(store.commit(&Sample::batch(size, events)), Ok(()));
        size += events;
        assert_eq!(Sample::check(&*store), Ok(size));
    }
    drop(store);
    let store = site.open().unwrap();
    assert_eq!(Sample::check(&*store), Ok(size));
    assert_eq!(store.commit(&Sample::batch(size, 2)), Ok(()));
    assert_eq!(Sample::check(&*store), Ok(size + 2));
}

pub(crate) fn conflict(site: &dyn Site) {
    let store = prepared(site);
    assert_eq!(store.commit(&Sample::batch(0, 5)), Ok(()));
    for wrong in [0, 4, 6, 1 << 40] {
        assert_eq!(store.commit(&Sample::batch(wrong, 2)), Err(CommitError::Conflict), "size {wrong}");
        assert_eq!(Sample::check(&*store), Ok(5));
    }
    assert_eq!(store.commit(&Sample::batch(5, 2)), Ok(()));
    assert_eq!(Sample::check(&*store), Ok(7));
}

pub(crate) fn atomic(site: &dyn Site) {
    let store = prepared(site);
    assert_eq!(store.commit(&Sample::batch(0, 300)), Ok(()));
    let whole = || {
        let mut commit = Sample::batch(300, 300);
        commit.passwords = vec![("p1".to_owned(), "phc".to_owned())];
        let record = SealedIdentity { subject: "r1".to_owned(), terms: vec![(1, [1; 16])], sealed: vec![1] };
        commit.identity = vec![record];
        commit.erased = vec![0];
        commit
    };
    let faults: [fn(&mut Commit); 4] = [
        |commit| commit.rows.push(RowChange::Add { view: "samples", row: Sample::of(7).to_row() }),
        |commit| commit.rows.push(RowChange::Remove { view: "no_such_view", key: "a".to_owned() }),
        |commit| commit.rows.push(RowChange::Add { view: "samples", row: vec![] }),
        |commit| commit.tiles.extend(Sample::batch(0, 256).tiles),
    ];
    for fault in faults {
        let mut commit = whole();
        fault(&mut commit);
        let refused = store.commit(&commit);
        assert!(matches!(refused, Err(CommitError::Refused(_))), "{refused:?}");
        assert_eq!(Sample::check(&*store), Ok(300));
        assert_eq!(store.passwords("p1"), Ok(vec![]));
        assert_eq!(store.identity_count(), Ok(0));
        assert_eq!(store.find_identity(&[(1, [1; 16])], 9), Ok(vec![]));
    }
    assert_eq!(store.commit(&Sample::batch(300, 300)), Ok(()));
    assert_eq!(Sample::check(&*store), Ok(600));
}

pub(crate) fn without_events(site: &dyn Site) {
    let store = prepared(site);
    assert_eq!(store.commit(&Sample::batch(0, 3)), Ok(()));
    let commit = Commit {
        expected_size: 3,
        checkpoint: "a cosigned checkpoint".to_owned(),
        passwords: vec![("p1".to_owned(), "phc".to_owned())],
        ..Commit::default()
    };
    assert_eq!(store.commit(&commit), Ok(()));
    let head = Head { size: 3, checkpoint: Some("a cosigned checkpoint".to_owned()) };
    assert_eq!(store.head(), Ok(head));
    assert_eq!(store.passwords("p1"), Ok(vec!["phc".to_owned()]));
}

pub(crate) fn clipped(site: &dyn Site) {
    let store = prepared(site);
    assert_eq!(store.commit(&Sample::batch(0, 10)), Ok(()));
    let seqs = |from, to| store.leaves(from, to).unwrap().iter().map(|leaf| leaf.seq).collect::<Vec<_>>();
    assert_eq!(seqs(3, 6), [3, 4, 5]);
    assert_eq!(seqs(8, u64::MAX), [8, 9]);
    assert_eq!(seqs(6, 3), [0; 0]);
    assert_eq!(seqs(10, 12), [0; 0]);
    assert_eq!(seqs(u64::MAX, u64::MAX), [0; 0]);
}

pub(crate) fn tiles(site: &dyn Site) {
    let store = prepared(site);
    let mut commit = Sample::batch(0, 600);
    let mut high = commit.tiles[0].clone();
    (high.level, high.index) = (1, 0);
    commit.tiles.push(high.clone());
    assert_eq!(store.commit(&commit), Ok(()));
    assert_eq!(store.tile(0, 0), Ok(Some(commit.tiles[0].bytes.clone())));
    assert_eq!(store.tile(0, 1), Ok(Some(commit.tiles[1].bytes.clone())));
    assert_eq!(store.tile(1, 0), Ok(Some(high.bytes)));
    assert_eq!(store.tile(0, 2), Ok(None));
    assert_eq!(store.tile(63, 0), Ok(None));
    assert_eq!(store.tile(0, u64::MAX), Ok(None));
    assert_eq!(store.sealed_text(u64::MAX), Ok(None));
}

pub(crate) fn erased(site: &dyn Site) {
    let store = prepared(site);
    assert_eq!(store.commit(&Sample::batch(0, 9)), Ok(()));
    let leaves = store.leaves(0, 9);
    let mut commit = Sample::batch(9, 4);
    // Also one that is not there, one twice, and the text of an event of the same batch.
    commit.erased = vec![4, 5, 4, 12];
    assert_eq!(store.commit(&commit), Ok(()));
    let texts: Vec<_> = (0..13).filter(|seq| store.sealed_text(*seq).unwrap().is_some()).collect();
    assert_eq!(texts, [0, 8]);
    assert_eq!(store.leaves(0, 9), leaves);
    drop(store);
    let store = site.open().unwrap();
    assert_eq!(store.sealed_text(4), Ok(None));
    assert_eq!(store.sealed_text(8), Ok(Sample::leaf(8).text));
}

pub(crate) fn passwords(site: &dyn Site) {
    let store = prepared(site);
    let set = |size, passwords: &[(&str, &str)]| {
        let mut commit = Sample::batch(size, 1);
        commit.passwords = passwords.iter().map(|(p, phc)| ((*p).to_owned(), (*phc).to_owned())).collect();
        assert_eq!(store.commit(&commit), Ok(()));
    };
    set(0, &[("a", "a1"), ("b", "b1"), ("a", "a2")]);
    set(1, &[("a", "a3")]);
    let strings = |all: &[&str]| Ok(all.iter().map(|s| (*s).to_owned()).collect());
    assert_eq!(store.passwords("a"), strings(&["a3", "a2", "a1"]));
    assert_eq!(store.passwords("b"), strings(&["b1"]));
    assert_eq!(store.passwords("' OR 1=1"), strings(&[]));
}

/// What is read is always a state between two commits, never one within.
pub(crate) fn reading_while_writing(site: &dyn Site) {
    let store = prepared(site);
    assert_eq!(store.commit(&Sample::batch(0, 1)), Ok(()));
    let other = site.open_read_only().unwrap();
    assert_eq!(other.prepare_views(&Sample::VIEWS), Ok(true));
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for n in 0..40 {
                assert_eq!(store.commit(&Sample::batch(1 + n * 10, 10)), Ok(()));
            }
        });
        while !writer.is_finished() {
            for reader in [&store, &other] {
                let size = reader.head().unwrap().size;
                assert_eq!(size % 10, 1);
                let leaves = reader.leaves(0, u64::MAX).unwrap();
                assert!(leaves.len() as u64 >= size);
                assert_eq!(leaves.len() % 10, 1);
                assert_eq!(leaves.last().map(|l| l.bytes.clone()), Some(Sample::leaf(leaves.len() as u64 - 1).bytes));
            }
        }
    });
    assert_eq!(Sample::check(&*other), Ok(401));
    let bare = NewLeaf { bytes: vec![], hash: [0; 32], text: None };
    assert_eq!(store.commit(&Commit { expected_size: 401, leaves: vec![bare], ..Commit::default() }), Ok(()));
    assert_eq!(store.leaves(401, 402).unwrap()[0].bytes, [0; 0]);
}
