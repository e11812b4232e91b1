//! The command line. Each command says what it did; with `--format json` only JSON goes to standard
//! output. Exit codes: 0 done, 1 refused or check failed, 2 wrong usage, 3 the environment failed.

mod archive;
mod backup;
mod bench;
mod check;
mod decide;
mod demo;
mod diff;
mod init;
mod log;
mod migrate;
mod profile;
mod progress;
mod prove;
mod reader;
mod rebuild;
mod regulation;
mod restore;
mod scratch;
mod serve;
mod terminal;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sekisho_ledgers::OpenError;
use sekisho_ledgers::ports::StoreError;

use crate::site::{Database, SiteError};

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    start_logging();
    let done = match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Profile(args) => profile::run(&args),
        Command::Decide(args) => decide::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Log(args) => log::run(&args),
        Command::Regulation(args) => regulation::run(&args),
        Command::Rebuild(args) => rebuild::run(&args),
        Command::Migrate(args) => migrate::run(&args),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Terminal(args) => terminal::run(&args),
        Command::Reader(args) => reader::run(&args),
    };
    match done {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::Refused) => ExitCode::from(1),
        Err(e) => {
            // The sentence is for the person; the cause is already in the log.
            let _ = writeln!(std::io::stderr(), "{e}");
            ExitCode::from(e.exit_code())
        }
    }
}

/// 関所: 住民基本台帳ネットワークのセキュリティ規程を、そのまま動かす。
#[derive(Debug, Parser)]
#[command(name = "sekisho", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 架空の村を作り、ブラウザーで使えるようにする。例: sekisho demo --port 8680
    Demo(demo::DemoArgs),
    /// 空のデータフォルダーを作る。例: sekisho init --profile nishimeya --data ./data --first 氏名
    Init(init::InitArgs),
    /// データフォルダーを開いて、画面とAPIを提供する。例: sekisho serve --data ./data
    Serve(serve::ServeArgs),
    /// プロファイルを一覧し、表示し、検査する。例: sekisho profile check nishimeya
    Profile(profile::ProfileArgs),
    /// 1件の操作を規程に照らして判定する。例: sekisho decide --profile nishimeya --request request.json
    Decide(decide::DecideArgs),
    /// 判定、追記、検証、サインイン、検索の速さを測る。例: sekisho bench decide --quick
    Bench(bench::BenchArgs),
    /// 記録を検証し、証明し、書き出す。例: sekisho log verify --data ./data
    Log(log::LogArgs),
    /// 規程の本文を読み、事実を条ごとに示す。例: sekisho regulation import 規程.txt --format json
    Regulation(regulation::RegulationArgs),
    /// 台帳を記録から作り直す。例: sekisho rebuild --data ./data --check
    Rebuild(rebuild::RebuildArgs),
    /// データベースを、このプログラムの版に上げる。例: sekisho migrate --data ./data
    Migrate(migrate::MigrateArgs),
    /// データの控えを1つのファイルに作る。例: sekisho backup 控え.tar --data ./data
    Backup(backup::BackupArgs),
    /// 控えからデータフォルダーを作る。例: sekisho restore 控え.tar --data ./data2 --checkpoint 検証点.txt
    Restore(restore::RestoreArgs),
    /// 端末の合言葉を作り、一覧し、取り消す。例: sekisho terminal add T-01 --data ./data
    Terminal(terminal::TerminalArgs),
    /// 端末のカード読取装置として働く。例: sekisho reader --server https://sekisho.example --terminal T-01 --room madoguchi
    Reader(reader::ReaderArgs),
}

/// Where a command finds its data.
#[derive(Clone, Debug, Args)]
pub(crate) struct DataArgs {
    /// データフォルダー（鍵、プロファイル、SQLiteのデータベース）
    #[arg(long, default_value = "./data")]
    pub(crate) data: PathBuf,
    /// PostgreSQLのURL。指定しなければデータフォルダーのSQLiteを使う
    #[arg(long)]
    pub(crate) database: Option<String>,
}

impl DataArgs {
    pub(crate) fn database(&self) -> Database {
        self.database.clone().map_or(Database::Folder, Database::Url)
    }
}

/// How a command prints its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// 人が読む文
    Text,
    /// プログラムが読むJSON（標準出力はJSONだけになる）
    Json,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// It did what was asked.
    Well,
    /// It was refused, or what was checked is not well.
    Refused,
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// What was asked cannot be meant.
    #[error("{0}")]
    Usage(String),
    /// A file, the database, a device or the network fails.
    #[error("{0}")]
    Environment(String),
}

impl CliError {
    const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Environment(_) => 3,
        }
    }

    /// The environment failed; the error's own words are for the person.
    pub(crate) fn environment(e: impl std::fmt::Display) -> Self {
        Self::Environment(e.to_string())
    }
}

impl From<SiteError> for CliError {
    fn from(e: SiteError) -> Self {
        match e {
            SiteError::Store(e) => e.into(),
            SiteError::House(e) => e.into(),
            other => Self::environment(other),
        }
    }
}

impl From<StoreError> for CliError {
    fn from(e: StoreError) -> Self {
        Self::Environment(store_sentence(&e))
    }
}

impl From<OpenError> for CliError {
    fn from(e: OpenError) -> Self {
        match e {
            OpenError::Store(e) => e.into(),
            other => Self::Environment(format!("記録を開けません（{other}）。`sekisho log verify`で調べてください。")),
        }
    }
}

/// What a failing store means to the person at the command line.
pub(crate) fn store_sentence(e: &StoreError) -> String {
    match e {
        StoreError::Newer { found, known } => format!(
            "データベースの版（{found}）が、このプログラムの知る版（{known}）より新しいため開けません。新しいsekishoで開いてください。データは変えていません。"
        ),
        StoreError::Owned => {
            "別のsekishoがこの記録を使っています。それを止めてから、もう一度実行してください。".to_owned()
        }
        StoreError::Damaged(cause) => {
            format!("データベースの中身が壊れています（{cause}）。控えから復元してください（sekisho restore）。")
        }
        StoreError::Unavailable(_) | StoreError::NoSuchColumn(_) => {
            format!("データベースを開けません（{e}）。場所と権限を確かめてください。")
        }
    }
}

/// What a failing file means to the person at the command line.
pub(crate) fn file_error(path: &Path, e: &std::io::Error) -> CliError {
    CliError::Environment(format!("`{}`を扱えません（{e}）。場所と権限を確かめてください。", path.display()))
}

/// Prints a line to standard output; a closed pipe is no failure.
pub(crate) fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Prints a line of progress to standard error.
pub(crate) fn progress(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn start_logging() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("SEKISHO_LOG").unwrap_or_else(|_| EnvFilter::new("warn,sekisho=info"));
    let started = tracing_subscriber::fmt().with_env_filter(filter).json().with_writer(std::io::stderr).try_init();
    if let Err(e) = started {
        progress(format_args!("logging did not start: {e}"));
    }
}
