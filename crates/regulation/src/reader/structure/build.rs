//! An instrument from its lines.

mod items;

use super::super::dates;
use super::super::heads::{self, Style};
use super::super::instrument::{Appendix, Article, Instrument, Paragraph, Supplement, Table};
use super::super::markup::Line;
use super::super::text::Text;
use super::split::{self, Numbering, Part};
use super::tables;

/// How deep items are followed.
const DEPTH_MAX: usize = 6;

/// Builds the instrument that stands in this part of the lines.
pub(super) fn instrument(lines: &[Line], part: &Part) -> Instrument {
    let header = lines.get(part.header.clone()).unwrap_or_default();
    let title = part.title.and_then(|i| lines.get(i)).map(|line| line.text.clone()).unwrap_or_default();
    let contents = header.iter().position(|line| heads::is_contents(line.str())).unwrap_or(header.len());
    let body = lines.get(part.body.clone()).unwrap_or_default();
    let bare = bare_captions(body, part.numbering);
    let mut builder = Builder { numbering: part.numbering, bare_captions: bare, ..Builder::default() };
    if let Some(last) =
        header.last().filter(|last| bare && header.len() > 1 && could_be_caption(last) && last.width <= 20)
    {
        let dated = dates::first_date(last.str()).is_some() || split::is_number(last.str());
        builder.caption = (!dated).then(|| last.text.clone());
    }
    builder.out.title = title;
    builder.out.header = header.iter().take(contents).map(|line| line.text.clone()).collect();
    for i in 0..body.len() {
        builder.line(body, i);
    }
    builder.end_article();
    builder.end_appendix();
    builder.out
}

/// Whether captions stand without parentheses on a line of their own.
fn bare_captions(body: &[Line], numbering: Numbering) -> bool {
    let (mut bare, mut marked, mut articles) = (0usize, 0usize, 0usize);
    for (i, line) in body.iter().enumerate() {
        if split::opens(line, numbering).is_none() {
            continue;
        }
        articles += 1;
        let Some(before) = i.checked_sub(1).and_then(|i| body.get(i)) else { continue };
        if heads::caption(before.str()).is_some() {
            marked += 1;
        } else if could_be_caption(before) {
            bare += 1;
        }
    }
    marked == 0 && bare * 2 > articles
}

fn could_be_caption(line: &Line) -> bool {
    let text = line.str();
    !line.is_row()
        && text.chars().count() <= 40
        && !text.contains('。')
        && heads::marker(text).is_none()
        && heads::chapter(text).is_none()
        && !heads::is_section(text)
        && heads::supplement(text).is_none()
        && heads::article(text).is_none()
        && !heads::is_note(text)
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Main,
    Supplement,
    Appendix,
    Trailer,
}

struct Open {
    style: Style,
    number: u32,
}

#[derive(Default)]
struct Builder {
    numbering: Numbering,
    bare_captions: bool,
    out: Instrument,
    place: Place,
    chapter: Option<u32>,
    caption: Option<Text>,
    article: Option<Article>,
    /// The text of the paragraph or item that is being read, line by line.
    parts: Vec<Text>,
    loose: Vec<Text>,
    rows: Vec<Vec<Text>>,
    /// The lists that are open, the outermost first.
    lists: Vec<Open>,
    number: u32,
    appendix: Option<Appendix>,
}

impl Builder {
    fn line(&mut self, body: &[Line], i: usize) {
        let Some(line) = body.get(i) else { return };
        let next = body.get(i + 1..).unwrap_or_default();
        let text = line.str();
        if self.outside(line, next) {
            return;
        }
        match self.place {
            Place::Main => self.main(line, next),
            Place::Supplement => {
                if let Some(supplement) = self.out.supplements.last_mut() {
                    supplement.lines.push(line.text.clone());
                }
            }
            Place::Appendix => self.appended(line),
            Place::Trailer => {
                if self.out.trailer.len() < 200 && !text.is_empty() {
                    self.out.trailer.push(line.text.clone());
                }
            }
        }
    }

