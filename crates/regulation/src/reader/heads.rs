//! What a line opens: a chapter, an article, a paragraph, an item, a supplementary provision.
//!
//! These are questions to one line alone; whether the answer holds in its place the structure decides.

mod deleted;

use super::{dates, words};
use crate::numeral;
use deleted::deleted_range;
pub(super) use deleted::deleted_sections;

/// The numerals of a marker: lists of one style are of one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Style {
    /// 2
    Number,
    /// ②
    Circled,
    /// (1)
    Paren,
    /// 1)
    Closed,
    /// 一
    Kanji,
    /// (一)
    ParenKanji,
    /// ア, イ, ウ or イ, ロ, ハ
    Kana,
    /// (ア) or (イ), (ロ)
    ParenKana,
    /// a or (a)
    Letter,
    /// ・
    Bullet,
}

/// The marker at the head of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    pub(super) style: Style,
    pub(super) number: u32,
    /// Bytes up to what is marked.
    pub(super) len: usize,
    /// Whether a space or mark stands between the marker and what it marks.
    pub(super) spaced: bool,
}

/// The number of an article with its branch numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number(pub(super) Vec<u32>);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, n) in self.0.iter().enumerate() {
            write!(f, "{}{n}", if i == 0 { "" } else { "-" })?;
        }
        Ok(())
    }
}

const KANJI: &str = "〇一二三四五六七八九十百";
const KANA: &str = "アイウエオカキクケコサシスセソタチツテトナニヌネノ";
const IROHA: &str = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノ";
/// What follows the number of an article that is only spoken of.
const SPOKEN_OF: [&str; 22] = [
    "の", "に", "第", "及", "並", "又", "若", "か", "中", "関", "を", "で", "と", "は", "が", "、", "・", "お", "も",
    "～", "~", "各",
];

/// The number at the start of a text: its value and its length in bytes.
pub(super) fn leading_number(text: &str) -> Option<(u32, usize)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=4).contains(&digits) {
        return Some((text.get(..digits)?.parse().ok()?, digits));
    }
    let kanji: usize = text.chars().take_while(|c| KANJI.contains(*c)).map(char::len_utf8).sum();
    if digits > 0 || kanji == 0 || kanji > 24 {
        return None;
    }
    Some((numeral::parse(text.get(..kanji)?)?, kanji))
}

/// `第N` with a unit after it: the number and the length in bytes.
pub(super) fn ordinal(text: &str, unit: &str) -> Option<(u32, usize)> {
    let rest = text.strip_prefix('第')?;
    let spaces = rest.len() - rest.trim_start().len();
    let (n, len) = leading_number(rest.trim_start())?;
    let after = rest.trim_start().get(len..)?;
    let gap = after.len() - after.trim_start().len();
    after.trim_start().starts_with(unit).then_some((n, '第'.len_utf8() + spaces + len + gap + unit.len()))
}

/// The number of an article (第10条の2) at the start of a text and its length in bytes.
pub(super) fn article_number(text: &str) -> Option<(Number, usize)> {
    let (n, mut len) = ordinal(text, "条")?;
    let mut number = vec![n];
    while let Some(rest) = text.get(len..).and_then(|rest| rest.strip_prefix('の')) {
        let rest_trimmed = rest.trim_start();
        let Some((branch, branch_len)) = leading_number(rest_trimmed) else { break };
        let after = rest_trimmed.get(branch_len..).unwrap_or_default();
        // 第3条の一部 is no branch.
        let ends = after.is_empty()
            || after.starts_with([' ', '(', 'の', '第', '及', '並', '又', '、', 'か', '・', '～', '~', '「']);
        if !ends
            && after.starts_with(|c: char| c.is_alphanumeric())
            && text.as_bytes().get(len + 3).is_some_and(|b| !b.is_ascii_digit())
        {
            break;
        }
        number.push(branch);
        len += 'の'.len_utf8() + (rest.len() - rest_trimmed.len()) + branch_len;
    }
    (n > 0).then_some((Number(number), len))
}

