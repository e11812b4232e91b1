//! What an instrument says: offices, council, rooms, devices, books, periods, contracts, the power to
//! cut the connection.
//!
//! Each extractor reads the same [`Scope`] and knows nothing of the others but the names they found.

mod access;
mod clauses;
mod council;
mod header;
mod ledgers;
mod lists;
mod members;
mod posts;
mod retention;
mod roles;
mod rooms;
mod scope;
mod stop;
mod unread;

use super::instrument::{Amendment, Instrument};
use super::text::{Span, Text};
use crate::Date;
use scope::Scope;

/// A value with the article and the place in the text it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// The article's id; empty for what stands outside of the articles.
    pub article: String,
    /// The place in the decoded text.
    pub span: Span,
}

impl<T> Found<T> {
    pub(super) fn new(value: T, article: &str, span: Span) -> Self {
        Self { value, article: article.to_owned(), span }
    }
}

impl Found<String> {
    /// What is written where `part` of `text` stands.
    pub(super) fn written(text: &Text, part: &str, article: &str) -> Self {
        let (value, span) = text.written(part);
        Self::new(value, article, span)
    }
}

/// An office and the posts that fill it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its name, the short one where there is one.
    pub name: Found<String>,
    /// The posts, one by one.
    pub posts: Vec<Found<String>>,
}

/// A council that the instrument sets up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Council {
    /// Its name, the short one where there is one.
    pub name: Found<String>,
    /// Who chairs it.
    pub chair: Option<Found<String>>,
    /// Who sits in it.
    pub members: Vec<Found<String>>,
    /// What it deliberates on.
    pub agenda: Vec<Found<String>>,
    /// The office that does its 庶務.
    pub secretariat: Option<Found<String>>,
    /// The body whose opinion it asks.
    pub consults: Option<Found<String>>,
}

/// What is asked of those who enter a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Requirement {
    /// 許可, 承認
    Permit,
    /// A card used to enter.
    Card,
    /// A key used to enter.
    Key,
    /// 名札
    Badge,
    /// An entry in writing.
    Record,
    /// 立会い
    Escort,
}

/// A room whose entry the text controls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Its name, the short one where there is one.
    pub name: Found<String>,
    /// The number of its level.
    pub level: Option<u32>,
    /// What is asked of those who enter, each once, in the order of [`Requirement`].
    pub requires: Vec<Found<Requirement>>,
}

/// How operators are authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Factor {
    /// A card of the operator.
    IcCard,
    /// A password or the operator's PIN.
    Password,
    /// 照合情報
    Biometric,
}

/// How long something is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// What is kept.
    pub subject: Found<String>,
    /// Years.
    pub years: u32,
}

/// Everything that was found in an instrument.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The title.
    pub title: Option<Found<String>>,
    /// 規程, 要綱, 規則, 訓令, 要領, 規定, 条例 or 告示.
    pub kind: Option<String>,
    /// The number, without date and municipality.
    pub number: Option<Found<String>>,
    /// The day of promulgation.
    pub promulgated: Option<Found<Date>>,
    /// The day on which the whole came into force.
    pub effective: Option<Found<Date>>,
    /// Amendments, each once.
    pub amendments: Vec<Found<Amendment>>,
    /// Offices.
    pub roles: Vec<Role>,
    /// The council.
    pub council: Option<Council>,
    /// Rooms.
    pub rooms: Vec<Room>,
    /// Machines under access management.
    pub devices: Vec<Found<String>>,
    /// How operators are authenticated.
    pub factors: Vec<Found<Factor>>,
    /// How long things are kept.
    pub retention: Vec<Retention>,
    /// Books to be kept.
    pub ledgers: Vec<Found<String>>,
    /// What a contract with an outsourcer must contain.
    pub contract_clauses: Vec<Found<String>>,
    /// Who cuts the connection.
    pub connection_stop: Option<Found<String>>,
    /// Sentences that seem to set something up and that nothing was read from.
    pub unread: Vec<Found<String>>,
}

/// Reads the facts of an instrument whose sentences are written with this comma.
pub(super) fn read(instrument: &Instrument, comma: char) -> Facts {
    let scope = Scope::new(instrument);
    let mut facts = Facts::default();
    header::read(instrument, &mut facts);
    facts.roles = roles::read(&scope);
    facts.council = council::read(&scope);
    let council = facts.council.as_ref();
    facts.roles.retain(|role| council.is_none_or(|council| council.name.value != role.name.value));
    facts.rooms = rooms::read(&scope);
    facts.devices = access::devices(&scope);
    facts.factors = access::factors(&scope);
    facts.ledgers = ledgers::read(&scope);
    facts.retention = retention::read(&scope, &facts.ledgers);
    facts.contract_clauses = clauses::read(&scope);
    facts.connection_stop = stop::read(&scope);
    facts.unread = unread::read(&scope, &facts);
    if comma == ',' {
        with_western_commas(&mut facts);
    }
    facts
}

/// The text writes its commas as the west does; so do the values taken from it.
fn with_western_commas(facts: &mut Facts) {
    let put = |found: &mut Found<String>| found.value = found.value.replace('、', ",");
    facts.title.iter_mut().for_each(put);
    for role in &mut facts.roles {
        put(&mut role.name);
        role.posts.iter_mut().for_each(put);
    }
    if let Some(council) = &mut facts.council {
        put(&mut council.name);
        council.members.iter_mut().chain(&mut council.agenda).for_each(put);
        council.chair.iter_mut().chain(&mut council.secretariat).chain(&mut council.consults).for_each(put);
    }
    facts.rooms.iter_mut().for_each(|room| put(&mut room.name));
    facts.retention.iter_mut().for_each(|kept| put(&mut kept.subject));
    let lists = [&mut facts.devices, &mut facts.ledgers, &mut facts.contract_clauses, &mut facts.unread];
    lists.into_iter().flatten().for_each(put);
    facts.connection_stop.iter_mut().for_each(put);
}
