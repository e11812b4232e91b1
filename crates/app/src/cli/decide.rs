//! `sekisho decide`: one decision, as JSON.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use sekisho_gate::Gate;
use serde::Deserialize;

use super::{CliError, Done, say};
use crate::profiles;

/// Largest request, in bytes.
const REQUEST_BYTES_MAX: u64 = 1 << 20;

/// Options of `sekisho decide`.
#[derive(Debug, Args)]
pub(crate) struct DecideArgs {
    /// プロファイルの名前、又はフォルダー
    #[arg(long)]
    profile: String,
    /// 判定する操作のファイル（`-`で標準入力）。形は {"act": "card.lend", "facts": {…}}
    #[arg(long)]
    request: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    act: String,
    facts: serde_json::Map<String, serde_json::Value>,
}

pub(crate) fn run(args: &DecideArgs) -> Result<Done, CliError> {
    let usage = |e: String| CliError::Usage(e);
    let text = read(&args.request)?;
    let request: Request = serde_json::from_str(&text).map_err(|e| {
        usage(format!(
            "判定する操作のファイルが読めません（{e}）。{{\"act\": …, \"facts\": {{…}}}} の形で書いてください。"
        ))
    })?;
    let profile = profiles::source(&args.profile).map_err(|e| usage(e.to_string()))?;
    let profile = profile.profile().map_err(|e| usage(e.to_string()))?;
    let gate = Gate::new(Arc::new(profile)).map_err(|e| usage(e.to_string()))?;
    let decision = match gate.sheet(&request.act) {
        None => gate.refuse_unknown_act(&request.act).decision().clone(),
        Some(mut sheet) => {
            for (name, value) in &request.facts {
                let fact = sekisho_gate::Fact::from_json(value).ok_or_else(|| {
                    usage(format!(
                        "事実「{name}」の値が読めません。真偽、整数、文字、文字の並びのどれかで書いてください。"
                    ))
                })?;
                sheet.set(name, fact);
            }
            gate.decide(&sheet).decision().clone()
        }
    };
    say(serde_json::to_value(&decision).map_err(CliError::environment)?);
    Ok(if decision.allowed { Done::Well } else { Done::Refused })
}

fn read(path: &std::path::Path) -> Result<String, CliError> {
    let fail = |e: std::io::Error| CliError::Environment(format!("`{}`を読めません: {e}", path.display()));
    let mut text = String::new();
    if path.as_os_str() == "-" {
        std::io::stdin().take(REQUEST_BYTES_MAX).read_to_string(&mut text).map_err(fail)?;
    } else {
        let file = std::fs::File::open(path).map_err(fail)?;
        file.take(REQUEST_BYTES_MAX).read_to_string(&mut text).map_err(fail)?;
    }
    Ok(text)
}
