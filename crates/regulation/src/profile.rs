//! A profile: one municipality's regulation as data.
//!
//! A profile is a folder of text files: `profile.toml` (posts, roles, rooms, devices, card kinds,
//! password rules, retention, …), `articles.toml` (each article with a summary in our own words and
//! what carries it out), `policy/*.cedar` (the rules) and `cases/*.toml` (golden decisions). It
//! extends the national vocabulary of facts and acts. Unknown keys are errors: a misspelt setting
//! must never be silently without effect.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::citation::Citation;
use crate::date::Date;
use crate::digest;

/// A municipality's regulation, read and checked for form.
#[derive(Clone, Debug)]
pub struct Profile {
    /// `profile.toml`.
    pub settings: Settings,
    /// `articles.toml`, in the order of the text.
    pub articles: Vec<Article>,
    /// The national vocabulary of facts and acts.
    pub vocabulary: Vocabulary,
    /// Policy sources by file name, such as `policy/entry.cedar`.
    pub policies: BTreeMap<String, String>,
    /// Golden cases by file name, such as `cases/entry.toml`.
    pub cases: BTreeMap<String, String>,
    /// SHA-256 over every file of the profile and of the vocabulary, lower-case hex.
    pub digest: String,
}

/// Why a profile cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// A file that every profile has is not there.
    #[error("プロファイルに`{0}`がありません。ファイルを置いてから、もう一度実行してください。")]
    Missing(String),
    /// A file is not written as it should be; the cause names the line and the key.
    #[error("プロファイルの`{file}`が読めません。次の箇所を直してください: {cause}")]
    Malformed {
        /// The file's name.
        file: String,
        /// What is wrong and where.
        cause: String,
    },
    /// A name is used that is not declared.
    #[error("プロファイルの{place}に、定義のない`{name}`があります。綴りを確かめるか、定義を加えてください。")]
    Undeclared {
        /// Where it is used.
        place: String,
        /// The name.
        name: String,
    },
}

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
    pub change_reasons: Vec<Named>,
    /// Open readings decided by the municipality (see ambiguities).
    #[serde(default)]
    pub readings: Vec<Reading>,
    /// For each act the article that governs it: cited where no policy speaks.
    pub governing: BTreeMap<String, Vec<Citation>>,
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
    /// Where the text gives it.
    pub cites: Vec<Citation>,
}

/// A class of devices under access control.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceClass {
    /// ASCII code, such as `cs`.
    pub code: String,
    /// Name, such as コミュニケーションサーバ.
    pub name: String,
    /// Factors that confirm an operator's authority: `ic_card`, `password`.
    pub factors: Vec<Factor>,
    /// Least level of a room in which such a device may stand.
    pub room_level: u8,
    /// Where the text gives it.
    pub cites: Vec<Citation>,
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

/// Rules for passwords. The term, length and lockout are the municipality's own management method.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordRules {
    /// Least length in characters.
    pub length_min: u16,
    /// Greatest length in characters.
    pub length_max: u16,
    /// Least number of kinds among lower case, upper case, digits and signs.
    pub character_kinds_min: u8,
    /// Least zxcvbn score, 0 to 4.
    pub score_min: u8,
    /// Days until a password expires.
    pub term_days: u32,
    /// How many earlier passwords may not be used again.
    pub history: u8,
    /// Failures in a row after which the account is locked.
    pub failures_max: u8,
    /// Minutes for which it stays locked; 0 until a person unlocks it.
    pub lock_minutes: u32,
    /// Words of the place that a password may not contain, beside names and birthdays.
    #[serde(default)]
    pub forbidden_words: Vec<String>,
    /// Where the text asks for it.
    pub cites: Vec<Citation>,
}

/// Limits of a session.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SessionRules {
    /// Minutes without an act after which it ends.
    pub idle_minutes: u32,
    /// Minutes after which it ends in any case.
    pub absolute_minutes: u32,
    /// Most seconds that the clock may stand behind the last record.
    pub clock_behind_max_s: u32,
}

/// How long a book is kept.
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
    /// How it is read.
    pub reading: String,
    /// Who decided; none yet while it is open.
    #[serde(default)]
    pub decided_by: Option<String>,
    /// When.
    #[serde(default)]
    pub decided_on: Option<Date>,
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

