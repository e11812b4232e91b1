//! `sekisho init`: an empty municipality, with somebody who can fill it.

use clap::Args;
use sekisho_ledgers::House;
use sekisho_regulation::Date;
use std::sync::Arc;

use super::{CliError, DataArgs, Done, say};
use crate::codes;
use crate::platform::{SystemClock, now_ms};
use crate::setup::{self, First};
use crate::site::Site;

/// Options of `sekisho init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// プロファイルの名前、又はプロファイルのフォルダー
    #[arg(long)]
    profile: String,
    /// 最初の管理者の氏名。端末1台とともに登録し、サインインできるようにする
    #[arg(long, value_name = "氏名")]
    first: Option<String>,
    #[command(flatten)]
    place: DataArgs,
}

pub(crate) fn run(args: &InitArgs) -> Result<Done, CliError> {
    let today = Date::in_japan(now_ms());
    let site = Site::create(&args.place.data, &args.profile, today)?;
    let store = site.create_store(&args.place.database())?;
    let house = House::open(site.ground(store, Arc::new(SystemClock))?)?;
    let entered = args.first.as_deref().map(|name| setup::first(&house, &site, name, today)).transpose();
    let entered = entered.map_err(CliError::environment)?;
    let (size, _) = house.reach();
    say(format_args!("{}に{}のデータを作りました。", args.place.data.display(), site.profile().settings.municipality));
    say(format_args!("  検証点の名称: {}", site.settings.origin));
    say(format_args!("  検証鍵: {}", house.verifier()));
    say(format_args!("  記録: {size}件"));
    say("検証鍵は紙に控え、庁外にも預けてください。");
    match entered {
        Some(entered) => begin(&site, &entered, &args.place.data.display().to_string()),
        None => say("まだ誰も登録していません。使い始める記録は、`--first 氏名`で最初の管理者を指定して作ります。"),
    }
    Ok(Done::Well)
}

/// What the first administrator does first.
fn begin(site: &Site, entered: &First, data: &str) {
    let profile = site.profile();
    let label = |list: &str, code: &str| codes::label(profile, list, code);
    let terminal = &entered.terminal;
    let posts: Vec<String> = entered.posts.iter().map(|post| label("post", post)).collect();
    say("最初の管理者を登録しました。ほかの職員、端末、カードは、この人がサインインして登録します。");
    say(format_args!("  利用者ID: {}", entered.person));
    say(format_args!("  パスワード（表示するのはこの一度だけ）: {}", entered.password));
    say(format_args!("  端末: {}（{}、{}）", terminal.id, terminal.name, label("room", &terminal.room)));
    say(format_args!("  仮に就けた職: {}（正しい人の発令を記録したら、終えてください）", posts.join("、")));
    let card = entered.card.as_ref().map_or_else(String::new, |card| format!(" --card {}", card.display()));
    say("次に行うこと");
    say(format_args!(
        "  1. sekisho terminal add {} --data {data}　（端末の合言葉を作り、ファイルに保存する）",
        terminal.id
    ));
    say(format_args!("  2. sekisho serve --data {data}"));
    say(format_args!(
        "  3. 端末で sekisho reader --server http://127.0.0.1:8680 --terminal {} --room {} --token-file 合言葉{card}",
        terminal.id, terminal.room
    ));
    if profile.settings.password.issued {
        say("  4. ブラウザーで http://127.0.0.1:8680/ を開き、サインインする");
    } else {
        say("  4. ブラウザーで http://127.0.0.1:8680/ を開き、パスワードを変更してから、サインインする");
    }
}
