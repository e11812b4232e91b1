//! `sekisho regulation import`: reads the text of a regulation and prints what it says.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use sekisho_regulation::reader::{self, ReadError, json, report};

use super::{CliError, Done, Format, file_error, progress, say};

/// Options of `sekisho regulation`.
#[derive(Debug, Args)]
pub(crate) struct RegulationArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 規程の本文を読み、条ごとの事実と、読み取れなかった文を示す。例: sekisho regulation import 規程.html
    Import {
        /// 規程のファイル（テキスト、Markdown、HTML、法令標準XML。UTF-8又はShift_JIS）
        file: PathBuf,
        /// 出力の形式
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// 二つの版の違いを条ごとに示し、記録された判定をやり直して、だれが何をできなくなるかを示す。例: sekisho regulation diff nishimeya ./改正案 --replay --data ./data
    Diff(super::diff::DiffArgs),
    /// 規程の定理を、すべての要求について証明する。例: sekisho regulation prove nishimeya --mutate
    Prove(super::prove::ProveArgs),
}

pub(crate) fn run(args: &RegulationArgs) -> Result<Done, CliError> {
    match &args.what {
        What::Import { file, format } => import(file, *format),
        What::Diff(args) => super::diff::run(args),
        What::Prove(args) => super::prove::run(args),
    }
}

fn import(file: &Path, format: Format) -> Result<Done, CliError> {
    let bytes = bytes_of(file)?;
    let book = match reader::read(&bytes) {
        Ok(book) => book,
        Err(e @ (ReadError::NoInstrument | ReadError::Empty)) => {
            progress(format_args!("`{}`: {e}", file.display()));
            return Ok(Done::Refused);
        }
        Err(e) => return Err(CliError::Environment(format!("`{}`: {e}", file.display()))),
    };
    match format {
        Format::Json => say(serde_json::to_string(&json::Output::from(&book)).map_err(CliError::environment)?),
        Format::Text => say(report::text(&book).trim_end()),
    }
    Ok(Done::Well)
}

/// The bytes of a file; one that is too large is not read at all.
fn bytes_of(file: &Path) -> Result<Vec<u8>, CliError> {
    let size = std::fs::metadata(file).map_err(|e| file_error(file, &e))?.len();
    if size > reader::FILE_BYTES_MAX as u64 {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        return Err(CliError::Environment(format!("`{}`: {}", file.display(), ReadError::TooLarge(size))));
    }
    std::fs::read(file).map_err(|e| file_error(file, &e))
}
