//! `profile.toml` and `articles.toml`: what a municipality settles. The doc comments are their manual.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{PasswordRules, SessionRules};
use crate::citation::Citation;
use crate::date::Date;
use crate::procedure::Period;

/// `profile.toml`. The doc comments are its manual.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Short name in lower-case ASCII; the folder's name.
    pub key: String,
    /// The municipality's name.
    pub municipality: String,
    /// 全国地方公共団体コード with its check digit, six digits.
    pub municipality_code: String,
    /// Instruments adopted together.
    pub instruments: Vec<Instrument>,
    /// Posts (職).
    pub posts: Vec<Post>,
    /// Roles (役割) and the posts that fill them (充て職).
    pub roles: Vec<Role>,
    /// The security council.
    pub council: Option<Council>,
    /// Rooms under entry control.
    pub rooms: Vec<Room>,
    /// Classes of devices under access control.
    pub devices: Vec<DeviceClass>,
    /// Kinds of operator cards and what each may do.
    pub card_kinds: Vec<CardKind>,
    /// Operations that the card-kind matrix speaks of.
    pub operations: Vec<Named>,
    /// Rules for passwords and lockout.
    pub password: PasswordRules,
    /// Limits of a session.
    pub session: SessionRules,
    /// How long each book is kept.
    pub retention: Vec<Retention>,
    /// Purposes for which an identity record may be looked up.
    pub purposes: Vec<Purpose>,
    /// Forms (帳票) that can be printed from an identity record.
    pub forms: Vec<Form>,
    /// Reasons of change (異動事由) used by the municipality's own system.
    #[serde(default)]
    pub change_reasons: Vec<ChangeReason>,
    /// Open readings decided by the municipality (see ambiguities).
    #[serde(default)]
    pub readings: Vec<Reading>,
    /// What the text calls the operator card.
    #[serde(default = "card")]
    pub card_name: String,
    /// For each topic of the national rules, where this regulation speaks of it.
    pub basis: BTreeMap<String, Vec<Citation>>,
    /// Topics on which it is silent, each with what follows from that, in a sentence.
    #[serde(default)]
    pub silent: BTreeMap<String, String>,
    /// For each power, the roles that hold it.
    pub powers: BTreeMap<String, Vec<String>>,
    /// Which codes of a list this regulation knows, where not all.
    #[serde(default)]
    pub choices: BTreeMap<String, Vec<String>>,
    /// How often, or how soon, a duty is due here, where it differs from the national default.
    #[serde(default)]
    pub periods: BTreeMap<String, Term>,
}

/// How often, or how soon, something is due.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// How often.
    pub every: Option<Period>,
    /// How soon after.
    pub within: Option<Period>,
    /// The text gives it, so nobody can change it, or the municipality adopted it.
    pub basis: Basis,
    /// Where the text gives it.
    #[serde(default)]
    pub cites: Vec<Citation>,
}

fn card() -> String {
    "操作者用ICカード".to_owned()
}

/// A regulation of the municipality.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Instrument {
    /// Key used in citations.
    pub key: String,
    /// Full title.
    pub title: String,
    /// What it is called in sentences, such as 規程.
    pub short: String,
    /// Its number.
    pub number: String,
    /// Its versions, the oldest first.
    pub versions: Vec<Version>,
}

/// One version of an instrument: the three dates are kept apart.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// 1 for the first.
    pub no: u32,
    /// The number of the instrument that made it.
    pub by: String,
    /// 公布.
    pub promulgated: Date,
    /// 施行.
    pub effective: Date,
    /// 適用.
    pub applied: Date,
    /// What its supplementary provisions say, in our own words.
    #[serde(default)]
    pub summary: Option<String>,
    /// Obligations that its supplementary provisions hold.
    #[serde(default)]
    pub obligations: Vec<String>,
}

/// A code with its Japanese name.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// ASCII code.
    pub code: String,
    /// Japanese name.
    pub name: String,
}

/// A reason of change (異動事由) of an identity record.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeReason {
    /// Code, at most eight letters and digits.
    pub code: String,
    /// Name, such as 転入.
    pub name: String,
    /// Whether the record is removed (消除) by it.
    #[serde(default)]
    pub removes: bool,
    /// Other spellings that files use.
    #[serde(default)]
    pub synonyms: Vec<String>,
}

