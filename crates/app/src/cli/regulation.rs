//! `sekisho regulation import`: reads the text of a regulation and prints what it says.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use sekisho_gate::Gate;
use sekisho_regulation::draft::Particulars;
use sekisho_regulation::reader::{self, ReadError, json, report};

use super::{CliError, Done, Format, file_error, progress, say};
use crate::profiles;

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
        /// 読み取った事実から、プロファイルの下書きをこのフォルダーに作る
        #[arg(long, value_name = "DIR")]
        draft: Option<PathBuf>,
        /// 下書きのプロファイルの名前（小文字の英数字）
        #[arg(long, default_value = "draft", requires = "draft")]
        key: String,
        /// 下書きの自治体名。指定しなければ題名から読む
        #[arg(long, default_value = "", requires = "draft")]
        municipality: String,
        /// 下書きの全国地方公共団体コード（6桁）
        #[arg(long, default_value = "000000", requires = "draft")]
        code: String,
    },
    /// 二つの版の違いを条ごとに示し、記録された判定をやり直して、だれが何をできなくなるかを示す。例: sekisho regulation diff nishimeya ./改正案 --replay --data ./data
    Diff(super::diff::DiffArgs),
    /// 規程が求めること一つ一つについて、それを果たすものと、それを示す試験を挙げる。例: sekisho regulation check nishimeya
    Check(super::check::CheckArgs),
    /// 規程の定理を、すべての要求について証明する。例: sekisho regulation prove nishimeya --mutate
    Prove(super::prove::ProveArgs),
}

pub(crate) fn run(args: &RegulationArgs) -> Result<Done, CliError> {
    match &args.what {
        What::Import { file, format, draft, key, municipality, code } => {
            let particulars =
                Particulars { key: key.clone(), municipality: municipality.clone(), municipality_code: code.clone() };
            import(file, *format, draft.as_deref(), &particulars)
        }
        What::Diff(args) => super::diff::run(args),
        What::Check(args) => super::check::run(args),
        What::Prove(args) => super::prove::run(args),
    }
}

fn import(file: &Path, format: Format, folder: Option<&Path>, particulars: &Particulars) -> Result<Done, CliError> {
    let bytes = bytes_of(file)?;
    let book = match reader::read(&bytes) {
        Ok(book) => book,
        Err(e @ (ReadError::NoInstrument | ReadError::Empty)) => {
            progress(format_args!("`{}`: {e}", file.display()));
            return Ok(Done::Refused);
        }
        Err(e) => return Err(CliError::Environment(format!("`{}`: {e}", file.display()))),
    };
    if let Some(folder) = folder {
        return write_draft(&book, folder, particulars);
    }
    match format {
        Format::Json => say(serde_json::to_string(&json::Output::from(&book)).map_err(CliError::environment)?),
        Format::Text => say(report::text(&book).trim_end()),
    }
    Ok(Done::Well)
}

/// Writes a draft and checks it as `profile check` would.
fn write_draft(book: &reader::Book, folder: &Path, particulars: &Particulars) -> Result<Done, CliError> {
    if folder.join("profile.toml").exists() {
        let sentence =
            format!("`{}`にはすでにプロファイルがあります。別のフォルダーを指定してください。", folder.display());
        return Err(CliError::Usage(sentence));
    }
    let source = profiles::drafted(book, particulars, None).map_err(CliError::environment)?;
    let profile = source.profile().map_err(CliError::environment)?;
    for (name, text) in &source.files {
        let path = folder.join(name);
        path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(|e| file_error(&path, &e))?;
        std::fs::write(&path, text).map_err(|e| file_error(&path, &e))?;
    }
    let open = profile.settings.readings.len();
    Gate::new(Arc::new(profile)).map_err(CliError::environment)?;
    say(format_args!("`{}`に下書きを作りました。決めていない読み方が{open}件あります。", folder.display()));
    say(format_args!("  確かめる: sekisho profile check {}", folder.display()));
    say(format_args!("  始める:   sekisho init --profile {} --data ./data --first 氏名", folder.display()));
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
