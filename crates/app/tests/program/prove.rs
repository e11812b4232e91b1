//! Theorems at the command line: with a solver, without one, and when they are not well written.

use std::process::Command;

use super::town::run;

fn prove(solver: Option<&str>, words: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    command.args(["regulation", "prove", "nishimeya"]).args(words);
    if let Some(path) = solver {
        command.env("CVC5", path);
    }
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn without_a_solver_it_says_so_and_the_bounded_search_still_works() {
    let (code, out, said) = prove(Some("/nowhere/cvc5"), &[]);
    assert_eq!((code, out.as_str()), (Some(3), ""));
    assert!(said.contains("cvc5") && said.contains("--bounded"), "{said}");
    let (code, out, _) = prove(Some("/nowhere/cvc5"), &["--bounded", "--format", "json"]);
    assert_eq!(code, Some(0));
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["solver"], serde_json::Value::Null);
    let theorems = report["theorems"].as_array().unwrap();
    assert!(theorems.len() > 50 && theorems.iter().all(|theorem| theorem["outcome"] == "proved"));
}

#[test]
fn a_solver_that_breaks_leaves_everything_undecided() {
    // It has a version, and then ends without a word.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cvc5");
    std::fs::write(&path, "#!/bin/sh\necho 'This is cvc5 version 0'\n").unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let (code, out, _) = prove(path.to_str(), &[]);
    assert_eq!(code, Some(1));
    assert!(out.contains("証明0件") && !out.contains("反証\t"), "{out}");
}

#[test]
fn profiles_without_sound_theorems() {
    run(&["regulation", "prove", "no-such-profile"]).ended(2, "no-such-profile");
}
