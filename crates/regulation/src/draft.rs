//! A profile drafted from the facts of a text: it is complete and runs, and every place at which the
//! text left something open, or something had to be supposed, is a question in it.
//!
//! What no text says (kinds of cards, the form of passwords, purposes of a look-up) comes from
//! `national/defaults.toml` and is the municipality's to change.

mod offices;
mod places;
mod topics;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::citation::Citation;
use crate::date::Date;
use crate::procedure::Procedures;
use crate::profile::{
    Article, Basis, CardKind, ChangeReason, Form, Instrument, Named, PasswordRules, ProfileError, Purpose, Reading,
    Retention, SessionRules, Settings, Version, Vocabulary,
};
use crate::reader::{self, Book};

/// Unread sentences of one text that become questions; the rest is counted in the last.
const QUESTIONS_MAX: usize = 40;

/// What a person says about a draft that no text does.
#[derive(Clone, Debug, Default)]
pub struct Particulars {
    /// Key of the profile, in lower-case ASCII.
    pub key: String,
    /// The municipality's name; read from the title when empty.
    pub municipality: String,
    /// 全国地方公共団体コード.
    pub municipality_code: String,
}

/// `national/defaults.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Defaults {
    operations: Vec<Named>,
    change_reasons: Vec<ChangeReason>,
    purposes: Vec<Purpose>,
    forms: Vec<Form>,
    card_kinds: Vec<DefaultCard>,
    books: Vec<String>,
    password: DefaultPassword,
    session: SessionRules,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DefaultCard {
    code: String,
    name: String,
    records: Vec<String>,
    office: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DefaultPassword {
    length_min: u16,
    length_max: u16,
    character_kinds_min: u8,
    score_min: u8,
    term_days: u32,
    history: u8,
    failures_max: u8,
    lock_minutes: u32,
    forbidden_words: Vec<String>,
}

#[derive(Serialize)]
struct Articles {
    articles: Vec<Article>,
}

/// An instrument of the file with the key by which it is cited.
struct Part<'b> {
    key: String,
    reading: &'b reader::Reading,
}

impl Part<'_> {
    fn cite(&self, article: &str) -> Citation {
        let article = if self.reading.instrument.articles.iter().any(|one| one.id == article) {
            article
        } else {
            self.reading.instrument.articles.first().map_or("1", |first| first.id.as_str())
        };
        Citation { instrument: self.key.clone(), article: article.to_owned(), paragraph: None, item: None }
    }
}

