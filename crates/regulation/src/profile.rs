//! A profile: one municipality's regulation as data.
//!
//! A profile is a folder of text files: `profile.toml` (posts, roles, rooms, devices, card kinds,
//! password rules, retention, …), `articles.toml` (each article with a summary in our own words and
//! what carries it out), `policy/*.cedar` (the rules) and `cases/*.toml` (golden decisions). It
//! extends the national vocabulary of facts and acts. Unknown keys are errors: a misspelt setting
//! must never be silently without effect.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::citation::Citation;
use crate::digest;
use crate::procedure::Procedures;

mod areas;
mod national;
pub mod obligations;
pub mod readings;
mod settings;
mod sign_in;
mod theorem;
mod vocabulary;

pub use obligations::Obligation;
pub use settings::*;
pub use sign_in::*;
pub use theorem::*;
pub use vocabulary::*;

/// A municipality's regulation, read and checked for form.
#[derive(Clone, Debug)]
pub struct Profile {
    /// `profile.toml`.
    pub settings: Settings,
    /// `articles.toml`, in the order of the text.
    pub articles: Vec<Article>,
    /// The national vocabulary of facts and acts.
    pub vocabulary: Vocabulary,
    /// Policy sources by file name: the national rules filled for this profile, such as
    /// `national/rules/40_rooms.cedar`, and the municipality's own, such as `policy/entry.cedar`.
    pub policies: BTreeMap<String, String>,
    /// Ids of national rules that do not apply here, each with the topic on which the text is silent
    /// or the set that is empty.
    pub left_out: BTreeMap<String, String>,
    /// Everything that the text asks, with what meets it.
    pub obligations: Vec<Obligation>,
    /// What its articles guarantee of every request: the national theorems and the municipality's.
    pub theorems: Theorems,
    /// Golden cases by file name, such as `cases/entry.toml`.
    pub cases: BTreeMap<String, String>,
    /// The books that are declared as data.
    pub procedures: Procedures,
    /// What happens one after another with the books, by file name, such as `scenarios/council.toml`.
    pub scenarios: BTreeMap<String, String>,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArticleFile {
    articles: Vec<Article>,
}

impl Profile {
    /// Reads a profile from its files and the national ones.
    ///
    /// `files` maps names relative to the profile's folder to their text; `national` maps names
    /// relative to the national folder: `facts.toml` and `rules/*.cedar`.
    ///
    /// # Errors
    /// [`ProfileError`] when a file is missing or malformed, has an unknown key, or uses a name
    /// that is not declared.
    pub fn from_files(
        files: &BTreeMap<String, String>,
        national: &BTreeMap<String, String>,
    ) -> Result<Self, ProfileError> {
        let procedures = Procedures::read(national.iter().map(|(name, text)| (name.as_str(), text.as_str())))
            .map_err(|e| ProfileError::Malformed { file: e.place, cause: e.cause })?;
        let settings = areas::settings(files, &procedures)?;
        let articles: ArticleFile = parse(files, "articles.toml")?;
        let national: BTreeMap<String, String> =
            national.iter().map(|(name, text)| (format!("national/{name}"), text.clone())).collect();
        let mut vocabulary: Vocabulary = parse(&national, "national/facts.toml")?;
        procedures.extend(&mut vocabulary);
        let under = |all: &BTreeMap<String, String>, prefix: &str| -> BTreeMap<String, String> {
            let chosen = all.iter().filter(|(name, _)| name.starts_with(prefix));
            chosen.map(|(name, text)| (name.clone(), text.clone())).collect()
        };
        check_topics(&settings, &vocabulary)?;
        let mut rules = under(&national, "national/rules/");
        rules.extend(procedures.rules(&vocabulary, &settings.silent));
        let filled = Self::fill(&settings, &rules)?;
        let theorems = theorems(&settings, files, &national, (&procedures, &vocabulary))?;
        let mut policies = filled.rules;
        policies.extend(under(files, "policy/"));
        let mut all = files.clone();
        // Who plays in a demonstration decides nothing.
        all.remove("demo.toml");
        // What meets an obligation is said about the rules; it is none of them.
        all.retain(|name, _| !name.starts_with(obligations::FOLDER));
        let obligations = obligations::read(files)?;
        all.extend(national);
        let profile = Self {
            settings,
            articles: articles.articles,
            vocabulary,
            policies,
            left_out: filled.left_out,
            theorems,
            obligations,
            cases: under(files, "cases/"),
            scenarios: under(files, "scenarios/"),
            procedures,
            digest: digest::of_files(&all),
        };
        profile.check_names()?;
        Ok(profile)
    }