/// The national vocabulary: what facts there are, and which of them each act is decided by.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// Facts by name.
    pub facts: BTreeMap<String, FactSpec>,
    /// Groups of facts by name.
    pub groups: BTreeMap<String, Vec<String>>,
    /// Acts by name, with the groups of facts that decide them.
    pub acts: BTreeMap<String, ActFacts>,
}

/// A fact that a policy may speak of.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FactSpec {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: FactType,
    /// What it says, as the subject of a sentence: 操作者用ICカードの状態.
    pub ja: String,
    /// For a yes-no fact, how "yes" reads after the subject's place: 職員証を提示していること.
    /// For a text, how each value reads.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// For a yes-no fact, how "no" reads, where turning the ending of `ja` round does not do.
    #[serde(default)]
    pub no: Option<String>,
    /// A limit or a circumstance that nobody changes for the sake of an act: never proposed as what
    /// would have allowed it.
    #[serde(default)]
    pub fixed: bool,
    /// For a text, the list of the profile that names its values, beside `values`.
    #[serde(default)]
    pub values_of: Option<ValuesOf>,
    /// Facts that have to be set right before this one is a matter: whose card it is follows its
    /// being presented. What would have to be different names only the first of such a chain.
    #[serde(default)]
    pub follows: Vec<String>,
}

/// A list of the profile whose names read a text fact's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValuesOf {
    /// The roles.
    Roles,
}

/// The type of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum FactType {
    /// Yes or no.
    Bool,
    /// A whole number.
    Long,
    /// A code.
    Text,
    /// A set of codes.
    Set,
}

/// Which facts decide an act.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ActFacts {
    /// Name on pages, such as 操作者用ICカードの貸与.
    pub ja: String,
    /// Groups of facts.
    pub groups: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArticleFile {
    articles: Vec<Article>,
}

impl Profile {
    /// Reads a profile from its files and the vocabulary's text.
    ///
    /// `files` maps names relative to the profile's folder to their text.
    ///
    /// # Errors
    /// [`ProfileError`] when a file is missing or malformed, has an unknown key, or uses a name
    /// that is not declared.
    pub fn from_files(files: &BTreeMap<String, String>, vocabulary: &str) -> Result<Self, ProfileError> {
        let settings: Settings = parse(files, "profile.toml")?;
        let articles: ArticleFile = parse(files, "articles.toml")?;
        let facts: Vocabulary = toml_text("national/facts.toml", vocabulary)?;
        let under = |prefix: &str| {
            let chosen = files.iter().filter(|(name, _)| name.starts_with(prefix));
            chosen.map(|(name, text)| (name.clone(), text.clone())).collect()
        };
        let mut all = files.clone();
        all.insert("national/facts.toml".to_owned(), vocabulary.to_owned());
        let profile = Self {
            settings,
            articles: articles.articles,
            vocabulary: facts,
            policies: under("policy/"),
            cases: under("cases/"),
            digest: digest::of_files(&all),
        };
        profile.check_names()?;
        Ok(profile)
    }

    fn check_names(&self) -> Result<(), ProfileError> {
        let s = &self.settings;
        let undeclared =
            |place: &str, name: &str| Err(ProfileError::Undeclared { place: place.to_owned(), name: name.to_owned() });
        for role in &s.roles {
            for post in &role.posts {
                if self.post(post).is_none() {
                    return undeclared(&format!("roles.{}", role.code), post);
                }
            }
        }
        for room in &s.rooms {
            if self.role(&room.manager).is_none() {
                return undeclared(&format!("rooms.{}", room.code), &room.manager);
            }
        }
        for kind in &s.card_kinds {
            for (class, operations) in &kind.operations {
                if self.device_class(class).is_none() {
                    return undeclared(&format!("card_kinds.{}", kind.code), class);
                }
                if let Some(name) = operations.iter().find(|o| !s.operations.iter().any(|n| n.code == **o)) {
                    return undeclared(&format!("card_kinds.{}", kind.code), name);
                }
            }
        }
        for act in self.vocabulary.acts.keys() {
            if s.governing.get(act).is_none_or(Vec::is_empty) {
                return undeclared("governing", act);
            }
        }
        if let Some(act) = s.governing.keys().find(|act| !self.vocabulary.acts.contains_key(*act)) {
            return undeclared("governing", act);
        }
        self.check_facts().and_then(|()| self.check_citations())
    }

