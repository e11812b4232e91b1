//! Measures what a store does in a second: durable commits of several sizes, pages of a journal, and
//! searches among many residents, on both databases.
//!
//!     cargo run --release -p sekisho-store --features testing --example measure -- [RESIDENTS]
#![allow(clippy::print_stdout, reason = "the figures are what this program is for")]

use std::time::{Duration, Instant};

use sekisho_ledgers::event::SealedIdentity;
use sekisho_ledgers::ports::{Commit, Filter, ListQuery, Store, Test};
use sekisho_ledgers::spec::View;
use sekisho_ledgers::value::Value;
use sekisho_store::testing::{Chance, Sample, Server};
use sekisho_store::{Postgres, Sqlite};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let residents: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |n| n.parse())?;
    let folder = std::env::temp_dir().join(format!("sekisho-measure-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let measured = sqlite(&folder, residents);
    std::fs::remove_dir_all(&folder)?;
    measured?;
    if let Some(server) = Server::start_with(&["shared_buffers=1GB", "max_wal_size=4GB"])? {
        println!("PostgreSQL");
        measure(&Postgres::create(&server.url("measured"))?, residents)?;
    }
    Ok(())
}

fn sqlite(folder: &std::path::Path, residents: u64) -> Result<(), Failure> {
    println!("SQLite");
    let path = folder.join("record.db");
    measure(&Sqlite::create(&path)?, residents)?;
    println!("  file {} MiB", std::fs::metadata(&path)?.len() >> 20);
    Ok(())
}

fn measure(store: &dyn Store, residents: u64) -> Result<(), Failure> {
    store.prepare_views(&Sample::VIEWS)?;
    // The first ones write into files that still grow, and so take longer.
    for events in [1, 256, 1, 16, 64, 256] {
        commits(store, events)?;
    }
    pages(store)?;
    import(store, residents)?;
    searches(store, residents)
}

fn commits(store: &dyn Store, events: u64) -> Result<(), Failure> {
    let (mut times, mut made) = (Vec::new(), Duration::ZERO);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(5) {
        let before = Instant::now();
        let batch = Sample::batch(store.head()?.size, events);
        made += before.elapsed();
        let before = Instant::now();
        store.commit(&batch)?;
        times.push(before.elapsed());
    }
    let spent = begun.elapsed().saturating_sub(made);
    let rate = times.len() as f64 / spent.as_secs_f64();
    println!("  commit of {events:>3}: {rate:>6.0}/s, {:>7.0} events/s, {}", rate * events as f64, spread(&mut times));
    Ok(())
}

fn pages(store: &dyn Store) -> Result<(), Failure> {
    let is = |column: &str, value: Value| Filter { column: column.to_owned(), test: Test::Is(value) };
    let subject = Sample::of(1).subject.unwrap_or_default();
    let cases: [(&str, Option<&str>, Vec<Filter>); 4] = [
        ("newest 50 of all", None, vec![]),
        ("newest 50 by instant", Some("at_ms"), vec![]),
        ("newest 50 of a person", None, vec![is("person", Value::Text("p0007".into()))]),
        ("all of a resident", None, vec![is("subject", Value::Text(subject.as_str().into()))]),
    ];
    let size = store.head()?.size;
    for (name, sort, filters) in cases {
        let query = ListQuery { filters, sort: sort.map(str::to_owned), descending: true, offset: 0, limit: 50 };
        let (mut times, mut total) = (Vec::new(), 0);
        for _ in 0..50 {
            let before = Instant::now();
            total = store.page(Sample::SPEC, &query)?.total;
            times.push(before.elapsed());
        }
        println!("  page, {name} ({total} of {size}): {}", spread(&mut times));
    }
    Ok(())
}

/// A resident with fourteen terms: some that nobody else has, a name and a birthday that a few have, a
/// district and a sex that very many have.
fn resident(n: u64) -> SealedIdentity {
    let mut chance = Chance::of(n);
    let term = |field: u8, value: u64| {
        let mut digest = [0; 16];
        let mut noise = Chance::of(value ^ (u64::from(field) << 56));
        for byte in &mut digest {
            *byte = noise.below(256) as u8;
        }
        (field, digest)
    };
    let (family, given) = (chance.below(8_000), chance.below(5_000));
    let kinds = [n, n, family, given, family, given, family * 5_000 + given, family, given, chance.below(33_000)];
    let mut terms: Vec<_> = (0..).zip(kinds).map(|(field, value)| term(field, value)).collect();
    terms.extend([term(20, chance.below(90)), term(21, chance.below(2)), term(22, chance.below(300)), term(23, 0)]);
    let sealed = (0..50).flat_map(|_| chance.any().to_le_bytes()).collect();
    SealedIdentity { subject: format!("{n:032x}"), terms, sealed }
}

fn import(store: &dyn Store, residents: u64) -> Result<(), Failure> {
    let begun = Instant::now();
    let expected_size = store.head()?.size;
    for from in (0..residents).step_by(20_000) {
        let identity = (from..residents.min(from + 20_000)).map(resident).collect();
        store.commit(&Commit { expected_size, identity, ..Commit::default() })?;
    }
    println!("  {residents} residents imported in {:.1} s", begun.elapsed().as_secs_f64());
    let before = Instant::now();
    println!("  counted {} in {:?}", store.identity_count()?, before.elapsed());
    Ok(())
}

fn searches(store: &dyn Store, residents: u64) -> Result<(), Failure> {
    let cases: [(&str, &[usize]); 7] = [
        ("by code", &[0]),
        ("by full name", &[6]),
        ("by family and given name", &[2, 3]),
        ("by family name and birthday", &[2, 9]),
        ("by family name, district and sex", &[2, 10, 11]),
        ("by district, sex and street", &[10, 11, 12]),
        ("by sex and what all have", &[11, 13]),
    ];
    let mut chance = Chance::of(residents);
    for (name, places) in cases {
        let (mut times, mut hits) = (Vec::new(), 0);
        for _ in 0..200 {
            let like = resident(chance.below(residents));
            let terms: Vec<_> = places.iter().filter_map(|place| like.terms.get(*place).copied()).collect();
            let before = Instant::now();
            hits += store.find_identity(&terms, 100)?.len();
            times.push(before.elapsed());
        }
        println!("  search {name} ({:.1} hits): {}", hits as f64 / 200.0, spread(&mut times));
    }
    let (mut times, mut hits) = (Vec::new(), 0);
    for n in 0..50 {
        let (one, other) = (resident(n), resident(n + 77));
        let terms = [one.terms.get(10), one.terms.get(11), other.terms.get(12), other.terms.get(9)];
        let terms: Vec<_> = terms.into_iter().flatten().copied().collect();
        let before = Instant::now();
        hits += store.find_identity(&terms, 100)?.len();
        times.push(before.elapsed());
    }
    println!("  search that finds nobody ({hits} hits): {}", spread(&mut times));
    Ok(())
}

fn spread(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |part: usize| times.get((times.len() * part / 1000).min(times.len().saturating_sub(1)));
    let ms = |part| at(part).map_or(0.0, |time: &Duration| time.as_secs_f64() * 1e3);
    format!("p50 {:.2} ms, p99 {:.2}, p99.9 {:.2}, worst {:.2}", ms(500), ms(990), ms(999), ms(1000))
}
