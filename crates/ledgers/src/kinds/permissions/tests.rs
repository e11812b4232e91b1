//! An application is decided once, and what was done under it stays with it.

use std::sync::Arc;

use sekisho_gate::{Fact, Gate};
use sekisho_regulation::Profile;

use super::action::{Apply, Complete, Decide, Withdraw};
use super::view::Permission;
use super::{SORTS, sort_of};
use crate::books::Registers as _;
use crate::event::{Act, Actor, Asked, Given};
use crate::kind::{Ask, Registry};
use crate::kinds::KINDS;
use crate::kinds::organisation::action::{Appoint, Register};
use crate::testing::{Hand, day, village};

fn application(kind: &str) -> Apply {
    Apply {
        kind: kind.into(),
        section: "住民課".into(),
        item: "端末1号機".into(),
        content: "部品の交換".into(),
        reason: "故障".into(),
        place: None,
        licence: None,
        checks: Some("ほかの機器に障害のないことを試した".into()),
        checked_by: Some("p1".into()),
        checked_on: Some(day("2026-04-01")),
        from: day("2026-04-01"),
        to: day("2026-04-30"),
    }
}

fn decision(permission_no: &str, decision: &str, confirmed: bool) -> Decide {
    Decide {
        permission_no: permission_no.into(),
        decision: decision.into(),
        reason: "要る".into(),
        conditions: None,
        checks_confirmed: confirmed,
        mode: "written".into(),
        spoken_at: None,
        second_reader: None,
    }
}

fn apply(hand: &mut Hand, kind: &str) -> String {
    let level = sort_of(kind).map_or("none", |sort| sort.level);
    let seq = hand.fold(application(kind).asked(), "OK", &[("level", level.into()), ("has_checks", true.into())]);
    format!("K{seq:06}")
}

fn row(hand: &Hand, no: &str) -> Permission {
    hand.books.get::<Permission>(no).unwrap()
}

fn done(permission_no: &str) -> Complete {
    let (done_by, result) = ("p1".into(), "交換した".into());
    Complete { permission_no: permission_no.into(), done_on: day("2026-04-03"), done_by, result, physical: false }
}

/// A fact as the books give it for an act of this person.
fn fact(hand: &Hand, profile: &Arc<Profile>, asked: Asked, person: &str, name: &str) -> Option<Fact> {
    let gate = Gate::new(Arc::clone(profile)).unwrap();
    let by = Actor { person: Some(person.into()), ..Actor::default() };
    let act = Act { asked, by, given: Given::default(), effects: Vec::new() };
    let mut sheet = gate.sheet(act.asked.act).unwrap();
    let ask = Ask { act: &act, books: &hand.books, profile, now_ms: hand.at_ms, last_ms: hand.at_ms };
    Registry::new(KINDS).facts(&ask, &mut sheet);
    sheet.get(name).cloned()
}

#[test]
fn an_application_goes_its_way() {
    let mut hand = Hand::on("2026-04-01");
    let no = apply(&mut hand, "modify");
    let applied = row(&hand, &no);
    assert_eq!(
        (applied.state.as_str(), applied.level.as_str(), applied.applied_by.as_str()),
        ("pending", "officer", "p-by")
    );
    assert_eq!((applied.place, applied.checks), (None, Some(applied.evidence)));
    hand.did(decision(&no, "grant", true).asked());
    assert_eq!(row(&hand, &no).state, "granted");
    hand.did(done(&no).asked());
    let row = row(&hand, &no);
    assert_eq!(
        (row.state.as_str(), row.done_on, row.done_by.as_deref()),
        ("done", Some(day("2026-04-03")), Some("p1"))
    );
    assert!(row.decided_at.is_some() && row.result.is_some() && row.withdrawn_at.is_none());
}

#[test]
fn it_may_be_refused_or_taken_back() {
    let mut hand = Hand::on("2026-04-01");
    let (first, second) = (apply(&mut hand, "take_out"), apply(&mut hand, "develop"));
    hand.did(decision(&first, "refuse", false).asked());
    hand.did(Withdraw { permission_no: second.clone(), reason: "中止".into() }.asked());
    assert_eq!((row(&hand, &first).state.as_str(), row(&hand, &second).state.as_str()), ("refused", "withdrawn"));
    assert_eq!(row(&hand, &second).level, "chief");
}

#[test]
fn checks_are_told_and_confirmed_where_they_are_asked() {
    let mut hand = Hand::on("2026-04-01");
    let profile = Arc::new(village());
    for sort in &SORTS {
        let no = apply(&mut hand, sort.code);
        let checked =
            |confirmed| fact(&hand, &profile, decision(&no, "grant", confirmed).asked(), "p1", "permission_checked");
        assert_eq!(checked(true), Some(Fact::Bool(true)), "{}", sort.code);
        assert_eq!(checked(false), Some(Fact::Bool(!sort.checks)), "{}", sort.code);
        let physical = fact(&hand, &profile, done(&no).asked(), "p1", "cut_is_physical");
        assert_eq!(physical, Some(Fact::Bool(sort.code != "disconnection")), "{}", sort.code);
    }
    let bare = Apply { checks: None, ..application("modify") };
    let no = format!("K{:06}", hand.did(bare.asked()));
    let untold = fact(&hand, &profile, decision(&no, "grant", true).asked(), "p1", "permission_checked");
    assert_eq!(untold, Some(Fact::Bool(false)), "nothing was told that could be confirmed");
}

#[test]
fn an_officer_decides_for_the_own_section() {
    let mut hand = Hand::on("2026-04-01");
    let profile = Arc::new(village());
    for (person, post) in [("p1", "jumin_kacho"), ("p2", "somu_kacho")] {
        let register = Register {
            person: person.into(),
            name: "見本 一".into(),
            kana: "みほん はじめ".into(),
            birth: None,
            employee_no: person.into(),
            section: "課".into(),
            kind: "staff".into(),
        };
        hand.did(register.asked());
        let (person, post) = (person.to_owned(), post.to_owned());
        let from = day("2026-04-01");
        hand.did(Appoint { person, post, from, concurrent: false, order_no: "1".into() }.asked());
    }
    let no = apply(&mut hand, "take_out");
    let own = |person| fact(&hand, &profile, decision(&no, "grant", true).asked(), person, "permission_in_section");
    assert_eq!((own("p1"), own("p2")), (Some(Fact::Bool(true)), Some(Fact::Bool(false))));
}

#[test]
fn a_period_has_an_end_and_software_a_licence() {
    let hand = Hand::on("2026-04-01");
    let profile = Arc::new(village());
    let of = |act: &Apply, name: &str| fact(&hand, &profile, act.asked(), "p1", name);
    for (to, ok) in [("2026-04-01", true), ("2027-04-02", true), ("2027-04-03", false), ("2026-03-31", false)] {
        let act = Apply { to: day(to), ..application("copy") };
        assert_eq!(of(&act, "permission_period_ok"), Some(Fact::Bool(ok)), "{to}");
    }
    let licence = Some("L-1".to_owned());
    for (act, named) in [
        (application("copy"), true),
        (application("software"), false),
        (Apply { licence, ..application("software") }, true),
    ] {
        assert_eq!(of(&act, "permission_licence_named"), Some(Fact::Bool(named)), "{act:?}");
    }
    assert_eq!(of(&application("party"), "permission_kind_known"), Some(Fact::Bool(false)));
}