/// The heading of an article, or of deleted ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ArticleHead {
    /// The articles; more than one only where a range is deleted.
    pub(super) numbers: Vec<Number>,
    pub(super) deleted: bool,
    /// Bytes up to the caption or the first paragraph.
    pub(super) len: usize,
    /// Whether the number stands apart from what follows.
    pub(super) spaced: bool,
}

/// The heading of an article at the start of a line.
pub(super) fn article(line: &str) -> Option<ArticleHead> {
    let (number, len) = article_number(line)?;
    let rest = line.get(len..)?;
    if let Some(numbers) = deleted_range(&number, rest) {
        return Some(ArticleHead { numbers, deleted: true, len: line.len(), spaced: true });
    }
    let text = rest.trim_start();
    let spaced = rest.len() != text.len() || text.is_empty() || text.starts_with(['(', ':', '【', '「']);
    if !spaced && SPOKEN_OF.iter().any(|word| text.starts_with(word)) {
        return None;
    }
    // 第8条 の規定 is a broken line, 第8条 のり… no heading of this genre.
    if ["の規定", "第1項", "第2項", "第3項", "に規定", "及び第", "から第", "に定める"]
        .iter()
        .any(|word| text.starts_with(word))
    {
        return None;
    }
    let gone = text.trim_matches(['(', ')', '。', '<', '>', '〔', '〕', ' ']);
    let deleted =
        gone == "削除" || gone.starts_with("削除(") || gone.starts_with("削除〔") || gone.starts_with("削除 (");
    let skip = text.strip_prefix([':', '.']).unwrap_or(text).trim_start();
    Some(ArticleHead { numbers: vec![number], deleted, len: line.len() - skip.len(), spaced })
}

/// 第1 見出し: the number and the length up to the heading.
pub(super) fn section_number(line: &str) -> Option<(u32, usize)> {
    if let Some(first) = deleted_sections(line).and_then(|all| all.first().copied()) {
        return Some((first, line.len()));
    }
    let rest = line.strip_prefix('第')?;
    let (n, len) = leading_number(rest)?;
    let after = rest.get(len..)?;
    let apart = after.starts_with([' ', '(', '.', '、']) || after.is_empty();
    let text = after.trim_start_matches([' ', '.', '、']);
    (apart && n > 0 && !text.starts_with("号")).then(|| (n, line.len() - text.len()))
}

/// The number of a chapter (第1章) at the start of a line.
pub(super) fn chapter(line: &str) -> Option<u32> {
    let (n, len) = ordinal(line, "章")?;
    let rest = line.get(len..)?;
    let rest = rest.strip_prefix('の').and_then(|rest| rest.get(leading_number(rest)?.1..)).unwrap_or(rest);
    let title = rest.trim_start();
    let spoken = ["の規定", "に規定", "に定め", "及び第", "から第", "において"];
    (!spoken.iter().any(|word| title.starts_with(word)) && !title.contains('。')).then_some(n)
}

/// Whether a line is the heading of a 節, 款 or 編.
pub(super) fn is_section(line: &str) -> bool {
    ["節", "款", "編"].iter().any(|unit| {
        ordinal(line, unit).is_some_and(|(_, len)| {
            let rest = line.get(len..).unwrap_or_default();
            (rest.is_empty() || rest.starts_with([' ', '(']) || !rest.contains('。')) && !rest.starts_with("の規定")
        })
    })
}

/// Whether a line is 目次.
pub(super) fn is_contents(line: &str) -> bool {
    line.contains('目')
        && line
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
            .trim_matches(['[', ']', '【', '】', '■', '◆'])
            == "目次"
}

