//! `theorems.toml`: what an article guarantees, as a sentence and as Cedar.
//!
//! ```toml
//! [[theorem]]
//! id = "sign_in.factors"
//! articles = ["nishimeya:10.2"]     # or `basis = ["factors"]`, by the profile's table
//! says = "操作者用ICカードとパスワードの両方で確かめられた人でなければ、サインインできない。"
//! acts = ["factors"]                # acts, or groups of facts: every act that such a group decides
//! given = 'context.terminal_class == "cs"'   # may be left out
//! then = 'context.card_presented && context.password_ok'
//!
//! [[exempt]]                        # an article that policies cite and no theorem proves
//! article = "nishimeya:5"
//! reason = "…。"
//! ```
//!
//! A theorem holds when, for *every* request of its acts that meets `given`, the act is allowed only
//! if `then` is true.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::citation::Citation;

/// What must hold of every request of some acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theorem {
    /// Its name.
    pub id: String,
    /// The places whose guarantee it states.
    pub articles: Vec<Citation>,
    /// The guarantee, a Japanese sentence.
    pub says: String,
    /// Acts, or groups of facts: every act that is decided by such a group.
    pub acts: Vec<String>,
    /// A Cedar expression over `context`: of which requests it speaks; of all without one.
    pub given: Option<String>,
    /// A Cedar expression over `context`: what is true whenever the act is allowed.
    pub then: String,
}

/// An article without a theorem, though policies cite it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exempt {
    /// The article.
    pub article: Citation,
    /// Why none can be stated, a Japanese sentence.
    pub reason: String,
}

/// A file of theorems.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theorems {
    /// What is claimed, in the order of the file.
    pub theorems: Vec<Theorem>,
    /// Articles of which nothing is claimed.
    pub exempt: Vec<Exempt>,
}

/// Why a file of theorems cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TheoremError {
    /// It is not written as it should be.
    #[error("{0}")]
    Malformed(String),
    /// A theorem rests on nothing, or on both kinds of place.
    #[error("定理`{0}`には、`articles`か`basis`のどちらか一方を書いてください。")]
    Unfounded(String),
    /// A topic is not in the profile's table.
    #[error("定理`{theorem}`の根拠`{topic}`が、プロファイルの`basis`にありません。")]
    Topic {
        /// The theorem.
        theorem: String,
        /// The topic.
        topic: String,
    },
    /// The sentence is not one.
    #[error("定理`{0}`の`says`は、「。」で終わる文にしてください。")]
    Sentence(String),
    /// Two theorems have one name.
    #[error("定理`{0}`が二つあります。別の名前にしてください。")]
    Twice(String),
    /// A theorem names no act.
    #[error("定理`{0}`の`acts`が空です。行為を一つ以上書いてください。")]
    Actless(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    theorem: Vec<Written>,
    #[serde(default)]
    exempt: Vec<Exempt>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    #[serde(default)]
    articles: Vec<Citation>,
    #[serde(default)]
    basis: Vec<String>,
    says: String,
    acts: Vec<String>,
    /// A set of the profile without which the theorem is about nothing, such as `devices.ic_card`.
    #[serde(default, rename = "where")]
    about: Option<String>,
    given: Option<String>,
    then: String,
}

impl Theorems {
    /// Reads a file. `basis` names the places on which each topic rests; a topic that rests on no
    /// place of this municipality has an empty list, and a theorem whose first topic is such is left
    /// out. So is one about a set that is `empty` here.
    ///
    /// # Errors
    /// [`TheoremError`] when the text is malformed, a theorem rests on nothing or names no act, a
    /// topic is unknown, or a name comes twice.
    pub fn read(
        text: &str,
        basis: &BTreeMap<String, Vec<Citation>>,
        empty: &dyn Fn(&str) -> bool,
    ) -> Result<Self, TheoremError> {
        let file: File = toml::from_str(text).map_err(|e| TheoremError::Malformed(e.to_string()))?;
        let mut names = BTreeSet::new();
        let mut theorems = Vec::new();
        for written in file.theorem {
            if !names.insert(written.id.clone()) {
                return Err(TheoremError::Twice(written.id));
            }
            if !written.about.as_deref().is_some_and(empty) {
                theorems.extend(written.founded(basis)?);
            }
        }
        Ok(Self { theorems, exempt: file.exempt })
    }
}

