//! Plain text: lines, with tables drawn by bars, by tabs, or by wide spaces.

use std::ops::Range;

use super::super::text::{self, Text};
use super::super::{cells, heads};
use super::{Line, below, table_row};

/// Signs before a title.
const TITLE_SIGNS: [char; 3] = ['○', '◯', '〇'];

pub(super) fn lines(text: &str, comma: char) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    let mut gap = false;
    // The rows of a table within drawn lines; `None` where a line is drawn.
    let mut drawn: Vec<Option<Vec<Text>>> = Vec::new();
    for (at, raw) in physical(text) {
        if raw.trim().is_empty() {
            gap = true;
            continue;
        }
        let gap = std::mem::take(&mut gap);
        let in_table = !gap && out.last().is_some_and(|last| last.cells.len() == 2);
        match cells(raw, at, in_table, comma) {
            Some(cells) if cells.iter().all(Text::is_empty) => drawn.push(None),
            Some(cells) if !drawn.is_empty() && !gap => drawn.push(Some(cells)),
            Some(cells) => {
                put_drawn(std::mem::take(&mut drawn), &mut out);
                below(&mut out, cells, gap);
            }
            None => {
                put_drawn(std::mem::take(&mut drawn), &mut out);
                out.push(line(raw, at, gap, comma));
            }
        }
    }
    put_drawn(drawn, &mut out);
    out
}

/// The rows of a table within drawn lines. Where lines part its rows, what stands between two of them is
/// one row, however many lines a narrow column made of it.
fn put_drawn(drawn: Vec<Option<Vec<Text>>>, out: &mut Vec<Line>) {
    let groups: Vec<Vec<&Vec<Text>>> = drawn
        .split(Option::is_none)
        .map(|group| group.iter().flatten().collect())
        .filter(|group: &Vec<_>| !group.is_empty())
        .collect();
    let width = groups.iter().flatten().map(|row| row.len()).max().unwrap_or(0);
    let wraps = |group: &Vec<&Vec<Text>>| {
        group.windows(2).all(|pair| match pair {
            [above, below] => {
                let ended = |(above, below): (&Text, &Text)| above.as_str().ends_with('。') && !below.is_empty();
                let first = above.first().zip(below.first());
                first.is_some_and(|(above, below)| cells::may_go_on(above.as_str(), below.as_str()))
                    && !above.iter().zip(below.iter()).any(ended)
            }
            _ => true,
        })
    };
    let even = groups.iter().flatten().all(|row| row.len() == width);
    if groups.len() < 3 || !even || !groups.iter().all(wraps) {
        for row in drawn {
            match row {
                Some(cells) => below(out, cells, false),
                None => out.push(Line::default()),
            }
        }
        return;
    }
    for group in groups {
        let whole = |c: usize| {
            let pieces: Vec<Text> =
                group.iter().filter_map(|row| row.get(c)).filter(|cell| !cell.is_empty()).cloned().collect();
            cells::joined(&pieces)
        };
        out.push(table_row((0..width).map(whole).collect(), false));
    }
    out.push(Line::default());
}

/// The cells of a row drawn with bars or tabs; none where a line only draws.
fn cells(raw: &str, at: usize, in_table: bool, comma: char) -> Option<Vec<Text>> {
    let cells = barred(raw).or_else(|| tabbed(raw, in_table))?;
    Some(cells.into_iter().map(|cell| piece(raw, at, cell, comma)).collect())
}

/// The lines of a text with the offset of each.
pub(super) fn physical(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive(['\n', '\r', '\u{c}', '\u{2028}', '\u{85}'])
        .map(move |raw| {
            let start = at;
            at += raw.len();
            (start, raw)
        })
        // The second half of a line end of two characters ends no line.
        .filter(move |(start, raw)| *raw != "\n" || !text.get(..*start).is_some_and(|before| before.ends_with('\r')))
        .map(|(start, raw)| (start, raw.trim_end_matches(['\n', '\r', '\u{c}', '\u{2028}', '\u{85}'])))
}

/// One line of plain text, found at this offset.
fn line(raw: &str, at: usize, gap: bool, comma: char) -> Line {
    let trimmed = raw.trim_start();
    let signed = trimmed.starts_with(TITLE_SIGNS);
    let from = raw.len() - trimmed.len();
    let from = if signed { from + trimmed.chars().next().map_or(0, char::len_utf8) } else { from };
    let columns = Some(apart(raw)).filter(|columns| columns.len() > 1).unwrap_or_default();
    Line {
        text: piece(raw, at, from..raw.len(), comma),
        columns: columns.into_iter().map(|cell| piece(raw, at, cell, comma)).collect(),
        gap,
        heading: signed,
        width: raw
            .trim_end()
            .chars()
            .map(|c| if c.is_ascii() || ('\u{ff61}'..='\u{ff9f}').contains(&c) { 1 } else { 2 })
            .sum::<usize>()
            .div_ceil(2),
        loose: true,
        ..Line::default()
    }
}

fn piece(raw: &str, at: usize, part: Range<usize>, comma: char) -> Text {
    let source = at + part.start..at + part.end;
    text::fold(&[(raw.get(part).unwrap_or_default(), source)], comma)
}

