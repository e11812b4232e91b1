//! What the extractors read: every paragraph and item of the main provisions with its surroundings.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::super::instrument::{Appendix, Article, Instrument, Item, Paragraph, Table};
use super::super::text::Text;
use super::super::words;

/// No paragraph of a regulation is longer, in bytes; what is longer is not read for facts.
const UNIT_BYTES_MAX: usize = 64 * 1024;
/// No regulation has more paragraphs and items.
const UNITS_MAX: usize = 20_000;
/// No regulation defines more short names.
const SHORT_NAMES_MAX: usize = 500;
/// How far a parenthesis that defines a short name may reach, in bytes.
const DEFINITION_BYTES_MAX: usize = 1200;

/// A paragraph or an item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit<'a> {
    pub(super) article: &'a Article,
    pub(super) paragraph: &'a Paragraph,
    /// The number of the paragraph, from 0.
    pub(super) index: usize,
    /// 0 for a paragraph, 1 for an item, 2 below it.
    pub(super) depth: usize,
    pub(super) text: &'a Text,
    pub(super) items: &'a [Item],
    /// Lines below it without a marker: a list whose marks were lost, as pictures are.
    pub(super) notes: &'a [Text],
    /// The text that the list of this item stands under.
    pub(super) lead: Option<&'a Text>,
}

impl<'a> Unit<'a> {
    /// The article's id.
    pub(super) fn id(&self) -> &'a str {
        &self.article.id
    }

    /// The article and the paragraph in it.
    pub(super) fn place(&self) -> (&'a str, usize) {
        (&self.article.id, self.index)
    }

    /// The sentences, in plain spelling.
    pub(super) fn sentences(&self) -> Vec<&'a str> {
        words::sentences(self.text.plain())
    }

    /// The entries of its list; where their marks were lost, the lines below it.
    pub(super) fn list(&self) -> Vec<&'a Text> {
        if self.items.is_empty() {
            return self.notes.iter().collect();
        }
        self.items.iter().map(|item| &item.text).collect()
    }

    /// The caption of the article.
    pub(super) fn caption(&self) -> &'a str {
        self.article.caption.as_ref().map_or("", Text::plain)
    }

    /// The tables below a paragraph.
    pub(super) fn tables(&self) -> &'a [Table] {
        if self.depth == 0 { &self.paragraph.tables } else { &[] }
    }

    /// Whether the item defines a word.
    pub(super) fn defines(&self) -> bool {
        let caption = self.caption();
        caption.contains("定義")
            || caption.contains("用語")
            || self.depth > 0 && self.text.plain().trim_end().ends_with("をいう。")
    }
}

