//! Words of the genre: characters, parentheses, sentences, lists, posts, short names.
//!
//! Everything here works on folded text in its plain spelling and hands back slices of it, so that
//! the place of every word is kept.

use std::borrow::Cow;

/// One spelling for what is written in several, byte for byte as long: もつて as もって, 持って充てる
/// and をあてる as をもって充てる and を充てる, をおく as を置く.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = [' '; 2];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        let c = match c {
            'つ' if matches!(next, 'て' | 'た') && before[1] != ' ' => 'っ',
            'あ' | '当' if next == 'て' && matches!(before[1], 'を' | 'に' | 'て') => '充',
            'お' if matches!(next, 'く' | 'き' | 'か') && before[1] == 'を' => '置',
            '持' if matches!(next, 'っ' | 'つ') && before[1] == 'を' => 'も',
            c => c,
        };
        out.push(c);
        before = [before[1], c];
    }
    out
}

/// The number in a circle.
pub(super) fn circled(c: char) -> Option<u32> {
    let n = c as u32;
    match c {
        '①'..='⑳' => Some(n - '①' as u32 + 1),
        '\u{3251}'..='\u{325f}' => Some(n - 0x3251 + 21),
        '\u{32b1}'..='\u{32bf}' => Some(n - 0x32b1 + 36),
        '❶'..='❿' => Some(n - '❶' as u32 + 1),
        _ => None,
    }
}

/// Whether a character can stand within a name: anything but hiragana, marks and spaces.
pub(super) fn names(c: char) -> bool {
    c.is_alphanumeric() && !('\u{3041}'..='\u{3096}').contains(&c) || "ー々・-/&".contains(c)
}

/// The name at the end of a phrase: what follows its last hiragana or mark.
pub(super) fn tail_name(phrase: &str) -> &str {
    let phrase = phrase.trim_end();
    let from = phrase.char_indices().rev().take_while(|(_, c)| names(*c)).last().map_or(phrase.len(), |(at, _)| at);
    let name = phrase.get(from..).unwrap_or_default().trim_start_matches(['・', '-', '/', 'ー']);
    ["当該", "各", "同"]
        .iter()
        .find_map(|lead| name.strip_prefix(lead).filter(|rest| rest.chars().count() > 2))
        .unwrap_or(name)
}

/// What opens a parenthesis.
const OPENING: [char; 4] = ['(', '「', '『', '〔'];

/// The text with everything within parentheses and brackets blotted out, byte for byte as long. What
/// is found in it stands outside of them.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    // Most sentences have none.
    if !text.contains(OPENING) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut depth = 0usize;
    let mut left = text.matches([')', '」', '』', '〕']).count();
    for c in text.chars() {
        let closes = matches!(c, ')' | '」' | '』' | '〕');
        if closes {
            depth = depth.saturating_sub(1);
            left = left.saturating_sub(1);
        }
        if depth == 0 {
            out.push(c);
        } else {
            out.push(match c.len_utf8() {
                1 => '#',
                2 => 'Ξ',
                3 => '〓',
                _ => '𝍖',
            });
        }
        // A parenthesis that is never closed hides nothing.
        if OPENING.contains(&c) && left > depth {
            depth += 1;
        }
    }
    Cow::Owned(out)
}

/// The sentences of a text, each without its 。.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mask = masked(text);
    let mut out = Vec::new();
    let mut from = 0;
    for (at, mark) in mask.match_indices('。') {
        out.push(text.get(from..at).unwrap_or_default().trim());
        from = at + mark.len();
    }
    out.push(text.get(from..).unwrap_or_default().trim());
    out.retain(|sentence| !sentence.is_empty() && sentence.len() <= SENTENCE_BYTES_MAX);
    out
}

/// Words that join the members of a list, the longest first.
const JOINTS: [&str; 11] =
    ["、及び", "及び", "および", "並びに", "ならびに", "又は", "または", "若しくは", "もしくは", "、", "並に"];

