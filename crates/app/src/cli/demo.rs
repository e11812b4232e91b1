//! `sekisho demo`: a filled-in municipality in a browser.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;

use super::serve::{Listening, listen};
use super::{CliError, DataArgs, Done, progress, say};
use crate::demo::{self, DemoError};
use crate::web::WebOptions;

/// Options of `sekisho demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// ポート番号
    #[arg(long, default_value_t = 8680)]
    port: u16,
    /// データフォルダー。なければ作り、あればその続きから始める
    #[arg(long, default_value = "./data/demo")]
    data: PathBuf,
    /// PostgreSQLのURL。指定しなければデータフォルダーのSQLiteを使う
    #[arg(long)]
    database: Option<String>,
    /// 作る架空の日数
    #[arg(long, default_value_t = demo::DAYS)]
    days: i64,
}

pub(crate) fn run(args: &DemoArgs) -> Result<Done, CliError> {
    let place = DataArgs { data: args.data.clone(), database: args.database.clone() };
    let mut tell = |line: &str| progress(line);
    let demo = demo::open(&args.data, &place.database(), args.days, &mut tell).map_err(|e| match e {
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
        say("  2. 画面の仮想カード読取装置で、カードを1枚選んで置きます（例: 統合端末1号機に、住民課主事のカード）。");
        say(format_args!("  3. パスワード {} を入力して、サインインします。", demo::PASSWORD));
        say("  止めるときは Ctrl+C を押してください。");
    };
    listen(Listening { desk: demo.desk.clone(), address, options, tls: None, folder: demo.site.dir(), greet: &greet })
}