    /// Lines that end the main provisions, or what follows them.
    fn outside(&mut self, line: &Line, next: &[Line]) -> bool {
        let text = line.str();
        let started = self.article.is_some() || !self.out.articles.is_empty();
        if line.is_row() || !started {
            return false;
        }
        if heads::supplement(text).is_some() {
            let from = text.len() - heads::supplement(text).unwrap_or_default().len();
            self.close_main();
            self.place = Place::Supplement;
            let heading = line.text.slice(from..text.len());
            self.out.supplements.push(Supplement { heading, lines: Vec::new() });
            return true;
        }
        // 様式 may be the caption of an article.
        let captions = self.place == Place::Main
            && self.bare_captions
            && next.first().is_some_and(|next| split::opens(next, self.numbering).is_some());
        if heads::appendix(text) && !captions && (self.place != Place::Main || !self.is_open()) {
            self.close_main();
            self.end_appendix();
            self.place = Place::Appendix;
            self.appendix = Some(Appendix { heading: line.text.clone(), ..Appendix::default() });
            return true;
        }
        let trails = ["体系情報", "沿革情報", "沿革", "改正沿革", "改正経過", "制定・改正履歴"];
        if self.place == Place::Supplement && trails.contains(&text) {
            self.place = Place::Trailer;
            return false;
        }
        false
    }

    fn close_main(&mut self) {
        self.end_article();
        self.end_appendix();
        self.caption = None;
    }

    fn main(&mut self, line: &Line, next: &[Line]) {
        let text = line.str();
        if line.is_row() {
            self.flush_loose();
            self.rows.push(line.cells.clone());
            return;
        }
        if let Some(chapter) = heads::chapter(text).filter(|_| !self.is_open() || text.chars().count() <= 40) {
            self.end_article();
            self.chapter = Some(chapter);
            return;
        }
        if heads::is_section(text) || heads::is_note(text) {
            self.flush_rows();
            return;
        }
        if self.opens_article(line, next) || self.is_caption(line, next) || self.begins_supplement(line, next) {
            return;
        }
        if self.article.is_none() {
            return;
        }
        if !self.marked(line, next) {
            self.unmarked(line);
        }
    }

    /// A caption stands directly before its article.
    fn is_caption(&mut self, line: &Line, next: &[Line]) -> bool {
        let follows = next.iter().find(|line| !heads::is_note(line.str()));
        if !follows.is_some_and(|line| split::opens(line, self.numbering).is_some() && !self.reference(line)) {
            return false;
        }
        let caption = match heads::caption(line.str()) {
            Some(inner) => line.text.range_of(inner).map(|range| line.text.slice(range)),
            None if could_be_caption(line) && (self.bare_captions || line.heading && !self.is_open()) => {
                Some(line.text.clone())
            }
            None => None,
        };
        let found = caption.is_some();
        if found {
            self.end_article();
            self.caption = caption;
        }
        found
    }

    /// Whether a line that could open an article only speaks of one.
    fn reference(&self, line: &Line) -> bool {
        self.numbering == Numbering::Articles
            && heads::article(line.str()).is_none_or(|head| !head.spaced && self.is_open())
    }

    fn opens_article(&mut self, line: &Line, next: &[Line]) -> bool {
        let text = line.str();
        let (numbers, deleted, from) = match self.numbering {
            Numbering::Articles => {
                let Some(head) = heads::article(text) else { return false };
                if !head.spaced && self.is_open() {
                    return false;
                }
                (head.numbers.iter().map(ToString::to_string).collect(), head.deleted, head.len)
            }
            Numbering::Sections => {
                let Some((n, from)) = heads::section_number(text) else { return false };
                let gone = heads::deleted_sections(text);
                let deleted = gone.is_some();
                (gone.unwrap_or_else(|| vec![n]).iter().map(ToString::to_string).collect(), deleted, from)
            }
            Numbering::Numbers => {
                let Some(number) = split::opens(line, self.numbering) else { return false };
                let from = heads::marker(text).map_or(0, |marker| marker.len);
                (vec![number.to_string()], false, from)
            }
        };
        self.end_article();
        let rest = line.text.slice(from..text.len());
        let gone = rest.as_str().trim_matches(['(', ')', '。', ' ']) == "削除";
        let bodiless = rest.is_empty()
            && next.first().is_some_and(|next| next.str().trim_matches(['(', ')', '。', ' ']) == "削除");
        if deleted || gone || bodiless {
            self.delete(numbers, line);
            return true;
        }
        let mut article = Article { chapter: self.chapter, span: line.text.span(), ..Article::default() };
        article.id = numbers.into_iter().next().unwrap_or_default();
        let (caption, rest) = self.heading(rest, next);
        article.caption = self.caption.take().or(caption);
        article.paragraphs.push(Paragraph::default());
        self.article = Some(article);
        self.number = 1;
        if !rest.is_empty() {
            // 第1条 1 … numbers its first paragraph as well.
            match heads::marker(rest.as_str())
                .filter(|m| matches!(m.style, Style::Number | Style::Circled) && m.number == 1)
            {
                Some(marker) => self.parts.push(rest.slice(marker.len..rest.as_str().len())),
                None => self.parts.push(rest),
            }
        }
        true
    }

