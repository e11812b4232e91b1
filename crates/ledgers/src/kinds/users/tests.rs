//! Designations end by themselves, and a new method must be read anew.

use super::action::{Acknowledge, DesignateHandler, DesignateOperator, RevokeHandler, RevokeOperator, Settle};
use super::{acknowledged, handler, operator};
use crate::kinds::organisation::action::Leave;
use crate::testing::{Hand, day};

fn designate(hand: &mut Hand, to: Option<&str>) {
    let to = to.map(day);
    let classes = "terminal".to_owned();
    hand.did(DesignateOperator { person: "p1".into(), device_classes: classes, from: day("2026-04-01"), to }.asked());
    hand.did(
        DesignateHandler { person: "p1".into(), scope: "窓口".into(), operations: None, from: day("2026-04-01"), to }
            .asked(),
    );
}

fn both(hand: &Hand, on: &str) -> (bool, bool) {
    (operator(&hand.books, "p1", day(on)).is_some(), handler(&hand.books, "p1", day(on)).is_some())
}

#[test]
fn a_designation_has_a_first_and_a_last_day() {
    let mut hand = Hand::on("2026-04-01");
    designate(&mut hand, Some("2026-06-30"));
    assert_eq!(both(&hand, "2026-03-31"), (false, false));
    assert_eq!(both(&hand, "2026-06-30"), (true, true));
    assert_eq!(both(&hand, "2026-07-01"), (false, false));
}

#[test]
fn each_designation_is_revoked_by_itself() {
    let mut hand = Hand::on("2026-04-02");
    designate(&mut hand, None);
    hand.did(RevokeOperator { person: "p1".into(), reason: "担当替え".into() }.asked());
    assert_eq!(both(&hand, "2026-04-02"), (false, true));
    hand.did(RevokeHandler { person: "p1".into(), reason: "担当替え".into() }.asked());
    assert_eq!(both(&hand, "2026-04-02"), (false, false));
}

#[test]
fn who_leaves_loses_both() {
    let mut hand = Hand::on("2026-04-02");
    designate(&mut hand, None);
    hand.did(Leave { person: "p1".into(), on: day("2026-05-31") }.asked());
    assert_eq!(both(&hand, "2026-05-31"), (true, true));
    assert_eq!(both(&hand, "2026-06-01"), (false, false));
}

#[test]
fn a_new_version_must_be_read_anew() {
    let mut hand = Hand::on("2026-04-02");
    let settle = |version: &str| Settle {
        version: version.into(),
        title: "管理方法".into(),
        text: "1 本人だけが使う。".into(),
        effective_from: day("2026-04-02"),
    };
    assert!(!acknowledged(&hand.books, "p1"));
    hand.did(settle("1").asked());
    hand.did(Acknowledge { person: "p1".into(), version: "1".into() }.asked());
    assert!(acknowledged(&hand.books, "p1"));
    hand.did(settle("2").asked());
    assert!(!acknowledged(&hand.books, "p1"));
}
