//! Views: prepared, replaced, filtered, sorted, paged and counted.

use sekisho_ledgers::books::RowChange;
use sekisho_ledgers::ports::{Commit, CommitError, CountBy, Filter, ListQuery, NewLeaf, Store, StoreError, Test};
use sekisho_ledgers::spec::{Row, View, ViewSpec};
use sekisho_ledgers::value::Value;
use sekisho_store::testing::{Chance, Sample, Tally};

use super::model::Model;
use super::site::Site;

sekisho_ledgers::view! {
    /// A register with a column of every kind, named like words of SQL.
    Thing: Register until closed "order", "物" {
        key: String = Text, "鍵";
        group: Option<String> = Code("groups"), "組";
        select: Option<String> = Ref("rooms"), "室";
        from: Option<String> = Person, "人";
        count: Option<i64> = Int, "数";
        table: Option<bool> = Bool, "可否";
        day: Option<String> = Day, "日";
        at: Option<i64> = Instant, "時";
        note: Option<i64> = Private("note"), "文";
        subject: Option<String> = Subject, "住民";
        closed: Option<i64> = Instant, "終";
        evidence: i64 = Evidence, "証拠";
    }
}

sekisho_ledgers::view! {
    /// A journal with the same columns.
    Happening: Journal "user", "事" {
        seq: i64 = Evidence, "番号";
        group: Option<String> = Code("groups"), "組";
        count: Option<i64> = Int, "数";
        table: Option<bool> = Bool, "可否";
        at: Option<i64> = Instant, "時";
        subject: Option<String> = Subject, "住民";
        evidence: i64 = Evidence, "証拠";
    }
}

const BOTH: [&ViewSpec; 2] = [Thing::SPEC, Happening::SPEC];

const TEXTS: [&str; 16] = [
    "",
    "a",
    "A",
    "ab",
    "AB",
    "Ａｂ",
    "ａＢ１",
    "電算室",
    "電算室Ａ",
    "あ",
    "ア",
    "髙﨑",
    "𠮷田",
    "100%",
    "a_b",
    "o'\"x\\",
];

fn thing(chance: &mut Chance, key: &str) -> Row {
    let text = |chance: &mut Chance| match chance.below(18) as usize {
        n if n < TEXTS.len() => Some(TEXTS[n].to_owned()),
        _ => None,
    };
    let number = |chance: &mut Chance| (chance.below(4) > 0).then(|| chance.below(9) as i64 - 4);
    let instant = |chance: &mut Chance| (chance.below(5) > 0).then(|| chance.below(1 << 42) as i64 - (1 << 40));
    let row = Thing {
        key: key.to_owned(),
        group: text(chance),
        select: text(chance),
        from: text(chance),
        count: number(chance),
        table: (chance.below(3) > 0).then(|| chance.below(2) == 0),
        day: (chance.below(3) > 0).then(|| format!("2026-{:02}-01", chance.below(12) + 1)),
        at: instant(chance),
        note: number(chance),
        subject: text(chance),
        closed: instant(chance),
        evidence: chance.below(100) as i64,
    };
    row.to_row()
}

fn happening(chance: &mut Chance, seq: i64) -> Row {
    let thing = Thing::from_row(&thing(chance, ""));
    let Thing { group, count, table, at, subject, evidence, .. } = thing;
    Happening { seq, group, count, table, at, subject, evidence }.to_row()
}

fn event(size: u64, rows: Vec<RowChange>) -> Commit {
    let leaf = NewLeaf { bytes: vec![1], hash: [1; 32], text: None };
    Commit { expected_size: size, leaves: vec![leaf], checkpoint: "c".to_owned(), rows, ..Commit::default() }
}

/// A store and, beside it, what must be in it.
fn filled(site: &dyn Site, chance: &mut Chance) -> (Box<dyn Store>, [Model; 2]) {
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&BOTH), Ok(true));
    let (mut things, mut happenings) = (std::collections::BTreeMap::new(), Vec::new());
    for size in 0..60_u64 {
        let mut rows = Vec::new();
        for _ in 0..5 {
            let key = format!("{}{}", TEXTS[chance.below(16) as usize], chance.below(20));
            let view = Thing::SPEC.name;
            if chance.below(5) == 0 {
                things.remove(&key);
                rows.push(RowChange::Remove { view, key });
                continue;
            }
            let row = thing(chance, &key);
            things.insert(key.clone(), row.clone());
            let put = RowChange::Put { view, key: key.clone(), row: row.clone() };
            rows.push(if Thing::SPEC.is_closed(&row) { RowChange::Close { view, key, row } } else { put });
        }
        let row = happening(chance, size as i64 * 3);
        happenings.push(row.clone());
        rows.push(RowChange::Add { view: Happening::SPEC.name, row });
        assert_eq!(store.commit(&event(size, rows)), Ok(()));
    }
    let things = Model { view: Thing::SPEC, rows: things.into_values().collect() };
    (store, [things, Model { view: Happening::SPEC, rows: happenings }])
}

