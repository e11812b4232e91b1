//! Deciding: ours with few, with all, and with ten thousand more policies, beside raw Cedar and Rego
//! with the same rules and the same requests.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sekisho_gate::{FactSheet, Gate, PolicyInfo};
use sekisho_regulation::Profile;

use super::figures::{Spread, each, time, times};
use super::report::{Row, Section};
use super::requests::{self, Request};
use super::{Bench, BenchError};
use crate::profiles::{self, LoadError};

const SEED: u64 = 31;
/// Different requests that are asked in turn.
const REQUESTS: usize = 512;
/// Policies added for acts that nobody asks about.
pub(crate) const UNRELATED: usize = 10_000;
/// Turns in which two ways are measured one after the other, so that both see the same machine.
const TURNS: usize = 5;

/// Requests made from plain values each time.
pub(crate) const FROM_VALUES: &str = "毎回、値から要求を組み立てる";
/// Requests made before.
pub(crate) const MADE_BEFORE: &str = "要求は組み立て済み";

/// Everything that the ways of deciding share.
#[cfg_attr(
    not(feature = "peers"),
    allow(dead_code, reason = "only the peers are made from the profile and the family")
)]
pub(crate) struct Work {
    pub(crate) profile: Profile,
    /// Policies of one family of acts.
    pub(crate) family: Vec<PolicyInfo>,
    /// Knows the family's policies only.
    pub(crate) small: Gate,
    /// Knows the village's policies.
    pub(crate) village: Gate,
    /// Knows ten thousand policies more.
    pub(crate) large: Gate,
    pub(crate) requests: Vec<Request>,
}

impl Work {
    fn prepare() -> Result<Self, BenchError> {
        let profile = profiles::source("nishimeya")?.profile().map_err(LoadError::from)?;
        let village = Gate::new(Arc::new(profile.clone()))?;
        let family = requests::family(&village);
        let small = Gate::new(Arc::new(requests::only(&profile, &family)))?;
        let large = Gate::new(Arc::new(requests::with_unrelated(&profile, UNRELATED)))?;
        let requests = requests::make(&profile, REQUESTS, SEED)?;
        Ok(Self { profile, family, small, village, large, requests })
    }

    /// The request of this round.
    pub(crate) fn request(&self, round: usize) -> Result<&Request, BenchError> {
        self.requests.get(round % REQUESTS).ok_or_else(|| BenchError::wrong("no request"))
    }

    /// The title of a group of rows.
    pub(crate) fn group(&self, policies: usize, how: &str) -> String {
        format!("規則{policies}件、{how}")
    }
}

pub(super) fn run(bench: &mut Bench<'_>) -> Result<Section, BenchError> {
    bench.say("判定: 規則を読み込んでいます");
    let begun = Instant::now();
    let work = Work::prepare()?;
    let loaded = begun.elapsed();
    let mut section = Section::new("decide", "規程による1件の判定（本人確認情報を扱う操作）");
    let rounds = bench.size(200_000);
    bench.say("判定: 本方式を測っています");
    let few = work.small.policies().len();
    let from_values = measure(&work, &work.small, rounds)?;
    section.rows.push(ours(&work.group(few, FROM_VALUES), from_values));
    section.rows.push(ours(&work.group(few, MADE_BEFORE), measure_ready(&work, &work.small, rounds)?));
    let (village, large) = in_turns(&work, rounds)?;
    let (all, most) = (work.village.policies().len(), work.large.policies().len());
    section.rows.push(ours(&work.group(all, FROM_VALUES), village));
    section.rows.push(ours(&work.group(most, FROM_VALUES), large));
    #[cfg(feature = "peers")]
    super::peers::decide(bench, &work, &mut section)?;
    section.compare();
    goals(&mut section, &work, &village, &large);
    let allowed = share_allowed(&work)?;
    section.notes.push(format!("{REQUESTS}通りの要求を順に判定。認められたもの{:.0}%。", allowed * 100.0));
    section.notes.push(format!(
        "本方式の時間は、事実を票に書くことと、条項・理由の文を付けた判定まで。時計を読む時間（約{}）を含む。",
        time(clock_cost())
    ));
    section.notes.push(format!(
        "規則の読込み（Cedarの検証を含む）: {most}件の分まで合わせて{:.1}秒。無関係の{UNRELATED}件は、別の{}種類の操作についてのもの。",
        loaded.as_secs_f64(),
        UNRELATED / 10
    ));
    Ok(section)
}