/// The members of a list, split at 、 and the words that join, outside of parentheses.
pub(super) fn members(list: &str) -> Vec<&str> {
    let mask = masked(list);
    let mut out = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < mask.len() {
        let rest = mask.get(at..).unwrap_or_default();
        if let Some(joint) = JOINTS.iter().find(|joint| rest.starts_with(**joint)) {
            out.push(list.get(from..at).unwrap_or_default().trim());
            at += joint.len();
            from = at;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    out.push(list.get(from..).unwrap_or_default().trim());
    out.retain(|member| !member.is_empty());
    out
}

/// How many parentheses may stand behind each other.
const PARENTHESES_MAX: usize = 8;
/// No sentence of a regulation is longer, in bytes.
const SENTENCE_BYTES_MAX: usize = 12_000;

/// The text without parentheses at its end that define, extend, exclude or cite a form; those that
/// are part of a title stay.
pub(super) fn bare(text: &str) -> &str {
    let mut text = text.trim().trim_end_matches('。').trim_end();
    for _ in 0..PARENTHESES_MAX {
        let Some((before, inner)) = last_parenthesis(text) else { break };
        if !explains(inner) || before.trim().is_empty() {
            break;
        }
        text = before.trim_end();
    }
    text
}

/// What stands before and within a parenthesis that closes the text.
pub(super) fn last_parenthesis(text: &str) -> Option<(&str, &str)> {
    let inner_end = text.strip_suffix(')')?.len();
    let mut depth = 0usize;
    for (at, c) in text.char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some((text.get(..at)?, text.get(at + 1..inner_end)?));
                }
            }
            _ => {}
        }
    }
    None
}

fn explains(inner: &str) -> bool {
    let inner = inner.trim().trim_end_matches('。');
    const ENDS: [&str; 12] = [
        "いう",
        "同じ",
        "含む",
        "除く",
        "とする",
        "限る",
        "よる",
        "様式",
        "あっては",
        "略称する",
        "ものとする",
        "準ずる",
    ];
    ENDS.iter().any(|end| inner.ends_with(end))
        || inner.contains("様式")
        || inner.starts_with("以下")
        || inner.starts_with("別記")
        || inner.starts_with("別表")
        || inner.contains("以下「")
        || inner.contains("をいう。")
}

/// The short name that a parenthesis defines: 以下「X」という。.
pub(super) fn short_name(inner: &str) -> Option<&str> {
    let at = inner.rfind("以下").map(|at| at + "以下".len())?;
    let rest = inner.get(at..)?;
    let open = rest.find('「')?;
    if rest.get(..open)?.chars().count() > 24 {
        return None;
    }
    let name = rest.get(open + '「'.len_utf8()..)?;
    let close = name.find('」')?;
    let after = name.get(close + '」'.len_utf8()..)?;
    // 「…」とうい is a slip that occurs.
    let says = ["という", "と言う", "とする", "とうい", "と総称", "と略", "といい", "と称"];
    (after.is_empty() || says.iter().any(|say| after.starts_with(say))).then(|| name.get(..close)).flatten()
}

/// The name at the end of a phrase: the short name where the phrase ends by defining one.
pub(super) fn named(phrase: &str) -> &str {
    let mut phrase = phrase.trim();
    for _ in 0..PARENTHESES_MAX {
        let Some((before, inner)) = last_parenthesis(phrase) else { break };
        if let Some(short) = short_name(inner) {
            return short;
        }
        phrase = before.trim_end();
    }
    tail_name(phrase)
}

/// The words with which the name of a post ends.
const POSTS: [&str; 25] = [
    "長", "者", "員", "監", "官", "役", "幹", "主査", "補佐", "主事", "参事", "理事", "担当", "委員", "職", "助役",
    "局次", "技師", "主任", "CISO", "CIO", "係", "班", "もの", "等",
];

/// Whether a phrase ends as the name of a post does.
pub(super) fn is_post(phrase: &str) -> bool {
    let mut phrase = bare(phrase);
    for _ in 0..PARENTHESES_MAX {
        let Some((before, _)) = last_parenthesis(phrase) else { break };
        phrase = before.trim_end();
    }
    POSTS.iter().any(|end| phrase.ends_with(end)) && !phrase.ends_with("次のとおり")
}

/// The posts of a list. Modifiers joined before one 長 stay together: A課、B室及びC所の長.
pub(super) fn posts(list: &str) -> Vec<&str> {
    groups(list).into_iter().map(post_name).filter(|post| !post.is_empty()).collect()
}

/// Those of a list, as they are written.
pub(super) fn groups(list: &str) -> Vec<&str> {
    let mut out: Vec<&str> = Vec::new();
    let mut open: Option<usize> = None;
    let place = |part: &str| (part.as_ptr() as usize).saturating_sub(list.as_ptr() as usize);
    for member in members(list) {
        let from = open.unwrap_or_else(|| place(member));
        let whole = list.get(from..place(member) + member.len()).unwrap_or(member);
        let together = member.contains("協議して") || member.contains("協議の上");
        if !is_post(member) {
            open = Some(from);
        } else if let Some(last) = out.last_mut().filter(|_| together && open.is_none()) {
            *last = list.get(place(last)..place(member) + member.len()).unwrap_or(whole);
        } else {
            open = None;
            out.push(whole);
        }
    }
    if let Some(from) = open {
        let rest = list.get(from..).unwrap_or_default();
        if out.is_empty() { out.extend(members(rest)) } else { out.push(rest) }
    }
    out
}

