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
use crate::revision::{self, ArticleChange, Consequences, Effect, Right};
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
    replay: Option<(Consequences, f64)>,
    /// Who is who, for the sentences.
    books: Books,
}

pub(crate) fn run(args: &DiffArgs) -> Result<Done, CliError> {
    let (old, new) = (gate(&args.old)?, gate(&args.new)?);
    let changes = revision::changes(&old, &new);
    let mut report = Report { old, new, changes, replay: None, books: Books::default() };
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
            "changes": self.changes.iter().map(change).collect::<Vec<_>>(), "replay": replay,
        })
    }
}