fn goals(section: &mut Section, work: &Work, village: &Spread, large: &Spread) {
    let (few, all) = (work.small.policies().len(), work.village.policies().len());
    let p99 = section.p99(&work.group(all, FROM_VALUES), "ours");
    section.at_most(
        "p99が5 µs以下（村の全規則）",
        p99,
        5e3,
        time,
        "約30の事実を名前で票に書くことが大半で、判定そのものは1 µsに満たない。他の処理が動いていると延びる。",
    );
    let ahead = |how: &str| {
        let group = work.group(few, how);
        Some(section.mean(&group, "cedar")? / section.mean(&group, "ours")?)
    };
    let ahead = ahead(FROM_VALUES).zip(ahead(MADE_BEFORE)).map(|(a, b)| a.min(b));
    section.at_least("Cedar単体の5倍以上（約30件、不利な方の比）", ahead, 5.0, times, "");
    let slower = large.mean_ns / village.mean_ns;
    section.at_most(
        "無関係の規則1万件を足しても1.5倍以内",
        Some(slower),
        1.5,
        times,
        "規則は操作ごとに引くので、件数では増えない。測定の間の揺れ。",
    );
}

fn ours(group: &str, spread: Spread) -> Row {
    Row::times(group, "ours", "本方式（条項と理由の文つき）", spread).ours()
}

fn decide_once(work: &Work, gate: &Gate, round: usize) -> Result<(), BenchError> {
    let sheet = work.request(round)?.sheet(gate)?;
    black_box(gate.decide(black_box(&sheet)));
    Ok(())
}

fn measure(work: &Work, gate: &Gate, rounds: usize) -> Result<Spread, BenchError> {
    each(rounds / 10, |round| decide_once(work, gate, round))?;
    Ok(Spread::of(each(rounds, |round| decide_once(work, gate, round))?))
}

fn measure_ready(work: &Work, gate: &Gate, rounds: usize) -> Result<Spread, BenchError> {
    let sheets: Vec<FactSheet> = work.requests.iter().map(|request| request.sheet(gate)).collect::<Result<_, _>>()?;
    let decide = |round: usize| -> Result<(), BenchError> {
        let sheet = sheets.get(round % REQUESTS).ok_or_else(|| BenchError::wrong("no request"))?;
        black_box(gate.decide(black_box(sheet)));
        Ok(())
    };
    each(rounds / 10, decide)?;
    Ok(Spread::of(each(rounds, decide)?))
}

/// The village's gate and the one with many more policies, in turns.
fn in_turns(work: &Work, rounds: usize) -> Result<(Spread, Spread), BenchError> {
    let (mut village, mut large): (Vec<Duration>, Vec<Duration>) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        for (gate, into) in [(&work.village, &mut village), (&work.large, &mut large)] {
            each(REQUESTS, |round| decide_once(work, gate, round))?;
            into.extend(each(rounds / TURNS, |round| decide_once(work, gate, round))?);
        }
    }
    Ok((Spread::of(village), Spread::of(large)))
}

fn share_allowed(work: &Work) -> Result<f64, BenchError> {
    let decide =
        |request: &Request| Ok::<bool, BenchError>(work.village.decide(&request.sheet(&work.village)?).allowed());
    let decisions = work.requests.iter().map(decide).collect::<Result<Vec<bool>, _>>()?;
    let allowed = decisions.iter().filter(|allowed| **allowed).count();
    Ok(super::figures::real(allowed) / super::figures::real(decisions.len().max(1)))
}

/// What reading the clock twice costs, in ns.
fn clock_cost() -> f64 {
    let taken = each(10_000, |_| Ok::<(), std::convert::Infallible>(()));
    Spread::of(taken.unwrap_or_default()).mean_ns
}
