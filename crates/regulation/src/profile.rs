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

mod settings;
mod theorem;
mod vocabulary;

pub use settings::*;
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
