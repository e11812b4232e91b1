//! Markdown: headings, lists, emphasis and tables fall away; what they mark stays.

use std::borrow::Cow;
use std::ops::Range;

use super::super::cells;
use super::super::text::{self, Text};
use super::{Line, below, entities, html, plain};

pub(super) fn lines(source: &str, comma: char) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    let mut gap = false;
    let mut fenced = false;
    // What stands between --- and --- at the top is about the file, not of it.
    let mut matter = source.trim_start().starts_with("---") && source.matches("\n---").count() > 0;
    for (at, raw) in plain::physical(source) {
        let trimmed = raw.trim();
        if matter {
            matter = trimmed != "---" || out.is_empty() && !std::mem::replace(&mut gap, true);
            continue;
        }
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            fenced = !fenced;
            continue;
        }
        if trimmed.is_empty() || is_rule(trimmed) {
            gap = gap || !trimmed.contains('|');
            continue;
        }
        put(&mut out, raw, at, std::mem::take(&mut gap), comma);
    }
    out
}

/// Adds what a line of the file shows: a row of a table, or as many lines as its breaks make of it.
fn put(out: &mut Vec<Line>, raw: &str, at: usize, gap: bool, comma: char) {
    let heads = raw.trim_start();
    let listed = heads.starts_with('#') || ["- ", "* ", "+ "].iter().any(|mark| heads.starts_with(mark));
    if let Some(found) = plain::barred(raw).or_else(|| plain::tabbed(raw, false)).filter(|_| !listed) {
        let cell = |cell: Range<usize>| {
            let parts = broken(raw, cell).into_iter().map(|part| fold(raw, at, part, comma));
            cells::joined(&parts.filter(|part| !part.is_empty()).collect::<Vec<Text>>())
        };
        below(out, found.into_iter().map(cell).collect(), gap);
        return;
    }
    for (i, part) in broken(raw, 0..raw.len()).into_iter().enumerate() {
        let whole = raw.get(part.clone()).unwrap_or_default();
        if !whole.trim().is_empty() {
            out.push(line(whole, at + part.start, gap && i == 0, comma));
        }
    }
}

/// The parts of a piece of a line that `<br>` breaks it into.
fn broken(raw: &str, piece: Range<usize>) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut from = piece.start;
    let mut at = piece.start;
    while let Some(open) = raw.get(at..piece.end).and_then(|rest| rest.find('<')).map(|open| at + open) {
        at = open + 1;
        let tag = raw.get(open..piece.end).and_then(html::tag);
        if let Some((Some(html::Token::Open { name, .. } | html::Token::Close { name }), len)) = tag {
            at = open + len;
            if ["br", "p", "div", "li", "hr"].contains(&name.as_str()) {
                out.push(from..open);
                from = at;
            }
        }
    }
    out.push(from..piece.end);
    out
}

fn fold(raw: &str, at: usize, part: Range<usize>, comma: char) -> Text {
    let pieces = pieces(raw, at, part.start, part.end);
    let pieces: Vec<(&str, Range<usize>)> = pieces.iter().map(|(text, at)| (text.as_ref(), at.clone())).collect();
    text::fold(&pieces, comma)
}

/// A line that only draws: a rule, or what stands below the head of a table.
fn is_rule(line: &str) -> bool {
    let marks = line.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    marks.len() >= 3
        && (marks.chars().all(|c| c == '-') || marks.chars().all(|c| c == '*') || marks.chars().all(|c| c == '='))
        || marks.contains('|') && marks.contains("--") && marks.chars().all(|c| "|-:".contains(c))
}

