//! A card is in exactly one state, and the book tells how it got there.

use super::action::{Lend, RegisterCard, ReportLost, Return, Revoke};
use super::lent_to;
use super::view::Card;
use crate::books::Registers as _;
use crate::testing::{Hand, day};

fn state(hand: &Hand) -> String {
    hand.books.get::<Card>("C1").unwrap().state
}

fn lend(hand: &mut Hand, person: &str) {
    let (lender_signed, borrower_signed) = (true, true);
    hand.did(Lend { card_no: "C1".into(), person: person.into(), lender_signed, borrower_signed }.asked());
}

#[test]
fn the_life_of_a_card() {
    let mut hand = Hand::on("2026-04-01");
    let (card_no, card_kind) = ("C1".to_owned(), "business".to_owned());
    hand.did(RegisterCard { card_no, card_kind, certificate: "ab".into() }.asked());
    assert_eq!(state(&hand), "stock");
    lend(&mut hand, "p1");
    assert_eq!((state(&hand).as_str(), lent_to(&hand.books, "p1").is_some()), ("lent", true));
    hand.did(Return { card_no: "C1".into(), condition: None }.asked());
    assert_eq!((state(&hand).as_str(), lent_to(&hand.books, "p1").is_some()), ("returned", false));
    lend(&mut hand, "p2");
    hand.at_ms += 3 * 86_400_000;
    let (lost_on, known_on) = (day("2026-04-02"), day("2026-04-04"));
    hand.did(ReportLost { card_no: "C1".into(), lost_on, known_on, circumstances: "不明".into() }.asked());
    hand.at_ms += 300_000;
    let seq = hand.did(Revoke { card_no: "C1".into(), reason: "紛失".into() }.asked());
    let card = hand.books.get::<Card>("C1").unwrap();
    assert_eq!((card.state.as_str(), card.person, card.last_holder.as_deref()), ("revoked", None, Some("p2")));
    assert_eq!((card.lost_on, card.lost_known_on), (Some(lost_on), Some(known_on)));
    let elapsed = card.revoked_at.zip(card.reported_at).map(|(revoked, reported)| revoked - reported);
    assert_eq!(elapsed, Some(301_000), "the time from report to revocation is kept");
    assert_eq!(card.evidence, i64::try_from(seq).unwrap());
}
