//! Who chairs the council.

use super::super::super::{heads, words};
use super::super::scope::Unit;
use super::super::{Found, posts};
use super::{About, is_body};

/// What those who chair a council are called.
const CHAIRS: [&str; 6] = ["委員長", "会長", "座長", "本部長", "議長", "部会長"];

/// Whether a sentence begins with what those who chair are called.
pub(super) fn begins(text: &str) -> bool {
    CHAIRS.iter().any(|chair| text.starts_with(chair))
}

/// Whether a name is what those who chair are called.
pub(super) fn is_chair(name: &str) -> bool {
    CHAIRS.iter().any(|chair| name.ends_with(chair)) && !name.contains('副')
}

/// Who chairs the council, as this text says it.
pub(super) fn chair<'a>(about: &About<'a, '_>, unit: &Unit<'a>) -> Option<Found<String>> {
    for sentence in unit.sentences() {
        let mask = words::masked(sentence);
        if ["事故", "代理", "欠けた", "不在"].iter().any(|word| mask.contains(word)) && !mask.contains("充て")
        {
            continue;
        }
        for chair in CHAIRS {
            for (at, _) in mask.match_indices(chair) {
                if mask.get(..at).unwrap_or_default().ends_with('副') {
                    continue;
                }
                let before = sentence.get(..at)?;
                let after = sentence.get(at + chair.len()..)?;
                if let Some(part) = chaired(before, after)
                    && !is_chair(words::tail_name(part))
                    && !part.is_empty()
                {
                    return numbered(about, unit, part).or_else(|| about.found(unit, seatless(part)));
                }
            }
        }
    }
    None
}

/// Who calls or presides over the meetings, where nobody is called its chair.
pub(super) fn presides<'a>(about: &About<'a, '_>, unit: &Unit<'a>) -> Option<Found<String>> {
    unit.sentences().into_iter().find_map(|sentence| {
        let mask = words::masked(sentence);
        let at = ["主宰", "主催", "招集", "召集", "総理"].iter().find_map(|word| mask.find(word))?;
        if !about.speaks(sentence) {
            return None;
        }
        let named = |mark: char| {
            let found = mask
                .match_indices(mark)
                .filter(|(i, _)| *i < at)
                .map(|(i, _)| words::named(sentence.get(..i).unwrap_or_default()));
            found
                .filter(|name| words::is_office(name) || name.ends_with('長'))
                .find(|name| !is_body(name) && !is_chair(name))
        };
        about.found(unit, named('は').or_else(|| named('が'))?)
    })
}

/// 第1号に掲げる者: the item of this paragraph, or of the one before, that is meant.
fn numbered<'a>(about: &About<'a, '_>, unit: &Unit<'a>, part: &str) -> Option<Found<String>> {
    let at = part.find('第')?;
    let (number, len) = heads::ordinal(part.get(at..)?, "号")?;
    let behind = part.get(at + len..)?;
    let meant = [
        "に掲げる者",
        "の者",
        "の委員",
        "に掲げる委員",
        "に規定する者",
        "の職にある者",
        "に掲げる職にある者",
        "の構成員",
    ];
    if !meant.contains(&behind) {
        return None;
    }
    let lists = if part.starts_with("前項") { about.scope.before(unit)? } else { unit };
    let item = lists.items.iter().find(|item| item.number == number)?;
    let whole = item.text.plain().trim_end_matches('。');
    let name = words::last_parenthesis(whole).and_then(|(_, inner)| words::short_name(inner));
    about.scope.mark(unit.text);
    Some(Found::written(&item.text, name.unwrap_or_else(|| words::bare(whole)), unit.id()))
}

/// 副町長である委員: the post of one who sits in the council anyway.
fn seatless(part: &str) -> &str {
    ["である委員", "たる委員", "の職にある委員", "である構成員", "の委員"]
        .iter()
        .find_map(|seat| part.strip_suffix(seat))
        .unwrap_or(part)
}

/// Who chairs, around the word that says it.
fn chaired<'s>(before: &'s str, after: &'s str) -> Option<&'s str> {
    // Xを議長とし
    if let Some(by) = before.strip_suffix('を')
        && (after.starts_with("とし") || after.starts_with("とする"))
    {
        return by.rsplit(['、', '。']).next().map(|part| part.rsplit("は、").next().unwrap_or(part));
    }
    let names = ["は、", "は", "には、", "を置き、", "に、", "には"].iter().find_map(|mark| after.strip_prefix(mark));
    if let Some(rest) = names {
        return filled(rest);
    }
    // Xが議長となる; Xは、…を招集し、議長を務める
    let serves = ["となる", "となり", "を務め", "に当た", "として", "をつとめ", "とな"]
        .iter()
        .any(|tail| after.starts_with(tail))
        || after.starts_with("の任");
    if !serves {
        return None;
    }
    let by = before
        .trim_end_matches("その")
        .trim_end_matches("会議の")
        .trim_end_matches("この")
        .trim_end_matches(['、', ' ']);
    if let Some(by) = by.strip_suffix('が') {
        return Some(words::named(by));
    }
    let mask = words::masked(before);
    let at = mask
        .match_indices('は')
        .map(|(at, _)| at)
        .find(|at| !words::named(before.get(..*at).unwrap_or_default()).is_empty())?;
    let subject = words::named(before.get(..at)?);
    if !is_body(subject) {
        return Some(subject);
    }
    // 会議は、Xが招集し、その議長となる
    let inner = before.get(at + 3..)?;
    let by = inner
        .find("が招集")
        .or_else(|| inner.find("が召集"))
        .or_else(|| inner.find("が必要に応じ"))
        .or_else(|| inner.find('が'))?;
    Some(words::named(inner.get(..by)?))
}

/// Who fills the chair: 委員長を置き、Xをもって充てる; 議長は、Xをもって充てる.
fn filled(rest: &str) -> Option<&str> {
    let mask = words::masked(rest);
    const TAILS: [&str; 14] = [
        "をもってこれに充て",
        "をもって充て",
        "をもって、充て",
        "を充て",
        "とする",
        "とし、",
        "が務め",
        "が当た",
        "がこれに当た",
        "がその任に当た",
        "が行",
        "がこれを務め",
        "の職にある者",
        "をもって",
    ];
    let end = TAILS.iter().filter_map(|tail| mask.find(tail)).min()?;
    let part = rest.get(..end)?;
    // 会長は副市長を、副会長は総務部長をもって充てる; 議長は甲が、副議長は乙がこれに当たる
    let mask = mask.get(..end)?;
    let cut = ["を、", "が、"].iter().filter_map(|cut| mask.find(cut)).min().filter(|_| mask.contains('は'));
    let part = cut.and_then(|cut| part.get(..cut)).unwrap_or(part);
    let post = posts::of(part).into_iter().next().filter(|post| words::is_post(post))?;
    (!part.contains('を') || post.len() < part.len()).then_some(post)
}