    fn delete(&mut self, ids: Vec<String>, line: &Line) {
        self.caption = None;
        for id in ids {
            let article =
                Article { id, chapter: self.chapter, deleted: true, span: line.text.span(), ..Article::default() };
            self.out.articles.push(article);
        }
    }

    /// What stands behind the number of an article: a caption, the first sentence, or both.
    fn heading(&self, rest: Text, next: &[Line]) -> (Option<Text>, Text) {
        let text = rest.as_str();
        if text.starts_with(['(', '【']) && self.caption.is_none() {
            let close = text
                .find([')', '】'])
                .map(|at| (at, at + text.get(at..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8)));
            let open = text.chars().next().map_or(1, char::len_utf8);
            if let Some((close, after)) = close
                && close > open
                && heads::caption(text.get(..after).unwrap_or_default()).is_some()
            {
                let body = text.get(after..).unwrap_or_default();
                let skip = body.len() - body.trim_start().len();
                return (Some(rest.slice(open..close)), rest.slice(after + skip..text.len()));
            }
        }
        let short = text.chars().count() <= 40 && !text.is_empty() && !text.contains('。');
        let goes_on = next.first().is_some_and(|next| {
            let text = next.str();
            let sentence =
                heads::marker(text).is_none() && (text.contains('。') || text.chars().count() > 20) && !next.is_row();
            let lists = heads::marker(text)
                .is_some_and(|m| m.number == 1 && (self.numbering != Numbering::Articles || m.style == Style::Number));
            let ends = split::opens(next, self.numbering).is_some();
            sentence && heads::caption(text).is_none() || lists || ends && self.numbering != Numbering::Articles
        });
        let open = text.ends_with(['、', 'は', 'を', 'に', 'が', 'の']) || text.contains("は、");
        if short && goes_on && !open && self.caption.is_none() {
            return (Some(rest), Text::default());
        }
        (None, rest)
    }

    /// このX は、…から施行する without the heading 附則, or with only a number in parentheses.
    fn begins_supplement(&mut self, line: &Line, next: &[Line]) -> bool {
        let text = line.str();
        let more =
            next.iter().take(400).any(|line| split::opens(line, self.numbering).is_some() && !self.reference(line));
        let enforces = |text: &str| (text.starts_with("この") || text.starts_with("本")) && text.contains("から施行");
        let numbered = text.starts_with('(') && text.ends_with(')') && split::is_number(text.trim_matches(['(', ')']));
        let begins = enforces(text) && heads::marker(text).is_none()
            || numbered && next.first().is_some_and(|next| enforces(next.str()));
        if self.article.is_none() && self.out.articles.is_empty() || !begins || more || self.is_open() {
            return false;
        }
        self.close_main();
        self.place = Place::Supplement;
        let (heading, lines) =
            if numbered { (line.text.clone(), Vec::new()) } else { (Text::default(), vec![line.text.clone()]) };
        self.out.supplements.push(Supplement { heading, lines });
        true
    }

    /// A line without a marker goes on with the text before it, or stands loosely below it.
    fn unmarked(&mut self, line: &Line) {
        self.flush_rows();
        if !line.columns.is_empty()
            && !self.is_open()
            && line.columns.iter().all(|c| !c.as_str().contains('。') || line.columns.len() > 1)
        {
            self.flush_loose();
            self.rows.push(line.columns.clone());
            return;
        }
        if self.is_open() {
            self.parts.push(line.text.clone());
        } else {
            self.loose.push(line.text.clone());
        }
    }