/// The cells of a row drawn with bars; a line of bars and dashes is a row of nothing.
pub(super) fn barred(raw: &str) -> Option<Vec<Range<usize>>> {
    const BARS: [char; 5] = ['|', '｜', '│', '┃', '\u{2503}'];
    let bars = raw.chars().filter(|c| BARS.contains(c)).count();
    let drawn = raw.chars().all(|c| c.is_whitespace() || ('\u{2500}'..='\u{257f}').contains(&c) || "+-=|".contains(c));
    if drawn && raw.trim().chars().count() > 1 && !raw.trim().chars().all(|c| c == '-')
        || drawn && raw.trim().chars().count() > 5
    {
        return Some(Vec::new());
    }
    if bars == 0
        || bars == 1
            && !raw.trim_end().ends_with(BARS)
            && !raw.contains(" | ")
            && !raw.contains('｜')
            && !raw.contains('│')
    {
        return None;
    }
    let mut cells = Vec::new();
    let mut from = 0;
    for (at, c) in raw.char_indices().filter(|(_, c)| BARS.contains(c)) {
        cells.push(from..at);
        from = at + c.len_utf8();
    }
    cells.push(from..raw.len());
    let empty = |cell: &Range<usize>| raw.get(cell.clone()).unwrap_or_default().trim().is_empty();
    if cells.first().is_some_and(empty) {
        cells.remove(0);
    }
    if cells.last().is_some_and(empty) {
        cells.pop();
    }
    Some(cells)
}

/// The cells of a row whose columns are set by tabs; a tab after a marker sets no column but in a table.
pub(super) fn tabbed(raw: &str, in_table: bool) -> Option<Vec<Range<usize>>> {
    if !raw.trim().contains('\t') {
        return None;
    }
    // An empty cell within a row is a cell: the columns behind it keep their places.
    let mut cells = split(raw, |c| c == '\t');
    let blank = |cell: &Range<usize>| raw.get(cell.clone()).is_none_or(|cell| cell.trim().is_empty());
    while cells.first().is_some_and(blank) {
        cells.remove(0);
    }
    while cells.last().is_some_and(blank) {
        cells.pop();
    }
    let first = raw.get(cells.first()?.clone())?.trim();
    let folded = text::fold(&[(first, 0..first.len())], '、');
    let marks = heads::is_marker_alone(folded.as_str())
        || heads::article_number(folded.as_str()).is_some_and(|(_, len)| len == folded.as_str().len());
    if cells.len() < 2 || marks && cells.len() == 2 && !in_table { None } else { Some(cells) }
}

/// The parts of a line that stand apart by two spaces, or a wide one.
fn apart(raw: &str) -> Vec<Range<usize>> {
    let spaces = |c: char| c == ' ' || c == '\u{3000}' || c == '\u{a0}';
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut run = 0usize;
    let mut from = None;
    for (at, c) in raw.char_indices() {
        if spaces(c) {
            run += if c == '\u{3000}' { 2 } else { 1 };
            if run >= 2
                && let Some(start) = from.take()
            {
                out.push(start..at);
            }
        } else {
            run = 0;
            from = from.or(Some(at));
        }
    }
    out.extend(from.map(|start| start..raw.len()));
    out
}

fn split(raw: &str, cut: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let mut cells = Vec::new();
    let mut from = 0;
    for (at, c) in raw.char_indices().filter(|(_, c)| cut(*c)) {
        cells.push(from..at);
        from = at + c.len_utf8();
    }
    cells.push(from..raw.len());
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(raw: &str) -> Vec<String> {
        lines(raw, '、').iter().flat_map(|line| &line.cells).map(|cell| cell.as_str().to_owned()).collect()
    }

    #[test]
    fn rows() {
        assert_eq!(cells("区分 | 室 |"), ["区分", "室"]);
        assert_eq!(cells("| 区分 | 室 |"), ["区分", "室"]);
        assert_eq!(cells("│区分│室│"), ["区分", "室"]);
        assert_eq!(cells("指 定 施 設\t入 退 室"), ["指定施設", "入退室"]);
        assert!(cells("(1)\tサーバ").is_empty());
        assert!(cells("第1条\tこの規程は").is_empty());
        assert!(lines("+-----+-----+", '、')[0].text.is_empty());
    }

    #[test]
    fn rows_of_a_table() {
        assert_eq!(cells("番号\t事項\n1\t計画"), ["番号", "事項", "1", "計画"]);
        assert_eq!(cells("｜甲｜乙課長、｜\n｜　｜丙課長　｜"), ["甲", "乙課長、丙課長"]);
        assert_eq!(cells("｜甲｜乙室　　　｜\n｜　｜丙室　　｜").len(), 2);
    }

    #[test]
    fn signs_and_columns() {
        let title = line("  ○何某市規程", 0, false, '、');
        assert!(title.heading);
        assert_eq!(title.str(), "何某市規程");
        assert_eq!(line("レベル2　　サーバ室", 0, false, '、').columns.len(), 2);
    }
}
