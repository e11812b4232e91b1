//! Each command once, as a person and as a program would use it.

use super::town::{Town, enter, run};

/// Every command that this file and its neighbours try.
const COMMANDS: [&[&str]; 14] = [
    &["log"],
    &["log", "verify"],
    &["log", "prove"],
    &["log", "check-proof"],
    &["log", "checkpoint"],
    &["log", "export"],
    &["rebuild"],
    &["migrate"],
    &["backup"],
    &["restore"],
    &["terminal"],
    &["terminal", "add"],
    &["terminal", "remove"],
    &["reader"],
];

#[test]
fn every_command_helps_with_an_example() {
    for words in COMMANDS {
        run(&[words, &["--help"]].concat()).ended(0, "例: sekisho ");
    }
    for wrong in [&["log"][..], &["log", "prove", "x"], &["nonsense"], &["backup"], &["log", "verify", "--nonsense"]] {
        assert_eq!(run(wrong).code, 2, "{wrong:?}");
    }
}

#[test]
fn proofs_are_made_and_checked_without_the_record() {
    let town = Town::of_people(270);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let checkpoint = town.run(&["log", "checkpoint"]);
    assert_eq!(checkpoint.out, town.checkpoint(), "the bytes as they are signed");
    let json = town.run(&["log", "checkpoint", "--format", "json"]).json();
    assert_eq!((json["size"].as_u64(), json["checkpoint"].as_str()), (Some(271), Some(checkpoint.out.as_str())));

    town.run(&["log", "export", "--out", &path("out")]).ended(0, "271件");
    town.run(&["log", "export", "--out", &path("out")]).ended(3, "すでにあります");
    let key = std::fs::read_to_string(folder.path().join("out/log.vkey")).unwrap();
    let stranger = Town::found().run(&["log", "verify", "--format", "json"]).json()["key"].as_str().unwrap().to_owned();
    for seq in [0, 1, 255, 256, 270] {
        let file = path(&format!("{seq}.tlog-proof"));
        town.run(&["log", "prove", &seq.to_string(), "--out", &file]).ended(0, &file);
        run(&["log", "check-proof", &file, "--vkey", key.trim()]).ended(0, &format!("記録{seq}番"));
        let json = run(&["log", "check-proof", &file, "--vkey", &path("out/log.vkey"), "--format", "json"]).json();
        assert_eq!((&json["valid"], json["entry"]["seq"].as_u64()), (&true.into(), Some(seq)));
        let printed = town.run(&["log", "prove", &seq.to_string()]);
        assert_eq!(printed.out, std::fs::read_to_string(&file).unwrap());
        let ran = run(&["log", "check-proof", &file, "--vkey", &stranger, "--format", "json"]);
        assert_eq!((ran.code, &ran.json()["valid"]), (1, &false.into()));
    }
    town.run(&["log", "prove", "271"]).ended(2, "271件");
}

#[test]
fn everything_that_reads_works_while_a_house_is_open() {
    let town = Town::of_people(20);
    let house = town.open();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    town.run(&["log", "verify"]).ended(0, "健全です（21件）");
    town.run(&["log", "prove", "3"]).ended(0, "c2sp.org/tlog-proof@v1");
    town.run(&["log", "export", "--out", &path("out")]).ended(0, "21件");
    town.run(&["rebuild", "--check"]).ended(0, "同じです");
    town.run(&["backup", &path("b.tar")]).ended(0, "21件");
    for words in [&["rebuild"][..], &["migrate"]] {
        town.run(words).ended(3, "別のsekishoがこの記録を使っています");
    }
    assert_eq!(enter(&house, "after").unwrap(), 21);
    town.closed(house);
    let ran = town.run(&["rebuild", "--format", "json"]);
    assert_eq!((ran.code, ran.json()["events"].as_u64()), (0, Some(22)));
    let ran = town.run(&["migrate", "--format", "json"]);
    assert_eq!((ran.code, ran.json()["from"] == ran.json()["to"]), (0, true));
}