fn queries(chance: &mut Chance, view: &'static ViewSpec) -> ListQuery {
    let column = |chance: &mut Chance| view.columns[chance.below(view.columns.len() as u64) as usize].name.to_owned();
    let value = |chance: &mut Chance| match chance.below(9) {
        0 => Value::Null,
        1 => Value::Bool(chance.below(2) == 0),
        2..4 => Value::Int(chance.below(9) as i64 - 4),
        4 => Value::Int(chance.below(1 << 42) as i64 - (1 << 40)),
        5 => Value::Text("2026-06-01".into()),
        _ => Value::Text(TEXTS[chance.below(16) as usize].into()),
    };
    let filter = |chance: &mut Chance| {
        let test = match chance.below(7) {
            0 => Test::Is(value(chance)),
            1 => Test::From(value(chance)),
            2 => Test::Below(value(chance)),
            3 => Test::OneOf((0..chance.below(4)).map(|_| value(chance)).collect()),
            _ => Test::Contains(
                ["", "a", "Ａ", "%", "_", "電", "'", "１", "1", "2026-0", "\\"][chance.below(11) as usize].into(),
            ),
        };
        Filter { column: column(chance), test }
    };
    ListQuery {
        filters: (0..chance.below(3)).map(|_| filter(chance)).collect(),
        sort: (chance.below(4) > 0).then(|| column(chance)),
        descending: chance.below(2) == 0,
        offset: [0, 0, 3, 1_000][chance.below(4) as usize],
        limit: [u64::MAX, 10, 4, 0][chance.below(4) as usize],
    }
}

pub(crate) fn pages(site: &dyn Site) {
    let mut chance = Chance::new();
    let (store, models) = filled(site, &mut chance);
    for model in &models {
        let mut in_order = model.rows.clone();
        in_order.sort_by(|a, b| a[0].cmp(&b[0]));
        assert_eq!(store.rows(model.view).as_ref(), Ok(&in_order));
        for _ in 0..400 {
            let query = queries(&mut chance, model.view);
            assert_eq!(store.page(model.view, &query), Ok(model.page(&query)), "{query:?}");
        }
    }
}

pub(crate) fn counts(site: &dyn Site) {
    let mut chance = Chance::new();
    let (store, models) = filled(site, &mut chance);
    for model in &models {
        for _ in 0..150 {
            let query = queries(&mut chance, model.view);
            let column =
                |chance: &mut Chance| model.view.columns[chance.below(model.view.columns.len() as u64) as usize].name;
            let by: Vec<_> = (0..chance.below(3))
                .map(|_| match chance.below(6) {
                    0 => CountBy::Day("at".to_owned()),
                    1 => CountBy::Hour("at".to_owned()),
                    2 => CountBy::Weekday("at".to_owned()),
                    _ => CountBy::Column(column(&mut chance).to_owned()),
                })
                .collect();
            let mut expected = model.counts(&query, &by);
            if by.is_empty() && expected.is_empty() {
                expected = vec![(vec![], 0)];
            }
            assert_eq!(store.counts(model.view, &query, &by), Ok(expected), "{query:?} by {by:?}");
        }
    }
}

pub(crate) fn unknown_columns(site: &dyn Site) {
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&BOTH), Ok(true));
    let sort = |column: &str| ListQuery { sort: Some(column.to_owned()), limit: 1, ..ListQuery::default() };
    let filter = Filter { column: "no".to_owned(), test: Test::Is(Value::Null) };
    let filtered = ListQuery { filters: vec![filter], ..ListQuery::default() };
    let unknown = |error: Option<StoreError>| assert!(matches!(error, Some(StoreError::NoSuchColumn(_))), "{error:?}");
    unknown(store.page(Thing::SPEC, &sort("no")).err());
    unknown(store.page(Thing::SPEC, &sort("key\"; DROP TABLE head; --")).err());
    unknown(store.page(Thing::SPEC, &filtered).err());
    unknown(store.counts(Thing::SPEC, &filtered, &[]).err());
    unknown(store.counts(Thing::SPEC, &sort("key"), &[CountBy::Column("no".to_owned())]).err());
    unknown(store.counts(Thing::SPEC, &sort("key"), &[CountBy::Day("key".to_owned())]).err());
    assert!(store.head().is_ok());
}

pub(crate) fn odd_text(site: &dyn Site) {
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&BOTH), Ok(true));
    // Variation selectors, combining marks in either form, outside the BMP, newlines, quotes.
    let odd = [
        "葛\u{E0100}城",
        "か\u{3099}",
        "が",
        "𠮷",
        "\u{10FFFF}",
        "a\nb\r\t",
        "';--",
        "\"",
        "\\N",
        "{a,b}",
        "NULL",
        " ",
    ];
    let mut chance = Chance::of(1);
    let rows: Vec<Row> = odd.iter().map(|key| thing(&mut chance, key)).collect();
    let put = |row: &Row| RowChange::Put { view: "order", key: row[0].text().unwrap().to_owned(), row: row.clone() };
    assert_eq!(store.commit(&event(0, rows.iter().map(put).collect())), Ok(()));
    let mut sorted = rows.clone();
    sorted.sort();
    assert_eq!(store.rows(Thing::SPEC), Ok(sorted));
    for row in rows {
        let query = ListQuery {
            filters: vec![Filter { column: "key".to_owned(), test: Test::Is(row[0].clone()) }],
            limit: 9,
            ..ListQuery::default()
        };
        assert_eq!(store.page(Thing::SPEC, &query).map(|page| page.rows), Ok(vec![row]));
    }
}

