//! `sekisho regulation check`: every obligation with what meets it, and the honest list of the rest.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use sekisho_gate::Gate;

use sekisho_gate::proof::Ground;
use sekisho_ledgers::Registry;

use super::profile::ground;
use super::{CliError, Done, Format, say};
use crate::coverage::mutate::{self, Outcome};
use crate::coverage::{self, Coverage};
use crate::profiles;

/// Options of `sekisho regulation check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// プロファイルの名前、又はフォルダー。指定しなければ同梱のすべて
    profile: Option<String>,
    /// 同梱のものに代える全国の規則のフォルダー
    #[arg(long, value_name = "DIR")]
    national: Option<PathBuf>,
    /// 定めを果たす仕組みを一つずつ止め、示した試験が赤くなるかを調べる
    #[arg(long)]
    mutate: bool,
    /// 出力の形式
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: &CheckArgs) -> Result<Done, CliError> {
    let names = args.profile.clone().map_or_else(profiles::shipped, |name| vec![name]);
    let (mut all, mut unmet) = (Vec::new(), 0);
    for name in names {
        let (gate, registry) = ground(&name, args.national.as_deref())?;
        if args.mutate {
            unmet += switched_off(gate, &registry, args.format)?;
            continue;
        }
        let rows = coverage::of(&gate, &registry);
        unmet += rows.iter().filter(|row| !row.met()).count();
        match args.format {
            Format::Json => all.push(json(&gate, &rows)),
            Format::Text => text(&gate, &rows),
        }
    }
    if args.format == Format::Json {
        // One profile is one object, as auditors' tools read it.
        let one = args.profile.is_some().then(|| all.pop()).flatten();
        say(one.unwrap_or(serde_json::Value::Array(all)));
    }
    Ok(if unmet == 0 { Done::Well } else { Done::Refused })
}

fn json(gate: &Gate, rows: &[Coverage<'_>]) -> serde_json::Value {
    let row = |row: &Coverage<'_>| {
        let by = row.obligation.by.iter().filter_map(|name| name.split_once(':'));
        let by: Vec<serde_json::Value> = by.map(|(kind, name)| means(kind, name)).collect();
        serde_json::json!({
            "id": row.obligation.id, "met": row.met(), "by": by,
            "part_by_person": row.obligation.person, "tests": row.obligation.tests,
        })
    };
    serde_json::json!({
        "profile": gate.profile().settings.key,
        "obligations": rows.iter().map(row).collect::<Vec<_>>(),
    })
}

/// Switches every means off, tells which nobody noticed, and gives how many those are.
fn switched_off(gate: Gate, registry: &Registry, format: Format) -> Result<usize, CliError> {
    let ground = Ground::new(Arc::clone(gate.profile())).map_err(CliError::environment)?;
    let tried = mutate::run(&ground, registry);
    let of = |outcome: &dyn Fn(&Outcome) -> bool| tried.iter().filter(|one| outcome(&one.outcome)).count();
    let (red, green) = (of(&|o| matches!(o, Outcome::Red(_))), of(&|o| *o == Outcome::Green));
    let key = &gate.profile().settings.key;
    if format == Format::Json {
        let (mut noticed, mut unnoticed) = (Vec::new(), Vec::new());
        for one in &tried {
            match &one.outcome {
                Outcome::Red(test) => {
                    noticed.push(serde_json::json!({ "id": one.id, "means": one.means, "test": test }));
                }
                Outcome::Green => unnoticed.push(serde_json::json!({ "id": one.id, "means": one.means })),
                Outcome::Untried => {}
            }
        }
        let untried = tried.len() - red - green;
        say(serde_json::json!({ "profile": key, "noticed": noticed, "unnoticed": unnoticed, "untried": untried }));
        return Ok(green);
    }
    say(format_args!(
        "{key}: 仕組み{}件を止め、{red}件で示した試験が赤くなりました。ここでは止められないもの{}件。",
        red + green,
        tried.len() - red - green
    ));
    for one in tried.iter().filter(|one| one.outcome == Outcome::Green) {
        say(format_args!("✕ {}　{}を止めても、どの試験も赤くなりません", one.id, one.means));
    }
    Ok(green)
}

/// What meets an obligation, in the six kinds that auditors' tools know.
fn means(kind: &str, name: &str) -> serde_json::Value {
    let (kind, name) = match kind {
        "act" => ("step", name.to_owned()),
        "field" => ("book", name.to_owned()),
        "need" => ("policy", name.replacen('/', ".", 1)),
        "setting" => ("document", format!("profile.toml#{name}")),
        other => (other, name.to_owned()),
    };
    serde_json::json!({ "kind": kind, "name": name })
}

fn text(gate: &Gate, rows: &[Coverage<'_>]) {
    let profile = gate.profile();
    let met = rows.iter().filter(|row| row.met()).count();
    say(format_args!(
        "{}: 定められたこと{}件のうち、{met}件が動いています。",
        profile.settings.municipality,
        rows.len()
    ));
    for row in rows {
        let obligation = row.obligation;
        let place = obligation.cite.as_ref().map_or("附則".to_owned(), |cite| profile.cite_ja(cite));
        let sign = if row.met() { "✓" } else { "✕" };
        say(format_args!("{sign} {}　{place}　{}", obligation.id, obligation.says));
        if row.met() {
            say(format_args!("    {}　（{}）", obligation.by.join("、"), obligation.tests.join("、")));
        }
        if let Some(person) = &obligation.person {
            say(format_args!("    人が行うこと: {person}"));
        }
        if !row.unknown.is_empty() {
            say(format_args!("    見当たらないもの: {}", row.unknown.join("、")));
        }
    }
}
