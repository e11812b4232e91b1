//! Rounds of `kill -9` with several people acting at once: no acknowledged event is lost, none is
//! doubled, the log verifies, and the books equal those of a rebuild.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sekisho::platform::SystemClock;
use sekisho::site::Site;
use sekisho_ledgers::event::Event;
use sekisho_ledgers::ports::Store;
use sekisho_ledgers::{ActError, House};
use sekisho_store::testing::{Chance, Server, rounds};
use sekisho_store::{Postgres, Sqlite};

use super::town::{Town, enter, refused};

/// People who act at once.
const THREADS: usize = 6;
/// Longest time between the first acknowledged event and the end, in ms.
const LIFE_MS: u64 = 400;
/// Rounds on one record; then a new one is begun, so that looking it through stays quick.
const ROUNDS_ON_ONE: u32 = 10;
/// How long the load may take to get going.
const START_MAX: Duration = Duration::from_secs(60);

/// Run by the rounds below in a process of its own, which is killed; does nothing otherwise.
#[test]
fn load() {
    let Ok(dir) = std::env::var("SEKISHO_LOAD") else { return };
    let site = Site::open(Path::new(&dir)).unwrap();
    let store: Arc<dyn Store> = match std::env::var("SEKISHO_LOAD_URL") {
        Ok(url) => Arc::new(Postgres::wait_ownership(&url, Duration::from_secs(10)).unwrap()),
        Err(_) => Arc::new(Sqlite::open(&site.database_path()).unwrap()),
    };
    let house = House::open(site.ground(store, Arc::new(SystemClock)).unwrap()).unwrap();
    // The harness has written the beginning of a line.
    writeln!(std::io::stdout()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let house = house.clone();
            scope.spawn(move || {
                for n in 0.. {
                    let person = format!("k{}-{thread}-{n}", std::process::id());
                    let seq = enter(&house, &person).unwrap();
                    writeln!(std::io::stdout(), "{seq} {person}").unwrap();
                    if n % 5 == 4 {
                        refused(&house);
                    }
                }
            });
        }
    });
}

fn start(town: &Town, url: Option<&str>) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "program::kill::load", "--nocapture", "--test-threads=1"]);
    command.env("SEKISHO_LOAD", &town.dir).stdin(Stdio::null()).stdout(Stdio::piped());
    if let Some(url) = url {
        command.env("SEKISHO_LOAD_URL", url);
    }
    command
}

/// Starts the load and kills it at a random moment; gives what it acknowledged.
fn killed(command: &mut Command, chance: &mut Chance) -> Vec<(u64, String)> {
    let mut child = command.spawn().unwrap();
    let output = child.stdout.take().unwrap();
    let (first, started) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut output = BufReader::new(output);
        let (mut line, mut all) = (String::new(), Vec::new());
        // A line in the middle of which the load was killed has no end, and does not count.
        while output.read_line(&mut line).is_ok_and(|n| n > 0) && line.ends_with('\n') {
            if let Some((seq, person)) = line.trim().split_once(" k").filter(|(seq, _)| seq.parse::<u64>().is_ok()) {
                all.push((seq.parse().unwrap(), format!("k{person}")));
                let _ = first.send(());
            }
            line.clear();
        }
        all
    });
    started.recv_timeout(START_MAX).expect("the load got going");
    let until = Instant::now() + Duration::from_millis(chance.below(LIFE_MS));
    std::thread::sleep(until.saturating_duration_since(Instant::now()));
    assert!(child.try_wait().unwrap().is_none(), "the load ended by itself");
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

/// Every event of a person, by person.
fn recorded(store: &dyn Store) -> HashMap<String, Vec<u64>> {
    let mut found: HashMap<String, Vec<u64>> = HashMap::new();
    let size = store.head().unwrap().size;
    for leaf in store.leaves(0, size).unwrap() {
        let event = Event::from_leaf(leaf.seq, &leaf.bytes).unwrap();
        if let Some(person) = event.text("person") {
            found.entry(person.to_owned()).or_default().push(event.seq);
        }
    }
    found
}

fn check(town: &Town, acknowledged: &[(u64, String)]) {
    // Opening the house is the recovery; then it does business as before.
    let house = town.open();
    let after = enter(&house, &format!("after-{}", acknowledged.len())).unwrap();
    let found = recorded(&*house.ground().store);
    for (seq, person) in acknowledged {
        assert_eq!(found.get(person), Some(&vec![*seq]), "{person}: there once, at its number");
        assert!(*seq < after);
    }
    assert!(found.values().all(|events| events.len() == 1), "none is doubled");
    let report = town.verify(&[house.checkpoint()]);
    assert!(report.is_sound(), "{:?}", report.findings);
    town.run(&["rebuild", "--check"]).ended(0, "作り直したものと同じです");
    town.closed(house);
}

fn play(make: impl Fn(u32) -> (Town, Option<String>), usual: u32) {
    let mut chance = Chance::new();
    let (mut events, rounds) = (0, rounds(usual));
    let mut current = None;
    for round in 0..rounds {
        if round.is_multiple_of(ROUNDS_ON_ONE) {
            let (town, url) = make(round);
            current = Some((town, url, Vec::<(u64, String)>::new()));
        }
        let (town, url, acknowledged) = current.as_mut().unwrap();
        let told = killed(&mut start(town, url.as_deref()), &mut chance);
        events += told.len();
        acknowledged.extend(told);
        check(town, acknowledged);
    }
    println!("{rounds} rounds, {events} events acknowledged, none lost, none doubled");
}

#[test]
fn sqlite_survives_kill_9() {
    play(|_| (Town::found(), None), 6);
}

#[test]
fn postgres_survives_kill_9() {
    let Some(server) = Server::start().unwrap_or_else(|e| panic!("{e}")) else { return };
    let make = |round| {
        let url = server.url(&format!("town{round}"));
        (Town::found_in(&url), Some(url))
    };
    play(make, 6);
}

/// The server of the database dies under load: acts are refused until it is back, and none is lost.
#[test]
fn postgres_server_dies_and_comes_back() {
    let Some(server) = Server::start().unwrap_or_else(|e| panic!("{e}")) else { return };
    let town = Town::found_in(&server.url("town"));
    let house = town.open();
    let mut acknowledged = vec![(enter(&house, "k-before").unwrap(), "k-before".to_owned())];
    for round in 0..3 {
        server.crash().unwrap();
        let act = enter(&house, &format!("k-lost-{round}"));
        assert!(matches!(act, Err(sekisho::setup::SetupError::Act(ActError::CannotRecord(_)))), "{act:?}");
        server.resume().unwrap();
        let person = format!("k-after-{round}");
        let until = Instant::now() + Duration::from_secs(20);
        let seq = loop {
            match enter(&house, &person) {
                Ok(seq) => break seq,
                Err(e) if Instant::now() > until => panic!("{e}"),
                Err(_) => std::thread::sleep(Duration::from_millis(100)),
            }
        };
        acknowledged.push((seq, person));
    }
    drop(house);
    check(&town, &acknowledged);
}
