//! A law put on in another dress: the instrument that was read is written again, in other numerals,
//! other marks, another form.

use sekisho_regulation::numeral;
use sekisho_regulation::reader::instrument::{Article, Instrument, Item, Paragraph, Table};

/// How numbers are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numerals {
    Ascii,
    Wide,
    Kanji,
}

/// How items are marked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marks {
    Paren,
    WideParen,
    Kanji,
    Circled,
    ParenKanji,
}

/// How a caption stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Captions {
    Paren,
    Wide,
    Behind,
    Bare,
    Heading,
}

/// How a table is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tables {
    Bars,
    Tabs,
    Cells,
    Boxes,
}

/// The form of the file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    Markdown,
    Html,
    Xml,
}

/// A dress.
#[derive(Clone, Copy)]
pub(crate) struct Dress {
    pub(crate) numerals: Numerals,
    pub(crate) marks: Marks,
    pub(crate) captions: Captions,
    pub(crate) tables: Tables,
    pub(crate) form: Form,
    /// Notes on amendments below articles.
    pub(crate) notes: bool,
    /// A table of contents.
    pub(crate) contents: bool,
    /// Empty lines between all lines.
    pub(crate) airy: bool,
    /// No space behind numbers and marks.
    pub(crate) tight: bool,
    /// The width at which lines are broken, with page numbers.
    pub(crate) margin: Option<usize>,
    /// What becomes of the finished text.
    pub(crate) spell: fn(String) -> String,
}

impl Default for Dress {
    fn default() -> Self {
        Self {
            numerals: Numerals::Ascii,
            marks: Marks::Paren,
            captions: Captions::Paren,
            tables: Tables::Bars,
            form: Form::Plain,
            notes: false,
            contents: false,
            airy: false,
            tight: false,
            margin: None,
            spell: |text| text,
        }
    }
}

impl Dress {
    fn number(&self, n: u32) -> String {
        match self.numerals {
            Numerals::Ascii => n.to_string(),
            Numerals::Wide => wide(&n.to_string()),
            Numerals::Kanji => numeral::to_kanji(n),
        }
    }

    fn article(&self, id: &str) -> String {
        let mut parts = id.split('-').map(|n| self.number(n.parse().unwrap()));
        let first = parts.next().unwrap();
        parts.fold(format!("第{first}条"), |out, branch| format!("{out}の{branch}"))
    }

    fn mark(&self, n: u32, depth: usize) -> String {
        let kana = ['ア', 'イ', 'ウ', 'エ', 'オ', 'カ', 'キ', 'ク', 'ケ', 'コ'];
        let letter = kana[(n as usize - 1) % kana.len()];
        match (depth, self.marks) {
            (0, Marks::Paren) => format!("({n})"),
            (0, Marks::WideParen) => format!("（{}）", wide(&n.to_string())),
            (0, Marks::Kanji) => numeral::to_kanji(n),
            (0, Marks::Circled) => char::from_u32('①' as u32 + n - 1).unwrap().to_string(),
            (0, Marks::ParenKanji) => format!("（{}）", numeral::to_kanji(n)),
            (1, _) => letter.to_string(),
            _ => format!("({letter})"),
        }
    }

