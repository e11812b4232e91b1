//! Rounds of `kill -9` under load: no acknowledged event lost, none doubled, rows equal events.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use sekisho_ledgers::ports::{Store, StoreError};
use sekisho_store::testing::{Chance, Sample, kill_after, rounds};
use sekisho_store::{Postgres, Sqlite};

use super::site::{PostgresSite, Site, SqliteSite, server};

/// Run by the rounds below in a process of its own, which is killed; does nothing otherwise.
#[test]
fn hammer() {
    let Ok(told) = std::env::var("SEKISHO_HAMMER") else { return };
    let mut words = told.splitn(3, ' ');
    let mut word = || words.next().unwrap_or_default();
    let (what, events, place) = (word(), word().parse().unwrap(), word());
    let store: Result<Box<dyn Store>, StoreError> = match what {
        "sqlite" => Sqlite::open(Path::new(place)).map(|s| Box::new(s) as _),
        _ => Postgres::wait_ownership(place, Duration::from_secs(10)).map(|s| Box::new(s) as _),
    };
    let store = store.unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    let mut output = std::io::stdout().lock();
    // The harness has written the beginning of a line.
    writeln!(output).unwrap();
    let ended = Sample::hammer(&*store, events, |size| writeln!(output, "{size}").unwrap());
    panic!("{ended:?}");
}

/// Rounds on one record, before a new one is begun: each is checked from its first event.
const ROUNDS_ON_ONE: u32 = 25;

fn play(site: impl Fn() -> Box<dyn Site>, usual: u32) {
    let mut chance = Chance::new();
    let (mut left, mut events) = (rounds(usual), 0);
    while left > 0 {
        let some = left.min(ROUNDS_ON_ONE);
        events += play_on(&*site(), some, &mut chance);
        left -= some;
    }
    println!("{} rounds, {events} events", rounds(usual));
}

fn play_on(site: &dyn Site, rounds: u32, chance: &mut Chance) -> u64 {
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    drop(store);
    let mut before = 0;
    for round in 0..rounds {
        let events = [1, 7, 64, 256][chance.below(4) as usize];
        let acknowledged = kill_after(&mut site.hammer(events), chance, Duration::from_millis(150)).unwrap();
        let store = site.open().unwrap();
        let size = Sample::check(&*store).unwrap();
        assert!(size >= acknowledged, "round {round}: {acknowledged} acknowledged, {size} there");
        // What was under way may be there as a whole; there was one batch under way at most.
        assert!(size <= acknowledged + events, "round {round}: {acknowledged} acknowledged, {size} there");
        assert!(acknowledged > before);
        before = size;
    }
    before
}

#[test]
fn sqlite_survives_kill_9() {
    play(|| Box::new(SqliteSite::new()), 10);
}

#[test]
fn postgres_survives_kill_9() {
    if let Some(server) = server() {
        play(|| Box::new(PostgresSite::new(&server)), 10);
    }
}

/// The server itself is killed under load; the program lives on.
#[test]
fn postgres_server_crashes_under_load() {
    let Some(server) = server() else { return };
    let site = PostgresSite::new(&server);
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    let mut acknowledged = 0;
    for round in 0..rounds(3).min(20) {
        std::thread::scope(|scope| {
            let (sent, told) = std::sync::mpsc::channel();
            let store = &*store;
            let hammer = scope.spawn(move || Sample::hammer(store, 16, |size| sent.send(size).unwrap()));
            acknowledged = told.recv_timeout(Duration::from_secs(20)).unwrap();
            std::thread::sleep(Duration::from_millis(20 + u64::from(round) * 13));
            server.crash().unwrap();
            // The hammer ends by a refusal, because the server stays away.
            assert!(hammer.join().unwrap().is_err());
            acknowledged = told.iter().last().unwrap_or(acknowledged);
        });
        server.resume().unwrap();
        let size = Sample::check(&*store).unwrap();
        assert!((acknowledged..=acknowledged + 16).contains(&size), "{acknowledged} acknowledged, {size} there");
    }
}
