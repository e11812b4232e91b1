//! Benchmarks: what the program does in a second, beside what others do with the same work, in one
//! run on one machine. Everything random comes from fixed seeds.
//!
//! The others (raw Cedar, Rego, plain tables in both databases) are built in with the feature
//! `peers` only; without it the program measures itself and says what is missing.

mod append;
mod chance;
mod decide;
mod figures;
mod machine;
#[cfg(feature = "peers")]
mod peers;
mod replay;
mod report;
mod requests;
mod search;
mod sign_in;
mod verify;
mod village;

use std::path::PathBuf;
use std::time::Instant;

use clap::ValueEnum;

pub use figures::Spread;
pub use machine::Machine;
pub use report::{Goal, Report, Row, Section};

use crate::demo::DemoError;
use crate::desk::DeskError;
use crate::profiles::LoadError;
use crate::site::SiteError;
use sekisho_gate::GateError;
use sekisho_ledgers::ActError;
use sekisho_ledgers::ports::{CommitError, StoreError};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Name {
    /// 規程による判定
    Decide,
    /// 記録への追記
    Append,
    /// 記録の検証
    Verify,
    /// 判定のやり直し
    Replay,
    /// サインイン
    SignIn,
    /// 住民の検索
    Search,
}

/// How it is measured.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is measured; everything when empty.
    pub names: Vec<Name>,
    /// A tenth of the work, for a first look.
    pub quick: bool,
    /// The folder in which the databases are made; the system's temporary folder when none.
    pub folder: Option<PathBuf>,
}

/// Why a measurement could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A profile could not be loaded.
    #[error(transparent)]
    Profile(#[from] LoadError),
    /// Policies fail.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// The made-up village fails.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The data folder fails.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// An act fails.
    #[error(transparent)]
    Act(#[from] ActError),
    /// The desk fails.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A batch could not be written.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A file fails.
    #[error("測定用のファイルを扱えません: {0}")]
    File(#[from] std::io::Error),
    /// What was measured did not do what it should: the figures would mean nothing.
    #[error("測定した処理の結果が正しくありません: {0}")]
    Wrong(String),
}

impl BenchError {
    /// What was measured did not do what it should.
    pub(crate) fn wrong(what: impl std::fmt::Display) -> Self {
        Self::Wrong(what.to_string())
    }
}

/// Where the measurements are made, and how much work they do.
pub(crate) struct Bench<'a> {
    quick: bool,
    folder: PathBuf,
    say: &'a mut dyn FnMut(&str),
}

impl Bench<'_> {
    /// `full`, or a tenth of it for a quick look.
    const fn size(&self, full: usize) -> usize {
        if self.quick { full.div_ceil(10) } else { full }
    }

    fn say(&mut self, line: &str) {
        (self.say)(line);
    }
}

/// Runs benchmarks; `say` hears of progress.
///
/// # Errors
/// [`BenchError`] when something that is measured fails or answers wrongly.
pub fn run(options: &Options, say: &mut dyn FnMut(&str)) -> Result<Report, BenchError> {
    let parent = options.folder.clone().unwrap_or_else(std::env::temp_dir);
    let folder = village::Folder::new(&parent)?;
    say("この計算機を調べています");
    let machine = Machine::look(folder.path())?;
    let mut bench = Bench { quick: options.quick, folder: folder.path().to_owned(), say };
    let all = Name::value_variants();
    let names = if options.names.is_empty() { all } else { &options.names };
    let mut sections = Vec::new();
    for name in names {
        let begun = Instant::now();
        let mut section = match name {
            Name::Decide => decide::run(&mut bench)?,
            Name::Append => append::run(&mut bench)?,
            Name::Verify => verify::run(&mut bench)?,
            Name::Replay => replay::run(&mut bench)?,
            Name::SignIn => sign_in::run(&mut bench)?,
            Name::Search => search::run(&mut bench)?,
        };
        section.seconds = begun.elapsed().as_secs_f64();
        sections.push(section);
    }
    Ok(Report { machine, quick: options.quick, peers: cfg!(feature = "peers"), sections })
}