    fn check_facts(&self) -> Result<(), ProfileError> {
        for (act, facts) in &self.vocabulary.acts {
            if let Some(group) = facts.groups.iter().find(|g| !self.vocabulary.groups.contains_key(*g)) {
                return Err(ProfileError::Undeclared { place: format!("acts.{act}"), name: group.clone() });
            }
        }
        for (fact, spec) in &self.vocabulary.facts {
            if let Some(first) = spec.follows.iter().find(|first| !self.vocabulary.facts.contains_key(*first)) {
                return Err(ProfileError::Undeclared { place: format!("facts.{fact}"), name: first.clone() });
            }
        }
        for (group, names) in &self.vocabulary.groups {
            if let Some(name) = names.iter().find(|n| !self.vocabulary.facts.contains_key(*n)) {
                return Err(ProfileError::Undeclared { place: format!("groups.{group}"), name: name.clone() });
            }
        }
        Ok(())
    }

    fn check_citations(&self) -> Result<(), ProfileError> {
        let s = &self.settings;
        let roles = s.roles.iter().flat_map(|r| &r.cites);
        let rooms = s.rooms.iter().flat_map(|r| &r.cites);
        let devices = s.devices.iter().flat_map(|d| &d.cites);
        let council = s.council.iter().flat_map(|c| &c.cites).chain(s.retention.iter().flat_map(|r| &r.cites));
        let rest = s.governing.values().flatten().chain(&s.password.cites).chain(council);
        let mut all = roles.chain(rooms).chain(devices).chain(rest);
        match all.find(|citation| self.article(citation).is_none()) {
            Some(citation) => Err(ProfileError::Undeclared { place: "cites".to_owned(), name: citation.to_string() }),
            None => Ok(()),
        }
    }

    /// The article in which a cited place lies.
    #[must_use]
    pub fn article(&self, citation: &Citation) -> Option<&Article> {
        self.articles.iter().find(|a| a.id.instrument == citation.instrument && a.id.article == citation.article)
    }

    /// The post with this code.
    #[must_use]
    pub fn post(&self, code: &str) -> Option<&Post> {
        self.settings.posts.iter().find(|post| post.code == code)
    }

    /// The role with this code.
    #[must_use]
    pub fn role(&self, code: &str) -> Option<&Role> {
        self.settings.roles.iter().find(|role| role.code == code)
    }

    /// The room with this code.
    #[must_use]
    pub fn room(&self, code: &str) -> Option<&Room> {
        self.settings.rooms.iter().find(|room| room.code == code)
    }

    /// The class of devices with this code.
    #[must_use]
    pub fn device_class(&self, code: &str) -> Option<&DeviceClass> {
        self.settings.devices.iter().find(|class| class.code == code)
    }

    /// The kind of card with this code.
    #[must_use]
    pub fn card_kind(&self, code: &str) -> Option<&CardKind> {
        self.settings.card_kinds.iter().find(|kind| kind.code == code)
    }

    /// The purpose with this code.
    #[must_use]
    pub fn purpose(&self, code: &str) -> Option<&Purpose> {
        self.settings.purposes.iter().find(|purpose| purpose.code == code)
    }

    /// The form with this code.
    #[must_use]
    pub fn form(&self, code: &str) -> Option<&Form> {
        self.settings.forms.iter().find(|form| form.code == code)
    }

    /// 規程第6条第2項: what the instrument is called, and the place.
    #[must_use]
    pub fn cite_ja(&self, citation: &Citation) -> String {
        let instrument = self.settings.instruments.iter().find(|i| i.key == citation.instrument);
        format!("{}{}", instrument.map_or("", |i| i.short.as_str()), citation.place_ja())
    }
}

fn parse<T: serde::de::DeserializeOwned>(files: &BTreeMap<String, String>, name: &str) -> Result<T, ProfileError> {
    let text = files.get(name).ok_or_else(|| ProfileError::Missing(name.to_owned()))?;
    toml_text(name, text)
}

fn toml_text<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T, ProfileError> {
    toml::from_str(text).map_err(|e| ProfileError::Malformed { file: name.to_owned(), cause: e.to_string() })
}
