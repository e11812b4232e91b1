//! Searching among 1,200 and among a million invented residents, whose records are encrypted and
//! found by a blind index.

use std::time::Instant;

use sekisho_ledgers::identity::blind::query_terms;
use sekisho_ledgers::identity::record::IdentityRecord;
use sekisho_ledgers::identity::seal;
use sekisho_ledgers::identity::search::{SearchInput, SearchTerms, matches};
use sekisho_ledgers::identity::synth::{Plan, residents};
use sekisho_ledgers::ports::{Commit, Store};
use sekisho_regulation::Date;

use super::chance::Chance;
use super::figures::{Spread, each, rate, time};
use super::report::{Row, Section};
use super::village::Village;
use super::{Bench, BenchError};
use crate::desk::{DeskKeys, Outcome};
use crate::site::Database;

/// The seed of the made-up village, so that its own residents are replaced and not added to.
const SEED: u64 = 20_261_122;
/// Residents sealed and written at once.
const BATCH: usize = 20_000;
/// Residents of whom some are looked for.
const KNOWN: usize = 2_000;
/// Most records that one search opens, as at the desk.
const CANDIDATES_MAX: usize = 1_000;

/// How somebody is looked for.
type Way = (&'static str, &'static str, fn(&IdentityRecord) -> SearchInput);

const WAYS: [Way; 4] = [
    ("code", "住民票コードで", by_code),
    ("kana-birth", "ふりがなの始めと生年月日で", by_kana_and_birth),
    ("name", "氏名で", by_name),
    ("surname", "ふりがなの始め3文字で（多くが当たる）", by_surname),
];

fn by_code(record: &IdentityRecord) -> SearchInput {
    SearchInput { juki_code: record.juki_code.to_string(), ..SearchInput::default() }
}

fn by_name(record: &IdentityRecord) -> SearchInput {
    SearchInput { name: record.name.as_str().to_owned(), ..SearchInput::default() }
}

fn by_kana_and_birth(record: &IdentityRecord) -> SearchInput {
    SearchInput { birth: record.birth_date.to_string(), ..by_surname(record) }
}

fn by_surname(record: &IdentityRecord) -> SearchInput {
    let kana = record.name_kana.as_ref().map_or("", |kana| kana.as_str());
    SearchInput { kana: kana.chars().take(3).collect(), ..SearchInput::default() }
}

pub(super) fn run(bench: &mut Bench<'_>) -> Result<Section, BenchError> {
    let mut section = Section::new("search", "住民の検索（封印した記録を、見えない索引で）");
    let many = bench.size(1_000_000);
    for people in [1_200, many] {
        bench.say(&format!("検索: 架空の住民{}人を入れています", rate(super::figures::real(people))));
        let village = Village::make(&bench.folder, &Database::Folder)?;
        let begun = Instant::now();
        let known = fill(&village, people)?;
        let note =
            format!("{}人の封印と書込み: {:.1}秒", rate(super::figures::real(people)), begun.elapsed().as_secs_f64());
        bench.say(&note);
        section.notes.push(note);
        measure(&village, people, &known, &mut section, bench.size(1_000).max(300))?;
    }
    let group = group(many);
    let held = "氏名が同じ人や、同じ語で始まる人が多いと、開いて見比べる記録が増える。";
    let goal = format!("{}人から氏名で探すp99が20 ms以下", rate(super::figures::real(many)));
    section.at_most(&goal, section.p99(&group, "name"), 20e6, time, held);
    let goal = String::from("同じく、窓口の検索全体（判定2回と記録を含む）のp99が20 ms以下");
    section.at_most(
        &goal,
        section.p99(&group, "desk"),
        20e6,
        time,
        "記録がディスクに届くまでの待ちと、他の処理との取り合い。",
    );
    section.notes.push(
        "索引を引き、候補の記録を開いて条件と見比べるまで。「窓口での検索」は、判定し、記録がディスクに届いてから結果を見せるまで。".to_owned(),
    );
    Ok(section)
}

fn group(people: usize) -> String {
    format!("住民{}人", rate(super::figures::real(people)))
}

