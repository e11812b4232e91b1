//! Residents' sealed records and their blind index.

use sekisho_ledgers::event::SealedIdentity;
use sekisho_ledgers::ports::{Commit, Store};
use sekisho_store::testing::Chance;

use super::site::Site;

fn record(subject: &str, terms: &[(u8, u8)], sealed: u8) -> SealedIdentity {
    let terms = terms.iter().map(|(field, digest)| (*field, [*digest; 16])).collect();
    SealedIdentity { subject: subject.to_owned(), terms, sealed: vec![sealed; 40] }
}

fn put(store: &dyn Store, identity: Vec<SealedIdentity>) {
    let expected_size = store.head().unwrap().size;
    assert_eq!(store.commit(&Commit { expected_size, identity, ..Commit::default() }), Ok(()));
}

fn found(store: &dyn Store, terms: &[(u8, u8)], limit: usize) -> Vec<String> {
    let terms: Vec<_> = terms.iter().map(|(field, digest)| (*field, [*digest; 16])).collect();
    store.find_identity(&terms, limit).unwrap().into_iter().map(|record| record.subject).collect()
}

pub(crate) fn searched(site: &dyn Site) {
    let store = &*site.create().unwrap();
    let b = record("b", &[(1, 1), (2, 3), (2, 4)], 2);
    put(store, vec![record("a", &[(1, 1), (2, 2)], 1), b.clone(), record("c", &[(2, 2)], 3)]);
    let cases: [(&[(u8, u8)], usize, &[&str]); 10] = [
        (&[(1, 1)], 9, &["a", "b"]),
        (&[(1, 1)], 1, &["a"]),
        (&[(1, 1)], 0, &[]),
        (&[(2, 2)], 9, &["a", "c"]),
        (&[(1, 1), (2, 2)], 9, &["a"]),
        (&[(2, 2), (1, 1), (2, 2)], 9, &["a"]),
        (&[(2, 3), (2, 4), (1, 1)], 9, &["b"]),
        (&[(2, 1)], 9, &[]),
        (&[(1, 1), (9, 9)], 9, &[]),
        // A search for nothing finds nobody, rather than everybody.
        (&[], 9, &[]),
    ];
    for (terms, limit, expected) in cases {
        assert_eq!(found(store, terms, limit), expected, "{terms:?}");
    }
    assert_eq!(store.identity("b"), Ok(Some(b)));
    assert_eq!(store.identity("d"), Ok(None));
    assert_eq!(store.identity_count(), Ok(3));
}

pub(crate) fn replaced(site: &dyn Site) {
    let store = &*site.create().unwrap();
    put(store, vec![record("a", &[(1, 1), (2, 2)], 1), record("b", &[(1, 1)], 2)]);
    // Replaced, and twice in one batch; the second time counts.
    put(store, vec![record("a", &[(1, 9)], 3), record("c", &[(1, 1)], 4), record("a", &[(1, 1), (3, 3)], 5)]);
    assert_eq!(store.identity_count(), Ok(3));
    assert_eq!(store.identity("a"), Ok(Some(record("a", &[(1, 1), (3, 3)], 5))));
    assert_eq!(found(store, &[(2, 2)], 9), [""; 0]);
    assert_eq!(found(store, &[(1, 9)], 9), [""; 0]);
    assert_eq!(found(store, &[(3, 3)], 9), ["a"]);
    assert_eq!(found(store, &[(1, 1)], 9), ["a", "b", "c"]);
    put(store, vec![record("b", &[], 6)]);
    assert_eq!(found(store, &[(1, 1)], 9), ["a", "c"]);
    assert_eq!(store.identity("b"), Ok(Some(record("b", &[], 6))));
}

pub(crate) fn thousand(site: &dyn Site) {
    let store = site.create().unwrap();
    let mut chance = Chance::new();
    // Fields of which some are common and some are rare.
    let mut terms = || -> Vec<(u8, u8)> {
        [2, 5, 40, 200].iter().enumerate().map(|(field, many)| (field as u8, chance.below(*many) as u8)).collect()
    };
    let all: Vec<_> = (0..1_200).map(|n| record(&format!("r{n:05}"), &terms(), n as u8)).collect();
    put(&*store, all.clone());
    assert_eq!(store.identity_count(), Ok(1_200));
    let mut chance = Chance::new();
    for _ in 0..200 {
        let like = &all[chance.below(1_200) as usize];
        let sought: Vec<_> = like.terms.iter().filter(|_| chance.below(3) > 0).copied().collect();
        let expected: Vec<_> = all.iter().filter(|r| sought.iter().all(|t| r.terms.contains(t))).cloned().collect();
        let expected = if sought.is_empty() { vec![] } else { expected };
        assert_eq!(store.find_identity(&sought, 5_000), Ok(expected.clone()), "{sought:?}");
        let few: Vec<_> = expected.into_iter().take(3).collect();
        assert_eq!(store.find_identity(&sought, 3), Ok(few));
    }
}
