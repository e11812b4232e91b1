//! Replay: the recorded decisions made again, under the version they were made by and under a
//! revised one.

use std::sync::Arc;
use std::time::Instant;

use sekisho_gate::Gate;
use sekisho_ledgers::House;
use sekisho_ledgers::event::Act;

use super::figures::{rate, real};
use super::report::{Row, Section};
use super::village::Village;
use super::{Bench, BenchError};
use crate::profiles::{self, LoadError};
use crate::revision::{self, Consequences};
use crate::site::Database;

/// Decisions that are recorded first.
const DECISIONS: usize = 100_000;
/// How many write them at once.
const WRITERS: usize = 64;

pub(super) fn run(bench: &mut Bench<'_>) -> Result<Section, BenchError> {
    let count = bench.size(DECISIONS);
    bench.say(&format!("やり直し: {}件の判定を記録しています", rate(real(count))));
    let village = Village::make(&bench.folder, &Database::Folder)?;
    let house = village.desk().house();
    record(house, village.searches(17).take(count).collect())?;
    bench.say("やり直しを測っています");
    let mut section = Section::new("replay", "記録された判定のやり直し（改正で、だれが何をできなくなるか）");
    let ground = house.ground();
    let again = |gate: &Gate| -> Result<(Consequences, f64), BenchError> {
        let began = Instant::now();
        let found = revision::consequences(&ground.registry, &*ground.store, &ground.vault, gate, 0)?;
        Ok((found, began.elapsed().as_secs_f64()))
    };
    let (same, seconds) = again(&ground.gate)?;
    if same.tally.same != same.tally.decided || !same.lost.is_empty() {
        return Err(BenchError::wrong("the same version decides otherwise"));
    }
    let decided = same.tally.decided;
    let speed = |decided: u64, seconds: f64| real(usize::try_from(decided).unwrap_or(usize::MAX)) / seconds;
    let what = "記録された時の版で";
    section.rows.push(Row::rate("やり直し", "same", what, speed(decided, seconds), None).ours());
    let (found, revised) = again(&without_operators()?)?;
    if found.tally.lost < u64::try_from(count).unwrap_or(u64::MAX) {
        return Err(BenchError::wrong("the revised version takes nothing away"));
    }
    let what = "操作者から照会の権限を除いた版で";
    section.rows.push(Row::rate("やり直し", "revised", what, speed(found.tally.decided, revised), None).ours());
    let took = format!("{:.1}秒（{}件）", seconds.max(revised), rate(real(usize::try_from(decided).unwrap_or(0))));
    section.notes.push(format!("遅い方で{took}。失われる権限は、人と立場と操作の組で{}件。", found.lost.len()));
    let minute = Some(speed(decided, seconds.max(revised)) * 60.0);
    let held = "1件ごとに、記録を読み、封印した文を開き、台帳をその時の姿に畳みながら判定する。1コアで行う。";
    section.at_least("60秒で100,000件以上をやり直す（60秒あたりの件数）", minute, 1e5, rate, held);
    Ok(section)
}

/// The village's regulation with nobody in the office that looks residents up.
fn without_operators() -> Result<Gate, BenchError> {
    let mut source = profiles::source("nishimeya")?;
    if let Some(text) = source.files.get_mut("profile.toml") {
        *text = text.replace("operation = [\"operator\"]", "operation = [\"auditor\"]");
    }
    Ok(Gate::new(Arc::new(source.profile().map_err(LoadError::from)?))?)
}

fn record(house: &House, acts: Vec<Act>) -> Result<(), BenchError> {
    let share = acts.len().div_ceil(WRITERS).max(1);
    std::thread::scope(|scope| {
        let write = |acts: Vec<Act>| {
            acts.into_iter().try_for_each(|act| house.submit(act).map(|_| ()).map_err(BenchError::from))
        };
        let mut acts = acts.into_iter();
        let shares = (0..WRITERS).map(|_| acts.by_ref().take(share).collect::<Vec<_>>());
        let writers: Vec<_> = shares.map(|share| scope.spawn(move || write(share))).collect();
        let ends =
            writers.into_iter().map(|one| one.join().unwrap_or_else(|_| Err(BenchError::wrong("a writer fell"))));
        ends.collect::<Result<Vec<()>, BenchError>>().map(|_| ())
    })
}
