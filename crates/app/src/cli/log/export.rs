//! `sekisho log export`: the log as a directory in the C2SP layout (docs/format.md, section 4),
//! which anybody can verify with tools of their own.
//!
//! What is stored is written as it is stored: full tiles from their table, the partial tile of
//! level 0 from the hashes beside the events. So an export of a damaged record still tells where
//! the damage lies. The directory is made beside its place and put there when it is complete.

use std::path::{Path, PathBuf};

use clap::Args;
use sekisho_ledgers::ports::{Head, Store, StoredLeaf};
use sekisho_record::tile::{bundles_of, encode_bundle, tiles_of};
use sekisho_record::verify::{Exported, Options, Report, verify};
use sekisho_record::{BundleId, KeyChain, TileId, Tree, VerifierKey};
use serde_json::{Value, json};

use super::source::{Directory, Watched, open, tree};
use super::{Common, findings};
use crate::cli::progress::Progress;
use crate::cli::scratch::Scratch;
use crate::cli::{CliError, Done, Format, file_error, progress, say};

/// Options of `sekisho log export`.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    common: Common,
    /// 書き出すフォルダー。まだないものを指定する
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(args: &ExportArgs) -> Result<Done, CliError> {
    if args.out.exists() {
        let sentence = format!("`{}`はすでにあります。まだない場所を指定してください。", args.out.display());
        return Err(CliError::Environment(sentence));
    }
    let opened = open(&args.common.place, &mut |line| progress(line))?;
    let scratch = Scratch::beside(&args.out)?;
    let head = opened.store.head()?;
    let files = write(&*opened.store, &head, opened.key.as_ref(), scratch.path())?;
    let report = check(scratch.path(), opened.key)?;
    scratch.become_folder(&args.out)?;
    if args.common.format == Format::Json {
        let report = findings::to_json(&report, 0, false);
        say(json!({"dir": args.out.display().to_string(), "entries": head.size, "files": files, "report": report}));
    } else {
        say(format_args!("記録{}件を{}に書き出しました（ファイル{files}件）。", head.size, args.out.display()));
        if report.is_sound() {
            say("  書き出したものを検証し、健全であることを確かめました。");
        } else {
            say("  書き出した記録に異状があります。");
            findings::lines(&report).iter().for_each(say);
        }
    }
    Ok(findings::done(&report))
}

fn check(dir: &Path, trusted: Option<VerifierKey>) -> Result<Report, CliError> {
    let options = Options { trusted, threads: 2, ..Options::default() };
    verify(&Watched::new(Exported(Directory::open(dir)?)), &options)
}

/// Writes all files; gives how many.
fn write(store: &dyn Store, head: &Head, key: Option<&VerifierKey>, dir: &Path) -> Result<u64, CliError> {
    let progress = Progress::of("書き出しています");
    let mut files = 2;
    let mut keys = Keys::default();
    for id in bundles_of(head.size) {
        let leaves = store.leaves(id.index * 256, id.index * 256 + u64::from(id.width))?;
        keys.follow(&leaves);
        files += u64::from(write_bundle(dir, id, &leaves)?);
        if let Some(tile) = edge_of_hashes(id, &leaves) {
            let id = TileId { level: 0, index: id.index, width: id.width };
            put(dir, &id.path(), &tile)?;
            files += 1;
        }
        progress.tell(id.index * 256, head.size);
    }
    // A record whose tiles are damaged has no edge; what is stored is written all the same.
    let tree = tree(store, head.size).ok();
    for id in tiles_of(head.size) {
        if let Some(bytes) = tile(store, tree.as_ref(), id)? {
            put(dir, &id.path(), &bytes)?;
            files += 1;
        }
    }
    put(dir, "log.vkey", keys.text(key).as_bytes())?;
    put(dir, "checkpoint", head.checkpoint.clone().unwrap_or_default().as_bytes())?;
    Ok(files)
}

/// Writes the entries of a bundle up to the first gap: what follows a gap cannot stand in its place.
fn write_bundle(dir: &Path, id: BundleId, leaves: &[StoredLeaf]) -> Result<bool, CliError> {
    let whole = (id.index * 256..).zip(leaves).take_while(|(place, leaf)| leaf.seq == *place);
    let entries: Vec<&[u8]> = whole.map(|(_, leaf)| leaf.bytes.as_slice()).collect();
    let Ok(bytes) = encode_bundle(entries.iter().copied()) else { return Ok(false) };
    if bytes.is_empty() {
        return Ok(false);
    }
    put(dir, &id.path(), &bytes)?;
    Ok(true)
}

/// The partial tile of level 0, from the hashes stored beside the events.
fn edge_of_hashes(id: BundleId, leaves: &[StoredLeaf]) -> Option<Vec<u8>> {
    (id.width < 256).then(|| leaves.iter().flat_map(|leaf| leaf.hash.clone()).collect())
}

fn tile(store: &dyn Store, tree: Option<&Tree>, id: TileId) -> Result<Option<Vec<u8>>, CliError> {
    if id.is_full() {
        return Ok(store.tile(id.level, id.index)?);
    }
    if id.level == 0 {
        return Ok(None);
    }
    Ok(tree.map(|tree| sekisho_record::tile::encode_tile(&tree.edge_tile(id.level))))
}

fn put(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), CliError> {
    let path = dir.join(name);
    let write = || {
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(&path, bytes)
    };
    write().map_err(|e| file_error(&path, &e))
}

/// The log's keys as its own events name them.
#[derive(Default)]
struct Keys(Option<KeyChain>);

impl Keys {
    fn follow(&mut self, leaves: &[StoredLeaf]) {
        for leaf in leaves.iter().filter(|leaf| leaf.bytes.starts_with(b"{\"act\":\"log.")) {
            let Ok(event) = serde_json::from_slice::<Value>(&leaf.bytes) else { continue };
            let body = event.get("body").cloned().unwrap_or_default();
            match (event.get("act").and_then(Value::as_str), &mut self.0) {
                (Some("log.open"), None) if leaf.seq == 0 => self.0 = KeyChain::open(&body).ok(),
                // A rotation that breaks a rule changes nothing; the verifier names it.
                (Some("log.rotate_key"), Some(chain)) => drop(chain.rotate(leaf.seq, &body)),
                _ => {}
            }
        }
    }

    /// A line for each key, oldest first; the folder's own key where the first event is no use.
    fn text(&self, own: Option<&VerifierKey>) -> String {
        match &self.0 {
            Some(chain) => chain.keys().map(|key| format!("{key}\n")).collect(),
            None => own.map(|key| format!("{key}\n")).unwrap_or_default(),
        }
    }
}
