//! `sekisho restore`: a data folder from a backup. Nothing is ever overwritten.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use sekisho_ledgers::ports::Store;
use sekisho_record::verify::{Options, Report, verify};
use sekisho_regulation::date::instant_ja;
use sekisho_store::Sqlite;
use serde_json::json;

use super::archive::{self, Manifest};
use super::log::{findings, keys, read_outside};
use super::scratch::Scratch;
use super::{CliError, Done, Format, file_error, progress, say};
use crate::platform::SystemClock;
use crate::site::Site;
use crate::verification::StoredLog;

/// Options of `sekisho restore`.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// 控えのファイル
    file: PathBuf,
    /// 作るデータフォルダー。まだないものを指定する
    #[arg(long)]
    data: PathBuf,
    /// 庁外に保管した検証点のファイル（何件でも指定できる）
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// 信頼する検証鍵、又はそのファイル
    #[arg(long, value_name = "VKEY")]
    vkey: Option<String>,
    /// 出力の形式
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: &RestoreArgs) -> Result<Done, CliError> {
    if is_taken(&args.data) {
        let sentence = format!(
            "`{}`にはすでに何かがあります。上書きはしません。別の場所を指定してください。",
            args.data.display()
        );
        return Err(CliError::Environment(sentence));
    }
    let outside = read_outside(&args.checkpoint)?;
    let trusted = args.vkey.as_deref().map(keys).transpose()?.and_then(|keys| keys.into_iter().next_back());
    let scratch = Scratch::beside(&args.data)?;
    progress("控えを開いています");
    let manifest = archive::read(&args.file, scratch.path())?;
    let options = Options { trusted, outside, threads: 2, ..Options::default() };
    let (report, texts) = examine(&args.file, &manifest, scratch.path(), options)?;
    scratch.become_folder(&args.data)?;
    tell(args, &manifest, &report, texts);
    Ok(findings::done(&report))
}

fn is_taken(dir: &Path) -> bool {
    dir.exists() && !std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_none())
}

/// Verifies what was unpacked; with the keys the personal texts as well.
fn examine(from: &Path, manifest: &Manifest, dir: &Path, mut options: Options) -> Result<(Report, bool), CliError> {
    progress("復元した記録を検証しています");
    let path = dir.join("sekisho.sqlite");
    if !path.is_file() {
        return Err(archive::broken(from, "データベースがありません"));
    }
    // Opened for writing, so that a database of an older program is brought forward, and one of a
    // newer program is refused, before anything is put in place.
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(&path)?);
    let head = store.head()?;
    let stated = head.checkpoint.as_deref().and_then(|text| text.lines().next());
    let same_log = stated.is_none_or(|origin| origin == manifest.origin);
    if !same_log || (head.size, &head.checkpoint) != (manifest.size, &manifest.checkpoint) {
        return Err(archive::broken(from, "目録と記録が合いません"));
    }
    let ground = Site::open(dir).and_then(|site| site.ground(Arc::clone(&store), Arc::new(SystemClock))).ok();
    options.trusted = options.trusted.or_else(|| ground.as_ref().map(|ground| ground.signer.verifier().clone()));
    let vault = ground.map(|ground| ground.vault);
    let texts = vault.is_some();
    let report = verify(&StoredLog::now(Arc::clone(&store), vault)?, &options)?;
    drop(store);
    let lock = dir.join("sekisho.sqlite-lock");
    std::fs::remove_file(&lock).map_err(|e| file_error(&lock, &e))?;
    Ok((report, texts))
}

fn tell(args: &RestoreArgs, manifest: &Manifest, report: &Report, texts: bool) {
    let data = args.data.display();
    if args.format == Format::Json {
        let (made_at_ms, with_keys) = (manifest.made_at_ms, manifest.with_keys);
        let report = findings::to_json(report, args.checkpoint.len(), texts);
        say(json!({"data": data.to_string(), "made_at_ms": made_at_ms, "with_keys": with_keys, "report": report}));
        return;
    }
    say(format_args!(
        "{}に作られた控えから、{data}に復元しました（記録{}件）。",
        instant_ja(manifest.made_at_ms),
        manifest.size
    ));
    if !manifest.with_keys {
        say(format_args!("  鍵は控えに入っていません。別に保管した鍵を{data}/keysに戻してから開いてください。"));
    }
    if report.is_sound() {
        say("  復元した記録を検証し、健全であることを確かめました。");
    } else {
        say("  復元した記録に異状があります。このまま使わず、原因を調べてください。");
        findings::lines(report).iter().for_each(say);
    }
    if args.checkpoint.is_empty() {
        say(
            "  注意: これが古い控えかどうかは、庁外に保管した検証点と照らさなければ分かりません（--checkpoint FILE）。",
        );
    } else if report.is_sound() {
        say(format_args!("  庁外の検証点{}件と一致しました。", args.checkpoint.len()));
    }
}