    fn space(&self) -> &'static str {
        match (self.tight, self.numerals) {
            (true, _) => "",
            (false, Numerals::Ascii) => " ",
            (false, _) => "　",
        }
    }

    /// The instruments in this dress.
    pub(crate) fn put_on(&self, instruments: &[&Instrument]) -> String {
        let text = match self.form {
            Form::Xml => instruments.iter().map(|i| self.xml(i)).collect(),
            _ => {
                let lines: Vec<Line> = instruments.iter().flat_map(|i| self.lines(i)).collect();
                self.print(&lines)
            }
        };
        (self.spell)(text)
    }

    fn lines(&self, instrument: &Instrument) -> Vec<Line> {
        let mut out = Vec::new();
        for text in &instrument.header {
            let title = text.as_str() == instrument.title.as_str();
            out.push(if title { Line::Title(text.as_str().to_owned()) } else { Line::text(text.as_str()) });
        }
        if self.contents {
            self.contents(instrument, &mut out);
        }
        let mut chapter = None;
        for (i, article) in instrument.articles.iter().enumerate() {
            if article.chapter != chapter {
                chapter = article.chapter;
                out.push(Line::Heading(format!("第{}章{}見出し", self.number(chapter.unwrap_or(1)), "　")));
            }
            self.put_article(article, &mut out);
            if self.notes && i % 3 == 1 && !article.deleted {
                out.push(Line::text("（平成20年規程第3号・一部改正）"));
            }
        }
        for supplement in &instrument.supplements {
            out.push(Line::Heading(format!("附　則{}", supplement.heading.as_str())));
            out.extend(supplement.lines.iter().map(|line| Line::text(line.as_str())));
        }
        for appendix in &instrument.appendices {
            out.push(Line::Heading(appendix.heading.as_str().to_owned()));
            out.extend(appendix.tables.iter().map(|table| self.table(table)));
            if appendix.tables.is_empty() {
                out.extend(appendix.lines.iter().map(|line| Line::text(line.as_str())));
            }
        }
        out.extend(instrument.trailer.first().map(|_| Line::text("沿革情報")));
        out.extend(instrument.trailer.iter().map(|line| Line::text(line.as_str())));
        out
    }

    fn contents(&self, instrument: &Instrument, out: &mut Vec<Line>) {
        out.push(Line::text("目次"));
        let mut chapters: Vec<(u32, &str, &str)> = Vec::new();
        for article in &instrument.articles {
            let n = article.chapter.unwrap_or(1);
            match chapters.last_mut().filter(|(last, ..)| *last == n) {
                Some(last) => last.2 = &article.id,
                None => chapters.push((n, &article.id, &article.id)),
            }
        }
        for (n, from, to) in chapters {
            out.push(Line::text(&format!(
                "第{}章　見出し（{}―{}）",
                self.number(n),
                self.article(from),
                self.article(to)
            )));
        }
        out.push(Line::text("附則"));
    }

    fn put_article(&self, article: &Article, out: &mut Vec<Line>) {
        let number = self.article(&article.id);
        if article.deleted {
            out.push(Line::text(&format!("{number}　削除")));
            return;
        }
        let caption = article.caption.as_ref().map(|caption| caption.as_str());
        let mut behind = String::new();
        match (caption, self.captions) {
            (Some(caption), Captions::Paren) => out.push(Line::text(&format!("({caption})"))),
            (Some(caption), Captions::Wide) => out.push(Line::text(&format!("（{caption}）"))),
            (Some(caption), Captions::Behind) => behind = format!("（{caption}）"),
            (Some(caption), Captions::Bare) => out.push(Line::text(caption)),
            (Some(caption), Captions::Heading) => out.push(Line::Heading(format!("（{caption}）"))),
            (None, _) => {}
        }
        for (i, paragraph) in article.paragraphs.iter().enumerate() {
            let lead = if i == 0 {
                format!("{number}{behind}{}", if self.tight && !behind.is_empty() { "" } else { "　" })
            } else {
                format!("{}{}", self.paragraph_number(i as u32 + 1), self.space())
            };
            out.push(Line::text(&format!("{lead}{}", paragraph.text.as_str())));
            self.put_below(paragraph, out);
        }
    }

    fn paragraph_number(&self, n: u32) -> String {
        if self.numerals == Numerals::Wide { wide(&n.to_string()) } else { n.to_string() }
    }

    fn put_below(&self, paragraph: &Paragraph, out: &mut Vec<Line>) {
        self.put_items(&paragraph.items, 0, out);
        out.extend(paragraph.tables.iter().map(|table| self.table(table)));
        out.extend(paragraph.notes.iter().map(|note| Line::text(note.as_str())));
    }

    fn put_items(&self, items: &[Item], depth: usize, out: &mut Vec<Line>) {
        for (i, item) in items.iter().enumerate() {
            let apart = if self.marks == Marks::Kanji || depth > 0 { "　" } else { self.space() };
            out.push(Line::text(&format!("{}{apart}{}", self.mark(i as u32 + 1, depth), item.text.as_str())));
            self.put_items(&item.items, depth + 1, out);
            out.extend(item.notes.iter().map(|note| Line::text(note.as_str())));
        }
    }

    fn table(&self, table: &Table) -> Line {
        Line::Table(table.rows.iter().map(|row| row.iter().map(|cell| cell.as_str().to_owned()).collect()).collect())
    }

    fn print(&self, lines: &[Line]) -> String {
        let mut out = String::new();
        let gap = if self.airy || self.form == Form::Markdown { "\n\n" } else { "\n" };
        if self.form == Form::Html {
            out.push_str("<!DOCTYPE html><html><head><title>例規集 規程</title><style>p{color:#000}</style></head>\n");
            out.push_str("<body><nav><a href=\"/\">第1条へ戻る</a></nav><script>if (a < b) { '第2条' }</script>\n");
        }
        for line in lines {
            match self.form {
                Form::Html => out.push_str(&html(line)),
                Form::Markdown => out.push_str(&markdown(line)),
                _ => out.push_str(&self.plain(line)),
            }
            out.push_str(gap);
        }
        if self.form == Form::Html {
            out.push_str("<footer>このページの先頭へ</footer></body></html>");
        }
        match self.margin {
            Some(margin) => broken(&out, margin),
            None => out,
        }
    }

    fn plain(&self, line: &Line) -> String {
        match line {
            Line::Title(text) => format!("○{text}"),
            Line::Heading(text) | Line::Text(text) => text.clone(),
            Line::Table(rows) => match self.tables {
                Tables::Bars => rows.iter().map(|row| format!("{} |", row.join(" | "))).collect::<Vec<_>>().join("\n"),
                Tables::Tabs => rows.iter().map(|row| row.join("\t")).collect::<Vec<_>>().join("\n"),
                Tables::Boxes => {
                    let rule = "├──────┼──────────┤";
                    rows.iter().map(|row| format!("{rule}\n│{}│", row.join("│"))).collect::<Vec<_>>().join("\n")
                }
                Tables::Cells => rows.iter().flatten().cloned().collect::<Vec<_>>().join("\n\n"),
            },
        }
    }

    fn xml(&self, instrument: &Instrument) -> String {
        let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Law><LawNum></LawNum><LawBody>\n");
        out.push_str(&format!("<LawTitle>{}</LawTitle>\n", escape(instrument.title.as_str())));
        for text in instrument.header.iter().filter(|text| text.as_str() != instrument.title.as_str()) {
            out.push_str(&format!("<LawNum>{}</LawNum>\n", escape(text.as_str())));
        }
        out.push_str(
            "<TOC><TOCLabel>目次</TOCLabel><TOCChapter><ChapterTitle>第一章 総則</ChapterTitle></TOCChapter></TOC>\n",
        );
        out.push_str("<MainProvision>\n");
        let mut chapter = None;
        for article in &instrument.articles {
            if article.chapter != chapter {
                chapter = article.chapter;
                let n = self.number(chapter.unwrap_or(1));
                out.push_str(&format!("<ChapterTitle>第{n}章　見出し</ChapterTitle>\n"));
            }
            out.push_str("<Article>");
            if let Some(caption) = &article.caption {
                out.push_str(&format!("<ArticleCaption>（{}）</ArticleCaption>", escape(caption.as_str())));
            }
            out.push_str(&format!("<ArticleTitle>{}</ArticleTitle>\n", self.article(&article.id)));
            if article.deleted {
                out.push_str("<Paragraph><ParagraphNum/><ParagraphSentence><Sentence>削除</Sentence></ParagraphSentence></Paragraph>");
            }
            for (i, paragraph) in article.paragraphs.iter().enumerate() {
                let number = if i == 0 { String::new() } else { self.paragraph_number(i as u32 + 1) };
                out.push_str(&format!("<Paragraph><ParagraphNum>{number}</ParagraphNum>\n"));
                out.push_str(&sentence("ParagraphSentence", &escape(paragraph.text.as_str())));
                self.xml_items(&paragraph.items, 0, &mut out);
                paragraph.tables.iter().for_each(|table| xml_table(table, &mut out));
                out.push_str("</Paragraph>\n");
            }
            out.push_str("</Article>\n");
        }
        out.push_str("</MainProvision>\n");
        for supplement in &instrument.supplements {
            let label = format!("附　則{}", escape(supplement.heading.as_str()));
            out.push_str(&format!("<SupplProvision><SupplProvisionLabel>{label}</SupplProvisionLabel>"));
            for line in &supplement.lines {
                out.push_str("<Paragraph><ParagraphNum/>");
                out.push_str(&sentence("ParagraphSentence", &escape(line.as_str())));
                out.push_str("</Paragraph>\n");
            }
            out.push_str("</SupplProvision>\n");
        }
        for appendix in &instrument.appendices {
            let heading = escape(appendix.heading.as_str());
            out.push_str(&format!("<AppdxTable><AppdxTableTitle>{heading}</AppdxTableTitle>"));
            appendix.tables.iter().for_each(|table| xml_table(table, &mut out));
            if appendix.tables.is_empty() && !appendix.lines.is_empty() {
                // A table of one column is read as the lines it has.
                let rows = appendix.lines.iter().map(|line| vec![line.clone()]).collect();
                xml_table(&Table { rows }, &mut out);
            }
            out.push_str("</AppdxTable>\n");
        }
        out.push_str("</LawBody></Law>\n");
        out
    }

    fn xml_items(&self, items: &[Item], depth: usize, out: &mut String) {
        let (open, title, text) = match depth {
            0 => ("Item".to_owned(), "ItemTitle".to_owned(), "ItemSentence".to_owned()),
            n => (format!("Subitem{n}"), format!("Subitem{n}Title"), format!("Subitem{n}Sentence")),
        };
        for (i, item) in items.iter().enumerate() {
            let mark = self.mark(i as u32 + 1, depth);
            out.push_str(&format!("<{open}><{title}>{mark}</{title}>"));
            let body = item.text.as_str().replace('&', "&amp;").replace('<', "&lt;");
            out.push_str(&sentence(&text, &body));
            self.xml_items(&item.items, depth + 1, out);
            out.push_str(&format!("</{open}>\n"));
        }
    }
}

