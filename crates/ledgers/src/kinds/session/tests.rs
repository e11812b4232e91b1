//! Wrong passwords are counted and lock; one card has one session.

use sekisho_regulation::profile::PasswordRules;
use serde_json::json;

use super::action::{ChangePassword, Close, Open, ResetPassword, Unlock};
use super::view::{Account, Logon};
use super::{account, expired, locked, open};
use crate::event::Asked;
use crate::testing::{Hand, day, village};

fn attempt(session: &str) -> Asked {
    Open { session: session.into(), card_no: Some("C1".into()) }.asked()
}

fn with_account() -> Hand {
    let mut hand = Hand::on("2026-04-01");
    hand.by.person = Some("p1".into());
    hand.did(ChangePassword { person: "p1".into() }.asked());
    hand
}

fn try_in(hand: &mut Hand, right: bool, code: &str) {
    let more = [("password_ok", json!(right)), ("failures_max", json!(3)), ("lock_minutes", json!(30))];
    hand.fold(attempt("s1"), code, &more);
}

fn the_account(hand: &Hand) -> Account {
    account(&hand.books, "p1").unwrap()
}

#[test]
fn three_wrong_passwords_lock_and_time_unlocks() {
    let rules = village().settings.password;
    let mut hand = with_account();
    try_in(&mut hand, false, "PASSWORD_INVALID");
    try_in(&mut hand, true, "OK");
    assert_eq!(the_account(&hand).failures, 0, "a right password begins the count anew");
    for _ in 0..3 {
        try_in(&mut hand, false, "PASSWORD_INVALID");
    }
    assert!(locked(&the_account(&hand), &rules, hand.at_ms));
    try_in(&mut hand, true, "ACCOUNT_LOCKED");
    assert!(locked(&the_account(&hand), &rules, hand.at_ms), "the right password does not unlock");
    hand.at_ms += 31 * 60_000;
    assert!(!locked(&the_account(&hand), &rules, hand.at_ms));
    try_in(&mut hand, false, "PASSWORD_INVALID");
    assert_eq!(the_account(&hand).failures, 1, "and the count begins anew");
    assert_eq!(hand.journal::<Logon>().len(), 7, "every attempt is in the logon history");
}

#[test]
fn a_person_unlocks_and_a_first_password_must_be_changed() {
    let rules = village().settings.password;
    let mut hand = with_account();
    for _ in 0..3 {
        try_in(&mut hand, false, "PASSWORD_INVALID");
    }
    hand.did(Unlock { person: "p1".into(), reason: "本人を確認".into() }.asked());
    assert!(!locked(&the_account(&hand), &rules, hand.at_ms));
    assert!(!expired(&the_account(&hand), &rules, day("2026-06-30")));
    assert!(expired(&the_account(&hand), &rules, day("2026-07-01")), "91 days later");
    hand.did(ResetPassword { person: "p1".into() }.asked());
    assert!(expired(&the_account(&hand), &rules, day("2026-04-01")));
    let issued = PasswordRules { issued: true, ..rules };
    assert!(!expired(&the_account(&hand), &issued, day("2026-06-30")), "issued: it is no first one");
    assert!(expired(&the_account(&hand), &issued, day("2026-07-01")));
}

#[test]
fn one_card_one_session() {
    let mut hand = with_account();
    hand.fold(attempt("s1"), "OK", &[]);
    hand.fold(attempt("s2"), "OK", &[]);
    let sessions = open(&hand.books);
    assert_eq!(sessions.iter().map(|s| s.session.as_str()).collect::<Vec<_>>(), ["s2"]);
    hand.did(Close { session: "s2".into(), close_reason: "card_pulled".into() }.asked());
    assert!(open(&hand.books).is_empty());
}

#[test]
fn without_cards_one_person_and_one_terminal_have_one_session() {
    let mut hand = with_account();
    let mut sign_in = |person: &str, terminal: &str, session: &str| {
        (hand.by.person, hand.by.terminal) = (Some(person.into()), Some(terminal.into()));
        hand.fold(Open { session: session.into(), card_no: None }.asked(), "OK", &[]);
        open(&hand.books).into_iter().map(|s| s.session).collect::<Vec<_>>()
    };
    assert_eq!(sign_in("p1", "W1", "s1"), ["s1"]);
    assert_eq!(sign_in("p2", "W2", "s2"), ["s1", "s2"], "others are not disturbed");
    assert_eq!(sign_in("p1", "W3", "s3"), ["s2", "s3"], "the person has moved");
    assert_eq!(sign_in("p3", "W2", "s4"), ["s3", "s4"], "the terminal has changed hands");
}

#[test]
fn guesses_at_the_present_password_count_wherever_they_are_made() {
    let rules = village().settings.password;
    let mut hand = with_account();
    let more = [("password_ok", json!(false)), ("failures_max", json!(3)), ("lock_minutes", json!(30))];
    for _ in 0..3 {
        hand.fold(ChangePassword { person: "p1".into() }.asked(), "PASSWORD_INVALID", &more);
    }
    assert!(locked(&the_account(&hand), &rules, hand.at_ms));
    assert!(hand.journal::<Logon>().is_empty(), "a change is no attempt to sign in");
}
