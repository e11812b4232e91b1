//! 法令標準XML: its elements become the lines that the same law has in print.

use std::ops::Range;

use super::super::text::{self, Text};
use super::html::{Token, tokens, value_of};
use super::{Line, table_row};

type Piece<'a> = (std::borrow::Cow<'a, str>, Range<usize>);

/// Elements that are a line of their own.
const LINES: [&str; 24] = [
    "lawnum",
    "lawtitle",
    "chaptertitle",
    "sectiontitle",
    "subsectiontitle",
    "divisiontitle",
    "parttitle",
    "articlecaption",
    "supplprovisionlabel",
    "appdxtabletitle",
    "appdxstyletitle",
    "appdxtitle",
    "appdxnotetitle",
    "relatedarticlenum",
    "paragraphcaption",
    "toclabel",
    "tocchapter",
    "tocsupplprovision",
    "tocappdxtablelabel",
    "remarks",
    "articlenote",
    "preamble",
    "enactstatement",
    "amendprovision",
];
/// Elements that begin a line which the elements after them continue.
const OPENERS: [&str; 3] = ["articletitle", "paragraphnum", "itemtitle"];

struct Reader<'a> {
    comma: char,
    out: Vec<Line>,
    current: Vec<Piece<'a>>,
    rows: Vec<Vec<Piece<'a>>>,
    in_row: bool,
    /// Where the heading of an article waits for its first paragraph.
    waiting: bool,
    amendment: Option<(&'a str, usize)>,
}

pub(super) fn lines(source: &str, comma: char) -> Vec<Line> {
    let mut reader = Reader {
        comma,
        out: Vec::new(),
        current: Vec::new(),
        rows: Vec::new(),
        in_row: false,
        waiting: false,
        amendment: None,
    };
    let mut contents = 0usize;
    let mut ruby = 0usize;
    for token in tokens(source) {
        match token {
            Token::Open { name, closed, .. } if name == "toc" && !closed => contents += 1,
            Token::Close { name } if name == "toc" => {
                contents = contents.saturating_sub(1);
                reader.current.clear();
            }
            _ if contents > 0 => {}
            Token::Open { name, closed, .. } if name == "rt" && !closed => ruby += 1,
            Token::Close { name } if name == "rt" => ruby = ruby.saturating_sub(1),
            _ if ruby > 0 => {}
            Token::Open { name, inside, closed } => reader.open(&name, inside, closed, source),
            Token::Close { name } => reader.close(&name),
            Token::Text { text, at } => {
                if !text.trim().is_empty() {
                    reader.current.push((text, at));
                }
            }
        }
    }
    reader.end_line(false);
    reader.out
}

fn subitem(name: &str) -> bool {
    name.strip_prefix("subitem").is_some_and(|rest| rest.ends_with("title"))
}

impl<'a> Reader<'a> {
    fn open(&mut self, name: &str, inside: &'a str, closed: bool, source: &'a str) {
        match name {
            "law" => self.promulgation(inside, source),
            "supplprovision" => {
                let law = value_of(inside, "AmendLawNum");
                let at = |value: &str| (value.as_ptr() as usize).saturating_sub(source.as_ptr() as usize);
                self.amendment = law.map(|law| (law, at(law)));
            }
            "tablerow" | "tableheaderrow" => {
                self.end_line(false);
                self.in_row = true;
                self.rows.clear();
            }
            "tablecolumn" | "tableheadercolumn" => self.current.clear(),
            "column" if !self.current.is_empty() && !closed => {
                let at = self.current.last().map_or(0, |(_, at)| at.end);
                self.current.push((" ".into(), at..at));
            }
            name if LINES.contains(&name) || OPENERS.contains(&name) || subitem(name) => self.break_before(name),
            _ => {}
        }
    }

    /// The number of a paragraph that has none continues the heading of its article.
    fn break_before(&mut self, name: &str) {
        if name == "paragraphnum" && self.waiting {
            return;
        }
        self.end_line(false);
    }

