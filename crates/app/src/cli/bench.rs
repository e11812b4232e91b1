//! `sekisho bench`: what the program does in a second, beside others, in one run.

use std::path::PathBuf;

use clap::Args;

use super::{CliError, Done, Format, progress, say};
use crate::bench::{self, BenchError, Name, Options};

/// Options of `sekisho bench`.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// 測るもの（省略すると、すべて）
    #[arg(value_enum)]
    names: Vec<Name>,
    /// 作業量を10分の1にして、短い時間で測る
    #[arg(long)]
    quick: bool,
    /// 測定用のデータベースを置くフォルダー（省略すると、一時フォルダー）。測定が終わると消す
    #[arg(long)]
    folder: Option<PathBuf>,
    /// 結果の形式
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &BenchArgs) -> Result<Done, CliError> {
    let options = Options { names: args.names.clone(), quick: args.quick, folder: args.folder.clone() };
    let report = bench::run(&options, &mut |line| progress(line)).map_err(|e| match e {
        BenchError::Profile(e) => CliError::Usage(e.to_string()),
        other => CliError::environment(other),
    })?;
    match args.format {
        Format::Text => say(report.text()),
        Format::Json => say(serde_json::to_value(&report).map_err(CliError::environment)?),
    }
    // A goal that is missed is a figure, not a failure: the command did what was asked.
    Ok(Done::Well)
}