/// A post without the words around it: legal bases before, の職にある者 and explanations after.
fn post_name(phrase: &str) -> &str {
    let mut post = bare(phrase);
    let mask = masked(post);
    for basis in ["に基づき", "に基づく", "の規定により", "の定めるところにより"] {
        if let Some(at) = mask.rfind(basis).filter(|at| at + basis.len() < post.len()) {
            post = post.get(at + basis.len()..).unwrap_or_default().trim_start_matches(['、', ' ']);
            break;
        }
    }
    for lead in ["それぞれ", "原則として、", "原則として", "当該室の", "各々"] {
        post = post.strip_prefix(lead).unwrap_or(post).trim_start_matches('、');
    }
    for tail in ["の職にある者", "の職に在る者", "の職に当たる者", "の職にあるもの", "の職の者", "の職にある職員"]
    {
        post = post.strip_suffix(tail).unwrap_or(post);
    }
    bare(post)
}

/// How the names of offices end that a regulation of this genre sets up.
const OFFICES: [&str; 34] = [
    "責任者",
    "管理者",
    "統括者",
    "総括者",
    "担当者",
    "補佐者",
    "主任",
    "監督者",
    "管理官",
    "統括監",
    "リーダー",
    "推進員",
    "CISO",
    "CIO",
    "管理員",
    "責任官",
    "監査人",
    "監査者",
    "保護者",
    "管理監",
    "主任者",
    "統括官",
    "官補",
    "補佐",
    "監督員",
    "統括員",
    "補助者",
    "統轄者",
    "代行者",
    "取締者",
    "指導者",
    "点検者",
    "管理職員",
    "実施者",
];

/// Whether a name is that of an office, not of a clerk, a visitor or a chair.
pub(super) fn is_office(name: &str) -> bool {
    OFFICES.iter().any(|end| name.ends_with(end)) && !is_person(name) && !name.ends_with("長補佐")
}

/// Names of those who act, enter, apply or sit in a council: no offices.
pub(super) fn is_person(name: &str) -> bool {
    const PERSONS: [&str; 20] = [
        "操作者",
        "取扱者",
        "取扱職員",
        "議長",
        "委員長",
        "会長",
        "座長",
        "委員",
        "幹事",
        "構成員",
        "入室者",
        "入退室者",
        "申請者",
        "利用者",
        "受託者",
        "職員",
        "代理人",
        "本部員",
        "第三者",
        "来訪者",
    ];
    PERSONS.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (from, to) in [
            ("総務課長をもつて充てる", "総務課長をもって充てる"),
            ("総務課長をあてる", "総務課長を充てる"),
            ("総務課長を持って充てる", "総務課長をもって充てる"),
            ("をおく。", "を置く。"),
            ("一つの室", "一つの室"),
        ] {
            assert_eq!(plain(from), to);
            assert_eq!(from.len(), to.len());
        }
    }

    #[test]
    fn posts_are_told_apart() {
        for (list, posts) in [
            ("市民課長及び各支所長", vec!["市民課長", "各支所長"]),
            ("市民課、戸籍室及び出張所の長", vec!["市民課、戸籍室及び出張所の長"]),
            ("総務課長、市民課及び出張所の長", vec!["総務課長", "市民課及び出張所の長"]),
            ("理事(市民、環境担当)、総務部長", vec!["理事(市民、環境担当)", "総務部長"]),
            ("総務課長の職にある者", vec!["総務課長"]),
            ("規則第3条に基づき総務課長", vec!["総務課長"]),
            ("課長補佐又は主幹", vec!["課長補佐", "主幹"]),
            ("情報資産を所管する課長(課に置かれる室を含む。)", vec!["情報資産を所管する課長"]),
        ] {
            assert_eq!(super::posts(list), posts, "{list}");
        }
    }

    #[test]
    fn names_and_short_names() {
        assert_eq!(named("ための権限を有する統括情報管理者"), "統括情報管理者");
        assert_eq!(named("機器の設置室(以下「電算室」という。)"), "電算室");
        assert_eq!(named("サーバ(端末を含む。)"), "サーバ");
        assert_eq!(bare("端末(発行端末を含む。)"), "端末");
        assert_eq!(bare("理事(市民担当)"), "理事(市民担当)");
    }

    #[test]
    fn sentences_end_outside_of_parentheses() {
        assert_eq!(sentences("甲(乙をいう。)を置く。丙とする。"), ["甲(乙をいう。)を置く", "丙とする"]);
        assert_eq!(sentences("甲(乙を置く。丙とする。"), ["甲(乙を置く", "丙とする"]);
    }
}