pub(crate) fn prepared(site: &dyn Site) {
    let store = site.create().unwrap();
    let unprepared = store.commit(&Sample::batch(0, 1));
    assert!(matches!(unprepared, Err(CommitError::Refused(_))), "{unprepared:?}");
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    assert_eq!(store.commit(&Sample::batch(0, 5)), Ok(()));
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    let turned = [Sample::SPEC, Tally::SPEC];
    assert_eq!(store.prepare_views(&turned), Ok(true), "the order in which views are given does not matter");
    drop(store);
    let store = site.open().unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    site.tamper("UPDATE head SET viewed = 4", "UPDATE head SET viewed = 4");
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(false), "the views do not reach the head");
    // Views that are behind stay behind: a commit does not cover up what is missing.
    assert_eq!(store.commit(&Sample::batch(5, 1)), Ok(()));
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(false));
}

pub(crate) fn other_columns(site: &dyn Site) {
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    assert_eq!(store.commit(&Sample::batch(0, 5)), Ok(()));
    let more = [Tally::SPEC, Sample::SPEC, Thing::SPEC];
    assert_eq!(store.prepare_views(&more), Ok(false));
    assert_eq!(store.rows(Thing::SPEC), Ok(vec![]));
    assert_eq!(store.rows(Tally::SPEC), Ok(vec![]), "old views are not mixed with new ones");
    assert_eq!(store.prepare_views(&more), Ok(false), "not before they are folded again");
    let mut batches = vec![Sample::batch(0, 5).rows].into_iter();
    assert_eq!(store.replace_views(&more, 5, &mut || Ok(batches.next())), Ok(()));
    assert_eq!(store.prepare_views(&more), Ok(true));
    assert_eq!(store.rows(Sample::SPEC).map(|rows| rows.len()), Ok(5));
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(false));
    assert!(store.rows(Thing::SPEC).is_err(), "views that are no longer asked for are gone");
}

pub(crate) fn replaced(site: &dyn Site) {
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    assert_eq!(store.commit(&Sample::batch(0, 500)), Ok(()));
    let live = (store.rows(Tally::SPEC), store.rows(Sample::SPEC));
    site.tamper(
        "UPDATE v_tallies SET acts = 999; DELETE FROM v_samples",
        "UPDATE v_tallies SET acts = 999; DELETE FROM v_samples",
    );
    assert_ne!(store.rows(Tally::SPEC), live.0);
    for round in 0..3 {
        let mut from = 0;
        let mut next = || {
            // What is being replaced can be read until it is replaced.
            assert_eq!(store.rows(Tally::SPEC).map(|rows| rows.len()), Ok(40));
            assert_eq!(store.leaves(0, 500).map(|leaves| leaves.len()), Ok(500));
            let batch = (from < 500).then(|| Sample::batch(from, 50).rows);
            from += 50;
            Ok(batch)
        };
        assert_eq!(store.replace_views(&Sample::VIEWS, 500, &mut next), Ok(()));
        assert_eq!((store.rows(Tally::SPEC), store.rows(Sample::SPEC)), live, "round {round}");
        assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    }
    assert_eq!(store.commit(&Sample::batch(500, 7)), Ok(()));
    assert_eq!(Sample::check(&*store), Ok(507));
    // Replaced up to a size that is not the head's, views do not pass for ready.
    let mut batches = vec![Sample::batch(0, 500).rows].into_iter();
    assert_eq!(store.replace_views(&Sample::VIEWS, 500, &mut || Ok(batches.next())), Ok(()));
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(false));
}

pub(crate) fn refused(site: &dyn Site) {
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    assert_eq!(store.commit(&Sample::batch(0, 100)), Ok(()));
    // The same row of a journal twice: the fold is wrong, and the old views stay.
    let mut batches = vec![Sample::batch(0, 60).rows, Sample::batch(50, 50).rows].into_iter();
    assert!(store.replace_views(&Sample::VIEWS, 100, &mut || Ok(batches.next())).is_err());
    assert_eq!(Sample::check(&*store), Ok(100));
    // What gives the changes fails half way: the same.
    let mut batches =
        vec![Ok(Some(Sample::batch(0, 60).rows)), Err(StoreError::Damaged("no event".into()))].into_iter();
    let failed = store.replace_views(&Sample::VIEWS, 100, &mut || batches.next().unwrap_or(Ok(None)));
    assert_eq!(failed, Err(StoreError::Damaged("no event".into())));
    assert_eq!((Sample::check(&*store), store.prepare_views(&Sample::VIEWS)), (Ok(100), Ok(true)));
    assert_eq!(store.commit(&Sample::batch(100, 1)), Ok(()));
    assert_eq!(Sample::check(&*store), Ok(101));
}
