#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::super::name::is_variation_selector;
use super::super::reason::ReasonTable;
use super::super::record::tests::date;
use super::*;
use std::collections::HashSet;

fn village() -> Vec<Resident> {
    residents(&Plan::village(1, date("2026-11-22"))).collect()
}

#[test]
fn the_same_seed_gives_the_same_village() {
    assert!(village() == village());
    assert!(village() != residents(&Plan::village(2, date("2026-11-22"))).collect::<Vec<_>>());
    assert_eq!(village().len(), 1_200);
}

#[test]
fn every_resident_is_sound_and_plainly_invented() {
    let (today, reasons) = (date("2026-11-22"), ReasonTable::local_default());
    let mut codes = HashSet::new();
    let mut numbers = HashSet::new();
    for seed in 0..20 {
        codes.clear();
        numbers.clear();
        for resident in residents(&Plan::village(seed, today)) {
            let record = resident.record;
            assert!(record.validate(today, &reasons).is_empty());
            assert!(record.juki_code.to_string().starts_with("999"));
            assert!(record.my_number.unwrap().to_string().starts_with("9999"));
            assert!(codes.insert(record.juki_code) && numbers.insert(record.my_number));
        }
    }
}

#[test]
fn the_village_is_old_and_has_every_kind_of_name() {
    let (today, village) = (date("2026-11-22"), village());
    let records = || village.iter().map(|resident| &resident.record);
    let share = |from: i32, to: i32| {
        records().filter(|record| (from..to).contains(&record.age(today))).count() * 100 / village.len()
    };
    assert!((5..=16).contains(&share(0, 15)), "{}", share(0, 15));
    assert!((38..=58).contains(&share(65, 120)), "{}", share(65, 120));
    assert_eq!(share(105, 200), 0);
    let households = village.last().unwrap().household;
    assert!((400..=700).contains(&households), "{households}");
    for part in ["髙", "﨑", "𠮷", "邉", "濵"] {
        assert!(records().any(|record| record.name.as_str().contains(part)), "{part}");
    }
    assert!(records().any(|record| record.name.as_str().contains(is_variation_selector)));
    assert!(records().any(|record| record.old_surname.is_some()));
    assert!(records().any(|record| record.alias.is_some()));
    assert!(records().any(|record| record.status == Status::Removed));
}

#[test]
fn every_word_makes_a_name() {
    let given = [&words::FEMALE, &words::MALE]
        .into_iter()
        .flat_map(|given| given.stems.iter().chain(given.old_ends).chain(given.new_ends));
    let all = FAMILIES.iter().chain(STEMS).chain(SUFFIXES).chain(words::FOREIGN).chain(words::FOREIGN_GIVEN);
    for (text, kana) in all.chain(given) {
        assert!(Name::parse(text).is_ok() && Kana::parse(kana).is_ok(), "{text}");
    }
}

#[test]
fn a_long_prefix_is_left_out() {
    let plan = Plan { address_prefix: "長".repeat(300), people: 3, ..Plan::village(1, date("2026-11-22")) };
    assert_eq!(residents(&plan).count(), 3);
}
