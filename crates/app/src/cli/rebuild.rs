//! `sekisho rebuild`: the views made again from the record, or compared with what a rebuild gives.

use std::sync::Arc;

use clap::Args;
use sekisho_ledgers::books::RowChange;
use sekisho_ledgers::event::SealedIdentity;
use sekisho_ledgers::kinds::KINDS;
use sekisho_ledgers::ports::{
    Commit, CommitError, CountBy, Filter, Head, ListQuery, Page, Store, StoreError, StoredLeaf, Test,
};
use sekisho_ledgers::spec::{Row, ViewSpec};
use sekisho_ledgers::value::Value;
use sekisho_ledgers::{Registry, rebuild};
use sekisho_store::Sqlite;
use serde_json::json;

use super::scratch::Scratch;
use super::{CliError, DataArgs, Done, Format, say};
use crate::site::Site;

/// Rows compared at once.
const PAGE_ROWS: u64 = 5_000;
/// How often a comparison begins anew because the record has grown meanwhile.
const TRIES_MAX: u32 = 5;

/// Options of `sekisho rebuild`.
#[derive(Debug, Args)]
pub(crate) struct RebuildArgs {
    #[command(flatten)]
    place: DataArgs,
    /// 何も変えずに、今の台帳が記録から作り直したものと同じかを調べる
    #[arg(long)]
    check: bool,
    /// 出力の形式
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: &RebuildArgs) -> Result<Done, CliError> {
    let site = Site::open(&args.place.data)?;
    let registry = Registry::new(KINDS);
    if args.check {
        let store = site.read_store(&args.place.database())?;
        return check(&registry, &store, args.format);
    }
    let store = site.store(&args.place.database())?;
    let events = rebuild(&registry, &*store)?;
    if args.format == Format::Json {
        say(json!({"events": events}));
    } else {
        say(format_args!("記録{events}件から、台帳をすべて作り直しました。"));
    }
    Ok(Done::Well)
}

fn check(registry: &Registry, store: &Arc<dyn Store>, format: Format) -> Result<Done, CliError> {
    let views = registry.views();
    for _ in 0..TRIES_MAX {
        let before = store.head()?;
        let difference = if store.prepare_views(&views)? {
            compare(registry, store)?
        } else {
            Some("台帳の列がこのプログラムのものと違うか、台帳が記録の末尾まで届いていません。".to_owned())
        };
        if difference.is_none() || store.head()? == before {
            return Ok(tell(before.size, difference.as_deref(), format));
        }
    }
    Err(CliError::Environment(
        "記録が増え続けているため、比べられません。利用の少ない時に、もう一度実行してください。".to_owned(),
    ))
}

fn tell(events: u64, difference: Option<&str>, format: Format) -> Done {
    if format == Format::Json {
        say(json!({"events": events, "equal": difference.is_none(), "difference": difference}));
    } else {
        match difference {
            None => say(format_args!("台帳は、記録{events}件から作り直したものと同じです。")),
            Some(difference) => {
                say(format_args!("台帳が、記録{events}件から作り直したものと違います。"));
                say(format_args!("  {difference}"));
                say("  `sekisho rebuild`で作り直せます。");
            }
        }
    }
    if difference.is_none() { Done::Well } else { Done::Refused }
}

/// The first difference between the stored views and those of a rebuild, which is made in a
/// database of its own.
fn compare(registry: &Registry, store: &Arc<dyn Store>) -> Result<Option<String>, CliError> {
    let scratch = Scratch::temporary()?;
    let made = Rebuilt { log: Arc::clone(store), views: Sqlite::create(&scratch.path().join("views.sqlite"))? };
    rebuild(registry, &made)?;
    for view in registry.views() {
        if let Some(difference) = compare_view(view, &**store, &made.views)? {
            return Ok(Some(difference));
        }
    }
    Ok(None)
}