fn xml_table(table: &Table, out: &mut String) {
    out.push_str("<TableStruct><Table>");
    for row in &table.rows {
        let cell = |text: &str| sentence("TableColumn", &text.replace('&', "&amp;").replace('<', "&lt;"));
        let cells: String = row.iter().map(|text| cell(text.as_str())).collect();
        out.push_str(&format!("<TableRow>{cells}</TableRow>\n"));
    }
    out.push_str("</Table></TableStruct>");
}

fn sentence(element: &str, text: &str) -> String {
    format!("<{element}><Sentence>{text}</Sentence></{element}>")
}

/// A line of the law before it is printed.
enum Line {
    Title(String),
    Heading(String),
    Text(String),
    Table(Vec<Vec<String>>),
}

impl Line {
    fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

fn html(line: &Line) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('　', "&emsp;");
    match line {
        Line::Title(text) => format!("<h1>○{}</h1>", escape(text)),
        Line::Heading(text) => format!("<h3>{}</h3>", escape(text)),
        Line::Text(text) => format!("<div class=\"line\"><p>{}</p></div>", escape(text)),
        Line::Table(rows) => {
            let row = |row: &Vec<String>| {
                let cells: String = row.iter().map(|cell| format!("<td><p>{}</p></td>", escape(cell))).collect();
                format!("<tr>{cells}</tr>")
            };
            format!("<table>{}</table>", rows.iter().map(row).collect::<Vec<_>>().join("\n"))
        }
    }
}

