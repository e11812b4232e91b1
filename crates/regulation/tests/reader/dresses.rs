//! The same law in another dress gives the same facts.

use std::collections::BTreeSet;

use sekisho_regulation::reader::{self, Book};
use serde_json::Value;

use crate::cases;
use crate::dress::{Captions, Dress, Form, Marks, Numerals, Tables, wide};
use crate::score;

/// The dresses, each with its name.
fn dresses() -> Vec<(&'static str, Dress)> {
    let d = Dress::default;
    vec![
        ("as it is", d()),
        ("kanji numerals", Dress { numerals: Numerals::Kanji, marks: Marks::Kanji, captions: Captions::Wide, ..d() }),
        ("full-width numerals", Dress { numerals: Numerals::Wide, marks: Marks::WideParen, ..d() }),
        ("circled items", Dress { marks: Marks::Circled, ..d() }),
        ("kanji in parentheses", Dress { marks: Marks::ParenKanji, ..d() }),
        ("wide captions", Dress { captions: Captions::Wide, ..d() }),
        ("captions behind the number", Dress { captions: Captions::Behind, ..d() }),
        ("captions without parentheses", Dress { captions: Captions::Bare, ..d() }),
        ("no spaces", Dress { tight: true, ..d() }),
        ("empty lines", Dress { airy: true, ..d() }),
        ("tabs", Dress { tables: Tables::Tabs, ..d() }),
        ("boxes", Dress { tables: Tables::Boxes, ..d() }),
        ("one cell to a line", Dress { tables: Tables::Cells, airy: true, ..d() }),
        ("notes on amendments", Dress { notes: true, ..d() }),
        ("contents", Dress { contents: true, ..d() }),
        ("markdown", Dress { form: Form::Markdown, captions: Captions::Heading, ..d() }),
        ("web page", Dress { form: Form::Html, ..d() }),
        ("web page in kanji", Dress { form: Form::Html, numerals: Numerals::Kanji, marks: Marks::Kanji, ..d() }),
        ("standard XML", Dress { form: Form::Xml, numerals: Numerals::Kanji, marks: Marks::Kanji, ..d() }),
        ("pages of 40", Dress { margin: Some(40), ..d() }),
        ("pages of 32", Dress { margin: Some(32), numerals: Numerals::Wide, marks: Marks::WideParen, ..d() }),
        ("もつて", Dress { spell: |text| text.replace("って", "つて").replace("った", "つた"), ..d() }),
        ("あてる", Dress { spell: |text| text.replace("充て", "あて"), ..d() }),
        ("full-width letters", Dress { spell: |text| wide(&text.replace(" | ", "｜").replace(" |", "｜")), ..d() }),
        (
            "spaced numbers",
            Dress { spell: |text| text.replace("年", " 年 ").replace("第", "第 ").replace("条", " 条"), ..d() },
        ),
        ("windows line ends", Dress { spell: |text| text.replace('\n', "\r\n"), ..d() }),
        ("indented", Dress { spell: |text| text.lines().map(|line| format!("　　{line}\n")).collect(), ..d() }),
        ("byte order mark", Dress { spell: |text| format!("\u{feff}{text}"), ..d() }),
    ]
}

/// What a value means whatever its spelling.
fn canon(text: &str) -> String {
    let text = score::norm(text).unwrap_or_default();
    let text = text.replace("つて", "って").replace("つた", "った").replace("あて", "充て").replace(['〇', '零'], "0");
    let mut out = String::new();
    let mut digits = String::new();
    for c in text.chars() {
        if "一二三四五六七八九十百".contains(c) {
            digits.push(c);
            continue;
        }
        out.push_str(&number(&std::mem::take(&mut digits)));
        out.push(c);
    }
    out + &number(&digits)
}

fn number(kanji: &str) -> String {
    sekisho_regulation::numeral::parse(kanji).map_or_else(|| kanji.to_owned(), |n| n.to_string())
}

/// Every value of a file's facts, field by field.
fn values(facts: &Value) -> BTreeSet<String> {
    let instruments = facts["instruments"].as_array().cloned().unwrap_or_default();
    let all = instruments.iter().enumerate().flat_map(|(i, instrument)| {
        score::fields(instrument).into_iter().flat_map(move |(field, elements)| {
            elements.into_iter().map(move |e| {
                let e: Vec<String> = e.iter().map(|part| canon(part)).collect();
                format!("{i} {field} {}", e.join(" / "))
            })
        })
    });
    all.collect()
}

fn differences(name: &str, meant: &BTreeSet<String>, dressed: &[u8]) -> Vec<String> {
    let found = match reader::read(dressed) {
        Ok(book) => values(&cases::facts(&book)),
        Err(e) => return vec![format!("{name}: {e}")],
    };
    let lost = meant.difference(&found).map(|value| format!("{name} lost {value}"));
    let new = found.difference(meant).map(|value| format!("{name} has {value}"));
    lost.chain(new).collect()
}

fn dressed(book: &Book, dress: &Dress) -> String {
    let instruments: Vec<_> = book.readings.iter().map(|reading| &reading.instrument).collect();
    dress.put_on(&instruments)
}

fn has_empty_cells(book: &Book) -> bool {
    let articles = book.readings.iter().flat_map(|reading| &reading.instrument.articles);
    let tables = articles.flat_map(|article| &article.paragraphs).flat_map(|paragraph| &paragraph.tables);
    tables.flat_map(|table| &table.rows).flatten().any(sekisho_regulation::reader::text::Text::is_empty)
}

#[test]
fn the_same_law_in_another_dress_gives_the_same_facts() {
    let dresses = dresses();
    assert!(dresses.len() >= 20);
    let mut wrong = Vec::new();
    for case in cases::seeds().iter().chain(&cases::corpus()) {
        let book = case.book();
        let meant = values(&cases::facts(&book));
        for (name, dress) in &dresses {
            // An empty cell leaves no line behind.
            if dress.tables == Tables::Cells && has_empty_cells(&book) {
                continue;
            }
            let text = dressed(&book, dress);
            wrong.extend(differences(&format!("{} [{name}]", case.name), &meant, text.as_bytes()));
        }
        let (sjis, _, lossy) = encoding_rs::SHIFT_JIS.encode(book.source.text());
        if !lossy {
            wrong.extend(differences(&format!("{} [Shift_JIS]", case.name), &meant, &sjis));
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}
