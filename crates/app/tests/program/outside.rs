//! What only a checkpoint kept outside can tell, and rows that are gone or in another order.

use rusqlite::Connection;
use sekisho_record::verify::Finding;

use super::town::{Town, codes, copy, enter, refused};

fn change(town: &Town, sql: &str) {
    Connection::open(town.file()).unwrap().execute_batch(sql).unwrap();
}

/// Runs the command line against checkpoints kept outside; gives the codes of the findings.
fn against(town: &Town, outside: &str) -> (i32, Vec<String>) {
    let file = town.dir.join("outside.txt");
    std::fs::write(&file, outside).unwrap();
    let ran = town.run(&["log", "verify", "--checkpoint", file.to_str().unwrap(), "--format", "json"]);
    let findings = ran.json()["findings"].clone();
    let codes = findings.as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap().to_owned());
    (ran.code, codes.collect())
}

#[test]
fn rows_that_are_gone_or_exchanged_are_named() {
    let town = Town::of_people(300);
    let whole = std::fs::read(town.file()).unwrap();
    let cases: &[(&str, &[Finding])] = &[
        ("DELETE FROM events WHERE seq = 40", &[Finding::EntriesMissing(40, 40)]),
        ("DELETE FROM events WHERE seq BETWEEN 10 AND 20", &[Finding::EntriesMissing(10, 20)]),
        // No tile holds the last entries' hashes yet.
        ("DELETE FROM events WHERE seq = 300", &[Finding::RootMismatch(301), Finding::EntriesMissing(300, 300)]),
        ("DELETE FROM tiles WHERE level = 0", &[Finding::TileMissing(sekisho_record::TileId::full(0, 0))]),
        ("UPDATE tiles SET bytes = substr(bytes, 1, 100)", &[Finding::TileChanged(sekisho_record::TileId::full(0, 0))]),
        ("UPDATE head SET size = 299", &[Finding::Truncated { entries: 299, stated: 301 }]),
        (
            "UPDATE events SET leaf = (SELECT leaf FROM events WHERE seq = 51) WHERE seq = 50",
            &[Finding::SeqMismatch { index: 50, seq: 51 }, Finding::PrivateChanged(50), Finding::EntryChanged(50)],
        ),
    ];
    for (sql, expected) in cases {
        change(&town, sql);
        let report = town.verify(&[]);
        assert_eq!(report.findings, *expected, "{sql}");
        let ran = town.run(&["log", "verify"]);
        ran.ended(1, &expected[0].to_string());
        std::fs::write(town.file(), &whole).unwrap();
        for beside in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(town.dir.join(format!("sekisho.sqlite{beside}")));
        }
        assert!(town.verify(&[]).is_sound(), "after {sql}");
    }
}

#[test]
fn two_entries_in_another_order_are_named() {
    let exchange = "UPDATE events SET seq = -1 WHERE seq = 7; UPDATE events SET seq = 7 WHERE seq = 9;
         UPDATE events SET seq = 9 WHERE seq = -1;";
    // Where a tile holds the hashes as well, it tells which entries stood there.
    for (people, told_by_tile) in [(30, false), (300, true)] {
        let town = Town::of_people(people);
        change(&town, exchange);
        let findings = town.verify(&[]).findings;
        for (index, seq) in [(7, 9), (9, 7)] {
            assert!(findings.contains(&Finding::SeqMismatch { index, seq }), "{findings:?}");
            assert_eq!(findings.contains(&Finding::EntryChanged(index)), told_by_tile, "{findings:?}");
        }
        town.run(&["log", "verify"]).ended(1, "並べ替えの疑い");
    }
}

#[test]
fn an_old_copy_and_a_cut_record_are_caught_against_the_outside() {
    let town = Town::of_people(10);
    let old = tempfile::tempdir().unwrap();
    copy(&town.dir, &old.path().join("data"));
    let early = town.checkpoint();
    let house = town.open();
    for n in 0..300 {
        enter(&house, &format!("q{n}")).unwrap();
    }
    town.closed(house);
    let late = town.checkpoint();
    assert_eq!(against(&town, &early), (0, vec![]));
    assert_eq!(against(&town, &late), (0, vec![]));

    // The old copy is sound in itself.
    let copied = Town::there(&old.path().join("data"));
    assert!(copied.verify(&[]).is_sound());
    assert_eq!(against(&copied, &early), (0, vec![]));
    assert_eq!(against(&copied, &late), (1, vec!["older".to_owned()]));

    // Whoever has the key can cut the record so that it is sound again.
    let cut = format!(
        "DELETE FROM events WHERE seq >= 11; DELETE FROM texts WHERE seq >= 11; DELETE FROM tiles;
         UPDATE head SET size = 11, checkpoint = '{early}'"
    );
    change(&town, &cut);
    assert!(town.verify(&[]).is_sound());
    assert_eq!(against(&town, &late), (1, vec!["older".to_owned()]));
    town.run(&["log", "verify", "--checkpoint", town.dir.join("outside.txt").to_str().unwrap()])
        .ended(1, "古い写しへの差替え");
}

#[test]
fn a_record_made_anew_with_the_same_key_is_a_fork() {
    let town = Town::of_people(5);
    let other = tempfile::tempdir().unwrap();
    copy(&town.dir, &other.path().join("data"));
    let house = town.open();
    for n in 0..4 {
        enter(&house, &format!("a{n}")).unwrap();
    }
    town.closed(house);
    let outside = town.checkpoint();
    let forked = Town::there(&other.path().join("data"));
    let house = forked.open();
    for _ in 0..20 {
        refused(&house);
    }
    forked.closed(house);
    assert!(forked.verify(&[]).is_sound());
    assert_eq!(codes(&forked.verify(std::slice::from_ref(&outside))), ["forked"]);
    assert_eq!(against(&forked, &outside), (1, vec!["forked".to_owned()]));
    assert_eq!(against(&town, &outside), (0, vec![]));

    // A checkpoint of another municipality proves nothing, and garbage even less.
    let stranger = Town::of_people(1).checkpoint();
    assert_eq!(against(&town, &stranger), (1, vec!["outside-other".to_owned()]));
    assert_eq!(against(&town, "checkpoint"), (1, vec!["outside-unsound".to_owned()]));
}
