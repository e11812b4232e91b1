//! `sekisho log verify | prove | check-proof | checkpoint | export`: the record's proofs, without a
//! house. Everything here reads only, so it works while a server writes.

mod check_proof;
mod checkpoint;
mod export;
pub(crate) mod findings;
mod prove;
mod source;
mod verify;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use sekisho_record::VerifierKey;

use super::{CliError, DataArgs, Done, Format, file_error};

/// Options of `sekisho log`.
#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 記録のすべてを検証する。例: sekisho log verify --data ./data --checkpoint 庁外の検証点.txt
    Verify(verify::VerifyArgs),
    /// 記録1件の包含証明を作る。例: sekisho log prove 120 --data ./data --out 120.tlog-proof
    Prove(prove::ProveArgs),
    /// 包含証明を、記録なしで確かめる。例: sekisho log check-proof 120.tlog-proof --vkey log.vkey
    CheckProof(check_proof::CheckProofArgs),
    /// 最後の署名付き検証点を出力する。例: sekisho log checkpoint --data ./data > 検証点.txt
    Checkpoint(checkpoint::CheckpointArgs),
    /// 記録をC2SPの形のフォルダーに書き出す。例: sekisho log export --data ./data --out ./監査用
    Export(export::ExportArgs),
}

pub(crate) fn run(args: &LogArgs) -> Result<Done, CliError> {
    match &args.what {
        What::Verify(args) => verify::run(args),
        What::Prove(args) => prove::run(args),
        What::CheckProof(args) => check_proof::run(args),
        What::Checkpoint(args) => checkpoint::run(args),
        What::Export(args) => export::run(args),
    }
}

/// What all of these take.
#[derive(Debug, Args)]
struct Common {
    #[command(flatten)]
    place: DataArgs,
    /// 出力の形式
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Largest file that is read as a checkpoint, a proof or keys.
const NOTE_BYTES_MAX: u64 = 1 << 20;

/// Reads a file that cannot be large.
pub(crate) fn read_note(path: &Path) -> Result<Vec<u8>, CliError> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|e| file_error(path, &e))?;
    file.take(NOTE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|e| file_error(path, &e))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= NOTE_BYTES_MAX) {
        Ok(bytes)
    } else {
        Err(CliError::Usage(format!(
            "`{}`は大きすぎます。検証点、証明又は鍵のファイルを指定してください。",
            path.display()
        )))
    }
}

/// The outside checkpoints of a command.
pub(crate) fn read_outside(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, CliError> {
    paths.iter().map(|path| read_note(path)).collect()
}

/// Keys given as text or as a file with one in each line.
pub(crate) fn keys(text: &str) -> Result<Vec<VerifierKey>, CliError> {
    if let Ok(key) = VerifierKey::parse(text.trim()) {
        return Ok(vec![key]);
    }
    let path = Path::new(text);
    if !path.is_file() {
        let sentence = format!("「{text}」は検証鍵（名称+識別子+鍵）でも、そのファイルでもありません。");
        return Err(CliError::Usage(sentence));
    }
    let bytes = read_note(path)?;
    let lines = String::from_utf8_lossy(&bytes).into_owned();
    let keys = lines.lines().filter(|line| !line.trim().is_empty()).map(|line| VerifierKey::parse(line.trim()));
    let keys: Result<Vec<_>, _> = keys.collect();
    let keys = keys.map_err(|e| CliError::Usage(format!("`{text}`に検証鍵でない行があります（{e}）。")))?;
    if keys.is_empty() {
        return Err(CliError::Usage(format!("`{text}`に検証鍵がありません。")));
    }
    Ok(keys)
}