/// Puts residents straight into the store, in the place of the village's own, and gives some of them.
fn fill(village: &Village, people: usize) -> Result<Vec<IdentityRecord>, BenchError> {
    let desk = village.desk();
    let house = desk.house();
    let store = &*house.ground().store;
    let plan = Plan { people, ..Plan::village(SEED, Date::in_japan(desk.now_ms())) };
    let mut known = Vec::new();
    let mut batch = Vec::with_capacity(BATCH);
    let every = (people / KNOWN).max(1);
    for (n, resident) in residents(&plan).enumerate() {
        if n % every == 0 {
            known.push(resident.record.clone());
        }
        batch.push(resident.record);
        if batch.len() == BATCH {
            write(village, store, &batch)?;
            batch.clear();
        }
    }
    write(village, store, &batch)?;
    let count = store.identity_count()?;
    if usize::try_from(count) == Ok(people) { Ok(known) } else { Err(BenchError::wrong(format!("{count} residents"))) }
}

fn write(village: &Village, store: &dyn Store, records: &[IdentityRecord]) -> Result<(), BenchError> {
    let desk = village.desk();
    let (expected_size, _) = desk.house().reach();
    let commit = Commit {
        expected_size,
        checkpoint: desk.house().checkpoint(),
        identity: desk.seal_all(records)?,
        ..Commit::default()
    };
    Ok(store.commit(&commit)?)
}

fn measure(
    village: &Village,
    people: usize,
    known: &[IdentityRecord],
    section: &mut Section,
    rounds: usize,
) -> Result<(), BenchError> {
    let desk = village.desk();
    let keys = village.demo.site.desk_keys()?;
    let store = &*desk.house().ground().store;
    let today = Date::in_japan(desk.now_ms());
    let group = group(people);
    for (id, what, input) in WAYS {
        let (mut chance, mut hits) = (Chance::new(SEED), 0);
        let mut search = |_| {
            let like = chance.pick(known).ok_or_else(|| BenchError::wrong("nobody to look for"))?;
            let found = look_up(store, &keys, &input(like), today)?;
            hits += found;
            if found == 0 { Err(BenchError::wrong(format!("{what}: nobody was found"))) } else { Ok(()) }
        };
        each(rounds / 10, &mut search)?;
        let taken = each(rounds, &mut search)?;
        let mean = super::figures::real(hits) / super::figures::real(rounds + rounds / 10);
        section.rows.push(Row::times(&group, id, &format!("{what}（平均{mean:.1}件）"), Spread::of(taken)));
    }
    let Some(live) = village.seats.first() else { return Ok(()) };
    let mut chance = Chance::new(SEED);
    let taken = each(rounds, |_| {
        let like = chance.pick(known).ok_or_else(|| BenchError::wrong("nobody to look for"))?;
        let input = SearchInput { birth: like.birth_date.to_string(), ..by_name(like) };
        match desk.search(live, "inquiry", "受付1", &input)? {
            Outcome::Done(hits, _) if !hits.is_empty() => Ok(()),
            Outcome::Done(..) => Err(BenchError::wrong("nobody was found")),
            Outcome::Refused(receipt) => Err(BenchError::wrong(receipt.decision.sentence)),
        }
    })?;
    section.rows.push(Row::times(&group, "desk", "窓口での検索（氏名と生年月日、記録を含む）", Spread::of(taken)));
    Ok(())
}

/// What the desk does between asking the gate and recording: how many were found.
fn look_up(store: &dyn Store, keys: &DeskKeys, input: &SearchInput, today: Date) -> Result<usize, BenchError> {
    let terms = SearchTerms::parse(input, today).map_err(|_| BenchError::wrong("the terms cannot be searched by"))?;
    let wanted: Vec<(u8, [u8; 16])> =
        query_terms(&terms, &keys.index).into_iter().map(|(field, term)| (field.code(), term)).collect();
    let mut found = 0;
    for one in store.find_identity(&wanted, CANDIDATES_MAX)? {
        let record = seal::open(&one.sealed, &one.subject, &keys.seal).map_err(BenchError::wrong)?;
        found += usize::from(matches(&record, &terms));
    }
    Ok(found)
}
