//! Each resident who was shown has a row, and each form.

use serde_json::json;

use super::action::{Print, Search};
use super::view::{Lookup, Printed};
use crate::books::Registers as _;
use crate::testing::Hand;

fn search() -> Search {
    let none = || None;
    Search {
        purpose: Some("inquiry".into()),
        basis: Some("文書1".into()),
        juki_code: none(),
        my_number: none(),
        name: none(),
        kana: Some("みほん".into()),
        birth: none(),
        sex: none(),
        address: none(),
    }
}

#[test]
fn a_search_leaves_a_row_for_each_resident_found() {
    let mut hand = Hand::on("2026-04-01");
    let seq = hand.fold(search().asked(), "OK", &[("subjects", json!("aa bb cc")), ("hits", json!(3))]);
    hand.fold(search().asked(), "PURPOSE_REQUIRED", &[("subjects", json!("dd"))]);
    let rows = hand.journal::<Lookup>();
    assert_eq!(rows.iter().map(|row| row.subject.as_str()).collect::<Vec<_>>(), ["aa", "bb", "cc"]);
    let numbers: std::collections::BTreeSet<i64> = rows.iter().map(|row| row.no).collect();
    assert_eq!(numbers.len(), 3, "each row has its own number");
    assert!(rows.iter().all(|row| row.evidence == i64::try_from(seq).unwrap()));
}

#[test]
fn what_is_typed_stays_out_of_the_record() {
    let asked = search().asked();
    assert!(asked.private.contains_key("kana") && !asked.public.contains_key("kana"));
    assert!(asked.private.contains_key("basis") && asked.public.contains_key("purpose"));
}

#[test]
fn a_print_is_in_the_forms_book() {
    let mut hand = Hand::on("2026-04-01");
    let print = Print {
        purpose: Some("inquiry".into()),
        basis: Some("文書1".into()),
        subject: "aa".into(),
        form: "confirmation".into(),
        applicant: "例川 花子".into(),
        quantity: 2,
        remarks: None,
    };
    let form_no = format!("F{:06}", hand.did(print.asked()));
    let row = hand.books.get::<Printed>(&form_no).unwrap();
    assert_eq!((row.form.as_str(), row.quantity, row.subject.as_str()), ("confirmation", 2, "aa"));
    assert_eq!(hand.journal::<Lookup>().len(), 1, "to print is to look at");
}
