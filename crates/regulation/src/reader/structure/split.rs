//! Where in a file the instruments are, and what is only around them.

use std::ops::Range;

use super::super::markup::Line;
use super::super::{dates, heads};

/// How far before the first article a title is looked for, in lines.
const HEADER_LINES_MAX: usize = 120;

/// What stands in the place of 条.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Numbering {
    /// 第1条
    #[default]
    Articles,
    /// 第1 見出し
    Sections,
    /// 1 見出し
    Numbers,
}

/// Where an instrument is: its header, its title within it, its body.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) header: Range<usize>,
    pub(super) title: Option<usize>,
    pub(super) body: Range<usize>,
    pub(super) numbering: Numbering,
}

const KINDS: [&str; 24] = [
    "規程",
    "要綱",
    "規則",
    "要領",
    "規定",
    "条例",
    "訓令",
    "告示",
    "基準",
    "計画",
    "ポリシー",
    "方針",
    "手順",
    "手引",
    "マニュアル",
    "内規",
    "要項",
    "細則",
    "計画書",
    "手順書",
    "手引書",
    "綱領",
    "指針",
    "心得",
];

/// Finds the instruments of a file.
pub(super) fn parts(lines: &[Line]) -> Vec<Part> {
    for numbering in [Numbering::Articles, Numbering::Sections, Numbering::Numbers] {
        let mut parts = parts_by(lines, numbering);
        if !parts.is_empty() {
            if numbering == Numbering::Articles {
                between(lines, &mut parts);
            }
            return parts;
        }
    }
    Vec::new()
}

/// Instruments of another numbering may stand before or behind those with articles.
fn between(lines: &[Line], parts: &mut Vec<Part>) {
    let first = parts.first().map_or(0, |part| part.header.start);
    let mut before = parts_by(lines.get(..first).unwrap_or_default(), Numbering::Sections);
    before.append(parts);
    *parts = before;
    if let Some(last) = parts.last_mut() {
        // A title with 第1 below it within the last body is an instrument of its own.
        let start = last.body.start;
        let rest = lines.get(start..).unwrap_or_default();
        let titled = (0..rest.len()).find(|i| rest.get(*i).is_some_and(|line| line.heading && is_title(line)));
        if let Some(at) = titled.map(|at| at + start) {
            let behind = parts_by(lines.get(at..).unwrap_or_default(), Numbering::Sections);
            if let Some(found) = behind.first() {
                last.body.end = at + found.header.start;
            }
            let shift = |range: &Range<usize>| range.start + at..range.end + at;
            parts.extend(behind.into_iter().map(|part| Part {
                header: shift(&part.header),
                title: part.title.map(|title| title + at),
                body: shift(&part.body),
                numbering: part.numbering,
            }));
        }
    }
}

/// The number of the article or section that a line opens.
pub(super) fn opens(line: &Line, numbering: Numbering) -> Option<heads::Number> {
    if line.is_row() {
        return None;
    }
    match numbering {
        Numbering::Articles => heads::article(line.str()).and_then(|head| head.numbers.into_iter().next()),
        Numbering::Sections => heads::section_number(line.str()).map(|(n, _)| heads::Number(vec![n])),
        Numbering::Numbers => {
            let marker = heads::marker(line.str()).filter(|marker| marker.style == heads::Style::Number)?;
            (line.str().chars().count() <= 40 && !line.str().contains('。')).then(|| heads::Number(vec![marker.number]))
        }
    }
}

fn parts_by(lines: &[Line], numbering: Numbering) -> Vec<Part> {
    let starts = starts(lines, numbering);
    let mut parts: Vec<Part> = Vec::new();
    for (i, start) in starts.iter().enumerate() {
        let floor = i.checked_sub(1).and_then(|i| starts.get(i)).map_or(0, |before| before + 1);
        let title = title(lines, floor, *start);
        // What only looks like an article, in a menu before the title, is none.
        let titled_later = starts.len() > 1;
        if title.is_none() && (i > 0 || titled_later || numbering != Numbering::Articles) {
            continue;
        }
        let header = header(lines, floor, title.unwrap_or(*start), *start);
        if let Some(last) = parts.last_mut() {
            last.body.end = header.start;
        }
        parts.push(Part { header, title, body: *start..lines.len(), numbering });
    }
    if numbering != Numbering::Articles {
        parts.retain(|part| {
            let count = part
                .body
                .clone()
                .filter(|i| lines.get(*i).is_some_and(|line| opens(line, numbering).is_some()))
                .count();
            count >= 2
        });
    }
    parts
}

/// The lines with which the main provisions of an instrument begin (with their chapter and caption).
fn starts(lines: &[Line], numbering: Numbering) -> Vec<usize> {
    let mut out: Vec<usize> = Vec::new();
    let mut last: Option<heads::Number> = None;
    let mut supplement = false;
    let mut titled = false;
    for (i, line) in lines.iter().enumerate() {
        if heads::supplement(line.str()).is_some() && last.is_some() {
            supplement = true;
        }
        if is_title(line) && (line.heading || followed_by_header(lines, i)) {
            titled = true;
        }
        let Some(number) = opens(line, numbering) else { continue };
        let first = number.0.first() == Some(&1) && number.0.len() == 1;
        let begins = match &last {
            None => true,
            Some(last) => titled && (first || supplement && number < *last),
        };
        // 第1条 of a 附則 begins nothing, nor does an article after the sentence it stands in.
        if begins && (titled || !supplement) {
            out.push(before_first(lines, i));
            supplement = false;
        }
        if begins || !supplement {
            last = Some(number);
        }
        titled = false;
    }
    out
}

