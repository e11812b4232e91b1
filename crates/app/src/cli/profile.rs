//! `sekisho profile list | show | check`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use sekisho_gate::{CaseResult, Gate};
use sekisho_ledgers::kinds::KINDS;
use sekisho_ledgers::procedure::Filings;
use sekisho_ledgers::{Registry, rehearsal};

use super::{CliError, Done, Format, say};
use crate::profiles;

/// Options of `sekisho profile`.
#[derive(Debug, Args)]
pub(crate) struct ProfileArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 同梱のプロファイルを一覧する
    List {
        /// 出力の形式
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// 役割、室、機器、カードの種類を表示する
    Show {
        /// プロファイルの名前、又はフォルダー
        name: String,
        /// 出力の形式
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// 書式、規則、事例、場面をすべて検査する
    Check {
        /// プロファイルの名前、又はフォルダー
        name: String,
        /// 同梱のものに代える全国の規則のフォルダー
        #[arg(long, value_name = "DIR")]
        national: Option<PathBuf>,
        /// 出力の形式
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

pub(crate) fn run(args: &ProfileArgs) -> Result<Done, CliError> {
    match &args.what {
        What::List { format } => list(*format),
        What::Show { name, format } => show(name, *format),
        What::Check { name, national, format } => check(name, national.as_deref(), *format),
    }
}

fn gate(name: &str) -> Result<Gate, CliError> {
    let usage = |e: String| CliError::Usage(e);
    let profile =
        profiles::source(name).map_err(|e| usage(e.to_string()))?.profile().map_err(|e| usage(e.to_string()))?;
    Gate::new(Arc::new(profile)).map_err(|e| usage(e.to_string()))
}

fn list(format: Format) -> Result<Done, CliError> {
    let mut rows = Vec::new();
    for key in profiles::shipped() {
        let profile = profiles::source(&key).and_then(|s| Ok(s.profile()?)).map_err(CliError::environment)?;
        let titles: Vec<String> = profile.settings.instruments.iter().map(|i| i.title.clone()).collect();
        rows.push((key, profile.settings.municipality, titles));
    }
    if format == Format::Json {
        let row = |(key, municipality, instruments)| serde_json::json!({"profile": key, "municipality": municipality, "instruments": instruments});
        say(serde_json::Value::from(rows.into_iter().map(row).collect::<Vec<_>>()));
    } else {
        for (key, municipality, titles) in rows {
            say(format_args!("{key}\t{municipality}\t{}", titles.join("、")));
        }
    }
    Ok(Done::Well)
}

fn show(name: &str, format: Format) -> Result<Done, CliError> {
    let gate = gate(name)?;
    let settings = &gate.profile().settings;
    if format == Format::Json {
        say(serde_json::to_value(settings).map_err(CliError::environment)?);
        return Ok(Done::Well);
    }
    say(format_args!("{}（{}）", settings.municipality, settings.key));
    let cites = |all: &[sekisho_regulation::Citation]| {
        all.iter().map(|c| gate.profile().cite_ja(c)).collect::<Vec<_>>().join("、")
    };
    for role in &settings.roles {
        let posts =
            role.posts.iter().filter_map(|p| gate.profile().post(p)).map(|p| p.name.as_str()).collect::<Vec<_>>();
        let posts = if posts.is_empty() { "指定による".to_owned() } else { posts.join("・") };
        say(format_args!("役割\t{}\t{posts}\t{}", role.name, cites(&role.cites)));
    }
    for room in &settings.rooms {
        say(format_args!("室\t{}\tレベル{}\t{}", room.name, room.level, cites(&room.cites)));
    }
    for device in &settings.devices {
        say(format_args!(
            "機器\t{}\t{:?}\t{}",
            device.name,
            device.asks.iter().flat_map(|terms| &terms.factors).collect::<Vec<_>>(),
            cites(&device.cites)
        ));
    }
    for kind in &settings.card_kinds {
        say(format_args!("カード\t{}", kind.name));
    }
    Ok(Done::Well)
}

/// The gate and the registry of a profile, with the national rules and books of a folder or of the program.
pub(crate) fn ground(name: &str, national: Option<&Path>) -> Result<(Gate, Registry), CliError> {
    let usage = |e: String| CliError::Usage(e);
    let source = profiles::source_with(name, national).map_err(|e| usage(e.to_string()))?;
    let profile = source.profile().map_err(|e| usage(e.to_string()))?;
    let registry = match national {
        Some(_) => {
            let filings = Filings::new(profile.procedures.clone()).map_err(|e| usage(e.to_string()))?;
            Registry::with(KINDS, filings)
        }
        None => Registry::new(KINDS),
    };
    Ok((Gate::new(Arc::new(profile)).map_err(|e| usage(e.to_string()))?, registry))
}

fn check(name: &str, national: Option<&Path>, format: Format) -> Result<Done, CliError> {
    let (gate, registry) = ground(name, national)?;
    let mut results = gate.run_cases();
    let cases = results.len();
    let played = rehearsal::play(&gate, &registry);
    results.extend(played.iter().map(|played| CaseResult {
        file: played.file.clone(),
        name: played.name.clone(),
        act: String::new(),
        decision: None,
        differences: played.differences.clone(),
    }));
    let failed: Vec<_> = results.iter().filter(|case| !case.passed()).collect();
    if format == Format::Json {
        let told = |case: &CaseResult| serde_json::json!({ "file": case.file, "name": case.name, "differences": case.differences });
        let failed: Vec<serde_json::Value> = failed.iter().map(|case| told(case)).collect();
        say(serde_json::json!({
            "profile": gate.profile().settings.key,
            "digest": gate.profile().digest,
            "policies": gate.policies().len(),
            "cases": cases,
            "scenarios": played.len(),
            "failed": failed,
        }));
    } else {
        say(format_args!(
            "規則{}件、事例{cases}件、場面{}件を検査しました（指紋 {}）。",
            gate.policies().len(),
            played.len(),
            gate.profile().digest
        ));
        for case in &failed {
            say(format_args!("不一致: {}「{}」 {}", case.file, case.name, case.differences.join("、")));
        }
    }
    Ok(if failed.is_empty() { Done::Well } else { Done::Refused })
}
