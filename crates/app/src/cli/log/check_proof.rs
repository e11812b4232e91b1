//! `sekisho log check-proof`: checks a proof with the log's key and nothing else.

use std::path::PathBuf;

use clap::Args;
use sekisho_record::{Checkpoint, LogProof, VerifierKey};
use serde_json::json;

use super::{keys, read_note};
use crate::cli::{CliError, Done, Format, say};

/// Options of `sekisho log check-proof`.
#[derive(Debug, Args)]
pub(super) struct CheckProofArgs {
    /// 証明のファイル
    file: PathBuf,
    /// 記録の検証鍵、又はそのファイル（log.vkey）
    #[arg(long, value_name = "VKEY")]
    vkey: String,
    /// 出力の形式
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(super) fn run(args: &CheckProofArgs) -> Result<Done, CliError> {
    let keys = keys(&args.vkey)?;
    let bytes = read_note(&args.file)?;
    match check(&bytes, &keys) {
        Ok((index, entry, checkpoint)) => {
            tell(index, &entry, &checkpoint, args.format);
            Ok(Done::Well)
        }
        Err(problem) => {
            if args.format == Format::Json {
                say(json!({"valid": false, "problem": problem}));
            } else {
                say(format_args!("この証明は成り立ちません（{problem}）。"));
            }
            Ok(Done::Refused)
        }
    }
}

fn check(bytes: &[u8], keys: &[VerifierKey]) -> Result<(u64, Vec<u8>, Checkpoint), String> {
    let proof = LogProof::parse(bytes).map_err(|e| e.to_string())?;
    let mut problem = String::new();
    for key in keys {
        match proof.verify(key) {
            Ok((entry, checkpoint)) => return Ok((proof.index, entry.to_vec(), checkpoint.clone())),
            Err(e) => problem = e.to_string(),
        }
    }
    Err(problem)
}

fn tell(index: u64, entry: &[u8], checkpoint: &Checkpoint, format: Format) {
    let text = String::from_utf8_lossy(entry).into_owned();
    if format == Format::Json {
        let entry = serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text));
        let (origin, size, root) = (&checkpoint.origin, checkpoint.size, checkpoint.root.to_string());
        say(json!({"valid": true, "index": index, "origin": origin, "size": size, "root": root, "entry": entry}));
    } else {
        let (origin, size) = (&checkpoint.origin, checkpoint.size);
        say(format_args!("記録{index}番は、{origin}の{size}件の検証点に含まれています。"));
        say(text);
    }
}