/// Drafts a profile: its files by name. `base` are the settings of a house that is already open: posts,
/// rooms, devices and cards of the same names keep their codes, so that who was appointed and what was
/// registered stays what it is. `national` are the national files.
///
/// # Errors
/// [`ProfileError`] when a national file is missing or malformed, or the draft cannot be written.
pub fn draft(
    book: &Book,
    particulars: &Particulars,
    base: Option<&Settings>,
    national: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, ProfileError> {
    let defaults: Defaults = read(national, "defaults.toml")?;
    let mut vocabulary: Vocabulary = read(national, "facts.toml")?;
    // Who may keep a book goes with the powers that a text names.
    let powers = offices::powers_of(&vocabulary);
    Procedures::read(national.iter().map(|(name, text)| (name.as_str(), text.as_str())))
        .map_err(|e| ProfileError::Malformed { file: e.place, cause: e.cause })?
        .extend(&mut vocabulary);
    let parts = parts(book);
    let mut questions = Vec::new();
    let offices = offices::read(&parts, base, &mut questions);
    let devices = places::devices(&parts, base, &mut questions);
    let rooms = places::rooms(&parts, base, &offices, &mut questions);
    let cards = devices.iter().any(|device| device.asks_for(crate::profile::Factor::IcCard));
    let topics = topics::read(&parts, &vocabulary, cards, rooms.iter().any(|room| room.controlled()), &mut questions);
    questions.extend(unread(&parts));
    let title = book.readings.first().and_then(|r| r.facts.title.as_ref()).map_or("", |title| title.value.as_str());
    let municipality =
        if particulars.municipality.is_empty() { municipality(title) } else { particulars.municipality.clone() };
    let settings = Settings {
        key: particulars.key.clone(),
        municipality,
        municipality_code: particulars.municipality_code.clone(),
        instruments: parts.iter().map(instrument).collect(),
        council: offices.council(&parts),
        powers: offices.powers(&powers, &devices),
        choices: BTreeMap::new(),
        periods: BTreeMap::new(),
        posts: offices.posts,
        roles: offices.roles,
        rooms,
        card_kinds: match base {
            Some(base) => base.card_kinds.iter().map(|kind| kept_kind(kind, base, &devices)).collect(),
            None => defaults.card_kinds.iter().map(|card| card_kind(card, &devices)).collect(),
        },
        retention: retention(&parts, &defaults.books, &topics.basis),
        password: base.map_or_else(
            || password(defaults.password, &topics.basis),
            |base| PasswordRules {
                cites: topics.basis.get("passwords").cloned().unwrap_or_default(),
                ..base.password.clone()
            },
        ),
        devices,
        operations: base.map_or(defaults.operations, |base| base.operations.clone()),
        session: base.map_or(defaults.session, |base| base.session.clone()),
        purposes: base.map_or(defaults.purposes, |base| base.purposes.clone()),
        forms: base.map_or(defaults.forms, |base| base.forms.clone()),
        change_reasons: base.map_or(defaults.change_reasons, |base| base.change_reasons.clone()),
        readings: questions,
        card_name: base.map_or_else(|| "操作者用カード".to_owned(), |base| base.card_name.clone()),
        basis: topics.basis,
        silent: topics.silent,
    };
    let articles = Articles { articles: parts.iter().flat_map(articles).collect() };
    let mut files = BTreeMap::new();
    files.insert("profile.toml".to_owned(), written("profile.toml", &settings)?);
    files.insert("articles.toml".to_owned(), written("articles.toml", &articles)?);
    files.insert("source.txt".to_owned(), book.source.text().to_owned());
    Ok(files)
}

fn read<T: serde::de::DeserializeOwned>(files: &BTreeMap<String, String>, name: &str) -> Result<T, ProfileError> {
    let text = files.get(name).ok_or_else(|| ProfileError::Missing(format!("national/{name}")))?;
    toml::from_str(text).map_err(|e| ProfileError::Malformed { file: format!("national/{name}"), cause: e.to_string() })
}

fn written<T: Serialize>(name: &str, value: &T) -> Result<String, ProfileError> {
    toml::to_string(value).map_err(|e| ProfileError::Malformed { file: name.to_owned(), cause: e.to_string() })
}

/// The instruments of the file, each with a key of its own that says what it is about.
fn parts(book: &Book) -> Vec<Part<'_>> {
    let mut used: Vec<String> = Vec::new();
    let key = |title: &str| {
        let about = [
            ("公的個人認証", "jpki"),
            ("入退室", "entry"),
            ("個人番号カード", "card"),
            ("住民基本台帳", "juki"),
            ("住基", "juki"),
            ("情報セキュリティ", "security"),
        ];
        about.iter().find(|(word, _)| title.contains(word)).map_or("rule", |(_, key)| key)
    };
    let one = |reading| {
        let reading: &reader::Reading = reading;
        let stem = key(reading.facts.title.as_ref().map_or("", |title| title.value.as_str()));
        let same = used.iter().filter(|earlier| earlier.trim_end_matches(char::is_numeric) == stem).count();
        let key = if same == 0 { stem.to_owned() } else { format!("{stem}{}", same + 1) };
        used.push(key.clone());
        Part { key, reading }
    };
    book.readings.iter().map(one).collect()
}

/// What stands before the matter in the title: 虹ヶ浜市 of 虹ヶ浜市住民基本台帳….
fn municipality(title: &str) -> String {
    let matters =
        ["住民基本台帳", "住基", "公的個人認証", "情報セキュリティ", "個人番号", "電子計算", "情報システム", "情報"];
    let at = matters.iter().filter_map(|matter| title.find(matter)).min().unwrap_or(0);
    let name = title.get(..at).unwrap_or_default().trim_end_matches("における").trim_end_matches('の').trim();
    if name.is_empty() { "（自治体名）".to_owned() } else { name.to_owned() }
}

fn instrument(part: &Part<'_>) -> Instrument {
    let facts = &part.reading.facts;
    let number = facts.number.as_ref().map_or_else(String::new, |number| number.value.clone());
    let first = facts.promulgated.as_ref().or(facts.effective.as_ref()).map_or(Date::EPOCH, |day| day.value);
    let effective = facts.effective.as_ref().map_or(first, |day| day.value);
    let mut versions = vec![Version {
        no: 1,
        by: number.clone(),
        promulgated: first,
        effective,
        applied: effective,
        summary: None,
        obligations: Vec::new(),
    }];
    let dated = facts.amendments.iter().filter_map(|found| Some((found.value.date?, found.value.number.clone())));
    versions.extend(dated.zip(2..).map(|((day, number), no)| Version {
        no,
        by: number.unwrap_or_else(|| "改正".to_owned()),
        promulgated: day,
        effective: day,
        applied: day,
        summary: None,
        obligations: Vec::new(),
    }));
    Instrument {
        key: part.key.clone(),
        title: facts.title.as_ref().map_or_else(String::new, |title| title.value.clone()),
        short: facts.kind.clone().unwrap_or_else(|| "規程".to_owned()),
        number,
        versions,
    }
}