/// A post (職) in the organisation.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// ASCII code.
    pub code: String,
    /// Name, such as 住民課長.
    pub name: String,
    /// Section (課).
    pub section: String,
    /// Rank, the higher the more senior: 1 係員, 2 主査, 3 係長, 4 課長補佐・主幹, 5 課長.
    pub rank: u8,
    /// How many people can hold it at once.
    #[serde(default = "one")]
    pub seats: u16,
}

const fn one() -> u16 {
    1
}

/// A role (役割) that the instrument gives to holders of posts.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// ASCII code, neutral across instruments.
    pub code: String,
    /// Name as the instrument has it.
    pub name: String,
    /// Posts whose holders hold the role. Empty: by designation only.
    #[serde(default)]
    pub posts: Vec<String>,
    /// Whether a designation picks one when several could hold it.
    #[serde(default)]
    pub designated: bool,
    /// The room for which the role is held, if it is bound to one.
    #[serde(default)]
    pub room: Option<String>,
    /// What the role is for, in a sentence of our own.
    pub duty: String,
    /// Where the text gives it.
    pub cites: Vec<Citation>,
}

/// The security council (セキュリティ会議).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Council {
    /// Its name.
    pub name: String,
    /// The role that convenes and chairs it.
    pub chair: String,
    /// Roles whose holders are members.
    pub member_roles: Vec<String>,
    /// Members by section and rank.
    #[serde(default)]
    pub member_ranks: Vec<MemberRank>,
    /// Kinds of matters it deliberates on.
    pub agenda: Vec<Named>,
    /// The section that keeps its affairs.
    pub secretariat: String,
    /// The body heard on important matters.
    pub hears: Option<String>,
    /// Where the text gives it.
    pub cites: Vec<Citation>,
}

/// Council members by section and least rank.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MemberRank {
    /// Section (課).
    pub section: String,
    /// Least rank, as in [`Post::rank`].
    pub rank: u8,
}

/// A room under entry control.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    /// ASCII code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Security level as the text numbers it.
    pub level: u8,
    /// Where it lies.
    pub location: String,
    /// The role that manages entry and keys.
    pub manager: String,
    /// What is asked of those who go in. Several instruments may each ask their own: all of it holds.
    /// Nothing: the room is under no entry control.
    #[serde(default)]
    pub asks: Vec<EntryTerms>,
    /// Where the text gives it.
    pub cites: Vec<Citation>,
}

impl Room {
    /// Whether entry to the room is controlled.
    #[must_use]
    pub fn controlled(&self) -> bool {
        !self.asks.is_empty()
    }

    /// What is asked of an employee, or of anybody else, who goes in.
    pub fn asks_of(&self, employee: bool) -> impl Iterator<Item = Demand> {
        self.asks.iter().flat_map(move |terms| if employee { &terms.employee } else { &terms.visitor }).copied()
    }
}

/// What one place of the text asks of those who enter a room.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EntryTerms {
    /// Where the text asks it.
    pub cites: Vec<Citation>,
    /// Of employees.
    #[serde(default)]
    pub employee: Vec<Demand>,
    /// Of everybody else.
    #[serde(default)]
    pub visitor: Vec<Demand>,
}

/// What may be asked of someone who enters a room. Every entry is recorded in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// 事前の許可.
    Permit,
    /// 入退室管理カード.
    Card,
    /// 鍵.
    Key,
    /// 名札.
    Badge,
    /// 職員証.
    StaffId,
    /// 立会い.
    Escort,
}

/// A class of devices under access control.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceClass {
    /// ASCII code, such as `cs`.
    pub code: String,
    /// Name, such as コミュニケーションサーバ.
    pub name: String,
    /// Factors that confirm an operator's authority. Several instruments may each ask their own: all
    /// of them hold.
    pub asks: Vec<FactorTerms>,
    /// Least level of a room in which such a device may stand.
    pub room_level: u8,
    /// Whether identity records or certificates are handled on it: a device of the network and not
    /// one of the office.
    #[serde(default)]
    pub records: bool,
    /// Where the text gives it.
    pub cites: Vec<Citation>,
}

