//! `sekisho log checkpoint`: the last signed checkpoint, to be kept where the log's keeper cannot
//! reach it.

use clap::Args;
use sekisho_record::SignedCheckpoint;

use super::Common;
use super::source::open_store;
use crate::cli::{CliError, Done, Format, progress, say};

/// Options of `sekisho log checkpoint`.
#[derive(Debug, Args)]
pub(super) struct CheckpointArgs {
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(args: &CheckpointArgs) -> Result<Done, CliError> {
    let Some(text) = open_store(&args.common.place)?.head()?.checkpoint else {
        progress("記録がまだないため、検証点もありません。");
        return Ok(Done::Refused);
    };
    if args.common.format == Format::Json {
        let stated = SignedCheckpoint::parse(text.as_bytes()).map(|signed| signed.stated().clone());
        let stated = stated.map_err(|e| CliError::Environment(format!("検証点が読めません（{e}）。")))?;
        let (origin, size, root) = (stated.origin, stated.size, stated.root.to_string());
        say(serde_json::json!({"checkpoint": text, "origin": origin, "size": size, "root": root}));
    } else {
        // Just its bytes, so that the output can be kept as it is.
        say(text.strip_suffix('\n').unwrap_or(&text));
    }
    Ok(Done::Well)
}
