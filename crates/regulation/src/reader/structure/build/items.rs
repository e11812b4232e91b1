//! Paragraphs and items: what a marker opens, in its place.

use super::super::super::heads::{self, Marker, Style};
use super::super::super::instrument::{Item, Paragraph};
use super::super::super::markup::Line;
use super::{Builder, DEPTH_MAX, Open};

/// How many lines an item may be long, for the next one to be seen from it.
const NEXT_MAX: usize = 20;

impl Builder {
    /// A paragraph or an item.
    pub(super) fn marked(&mut self, line: &Line, next: &[Line]) -> bool {
        let text = line.str();
        let Some(marker) = self.marker(text, next).filter(|_| !self.numbers_row(text)) else { return false };
        let rest = line.text.slice(marker.len..text.len());
        if self.is_paragraph(&marker, rest.as_str()) {
            self.end_unit();
            let empty = self
                .article
                .as_ref()
                .and_then(|a| a.paragraphs.first())
                .is_some_and(|p| p.text.is_empty() && p.items.is_empty());
            let first = marker.number == 1 && empty;
            if let Some(article) = self.article.as_mut().filter(|_| !first) {
                article.paragraphs.push(Paragraph::default());
            }
            self.lists.clear();
            self.number = marker.number;
            self.parts.push(rest);
            return true;
        }
        self.end_unit();
        self.open_item(&marker);
        self.parts.push(rest);
        true
    }

    /// Whether a number alone on its line is a cell of a table whose first column is headed 番号.
    fn numbers_row(&self, text: &str) -> bool {
        let headed = self.loose.first().is_some_and(|first| ["番号", "項番", "No"].contains(&first.as_str()));
        headed && heads::leading_number(text).is_some_and(|(_, len)| len == text.len())
    }

    /// The marker of a line, in its place: イ may be the second or the first, ニ may stand for 二.
    fn marker(&self, text: &str, next: &[Line]) -> Option<Marker> {
        let open = |style: Style| self.lists.iter().rev().find(|open| open.style == style);
        if let Some(marker) = self.dash_for_one(text, next) {
            return Some(marker);
        }
        let mut marker = heads::marker(text)?;
        if marker.style == Style::Kana
            && text.starts_with('ニ')
            && self.lists.last().is_some_and(|open| open.style == Style::Kanji && open.number == 1)
        {
            return Some(Marker { style: Style::Kanji, number: 2, ..marker });
        }
        if matches!(marker.style, Style::Kana | Style::ParenKana) {
            marker.number = open(marker.style).map_or(1, |open| open.number + 1);
        }
        if marker.style == Style::Bullet && self.is_open() && next.is_empty() {
            return None;
        }
        // A number within an open sentence is a quantity.
        if marker.style == Style::Number && !marker.spaced && self.is_open() && self.lists.is_empty() {
            return None;
        }
        Some(marker)
    }

    /// A dash that was typed for 一: the next item is 二.
    fn dash_for_one(&self, text: &str, next: &[Line]) -> Option<Marker> {
        let rest = text.strip_prefix(['ー', '-', '―', '—', '‐', '−', '－', '─'])?;
        let open = self.lists.iter().any(|open| open.style == Style::Kanji);
        let second = next
            .iter()
            .take(NEXT_MAX)
            .find_map(|line| heads::marker(line.str()))
            .is_some_and(|marker| marker.style == Style::Kanji && marker.number == 2);
        let len = text.len() - rest.trim_start().len();
        (rest.starts_with(' ') && !open && second).then_some(Marker {
            style: Style::Kanji,
            number: 1,
            len,
            spaced: true,
        })
    }

    fn is_paragraph(&self, marker: &Marker, rest: &str) -> bool {
        let top = self.lists.first();
        let nested = self.lists.iter().any(|open| open.style == marker.style && (open.number + 1 == marker.number));
        let fresh = self.parts.is_empty() && self.lists.is_empty() && self.number <= 1;
        match marker.style {
            Style::Number if nested => false,
            Style::Number if marker.number == 1 => {
                fresh
                    && self
                        .article
                        .as_ref()
                        .and_then(|a| a.paragraphs.first())
                        .is_some_and(|p| p.text.is_empty() && p.items.is_empty())
            }
            Style::Number => {
                marker.number == self.number + 1
                    || top.is_none_or(|top| top.style != Style::Number) && rest.contains('。')
            }
            Style::Circled => {
                !nested
                    && marker.number == self.number + 1
                    && marker.number > 1
                    && rest.ends_with('。')
                    && !self.lists.iter().any(|open| open.style == Style::Circled)
            }
            _ => false,
        }
    }

    fn open_item(&mut self, marker: &Marker) {
        let same = self.lists.iter().rposition(|open| open.style == marker.style);
        match same {
            Some(depth) => {
                self.lists.truncate(depth + 1);
                if let Some(open) = self.lists.last_mut() {
                    open.number = marker.number;
                }
            }
            None if self.lists.len() < DEPTH_MAX => {
                self.lists.push(Open { style: marker.style, number: marker.number })
            }
            None => {}
        }
        let item = Item { number: marker.number, ..Item::default() };
        let depth = self.lists.len().saturating_sub(1);
        if let Some(items) = self.items_at(depth) {
            items.push(item);
        }
    }

    /// The list at this depth below the paragraph that is open.
    pub(super) fn items_at(&mut self, depth: usize) -> Option<&mut Vec<Item>> {
        let mut items = &mut self.article.as_mut()?.paragraphs.last_mut()?.items;
        for _ in 0..depth {
            if items.is_empty() {
                break;
            }
            items = &mut items.last_mut()?.items;
        }
        Some(items)
    }
}