    /// Whether the text that is being read has not come to its end.
    fn is_open(&self) -> bool {
        if !self.loose.is_empty() || !self.rows.is_empty() || self.article.is_none() {
            return false;
        }
        let Some(last) = self.parts.last() else {
            return self
                .article
                .as_ref()
                .and_then(|a| a.paragraphs.last())
                .is_some_and(|p| p.text.is_empty() && p.items.is_empty() && p.tables.is_empty());
        };
        let text = heads::without_notes(last.as_str());
        if text.is_empty() {
            return true;
        }
        if text.ends_with(['。', '」', ':']) || text.ends_with("。)") {
            return false;
        }
        if self.lists.is_empty() {
            // A paragraph is a sentence; one that only names something may stand alone.
            return !text.ends_with("こと") || text.contains('、');
        }
        let noun = ["こと", "もの", "事項", "者", "長"].iter().any(|end| text.ends_with(end));
        !noun
            && (text.ends_with([
                'を', 'に', 'は', 'が', 'の', 'へ', 'で', 'と', '、', '・', 'び', 'い', 'つ', 'し', 'り', 'て', 'き',
            ]) || text.chars().count() >= 36)
    }

    fn end_unit(&mut self) {
        self.flush_rows();
        self.flush_text();
        self.flush_loose();
    }

    fn flush_text(&mut self) {
        let parts = std::mem::take(&mut self.parts);
        if parts.is_empty() {
            return;
        }
        let text = Text::join(parts.iter().map(|part| ("", part)));
        let kept = heads::without_notes(text.as_str()).len();
        let text = if kept < text.as_str().len() { text.slice(0..kept) } else { text };
        if self.lists.is_empty() {
            if let Some(paragraph) = self.article.as_mut().and_then(|article| article.paragraphs.last_mut()) {
                paragraph.text = text;
            }
            return;
        }
        let depth = self.lists.len().saturating_sub(1);
        if let Some(item) = self.items_at(depth).and_then(|items| items.last_mut()) {
            item.text = text;
        }
    }

    fn flush_loose(&mut self) {
        if self.loose.is_empty() {
            return;
        }
        self.flush_text();
        let loose = std::mem::take(&mut self.loose);
        let table = tables::from_cells(&loose);
        let depth = self.lists.len();
        if depth > 0 && table.is_none() {
            if let Some(item) = self.items_at(depth - 1).and_then(|items| items.last_mut()) {
                item.notes.extend(loose);
            }
        } else if let Some(paragraph) = self.article.as_mut().and_then(|article| article.paragraphs.last_mut()) {
            match table {
                Some(table) => paragraph.tables.push(table),
                None => paragraph.notes.extend(loose),
            }
        }
    }

    fn flush_rows(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return;
        }
        self.flush_text();
        if let Some(paragraph) = self.article.as_mut().and_then(|article| article.paragraphs.last_mut()) {
            paragraph.tables.push(Table { rows: tables::aligned(rows) });
        }
    }

    fn end_article(&mut self) {
        self.end_unit();
        self.lists.clear();
        self.number = 1;
        self.out.articles.extend(self.article.take());
    }

    fn appended(&mut self, line: &Line) {
        let Some(appendix) = self.appendix.as_mut() else { return };
        if line.is_row() || !line.columns.is_empty() {
            let cells = if line.is_row() { line.cells.clone() } else { line.columns.clone() };
            match appendix.tables.last_mut() {
                Some(table) => table.rows.push(cells),
                None => appendix.tables.push(Table { rows: vec![cells] }),
            }
        } else if !heads::is_note(line.str()) {
            appendix.lines.push(line.text.clone());
        }
    }

    fn end_appendix(&mut self) {
        let Some(mut appendix) = self.appendix.take() else { return };
        for table in &mut appendix.tables {
            table.rows = tables::aligned(std::mem::take(&mut table.rows));
        }
        if appendix.tables.is_empty() {
            let columns =
                || tables::from_columns(&appendix.lines).filter(|_| appendix.heading.plain().starts_with("別表"));
            let table = tables::from_cells(&appendix.lines).or_else(columns);
            appendix.tables.extend(table);
        }
        self.out.appendices.push(appendix);
    }
}
