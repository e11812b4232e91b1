//! `sekisho regulation prove`: the theorems of a profile, over every request.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use sekisho_gate::proof::{Ground, Told};
use sekisho_regulation::profile::{Theorem, Theorems};
use serde_json::{Value, json};

use super::{CliError, Done, Format, progress, say};
use crate::profiles;
use crate::prove::mutate::{self, Judged, Noticed, Score};
use crate::prove::{self, Counterexample, Method, Outcome, Proof};

/// The share of deleted conditions that must be noticed, in percent.
const NOTICED_MIN: f64 = 95.0;

/// Options of `sekisho regulation prove`.
#[derive(Debug, Args)]
pub(crate) struct ProveArgs {
    /// プロファイルの名前、又はフォルダー
    #[arg(default_value = "nishimeya")]
    profile: String,
    /// 証明器を使わず、値の小さな組合せをすべて試す
    #[arg(long)]
    bounded: bool,
    /// 規則の条件を一つずつ外し、事例か定理が気付くかを確かめる
    #[arg(long)]
    mutate: bool,
    /// 出力の形式
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: &ProveArgs) -> Result<Done, CliError> {
    let usage = |e: &dyn std::fmt::Display| CliError::Usage(e.to_string());
    let profile = profiles::source(&args.profile).map_err(|e| usage(&e))?.profile().map_err(|e| usage(&e))?;
    let theorems = profile.theorems.clone();
    let ground = Ground::new(Arc::new(profile)).map_err(|e| usage(&e))?;
    if args.mutate {
        return mutation(&ground, &theorems.theorems, args.format);
    }
    let method = if args.bounded { Method::Bounded } else { Method::Solver };
    let version = match method {
        Method::Bounded => None,
        Method::Solver => Some(prove::version().ok_or_else(no_solver)?),
    };
    let start = Instant::now();
    let proofs = prove::prove(&ground, &theorems.theorems, method).map_err(|e| usage(&e))?;
    let report = Report { ground: &ground, theorems: &theorems, proofs, version, took: start.elapsed() };
    if args.format == Format::Json {
        say(report.json())
    } else {
        report.print()
    }
    Ok(if report.well() { Done::Well } else { Done::Refused })
}

fn no_solver() -> CliError {
    CliError::Environment(
        "証明器cvc5がありません。Debianのパッケージ`cvc5`を入れるか、環境変数CVC5に場所を書いてください。\
         証明器なしで値の小さな組合せを試すには、`--bounded`を付けてください。"
            .to_owned(),
    )
}

struct Report<'g> {
    ground: &'g Ground,
    theorems: &'g Theorems,
    proofs: Vec<Proof>,
    version: Option<String>,
    took: Duration,
}

impl Report<'_> {
    fn count(&self, of: impl Fn(&Outcome) -> bool) -> usize {
        self.proofs.iter().filter(|proof| of(&proof.outcome)).count()
    }

    fn missing(&self) -> Vec<String> {
        let profile = self.ground.gate().profile();
        prove::without_theorem(self.ground, self.theorems).iter().map(|a| profile.cite_ja(&a.id)).collect()
    }

    fn well(&self) -> bool {
        self.proofs.iter().all(|proof| proof.outcome == Outcome::Proved) && self.missing().is_empty()
    }

    fn means(&self) -> String {
        match &self.version {
            Some(version) => format!("すべての要求について（{version}）"),
            None => "値の小さな組合せのすべてについて（証明器なし）".to_owned(),
        }
    }

    fn print(&self) {
        let profile = self.ground.gate().profile();
        say(format_args!(
            "{}の定理{}件を、{}確かめました。",
            profile.settings.municipality,
            self.proofs.len(),
            self.means()
        ));
        for proof in &self.proofs {
            let places: Vec<String> = proof.theorem.articles.iter().map(|place| profile.cite_ja(place)).collect();
            let (word, seconds) = (word(&proof.outcome), proof.took.as_secs_f64());
            say(format_args!(
                "{word}\t{}\t{}\t{seconds:.2}秒\t{}",
                proof.theorem.id,
                places.join("、"),
                proof.theorem.says
            ));
            match &proof.outcome {
                Outcome::Proved => {}
                Outcome::Undecided(cause) => say(format_args!("  {cause}")),
                Outcome::Refuted(all) => all.iter().for_each(|one| self.print_counterexample(one)),
            }
        }
        let missing = self.missing();
        if !missing.is_empty() {
            say(format_args!("定理のない条: {}", missing.join("、")));
        }
        say(format_args!(
            "証明{}件、反証{}件、不明{}件（{:.1}秒）。",
            self.count(|o| *o == Outcome::Proved),
            self.count(|o| matches!(o, Outcome::Refuted(_))),
            self.count(|o| matches!(o, Outcome::Undecided(_))),
            self.took.as_secs_f64()
        ));
    }

    fn print_counterexample(&self, one: &Counterexample) {
        let vocabulary = &self.ground.gate().profile().vocabulary;
        let act = vocabulary.acts.get(&one.act).map_or(one.act.as_str(), |act| act.ja.as_str());
        say(format_args!("  反例: 次のとき、{act}が許されます（規則 {}）。", one.policies.join("、")));
        let print = |told: &Told| say(format_args!("    ・{}", told.phrase));
        one.facts.iter().filter(|told| told.of_theorem).for_each(print);
        say("    そのほかの事実");
        one.facts.iter().filter(|told| !told.of_theorem).for_each(print);
    }

    fn json(&self) -> Value {
        let profile = self.ground.gate().profile();
        let counterexample = |one: &Counterexample| {
            let fact = |told: &Told| json!({"fact": told.fact, "says": told.phrase, "of_theorem": told.of_theorem});
            let facts: Vec<Value> = one.facts.iter().map(fact).collect();
            json!({"act": one.act, "policies": one.policies, "facts": facts})
        };
        let proof = |proof: &Proof| {
            let (cause, against) = match &proof.outcome {
                Outcome::Proved => (None, Vec::new()),
                Outcome::Undecided(cause) => (Some(cause.as_str()), Vec::new()),
                Outcome::Refuted(all) => (None, all.iter().map(counterexample).collect()),
            };
            json!({
                "id": proof.theorem.id,
                "articles": proof.theorem.articles,
                "says": proof.theorem.says,
                "acts": proof.acts,
                "outcome": code(&proof.outcome),
                "cause": cause,
                "counterexamples": against,
                "seconds": proof.took.as_secs_f64(),
            })
        };
        json!({
            "profile": profile.settings.key,
            "digest": profile.digest,
            "solver": self.version,
            "theorems": self.proofs.iter().map(proof).collect::<Vec<_>>(),
            "articles_without_theorem": self.missing(),
            "seconds": self.took.as_secs_f64(),
        })
    }
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Proved => "証明",
        Outcome::Refuted(_) => "反証",
        Outcome::Undecided(_) => "不明",
    }
}

