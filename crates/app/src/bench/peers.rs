//! What the program is compared with: the same requests asked of raw Cedar and of Rego, and rows of
//! the same size written to plain tables in both databases.

mod cedar;
mod postgres;
mod rego;
mod sqlite;

use super::append::{Sample, WRITERS, duration, ours};
use super::decide::{FROM_VALUES, MADE_BEFORE, Work};
use super::figures::{Spread, each};
use super::report::{Row, Section};
use super::requests;
use super::village::Village;
use super::{Bench, BenchError};
use crate::site::Database;
use sekisho_store::testing::Server;

/// Dependencies as they were built in.
const LOCKED: &str = include_str!("../../../../Cargo.lock");

/// Versions of those that are compared.
pub(super) fn versions() -> Vec<(String, String)> {
    let mut versions: Vec<_> =
        ["cedar-policy", "regorus"].into_iter().map(|name| (name.to_owned(), locked(name))).collect();
    versions.push(("SQLite".to_owned(), rusqlite::version().to_owned()));
    let server = std::process::Command::new("postgres").arg("--version").output();
    let server =
        server.ok().map(|out| String::from_utf8_lossy(&out.stdout).trim().replace("postgres (PostgreSQL) ", ""));
    versions.push(("PostgreSQL".to_owned(), server.unwrap_or_else(|| "（PATHにない）".to_owned())));
    versions
}

fn locked(name: &str) -> String {
    let mut lines = LOCKED.lines().skip_while(|line| *line != format!("name = \"{name}\""));
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = "));
    version.map_or_else(|| "?".to_owned(), |version| version.trim_matches('"').to_owned())
}

/// Raw Cedar and Rego at the same work. Their answers must be those of the gate.
pub(super) fn decide(bench: &mut Bench<'_>, work: &Work, section: &mut Section) -> Result<(), BenchError> {
    let (few, all, most) = (work.small.policies().len(), work.village.policies().len(), work.large.policies().len());
    bench.say("判定: Cedar単体を測っています");
    let rounds = bench.size(40_000);
    let family = cedar::Cedar::new(&work.profile, &requests::text(&work.family))?;
    agree(work, "Cedar", |round| family.decide(work.request(round)?))?;
    let from_values = taken(rounds, |round| family.decide(work.request(round)?))?;
    section.rows.push(Row::times(&work.group(few, FROM_VALUES), "cedar", "cedar-policy単体", from_values));
    let ready: Vec<_> = work.requests.iter().map(|request| family.request(request)).collect::<Result<_, _>>()?;
    let made_before =
        taken(rounds, |round| Ok(ready.get(round % ready.len()).is_some_and(|one| family.decide_ready(one))))?;
    section.rows.push(Row::times(&work.group(few, MADE_BEFORE), "cedar", "cedar-policy単体", made_before));
    let village = cedar::Cedar::new(&work.profile, &requests::text(work.village.policies()))?;
    let spread = taken(rounds / 2, |round| village.decide(work.request(round)?))?;
    section.rows.push(Row::times(&work.group(all, FROM_VALUES), "cedar", "cedar-policy単体", spread));
    let large = cedar::Cedar::new(work.large.profile(), &requests::text(work.large.policies()))?;
    let spread = taken((rounds / 100).max(20), |round| large.decide(work.request(round)?))?;
    section.rows.push(Row::times(&work.group(most, FROM_VALUES), "cedar", "cedar-policy単体", spread));
    bench.say("判定: regorusを測っています");
    rego(work, section, bench.size(20_000))
}

