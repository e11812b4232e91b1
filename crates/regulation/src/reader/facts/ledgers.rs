//! Books to be kept: 〜簿, 〜台帳, and what a list headed 帳票 or 台帳 names.

use super::super::text::Text;
use super::super::words;
use super::Found;
use super::roles::parted;
use super::scope::{Scope, Unit};

/// Words that name any book; what book it is stands before them.
const GENERIC: [&str; 16] = [
    "管理簿",
    "台帳",
    "記録簿",
    "貸出簿",
    "管理台帳",
    "受払簿",
    "整理簿",
    "登録簿",
    "貸与簿",
    "交付簿",
    "名簿",
    "記入簿",
    "保管簿",
    "出納簿",
    "使用簿",
    "点検簿",
];
/// Words that are books of another law, or no book in particular.
const OTHERS: [&str; 9] =
    ["住民基本台帳", "帳簿", "戸籍簿", "附票", "課税台帳", "簿", "原簿", "家屋台帳", "選挙人名簿"];

pub(super) fn read(scope: &Scope<'_>) -> Vec<Found<String>> {
    let mut out: Vec<Found<String>> = Vec::new();
    let mut put = |found: Found<String>| {
        if !found.value.is_empty() && out.iter().all(|old| old.value != found.value) {
            out.push(found);
        }
    };
    for unit in &scope.units {
        let aims = ["目的", "趣旨", "定義", "用語", "用語の意義"].contains(&unit.caption()) && unit.depth == 0;
        let contract = unit.lead.is_some_and(|lead| lead.plain().contains("契約"));
        if aims || unit.defines() || contract {
            continue;
        }
        listed(scope, unit).into_iter().for_each(&mut put);
        named(scope, unit.text, unit.id()).into_iter().for_each(&mut put);
        if unit.depth == 0 {
            for cell in scope.tables_of(unit).into_iter().flat_map(|table| table.rows.iter().flatten()) {
                named(scope, cell, unit.id()).into_iter().for_each(&mut put);
            }
        }
    }
    out
}

/// The books that a text names.
pub(super) fn named(scope: &Scope<'_>, text: &Text, article: &str) -> Vec<Found<String>> {
    let plain = text.plain();
    let mut ends: Vec<usize> =
        ["簿", "台帳"].iter().flat_map(|word| plain.match_indices(word).map(|(at, word)| at + word.len())).collect();
    ends.sort_unstable();
    ends.dedup();
    let mut out = Vec::new();
    for end in ends {
        let rest = plain.get(end..).unwrap_or_default();
        let joined = ["及び", "並びに", "又は", "若しくは", "等"].iter().any(|joint| rest.starts_with(joint));
        if !joined && rest.chars().next().is_some_and(words::names) {
            continue;
        }
        let Some(name) = name_at(plain, end) else { continue };
        // A short name may stand right behind: 入退室管理簿(以下「管理簿」という。).
        let inner = plain
            .get(end..)
            .filter(|rest| rest.starts_with('('))
            .map(|rest| rest.get(1..rest.find(')').unwrap_or(rest.len())).unwrap_or_default());
        let short = inner.and_then(words::short_name).filter(|short| short.ends_with('簿') || short.ends_with("台帳"));
        let called = short.unwrap_or_else(|| scope.call(name));
        if GENERIC.contains(&called)
            && short.is_none()
            && called == name
            && !scope.short.iter().any(|(_, short)| short == called)
            && preceded_by_reference(plain, end - name.len())
        {
            continue;
        }
        scope.mark(text);
        out.push(Found { value: called.to_owned(), ..Found::written(text, name, article) });
    }
    out
}

/// The name of the book that ends at this byte; `None` for one that is only referred to.
fn name_at(plain: &str, end: usize) -> Option<&str> {
    let before = plain.get(..end)?;
    let name = words::tail_name(before);
    let name = ["当該", "同", "本", "前記"].iter().find_map(|lead| name.strip_prefix(lead)).unwrap_or(name);
    if name.is_empty() || OTHERS.contains(&name) || name.ends_with("住民基本台帳") {
        return None;
    }
    if !GENERIC.contains(&name) {
        return Some(name);
    }
    let start = end - name.len();
    if name == "台帳" && !plain.get(..start)?.ends_with('の') {
        return None;
    }
    let owner = plain.get(..start)?.strip_suffix('の');
    let Some(owner) = owner else { return (!preceded_by_reference(plain, start)).then_some(name) };
    let noun = words::tail_name(owner);
    if noun.is_empty() || is_reference(noun) {
        return None;
    }
    plain.get(owner.len() - noun.len()..end)
}

fn preceded_by_reference(plain: &str, start: usize) -> bool {
    let before = plain.get(..start).unwrap_or_default();
    ["当該", "その", "この", "これらの", "同", "前項の", "前条の", "次の"].iter().any(|word| before.ends_with(word))
}

fn is_reference(noun: &str) -> bool {
    ["前項", "前条", "同項", "同条", "前号", "前2項", "前各号", "次", "各号", "同号"].contains(&noun)
        || noun.starts_with(['第', '前']) && (noun.ends_with('項') || noun.ends_with('号') || noun.ends_with('条'))
}

/// 次に掲げる帳票を作成し: every item is a book, whatever its name.
fn listed<'a>(scope: &Scope<'a>, unit: &Unit<'a>) -> Vec<Found<String>> {
    const BOOKS: [&str; 8] = ["帳票を", "台帳を", "帳簿を", "簿冊を", "管理簿を", "書類を備", "帳票等を", "台帳等を"];
    const LISTS: [&str; 5] = ["次に掲げる", "次の", "各号に掲げる", "左の", "以下の"];
    let heads = unit.sentences().into_iter().any(|sentence| {
        LISTS.iter().any(|list| {
            sentence.match_indices(list).any(|(at, list)| {
                let rest = sentence.get(at + list.len()..).unwrap_or_default();
                let near: String = rest.chars().take(16).collect();
                BOOKS.iter().any(|book| near.contains(book))
            })
        }) && ["備え", "作成", "整備", "置", "整え", "作る", "作り", "設け", "管理し"]
            .iter()
            .any(|verb| sentence.contains(verb))
    });
    if !heads {
        return Vec::new();
    }
    scope.mark(unit.text);
    unit.items
        .iter()
        .map(|item| {
            let whole = item.text.plain().trim_end_matches('。');
            let name = parted(whole).map_or(whole, |(name, _)| name);
            scope.mark(&item.text);
            Found::written(&item.text, words::bare(name), unit.id())
        })
        .collect()
}
