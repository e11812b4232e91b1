//! Lists of matters within a sentence: what a council deliberates on, what a contract must say.

use super::super::words;

/// What joins the matters of a list, and how close it joins.
const JOINTS: [(&str, Joint); 9] = [
    ("、並びに", Joint::Wide),
    ("並びに", Joint::Wide),
    ("ならびに", Joint::Wide),
    ("並に", Joint::Wide),
    ("、及び", Joint::And),
    ("、および", Joint::And),
    ("及び", Joint::And),
    ("および", Joint::And),
    ("、", Joint::Comma),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joint {
    /// 並びに, which joins what 及び has joined before.
    Wide,
    /// 及び
    And,
    /// 、
    Comma,
}

/// The matters of a list. 並びに makes 及び a joint within a matter; matters that end alike (…に関する事項)
/// end nowhere else; 又は never parts two matters.
pub(super) fn matters(list: &str) -> Vec<&str> {
    let list = list.trim().trim_matches('、');
    let pieces = pieces(list);
    if let Some(ending) = common_ending(list, &pieces) {
        return merged(list, &pieces, |i| {
            pieces.get(i).is_some_and(|(from, to, _)| list.get(*from..*to).unwrap_or_default().ends_with(ending))
        });
    }
    let wide = pieces.iter().any(|(_, _, joint)| *joint == Some(Joint::Wide));
    let commas = pieces.iter().filter(|(_, _, joint)| *joint == Some(Joint::Comma)).count();
    let last_comma = pieces.iter().rposition(|(_, _, joint)| *joint == Some(Joint::Comma)).unwrap_or(0);
    let ands = || pieces.iter().enumerate().filter(|(_, (_, _, joint))| *joint == Some(Joint::And)).map(|(i, _)| i);
    // A、B及びC: 及び closes the list; A及びB、C及びD: it joins two halves of a matter.
    let closes = !wide && ands().all(|i| i > last_comma) && (commas > 0 || ands().count() == 1);
    let last = ands().next_back();
    merged(list, &pieces, |i| match pieces.get(i + 1).map(|(_, _, joint)| *joint) {
        Some(Some(Joint::And)) => closes && Some(i + 1) == last,
        _ => true,
    })
}

/// The pieces of a list: where each begins and ends, and what joins it to the one before.
fn pieces(list: &str) -> Vec<(usize, usize, Option<Joint>)> {
    let mask = words::masked(list);
    let mut out = Vec::new();
    let (mut from, mut at, mut joint) = (0, 0, None);
    while at < mask.len() {
        let rest = mask.get(at..).unwrap_or_default();
        if let Some((word, found)) = JOINTS.iter().find(|(word, _)| rest.starts_with(word)) {
            out.push((from, at, joint));
            at += word.len();
            (from, joint) = (at, Some(*found));
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    out.push((from, list.len(), joint));
    out
}

/// The word with which the last matter ends and others, too.
fn common_ending(list: &str, pieces: &[(usize, usize, Option<Joint>)]) -> Option<&'static str> {
    let ends = |word: &str| {
        pieces.iter().filter(|(from, to, _)| list.get(*from..*to).unwrap_or_default().ends_with(word)).count()
    };
    ["事項", "こと", "事務", "業務"].into_iter().find(|word| list.ends_with(word) && ends(word) >= 2)
}

/// The pieces put together up to those that end a matter.
fn merged<'s>(list: &'s str, pieces: &[(usize, usize, Option<Joint>)], ends: impl Fn(usize) -> bool) -> Vec<&'s str> {
    let mut out = Vec::new();
    let mut open = None;
    for (i, (from, to, _)) in pieces.iter().enumerate() {
        let start = open.unwrap_or(*from);
        if ends(i) || i + 1 == pieces.len() {
            out.push(list.get(start..*to).unwrap_or_default().trim());
            open = None;
        } else {
            open = Some(start);
        }
    }
    out.retain(|matter| !matter.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matters_are_told_apart() {
        for (list, found) in [
            (
                "対策の策定及び変更に関する事項、監査に関する事項並びに研修に関する事項",
                &["対策の策定及び変更に関する事項", "監査に関する事項", "研修に関する事項"][..],
            ),
            ("策定及び見直し、検証並びに教育及び訓練の実施", &["策定及び見直し", "検証", "教育及び訓練の実施"]),
            ("秘密の保持、再委託の禁止又は制限及び損害の賠償", &["秘密の保持", "再委託の禁止又は制限", "損害の賠償"]),
            ("計画の策定及び監査", &["計画の策定", "監査"]),
            ("方針の決定及び変更、対策の評価", &["方針の決定及び変更", "対策の評価"]),
            ("計画に関すること及び監査に関すること", &["計画に関すること", "監査に関すること"]),
        ] {
            assert_eq!(matters(list), found, "{list}");
        }
    }
}