impl Written {
    fn founded(self, basis: &BTreeMap<String, Vec<Citation>>) -> Result<Option<Theorem>, TheoremError> {
        if self.articles.is_empty() == self.basis.is_empty() {
            return Err(TheoremError::Unfounded(self.id));
        }
        if !self.says.ends_with('。') {
            return Err(TheoremError::Sentence(self.id));
        }
        if self.acts.is_empty() {
            return Err(TheoremError::Actless(self.id));
        }
        let mut articles = self.articles;
        for (at, topic) in self.basis.iter().enumerate() {
            let places = basis.get(topic);
            let places =
                places.ok_or_else(|| TheoremError::Topic { theorem: self.id.clone(), topic: topic.clone() })?;
            if at == 0 && places.is_empty() {
                // The rules of a silent topic are left out, and so is what they would guarantee.
                return Ok(None);
            }
            let new: Vec<Citation> = places.iter().filter(|place| !articles.contains(place)).cloned().collect();
            articles.extend(new);
        }
        let Self { id, says, acts, given, then, .. } = self;
        Ok(Some(Theorem { id, articles, says, acts, given, then }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"
        [[theorem]]
        id = "a"
        articles = ["x:10.2"]
        says = "だれも入れない。"
        acts = ["entry.enter"]
        then = 'context.staff_id_shown'
    "#;

    fn read(text: &str) -> Result<Theorems, TheoremError> {
        let basis = [
            ("factors".to_owned(), vec!["x:10.2".parse().unwrap_or_else(|e| unreachable!("{e}"))]),
            ("nowhere".to_owned(), Vec::new()),
        ];
        Theorems::read(text, &basis.into_iter().collect(), &|set| set == "rooms.none")
    }

    #[test]
    fn articles_and_topics_say_the_same() {
        let by_topic = ONE.replace(r#"articles = ["x:10.2"]"#, r#"basis = ["factors", "nowhere"]"#);
        let read_ = |text: &str| read(text).unwrap_or_else(|e| unreachable!("{e}"));
        assert_eq!(read_(ONE), read_(&by_topic));
        assert_eq!(read_(ONE).theorems.len(), 1);
    }

    #[test]
    fn a_first_topic_without_a_place_leaves_the_theorem_out() {
        for topics in [r#"["nowhere"]"#, r#"["nowhere", "factors"]"#] {
            let text = ONE.replace(r#"articles = ["x:10.2"]"#, &format!("basis = {topics}"));
            assert_eq!(read(&text), Ok(Theorems::default()), "{topics}");
        }
    }

    #[test]
    fn a_theorem_about_an_empty_set_is_left_out() {
        for (set, count) in [("rooms.none", 0), ("rooms.some", 1)] {
            let text = ONE.replace("acts =", &format!("where = \"{set}\"\nacts ="));
            assert_eq!(read(&text).map(|read| read.theorems.len()), Ok(count), "{set}");
        }
    }

    #[test]
    fn what_is_no_theorem() {
        let id = || "a".to_owned();
        let topic = TheoremError::Topic { theorem: id(), topic: "else".to_owned() };
        for (text, error) in [
            (ONE.replace(r#"articles = ["x:10.2"]"#, ""), TheoremError::Unfounded(id())),
            (ONE.replace("says", "basis = [\"factors\"]\nsays"), TheoremError::Unfounded(id())),
            (ONE.replace(r#"articles = ["x:10.2"]"#, r#"basis = ["else"]"#), topic),
            (ONE.replace("入れない。", "入れない"), TheoremError::Sentence(id())),
            (ONE.replace(r#"["entry.enter"]"#, "[]"), TheoremError::Actless(id())),
            (format!("{ONE}{ONE}"), TheoremError::Twice(id())),
        ] {
            assert_eq!(read(&text), Err(error), "{text}");
        }
        assert!(matches!(read(&ONE.replace("then", "them")), Err(TheoremError::Malformed(_))));
    }
}