fn line(raw: &str, at: usize, gap: bool, comma: char) -> Line {
    let mut from = raw.len() - raw.trim_start().len();
    let mut heading = false;
    let rest = raw.get(from..).unwrap_or_default();
    let quoted = rest.len() - rest.trim_start_matches(['>', ' ']).len();
    from += if rest.starts_with('>') { quoted } else { 0 };
    let rest = raw.get(from..).unwrap_or_default();
    let marks = rest.len() - rest.trim_start_matches('#').len();
    let mut bullet = false;
    if marks > 0 && rest.get(marks..).is_some_and(|rest| rest.starts_with([' ', '\u{3000}'])) {
        heading = true;
        from += marks;
    } else if let Some(item) = ["- ", "* ", "+ "].iter().find_map(|mark| rest.strip_prefix(mark)) {
        from = raw.len() - item.len();
        bullet = true;
    }
    let folded = fold(raw, at, from..raw.len(), comma);
    let signed = folded.as_str().starts_with(['○', '◯', '〇']);
    let marked = super::heads::marker(folded.as_str()).is_some()
        || folded.as_str().starts_with(['第', '(', '附', '付', '別', '様', '目', '〔']);
    if signed {
        let sign = folded.as_str().chars().next().map_or(0, char::len_utf8);
        let text = folded.slice(sign..folded.as_str().len());
        return Line { width: text.as_str().chars().count(), text, gap, heading: true, loose: true, ..Line::default() };
    }
    // A list without numerals keeps a mark, so that its members are told apart.
    let text = if bullet && !marked { text::Text::join([("・", &folded)]) } else { folded };
    Line { width: text.as_str().chars().count(), text, gap, heading, loose: true, ..Line::default() }
}

/// The pieces of a line between emphasis marks and backslashes.
fn pieces(raw: &str, at: usize, from: usize, to: usize) -> Vec<(Cow<'_, str>, Range<usize>)> {
    let part = raw.get(from..to).unwrap_or_default();
    let mut out = Vec::new();
    let mut start = 0;
    let mut skip_to = 0;
    for (i, c) in part.char_indices() {
        if i < skip_to {
            continue;
        }
        let rest = part.get(i..).unwrap_or_default();
        let drop = if rest.starts_with("**") || rest.starts_with("__") {
            2
        } else if let Some((_, len)) = rest.starts_with('<').then(|| html::tag(rest)).flatten() {
            len
        } else if let Some((meant, len)) = rest.starts_with('&').then(|| entities::reference(rest)).flatten() {
            out.push((part.get(start..i).unwrap_or_default().into(), at + from + start..at + from + i));
            out.push((meant.into(), at + from + i..at + from + i + len));
            (start, skip_to) = (i + len, i + len);
            continue;
        } else if c == '\\' && rest.chars().nth(1).is_some_and(|c| c.is_ascii_punctuation()) {
            1
        } else {
            continue;
        };
        out.push((part.get(start..i).unwrap_or_default().into(), at + from + start..at + from + i));
        // What stands after a backslash is meant as it is.
        skip_to = i + drop + usize::from(c == '\\');
        start = i + drop;
    }
    out.push((part.get(start..).unwrap_or_default().into(), at + from + start..at + to));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_fall_away() {
        let source = "# 何某規程\n\n### (趣旨)\n\n- 第1条 この**規程**は\n  - (1) 室\n- 室\n\n| 区分 | 室 |\n|---|:--|\n| 一 | 二 |\n2\\. 項";
        let lines = lines(source, '、');
        let texts: Vec<&str> = lines.iter().map(Line::str).collect();
        assert_eq!(texts, ["何某規程", "(趣旨)", "第1条 この規程は", "(1) 室", "・室", "区分 室", "一 二", "2. 項"]);
        assert!(lines[0].heading && lines[5].is_row());
    }

    #[test]
    fn tags_within_markdown() {
        let source = "# 規程\n第1条 <u>甲</u>&nbsp;は、<br>乙<br />\n| 甲 | 町民課長<br>南部所長 |\n| 乙 | a<b |";
        let texts: Vec<String> = lines(source, '、').iter().map(|line| line.str().to_owned()).collect();
        assert_eq!(texts, ["規程", "第1条 甲 は、", "乙", "甲 町民課長、南部所長", "乙 a<b"]);
    }
}
