//! `sekisho log verify`: the whole record, against its own checkpoint and those kept outside.

use std::path::PathBuf;

use clap::Args;
use sekisho_ledgers::ports::StoreError;
use sekisho_record::verify::{Exported, Options, verify};

use super::source::{Directory, Watched, open};
use super::{Common, findings, keys, read_outside};
use crate::cli::{CliError, Done, Format, progress, say, store_sentence};
use crate::verification::StoredLog;

/// Threads that hash.
const THREADS_MAX: usize = 8;

/// Options of `sekisho log verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    common: Common,
    /// 庁外に保管した検証点のファイル（何件でも指定できる）
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// データフォルダーの代わりに、`log export`で書き出したフォルダーを検証する
    #[arg(long, value_name = "EXPORTED")]
    dir: Option<PathBuf>,
    /// 信頼する検証鍵、又はそのファイル。指定しなければデータフォルダーの鍵
    #[arg(long, value_name = "VKEY")]
    vkey: Option<String>,
    /// 検証点に連署しているはずの立会人の検証鍵（何件でも指定できる）
    #[arg(long, value_name = "VKEY")]
    witness: Vec<String>,
}

pub(super) fn run(args: &VerifyArgs) -> Result<Done, CliError> {
    let trusted = args.vkey.as_deref().map(keys).transpose()?.and_then(|keys| keys.into_iter().next_back());
    let witnesses = args.witness.iter().map(|text| keys(text)).collect::<Result<Vec<_>, _>>()?.concat();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(THREADS_MAX);
    let mut options = Options { trusted, outside: read_outside(&args.checkpoint)?, witnesses, threads };
    let (format, outside) = (args.common.format, args.checkpoint.len());
    if let Some(dir) = &args.dir {
        let report = verify(&Watched::new(Exported(Directory::open(dir)?)), &options)?;
        return Ok(findings::tell(&report, outside, false, format));
    }
    let opened = open(&args.common.place, &mut |line| progress(line))?;
    options.trusted = options.trusted.or(opened.key);
    let texts = opened.vault.is_some();
    let report = StoredLog::now(opened.store, opened.vault).and_then(|log| verify(&Watched::new(log), &options));
    match report {
        Ok(report) => Ok(findings::tell(&report, outside, texts, format)),
        // Rows that are no rows are a damaged record, not a failing machine.
        Err(e @ StoreError::Damaged(_)) => Ok(damaged(&e, format)),
        Err(e) => Err(e.into()),
    }
}

fn damaged(e: &StoreError, format: Format) -> Done {
    let sentence = store_sentence(e);
    if format == Format::Json {
        let place = serde_json::json!({"log": true});
        let finding = serde_json::json!({"code": "store-damaged", "place": place, "sentence": sentence});
        say(serde_json::json!({"sound": false, "findings": [finding]}));
    } else {
        say(sentence);
    }
    Done::Refused
}
