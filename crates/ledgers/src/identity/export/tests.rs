#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::super::field::Field;
use super::super::import::{ImportOptions, Outcome, import};
use super::super::record::tests::{date, full};
use super::super::synth::{Plan, residents};
use super::*;
use proptest::prelude::*;

fn village(seed: u64, people: usize) -> Vec<IdentityRecord> {
    let plan = Plan { people, ..Plan::village(seed, date("2026-11-22")) };
    residents(&plan).map(|resident| resident.record).collect()
}

fn accepted(bytes: &[u8]) -> Vec<IdentityRecord> {
    let reasons = ReasonTable::local_default();
    match import(bytes, &ImportOptions::new(date("2026-11-22"), &reasons)).outcome {
        Outcome::Accepted(records) => records,
        Outcome::Rejected(errors) => unreachable!("{errors:?}"),
    }
}

fn whole(records: &[IdentityRecord]) -> Table {
    table(records, Reveal::ALL, &ReasonTable::local_default())
}

#[test]
fn what_shift_jis_lacks_is_reported_and_marked() {
    let file = shift_jis(&Table {
        titles: vec!["氏名".to_owned()],
        rows: vec![
            vec!["髙例﨑".to_owned()],
            vec!["𠮷例,葛\u{E0100}".to_owned()],
            vec!["神\u{FE00}〜José¥".to_owned()],
        ],
    });
    let text = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&file.bytes).unwrap();
    assert_eq!(text, "氏名\r\n髙例﨑\r\n\"〓例,葛\"\r\n\u{FA19}～Jos〓￥\r\n");
    let reported: Vec<_> = file.unmapped.iter().map(|one| (one.row, one.code_points.as_str(), one.written)).collect();
    assert_eq!(
        reported,
        [
            (2, "U+20BB7", '〓'),
            (2, "U+845B U+E0100", '葛'),
            (3, "U+301C", '～'),
            (3, "U+00E9", '〓'),
            (3, "U+00A5", '￥')
        ]
    );
    assert_eq!(
        file.unmapped.first().unwrap().to_string(),
        "データ2行目「氏名」の「𠮷」（U+20BB7）はShift_JISにないため「〓」としました。正しい字が要るときはUTF-8で書き出してください"
    );
}

#[test]
fn only_revealed_columns_are_written() {
    let bytes = utf8(&table(&[full()], Reveal::of(&[Field::Name, Field::BirthDate]), &ReasonTable::local_default()));
    assert_eq!(bytes, "\u{FEFF}氏名,生年月日\r\n髙見本　花子,1970-01-02\r\n".as_bytes());
}

#[test]
fn a_full_record_comes_back() {
    assert!(accepted(&utf8(&whole(&[full()]))) == [full()]);
    let file = shift_jis(&whole(&[full()]));
    assert_eq!(file.unmapped, []);
    assert!(accepted(&file.bytes) == [full()]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_village_comes_back_in_utf8(seed: u64, people in 1usize..60) {
        let records = village(seed, people);
        prop_assert!(accepted(&utf8(&whole(&records))) == records);
    }

    #[test]
    fn a_village_comes_back_in_shift_jis_but_for_what_is_reported(seed: u64, people in 1usize..60) {
        let records = village(seed, people);
        let file = shift_jis(&whole(&records));
        let rows: std::collections::HashSet<usize> = file.unmapped.iter().map(|one| one.row).collect();
        let back = accepted(&file.bytes);
        prop_assert_eq!(back.len(), records.len());
        for (index, (new, old)) in back.iter().zip(&records).enumerate() {
            prop_assert_eq!(new == old, !rows.contains(&(index + 1)));
        }
    }

    #[test]
    fn any_cell_survives_quoting(cells in proptest::collection::vec("[ -~あ髙\t\n\"]{0,8}", 1..4)) {
        let cell = cells.join(",");
        let bytes = utf8(&Table { titles: vec!["x".to_owned()], rows: vec![vec![cell.clone()]] });
        let text = String::from_utf8(bytes).unwrap();
        let mut reader = csv::ReaderBuilder::new().from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
        let read = reader.records().next();
        if cell.is_empty() {
            prop_assert!(read.is_none());
        } else {
            let read = read.unwrap().unwrap();
            prop_assert_eq!(read.get(0).unwrap(), cell);
        }
    }
}
