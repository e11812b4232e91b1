//! Every profile that comes with the program can be tried, and so can one that was only drafted.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sekisho_regulation::draft::Particulars;

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

fn write(folder: &Path, files: BTreeMap<String, String>) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// With cards and without, with rooms and without.
#[test]
fn what_the_reader_drafts_can_be_tried() {
    for text in ["01", "02", "10", "13"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../regulation/tests/corpus/{text}.txt"));
        let book = sekisho_regulation::reader::read(&std::fs::read(path).unwrap()).unwrap();
        let particulars =
            Particulars { key: "draft".into(), municipality: String::new(), municipality_code: "000000".into() };
        let folder = Folder::new(&format!("read-{text}"));
        write(&folder.0.join("draft"), profiles::drafted(&book, &particulars, None).unwrap().files);
        let draft = folder.0.join("draft");
        let demo = make(&folder.0.join("data"), draft.to_str().unwrap(), &Database::Folder, 3, &mut |_| ()).unwrap();
        check(&demo);
    }
}

#[test]
fn a_profile_without_a_plan_can_be_tried() {
    let folder = Folder::new("drafted");
    let draft = folder.0.join("draft");
    let mut files = profiles::source("nishimeya").unwrap().files;
    files.remove(super::plan::FILE);
    write(&draft, files);
    let data = folder.0.join("data");
    let demo = make(&data, draft.to_str().unwrap(), &Database::Folder, DAYS, &mut |_| ()).unwrap();
    assert!(demo.plan.derived);
    let first = check(&demo);
    drop(demo);
    let again = super::open(&data, "", &Database::Folder, DAYS, &mut |_| ()).unwrap();
    assert_eq!(again.newcomer(), Some(first), "it goes on where it was");
}
