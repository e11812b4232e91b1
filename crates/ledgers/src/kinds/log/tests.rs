//! Entries at introduction are folded as the acts that they stand for.

use super::action::{EndSetup, Erase};
use super::setup_open;
use super::view::Erasure;
use crate::books::Registers as _;
use crate::event::Asked;
use crate::kinds::history::view::Operation;
use crate::kinds::organisation::action::Register;
use crate::kinds::organisation::view::Person;
use crate::testing::Hand;

#[test]
fn an_entry_at_introduction_fills_the_book() {
    let mut hand = Hand::on("2026-04-01");
    let register = Register {
        person: "p1".into(),
        name: "見本 一郎".into(),
        kana: "みほん いちろう".into(),
        birth: None,
        employee_no: "1".into(),
        section: "住民課".into(),
        kind: "staff".into(),
    };
    let mut entry = Asked { act: "setup.record", ..register.asked() };
    entry.put("entry", "person.register".into(), false);
    assert!(setup_open(&hand.books));
    hand.fold(entry.clone(), "SETUP_CLOSED", &[]);
    assert!(hand.books.get::<Person>("p1").is_none(), "a refused entry changes nothing");
    hand.did(entry);
    assert!(hand.books.get::<Person>("p1").is_some());
    assert_eq!(hand.journal::<Operation>().len(), 2, "one row each, not two");
    hand.did(EndSetup { note: None }.asked());
    assert!(!setup_open(&hand.books));
}

#[test]
fn an_erasure_is_in_its_book() {
    let mut hand = Hand::on("2034-04-01");
    hand.did(Erase { erased: 5, reason: "保存期間の満了".into() }.asked());
    assert_eq!(hand.journal::<Erasure>().first().map(|row| row.erased), Some(5));
}
