//! How the open places of a text are read. A profile lists for each question the reading that it was
//! written with and the others that the text allows, each with the settings that follow from it.
//! `readings.toml` says which the municipality has chosen; nothing has to be built for that.
//!
//! ```toml
//! [[decided]]
//! id = "AMB-NM-05"
//! choice = "permit"
//! by = "セキュリティ統括責任者"
//! on = "2026-11-22"
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::ProfileError;
use crate::date::Date;

/// The file of decisions in a profile's folder.
pub const FILE: &str = "readings.toml";

/// The choice that a profile is written with.
pub const AS_WRITTEN: &str = "as_written";

/// The decisions of a municipality on the open places of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    /// Each reading that was decided, once.
    #[serde(default)]
    pub decided: Vec<Decided>,
}

/// A decision on one open place.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// The question, such as `AMB-NM-05`.
    pub id: String,
    /// The choice.
    pub choice: String,
    /// Who decided: a role's name.
    pub by: String,
    /// When.
    pub on: Date,
}

/// The files of a profile with one more decision; an earlier one on the same question is replaced.
///
/// # Errors
/// [`ProfileError::Malformed`] when the decisions that are there cannot be read.
pub fn decide(files: &BTreeMap<String, String>, one: Decided) -> Result<BTreeMap<String, String>, ProfileError> {
    let mut decisions = read(files)?;
    decisions.decided.retain(|earlier| earlier.id != one.id);
    decisions.decided.push(one);
    decisions.decided.sort_by(|a, b| a.id.cmp(&b.id));
    let text = toml::to_string(&decisions).map_err(|e| malformed(FILE, e.to_string()))?;
    let mut files = files.clone();
    files.insert(FILE.to_owned(), text);
    Ok(files)
}

fn read(files: &BTreeMap<String, String>) -> Result<Decisions, ProfileError> {
    let text = files.get(FILE).map(String::as_str).unwrap_or_default();
    toml::from_str(text).map_err(|e| malformed(FILE, e.to_string()))
}

fn malformed(file: &str, cause: String) -> ProfileError {
    ProfileError::Malformed { file: file.to_owned(), cause }
}

/// Puts the decisions into the settings before they are read: the choice is noted at the question, and
/// the settings that follow from it replace those that the profile was written with.
pub(super) fn apply(files: &BTreeMap<String, String>, settings: &mut Table) -> Result<(), ProfileError> {
    for one in read(files)?.decided {
        let undeclared =
            |name: &str| ProfileError::Undeclared { place: format!("{FILE} {}", one.id), name: name.to_owned() };
        let reading = element(settings.get_mut("readings"), &one.id).ok_or_else(|| undeclared(&one.id))?;
        let follows = if one.choice == AS_WRITTEN {
            Table::new()
        } else {
            let choice = element(reading.get_mut("choices"), &one.choice).ok_or_else(|| undeclared(&one.choice))?;
            choice.get("set").and_then(Value::as_table).cloned().unwrap_or_default()
        };
        reading.insert("chosen".to_owned(), one.choice.clone().into());
        reading.insert("decided_by".to_owned(), one.by.clone().into());
        reading.insert("decided_on".to_owned(), one.on.to_string().into());
        for (path, value) in follows {
            put(settings, &path.split('.').collect::<Vec<_>>(), value).ok_or_else(|| undeclared(&path))?;
        }
    }
    Ok(())
}

/// The table in a list that bears this code.
fn element<'v>(list: Option<&'v mut Value>, code: &str) -> Option<&'v mut Table> {
    let mut tables = list?.as_array_mut()?.iter_mut().filter_map(Value::as_table_mut);
    tables.find(|table| {
        ["code", "key", "id", "book"].iter().any(|key| table.get(*key).and_then(Value::as_str) == Some(code))
    })
}

/// Replaces the value at a path such as `rooms.densan.asks`; none when there is no such place.
fn put(table: &mut Table, path: &[&str], value: Value) -> Option<()> {
    match path {
        [] => None,
        [last] => table.contains_key(*last).then(|| drop(table.insert((*last).to_owned(), value))),
        [first, rest @ ..] => match table.get_mut(*first)? {
            Value::Table(inner) => put(inner, rest, value),
            list => {
                let (code, rest) = rest.split_first()?;
                put(element(Some(list), code)?, rest, value)
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &str = r#"
        [powers]
        cards = ["a"]
        [[rooms]]
        code = "densan"
        asks = ["staff_id"]
        [[rooms]]
        code = "hokan"
        asks = []
        [[readings]]
        id = "Q1"
        choices = [{ code = "permit", set = { "rooms.densan.asks" = ["permit"], "powers.cards" = ["b"] } }, { code = "lost", set = { "rooms.none.asks" = [] } }]
    "#;

    fn decided(choice: &str) -> Decided {
        let on = "2026-11-22".parse().unwrap_or(Date::EPOCH);
        Decided { id: "Q1".to_owned(), choice: choice.to_owned(), by: "責任者".to_owned(), on }
    }

    fn applied(choice: &str) -> Result<Table, ProfileError> {
        let files = decide(&BTreeMap::new(), decided(choice))?;
        let mut settings: Table = toml::from_str(SETTINGS).map_err(|e| malformed("x", e.to_string()))?;
        apply(&files, &mut settings)?;
        Ok(settings)
    }

    #[test]
    fn a_choice_brings_its_settings() {
        let settings = applied("permit").unwrap_or_default();
        let text = toml::to_string(&settings).unwrap_or_default();
        assert!(text.contains("cards = [\"b\"]") && text.contains("asks = [\"permit\"]"), "{text}");
        assert!(text.contains("chosen = \"permit\"") && text.contains("decided_on = \"2026-11-22\""), "{text}");
        assert_eq!(text.matches("asks = []").count(), 1, "the other room is as it was: {text}");
    }

    #[test]
    fn as_written_changes_nothing_but_the_note() {
        let text = toml::to_string(&applied(AS_WRITTEN).unwrap_or_default()).unwrap_or_default();
        assert!(text.contains("asks = [\"staff_id\"]") && text.contains("chosen = \"as_written\""), "{text}");
    }

    #[test]
    fn what_is_not_there_is_named() {
        for (choice, name) in [("other", "other"), ("lost", "rooms.none.asks")] {
            match applied(choice) {
                Err(ProfileError::Undeclared { name: found, .. }) => assert_eq!(found, name),
                other => assert!(other.is_err(), "{other:?}"),
            }
        }
    }

    #[test]
    fn a_later_decision_replaces_an_earlier() {
        let once = decide(&BTreeMap::new(), decided("permit")).unwrap_or_default();
        let twice = decide(&once, decided(AS_WRITTEN)).unwrap_or_default();
        assert_eq!(read(&twice).unwrap_or_default().decided, vec![decided(AS_WRITTEN)]);
    }
}
