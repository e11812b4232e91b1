//! Appending: events made durable by 1, 8 and 64 writers at once. Ours goes the whole way (gate,
//! record, books, signed checkpoint); the others write a row of the same size.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sekisho_ledgers::House;

use super::figures::{Spread, rate, time, times};
use super::report::{Row, Section};
use super::village::Village;
use super::{Bench, BenchError};
use crate::site::Database;

/// How many write at once.
pub(crate) const WRITERS: [usize; 3] = [1, 8, 64];
/// Time for caches to fill before anything counts.
const WARM: Duration = Duration::from_millis(700);

/// What many writers achieved together.
pub(crate) struct Achieved {
    pub(crate) per_second: f64,
    pub(crate) spread: Spread,
}

impl Achieved {
    /// The row of it.
    pub(crate) fn row(&self, writers: usize, id: &str, what: &str) -> Row {
        Row::rate(&group(writers), id, what, self.per_second, Some(self.spread))
    }
}

/// The title of a group of rows.
pub(crate) fn group(writers: usize) -> String {
    format!("同時に書く者{writers}")
}

/// How long a measurement lasts.
pub(crate) fn duration(bench: &Bench<'_>) -> Duration {
    Duration::from_millis(u64::try_from(bench.size(5_000)).unwrap_or(5_000).max(1_000))
}

/// Lets writers write for a while, each as fast as it is answered.
pub(crate) fn hammer<W>(run: Duration, writers: Vec<W>) -> Result<Achieved, BenchError>
where
    W: FnMut() -> Result<(), BenchError> + Send,
{
    let begun = Instant::now();
    let (from, until) = (begun + WARM, begun + WARM + run);
    let work = |mut write: W| -> Result<Vec<Duration>, BenchError> {
        let mut taken = Vec::new();
        loop {
            let before = Instant::now();
            if before >= until {
                return Ok(taken);
            }
            write()?;
            let after = Instant::now();
            if after >= from && after < until {
                taken.push(after - before);
            }
        }
    };
    let all: Result<Vec<Vec<Duration>>, BenchError> = std::thread::scope(|scope| {
        let threads: Vec<_> = writers.into_iter().map(|writer| scope.spawn(|| work(writer))).collect();
        let gone = |_| BenchError::wrong("a writer's thread ended");
        threads.into_iter().map(|thread| thread.join().map_err(gone)?).collect()
    });
    let taken: Vec<Duration> = all?.into_iter().flatten().collect();
    let per_second = super::figures::real(taken.len()) / run.as_secs_f64();
    Ok(Achieved { per_second, spread: Spread::of(taken) })
}

pub(super) fn run(bench: &mut Bench<'_>) -> Result<Section, BenchError> {
    let mut section = Section::new("append", "記録への追記（1件ごとに、ディスクに届くまで）");
    bench.say("追記: 本方式（SQLite）を測っています");
    let village = Village::make(&bench.folder, &Database::Folder)?;
    let sample = sample(&village)?;
    ours(bench, &village, &mut section, "sqlite", "SQLite")?;
    drop(village);
    #[cfg(feature = "peers")]
    super::peers::append(bench, &sample, &mut section)?;
    section.compare();
    goals(&mut section);
    section.notes.push(format!(
        "本方式の1件は、本人確認情報の検索（規程による判定、個人の文の封印、記録、操作履歴と閲覧記録の台帳2行、署名した検証点）。\
         記録は{}バイト、封印した文は{}バイト。相手が書くのは同じ{}バイトの1行だけ。",
        sample.leaf,
        sample.text,
        sample.leaf + sample.text
    ));
    section.notes.push("包含証明つきは、書いた者が検証点までの証明を受け取るまで。".to_owned());
    Ok(section)
}

/// Sizes of an event, in bytes.
pub(crate) struct Sample {
    pub(crate) leaf: usize,
    pub(crate) text: usize,
}

fn sample(village: &Village) -> Result<Sample, BenchError> {
    let house = village.desk().house();
    let act = village.searches(3).next().ok_or_else(|| BenchError::wrong("nobody is signed in"))?;
    let seq = submit(house, act)?;
    let leaf = house.event(seq)?.map_or(0, |(_, leaf)| leaf.len());
    let text = house.ground().store.sealed_text(seq)?.map_or(0, |text| text.len());
    Ok(Sample { leaf, text })
}

fn submit(house: &House, act: sekisho_ledgers::event::Act) -> Result<u64, BenchError> {
    let receipt = house.submit(act)?;
    if receipt.decision.allowed { Ok(receipt.seq) } else { Err(BenchError::wrong(receipt.decision.sentence)) }
}

/// Ours on one database: until durable, and until the writer holds the proof as well.
pub(crate) fn ours(
    bench: &mut Bench<'_>,
    village: &Village,
    section: &mut Section,
    id: &str,
    name: &str,
) -> Result<(), BenchError> {
    let house = village.desk().house();
    let seed = AtomicU64::new(1);
    for writers in WRITERS {
        for proven in [false, true] {
            let one = |_| {
                let mut searches = village.searches(seed.fetch_add(1, Ordering::Relaxed));
                move || {
                    let act = searches.next().ok_or_else(|| BenchError::wrong("nobody is signed in"))?;
                    let seq = submit(house, act)?;
                    if proven {
                        house.prove(seq)?;
                    }
                    Ok(())
                }
            };
            let achieved = hammer(duration(bench), (0..writers).map(one).collect())?;
            let (id, what) = if proven {
                (format!("{id}-proven"), format!("本方式（{name}）、包含証明つき"))
            } else {
                (id.to_owned(), format!("本方式（{name}）"))
            };
            section.rows.push(achieved.row(writers, &id, &what).ours());
        }
    }
    Ok(())
}

fn goals(section: &mut Section) {
    let many = group(64);
    let held = "ひとつの書き手が、判定・封印・記録・台帳の畳み込みとデータベースへの書込みを順に行っている。CPUを相手と分け合う2コアでは、これが上限になる。";
    section.at_least("64人で毎秒10,000件以上（SQLite）", section.speed(&many, "sqlite"), 1e4, rate, held);
    let ahead = section.speed(&many, "sqlite").zip(section.speed(&many, "postgres-plain")).map(|(a, b)| a / b);
    section.at_least("64人でPostgreSQLの単純な追記を上回る（倍率）", ahead, 1.0, times, held);
    let p99 = section.p99(&many, "sqlite");
    section.at_most("ディスクに届き検証点に含まれるまでのp99が5 ms以下（64人）", p99, 5e6, time, held);
    let p99 = section.p99(&many, "sqlite-proven");
    section.at_most("包含証明を手にするまでのp99が5 ms以下（64人）", p99, 5e6, time, held);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writers_are_counted_and_their_failures_told() {
        let nap = || {
            std::thread::sleep(Duration::from_millis(10));
            Ok(())
        };
        let done = hammer(Duration::from_millis(300), vec![nap, nap]).unwrap();
        assert!((20.0..210.0).contains(&done.per_second), "{}", done.per_second);
        assert!(done.spread.p50_ns >= 10_000_000);
        let fail = || Err(BenchError::wrong("full"));
        assert!(hammer(Duration::from_millis(10), vec![fail]).is_err());
    }
}