/// The articles. It is the municipality's own text, so each paragraph stands as it is written.
fn articles(part: &Part<'_>) -> Vec<Article> {
    let one = |article: &reader::instrument::Article| {
        let paragraph = |paragraph: &reader::instrument::Paragraph| {
            let items = paragraph.items.iter().map(|item| item.text.as_str().trim());
            std::iter::once(paragraph.text.as_str().trim()).chain(items).collect::<Vec<_>>().join("　")
        };
        let caption = article.caption.as_ref().map_or("（見出しなし）", |caption| caption.as_str()).trim().to_owned();
        let deleted = article.deleted.then(|| "削除".to_owned());
        Article {
            id: part.cite(&article.id),
            caption,
            chapter: article.chapter.and_then(|chapter| u16::try_from(chapter).ok()),
            chapter_title: None,
            summary: article.paragraphs.iter().map(paragraph).chain(deleted).collect(),
            carried_by: Vec::new(),
            obligations: Vec::new(),
        }
    };
    part.reading.instrument.articles.iter().map(one).collect()
}

fn card_kind(card: &DefaultCard, devices: &[crate::profile::DeviceClass]) -> CardKind {
    let of = |device: &crate::profile::DeviceClass| {
        let operations = if device.records { &card.records } else { &card.office };
        (!operations.is_empty()).then(|| (device.code.clone(), operations.clone()))
    };
    CardKind { code: card.code.clone(), name: card.name.clone(), operations: devices.iter().filter_map(of).collect() }
}

/// A kind of card that is there already: on a new class of devices it may do what it may do on one of
/// the same sort.
fn kept_kind(kind: &CardKind, base: &Settings, devices: &[crate::profile::DeviceClass]) -> CardKind {
    let alike = |records: bool| {
        let mut same = base.devices.iter().filter(|device| device.records == records);
        same.find_map(|device| kind.operations.get(&device.code).cloned())
    };
    let of = |device: &crate::profile::DeviceClass| {
        let operations = kind.operations.get(&device.code).cloned().or_else(|| {
            let known = base.devices.iter().any(|class| class.code == device.code);
            if known { None } else { alike(device.records) }
        });
        Some((device.code.clone(), operations?))
    };
    CardKind { operations: devices.iter().filter_map(of).collect(), ..kind.clone() }
}

fn password(default: DefaultPassword, basis: &BTreeMap<String, Vec<Citation>>) -> PasswordRules {
    PasswordRules {
        length_min: default.length_min,
        length_max: default.length_max,
        character_kinds_min: default.character_kinds_min,
        score_min: default.score_min,
        term_days: default.term_days,
        history: default.history,
        failures_max: default.failures_max,
        lock_minutes: default.lock_minutes,
        forbidden_words: default.forbidden_words,
        issued: false,
        cites: basis.get("passwords").cloned().unwrap_or_default(),
    }
}

/// Every book is kept as long as the history, for which the text may have a period.
fn retention(parts: &[Part<'_>], books: &[String], basis: &BTreeMap<String, Vec<Citation>>) -> Vec<Retention> {
    let history = ["操作履歴", "操作記録", "ログ", "アクセス記録", "操作の履歴"];
    let mut kept = Vec::new();
    for part in parts {
        for one in &part.reading.facts.retention {
            let subject = &one.subject.value;
            let book = match subject.as_str() {
                s if history.iter().any(|word| s.contains(word)) => "operations",
                s if s.contains("入退室") => "entries",
                s if s.contains("カード") && s.contains("簿") => "cards",
                _ => continue,
            };
            let years = u8::try_from(one.years).unwrap_or(u8::MAX);
            let cites = vec![part.cite(&one.subject.article)];
            kept.push(Retention { book: book.to_owned(), years, basis: Basis::Text, cites });
        }
    }
    let longest = kept.iter().map(|one| one.years).max().unwrap_or(0).max(7);
    for book in books {
        if !kept.iter().any(|one| one.book == *book) {
            let cites = basis.get("history").cloned().unwrap_or_default();
            kept.push(Retention { book: book.clone(), years: longest, basis: Basis::Adopted, cites });
        }
    }
    kept
}

fn unread(parts: &[Part<'_>]) -> Vec<Reading> {
    let mut questions = Vec::new();
    for part in parts {
        let unread = &part.reading.facts.unread;
        for (n, sentence) in unread.iter().take(QUESTIONS_MAX).enumerate() {
            let place = part.cite(&sentence.article).place_ja();
            questions.push(open(
                &format!("Q-{}-{}", part.key, n + 1),
                &format!("{place}「{}」を、どのように行うか。", sentence.value),
                "人が行い、その結果を記録する。",
            ));
        }
        if unread.len() > QUESTIONS_MAX {
            let more = format!("ほか{}の文を、どのように行うか。", unread.len() - QUESTIONS_MAX);
            questions.push(open(&format!("Q-{}-more", part.key), &more, "人が行い、その結果を記録する。"));
        }
    }
    questions
}

/// A question that somebody has to decide.
fn open(id: &str, question: &str, reading: &str) -> Reading {
    Reading {
        id: id.to_owned(),
        question: question.to_owned(),
        reading: reading.to_owned(),
        choices: Vec::new(),
        chosen: None,
        decided_by: None,
        decided_on: None,
    }
}
