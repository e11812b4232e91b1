//! Rooms in tables and lists.

use super::super::super::instrument::Table;
use super::super::super::text::Text;
use super::super::super::words;
use super::super::roles::{body, parted};
use super::super::scope::{Scope, Unit};
use super::super::{Found, members};
use super::{Place, declared, is_about_entry, is_place, level, place_names, speaks_of_entry, with_level};

const HEADS: [&str; 10] = ["室", "場所", "施設", "区画", "区域", "置場", "部屋", "フロア", "エリア", "対象"];

pub(super) fn read(scope: &Scope<'_>) -> Vec<Place> {
    let mut out: Vec<Place> = Vec::new();
    for unit in scope.paragraphs() {
        for table in scope.tables_of(unit) {
            add(&mut out, in_table(scope, unit, table));
        }
        if out.is_empty() || unit.text.plain().contains("区分") {
            add(&mut out, in_items(scope, unit));
        }
        if out.is_empty() {
            add(&mut out, declared::read(scope, unit));
        }
    }
    out
}

fn add(all: &mut Vec<Place>, found: Vec<Place>) {
    for place in found {
        match all.iter_mut().find(|old| old.name.value == place.name.value) {
            Some(old) => old.demands.extend(place.demands),
            None => all.push(place),
        }
    }
}

fn in_table<'a>(scope: &Scope<'a>, unit: &Unit<'a>, table: &'a Table) -> Vec<Place> {
    let methods = members::column(
        table,
        &[
            "方法",
            "入り方",
            "入ることができ",
            "入れる者",
            "立ち入",
            "許可",
            "条件",
            "名札",
            "鍵",
            "カード",
            "管理",
            "入退室",
            "立入",
        ],
    );
    let about = is_about_entry(unit) || methods.is_some();
    if !about {
        return Vec::new();
    }
    let headed_level = members::column(table, &["レベル", "段階"]);
    let numbered =
        |c: &usize| body(table).all(|row| row.get(*c).is_some_and(|cell| cell.plain().trim().chars().count() <= 2));
    let level_in = |cell: &Text| {
        level(cell.plain()).or_else(|| super::super::super::heads::leading_number(cell.plain().trim()).map(|(n, _)| n))
    };
    let levels = (0..4)
        .find(|c| {
            let marked = |row: &Vec<Text>| {
                row.get(*c).is_some_and(|cell| level(cell.plain()).is_some() && cell.plain().chars().count() <= 12)
            };
            body(table).any(marked)
        })
        .or(headed_level.filter(numbered));
    let placed = |c: usize| {
        body(table).filter_map(|row| row.get(c)).filter(|cell| is_place_cell(cell)).count() * 2 > body(table).count()
    };
    let headed = members::column(table, &HEADS).filter(|c| Some(*c) != levels && placed(*c));
    let Some(column) = headed.or_else(|| (0..4).find(|c| Some(*c) != levels && placed(*c))) else { return Vec::new() };
    let posts = body(table).filter_map(|row| row.get(column)).all(|cell| words::is_post(cell.plain()));
    if posts {
        return Vec::new();
    }
    scope.mark(unit.text);
    let mut out = Vec::new();
    for row in body(table) {
        let Some(cell) = row.get(column).filter(|cell| !cell.is_empty()) else { continue };
        let of_row = levels.and_then(|c| row.get(c)).and_then(level_in);
        let demands: Vec<Text> = row
            .iter()
            .enumerate()
            .filter(|(c, _)| *c != column && Some(*c) != levels)
            .map(|(c, cell)| with_head(table, c, cell))
            .collect();
        // What is shown or used at a door is no place, wherever a lost cell has moved it.
        let thing = |name: &str| ["カード", "名札", "鍵", "許可"].iter().any(|end| name.ends_with(end));
        for name in place_names(cell.plain()).into_iter().filter(|name| !thing(name)) {
            let long = words::bare(cell.plain()).to_owned();
            let (name, own) = with_level(name);
            let (name, level) = (Found::written(cell, name, unit.id()), own.or(of_row));
            out.push(Place { name, level, item: None, aliases: vec![long], demands: demands.clone() });
        }
    }
    out
}

