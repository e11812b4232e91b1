//! An instrument as it is built: chapters, articles, paragraphs, items, tables, and what follows them.

use super::text::{Span, Text};
use crate::Date;

/// A regulation, as its text builds it.
#[derive(Clone, Debug, Default)]
pub struct Instrument {
    /// The title, without signs before it.
    pub title: Text,
    /// The lines around the title, before the first article: number, date, history, addressees.
    pub header: Vec<Text>,
    /// The articles of the main provisions, in the order of the text.
    pub articles: Vec<Article>,
    /// 附則, the original one and those of amendments.
    pub supplements: Vec<Supplement>,
    /// 別表, 様式 and the like.
    pub appendices: Vec<Appendix>,
    /// Lines after the end that belong to no part: history, addresses of the page.
    pub trailer: Vec<Text>,
}

/// An article of the main provisions.
#[derive(Clone, Debug, Default)]
pub struct Article {
    /// The number, with branch numbers joined by a hyphen: 10-2.
    pub id: String,
    /// The caption.
    pub caption: Option<Text>,
    /// The number of the chapter.
    pub chapter: Option<u32>,
    /// The paragraphs; none where the article is deleted.
    pub paragraphs: Vec<Paragraph>,
    /// Whether only the number is left.
    pub deleted: bool,
    /// The place of the heading.
    pub span: Span,
}

/// A paragraph (項).
#[derive(Clone, Debug, Default)]
pub struct Paragraph {
    /// Its sentences.
    pub text: Text,
    /// Its items (号).
    pub items: Vec<Item>,
    /// Its tables.
    pub tables: Vec<Table>,
    /// Lines that stand below it without a marker and are no table.
    pub notes: Vec<Text>,
}

/// An item (号) or what is below one.
#[derive(Clone, Debug, Default)]
pub struct Item {
    /// Its number in its list.
    pub number: u32,
    /// Its text.
    pub text: Text,
    /// Items below it.
    pub items: Vec<Item>,
    /// Lines that stand below it without a marker.
    pub notes: Vec<Text>,
}

/// A table, row by row.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The rows; the first is the head where the table has one.
    pub rows: Vec<Vec<Text>>,
}

/// A supplementary provision.
#[derive(Clone, Debug, Default)]
pub struct Supplement {
    /// What stands behind 附則: date and number of the amending instrument.
    pub heading: Text,
    /// Its lines.
    pub lines: Vec<Text>,
}

/// What is appended: 別表, 様式.
#[derive(Clone, Debug, Default)]
pub struct Appendix {
    /// Its heading.
    pub heading: Text,
    /// Its tables.
    pub tables: Vec<Table>,
    /// Its other lines.
    pub lines: Vec<Text>,
}

impl Instrument {
    /// The first article that speaks of this appendix.
    #[must_use]
    pub fn article_of(&self, appendix: &Appendix) -> Option<&Article> {
        let name: String = appendix.heading.as_str().split(['(', ' ']).next().unwrap_or_default().to_owned();
        let cited = appendix.heading.as_str().split_once('(').and_then(|(_, rest)| super::heads::article_number(rest));
        let by_heading =
            cited.and_then(|(number, _)| self.articles.iter().find(|article| article.id == number.to_string()));
        let speaks = |article: &&Article| {
            article
                .paragraphs
                .iter()
                .any(|p| p.text.plain().contains(&name) || p.items.iter().any(|i| i.text.plain().contains(&name)))
        };
        by_heading.filter(speaks).or_else(|| self.articles.iter().find(speaks)).or(by_heading)
    }
}

/// A date that an amendment is known by, and its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amendment {
    /// When the amending instrument was promulgated; else when it came into force.
    pub date: Option<Date>,
    /// Its number.
    pub number: Option<String>,
}