/// An instrument as the extractors see it.
pub(super) struct Scope<'a> {
    pub(super) instrument: &'a Instrument,
    pub(super) units: Vec<Unit<'a>>,
    /// Long names and the short ones defined for them.
    pub(super) short: Vec<(String, String)>,
    used: RefCell<BTreeSet<usize>>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(instrument: &'a Instrument) -> Self {
        let mut units = Vec::new();
        for article in &instrument.articles {
            for (index, paragraph) in article.paragraphs.iter().enumerate() {
                let unit = Unit {
                    article,
                    paragraph,
                    index,
                    depth: 0,
                    text: &paragraph.text,
                    items: &paragraph.items,
                    notes: &paragraph.notes,
                    lead: None,
                };
                units.push(unit);
                below(unit, &mut units);
                for text in &paragraph.notes {
                    units.push(Unit { text, items: &[], notes: &[], depth: 1, lead: Some(&paragraph.text), ..unit });
                }
            }
        }
        units.retain(|unit| unit.text.plain().len() <= UNIT_BYTES_MAX);
        units.iter_mut().for_each(|unit| unit.lead = unit.lead.filter(|lead| lead.plain().len() <= UNIT_BYTES_MAX));
        units.truncate(UNITS_MAX);
        let short = units.iter().flat_map(|unit| short_names(unit.text.plain())).take(SHORT_NAMES_MAX).collect();
        Self { instrument, units, short, used: RefCell::default() }
    }

    /// The short name of what is called by its long one.
    pub(super) fn call<'b>(&'b self, name: &'b str) -> &'b str {
        self.short.iter().find(|(long, _)| long == name).map_or(name, |(_, short)| short)
    }

    /// Notes that something was read from this text.
    pub(super) fn mark(&self, text: &Text) {
        self.used.borrow_mut().insert(std::ptr::from_ref(text) as usize);
    }

    /// Whether something was read from this text.
    pub(super) fn is_used(&self, text: &Text) -> bool {
        self.used.borrow().contains(&(std::ptr::from_ref(text) as usize))
    }

    /// The units of one article.
    pub(super) fn of(&self, id: &str) -> impl Iterator<Item = &Unit<'a>> {
        self.units.iter().filter(move |unit| unit.article.id == id)
    }

    /// The paragraph units, without items.
    pub(super) fn paragraphs(&self) -> impl Iterator<Item = &Unit<'a>> {
        self.units.iter().filter(|unit| unit.depth == 0)
    }

    /// The tables that a paragraph speaks of: its own, or those of the 別表 it names.
    pub(super) fn tables_of(&self, unit: &Unit<'a>) -> Vec<&'a Table> {
        let mut out: Vec<&Table> = unit.tables().iter().collect();
        out.extend(self.appendices_of(unit).flat_map(|appendix| &appendix.tables));
        out
    }

    /// The lines of the 別表 that a paragraph names, where it is no table: one thing below the other.
    pub(super) fn lines_of(&self, unit: &Unit<'a>) -> Vec<&'a Text> {
        let plain = |appendix: &&Appendix| {
            let prose = |line: &Text| line.plain().contains('。') || line.plain().chars().count() > 60;
            appendix.tables.is_empty() && !appendix.lines.iter().any(prose)
        };
        self.appendices_of(unit).filter(plain).flat_map(|appendix| &appendix.lines).collect()
    }

    /// The 別表 that a paragraph names.
    fn appendices_of(&self, unit: &Unit<'a>) -> impl Iterator<Item = &'a Appendix> {
        let text = unit.text.plain();
        let named = text.contains("別表");
        let tables = self.instrument.appendices.iter().filter(move |_| named);
        tables.filter(|appendix| appendix.heading.plain().starts_with("別表")).filter(move |appendix| {
            let name = appendix.heading.plain().split(['(', ' ']).next().unwrap_or_default();
            text.match_indices(name).any(|(at, _)| {
                !text
                    .get(at + name.len()..)
                    .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '第') && name != "別表")
            })
        })
    }

    /// The paragraph before this one, for 前項; for a first paragraph, the last of the article before.
    pub(super) fn before(&self, unit: &Unit<'a>) -> Option<&Unit<'a>> {
        let at = self.units.iter().position(|other| std::ptr::eq(other.paragraph, unit.paragraph))?;
        self.units.get(..at)?.iter().rev().find(|other| other.depth == 0)
    }
}

fn below<'a>(unit: Unit<'a>, units: &mut Vec<Unit<'a>>) {
    for item in unit.items {
        let below_it = Unit {
            text: &item.text,
            items: &item.items,
            notes: &item.notes,
            lead: Some(unit.text),
            depth: unit.depth + 1,
            ..unit
        };
        units.push(below_it);
        below(below_it, units);
        for text in &item.notes {
            units.push(Unit { text, items: &[], notes: &[], lead: Some(&item.text), depth: unit.depth + 2, ..unit });
        }
    }
}

/// Long and short names that a text defines: X(以下「x」という。).
fn short_names(text: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices("(以下") {
        let mut reach = (at + 1 + DEFINITION_BYTES_MAX).min(text.len());
        while !text.is_char_boundary(reach) {
            reach -= 1;
        }
        let inner = text.get(at + 1..reach).unwrap_or_default();
        let end = closing(inner);
        if let Some(short) = words::short_name(inner.get(..end).unwrap_or_default()) {
            let long = words::tail_name(text.get(..at).unwrap_or_default());
            if !long.is_empty() && long != short {
                out.push((long.to_owned(), short.to_owned()));
            }
        }
    }
    out
}

/// Where the parenthesis closes within which `inner` begins.
fn closing(inner: &str) -> usize {
    let mut depth = 0usize;
    for (at, c) in inner.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return at,
            ')' => depth -= 1,
            _ => {}
        }
    }
    inner.len()
}
