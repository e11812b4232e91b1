//! The offices that a clause names.

use super::super::super::words;
use super::super::posts;

/// The offices named at the end of a clause before を置く.
pub(super) fn offices(clause: &str) -> Vec<&str> {
    // 各部局にXを、各課にYを置く names two.
    let clause = uncounted(clause);
    let mask = words::masked(clause);
    let mut parts: Vec<&str> = Vec::new();
    let mut from = 0;
    for (at, mark) in mask.match_indices("を、") {
        parts.push(clause.get(from..at).unwrap_or_default());
        from = at + mark.len();
    }
    parts.push(clause.get(from..).unwrap_or_default());
    let mut out = Vec::new();
    for part in parts {
        let mask = words::masked(part);
        let from = ["ため、", "ために、", "よう、", "に、", "、次の", "として、", "は、", "図り、", "し、", "もとに"]
            .iter()
            .filter_map(|word| mask.rfind(word).map(|at| at + word.len()))
            .max()
            .unwrap_or(0);
        let list = part.get(from..).unwrap_or_default();
        let members = words::members(list);
        let several = members.len() > 1 && members.iter().all(|member| words::is_office(words::named(member)));
        if several {
            out.extend(members.iter().map(|member| words::named(member)));
        } else {
            out.push(words::named(part));
        }
    }
    out.retain(|name| !name.is_empty() && !words::is_person(name) && name.chars().count() >= 3);
    out
}

/// Whether what a text sets up is an office: it is called as those who bear one are, not as a body, a
/// seat in one, or the chief of a section.
pub(super) fn is_set_up(name: &str) -> bool {
    const BEARERS: [&str; 5] = ["者", "官", "監", "補", "代行"];
    words::is_office(name)
        || BEARERS.iter().any(|end| name.ends_with(end)) && name.chars().count() >= 4 && !words::is_person(name)
}

/// The posts and the offices they are given to: Aを甲に、Bを乙 (に充てる).
pub(super) fn given(clause: &str) -> Vec<(&str, &str)> {
    let mask = words::masked(clause);
    let mut parts = Vec::new();
    let mut from = mask.rfind("は、").map_or(0, |at| at + "は、".len());
    for (at, mark) in mask.match_indices("に、").chain(mask.match_indices("、")) {
        // A part is whole where it names both the post and the office.
        if mask.get(from..at).is_some_and(|part| part.contains('を')) {
            parts.push(clause.get(from..at).unwrap_or_default());
            from = at + mark.len();
        }
    }
    parts.push(clause.get(from..).unwrap_or_default());
    let halves = |part| -> Option<(&str, &str)> {
        let mask = words::masked(part);
        let (at, after) = mask
            .rfind("をもって")
            .map(|at| (at, at + "をもって".len()))
            .or_else(|| mask.rfind('を').map(|at| (at, at + 'を'.len_utf8())))?;
        Some((part.get(..at)?, words::named(part.get(after..)?.trim_end_matches('に'))))
    };
    parts.into_iter().filter_map(halves).collect()
}

/// The posts by which a parenthesis defines an office: 責任者(総務課長の職にある者をいう。)を置く.
pub(super) fn defined<'a>(clause: &'a str, name: &str) -> Vec<&'a str> {
    let inner = clause.rfind(name).and_then(|at| clause.get(at + name.len()..)?.strip_prefix('('));
    let Some(said) = inner.and_then(|inner| inner.get(..inner.find("をいう")?)) else { return Vec::new() };
    let filled = posts::of(said);
    if filled.iter().all(|post| posts::is_named(post)) { filled } else { Vec::new() }
}

/// A phrase without a count behind it: 責任者1人.
fn uncounted(phrase: &str) -> &str {
    let phrase = phrase.trim_end();
    let Some(before) = ["人", "名"].iter().find_map(|unit| phrase.strip_suffix(unit)) else { return phrase };
    let bare = before.trim_end_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十若干各".contains(c));
    if bare.len() < before.len() { bare.trim_end() } else { phrase }
}

/// An office that a clause speaks of: Xは、.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub(super) name: &'a str,
    /// Where its name begins, with its modifiers.
    pub(super) start: usize,
    /// Where what is said of it begins.
    pub(super) end: usize,
}

/// The offices that are subjects of a clause; where it fills an office, any name may be its subject.
pub(super) fn subjects(clause: &str, fills: bool) -> Vec<Subject<'_>> {
    let mask = words::masked(clause);
    let mut out = Vec::new();
    for (at, mark) in mask.match_indices('は') {
        let before = clause.get(..at).unwrap_or_default();
        let name = words::named(before.trim_end().strip_suffix("の職").unwrap_or(before));
        let first = fills && out.is_empty() && before.chars().count() <= 40 && !before.contains('、');
        let other = first
            && !name.ends_with('又')
            && name.chars().count() >= 3
            && !["市長", "町長", "村長", "区長", "組合長"].contains(&name);
        if words::is_office(name)
            || other
                && !name.is_empty()
                && (name.ends_with('者')
                    || name.ends_with('官')
                    || name.ends_with('補')
                    || name.ends_with("補佐")
                    || name.ends_with('長')
                    || name.ends_with('員')
                    || name.ends_with('監'))
        {
            let after = clause.get(at + mark.len()..).unwrap_or_default();
            let end = clause.len() - after.trim_start_matches('、').len();
            let bare = before.trim_end();
            let start = bare.rfind(['、', '。']).map_or(0, |at| at + 3).min(bare.len());
            out.push(Subject { name, start: start.min(at), end });
        }
    }
    out
}
