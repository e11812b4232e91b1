//! The facts as data for other programs. The form is a contract: names, order and meaning of the
//! fields stay.

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use super::facts::{Factor, Requirement};
use super::instrument::Article;
use super::{Book, Found, Reading};
use crate::Date;

/// A file's instruments.
#[derive(Clone, Debug, Serialize)]
pub struct Output {
    instruments: Vec<Instrument>,
}

#[derive(Clone, Debug, Serialize)]
struct Instrument {
    title: String,
    kind: Option<String>,
    number: Option<String>,
    promulgated: Option<Date>,
    effective: Option<Date>,
    amendments: Vec<Amendment>,
    articles: Vec<ArticleOut>,
    roles: Vec<Role>,
    council: Option<Council>,
    rooms: Vec<Room>,
    devices: Vec<String>,
    factors: Vec<&'static str>,
    retention: Vec<Retention>,
    ledgers: Vec<String>,
    contract_clauses: Vec<String>,
    connection_stop: Option<Stop>,
    unread: Vec<Unread>,
}

#[derive(Clone, Debug, Serialize)]
struct Amendment {
    date: Option<Date>,
    number: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct ArticleOut {
    id: String,
    caption: Option<String>,
    chapter: Option<u32>,
    paragraphs: usize,
    items: usize,
    deleted: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Role {
    role: String,
    posts: Vec<String>,
    article: String,
}

#[derive(Clone, Debug, Serialize)]
struct Council {
    name: String,
    chair: Option<String>,
    members: Vec<String>,
    agenda: Vec<String>,
    secretariat: Option<String>,
    consults: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Room {
    name: String,
    level: Option<u32>,
    requires: Vec<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
struct Retention {
    subject: String,
    years: u32,
    article: String,
}

#[derive(Clone, Debug, Serialize)]
struct Stop {
    by: String,
    article: String,
}

#[derive(Clone, Debug, Serialize)]
struct Unread {
    article: String,
    text: String,
}

impl From<&Book> for Output {
    fn from(book: &Book) -> Self {
        Self { instruments: book.readings.iter().map(instrument).collect() }
    }
}

fn string(found: &Found<String>) -> String {
    found.value.nfkc().collect::<String>().trim().trim_end_matches('。').to_owned()
}

fn strings(found: &[Found<String>]) -> Vec<String> {
    found.iter().map(string).collect()
}

fn instrument(reading: &Reading) -> Instrument {
    let facts = &reading.facts;
    Instrument {
        title: facts.title.as_ref().map(string).unwrap_or_default(),
        kind: facts.kind.clone(),
        number: facts.number.as_ref().map(string),
        promulgated: facts.promulgated.as_ref().map(|found| found.value),
        effective: facts.effective.as_ref().map(|found| found.value),
        amendments: facts
            .amendments
            .iter()
            .map(|found| Amendment { date: found.value.date, number: found.value.number.clone() })
            .collect(),
        articles: reading.instrument.articles.iter().map(article).collect(),
        roles: facts
            .roles
            .iter()
            .map(|role| Role {
                role: string(&role.name),
                posts: strings(&role.posts),
                article: role.name.article.clone(),
            })
            .collect(),
        council: facts.council.as_ref().map(|council| Council {
            name: string(&council.name),
            chair: council.chair.as_ref().map(string),
            members: strings(&council.members),
            agenda: strings(&council.agenda),
            secretariat: council.secretariat.as_ref().map(string),
            consults: council.consults.as_ref().map(string),
        }),
        rooms: facts
            .rooms
            .iter()
            .map(|room| Room {
                name: string(&room.name),
                level: room.level,
                requires: room.requires.iter().map(|found| requirement(found.value)).collect(),
            })
            .collect(),
        devices: strings(&facts.devices),
        factors: facts.factors.iter().map(|found| factor(found.value)).collect(),
        retention: facts
            .retention
            .iter()
            .map(|kept| Retention {
                subject: string(&kept.subject),
                years: kept.years,
                article: kept.subject.article.clone(),
            })
            .collect(),
        ledgers: strings(&facts.ledgers),
        contract_clauses: strings(&facts.contract_clauses),
        connection_stop: facts
            .connection_stop
            .as_ref()
            .map(|found| Stop { by: string(found), article: found.article.clone() }),
        unread: facts
            .unread
            .iter()
            .map(|found| Unread { article: found.article.clone(), text: string(found) })
            .collect(),
    }
}

fn article(article: &Article) -> ArticleOut {
    ArticleOut {
        id: article.id.clone(),
        caption: article.caption.as_ref().map(|caption| caption.as_str().nfkc().collect::<String>().trim().to_owned()),
        chapter: article.chapter,
        paragraphs: article.paragraphs.len(),
        items: article.paragraphs.iter().map(|paragraph| paragraph.items.len()).sum(),
        deleted: article.deleted,
    }
}

const fn requirement(requirement: Requirement) -> &'static str {
    match requirement {
        Requirement::Permit => "permit",
        Requirement::Card => "card",
        Requirement::Key => "key",
        Requirement::Badge => "badge",
        Requirement::Record => "record",
        Requirement::Escort => "escort",
    }
}

const fn factor(factor: Factor) -> &'static str {
    match factor {
        Factor::IcCard => "ic_card",
        Factor::Password => "password",
        Factor::Biometric => "biometric",
    }
}
