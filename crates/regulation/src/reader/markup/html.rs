//! A web page of 例規: what a browser would show as text, line by line, and its tables.
//!
//! The tokenizer is small on purpose. It never fails: what is no tag is text.

use std::borrow::Cow;
use std::ops::Range;

use super::super::text::{self, Text};
use super::super::{cells, heads};
use super::{Line, entities, is_head, plain, row, table_row};

/// Elements whose content is not read.
const HIDDEN: [&str; 15] = [
    "script", "style", "noscript", "template", "head", "nav", "select", "option", "button", "rt", "rp", "svg",
    "iframe", "footer", "aside",
];
/// Elements that begin and end a line.
const BLOCKS: [&str; 27] = [
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "section",
    "article",
    "header",
    "main",
    "body",
    "form",
    "blockquote",
    "pre",
    "hr",
    "center",
    "caption",
    "title",
];
/// How deep tables within tables are followed.
const TABLES_MAX: usize = 16;

/// A tag or a run of text.
#[derive(Clone, Debug)]
pub(super) enum Token<'a> {
    /// An opening tag with what stands in it; whether it closes itself.
    Open { name: String, inside: &'a str, closed: bool },
    /// A closing tag.
    Close { name: String },
    /// Text, as written and as meant.
    Text { text: std::borrow::Cow<'a, str>, at: Range<usize> },
}

/// Cuts a marked-up text into tags and text.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < source.len() {
        let rest = source.get(at..).unwrap_or_default();
        if let Some((token, len)) = rest.strip_prefix('<').and_then(|_| tag(rest)) {
            out.extend(token);
            at += len;
            let hidden = match out.last() {
                Some(Token::Open { name, closed: false, .. }) if name == "script" || name == "style" => {
                    Some(name.clone())
                }
                _ => None,
            };
            if let Some(name) = hidden {
                at += raw_text(source.get(at..).unwrap_or_default(), &name);
            }
            continue;
        }
        if rest.starts_with('&')
            && let Some((stands_for, len)) = entities::reference(rest)
        {
            out.push(Token::Text { text: stands_for.into(), at: at..at + len });
            at += len;
            continue;
        }
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let len = rest.get(first..).and_then(|rest| rest.find(['<', '&'])).map_or(rest.len(), |len| len + first);
        out.push(Token::Text { text: rest.get(..len).unwrap_or_default().into(), at: at..at + len });
        at += len;
    }
    out
}

/// How long the text of a script or style is: to its closing tag, or to the end.
fn raw_text(rest: &str, name: &str) -> usize {
    rest.match_indices("</")
        .find(|(at, _)| rest.get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)))
        .map_or(rest.len(), |(at, _)| at)
}

/// The tag or comment at the start of a text and its length; `None` where `<` is only a sign.
pub(super) fn tag(rest: &str) -> Option<(Option<Token<'_>>, usize)> {
    if rest.starts_with("<!--") {
        return Some((None, rest.find("-->").map_or(rest.len(), |end| end + 3)));
    }
    if let Some(data) = rest.strip_prefix("<![CDATA[") {
        let end = data.find("]]>").unwrap_or(data.len());
        let at = 9..9 + end;
        // The places are shifted by the caller's offset only for whole texts, so a section is left as text.
        let _ = at;
        return Some((None, (9 + end + 3).min(rest.len())));
    }
    if rest.starts_with("<!") || rest.starts_with("<?") {
        return Some((None, rest.find('>').map_or(rest.len(), |end| end + 1)));
    }
    let closing = rest.starts_with("</");
    let from = if closing { 2 } else { 1 };
    let body = rest.get(from..)?;
    if !body.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let mut quote = None;
    let mut end = None;
    for (at, c) in body.char_indices() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if !closing => quote = Some(c),
            (None, '>') => {
                end = Some(at);
                break;
            }
            (None, '<') => return None,
            _ => {}
        }
        if at > 20_000 {
            break;
        }
    }
    // A quote that is never closed does not swallow the page.
    let end = end.or_else(|| body.find('>'))?;
    let inside = body.get(..end)?;
    let name: String = inside.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == ':').collect();
    let len = from + end + 1;
    let name = name.to_ascii_lowercase();
    let token =
        if closing { Token::Close { name } } else { Token::Open { closed: inside.ends_with('/'), name, inside } };
    Some((Some(token), len))
}

