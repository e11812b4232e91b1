//! The second verifier, written in Python from `docs/format.md` alone, says
//! the same as ours: the same findings at the same places.

use std::fmt::Write as _;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sekisho_record::verify::{Options, Place, Report, verify};
use sekisho_record::{Signer, VerifierKey};
use serde_json::{Value, json};

use crate::build::{Chance, Files, Log, key};
use crate::corruption::flip;

const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/verifier");

fn python(arguments: &[&str]) -> String {
    let output = Command::new("python3")
        .args(["-B", &format!("{TESTS}/test_verify.py")])
        .args(arguments)
        .output()
        .expect("python3 is needed for the second verifier");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_second_verifier_passes_its_own_tests() {
    python(&[]);
}

/// A log, what the auditor brings, and what was done to the log.
struct Case {
    what: String,
    base: usize,
    altered: Files,
    trusted: Option<VerifierKey>,
    outside: Vec<Vec<u8>>,
}

impl Case {
    fn to_json(&self, base: &Files, directory: &str) -> Value {
        let names = base.0.keys().chain(self.altered.0.keys());
        let differing = names.filter(|name| base.0.get(*name) != self.altered.0.get(*name));
        let encode = |name: &String| json!(self.altered.0.get(name).map(|b| BASE64.encode(b)));
        let replaced: serde_json::Map<String, Value> = differing.map(|name| (name.clone(), encode(name))).collect();
        let outside: Vec<String> = self.outside.iter().map(|b| BASE64.encode(b)).collect();
        let vkey = self.trusted.as_ref().map(VerifierKey::to_string);
        json!({"directory": directory, "replaced": replaced, "outside": outside, "vkey": vkey})
    }

    fn ours(&self) -> Value {
        let options = Options { trusted: self.trusted.clone(), outside: self.outside.clone(), ..Options::default() };
        said(&verify(&self.altered.source(), &options).unwrap())
    }
}

/// A report as the Python driver prints it.
fn said(report: &Report) -> Value {
    let place = |place: Place| match place {
        Place::Log => "log".to_owned(),
        Place::Entries { first, last } => format!("entries {first}-{last}"),
        Place::Tile(id) => format!("tile {}", id.path()),
        Place::Outside(number) => format!("outside {number}"),
    };
    let mut found: Vec<[String; 2]> = report.findings.iter().map(|f| [f.code().to_owned(), place(f.place())]).collect();
    found.sort();
    json!(found)
}

/// Sound logs, single bytes, files removed, and whole rewritings.
fn cases(logs: &[(Log, Files)]) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut chance = Chance(7);
    for (base, (log, files)) in logs.iter().enumerate() {
        let events = u64::try_from(log.leaves.len()).unwrap();
        let outside = vec![log.checkpoint().to_bytes()];
        let trusted = Some(log.keys[0].verifier().clone());
        let mut add = |what: String, altered: Files, with: bool| {
            let trusted = trusted.clone().filter(|_| with);
            let outside = if with { outside.clone() } else { Vec::new() };
            cases.push(Case { what, base, altered, trusted, outside });
        };
        for with in [false, true] {
            add("sound".to_owned(), files.clone(), with);
            add("old copy".to_owned(), Log::new(events / 2, &[]).export(), with);
            add("fork".to_owned(), Log::with(events, &[], 5).export(), with);
            add("longer".to_owned(), Log::new(events + 300, &[2]).export(), with);
            for name in files.0.keys() {
                let mut altered = files.clone();
                let bytes = altered.0.remove(name).unwrap();
                add(format!("without {name}"), altered.clone(), with);
                altered.0.insert(name.clone(), bytes[..bytes.len() - 3].to_vec());
                add(format!("cut {name}"), altered.clone(), with);
                altered.0.insert(name.clone(), [&bytes, b"xyz".as_slice()].concat());
                add(format!("longer {name}"), altered, with);
            }
        }
        for round in 0..if events > 100 { 40 } else { 120 } {
            let (altered, path, place) = flip(files, log, &mut chance);
            add(format!("{path} byte {place}"), altered.clone(), round % 2 == 0);
            // A second one, so that the stores contradict each other twice.
            let (twice, path, place) = flip(&altered, log, &mut chance);
            add(format!("and {path} byte {place}"), twice, round % 2 == 0);
        }
        let mut other = log.checkpoint().to_bytes();
        other[30] ^= 2;
        add("outside damaged".to_owned(), files.clone(), true);
        let last = cases.last_mut().unwrap();
        last.outside = vec![other];
        let mut stranger = Log::new(events, &[]);
        stranger.keys = vec![key(7)];
        let forged = stranger.checkpoint().to_bytes();
        let mut altered = files.clone();
        altered.0.insert("checkpoint".to_owned(), forged);
        let trusted = Some(key(7).verifier().clone());
        cases.push(Case { what: "stranger".to_owned(), base, altered, trusted, outside: vec![] });
    }
    cases
}

#[test]
fn both_verifiers_say_the_same() {
    let logs: Vec<(Log, Files)> = [(3, 0), (40, 7), (600, 300)]
        .map(|(events, rotation)| Log::new(events, &[rotation]))
        .map(|log| (log.export(), log))
        .map(|(files, log)| (log, files))
        .into();
    let home = tempfile::tempdir().unwrap();
    let directories: Vec<String> =
        (0..logs.len()).map(|number| home.path().join(number.to_string()).display().to_string()).collect();
    for ((_, files), directory) in logs.iter().zip(&directories) {
        files.write(directory.as_ref());
    }
    let cases = cases(&logs);
    assert!(cases.len() > 500);
    let mut lines = String::new();
    for case in &cases {
        let base = &logs[case.base].1;
        writeln!(lines, "{}", case.to_json(base, &directories[case.base])).unwrap();
    }
    let file = home.path().join("cases.jsonl");
    std::fs::write(&file, lines).unwrap();
    let printed = python(&["--cases", &file.display().to_string()]);
    assert_eq!(printed.lines().count(), cases.len());
    let mut differing = Vec::new();
    for (case, line) in cases.iter().zip(printed.lines()) {
        let theirs: Value = serde_json::from_str(line).unwrap();
        let ours = case.ours();
        assert!(case.what != "sound" || ours == json!([]), "a sound log was blamed: {ours}");
        if ours != theirs {
            differing.push(format!("{}: {}\n ours {ours}\n theirs {theirs}", case.base, case.what));
        }
    }
    assert!(differing.is_empty(), "{} differ\n{}", differing.len(), differing[..differing.len().min(12)].join("\n"));
}

#[test]
fn the_second_verifier_is_a_command() {
    let log = Log::new(300, &[100]);
    let home = tempfile::tempdir().unwrap();
    log.export().write(home.path());
    let outside = home.path().join("outside");
    std::fs::write(&outside, log.checkpoint().to_bytes()).unwrap();
    let run = || {
        let output = Command::new("python3")
            .args(["-B", &format!("{TESTS}/verify.py")])
            .arg(home.path())
            .args(["--vkey", &log.vkeys()[0].to_string(), "--checkpoint"])
            .arg(&outside)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(run(), (Some(0), "sound: 300 entries\n".to_owned()));
    let path = home.path().join("tile/entries/000");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[50_000] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let (code, printed) = run();
    assert_eq!(code, Some(1));
    assert!(printed.contains("entry-changed: entries 159-159\n"), "{printed}");
}