#[test]
fn a_changed_view_is_named_and_made_anew() {
    let town = Town::of_people(20);
    let change = |sql: &str| rusqlite::Connection::open(town.file()).unwrap().execute_batch(sql).unwrap();
    let view = sekisho_ledgers::kinds::organisation::view::Person::SPEC;
    let table = format!("v_{}", view.name);
    use sekisho_ledgers::spec::View as _;
    for sql in [
        format!("UPDATE {table} SET employee_no = 'x' WHERE person = 'p7'"),
        format!("DELETE FROM {table} WHERE person = 'p7'"),
    ] {
        change(&sql);
        let ran = town.run(&["rebuild", "--check"]);
        ran.ended(1, view.label).ended(1, "「p7」");
        let json = town.run(&["rebuild", "--check", "--format", "json"]).json();
        assert_eq!(json["equal"], false);
        town.run(&["rebuild"]).ended(0, "21件");
        town.run(&["rebuild", "--check"]).ended(0, "同じです");
    }
    assert!(town.verify(&[]).is_sound(), "views are no part of the record");
}

#[test]
fn a_backup_is_restored_and_verified() {
    let town = Town::of_people(50);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("early.txt"), town.checkpoint()).unwrap();
    town.run(&["backup", &path("b.tar")]).ended(0, "鍵は入っていません");
    town.run(&["backup", &path("b.tar")]).ended(3, "すでにあります");
    let bytes = std::fs::read(path("b.tar")).unwrap();
    let token = town.site().settings.service_token.unwrap();
    let secret = std::fs::read_to_string(town.dir.join("keys/text.key")).unwrap();
    for hidden in [token.as_bytes(), secret.trim().as_bytes()] {
        assert!(!bytes.windows(hidden.len()).any(|part| part == hidden), "a backup without keys holds no secret");
    }
    let ran = run(&["restore", &path("b.tar"), "--data", &path("r1"), "--checkpoint", &path("early.txt")]);
    ran.ended(0, "一致しました").ended(0, "keysに戻して");
    run(&["restore", &path("b.tar"), "--data", &path("r1")]).ended(3, "上書きはしません");
    run(&["log", "verify", "--data", &path("r1")]).ended(0, "照合していません");
    // With the keys back in their place it opens.
    super::town::copy(&town.dir.join("keys"), &folder.path().join("r1/keys"));
    run(&["log", "verify", "--data", &path("r1")]).ended(0, "健全です（51件）");
    run(&["rebuild", "--data", &path("r1")]).ended(0, "51件");

    let house = town.open();
    enter(&house, "later").unwrap();
    town.closed(house);
    std::fs::write(path("late.txt"), town.checkpoint()).unwrap();
    let ran =
        run(&["restore", &path("b.tar"), "--data", &path("r2"), "--checkpoint", &path("late.txt"), "--format", "json"]);
    assert_eq!((ran.code, ran.json()["report"]["findings"][0]["code"].as_str()), (1, Some("older")));
    town.run(&["backup", &path("k.tar"), "--with-keys"]).ended(0, "金庫");
    run(&["restore", &path("k.tar"), "--data", &path("r3")]).ended(0, "古い控えかどうかは");
    run(&["log", "verify", "--data", &path("r3"), "--checkpoint", &path("late.txt")]).ended(0, "健全です（52件）");

    // A backup that was changed is not restored at all.
    let find = |part: &[u8]| bytes.windows(part.len()).position(|found| found == part).unwrap() + part.len();
    let places =
        [find(b"\"checkpoint\": \"sekisho"), find(b"\"origin\": \"sekisho"), find(b"\"sha256\": \""), bytes.len() / 2];
    for place in places {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        std::fs::write(path("x.tar"), &changed).unwrap();
        run(&["restore", &path("x.tar"), "--data", &path("r4")]).ended(3, "控えとして読めません");
        assert!(!folder.path().join("r4").exists());
    }
    std::fs::write(path("x.tar"), &bytes[..bytes.len() / 2]).unwrap();
    run(&["restore", &path("x.tar"), "--data", &path("r4")]).ended(3, "控えとして読めません");
}
