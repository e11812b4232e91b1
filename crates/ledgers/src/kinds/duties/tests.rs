//! Each thing due is told once at each turn, to those whose it is.

use super::view::{Raised, Reminder};
use super::{to_raise, weight};
use crate::books::Registers as _;
use crate::event::Asked;
use crate::kinds::organisation::action::{Appoint, Register};
use crate::procedure::shipped;
use crate::testing::{Hand, day, village};

/// A log that begins on a day, with the chief in office.
fn office() -> Hand {
    let mut hand = Hand::on("2026-04-01");
    hand.did(Asked::new("log.open"));
    let register = Register {
        person: "p1".into(),
        name: "見本 一".into(),
        kana: "みほん はじめ".into(),
        birth: None,
        employee_no: "1".into(),
        section: "総務課".into(),
        kind: "staff".into(),
    };
    hand.did(register.asked());
    let (person, post, from) = ("p1".to_owned(), "somu_kacho".to_owned(), day("2026-04-01"));
    hand.did(Appoint { person, post, from, concurrent: false, order_no: "1".into() }.asked());
    hand
}

#[test]
fn what_is_due_is_told_once_at_each_turn() {
    let mut hand = office();
    let profile = village();
    let today = |hand: &Hand| sekisho_regulation::Date::in_japan(hand.at_ms);
    let mut told = 0;
    for _ in 0..800 {
        for raise in to_raise(shipped(), &hand.books, &profile, today(&hand)) {
            let before = hand.books.get::<Raised>(&super::id(&raise.duty, raise.subject.as_deref()));
            let earlier = before.filter(|before| before.day == raise.day).map_or(0, |before| weight(&before.standing));
            assert!(weight(&raise.standing) > earlier, "{raise:?} was told already");
            hand.did(raise.asked());
            told += 1;
        }
        assert!(to_raise(shipped(), &hand.books, &profile, today(&hand)).is_empty(), "all was told");
        hand.at_ms += sekisho_regulation::date::DAY_MS;
    }
    assert_eq!(hand.journal::<Reminder>().len(), told);
}
