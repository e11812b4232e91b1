//! Markdown: headings, lists, emphasis and tables fall away; what they mark stays.

use super::super::text;
use super::{Line, plain, row};

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
            gap = true;
            continue;
        }
        out.push(line(raw, at, std::mem::take(&mut gap), comma));
    }
    out
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
    if let Some(cells) = plain::barred(raw).or_else(|| plain::tabbed(raw)).filter(|_| !heading && !bullet) {
        let cells = cells.into_iter().map(|cell| text::fold(&pieces(raw, at, cell.start, cell.end), comma)).collect();
        return row(cells, gap);
    }
    let folded = text::fold(&pieces(raw, at, from, raw.len()), comma);
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
fn pieces(raw: &str, at: usize, from: usize, to: usize) -> Vec<(&str, std::ops::Range<usize>)> {
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
        } else if rest.starts_with("<br>") {
            4
        } else if rest.starts_with("<br/>") {
            5
        } else if rest.starts_with("<br />") {
            6
        } else if c == '\\' && rest.chars().nth(1).is_some_and(|c| c.is_ascii_punctuation()) {
            1
        } else {
            continue;
        };
        out.push((part.get(start..i).unwrap_or_default(), at + from + start..at + from + i));
        // What stands after a backslash is meant as it is.
        skip_to = i + drop + usize::from(c == '\\');
        start = i + drop;
    }
    out.push((part.get(start..).unwrap_or_default(), at + from + start..at + to));
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
}