/// What stands after 附則 at the head of a line.
pub(super) fn supplement(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(['附', '付'])?.trim_start().strip_prefix('則')?.trim_start();
    let opens = rest.is_empty() || rest.starts_with(['(', '{', '〔', '[', '抄', '【', '<']);
    (opens
        || rest.starts_with(|c: char| c.is_ascii_digit())
        || dates::dates(rest).first().is_some_and(|(at, _)| at.start == 0))
    .then_some(rest)
}

/// Whether a line heads what follows the articles: 別表, 様式 and the like.
pub(super) fn appendix(line: &str) -> bool {
    const HEADS: [&str; 10] = ["別表", "別記", "別紙", "別図", "別添", "様式", "付表", "附表", "参考様式", "別紙様式"];
    let numbered = ordinal(line, "号")
        .and_then(|(_, len)| line.get(len..))
        .is_some_and(|rest| rest.trim_start().starts_with("様式"));
    let head = HEADS.iter().find_map(|head| line.strip_prefix(head));
    if line.contains('。') || line.chars().count() > 60 {
        return false;
    }
    let opens = |rest: &str| {
        rest.is_empty() || rest.starts_with([' ', '(', '第', '[', '【', '1', '2', '3', '4', '5', '様', 'そ', '「'])
    };
    numbered || head.is_some_and(opens)
}

/// Whether a line is a note on an amendment: (令3規程2・一部改正), 〔改正〕.
pub(super) fn is_note(line: &str) -> bool {
    let inner = [('(', ')'), ('〔', '〕'), ('[', ']'), ('【', '】')]
        .into_iter()
        .find_map(|(open, close)| line.strip_prefix(open)?.strip_suffix(close));
    inner.is_some_and(notes)
}

fn notes(inner: &str) -> bool {
    const CHANGES: [&str; 12] =
        ["一部改正", "全部改正", "改正", "全改", "追加", "繰上", "繰下", "削除", "旧第", "旧別表", "旧様式", "改称"];
    const WHEN: [&str; 17] = [
        "平", "令", "昭", "年", "規程", "訓令", "告示", "要綱", "規則", "本条", "本項", "本号", "〔", "要領", "本章",
        "条例", "改正",
    ];
    inner.chars().count() <= 200
        && CHANGES.iter().any(|change| inner.contains(change))
        && WHEN.iter().any(|when| inner.starts_with(when))
        || inner == "改正"
        || inner.starts_with("一部改正")
        || inner.starts_with("全部改正")
        || inner.starts_with("追加〔")
}

/// The line without notes on amendments at its end.
pub(super) fn without_notes(line: &str) -> &str {
    let mut line = line.trim_end();
    loop {
        let open = match line.chars().last() {
            Some(')') => words::last_parenthesis(line),
            Some('〕') => line
                .rfind('〔')
                .map(|at| (line.get(..at).unwrap_or_default(), line.get(at + 3..line.len() - 3).unwrap_or_default())),
            Some(']') => line
                .rfind('[')
                .map(|at| (line.get(..at).unwrap_or_default(), line.get(at + 1..line.len() - 1).unwrap_or_default())),
            _ => None,
        };
        match open {
            Some((before, inner)) if notes(inner) && !before.trim().is_empty() => line = before.trim_end(),
            _ => return line,
        }
    }
}

/// The caption that a line in parentheses is.
pub(super) fn caption(line: &str) -> Option<&str> {
    let inner = [('(', ')'), ('【', '】'), ('〔', '〕'), ('[', ']')]
        .into_iter()
        .find_map(|(open, close)| line.strip_prefix(open)?.strip_suffix(close))?;
    // (1) 甲(乙) begins and ends with parentheses, but they are two.
    let whole = !line.starts_with('(') || words::last_parenthesis(line).is_some_and(|(before, _)| before.is_empty());
    let fits = whole
        && !inner.is_empty()
        && inner.chars().count() <= 60
        && !inner.contains('。')
        && leading_number(inner).is_none_or(|(_, len)| len < inner.len());
    let dated = dates::first_date(inner).is_some();
    (fits && !dated && !notes(inner) && !inner.starts_with("第")).then_some(inner.trim())
}