/// The number in an attribute such as `rowspan`.
pub(super) fn number_of(inside: &str, attribute: &str) -> Option<usize> {
    value_of(inside, attribute)?.parse().ok()
}

/// The value of an attribute.
pub(super) fn value_of<'a>(inside: &'a str, attribute: &str) -> Option<&'a str> {
    let lower = inside.to_ascii_lowercase();
    let at = lower.match_indices(&attribute.to_ascii_lowercase()).find_map(|(at, found)| {
        let rest = lower.get(at + found.len()..)?.trim_start();
        let apart = lower.get(..at)?.ends_with([' ', '\n', '\t', '\r']);
        (apart && rest.starts_with('=')).then_some(at + found.len())
    })?;
    let value = inside.get(at..)?.trim_start().strip_prefix('=')?.trim_start();
    match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split(quote).next(),
        _ => value.split([' ', '\n', '\t', '\r', '>', '/']).next(),
    }
}

type Piece<'a> = (std::borrow::Cow<'a, str>, Range<usize>);

/// A line within a cell, or a row of a table within it.
enum Block<'a> {
    Line(Vec<Piece<'a>>),
    Row(Line),
}

#[derive(Default)]
struct Cell<'a> {
    lines: Vec<Block<'a>>,
    rows: usize,
    columns: usize,
}

#[derive(Default)]
struct Table<'a> {
    rows: Vec<Vec<Cell<'a>>>,
}

struct Page<'a> {
    comma: char,
    out: Vec<Line>,
    gap: bool,
    heading: bool,
    current: Vec<Piece<'a>>,
    tables: Vec<Table<'a>>,
    /// Whether the lines of the file are those of the page.
    set: bool,
}

pub(super) fn lines(source: &str, comma: char) -> Vec<Line> {
    let mut page = Page {
        comma,
        out: Vec::new(),
        gap: false,
        heading: false,
        current: Vec::new(),
        tables: Vec::new(),
        set: false,
    };
    let mut hidden: Option<(String, usize)> = None;
    for token in tokens(source) {
        if let Some((name, depth)) = &mut hidden {
            match &token {
                Token::Open { name: opened, closed: false, .. } if opened == name => *depth += 1,
                Token::Close { name: closed } if closed == name => *depth -= 1,
                // The body begins even where the head was never closed.
                Token::Open { name: opened, .. } if opened == "body" => *depth = 0,
                _ => {}
            }
            if *depth == 0 {
                hidden = None;
            }
            continue;
        }
        match token {
            Token::Open { name, closed: false, .. } if HIDDEN.contains(&name.as_str()) => hidden = Some((name, 1)),
            Token::Open { name, inside, .. } => {
                page.set = page.set || name == "pre";
                page.open(&name, inside);
            }
            Token::Close { name } => {
                page.set = page.set && name != "pre";
                page.close(&name);
            }
            Token::Text { text: Cow::Borrowed(text), at } if page.set && text.len() == at.len() => {
                for (from, line) in plain::physical(text) {
                    let from = at.start + from;
                    page.current.push((line.into(), from..from + line.len()));
                    if from + line.len() < at.end {
                        page.end_line();
                    }
                }
            }
            Token::Text { text, at } => page.current.push((text, at)),
        }
    }
    page.end_line();
    while !page.tables.is_empty() {
        page.close("table");
    }
    page.out
}