    /// The articles that govern an act: cited where no policy speaks. Where the text is silent on all
    /// its topics, those of the topic `purpose`, which every regulation has.
    #[must_use]
    pub fn governing(&self, act: &str) -> Vec<Citation> {
        let topics = self.vocabulary.acts.get(act).map(|act| act.basis.as_slice()).unwrap_or_default();
        let mut cites: Vec<Citation> = Vec::new();
        for cite in topics.iter().filter_map(|topic| self.settings.basis.get(topic)).flatten() {
            if !cites.contains(cite) {
                cites.push(cite.clone());
            }
        }
        if cites.is_empty() { self.settings.basis.get("purpose").cloned().unwrap_or_default() } else { cites }
    }

    /// The facts of an act when nothing stands in its way: what golden cases and measurements start
    /// from.
    #[must_use]
    pub fn usual(&self, act: &str) -> BTreeMap<String, Plain> {
        let Some(facts) = self.vocabulary.acts.get(act) else { return BTreeMap::new() };
        let names = facts.groups.iter().filter_map(|group| self.vocabulary.groups.get(group)).flatten();
        names.map(|name| (name.clone(), self.usual_fact(facts, name))).collect()
    }

    fn usual_fact(&self, act: &ActFacts, name: &str) -> Plain {
        let spec = self.vocabulary.facts.get(name);
        if let Some(plain) = act.usual.get(name).or_else(|| spec?.usual.as_ref()) {
            return plain.clone();
        }
        let s = &self.settings;
        let power = act.power.as_deref().unwrap_or("operation");
        // What needs no office is done at the counter, the rest at a desk.
        let records = act.power.is_none();
        let text = match spec.and_then(|spec| spec.values_of) {
            Some(ValuesOf::Roles) => {
                national::codes(s, &format!("roles.{power}")).and_then(|roles| roles.first().copied())
            }
            Some(ValuesOf::Rooms) => s.rooms.iter().find(|room| room.controlled()).map(|room| room.code.as_str()),
            Some(ValuesOf::Devices) => {
                let counter = s.devices.iter().filter(|d| d.records).max_by_key(|d| std::cmp::Reverse(d.room_level));
                let desk = s.devices.iter().find(|d| !d.records);
                if records { counter.or(desk) } else { desk.or(counter) }.map(|d| d.code.as_str())
            }
            None => None,
        };
        match spec.map(|spec| spec.kind) {
            Some(FactType::Long) => Plain::Long(0),
            Some(FactType::Text | FactType::Set) => Plain::Text(text.unwrap_or("none").to_owned()),
            _ => Plain::Bool(true),
        }
    }

    /// Whether the regulation speaks of an act at all.
    #[must_use]
    pub fn speaks_of(&self, act: &str) -> bool {
        let topics = self.vocabulary.acts.get(act).map(|act| act.basis.as_slice()).unwrap_or_default();
        // A step of a book is left out where the text is silent on its first topic.
        if self.procedures.steps().any(|(_, step)| step.act == act) {
            return topics.first().is_some_and(|topic| self.settings.basis.contains_key(topic));
        }
        topics.iter().any(|topic| self.settings.basis.contains_key(topic))
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
        for (power, roles) in &s.powers {
            if let Some(role) = roles.iter().find(|role| self.role(role).is_none()) {
                return undeclared(&format!("powers.{power}"), role);
            }
        }
        self.check_facts().and_then(|()| self.check_citations())
    }

