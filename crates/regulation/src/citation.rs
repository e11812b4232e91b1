//! Citations: which article of which instrument a decision rests on.
//!
//! In data a citation is written `instrument:article.paragraph.item`, with branch numbers joined by
//! a hyphen and empty places for what is not named: `nishimeya:6.2` is 第6条第2項,
//! `nishimeya:12..4` is 第12条第4号, `chiba:10-2.1` is 第10条の2第1項.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A place in an instrument.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Citation {
    /// The instrument's key in the profile, in lower-case ASCII.
    pub instrument: String,
    /// The article with its branch numbers, such as `10-2`.
    pub article: String,
    /// The paragraph (項), where one is named.
    pub paragraph: Option<u16>,
    /// The item (号), where one is named.
    pub item: Option<u16>,
}

/// Why a text is not a citation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a citation: write `instrument:article.paragraph.item`, such as `nishimeya:6.2`")]
pub struct CitationError(String);

impl Citation {
    /// 第6条第2項, without the instrument's name.
    #[must_use]
    pub fn place_ja(&self) -> String {
        let mut parts = self.article.split('-');
        let mut out = format!("第{}条", parts.next().unwrap_or_default());
        for branch in parts {
            out.push('の');
            out.push_str(branch);
        }
        if let Some(paragraph) = self.paragraph {
            out.push_str(&format!("第{paragraph}項"));
        }
        if let Some(item) = self.item {
            out.push_str(&format!("第{item}号"));
        }
        out
    }
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.instrument, self.article)?;
        match (self.paragraph, self.item) {
            (None, None) => Ok(()),
            (Some(p), None) => write!(f, ".{p}"),
            (None, Some(i)) => write!(f, "..{i}"),
            (Some(p), Some(i)) => write!(f, ".{p}.{i}"),
        }
    }
}

impl FromStr for Citation {
    type Err = CitationError;

    fn from_str(text: &str) -> Result<Self, CitationError> {
        read(text).ok_or_else(|| CitationError(text.chars().take(60).collect()))
    }
}

fn read(text: &str) -> Option<Citation> {
    let (instrument, place) = text.split_once(':')?;
    let named = !instrument.is_empty()
        && instrument.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-');
    let mut parts = place.split('.');
    let article = parts.next()?;
    let numbered = article.split('-').all(|n| n.parse::<u16>().is_ok_and(|n| n > 0));
    let place = |part: Option<&str>| match part {
        None | Some("") => Some(None),
        Some(n) => n.parse::<u16>().ok().filter(|n| *n > 0).map(Some),
    };
    let (paragraph, item) = (place(parts.next())?, place(parts.next())?);
    (named && numbered && parts.next().is_none()).then(|| Citation {
        instrument: instrument.to_owned(),
        article: article.to_owned(),
        paragraph,
        item,
    })
}

impl Serialize for Citation {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Citation {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn places_in_japanese() {
        for (text, ja) in [
            ("nishimeya:6.2", "第6条第2項"),
            ("nishimeya:12..4", "第12条第4号"),
            ("chiba:10-2.1", "第10条の2第1項"),
            ("chiba:19-2.1.4", "第19条の2第1項第4号"),
            ("nishimeya:14", "第14条"),
        ] {
            let citation: Citation = text.parse().unwrap_or_else(|e| unreachable!("{e}"));
            assert_eq!(citation.place_ja(), ja);
            assert_eq!(citation.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_citation() {
        for text in ["", "6.2", "x:", "x:6.2.1.1", "X:6", "x:0", "x:6.a", "x:第六条", ":6"] {
            assert!(text.parse::<Citation>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn citations_come_back(
            instrument in "[a-z][a-z0-9_]{0,8}", article in "[1-9][0-9]{0,2}(-[1-9]){0,2}",
            paragraph in proptest::option::of(1u16..99), item in proptest::option::of(1u16..99),
        ) {
            let citation = Citation { instrument, article, paragraph, item };
            prop_assert_eq!(citation.to_string().parse::<Citation>(), Ok(citation));
        }
    }
}