fn code(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Proved => "proved",
        Outcome::Refuted(_) => "refuted",
        Outcome::Undecided(_) => "undecided",
    }
}

fn mutation(ground: &Ground, theorems: &[Theorem], format: Format) -> Result<Done, CliError> {
    let start = Instant::now();
    progress("規則の条件を一つずつ外しています");
    let judged = mutate::judge(ground, theorems, 1).map_err(|e| CliError::Usage(e.to_string()))?;
    let took = start.elapsed();
    let (deleted, changed) = (mutate::score(&judged, true), mutate::score(&judged, false));
    if format == Format::Json {
        say(mutation_json(ground, &judged, took));
    } else {
        print_mutation(ground, &judged);
        let line = |name: &str, score: Score| {
            say(format_args!(
                "{name}: {}件のうち{}件に気付きました（{}%）。",
                score.all,
                score.noticed,
                score.percent()
            ));
        };
        line("条件を外す", deleted);
        line("値や比較を変える", changed);
        say(format_args!("{:.1}秒かかりました。", took.as_secs_f64()));
    }
    Ok(if deleted.percent() >= NOTICED_MIN { Done::Well } else { Done::Refused })
}

fn print_mutation(ground: &Ground, judged: &[Judged]) {
    let mut by_policy: BTreeMap<&str, Vec<&Judged>> = BTreeMap::new();
    judged.iter().for_each(|one| by_policy.entry(&one.mutant.policy).or_default().push(one));
    for policy in ground.gate().policies() {
        let Some(all) = by_policy.get(policy.id.as_ref()) else { continue };
        let survived: Vec<&&Judged> = all.iter().filter(|one| one.survived()).collect();
        say(format_args!("{}/{}\t{}", all.len() - survived.len(), all.len(), policy.id));
        for one in survived {
            say(format_args!("  見逃し: {} {}{}", mutate::change_ja(one.mutant.change), one.mutant.what, remark(one)));
        }
    }
}

fn remark(one: &Judged) -> &'static str {
    match one.noticed {
        Noticed::Nobody { same: Some(true) } => "（外しても、許される要求は変わりません）",
        Noticed::Nobody { same: Some(false) } => "（外すと、許される要求が変わります）",
        _ => "",
    }
}

fn mutation_json(ground: &Ground, judged: &[Judged], took: Duration) -> Value {
    let score = |deleted| {
        let score = mutate::score(judged, deleted);
        json!({"noticed": score.noticed, "all": score.all, "percent": score.percent()})
    };
    let row = |one: &Judged| {
        let (by, name) = match &one.noticed {
            Noticed::Case(name) => ("case", Some(name)),
            Noticed::Theorem(id) => ("theorem", Some(id)),
            Noticed::Unsound(cause) => ("unsound", Some(cause)),
            Noticed::Nobody { .. } => ("nobody", None),
        };
        let same = if let Noticed::Nobody { same } = one.noticed { same } else { None };
        json!({
            "policy": one.mutant.policy.as_ref(),
            "change": format!("{:?}", one.mutant.change).to_lowercase(),
            "what": one.mutant.what,
            "noticed_by": by,
            "name": name,
            "allows_the_same": same,
        })
    };
    json!({
        "profile": ground.gate().profile().settings.key,
        "digest": ground.gate().profile().digest,
        "deleted": score(true),
        "changed": score(false),
        "mutants": judged.iter().map(row).collect::<Vec<_>>(),
        "seconds": took.as_secs_f64(),
    })
}