/// The caption and the headings of chapters that stand before the first article.
fn before_first(lines: &[Line], at: usize) -> usize {
    let mut from = at;
    while let Some(line) = from.checked_sub(1).and_then(|i| lines.get(i)) {
        let text = line.str();
        let heads =
            heads::caption(text).is_some() && from == at || heads::chapter(text).is_some() || heads::is_section(text);
        // A caption without parentheses may stand between its chapter and its article.
        let above = from
            .checked_sub(2)
            .and_then(|i| lines.get(i))
            .is_some_and(|line| heads::chapter(line.str()).is_some() || heads::is_section(line.str()));
        // 附則 closes a table of contents.
        let bare = from == at
            && above
            && text.chars().count() <= 40
            && !text.contains('。')
            && heads::supplement(text).is_none();
        if !(heads || bare) || line.is_row() {
            break;
        }
        from -= 1;
    }
    from
}

fn followed_by_header(lines: &[Line], at: usize) -> bool {
    lines.iter().skip(at + 1).take(3).any(|line| {
        let text = line.str();
        heads::is_contents(text)
            || heads::chapter(text).is_some()
            || heads::article(text).is_some_and(|head| head.numbers.first().is_some_and(|n| n.0 == [1]))
            || heads::section_number(text).is_some_and(|(n, _)| n == 1)
            || (dates::first_date(text).is_some() || is_number(text)) && text.chars().count() <= 40
    })
}

/// Whether a line is the number of an instrument.
pub(super) fn is_number(text: &str) -> bool {
    let at = text.find('第').unwrap_or(usize::MAX);
    text.get(at..).is_some_and(|rest| heads::ordinal(rest, "号").is_some_and(|(_, len)| rest.len() - len <= 3))
}

/// Whether a line could be a title.
pub(super) fn is_title(line: &Line) -> bool {
    let text = line.str();
    if line.is_row() || text.contains('。') || !(4..=100).contains(&text.chars().count()) {
        return false;
    }
    let opens = heads::marker(text).is_some()
        || heads::appendix(text)
        || heads::supplement(text).is_some()
        || heads::is_contents(text);
    if opens || text.starts_with(['(', '第', '「', '〔', '[']) {
        return false;
    }
    let bare = text.trim_end_matches("(案)").trim_end();
    let bare = super::super::words::last_parenthesis(bare).map_or(bare, |(before, _)| before);
    KINDS.iter().any(|kind| bare.ends_with(kind))
        || line.heading && dates::first_date(text).is_none() && !is_number(text)
}

/// The title nearest before the first article.
fn title(lines: &[Line], floor: usize, start: usize) -> Option<usize> {
    let floor = floor.max(start.saturating_sub(HEADER_LINES_MAX));
    let within = || (floor..start).rev();
    let named = |i: &usize| {
        lines.get(*i).is_some_and(|line| is_title(line) && KINDS.iter().any(|kind| line.str().contains(kind)))
    };
    let signed = within().find(|i| named(i) && lines.get(*i).is_some_and(|line| line.heading));
    let plain = within()
        .find(|i| named(i) && (i + 1 == start || followed_by_header(lines, *i) || preceded_by_number(lines, *i)));
    let any = within().find(|i| lines.get(*i).is_some_and(|line| line.heading && is_title(line)));
    match (signed, plain) {
        (Some(signed), Some(plain)) if signed >= plain || same(lines, signed, plain) => Some(signed),
        (Some(signed), None) => Some(signed),
        (_, Some(plain)) => Some(plain),
        (None, None) => any.or_else(|| within().find(named)),
    }
}

fn same(lines: &[Line], a: usize, b: usize) -> bool {
    let text = |i: usize| lines.get(i).map(Line::str).unwrap_or_default();
    let (a, b) = (text(a), text(b));
    // One of them may leave out the municipality's name.
    let short = |whole: &str, part: &str| part.chars().count() >= 8 && whole.ends_with(part);
    a == b || short(a, b) || short(b, a)
}

fn preceded_by_number(lines: &[Line], at: usize) -> bool {
    at.checked_sub(1)
        .and_then(|i| lines.get(i))
        .is_some_and(|line| is_number(line.str()) || dates::first_date(line.str()).is_some())
}

/// The header around a title: a number or date may stand before it.
fn header(lines: &[Line], floor: usize, title: usize, start: usize) -> Range<usize> {
    let mut from = title;
    for i in (floor.max(title.saturating_sub(3))..title).rev() {
        let Some(line) = lines.get(i) else { break };
        let text = line.str();
        let short = text.chars().count() <= 40 && !line.is_row() && !text.contains('。');
        if short && (is_number(text) || dates::first_date(text).is_some() && !is_web_date(text))
            || same(lines, i, title)
        {
            from = i;
        } else {
            break;
        }
    }
    from..start
}

/// Dates that a web page tells of itself.
pub(super) fn is_web_date(text: &str) -> bool {
    ["更新", "掲載", "公開", "印刷", "閲覧", "現在", "アクセス"].iter().any(|word| text.contains(word))
}