/// The marker at the head of a line.
pub(super) fn marker(line: &str) -> Option<Marker> {
    let first = line.chars().next()?;
    if let Some(number) = words::circled(first) {
        return done(line, Style::Circled, number, first.len_utf8());
    }
    if first == '(' {
        let close = line.find(')').filter(|close| *close <= 16)?;
        let inner = line.get(1..close)?.trim();
        let (style, number) = parenthesised(inner)?;
        let rest = line.get(close + 1..)?;
        let spoken = ["から", "及び", "に掲げ", "の", "、", "又は", "まで", "について", "と"];
        if spoken.iter().any(|word| rest.starts_with(word)) {
            return None;
        }
        return done(line, style, number, close + 1);
    }
    if first.is_ascii_digit() {
        let (number, len) = leading_number(line)?;
        let rest = line.get(len..)?;
        let style = if rest.starts_with(')') { Style::Closed } else { Style::Number };
        let len = len + usize::from(rest.starts_with([')', '.']));
        let after = line.get(len..)?;
        if number == 0
            || number > 200
            || counts(after)
            || after.starts_with(|c: char| c.is_ascii_digit() || "-/:,.~".contains(c))
        {
            return None;
        }
        return done(line, style, number, len);
    }
    if KANJI.contains(first) {
        let (number, len) = leading_number(line)?;
        let apart = line.get(len..)?.starts_with([' ', '、', '.']) || line.len() == len;
        return if apart && number > 0 && number <= 200 { done(line, Style::Kanji, number, len) } else { None };
    }
    if matches!(first, '・' | '●' | '○' | '◎' | '■' | '□' | '◆' | '◇' | '▪' | '•' | '※') {
        return (first != '※').then(|| done(line, Style::Bullet, 1, first.len_utf8())).flatten();
    }
    let rest = line.get(first.len_utf8()..)?;
    if KANA.contains(first) || IROHA.contains(first) {
        let apart = rest.is_empty() || rest.starts_with([' ', '.', '、', ')']);
        return if apart { done(line, Style::Kana, kana(first)?, first.len_utf8()) } else { None };
    }
    if first.is_ascii_lowercase() && rest.starts_with([' ', ')', '.']) {
        return done(line, Style::Letter, u32::from(first) - u32::from('a') + 1, 1);
    }
    None
}

/// Whether a number before this text counts something: 3回, 2名; 3回線の…, 2名簿は begin a paragraph.
fn counts(after: &str) -> bool {
    const UNITS: [&str; 21] = [
        "年", "月", "日", "条", "項", "号", "章", "人", "名", "回", "箇", "か", "ヶ", "時", "分", "%", "歳", "級",
        "桁", "段", "以上",
    ];
    const WORDS: [&str; 20] = [
        "回線",
        "回収",
        "回答",
        "回復",
        "名簿",
        "名札",
        "名称",
        "人事",
        "人的",
        "日常",
        "日々",
        "日誌",
        "月次",
        "年次",
        "分類",
        "分担",
        "分掌",
        "時間外",
        "条例",
        "項目",
    ];
    UNITS.iter().any(|unit| after.starts_with(unit)) && !WORDS.iter().any(|word| after.starts_with(word))
}

fn parenthesised(inner: &str) -> Option<(Style, u32)> {
    if let Some((number, len)) = leading_number(inner) {
        let style = if inner.starts_with(|c: char| c.is_ascii_digit()) { Style::Paren } else { Style::ParenKanji };
        return (len == inner.len() && number > 0).then_some((style, number));
    }
    let mut chars = inner.chars();
    let (first, None) = (chars.next()?, chars.next()) else { return None };
    if first.is_ascii_lowercase() {
        return Some((Style::Letter, u32::from(first) - u32::from('a') + 1));
    }
    Some((Style::ParenKana, kana(first)?))
}

