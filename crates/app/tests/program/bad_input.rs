//! Bad input at the command line is met with a sentence and the right exit code, and nothing is lost.

use std::path::Path;

use super::town::{Town, copy, run};

fn profile(change: impl FnOnce(&Path)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/nishimeya");
    copy(&from, folder.path());
    change(folder.path());
    folder
}

fn append(path: &Path, text: &str) {
    let before = std::fs::read_to_string(path).unwrap();
    std::fs::write(path, format!("{before}\n{text}\n")).unwrap();
}

#[test]
fn profiles_that_are_not_well_written() {
    let name = |folder: &tempfile::TempDir| folder.path().to_str().unwrap().to_owned();
    let sound = profile(|_| {});
    run(&["profile", "check", &name(&sound)]).ended(0, "");
    let unknown = profile(|dir| {
        let path = dir.join("profile.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("misspelt_setting = 1\n{text}")).unwrap();
    });
    let broken = profile(|dir| append(&dir.join("profile.toml"), "[[["));
    let policy = profile(|dir| {
        std::fs::create_dir_all(dir.join("policy")).unwrap();
        std::fs::write(dir.join("policy/10_session.cedar"), "permit (principal, action").unwrap();
    });
    let gone = profile(|dir| std::fs::remove_file(dir.join("articles.toml")).unwrap());
    for (folder, said) in [
        (&unknown, "misspelt_setting"),
        (&broken, "profile.toml"),
        (&policy, "10_session.cedar"),
        (&gone, "articles.toml"),
    ] {
        run(&["profile", "check", &name(folder)]).ended(2, said);
        let data = tempfile::tempdir().unwrap();
        let dir = data.path().join("data");
        let ran = run(&["init", "--profile", &name(folder), "--data", dir.to_str().unwrap()]);
        assert!(matches!(ran.code, 2 | 3), "{ran:?}");
        assert!(!dir.join("sekisho.toml").exists(), "nothing half made: {said}");
    }
    run(&["profile", "check", "no-such-profile"]).ended(2, "no-such-profile");
}

#[test]
fn requests_that_are_not_well_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("request.json");
    let decide = |text: &[u8]| {
        std::fs::write(&file, text).unwrap();
        run(&["decide", "--profile", "nishimeya", "--request", file.to_str().unwrap()])
    };
    for text in
        ["", "{", "[]", "{\"act\": 1}", "{\"act\":\"card.lend\"}", "{\"act\":\"card.lend\",\"facts\":{},\"more\":1}"]
    {
        decide(text.as_bytes()).ended(2, "判定する操作のファイルが読めません");
    }
    decide(b"{\"act\":\"card.lend\",\"facts\":{\"x\":{}}}").ended(2, "x");
    let wrong = decide(b"\xff\xfe");
    assert!(matches!(wrong.code, 2 | 3) && !wrong.err.is_empty(), "{wrong:?}");
    let huge = decide(format!("{{\"act\":\"{}\",\"facts\":{{}}}}", "a".repeat(2 << 20)).as_bytes());
    huge.ended(2, "読めません");
    let unknown = decide(b"{\"act\":\"no.such.act\",\"facts\":{}}");
    assert_eq!(unknown.code, 1, "{unknown:?}");
    assert_eq!(unknown.json()["allowed"], false);
    run(&["decide", "--profile", "nishimeya", "--request", "/no/such/file"]).ended(3, "/no/such/file");
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let town = Town::of_people(3);
    rusqlite::Connection::open(town.file())
        .unwrap()
        .execute_batch("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    let before = std::fs::read(town.file()).unwrap();
    let out = town.dir.join("out");
    let out = out.to_str().unwrap();
    for words in [
        &["log", "verify"][..],
        &["log", "checkpoint"],
        &["log", "prove", "1"],
        &["log", "export", "--out", out],
        &["rebuild"],
        &["rebuild", "--check"],
        &["migrate"],
        &["backup", out],
        &["serve", "--listen", "127.0.0.1:0"],
    ] {
        let ran = town.run(words);
        ran.ended(3, "99").ended(3, "新しいsekishoで開いてください");
        assert!(!Path::new(out).exists());
    }
    assert_eq!(std::fs::read(town.file()).unwrap(), before);
}

#[test]
fn what_is_no_database_no_proof_and_no_backup() {
    let town = Town::of_people(3);
    let folder = tempfile::tempdir().unwrap();
    let junk = folder.path().join("junk");
    let data = folder.path().join("data");
    for bytes in [&b""[..], b"junk\n", &[0xff; 5000]] {
        std::fs::write(&junk, bytes).unwrap();
        let file = junk.to_str().unwrap();
        let key = town.run(&["log", "verify", "--format", "json"]).json()["key"].as_str().unwrap().to_owned();
        run(&["log", "check-proof", file, "--vkey", &key]).ended(1, "成り立ちません");
        run(&["restore", file, "--data", data.to_str().unwrap()]).ended(3, "控えとして読めません");
        assert!(!data.exists());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    }
    run(&["log", "check-proof", junk.to_str().unwrap(), "--vkey", "nokey"]).ended(2, "検証鍵");
    run(&["log", "verify", "--dir", "/no/such/folder"]).ended(3, "/no/such/folder");
    run(&["log", "verify", "--data", "/no/such/folder"]).ended(3, "/no/such/folder");
    std::fs::write(town.file(), [0xff; 5000]).unwrap();
    let ran = town.run(&["log", "verify"]);
    ran.ended(3, "壊れています");
}

#[test]
fn a_truncated_tile_is_named_in_the_database_and_in_an_export() {
    let town = Town::of_people(300);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    town.run(&["log", "export", "--out", out.to_str().unwrap()]).ended(0, "");
    let tile = out.join("tile/0/000");
    let bytes = std::fs::read(&tile).unwrap();
    std::fs::write(&tile, &bytes[..4000]).unwrap();
    run(&["log", "verify", "--dir", out.to_str().unwrap()]).ended(1, "tile/0/000");
    std::fs::write(&tile, &bytes).unwrap();
    let bundle = out.join("tile/entries/001.p/45");
    let bytes = std::fs::read(&bundle).unwrap();
    std::fs::write(&bundle, &bytes[..bytes.len() - 10]).unwrap();
    run(&["log", "verify", "--dir", out.to_str().unwrap()]).ended(1, "記録300番");
    rusqlite::Connection::open(town.file())
        .unwrap()
        .execute_batch("UPDATE tiles SET bytes = substr(bytes, 1, 4000)")
        .unwrap();
    town.run(&["log", "verify"]).ended(1, "tile/0/000");
}

#[test]
fn a_broken_profile_does_not_keep_anybody_from_verifying() {
    let town = Town::of_people(3);
    let digest = std::fs::read_to_string(town.dir.join("profiles/current")).unwrap();
    append(&town.dir.join("profiles").join(digest.trim()).join("profile/profile.toml"), "[[[");
    town.run(&["log", "verify"]).ended(0, "健全").ended(0, "照合していません");
    town.run(&["rebuild"]).ended(3, "profile.toml");
}