fn compare_view(view: &'static ViewSpec, live: &dyn Store, made: &dyn Store) -> Result<Option<String>, StoreError> {
    let mut after: Option<Value> = None;
    loop {
        let query = next_page(view, after.as_ref());
        let (live, made) = (live.page(view, &query)?.rows, made.page(view, &query)?.rows);
        let differs = live.iter().zip(&made).find(|(live, made)| live != made);
        let difference = match differs {
            Some((one, other)) if one.first() == other.first() => Some(of_rows(view, one, other)),
            Some((_, other)) if live.iter().all(|row| row.first() != other.first()) => {
                Some(named(view, other, "ありません"))
            }
            Some((one, _)) => Some(named(view, one, "余分です")),
            None if live.len() > made.len() => live.get(made.len()).map(|row| named(view, row, "余分です")),
            None if live.len() < made.len() => made.get(live.len()).map(|row| named(view, row, "ありません")),
            None => None,
        };
        if difference.is_some() {
            return Ok(difference);
        }
        match live.last().and_then(|row| row.first()) {
            Some(key) => after = Some(key.clone()),
            None => return Ok(None),
        }
    }
}

fn next_page(view: &ViewSpec, after: Option<&Value>) -> ListQuery {
    let key = view.columns.first().map_or("", |column| column.name);
    let from = |key_value: &Value| Filter { column: key.to_owned(), test: Test::From(key_value.clone()) };
    ListQuery {
        filters: after.map(from).into_iter().collect(),
        offset: u64::from(after.is_some()),
        limit: PAGE_ROWS,
        ..ListQuery::default()
    }
}

/// Two rows of one key.
fn of_rows(view: &ViewSpec, live: &Row, made: &Row) -> String {
    let cells = live.iter().zip(made).zip(view.columns);
    let column = cells.filter(|((live, made), _)| live != made).map(|(_, column)| column.label).next();
    named(view, live, &format!("列「{}」が違います", column.unwrap_or_default()))
}

fn named(view: &ViewSpec, row: &Row, what: &str) -> String {
    let key = match row.first() {
        Some(Value::Text(text)) => text.to_string(),
        Some(Value::Int(number)) => number.to_string(),
        _ => String::new(),
    };
    format!("台帳「{}」（{}）の行「{key}」: {what}。", view.label, view.name)
}

/// A log that is only read, with views elsewhere.
struct Rebuilt {
    log: Arc<dyn Store>,
    views: Sqlite,
}

impl Store for Rebuilt {
    fn head(&self) -> Result<Head, StoreError> {
        self.log.head()
    }

    fn commit(&self, _: &Commit) -> Result<(), CommitError> {
        Err(CommitError::Refused("only views are made here".to_owned()))
    }

    fn leaves(&self, from: u64, to: u64) -> Result<Vec<StoredLeaf>, StoreError> {
        self.log.leaves(from, to)
    }

    fn tile(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.log.tile(level, index)
    }

    fn sealed_text(&self, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.log.sealed_text(seq)
    }

    fn prepare_views(&self, views: &[&'static ViewSpec]) -> Result<bool, StoreError> {
        self.views.prepare_views(views)
    }

    fn replace_views(
        &self,
        views: &[&'static ViewSpec],
        size: u64,
        next: &mut dyn FnMut() -> Result<Option<Vec<RowChange>>, StoreError>,
    ) -> Result<(), StoreError> {
        self.views.replace_views(views, size, next)
    }

    fn rows(&self, view: &'static ViewSpec) -> Result<Vec<Row>, StoreError> {
        self.views.rows(view)
    }

    fn page(&self, view: &'static ViewSpec, query: &ListQuery) -> Result<Page, StoreError> {
        self.views.page(view, query)
    }

    fn counts(
        &self,
        view: &'static ViewSpec,
        query: &ListQuery,
        by: &[CountBy],
    ) -> Result<Vec<(Row, u64)>, StoreError> {
        self.views.counts(view, query, by)
    }

    fn passwords(&self, person: &str) -> Result<Vec<String>, StoreError> {
        self.log.passwords(person)
    }

    fn find_identity(&self, terms: &[(u8, [u8; 16])], limit: usize) -> Result<Vec<SealedIdentity>, StoreError> {
        self.log.find_identity(terms, limit)
    }

    fn identity(&self, subject: &str) -> Result<Option<SealedIdentity>, StoreError> {
        self.log.identity(subject)
    }

    fn identity_count(&self) -> Result<u64, StoreError> {
        self.log.identity_count()
    }
}