    fn close(&mut self, name: &str) {
        match name {
            "lawtitle" => self.end_line(true),
            "articletitle" => {
                self.space();
                self.waiting = true;
            }
            "paragraphnum" => {
                self.waiting = false;
                self.space();
            }
            "supplprovisionlabel" => {
                if let Some((law, at)) = self.amendment.take() {
                    self.current.push(("(".into(), at..at));
                    self.current.push((law.into(), at..at + law.len()));
                    self.current.push((")".into(), at + law.len()..at + law.len()));
                }
                self.end_line(false);
            }
            "tablecolumn" | "tableheadercolumn" if self.in_row => {
                let cell = std::mem::take(&mut self.current);
                self.rows.push(cell);
            }
            "tablerow" | "tableheaderrow" => {
                let cells: Vec<Text> = std::mem::take(&mut self.rows).iter().map(|cell| self.fold(cell)).collect();
                self.in_row = false;
                if cells.iter().any(|cell| !cell.is_empty()) {
                    self.out.push(table_row(cells, false));
                }
            }
            "itemtitle" => self.space(),
            "paragraphsentence" | "itemsentence" | "article" | "paragraph" | "item" => {
                self.waiting = false;
                if !self.in_row {
                    self.end_line(false);
                }
            }
            name if subitem(name) => self.space(),
            name if LINES.contains(&name) || name.ends_with("sentence") && name.starts_with("subitem") => {
                self.end_line(false)
            }
            _ => {}
        }
    }

    fn space(&mut self) {
        let at = self.current.last().map_or(0, |(_, at)| at.end);
        if !self.current.is_empty() {
            self.current.push((" ".into(), at..at));
        }
    }

    /// 令和4年3月31日, from the attributes of the root, where the text itself does not say it.
    fn promulgation(&mut self, inside: &'a str, source: &'a str) {
        const ERAS: [(&str, &str); 5] =
            [("Meiji", "明治"), ("Taisho", "大正"), ("Showa", "昭和"), ("Heisei", "平成"), ("Reiwa", "令和")];
        let value = |name| value_of(inside, name);
        let era = value("Era").and_then(|era| ERAS.iter().find(|(name, _)| *name == era)).map(|(_, era)| *era);
        let (Some(era), Some(year), Some(month), Some(day)) =
            (era, value("Year"), value("PromulgateMonth"), value("PromulgateDay"))
        else {
            return;
        };
        let at = (inside.as_ptr() as usize).saturating_sub(source.as_ptr() as usize);
        let number = |text: &str| text.trim_start_matches('0').to_owned();
        let date = format!("{era}{}年{}月{}日", number(year), number(month), number(day));
        self.current.push((date.into(), at..at));
        self.end_line(false);
    }

    fn end_line(&mut self, heading: bool) {
        let pieces = std::mem::take(&mut self.current);
        let text = self.fold(&pieces);
        if !text.is_empty() {
            self.out.push(Line { width: text.as_str().chars().count(), text, heading, ..Line::default() });
        }
    }

    fn fold(&self, pieces: &[Piece<'a>]) -> Text {
        // Line breaks of the file within a sentence are no spaces.
        let pieces: Vec<(&str, Range<usize>)> = pieces
            .iter()
            .map(|(text, at)| {
                let trimmed =
                    if text.trim().is_empty() { text.as_ref() } else { text.trim_matches(['\n', '\r', '\t']) };
                let skip = text.find(trimmed).unwrap_or(0);
                let exact = text.len() == at.len();
                (trimmed, if exact { at.start + skip..at.start + skip + trimmed.len() } else { at.clone() })
            })
            .collect();
        text::fold(&pieces, self.comma)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_a_law() {
        let source = r#"<?xml version="1.0"?><Law Era="Heisei" Year="14" PromulgateMonth="08" PromulgateDay="05">
            <LawNum>訓令第一号</LawNum><LawBody><LawTitle>何某規程</LawTitle><MainProvision><Article Num="1">
            <ArticleCaption>(趣旨)</ArticleCaption><ArticleTitle>第一条</ArticleTitle>
            <Paragraph Num="1"><ParagraphNum/><ParagraphSentence><Sentence>甲とする。</Sentence></ParagraphSentence>
            <Item Num="1"><ItemTitle>一</ItemTitle><ItemSentence><Column><Sentence>乙係長</Sentence></Column><Column><Sentence>丙課長</Sentence></Column></ItemSentence></Item>
            </Paragraph><Paragraph Num="2"><ParagraphNum>2</ParagraphNum><ParagraphSentence><Sentence>丁とする。</Sentence></ParagraphSentence></Paragraph>
            </Article></MainProvision><SupplProvision AmendLawNum="平成十五年訓令第二号"><SupplProvisionLabel>附則</SupplProvisionLabel></SupplProvision></LawBody></Law>"#;
        let texts: Vec<String> = lines(source, '、').iter().map(|line| line.str().to_owned()).collect();
        assert_eq!(
            texts,
            [
                "平成14年8月5日",
                "訓令第一号",
                "何某規程",
                "(趣旨)",
                "第一条 甲とする。",
                "一 乙係長 丙課長",
                "2 丁とする。",
                "附則(平成十五年訓令第二号)"
            ]
        );
    }
}
