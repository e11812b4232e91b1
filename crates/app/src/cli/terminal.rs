//! `sekisho terminal add | list | remove`: the tokens of the programs at the terminals.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{CliError, Done, Format, say};
use crate::platform::SystemEntropy;
use crate::reader_api::{TerminalTokens, TokenError};
use crate::site::Site;

/// Options of `sekisho terminal`.
#[derive(Debug, Args)]
pub(crate) struct TerminalArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 端末の合言葉を作り、一度だけ表示する。例: sekisho terminal add T-01 --data ./data
    Add(OneArgs),
    /// 合言葉のある端末を一覧する。例: sekisho terminal list --data ./data
    List(Common),
    /// 端末の合言葉を取り消す。例: sekisho terminal remove T-01 --data ./data
    Remove(OneArgs),
}

#[derive(Debug, Args)]
struct OneArgs {
    /// 端末の記号（機器の台帳のもの）
    terminal: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Common {
    /// データフォルダー
    #[arg(long, default_value = "./data")]
    data: std::path::PathBuf,
    /// 出力の形式
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: &TerminalArgs) -> Result<Done, CliError> {
    match &args.what {
        What::Add(args) => add(args),
        What::List(args) => list(args),
        What::Remove(args) => remove(args),
    }
}

impl From<TokenError> for CliError {
    fn from(e: TokenError) -> Self {
        match e {
            TokenError::BadTerminal(_) | TokenError::Exists(_) | TokenError::NotThere(_) => Self::Usage(e.to_string()),
            _ => Self::environment(e),
        }
    }
}

fn tokens(common: &Common) -> Result<TerminalTokens, CliError> {
    Ok(TerminalTokens::in_folder(Site::open(&common.data)?.dir()))
}

fn add(args: &OneArgs) -> Result<Done, CliError> {
    let token = tokens(&args.common)?.add(&args.terminal, &SystemEntropy::new())?;
    if args.common.format == Format::Json {
        say(json!({"terminal": args.terminal, "token": token}));
    } else {
        say(format_args!("端末「{}」の合言葉を作りました。表示するのはこの一度だけです。", args.terminal));
        say(format_args!("  {token}"));
        say("端末で、所有者だけが読めるファイルに保存し、`sekisho reader --token-file`で指定してください。");
    }
    Ok(Done::Well)
}

fn list(common: &Common) -> Result<Done, CliError> {
    let terminals = tokens(common)?.terminals()?;
    if common.format == Format::Json {
        say(json!({"terminals": terminals}));
    } else {
        say(format_args!("合言葉のある端末は{}台です。", terminals.len()));
        terminals.iter().for_each(say);
    }
    Ok(Done::Well)
}

fn remove(args: &OneArgs) -> Result<Done, CliError> {
    tokens(&args.common)?.remove(&args.terminal)?;
    if args.common.format == Format::Json {
        say(json!({"terminal": args.terminal, "removed": true}));
    } else {
        say(format_args!("端末「{}」の合言葉を取り消しました。動いているサーバーにもすぐに効きます。", args.terminal));
    }
    Ok(Done::Well)
}
