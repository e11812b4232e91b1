//! Roles are held through posts, on the day.

use super::action::{Appoint, Designate, EndAppointment, Leave, Register};
use super::view::{Appointment, Person};
use super::{holds, in_office, roles};
use crate::books::Registers as _;
use crate::testing::{Hand, day, village};

fn hire(hand: &mut Hand, id: &str, post: &str, from: &str) {
    hand.did(
        Register {
            person: id.into(),
            name: "見本 一郎".into(),
            kana: "みほん いちろう".into(),
            birth: None,
            employee_no: "1".into(),
            section: "住民課".into(),
            kind: "staff".into(),
        }
        .asked(),
    );
    let order_no = "発令1".to_owned();
    hand.did(Appoint { person: id.into(), post: post.into(), from: day(from), concurrent: false, order_no }.asked());
}

#[test]
fn one_post_gives_several_roles_and_ends_with_its_day() {
    let profile = village();
    let mut hand = Hand::on("2026-04-01");
    hire(&mut hand, "p1", "jumin_kacho", "2026-04-01");
    let held = roles(&hand.books, &profile, "p1", day("2026-04-01"));
    for role in ["system_manager", "access_manager", "asset_manager", "entry_manager_madoguchi"] {
        assert!(held.iter().any(|held| held == role), "{role}");
    }
    assert!(!holds(&hand.books, &profile, "p1", "chief", day("2026-04-01")));
    assert!(!holds(&hand.books, &profile, "p1", "system_manager", day("2026-03-31")), "not before the day");
    let id = hand.books.scan::<Appointment>("p1/").remove(0).id;
    hand.did(EndAppointment { id, to: day("2026-09-30") }.asked());
    assert!(holds(&hand.books, &profile, "p1", "system_manager", day("2026-09-30")), "still on the last day");
    assert!(!holds(&hand.books, &profile, "p1", "system_manager", day("2026-10-01")));
}

#[test]
fn where_two_posts_could_hold_a_role_a_designation_picks_one() {
    let profile = village();
    let mut hand = Hand::on("2026-04-01");
    hire(&mut hand, "p1", "jumin_hosa", "2026-04-01");
    hire(&mut hand, "p2", "jumin_shukan", "2026-04-01");
    let officer = |hand: &Hand, id: &str| holds(&hand.books, &profile, id, "security_officer", day("2026-05-01"));
    assert!(officer(&hand, "p1") && officer(&hand, "p2"), "both until one is picked");
    let role = "security_officer".to_owned();
    hand.did(Designate { role: role.clone(), person: "p2".into(), from: day("2026-04-10") }.asked());
    assert!(!officer(&hand, "p1") && officer(&hand, "p2"));
    hand.did(Designate { role, person: "p1".into(), from: day("2026-04-20") }.asked());
    assert!(officer(&hand, "p1") && !officer(&hand, "p2"), "the later designation ends the earlier");
}

#[test]
fn who_leaves_holds_nothing_more() {
    let profile = village();
    let mut hand = Hand::on("2026-04-01");
    hire(&mut hand, "p1", "somu_kacho", "2026-04-01");
    hand.did(Leave { person: "p1".into(), on: day("2026-12-31") }.asked());
    assert!(in_office(&hand.books, "p1", day("2026-12-31")) && !in_office(&hand.books, "p1", day("2027-01-01")));
    assert!(!holds(&hand.books, &profile, "p1", "chief", day("2027-01-01")));
    assert_eq!(hand.books.get::<Person>("p1").and_then(|p| p.left_on), Some(day("2026-12-31")));
}
