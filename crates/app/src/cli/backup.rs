//! `sekisho backup`: a copy of a municipality's data, as of one moment, in one file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use sekisho_ledgers::ports::Store;
use sekisho_ledgers::vault::Vault;
use sekisho_record::verify::{Options, Report, verify};
use sekisho_store::Sqlite;
use serde_json::json;

use super::archive::{self, Manifest};
use super::log::findings;
use super::scratch::Scratch;
use super::{CliError, DataArgs, Done, Format, file_error, progress, say};
use crate::platform::SystemClock;
use crate::site::Site;
use crate::verification::StoredLog;

/// Options of `sekisho backup`.
#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// 控えのファイル。まだないものを指定する
    file: PathBuf,
    #[command(flatten)]
    place: DataArgs,
    /// 鍵も入れる。この控えを持つ者は、記録に署名し、本人確認情報を読めるようになる
    #[arg(long)]
    with_keys: bool,
    /// 出力の形式
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: &BackupArgs) -> Result<Done, CliError> {
    if args.place.database.is_some() {
        let sentence = "PostgreSQLのデータベースは`pg_dump --format=custom`で控えてください。プロファイル、設定及び鍵はデータフォルダーにあります。";
        return Err(CliError::Usage(sentence.to_owned()));
    }
    if args.file.exists() {
        let sentence = format!("`{}`はすでにあります。まだないファイルを指定してください。", args.file.display());
        return Err(CliError::Environment(sentence));
    }
    let site = Site::open(&args.place.data)?;
    let scratch = Scratch::beside(&args.file)?;
    let copy = scratch.path().join("sekisho.sqlite");
    progress("データベースを写しています");
    Sqlite::open_read_only(&site.database_path())?.backup(&copy)?;
    let (head, report) = examine(&site, &copy)?;
    let mut files = members(site.dir(), args.with_keys)?;
    files.insert("sekisho.sqlite".to_owned(), copy);
    if !args.with_keys {
        files.insert("sekisho.toml".to_owned(), settings_without_secrets(&site, scratch.path())?);
    }
    let manifest = Manifest::new(&site.settings.origin, head.size, head.checkpoint, args.with_keys);
    let fresh = scratch.path().join("backup.tar");
    let manifest = archive::write(&fresh, manifest, &files)?;
    scratch.put_file("backup.tar", &args.file)?;
    tell(args, &manifest, &report);
    Ok(findings::done(&report))
}

/// A copy of a damaged record is still worth having, but must not pass for a good one.
fn examine(site: &Site, copy: &Path) -> Result<(sekisho_ledgers::ports::Head, Report), CliError> {
    progress("写しを検証しています");
    let store: Arc<dyn Store> = Arc::new(Sqlite::open_read_only(copy)?);
    let ground = site.ground(Arc::clone(&store), Arc::new(SystemClock));
    let vault: Option<Arc<Vault>> = ground.as_ref().ok().map(|ground| Arc::clone(&ground.vault));
    let trusted = ground.ok().map(|ground| ground.signer.verifier().clone());
    let options = Options { trusted, threads: 2, ..Options::default() };
    let report = verify(&StoredLog::now(Arc::clone(&store), vault)?, &options)?;
    Ok((store.head()?, report))
}

/// The files of the folder that belong in a backup.
fn members(dir: &Path, with_keys: bool) -> Result<BTreeMap<String, PathBuf>, CliError> {
    let mut files = BTreeMap::new();
    for name in ["sekisho.toml", "terminals.toml"] {
        let path = dir.join(name);
        if path.is_file() {
            files.insert(name.to_owned(), path);
        }
    }
    let folders: &[&str] = if with_keys { &["profiles", "keys", "cards"] } else { &["profiles"] };
    for folder in folders.iter().filter(|folder| dir.join(folder).is_dir()) {
        collect(&dir.join(folder), folder, &mut files)?;
    }
    Ok(files)
}

fn collect(dir: &Path, name: &str, files: &mut BTreeMap<String, PathBuf>) -> Result<(), CliError> {
    let fail = |e: std::io::Error| file_error(dir, &e);
    for entry in std::fs::read_dir(dir).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        let name = format!("{name}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            collect(&path, &name, files)?;
        } else if path.is_file() {
            files.insert(name, path);
        }
    }
    Ok(())
}

/// The settings without the token of other programs, which is as good as a key.
fn settings_without_secrets(site: &Site, scratch: &Path) -> Result<PathBuf, CliError> {
    let from = site.dir().join("sekisho.toml");
    let to = scratch.join("sekisho.toml");
    let text = std::fs::read_to_string(&from).map_err(|e| file_error(&from, &e))?;
    let kept = text.lines().filter(|line| !line.trim_start().starts_with("service_token"));
    let kept: String = kept.map(|line| format!("{line}\n")).collect();
    std::fs::write(&to, kept).map_err(|e| file_error(&to, &e))?;
    Ok(to)
}

fn tell(args: &BackupArgs, manifest: &Manifest, report: &Report) {
    let file = args.file.display();
    if args.format == Format::Json {
        let report = findings::to_json(report, 0, true);
        let (size, with_keys) = (manifest.size, manifest.with_keys);
        say(
            json!({"file": file.to_string(), "entries": size, "with_keys": with_keys, "files": manifest.files, "report": report}),
        );
        return;
    }
    say(format_args!("記録{}件までの控えを{file}に作りました（ファイル{}件）。", manifest.size, manifest.files.len()));
    if args.with_keys {
        say(
            "  鍵が入っています。この控えを持つ者は、記録に署名し、本人確認情報を読み、仮想のカードを使えます。金庫に保管してください。",
        );
    } else {
        say(
            "  鍵は入っていません。keys/ は、この控えとは別の場所に、別に保管してください。鍵がなければ復元しても開けません。",
        );
    }
    if report.is_sound() {
        say("  控えの記録を検証し、健全であることを確かめました。");
    } else {
        say("  控えの記録に異状があります。");
        findings::lines(report).iter().for_each(say);
    }
    say("  古い控えへの差替えは、庁外の検証点だけが見分けます。`sekisho log checkpoint`の出力も庁外に預けてください。");
}