    fn check_facts(&self) -> Result<(), ProfileError> {
        for (act, facts) in &self.vocabulary.acts {
            let group = facts.groups.iter().find(|g| !self.vocabulary.groups.contains_key(*g));
            let topic = facts.basis.iter().find(|t| !self.vocabulary.topics.contains_key(*t));
            if let Some(name) = group.or(topic) {
                return Err(ProfileError::Undeclared { place: format!("acts.{act}"), name: name.clone() });
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
        let rooms = s.rooms.iter().flat_map(|r| r.cites.iter().chain(r.asks.iter().flat_map(|terms| &terms.cites)));
        let devices = s.devices.iter().flat_map(|d| d.cites.iter().chain(d.asks.iter().flat_map(|terms| &terms.cites)));
        let council = s.council.iter().flat_map(|c| &c.cites).chain(s.retention.iter().flat_map(|r| &r.cites));
        let rest = s.basis.values().flatten().chain(&s.password.cites).chain(council);
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

    /// How long a book is kept: the longest of what the instruments ask.
    #[must_use]
    pub fn retention(&self, book: &str) -> Option<&Retention> {
        self.settings.retention.iter().filter(|r| r.book == book).max_by_key(|r| r.years)
    }

    /// 規程第6条第2項: what the instrument is called, and the place.
    #[must_use]
    pub fn cite_ja(&self, citation: &Citation) -> String {
        let instrument = self.settings.instruments.iter().find(|i| i.key == citation.instrument);
        format!("{}{}", instrument.map_or("", |i| i.short.as_str()), citation.place_ja())
    }
}

/// The national theorems, filled for this profile, and the municipality's own.
fn theorems(
    settings: &Settings,
    files: &BTreeMap<String, String>,
    national: &BTreeMap<String, String>,
    (procedures, vocabulary): (&Procedures, &Vocabulary),
) -> Result<Theorems, ProfileError> {
    let mut basis = settings.basis.clone();
    basis.extend(settings.silent.keys().map(|topic| (topic.clone(), Vec::new())));
    let empty = |set: &str| national::codes(settings, set).is_none_or(|set| set.is_empty());
    let mut all = Theorems::default();
    let books = procedures.theorems(vocabulary, &settings.silent);
    let national = national.get("national/theorems.toml");
    let sources = [
        (national, "national/theorems.toml"),
        (Some(&books), "national/books"),
        (files.get("theorems.toml"), "theorems.toml"),
    ];
    for (text, name) in sources {
        let Some(text) = text else { continue };
        let malformed = |cause: String| ProfileError::Malformed { file: name.to_owned(), cause };
        let text = national::fill(settings, text).map_err(malformed)?;
        let read = Theorems::read(&text, &basis, &empty).map_err(|e| malformed(e.to_string()))?;
        all.theorems.extend(read.theorems);
        all.exempt.extend(read.exempt);
    }
    Ok(all)
}

/// Every topic is spoken of or declared silent, every power is given to somebody or to nobody, and no
/// other is named.
fn check_topics(settings: &Settings, vocabulary: &Vocabulary) -> Result<(), ProfileError> {
    let undeclared =
        |place: &str, name: &str| Err(ProfileError::Undeclared { place: place.to_owned(), name: name.to_owned() });
    for topic in vocabulary.topics.keys() {
        let spoken = settings.basis.get(topic).is_some_and(|cites| !cites.is_empty());
        if spoken == settings.silent.contains_key(topic) {
            return undeclared("basis", topic);
        }
    }
    let named = settings.basis.keys().chain(settings.silent.keys());
    if let Some(topic) = named.into_iter().find(|topic| !vocabulary.topics.contains_key(*topic)) {
        return undeclared("basis", topic);
    }
    if settings.silent.contains_key("purpose") {
        return undeclared("basis", "purpose");
    }
    if let Some(power) = vocabulary.powers.keys().find(|power| !settings.powers.contains_key(*power)) {
        return undeclared("powers", power);
    }
    match settings.powers.keys().find(|power| !vocabulary.powers.contains_key(*power)) {
        Some(power) => undeclared("powers", power),
        None => Ok(()),
    }
}

fn parse<T: serde::de::DeserializeOwned>(files: &BTreeMap<String, String>, name: &str) -> Result<T, ProfileError> {
    let text = files.get(name).ok_or_else(|| ProfileError::Missing(name.to_owned()))?;
    toml_text(name, text)
}

fn toml_text<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T, ProfileError> {
    toml::from_str(text).map_err(|e| ProfileError::Malformed { file: name.to_owned(), cause: e.to_string() })
}
