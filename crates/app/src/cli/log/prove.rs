//! `sekisho log prove`: a proof of one entry, which can be checked without the record.

use std::path::{Path, PathBuf};

use clap::Args;
use sekisho_ledgers::ports::{Store, StoreError};
use sekisho_record::proof::{inclusion, verify_inclusion};
use sekisho_record::{LogProof, SignedCheckpoint, leaf_hash};

use super::Common;
use super::source::{StoredTiles, open_store, tree};
use crate::cli::{CliError, Done, Format, file_error, progress, say};

/// Options of `sekisho log prove`.
#[derive(Debug, Args)]
pub(super) struct ProveArgs {
    /// 記録の番号（0から）
    seq: u64,
    #[command(flatten)]
    common: Common,
    /// 証明のファイル。指定しなければ標準出力
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &ProveArgs) -> Result<Done, CliError> {
    let proof = match prove(&*open_store(&args.common.place)?, args.seq) {
        Ok(proof) => proof,
        Err(ProveError::NoSuch(size)) => {
            let sentence = format!("記録{}番はありません。記録は{size}件（0番から）です。", args.seq);
            return Err(CliError::Usage(sentence));
        }
        Err(ProveError::Store(StoreError::Damaged(cause))) => {
            let sentence = "記録と検証点が合わないため、証明を作れません";
            progress(format_args!("{sentence}（{cause}）。`sekisho log verify`で調べてください。"));
            return Ok(Done::Refused);
        }
        Err(ProveError::Store(e)) => return Err(e.into()),
    };
    if let Some(path) = &args.out {
        write_new(path, proof.to_string().as_bytes())?;
    }
    let size = proof.checkpoint.stated().size;
    match (args.common.format, &args.out) {
        (Format::Json, out) => {
            let out = out.as_ref().map(|path| path.display().to_string());
            say(serde_json::json!({"index": proof.index, "size": size, "proof": proof.to_string(), "file": out}));
        }
        (Format::Text, Some(path)) => {
            say(format_args!(
                "記録{}番が{size}件の検証点に含まれる証明を、{}に書きました。",
                proof.index,
                path.display()
            ));
        }
        (Format::Text, None) => say(proof.to_string().trim_end_matches('\n')),
    }
    Ok(Done::Well)
}

/// Why there is no proof.
enum ProveError {
    /// There are only so many entries.
    NoSuch(u64),
    /// The store fails, or what it holds does not lead to the checkpoint.
    Store(StoreError),
}

impl From<StoreError> for ProveError {
    fn from(e: StoreError) -> Self {
        Self::Store(e)
    }
}

fn prove(store: &dyn Store, seq: u64) -> Result<LogProof, ProveError> {
    let damaged = |e: String| StoreError::Damaged(e);
    let head = store.head()?;
    if seq >= head.size {
        return Err(ProveError::NoSuch(head.size));
    }
    let tree = tree(store, head.size)?;
    let hashes = inclusion(&tree.with_store(StoredTiles(store)), seq, head.size).map_err(|e| damaged(e.to_string()))?;
    let text = head.checkpoint.unwrap_or_default();
    let checkpoint = SignedCheckpoint::parse(text.as_bytes()).map_err(|e| damaged(e.to_string()))?;
    let entry = store.leaves(seq, seq + 1)?.pop().ok_or_else(|| damaged(format!("entry {seq} is missing")))?.bytes;
    let stated = checkpoint.stated();
    // A proof that does not hold is not handed out.
    verify_inclusion(&hashes, seq, &leaf_hash(&entry), stated.size, &stated.root)
        .map_err(|e| damaged(e.to_string()))?;
    Ok(LogProof { entry: Some(entry), index: seq, hashes, checkpoint })
}

/// Writes a file that is not there yet.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    use std::io::Write as _;
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(bytes)).map_err(|e| file_error(path, &e))
}