fn markdown(line: &Line) -> String {
    match line {
        Line::Title(text) => format!("# {text}"),
        Line::Heading(text) => format!("### {text}"),
        Line::Text(text) => text.clone(),
        Line::Table(rows) => {
            let row = |row: &Vec<String>| format!("| {} |", row.join(" | "));
            let mut lines: Vec<String> = rows.iter().map(row).collect();
            lines.insert(1.min(lines.len()), "|---|---|".to_owned());
            lines.join("\n")
        }
    }
}

/// The text with its lines broken at a margin and a page number every forty lines.
fn broken(text: &str, margin: usize) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let chars: Vec<char> = line.chars().collect();
        let mut from = 0;
        // The cells of a table stand in columns, which a margin does not break.
        let row = line.contains(['|', '｜', '│', '\t']);
        while !row && chars.len() - from > margin {
            // A line begins with no comma and no closing mark.
            let mut to = from + margin;
            while to > from + margin - 3 && "、。）)」".contains(chars[to]) {
                to -= 1;
            }
            lines.push(chars[from..to].iter().collect::<String>());
            from = to;
        }
        lines.push(chars[from..].iter().collect::<String>());
    }
    let mut out = String::new();
    for (i, line) in lines.iter().enumerate() {
        out.push_str(line);
        out.push('\n');
        if i % 40 == 39 {
            out.push_str(&format!("\n- {} -\n\n", i / 40 + 1));
        }
    }
    out
}

/// Full-width letters for narrow ones.
pub(crate) fn wide(text: &str) -> String {
    text.chars()
        .map(|c| if ('!'..='~').contains(&c) { char::from_u32(c as u32 - 0x21 + 0xff01).unwrap() } else { c })
        .collect()
}
