//! `sekisho migrate`: brings a database of an older program forward. Opening the store does it; this
//! does nothing else, so that it can be done at a quiet hour.

use std::io::Read as _;
use std::path::Path;

use clap::Args;
use serde_json::json;

use super::{CliError, DataArgs, Done, Format, say};
use crate::site::{Database, Site};

/// Options of `sekisho migrate`.
#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    #[command(flatten)]
    place: DataArgs,
    /// 出力の形式
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: &MigrateArgs) -> Result<Done, CliError> {
    let site = Site::open(&args.place.data)?;
    let database = args.place.database();
    let version = || match database {
        Database::Folder => file_version(&site.database_path()),
        Database::Url(_) => None,
    };
    let from = version();
    // Opening takes the steps; closing moves them into the file.
    drop(site.store(&database)?);
    let to = version();
    if args.format == Format::Json {
        say(json!({"from": from, "to": to}));
        return Ok(Done::Well);
    }
    match (from, to) {
        (Some(from), Some(to)) if from != to => say(format_args!("データベースの版を{from}から{to}に上げました。")),
        (_, Some(to)) => say(format_args!("データベースの版は{to}です。上げる必要はありません。")),
        (_, None) => say("データベースは、このプログラムの版になっています。"),
    }
    Ok(Done::Well)
}

/// The version in the header of an SQLite file: `user_version`, big-endian, at offset 60.
fn file_version(path: &Path) -> Option<u32> {
    let mut header = [0; 64];
    std::fs::File::open(path).ok()?.read_exact(&mut header).ok()?;
    header.last_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}
