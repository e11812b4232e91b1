#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::super::record::tests::{date, full};
use super::super::search::{SearchInput, matches};
use super::super::synth::{Plan, residents};
use super::*;
use proptest::prelude::*;

fn key() -> IndexKey {
    IndexKey::new(&[5; 32])
}

fn parse(input: SearchInput) -> SearchTerms {
    SearchTerms::parse(&input, date("2026-11-22")).unwrap()
}

/// True when the index leads to the record and the record then passes the filter.
fn finds(input: SearchInput) -> bool {
    let (terms, record) = (parse(input), full());
    let index = index_terms(&record, &key());
    let query = query_terms(&terms, &key());
    assert!(!query.is_empty());
    let by_index = query.iter().all(|term| index.contains(term));
    let by_filter = matches(&record, &terms);
    assert!(by_index || !by_filter, "the index misses a record that matches");
    by_index && by_filter
}

fn name(text: &str) -> SearchInput {
    SearchInput { name: text.to_owned(), ..SearchInput::default() }
}

fn kana(text: &str) -> SearchInput {
    SearchInput { kana: text.to_owned(), ..SearchInput::default() }
}

#[test]
fn each_name_a_person_bears_is_found() {
    for text in ["髙見本", "高見", "高見本花子", "高見本　花", "例崎", "例﨑花子", "試野", "試野花"]
    {
        assert!(finds(name(text)), "{text}");
    }
    for text in ["見本", "花子", "高見本花代", "例崎太郎"] {
        assert!(!finds(name(text)), "{text}");
    }
    for text in ["ﾀｶ", "たかみもと", "タカミモトハナコ", "タカミモト　ハナ", "れいざき", "レイザキハナコ"]
    {
        assert!(finds(kana(text)), "{text}");
    }
    assert!(!finds(kana("タカミモトハナヨ")));
    assert!(finds(SearchInput { whole: true, ..kana("たかみもとはなこ") }));
    assert!(!finds(SearchInput { whole: true, ..kana("たかみもと") }));
}

#[test]
fn further_conditions_narrow() {
    let base = || name("高見本");
    assert!(finds(SearchInput { birth: "S45.1.2".to_owned(), ..base() }));
    assert!(!finds(SearchInput { birth: "S45.1.3".to_owned(), ..base() }));
    assert!(finds(SearchInput { birth: "昭和45年".to_owned(), ..base() }));
    assert!(!finds(SearchInput { birth: "1971".to_owned(), ..base() }));
    assert!(finds(SearchInput { sex: "女".to_owned(), ..base() }));
    assert!(!finds(SearchInput { sex: "男".to_owned(), ..base() }));
    assert!(finds(SearchInput { address: "例示１２".to_owned(), ..base() }));
    assert!(!finds(SearchInput { address: "例示13".to_owned(), ..base() }));
    assert!(finds(SearchInput { juki_code: "2472-7059-608".to_owned(), ..SearchInput::default() }));
    assert!(finds(SearchInput { my_number: "1234 5678 9018".to_owned(), ..SearchInput::default() }));
}

#[test]
fn terms_depend_on_key_and_kind() {
    let (record, other) = (full(), IndexKey::new(&[6; 32]));
    assert_ne!(index_terms(&record, &key()), index_terms(&record, &other));
    assert_ne!(key().field(IndexField::Name, "ア"), (IndexField::Name, key().field(IndexField::Kana, "ア").1));
    assert_eq!(subject_key(record.juki_code, &key()).len(), 32);
    assert_eq!(subject_key(record.juki_code, &key()), subject_key(record.juki_code, &key()));
    assert_ne!(subject_key(record.juki_code, &key()), subject_key(record.juki_code, &other));
}

#[test]
fn terms_are_frozen() {
    // Both were computed with Python's hmac module. A change of the first breaks the link to
    // entries that cannot change; a change of the second means raising FOLD_VERSION and indexing
    // all records again.
    assert_eq!(subject_key(full().juki_code, &key()), "58dff46dae647ea9eb6af49bccc0b899");
    let term = u128::from_str_radix("24ae6359bacb28604b8f17838b580c3f", 16).unwrap().to_be_bytes();
    assert!(index_terms(&full(), &key()).contains(&(IndexField::KanaPrefix, term)));
}

/// What the filter accepts, the index finds; and it finds every person by any beginning of a name.
#[test]
fn the_index_misses_nobody() {
    let plan = Plan { people: 40, ..Plan::village(3, date("2026-11-22")) };
    let village: Vec<_> = residents(&plan).map(|resident| resident.record).collect();
    let indexed: Vec<_> = village.iter().map(|record| index_terms(record, &key())).collect();
    for (place, record) in village.iter().enumerate() {
        let written = written_names(record).into_iter().map(|text| name(&text));
        let read = readings(record).into_iter().map(|text| kana(&text));
        for input in written.chain(read) {
            let chars = if input.name.is_empty() { input.kana.clone() } else { input.name.clone() };
            for length in 2..=chars.chars().count() {
                let start: String = chars.chars().take(length).collect();
                let part = if input.name.is_empty() { kana(&start) } else { name(&start) };
                let (terms, mut found) = (parse(part), Vec::new());
                let query = query_terms(&terms, &key());
                for (other, index) in village.iter().zip(&indexed) {
                    let by_index = query.iter().all(|term| index.contains(term));
                    assert!(by_index || !matches(other, &terms));
                    found.push(by_index && matches(other, &terms));
                }
                assert_eq!(found.get(place), Some(&true));
            }
        }
    }
}

proptest! {
    #[test]
    fn every_beginning_of_a_reading_finds_it(length in 2usize..=8, spaced in any::<bool>()) {
        let text: String = "たかみもと　はなこ".chars().filter(|c| spaced || !c.is_whitespace()).take(length).collect();
        prop_assert!(finds(kana(&text)));
    }
}
