//! Who is inside, and where the keys are.

use super::action::{Enter, LeaveRoom, LendKey, PermitEntry, RegisterKey, ReturnKey, RevokePermit};
use super::inside;
use super::view::{EntryPermit, Key};
use crate::books::Registers as _;
use crate::testing::{Hand, day};

fn enter(hand: &mut Hand, person: Option<&str>) -> String {
    let act = Enter {
        entry_key_no: None,
        room: "densan".into(),
        person: person.map(str::to_owned),
        staff_id: None,
        visitor: None,
        affiliation: None,
        permit_no: None,
        entry_card_no: None,
        badge: None,
        purpose: Some("点検".into()),
        escort: None,
    };
    let seq = hand.fold(act.asked(), "OK", &[("level", 2.into())]);
    format!("N{seq:06}")
}

#[test]
fn who_came_out_is_not_inside() {
    let mut hand = Hand::on("2026-04-01");
    let (first, _) = (enter(&mut hand, Some("p1")), enter(&mut hand, None));
    let rooms = |hand: &Hand, room: &str| inside(&hand.books, Some(room)).len();
    assert_eq!((rooms(&hand, "densan"), rooms(&hand, "madoguchi")), (2, 0));
    hand.did(LeaveRoom { entry_no: first, room: "densan".into(), staff_id: None }.asked());
    let left = inside(&hand.books, None);
    assert_eq!(left.len(), 1);
    assert_eq!(left.first().map(|row| (row.kind.as_str(), row.level)), Some(("visitor", 2)));
}

#[test]
fn a_key_is_kept_or_lent() {
    let mut hand = Hand::on("2026-04-01");
    let (key_no, room) = ("K1".to_owned(), "densan".to_owned());
    let kept_at = "金庫".to_owned();
    hand.did(RegisterKey { key_no: key_no.clone(), room: room.clone(), kept_at, spare: false }.asked());
    let lend = LendKey {
        key_no: key_no.clone(),
        room: room.clone(),
        person: "p1".into(),
        purpose: "点検".into(),
        due: day("2026-04-01"),
    };
    hand.did(lend.asked());
    let key = hand.books.get::<Key>("K1").unwrap();
    assert_eq!((key.state.as_str(), key.holder.as_deref()), ("lent", Some("p1")));
    hand.did(ReturnKey { key_no, room }.asked());
    let key = hand.books.get::<Key>("K1").unwrap();
    assert_eq!((key.state.as_str(), key.holder, key.returned_at.is_some()), ("kept", None, true));
}

#[test]
fn a_permit_can_be_revoked() {
    let mut hand = Hand::on("2026-04-01");
    let permit = PermitEntry {
        person: None,
        visitor: Some("来訪 一太".into()),
        affiliation: Some("架空商会".into()),
        purpose: "保守".into(),
        room: "densan".into(),
        from: day("2026-04-01"),
        to: day("2026-04-02"),
    };
    let permit_no = format!("P{:06}", hand.did(permit.asked()));
    assert_eq!(hand.books.get::<EntryPermit>(&permit_no).unwrap().state, "valid");
    let (room, reason) = ("densan".to_owned(), "中止".to_owned());
    hand.did(RevokePermit { permit_no: permit_no.clone(), room, reason }.asked());
    assert_eq!(hand.books.get::<EntryPermit>(&permit_no).unwrap().state, "revoked");
}
