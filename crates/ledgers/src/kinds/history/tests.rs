//! Every act has a row in the history, also one that was refused.

use super::action::Inspect;
use super::view::Operation;
use crate::kinds::cards::action::Return;
use crate::testing::Hand;

#[test]
fn allowed_or_refused_it_is_there() {
    let mut hand = Hand::on("2026-04-01");
    hand.did(Return { card_no: "C1".into(), condition: None }.asked());
    hand.fold(Inspect { question: "period".into(), about: None, reason: None }.asked(), "REASON_REQUIRED", &[]);
    let rows = hand.journal::<Operation>();
    let told: Vec<_> = rows.iter().map(|row| (row.act.as_str(), row.object.as_deref(), row.allowed)).collect();
    assert_eq!(told, [("card.return", Some("C1"), true), ("history.inspect", Some("period"), false)]);
    assert!(rows.iter().all(|row| row.articles == "nishimeya:1"));
}
