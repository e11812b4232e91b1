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

/// How often each of 64 writes where the machine is not filled to the brim.
const CALM_PACE: Duration = Duration::from_millis(100);
/// The title of those rows.
const CALM: &str = "64人が毎秒10件ずつ（余裕のあるとき）";

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
    paced(run, Duration::ZERO, writers)
}

/// Lets writers write for a while, each once in `pace` at most.
fn paced<W>(run: Duration, pace: Duration, writers: Vec<W>) -> Result<Achieved, BenchError>
where
    W: FnMut() -> Result<(), BenchError> + Send,
{
    let count = u32::try_from(writers.len()).unwrap_or(1).max(1);
    let begun = Instant::now();
    let (from, until) = (begun + WARM, begun + WARM + run);
    let work = move |mut write: W, mut next: Instant| -> Result<Vec<Duration>, BenchError> {
        let mut taken = Vec::new();
        loop {
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
            next += pace;
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
        let start = (0..count).map(|place| begun + pace * place / count);
        let threads: Vec<_> =
            writers.into_iter().zip(start).map(|(writer, start)| scope.spawn(move || work(writer, start))).collect();
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
    let run = duration(bench);
    let house = village.desk().house();
    let seed = AtomicU64::new(1);
    let writer = |proven: bool| {
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
    for writers in WRITERS {
        let durable = hammer(run, (0..writers).map(|_| writer(false)).collect())?;
        section.rows.push(durable.row(writers, id, &format!("本方式（{name}）")).ours());
        let proven = hammer(run, (0..writers).map(|_| writer(true)).collect())?;
        let what = format!("本方式（{name}）、包含証明つき");
        section.rows.push(proven.row(writers, &format!("{id}-proven"), &what).ours());
    }
    let calm = paced(run, CALM_PACE, (0..64).map(|_| writer(true)).collect())?;
    let what = format!("本方式（{name}）、包含証明つき");
    section.rows.push(Row::rate(CALM, &format!("{id}-calm"), &what, calm.per_second, Some(calm.spread)).ours());
    Ok(())
}

fn goals(section: &mut Section) {
    let many = group(64);
    let (sqlite, plain) = (section.speed(&many, "sqlite"), section.speed(&many, "postgres-plain"));
    let held = "1件ごとに、記録・封印した文・台帳2行とその索引、合わせて13本の木を同じ取引で書く（64件でWAL約120頁）。\
                相手は1本だけを書く。判定からこの書込みまでをひとりの書き手が行い、1コアがそれで埋まる。";
    section.at_least("64人で毎秒10,000件以上（SQLite）", sqlite, 1e4, rate, held);
    let ahead = sqlite.zip(plain).map(|(ours, theirs)| ours / theirs);
    section.at_least("64人でPostgreSQLの単純な追記を上回る（倍率）", ahead, 1.0, times, held);
    let held = "64人が休みなく書くと、待ち時間の平均は64÷毎秒の件数になる。p99を5 msにするには毎秒13,000件ほどが要る。";
    let goal = "ディスクに届き検証点に含まれるまでのp99が5 ms以下（64人が休みなく）";
    section.at_most(goal, section.p99(&many, "sqlite"), 5e6, time, held);
    let goal = "包含証明を手にするまでのp99が5 ms以下（64人が毎秒10件ずつ）";
    let held = "同期そのものの時間と、まとめて書く間の待ち。";
    section.at_most(goal, section.p99(CALM, "sqlite-calm"), 5e6, time, held);
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
        let calm = paced(Duration::from_millis(300), Duration::from_millis(100), vec![nap, nap]).unwrap();
        assert!(calm.per_second <= 24.0, "{}", calm.per_second);
        let fail = || Err(BenchError::wrong("full"));
        assert!(hammer(Duration::from_millis(10), vec![fail]).is_err());
    }
}
