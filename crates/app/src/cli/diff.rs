//! `sekisho regulation diff`: what a revision changes, and who would gain or lose what.

use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use sekisho_gate::Gate;
use sekisho_ledgers::books::{Books, Registers as _};
use sekisho_ledgers::kinds::organisation::view::Person;
use sekisho_regulation::Date;

use super::{CliError, DataArgs, Done, Format, progress, say};
use crate::platform::SystemClock;
use crate::profiles;
use crate::prove::{self, Method};
use crate::revision::{self, ArticleChange, Consequences, Effect, Everybody, Right, Shift, Side};
use crate::site::Site;

/// Options of `sekisho regulation diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// 改める前のプロファイルの名前、又はフォルダー
    old: String,
    /// 改めた後のプロファイルの名前、又はフォルダー
    new: String,
    /// 記録された判定を、改めた後の版でやり直す（`--data`か`--database`の記録について）
    #[arg(long)]
    replay: bool,
    /// この日からの判定だけをやり直す
    #[arg(long, requires = "replay")]
    since: Option<Date>,
    /// 証明器を使わず、有界探索だけで、すべての要求について比べる
    #[arg(long)]
    bounded: bool,
    #[command(flatten)]
    place: DataArgs,
    /// 出力の形式
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

fn gate(name: &str) -> Result<Gate, CliError> {
    let usage = |e: String| CliError::Usage(e);
    let source = profiles::source(name).map_err(|e| usage(e.to_string()))?;
    let profile = source.profile().map_err(|e| usage(e.to_string()))?;
    Gate::new(Arc::new(profile)).map_err(|e| usage(e.to_string()))
}

struct Report {
    old: Gate,
    new: Gate,
    changes: Vec<ArticleChange>,
    everybody: Everybody,
    replay: Option<(Consequences, f64)>,
    /// Who is who, for the sentences.
    books: Books,
}

pub(crate) fn run(args: &DiffArgs) -> Result<Done, CliError> {
    let (old, new) = (gate(&args.old)?, gate(&args.new)?);
    let changes = revision::changes(&old, &new);
    let method = if args.bounded || prove::version().is_none() { Method::Bounded } else { Method::Solver };
    progress("二つの版の規則を、すべての要求について比べています");
    let everybody = revision::everybody(old.profile(), new.profile(), method);
    let everybody = everybody.map_err(|e| CliError::Usage(e.to_string()))?;
    let mut report = Report { old, new, changes, everybody, replay: None, books: Books::default() };
    if args.replay {
        let site = Site::open(&args.place.data)?;
        let store = site.read_store(&args.place.database()).map_err(CliError::environment)?;
        let ground = site.ground(store, Arc::new(SystemClock))?;
        let since = args.since.map_or(0, |day| day.at(0, 0));
        progress("記録された判定を、新しい版でやり直しています");
        let began = Instant::now();
        let found = revision::consequences(&ground.registry, &*ground.store, &ground.vault, &report.new, since);
        let found = found.map_err(CliError::environment)?;
        report.replay = Some((found, began.elapsed().as_secs_f64()));
        let views = ground.registry.views();
        for view in views.iter().filter(|view| view.name == "people") {
            for row in ground.store.rows(view).map_err(CliError::environment)? {
                report.books.load(view, row);
            }
        }
    }
    match args.format {
        Format::Json => say(report.json()),
        Format::Text => report.text(),
    }
    Ok(Done::Well)
}

impl Report {
    fn person(&self, id: &str) -> String {
        match self.books.get::<Person>(id) {
            Some(person) => format!("{}（{id}）", person.name),
            None if id.is_empty() => "サインインしていない人".to_owned(),
            None => id.to_owned(),
        }
    }

    fn sentence(&self, right: &Right, effect: &Effect) -> String {
        let profile = self.new.profile();
        let role = profile.role(&right.capacity).or_else(|| self.old.profile().role(&right.capacity));
        let role = role.map_or(right.capacity.as_str(), |role| role.name.as_str());
        let act = profile.vocabulary.acts.get(&right.act).map_or(right.act.as_str(), |act| act.ja.as_str());
        let cites: Vec<String> = effect.now.articles.iter().map(|cite| profile.cite_ja(cite)).collect();
        let who = self.person(&right.person);
        format!("{who}　{role}として　{act}　{}件（最後は{}番）　{}", effect.count, effect.last_seq, cites.join("、"))
    }

    fn act_ja<'r>(&'r self, act: &'r str) -> &'r str {
        let named = |gate: &'r Gate| gate.profile().vocabulary.acts.get(act).map(|act| act.ja.as_str());
        named(&self.new).or_else(|| named(&self.old)).unwrap_or(act)
    }

    fn role_ja<'r>(&'r self, role: &'r str) -> &'r str {
        let named = |gate: &'r Gate| gate.profile().role(role).map(|role| role.name.as_str());
        named(&self.new).or_else(|| named(&self.old)).unwrap_or(role)
    }