/// A cell behind the head of its column, so that 名札 | 着用する says what it means.
fn with_head(table: &Table, column: usize, cell: &Text) -> Text {
    let nothing = cell.plain().chars().all(|c| "-ー－―—なし無×.".contains(c));
    if nothing {
        return Text::default();
    }
    // A cell that names what is used (鍵) says it alone.
    let short = cell.plain().chars().count() <= 8 && super::demands::demands(cell.plain()).is_empty();
    match table
        .rows
        .first()
        .and_then(|row| row.get(column))
        .filter(|head| short && members::has_head(table) && !head.plain().contains('又'))
    {
        Some(head) => Text::join([("", head), ("を", cell)]),
        None => cell.clone(),
    }
}

fn is_place_cell(cell: &Text) -> bool {
    let text = cell.plain();
    !text.contains('。') || text.contains("以下「") && place_names(text).iter().all(|name| is_place(base(name)))
}

/// The word for all places of a list: 次の室を重要室に指定する, 次の場所を規制場所とし.
fn umbrella(lead: &str) -> Option<&str> {
    let mask = words::masked(lead);
    ["に指定", "とする", "とし、", "と定め", "として"].iter().find_map(|verb| {
        let at = mask.find(verb)?;
        let before = lead.get(..at)?;
        let name = before.get(mask.get(..at)?.rfind('を')? + 'を'.len_utf8()..)?;
        (is_place(name) && name.chars().count() >= 3 && name.chars().all(words::names)).then_some(name)
    })
}

fn base(name: &str) -> &str {
    words::last_parenthesis(name).map_or(name, |(before, _)| before).trim_end_matches('等')
}

fn in_items<'a>(scope: &Scope<'a>, unit: &Unit<'a>) -> Vec<Place> {
    let lead = unit.text.plain();
    let kinds =
        ["室", "部屋", "窓口", "場所", "区域", "区画", "施設", "置場", "エリア"].iter().any(|kind| lead.contains(kind));
    let lists = ["次", "左の", "各号"].iter().any(|word| lead.contains(word));
    let about = is_about_entry(unit)
        || ["区域", "区画"].iter().any(|word| lead.contains(word))
        || lead.contains("区分する")
        || umbrella(lead).is_some();
    if unit.items.is_empty() || !kinds || !lists || !about || unit.defines() || lead.contains("充て") {
        return Vec::new();
    }
    let mut out = Vec::new();
    for item in unit.items {
        let whole = item.text.plain().trim().trim_end_matches('。');
        let mut demands: Vec<Text> = Vec::new();
        let mut behind = None;
        let (group, names) = match parted(whole) {
            // 電算室 レベル3: the place, and its level.
            Some((place, number))
                if is_place(base(place)) && number.chars().count() <= 12 && level(number).is_some() =>
            {
                behind = level(number);
                (None, place)
            }
            Some((group, names)) if place_names(names).iter().all(|name| is_place(base(name))) => (Some(group), names),
            // 電算室 管理者の許可を得た者: the place, and who may enter it.
            Some((place, condition))
                if is_place(base(with_level(place).0))
                    && !is_place(base(words::bare(condition)))
                    && speaks_of_entry(lead) =>
            {
                demands.extend(item.text.range_of(condition).map(|range| item.text.slice(range)));
                (None, place)
            }
            _ => (None, whole),
        };
        let found = place_names(names);
        if !found.iter().all(|name| is_place(base(with_level(name).0))) || names.contains("こと") {
            continue;
        }
        let group_name = group.map(|group| words::last_parenthesis(group).map_or(group, |(before, _)| before));
        let aliases: Vec<String> = group_name.into_iter().chain(umbrella(lead)).map(str::to_owned).collect();
        for name in found {
            let (name, own) = with_level(name);
            out.push(Place {
                name: Found::written(&item.text, name, unit.id()),
                level: own.or(behind).or_else(|| group.and_then(level)),
                item: Some(item.number),
                aliases: aliases.clone(),
                demands: demands.clone(),
            });
        }
        scope.mark(&item.text);
        scope.mark(unit.text);
    }
    out
}
