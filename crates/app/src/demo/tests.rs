//! Every profile that comes with the program can be tried, and so can one that was only drafted.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::PathBuf;

use super::{Demo, Newcomer, PASSWORD, make};
use crate::desk::{Outcome, SignIn};
use crate::profiles;
use crate::site::Database;

/// Short enough to be quick, long enough for a weekly round.
const DAYS: i64 = 10;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sekisho-demo-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&path));
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// The record is whole, a newcomer can sign in, and the printed hint says how.
fn check(demo: &Demo) -> Newcomer {
    let verified = demo.desk.verify_now();
    assert!(verified.ok, "{:?}", verified.problem);
    let newcomer = demo.newcomer().unwrap();
    assert_eq!(demo.desk.asks_for_card(&newcomer.terminal), newcomer.card_no.is_some());
    if let Some(card) = &newcomer.card_no {
        assert!(demo.desk.readers().insert(&newcomer.terminal, card));
    }
    let (terminal, person) = (newcomer.terminal.clone(), newcomer.person.clone());
    let input = SignIn { terminal, person, password: PASSWORD.to_owned(), capacity: None };
    match demo.desk.sign_in(&input).unwrap() {
        Outcome::Done((_, live), _) => assert_eq!(live.person, newcomer.person),
        Outcome::Refused(receipt) => panic!("{newcomer:?}: {}", receipt.decision.sentence),
    }
    newcomer
}

#[test]
fn every_shipped_profile_can_be_tried() {
    for key in profiles::shipped() {
        let folder = Folder::new(&key);
        let demo = make(&folder.0, &key, &Database::Folder, DAYS, &mut |_| ()).unwrap_or_else(|e| panic!("{key}: {e}"));
        assert!(!demo.plan.derived, "{key} has no demo.toml");
        check(&demo);
    }
}

#[test]
fn a_drafted_profile_can_be_tried() {
    let folder = Folder::new("drafted");
    let draft = folder.0.join("draft");
    for (name, text) in profiles::source("nishimeya").unwrap().files {
        if name != super::plan::FILE {
            let path = draft.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }
    let data = folder.0.join("data");
    let demo = make(&data, draft.to_str().unwrap(), &Database::Folder, DAYS, &mut |_| ()).unwrap();
    assert!(demo.plan.derived);
    let first = check(&demo);
    drop(demo);
    let again = super::open(&data, "", &Database::Folder, DAYS, &mut |_| ()).unwrap();
    assert_eq!(again.newcomer(), Some(first), "it goes on where it was");
}
