//! `sekisho demo`: a filled-in municipality in a browser.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::Args;
use sekisho_ledgers::kinds::organisation;
use sekisho_regulation::Date;

use super::serve::{Listening, listen};
use super::{CliError, DataArgs, Done, progress, say};
use crate::demo::{self, Demo, DemoError};
use crate::web::WebOptions;

/// Options of `sekisho demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// プロファイルの名前、又はプロファイルのフォルダー（新しく作るときだけ使う）
    #[arg(long, default_value = demo::PROFILE)]
    profile: String,
    /// ポート番号
    #[arg(long, default_value_t = 8680)]
    port: u16,
    /// データフォルダー。なければ作り、あればその続きから始める。指定しなければ ./data/demo、
    /// ほかのプロファイルでは ./data/demo-名前
    #[arg(long)]
    data: Option<PathBuf>,
    /// PostgreSQLのURL。指定しなければデータフォルダーのSQLiteを使う
    #[arg(long)]
    database: Option<String>,
    /// 作る架空の日数
    #[arg(long, default_value_t = demo::DAYS)]
    days: i64,
}

pub(crate) fn run(args: &DemoArgs) -> Result<Done, CliError> {
    let data = args.data.clone().unwrap_or_else(|| usual_folder(&args.profile));
    let place = DataArgs { data, database: args.database.clone() };
    let mut tell = |line: &str| progress(line);
    let opened = demo::open(&place.data, &args.profile, &place.database(), args.days, &mut tell);
    let demo = opened.map_err(|e| match e {
        DemoError::Site(e) => e.into(),
        other => CliError::environment(other),
    })?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let options = WebOptions {
        operations_token: demo.site.settings.service_token.clone(),
        demo_password: Some(demo::PASSWORD.to_owned()),
        ..WebOptions::default()
    };
    let greet = |address: SocketAddr| {
        say(format_args!(
            "関所のデモを始めました（架空の{}。人物はすべて架空です）。",
            demo.site.profile().settings.municipality
        ));
        say(format_args!("  1. ブラウザーで http://{address}/ を開きます。"));
        say(format_args!("  2. {}", begin(&demo)));
        say(format_args!("  3. パスワード {} を入力して、サインインします。", demo::PASSWORD));
        say("  止めるときは Ctrl+C を押してください。");
    };
    listen(Listening { desk: demo.desk.clone(), address, options, tls: None, folder: demo.site.dir(), greet: &greet })
}

/// Each profile has a folder of its own, so that one demonstration is not taken for another.
fn usual_folder(profile: &str) -> PathBuf {
    let name = Path::new(profile).file_name().and_then(|name| name.to_str()).unwrap_or(profile);
    if name == demo::PROFILE { PathBuf::from("./data/demo") } else { PathBuf::from(format!("./data/demo-{name}")) }
}

/// What a newcomer does first: with somebody's card, or with somebody's id.
fn begin(demo: &Demo) -> String {
    let Some(newcomer) = demo.newcomer() else {
        return "画面のデモの職員から、1人を選びます。".to_owned();
    };
    let house = demo.desk.house();
    let today = Date::in_japan(demo.desk.now_ms());
    let held = house.read(|books| organisation::posts(books, &newcomer.person, today));
    let post = held.first().map(|held| demo.desk.label("post", &held.post)).unwrap_or_default();
    let name = demo.desk.person_name(&newcomer.person);
    let terminal = demo.plan.terminal(&newcomer.terminal).map_or("", |terminal| terminal.name.as_str());
    let at = format!("{terminal}（{}）", newcomer.terminal);
    match &newcomer.card_no {
        Some(card) => format!("{at}の仮想カード読取装置に、カードを1枚置きます。例: {post} {name}さんの {card}"),
        None => format!("{at}で、利用者IDを入力します。例: {post} {name}さんの {}", newcomer.person),
    }
}
