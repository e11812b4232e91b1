//! The second verifier, written in Python from docs/format.md alone, agrees with the first.

use std::path::{Path, PathBuf};
use std::process::Command;

use sekisho_store::testing::{Chance, rounds};

use super::town::{Town, copy, run};

/// The codes that the Python verifier gives, in order; `None` without Python.
fn python(dir: &Path, outside: &Path) -> Option<Vec<String>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/verifier/verify.py");
    let output = Command::new("python3").arg(script).arg(dir).arg("--checkpoint").arg(outside).output().ok()?;
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    let mut codes: Vec<String> = text.lines().filter_map(|line| Some(line.split_once(": ")?.0.to_owned())).collect();
    codes.retain(|code| code != "sound");
    codes.sort();
    Some(codes)
}

fn ours(dir: &Path, outside: &Path) -> Vec<String> {
    let words = ["log", "verify", "--format", "json", "--dir"];
    let ran = run(&[&words[..], &[dir.to_str().unwrap(), "--checkpoint", outside.to_str().unwrap()]].concat());
    let json = ran.json();
    let mut codes: Vec<String> =
        json["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap().to_owned()).collect();
    codes.sort();
    assert_eq!(ran.code, i32::from(!codes.is_empty()));
    assert_eq!(json["sound"], codes.is_empty());
    codes
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

#[test]
fn both_verifiers_agree_on_an_exported_record() {
    let town = Town::of_people(300);
    let outside = town.dir.join("outside.txt");
    std::fs::write(&outside, town.checkpoint()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound");
    town.run(&["log", "export", "--out", sound.to_str().unwrap()]).ended(0, "健全");
    assert_eq!(ours(&sound, &outside), Vec::<String>::new());
    let Some(theirs) = python(&sound, &outside) else {
        eprintln!("no python3: skipped");
        return;
    };
    assert_eq!(theirs, Vec::<String>::new());

    let mut chance = Chance::new();
    let mut seen = std::collections::BTreeSet::new();
    for round in 0..rounds(16).min(500) {
        let dir = folder.path().join("changed");
        copy(&sound, &dir);
        let all = files(&dir);
        let file = &all[chance.below(all.len() as u64) as usize];
        let mut bytes = std::fs::read(file).unwrap();
        let place = chance.below(bytes.len() as u64) as usize;
        match chance.below(4) {
            0 => bytes.truncate(place),
            _ => bytes[place] ^= u8::try_from(1 + chance.below(255)).unwrap(),
        }
        std::fs::write(file, &bytes).unwrap();
        let (ours, theirs) = (ours(&dir, &outside), python(&dir, &outside).unwrap());
        assert!(!ours.is_empty(), "round {round}: {file:?}, byte {place} not caught");
        assert_eq!(ours, theirs, "round {round}: {file:?}, byte {place}");
        seen.extend(ours);
        std::fs::remove_dir_all(&dir).unwrap();
    }
    println!("agreed on {seen:?}");
}

#[test]
fn both_agree_on_an_export_of_a_damaged_database() {
    let town = Town::of_people(300);
    let outside = town.dir.join("outside.txt");
    std::fs::write(&outside, town.checkpoint()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let database = rusqlite::Connection::open(town.file()).unwrap();
    for (n, sql) in [
        "UPDATE events SET leaf = CAST(replace(leaf, '\"code\":\"OK\"', '\"code\":\"KO\"') AS BLOB) WHERE seq = 77",
        "UPDATE events SET leaf = CAST(replace(leaf, '\"code\":\"OK\"', '\"code\":\"KO\"') AS BLOB) WHERE seq = 290",
        "UPDATE tiles SET bytes = zeroblob(8192) WHERE level = 0",
        "DELETE FROM events WHERE seq = 280",
    ]
    .into_iter()
    .enumerate()
    {
        database.execute_batch(&format!("SAVEPOINT one; {sql}; RELEASE one")).unwrap();
        let dir = folder.path().join(n.to_string());
        let ran = town.run(&["log", "export", "--out", dir.to_str().unwrap(), "--format", "json"]);
        assert_eq!(ran.code, 1, "an unsound record is exported, and said to be: {ran:?}");
        let ours = ours(&dir, &outside);
        assert!(!ours.is_empty(), "{sql}");
        if let Some(theirs) = python(&dir, &outside) {
            assert_eq!(ours, theirs, "{sql}");
        }
    }
}
