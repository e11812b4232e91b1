//! `sekisho init`: an empty municipality.

use clap::Args;
use sekisho_ledgers::House;
use sekisho_regulation::Date;
use std::sync::Arc;

use super::{CliError, DataArgs, Done, say};
use crate::platform::{SystemClock, now_ms};
use crate::site::Site;

/// Options of `sekisho init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// プロファイルの名前、又はプロファイルのフォルダー
    #[arg(long)]
    profile: String,
    #[command(flatten)]
    place: DataArgs,
}

pub(crate) fn run(args: &InitArgs) -> Result<Done, CliError> {
    let site = Site::create(&args.place.data, &args.profile, Date::in_japan(now_ms()))?;
    let store = site.create_store(&args.place.database())?;
    let house = House::open(site.ground(store, Arc::new(SystemClock))?)?;
    let (size, _) = house.reach();
    say(format_args!("{}に{}のデータを作りました。", args.place.data.display(), site.profile().settings.municipality));
    say(format_args!("  検証点の名称: {}", site.settings.origin));
    say(format_args!("  検証鍵: {}", house.verifier()));
    say(format_args!("  記録: {size}件"));
    say("検証鍵は紙に控え、庁外にも預けてください。次は `sekisho serve` です。");
    Ok(Done::Well)
}