impl DeviceClass {
    /// Whether any instrument asks for a factor.
    #[must_use]
    pub fn asks_for(&self, factor: Factor) -> bool {
        self.asks.iter().any(|terms| terms.factors.contains(&factor))
    }
}

/// What one place of the text asks of those who operate a device.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FactorTerms {
    /// Where the text asks it.
    pub cites: Vec<Citation>,
    /// `ic_card`, `password`, `biometric`.
    pub factors: Vec<Factor>,
}

/// A factor by which an operator's authority is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// 操作者用ICカード.
    IcCard,
    /// パスワード.
    Password,
    /// 照合情報 (vein pattern or the like).
    Biometric,
}

impl std::str::FromStr for Factor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text {
            "ic_card" => Self::IcCard,
            "password" => Self::Password,
            "biometric" => Self::Biometric,
            _ => return Err(()),
        })
    }
}

/// A kind of operator card.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CardKind {
    /// ASCII code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Operations by device class, before the municipality settles its own.
    pub operations: BTreeMap<String, Vec<String>>,
}

/// How long a book is kept. Where several instruments speak of one book, the longest period holds.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// The view's name.
    pub book: String,
    /// Years from each event.
    pub years: u8,
    /// Whether the text gives the period or the municipality adopted it.
    pub basis: Basis,
    /// Where the text gives it.
    #[serde(default)]
    pub cites: Vec<Citation>,
}

/// Where a period comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The text itself; it cannot be lowered.
    Text,
    /// A decision of the municipality.
    Adopted,
}

/// A purpose for which an identity record may be looked up.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// ASCII code.
    pub code: String,
    /// Name, such as 転入届の受理.
    pub name: String,
    /// The digit key that chooses it at the counter.
    #[serde(default)]
    pub key: Option<char>,
    /// What the basis field asks for, such as 届出の受付番号.
    pub basis: String,
    /// Fields of the record that the purpose needs.
    pub reveals: Vec<String>,
}

/// A form that can be printed from an identity record.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// ASCII code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Fields of the record on the paper.
    pub fields: Vec<String>,
}

/// A recorded decision on an open reading.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// The id of the question, such as `AMB-G-01`.
    pub id: String,
    /// The question in a sentence.
    pub question: String,
    /// How it is read, unless another choice was made.
    pub reading: String,
    /// The other ways in which the text can be read.
    #[serde(default)]
    pub choices: Vec<ReadingChoice>,
    /// The choice that was made: `as_written` or one of `choices`. Set from `readings.toml`.
    #[serde(default)]
    pub chosen: Option<String>,
    /// Who decided; none yet while it is open.
    #[serde(default)]
    pub decided_by: Option<String>,
    /// When.
    #[serde(default)]
    pub decided_on: Option<Date>,
}

impl Reading {
    /// How it is read now: as chosen, or as written.
    #[must_use]
    pub fn now(&self) -> &str {
        let chosen = self.choices.iter().find(|choice| Some(&choice.code) == self.chosen.as_ref());
        chosen.map_or(&self.reading, |choice| &choice.reading)
    }
}

/// A way in which an open place can be read.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ReadingChoice {
    /// ASCII code.
    pub code: String,
    /// How it is read, in a sentence.
    pub reading: String,
    /// Settings that follow from it, by their place such as `rooms.densan.asks`.
    #[serde(default)]
    pub set: BTreeMap<String, toml::Value>,
}

/// An article with what carries it out.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Article {
    /// Its place, article only.
    pub id: Citation,
    /// Heading; in brackets when it was lost and reconstructed.
    pub caption: String,
    /// Chapter.
    #[serde(default)]
    pub chapter: Option<u16>,
    /// The chapter's heading, on its first article.
    #[serde(default)]
    pub chapter_title: Option<String>,
    /// What it asks, paragraph by paragraph, in our own words.
    pub summary: Vec<String>,
    /// Books, acts, pages and policies that carry it out: `book:cards`, `act:card.lend`, `page:/log`.
    #[serde(default)]
    pub carried_by: Vec<String>,
    /// Obligations that it holds.
    #[serde(default)]
    pub obligations: Vec<String>,
}
