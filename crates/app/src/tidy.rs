//! Checks of the whole tree that run as ordinary tests: which crate uses which, what the ground
//! floors may not know, how long files are, licences, and that the map shows what is there.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Longest source file, in lines.
const FILE_LINES_MAX: usize = 500;

/// The floor of each crate.
const FLOORS: [(&str, u8); 7] =
    [("regulation", 1), ("record", 1), ("gate", 2), ("ledgers", 3), ("store", 4), ("history", 4), ("app", 5)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Files under a folder with this ending, below no folder named `target`.
fn files(under: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(under)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().is_some_and(|name| name.ends_with(ending)) {
                found.push((path.clone(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "nothing ends in {ending} under {under}");
    found
}

fn is_test(path: &Path) -> bool {
    let text = path.to_string_lossy();
    text.contains("/tests/")
        || text.ends_with("tests.rs")
        || text.contains("/tests_")
        || text.ends_with("testing.rs")
        || text.ends_with("tidy.rs")
        || text.ends_with("fixture.rs")
}

/// Source lines that are not comments and not behind `#[cfg(test)]` at the end of a file.
fn shipped(text: &str) -> impl Iterator<Item = &str> {
    let end = text.find("\nmod tests {").unwrap_or(text.len());
    text[..end].lines().filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn arrows_point_down() {
    let floors: BTreeMap<&str, u8> = FLOORS.into_iter().collect();
    for (name, floor) in FLOORS {
        let manifest = std::fs::read_to_string(root().join(format!("crates/{name}/Cargo.toml"))).unwrap();
        let manifest: toml::Table = toml::from_str(&manifest).unwrap();
        for below in manifest["dependencies"].as_table().unwrap().keys() {
            let Some(below) = below.strip_prefix("sekisho-") else { continue };
            assert!(floors[below] < floor, "{name} may not use {below}");
            assert!((name, below) != ("gate", "record"), "the gate never knows the record");
        }
    }
}

#[test]
fn ground_floors_are_pure() {
    let unknown =
        ["std::fs", "std::net", "std::env", "std::process", "SystemTime", "Instant::now", "tokio", "async fn"];
    for name in ["regulation", "record", "gate"] {
        for (path, text) in files(&format!("crates/{name}/src"), ".rs") {
            for line in shipped(&text).filter(|_| !is_test(&path)) {
                let found = unknown.iter().find(|word| line.contains(**word));
                assert!(found.is_none(), "{}: {found:?} in `{line}`", path.display());
            }
        }
    }
}

#[test]
fn sql_is_in_the_store() {
    for (name, _) in FLOORS.into_iter().filter(|(name, _)| *name != "store") {
        for (path, text) in files(&format!("crates/{name}/src"), ".rs") {
            if is_test(&path) || path.to_string_lossy().contains("/bench/") {
                continue;
            }
            let found = shipped(&text).find(|line| line.contains("CREATE TABLE") || line.contains("INSERT INTO"));
            assert!(found.is_none(), "{}: {found:?}", path.display());
        }
    }
}

#[test]
fn files_stay_short() {
    for (path, text) in files("crates", ".rs") {
        let lines = text.lines().count();
        assert!(lines <= FILE_LINES_MAX, "{} has {lines} lines: what idea is missing?", path.display());
    }
}

#[test]
fn nobody_names_a_module_mod() {
    assert!(files("crates", ".rs").iter().all(|(path, _)| !path.ends_with("mod.rs")));
}

#[test]
fn shipped_code_does_not_panic() {
    let words = [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "dbg!("];
    for (path, text) in files("crates", ".rs") {
        if is_test(&path) || !path.to_string_lossy().contains("/src/") || path.to_string_lossy().contains("/testing/") {
            continue;
        }
        for line in shipped(&text) {
            let found = words.iter().find(|word| line.contains(**word));
            assert!(found.is_none(), "{}: `{}`", path.display(), line.trim());
        }
    }
}

/// Whether an SPDX expression can be met with the allowed licences.
fn permitted(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let expression = expression.replace(['(', ')'], "").replace('/', " OR ");
    if allowed.contains(&expression) {
        return true;
    }
    expression.split(" AND ").all(|part| part.split(" OR ").any(|one| allowed.contains(one.trim())))
}

#[test]
fn licences_are_allowed() {
    let deny: toml::Table = toml::from_str(&std::fs::read_to_string(root().join("deny.toml")).unwrap()).unwrap();
    let licenses = deny["licenses"].as_table().unwrap();
    let text = |value: &toml::Value| value.as_str().unwrap().to_owned();
    let allowed: BTreeSet<String> = licenses["allow"].as_array().unwrap().iter().map(text).collect();
    let exceptions: BTreeSet<String> =
        licenses["exceptions"].as_array().unwrap().iter().map(|e| text(&e["crate"])).collect();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 50);
    for package in packages {
        let (name, license) = (package["name"].as_str().unwrap(), package["license"].as_str().unwrap_or("none"));
        assert!(permitted(license, &allowed) || exceptions.contains(name), "{name}: {license}");
        assert!(name != "openssl-sys", "no OpenSSL");
    }
}

#[test]
fn the_map_shows_what_is_there() {
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for (name, _) in FLOORS {
        assert!(map.contains(&format!("`crates/{name}`")), "ARCHITECTURE.md does not name crates/{name}");
    }
    let crates: BTreeSet<String> = std::fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(crates, FLOORS.iter().map(|(name, _)| (*name).to_owned()).collect(), "seven crates");
}

#[test]
fn every_kind_has_the_small_shape() {
    let kinds = root().join("crates/ledgers/src/kinds");
    for entry in std::fs::read_dir(&kinds).unwrap() {
        let folder = entry.unwrap().path();
        if folder.is_dir() {
            for part in ["action.rs", "view.rs", "tests.rs"] {
                assert!(folder.join(part).is_file(), "{} lacks {part}", folder.display());
            }
        }
    }
    assert_eq!(
        sekisho_ledgers::kinds::KINDS.len(),
        std::fs::read_dir(&kinds).unwrap().filter(|e| e.as_ref().unwrap().path().is_dir()).count()
    );
}

/// Every act of the program is in the vocabulary, and the other way round.
#[test]
fn acts_and_vocabulary_agree() {
    let profile = crate::profiles::source("nishimeya").unwrap().profile().unwrap();
    let registry = sekisho_ledgers::Registry::new(sekisho_ledgers::kinds::KINDS);
    let ours: BTreeSet<&str> = registry.acts().map(|act| act.spec.name).collect();
    let theirs: BTreeSet<&str> = profile.vocabulary.acts.keys().map(String::as_str).collect();
    assert_eq!(ours, theirs);
}

/// What the profile says is kept, and what it says carries an article out, is there.
#[test]
fn profiles_name_books_and_acts_that_there_are() {
    let registry = sekisho_ledgers::Registry::new(sekisho_ledgers::kinds::KINDS);
    for key in crate::profiles::shipped() {
        let profile = crate::profiles::source(&key).unwrap().profile().unwrap();
        for retention in &profile.settings.retention {
            assert!(registry.view(&retention.book).is_some(), "{key}: no book `{}`", retention.book);
        }
        for article in &profile.articles {
            for by in &article.carried_by {
                let there = match by.split_once(':') {
                    Some(("book", name)) => registry.view(name).is_some(),
                    Some(("act", name)) => registry.act(name).is_some(),
                    Some(("page" | "policy" | "role", _)) => true,
                    _ => false,
                };
                assert!(there, "{key} {}: `{by}`", article.id);
            }
        }
    }
}