/// The number of a kana in its own order; イ is both second and first, which its list decides.
fn kana(c: char) -> Option<u32> {
    let place = |order: &str| order.chars().position(|k| k == c).and_then(|at| u32::try_from(at + 1).ok());
    place(KANA).or_else(|| place(IROHA))
}

fn done(line: &str, style: Style, number: u32, len: usize) -> Option<Marker> {
    let rest = line.get(len..)?;
    let text = rest.trim_start_matches([' ', '.', '、']);
    let spaced = text.len() != rest.len() || text.is_empty();
    Some(Marker { style, number, len: line.len() - text.len(), spaced })
}

/// Whether a line is nothing but a marker or the number of an article.
pub(super) fn is_marker_alone(line: &str) -> bool {
    marker(line).is_some_and(|marker| marker.len == line.len() && marker.style != Style::Bullet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles() {
        for (line, id) in [
            ("第1条 この規程は", "1"),
            ("第十条の二 室", "10-2"),
            ("第10条の2の3 室", "10-2-3"),
            ("第3条この規程は、", "3"),
            ("第3条(目的) この", "3"),
            ("第 12 条", "12"),
        ] {
            assert_eq!(article(line).unwrap().numbers[0].to_string(), id, "{line}");
        }
        for line in
            ["第3条第2項の規定", "第3条の規定により", "第3条に規定する", "第3条、第4条", "第1章 総則", "第1号様式"]
        {
            assert_eq!(article(line), None, "{line}");
        }
    }

    #[test]
    fn deleted_articles() {
        for (line, ids) in [
            ("第5条 削除", "5"),
            ("第5条から第7条まで 削除", "5 6 7"),
            ("第五条及び第六条 削除", "5 6"),
            ("第5条の2から第5条の4まで 削除", "5-2 5-3 5-4"),
            ("第5条 (削除)", "5"),
        ] {
            let head = article(line).unwrap();
            let found: Vec<String> = head.numbers.iter().map(ToString::to_string).collect();
            assert_eq!((found.join(" ").as_str(), head.deleted), (ids, true), "{line}");
        }
    }

    #[test]
    fn markers() {
        for (line, style, number) in [
            ("2 システム管理者は", Style::Number, 2),
            ("2システム管理者は", Style::Number, 2),
            ("② 室", Style::Circled, 2),
            ("(1)室", Style::Paren, 1),
            ("一 室", Style::Kanji, 1),
            ("十二 室", Style::Kanji, 12),
            ("(一) 室", Style::ParenKanji, 1),
            ("ア 室", Style::Kana, 1),
            ("(ア) 室", Style::ParenKana, 1),
            ("1) 室", Style::Closed, 1),
            ("・室", Style::Bullet, 1),
        ] {
            let found = marker(line).unwrap();
            assert_eq!((found.style, found.number), (style, number), "{line}");
        }
        for line in ["2年間保存する", "3-1 室", "一般の職員", "(室)", "2002年8月5日", "アクセス", "(1)から(3)まで"]
        {
            assert_eq!(marker(line), None, "{line}");
        }
    }

    #[test]
    fn notes_and_captions() {
        for line in [
            "(令3規程2・一部改正)",
            "(平成27年12月17日・一部改正)",
            "〔一部改正〔令和5年訓令4号〕〕",
            "〔改正〕",
            "(平29訓令12・追加)",
        ] {
            assert!(is_note(line), "{line}");
            assert_eq!(caption(line), None, "{line}");
        }
        assert_eq!(caption("(入退室管理を行う室)"), Some("入退室管理を行う室"));
        assert_eq!(caption("(1)"), None);
        assert_eq!(without_notes("甲を置く。(令3規程2・一部改正)"), "甲を置く。");
        assert_eq!(supplement("附 則(平成18年3月31日告示第21号)"), Some("(平成18年3月31日告示第21号)"));
        assert_eq!(supplement("附則第2項の規定"), None);
    }
}