    /// What changes for everybody, as the rules of both versions have it.
    fn everybody_text(&self) {
        let all = &self.everybody;
        let way = if all.by_solver { "証明器と有界探索" } else { "有界探索" };
        say(format_args!(
            "すべての要求について、{way}で比べました（{:.1}秒）。行為{}件のうち、規則が同じもの{}件、規則は違うが認める範囲が同じもの{}件。",
            all.took.as_secs_f64(),
            all.acts,
            all.alike,
            all.same
        ));
        for (side, title) in [(Side::Old, "できなくなること"), (Side::New, "できるようになること")] {
            let shifts: Vec<&Shift> = all.shifts.iter().filter(|shift| shift.side == side).collect();
            say(format_args!("{title}{}", if shifts.is_empty() { ": ありません" } else { "" }));
            for shift in shifts {
                let role = shift.capacity.as_deref().map_or("どの立場でも", |role| self.role_ja(role));
                say(format_args!("  {}　{role}　{}", self.act_ja(&shift.act), shift.extent_ja()));
                say(format_args!(
                    "    {}の版: {}",
                    if side == Side::Old { "改めた後" } else { "改める前" },
                    shift.refusal.sentence
                ));
            }
        }
        for (act, cause) in &all.unknown {
            say(format_args!("  分からない: {}　{cause}", self.act_ja(act)));
        }
    }

    fn everybody_json(&self) -> serde_json::Value {
        let all = &self.everybody;
        let shift = |shift: &Shift| {
            let articles: Vec<String> = shift.refusal.articles.iter().map(ToString::to_string).collect();
            serde_json::json!({
                "act": shift.act, "capacity": shift.capacity, "wholly": shift.wholly,
                "code": shift.refusal.code, "articles": articles, "sentence": shift.refusal.sentence,
            })
        };
        let of = |side: Side| all.shifts.iter().filter(|one| one.side == side).map(shift).collect::<Vec<_>>();
        let unknown = |(act, cause): &(String, String)| serde_json::json!({ "act": act, "cause": cause });
        serde_json::json!({
            "acts": all.acts, "alike": all.alike, "same": all.same, "solver": all.by_solver,
            "seconds": all.took.as_secs_f64(), "lost": of(Side::Old), "gained": of(Side::New),
            "unknown": all.unknown.iter().map(unknown).collect::<Vec<_>>(),
        })
    }

    fn text(&self) {
        if self.changes.is_empty() {
            say("二つの版に違いはありません。");
        }
        for change in &self.changes {
            let place = change.article.as_ref().map(|article| {
                let known = self.new.profile().article(article).is_some();
                let profile = if known { self.new.profile() } else { self.old.profile() };
                profile.cite_ja(article)
            });
            say(place.as_deref().unwrap_or("条によらない設定"));
            change.what.iter().for_each(|what| say(format_args!("  {what}")));
        }
        self.everybody_text();
        let Some((found, seconds)) = &self.replay else { return };
        let tally = found.tally;
        say(format_args!(
            "記録された判定{}件を{seconds:.1}秒でやり直しました。同じ{}件、認められなくなる{}件、認められるようになる{}件、個人の文が消去されていてやり直せない{}件。",
            tally.decided, tally.same, tally.lost, tally.gained, tally.unreadable
        ));
        for (title, effects) in [("できなくなる人", &found.lost), ("できるようになる人", &found.gained)]
        {
            say(format_args!("{title}{}", if effects.is_empty() { ": いません" } else { "" }));
            for (right, effect) in effects {
                say(format_args!("  {}", self.sentence(right, effect)));
                if !effect.now.allowed {
                    say(format_args!("    {}", effect.now.sentence));
                }
            }
        }
    }

    fn json(&self) -> serde_json::Value {
        let change = |change: &ArticleChange| serde_json::json!({ "article": change.article.as_ref().map(ToString::to_string), "what": change.what });
        let effect = |(right, effect): (&Right, &Effect)| {
            let articles: Vec<String> = effect.now.articles.iter().map(ToString::to_string).collect();
            serde_json::json!({
                "person": right.person, "name": self.books.get::<Person>(&right.person).map(|p| p.name),
                "capacity": right.capacity, "act": right.act, "count": effect.count, "last": effect.last_seq,
                "then": effect.then_code, "now": effect.now.code, "articles": articles,
            })
        };
        let replay = self.replay.as_ref().map(|(found, seconds)| {
            serde_json::json!({
                "seconds": seconds, "decided": found.tally.decided, "same": found.tally.same,
                "unreadable": found.tally.unreadable,
                "lost": found.lost.iter().map(effect).collect::<Vec<_>>(),
                "gained": found.gained.iter().map(effect).collect::<Vec<_>>(),
            })
        });
        serde_json::json!({
            "old": self.old.profile().digest, "new": self.new.profile().digest,
            "changes": self.changes.iter().map(change).collect::<Vec<_>>(),
            "everybody": self.everybody_json(), "replay": replay,
        })
    }
}