impl<'a> Page<'a> {
    fn open(&mut self, name: &str, inside: &str) {
        match name {
            "table" if self.tables.len() < TABLES_MAX => {
                self.end_line();
                self.tables.push(Table::default());
            }
            "tr" => {
                self.end_line();
                if let Some(table) = self.tables.last_mut() {
                    table.rows.push(Vec::new());
                }
            }
            "td" | "th" => {
                self.end_line();
                let cell = Cell {
                    rows: number_of(inside, "rowspan").unwrap_or(1).clamp(1, 100),
                    columns: number_of(inside, "colspan").unwrap_or(1).clamp(1, 20),
                    ..Cell::default()
                };
                if let Some(table) = self.tables.last_mut() {
                    if table.rows.is_empty() {
                        table.rows.push(Vec::new());
                    }
                    if let Some(row) = table.rows.last_mut() {
                        row.push(cell);
                    }
                }
            }
            name if BLOCKS.contains(&name) => {
                self.end_line();
                self.heading = matches!(name, "h1" | "h2");
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "table" => {
                self.end_line();
                if let Some(table) = self.tables.pop() {
                    self.put_table(table);
                }
            }
            "tr" | "td" | "th" => self.end_line(),
            name if BLOCKS.contains(&name) => {
                self.end_line();
                self.heading = false;
            }
            _ => {}
        }
    }

    /// Ends the line at hand; it goes into the cell that is open, or onto the page.
    fn end_line(&mut self) {
        let pieces = std::mem::take(&mut self.current);
        if pieces.iter().all(|(text, _)| text.trim().is_empty()) {
            self.gap = self.gap || !pieces.is_empty();
            return;
        }
        match self.outer_cell() {
            Some(cell) => cell.lines.push(Block::Line(pieces)),
            None => self.put_line(&pieces),
        }
    }

    fn put_line(&mut self, pieces: &[Piece<'a>]) {
        let gap = std::mem::take(&mut self.gap);
        let mut text = self.fold(pieces);
        let sign = text.as_str().chars().next().filter(|c| "○◯〇".contains(*c)).map_or(0, char::len_utf8);
        if sign > 0 && text.as_str().chars().count() > 4 {
            text = text.slice(sign..text.as_str().len());
        }
        let heading = self.heading || sign > 0;
        self.out.push(Line { width: text.as_str().chars().count(), text, gap, heading, ..Line::default() });
    }

    fn fold(&self, pieces: &[Piece<'a>]) -> Text {
        let pieces: Vec<(&str, Range<usize>)> = pieces.iter().map(|(text, at)| (text.as_ref(), at.clone())).collect();
        text::fold(&pieces, self.comma)
    }

    /// A table becomes rows; one that only lays out the page becomes lines.
    fn put_table(&mut self, table: Table<'a>) {
        let cells = || table.rows.iter().flatten();
        let widest = table.rows.iter().map(Vec::len).max().unwrap_or(0);
        let structured = |cell: &Cell<'_>| {
            let opening =
                cell.lines.iter().filter(|block| matches!(block, Block::Line(line) if self.opens(line))).count();
            opening > 1 || cell.lines.iter().any(|block| matches!(block, Block::Row(_)))
        };
        if widest <= 1 || cells().any(structured) {
            for block in table.rows.into_iter().flatten().flat_map(|cell| cell.lines) {
                match (block, self.outer_cell()) {
                    (block, Some(cell)) => cell.lines.push(block),
                    (Block::Line(line), None) => self.put_line(&line),
                    (Block::Row(row), None) => self.out.push(row),
                }
            }
            return;
        }
        let headed = table.rows.iter().find(|row| !row.is_empty()).is_some_and(|row| self.heads(row));
        // A cell that spans rows stands in each of them.
        let mut hanging: Vec<(usize, Text)> = Vec::new();
        for found in table.rows {
            let mut texts: Vec<Text> = Vec::new();
            let mut found = found.into_iter();
            loop {
                let column = texts.len();
                if let Some((left, text)) = hanging.get_mut(column).filter(|(left, _)| *left > 0) {
                    *left -= 1;
                    texts.push(text.clone());
                    continue;
                }
                let Some(cell) = found.next() else { break };
                let parts: Vec<Text> = cell
                    .lines
                    .iter()
                    .map(|block| match block {
                        Block::Line(line) => self.fold(line),
                        Block::Row(row) => row.text.clone(),
                    })
                    .collect();
                let text = cells::joined(&parts);
                for _ in 0..cell.columns {
                    let column = texts.len();
                    if hanging.len() <= column {
                        hanging.resize(column + 1, (0, Text::default()));
                    }
                    if let Some(slot) = hanging.get_mut(column) {
                        *slot = (cell.rows - 1, text.clone());
                    }
                    texts.push(if column > 0 && texts.len() > column { Text::default() } else { text.clone() });
                }
            }
            let gap = std::mem::take(&mut self.gap);
            if texts.iter().any(|text| !text.is_empty()) {
                let row = if headed { table_row(texts, gap) } else { row(texts, gap) };
                match self.outer_cell() {
                    Some(cell) => cell.lines.push(Block::Row(row)),
                    None => self.out.push(row),
                }
            }
        }
    }

    /// Whether a row is the head of a table: none of its cells is a marker, as they are where a list is
    /// laid out as a table.
    fn heads(&self, row: &[Cell<'a>]) -> bool {
        let texts = row.iter().filter_map(|cell| match cell.lines.as_slice() {
            [Block::Line(line)] => Some(self.fold(line)),
            _ => None,
        });
        let texts: Vec<Text> = texts.filter(|text| !text.is_empty()).collect();
        is_head(&texts)
    }

    /// The cell that is open, of the table around the one at hand.
    fn outer_cell(&mut self) -> Option<&mut Cell<'a>> {
        self.tables.last_mut()?.rows.last_mut()?.last_mut()
    }

    fn opens(&self, line: &[Piece<'a>]) -> bool {
        let folded = self.fold(line);
        heads::article(folded.as_str()).is_some() || heads::supplement(folded.as_str()).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Vec<String> {
        lines(source, '、').iter().map(|line| line.str().to_owned()).collect()
    }

    #[test]
    fn what_a_browser_shows() {
        let source = "<html><head><title>x</title><style>p{}</style></head><body><nav>戻る</nav>\
            <h1>○何某規程</h1><p>第1条&nbsp;<ruby>関<rt>せき</rt></ruby>所 &lt;a&gt;</p><script>if(a<b){}</script>\
            <p>2&#12288;甲<br>乙</p></body></html>";
        assert_eq!(read(source), ["何某規程", "第1条 関所 <a>", "2 甲", "乙"]);
    }

    #[test]
    fn tables() {
        let source = "<table><tr><td rowspan=2>甲</td><td>乙</td></tr><tr><td>丙</td></tr></table>";
        let rows = lines(source, '、');
        assert_eq!(rows[1].cells.iter().map(Text::as_str).collect::<Vec<_>>(), ["甲", "丙"]);
        let layout = "<table><tr><td>menu</td><td><p>第1条 甲</p><p>第2条 乙</p></td></tr></table>";
        assert_eq!(read(layout), ["menu", "第1条 甲", "第2条 乙"]);
        assert_eq!(read("<table><tr><td>(1)</td><td>甲</td></tr></table>"), ["(1) 甲"]);
        let numbered = "<table><tr><th>番号</th><th>事項</th></tr><tr><td>1</td><td>甲</td></tr></table>";
        assert!(lines(numbered, '、').iter().all(Line::is_row));
        assert_eq!(read("<html><pre>第1条 甲\n2 <b>乙</b>\n丙</pre></html>"), ["第1条 甲", "2 乙", "丙"]);
    }

    #[test]
    fn broken_pages_end() {
        for source in ["<", "<a", "<p class=\"x", "&#xfffffff;", "<table><td>甲", "</table></td>", "<script>甲"] {
            let _ = read(source);
        }
    }
}
