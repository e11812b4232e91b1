//! Designations end by themselves, and a new method must be read anew.

use std::sync::Arc;

use sekisho_gate::{Fact, Gate};

use super::action::{Acknowledge, DesignateHandler, DesignateOperator, RevokeHandler, RevokeOperator, Settle};
use super::{acknowledged, handler, operator};
use crate::event::{Act, Actor, Given};
use crate::kind::{Ask, Registry};
use crate::kinds::KINDS;
use crate::kinds::devices::action::RegisterDevice;
use crate::kinds::organisation::action::Leave;
use crate::kinds::session::action::Open;
use crate::testing::{Hand, day, village};

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

/// From the day on which a designation ends, its holder is told so at the terminals that operators use,
/// and only there.
#[test]
fn who_is_no_operator_any_more_is_told_so() {
    let mut hand = Hand::on("2026-04-02");
    designate(&mut hand, None);
    for (device, class) in [("T-01", "terminal"), ("W-01", "office")] {
        let (device, device_class) = (device.to_owned(), class.to_owned());
        let (room, installed_on) = ("madoguchi".into(), day("2026-04-01"));
        let (name, serial_no) = ("端末".into(), "1".into());
        hand.did(RegisterDevice { device, device_class, name, room, serial_no, installed_on }.asked());
    }
    assert_eq!(["T-01", "W-01"].map(|terminal| goes_on(&hand, "p1", terminal)), [true, true]);
    hand.did(RevokeOperator { person: "p1".into(), reason: "担当替え".into() }.asked());
    assert_eq!(["T-01", "W-01"].map(|terminal| goes_on(&hand, "p1", terminal)), [false, true]);
    assert!(goes_on(&hand, "p2", "T-01"), "who never was one has no designation that ended");
}

fn goes_on(hand: &Hand, person: &str, terminal: &str) -> bool {
    let gate = Gate::new(Arc::new(village())).unwrap();
    let by = Actor { person: Some(person.into()), terminal: Some(terminal.into()), ..Actor::default() };
    let asked = Open { session: "s".into(), card_no: None }.asked();
    let act = Act { asked, by, given: Given::default(), effects: Vec::new() };
    let (now_ms, last_ms) = (hand.at_ms, hand.at_ms);
    let ask = Ask { act: &act, books: &hand.books, profile: gate.profile(), now_ms, last_ms };
    let mut sheet = gate.sheet("session.open").unwrap();
    Registry::new(KINDS).facts(&ask, &mut sheet);
    sheet.get("operator_not_ended") == Some(&Fact::Bool(true))
}