fn rego(work: &Work, section: &mut Section, rounds: usize) -> Result<(), BenchError> {
    let few = work.small.policies().len();
    let text = rego::translate(&work.family)?;
    let mut engine = rego::Interpreter::new(&text)?;
    let mut machine = rego::Machine::new(&text)?;
    agree(work, "regorus", |round| engine.decide(rego::input(work.request(round)?)))?;
    agree(work, "regorus RVM", |round| machine.decide(rego::input(work.request(round)?)))?;
    let ready: Vec<_> = work.requests.iter().map(rego::input).collect();
    let made = |round: usize| ready.get(round % ready.len()).cloned().ok_or_else(|| BenchError::wrong("no request"));
    let (values, before) = (work.group(few, FROM_VALUES), work.group(few, MADE_BEFORE));
    let what = "regorus（Rego、解釈実行）";
    let spread = taken(rounds, |round| engine.decide(rego::input(work.request(round)?)))?;
    section.rows.push(Row::times(&values, "regorus", what, spread));
    let spread = taken(rounds, |round| engine.decide(made(round)?))?;
    section.rows.push(Row::times(&before, "regorus", what, spread));
    let what = "regorus（Rego、仮想機械RVM）";
    let spread = taken(rounds, |round| machine.decide(rego::input(work.request(round)?)))?;
    section.rows.push(Row::times(&values, "regorus-rvm", what, spread));
    let spread = taken(rounds, |round| machine.decide(made(round)?))?;
    section.rows.push(Row::times(&before, "regorus-rvm", what, spread));
    Ok(())
}

fn taken(rounds: usize, mut decide: impl FnMut(usize) -> Result<bool, BenchError>) -> Result<Spread, BenchError> {
    let mut once = |round| -> Result<(), BenchError> {
        std::hint::black_box(decide(round)?);
        Ok(())
    };
    each(rounds / 10, &mut once)?;
    Ok(Spread::of(each(rounds, &mut once)?))
}

/// Whether another engine answers every request as the gate does.
fn agree(work: &Work, who: &str, mut decide: impl FnMut(usize) -> Result<bool, BenchError>) -> Result<(), BenchError> {
    for (round, request) in work.requests.iter().enumerate() {
        let ours = work.village.decide(&request.sheet(&work.village)?).allowed();
        if decide(round)? != ours {
            return Err(BenchError::wrong(format!("{who} and the gate disagree on {request:?}")));
        }
    }
    Ok(())
}

/// Rows of the same size in plain tables, and ours on PostgreSQL.
pub(super) fn append(bench: &mut Bench<'_>, sample: &Sample, section: &mut Section) -> Result<(), BenchError> {
    let run = duration(bench);
    let bytes = sample.leaf + sample.text;
    bench.say("追記: SQLiteの単純な追記を測っています");
    for writers in WRITERS {
        let achieved = sqlite::measure(&bench.folder, run, writers, bytes)?;
        section.rows.push(achieved.row(writers, "sqlite-plain", "SQLiteへの単純な追記（WAL、FULL、1件ごとに確定）"));
    }
    let settings = ["shared_buffers=256MB", "max_wal_size=4GB", "max_connections=100"];
    let server = match Server::start_with(&settings) {
        Ok(Some(server)) => server,
        Ok(None) => return Ok(()),
        Err(cause) => {
            section.notes.push(format!("PostgreSQLは測れませんでした: {cause}"));
            return Ok(());
        }
    };
    bench.say("追記: PostgreSQLの単純な追記と、ハッシュの鎖を測っています");
    for writers in WRITERS {
        let plain = postgres::plain(&server, run, writers, bytes)?;
        section.rows.push(plain.row(
            writers,
            "postgres-plain",
            "PostgreSQLへの単純な追記（1件ごとに確定、接続は人数分）",
        ));
        let chained = postgres::chained(&server, run, writers, bytes)?;
        section.rows.push(chained.row(writers, "postgres-chain", "PostgreSQLのトリガーでハッシュの鎖をつなぐ追記"));
    }
    bench.say("追記: 本方式（PostgreSQL）を測っています");
    let village = Village::make(&bench.folder, &Database::Url(server.socket_url("bench")))?;
    ours(bench, &village, section, "postgres", "PostgreSQL")
}
