//! `profile.toml` and `areas/*.toml`: what a municipality settles, in one file or one for each area of
//! business.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Table, Value};

use super::{ProfileError, Settings, parse, readings};
use crate::procedure::Procedures;

/// The folder of the files for single areas.
const FOLDER: &str = "areas/";
/// The tables of settings that an area's file may add to.
const TABLES: [&str; 5] = ["basis", "silent", "powers", "choices", "periods"];

/// The settings, with what follows from the readings that were decided, and the powers that go with
/// others.
pub(super) fn settings(files: &BTreeMap<String, String>, procedures: &Procedures) -> Result<Settings, ProfileError> {
    let malformed = |cause: String| ProfileError::Malformed { file: "profile.toml".to_owned(), cause };
    let mut table: Table = parse(files, "profile.toml")?;
    for name in files.keys().filter(|name| name.starts_with(FOLDER)) {
        add(&mut table, parse(files, name)?, name)?;
    }
    if files.contains_key(readings::FILE) {
        readings::apply(files, &mut table)?;
    }
    // What is wrong in a file is told with its line, which a table read from it no longer knows.
    let plain = !files.keys().any(|name| name.starts_with(FOLDER) || name == readings::FILE);
    let mut settings: Settings = match plain {
        true => parse(files, "profile.toml")?,
        false => Settings::deserialize(Value::Table(table)).map_err(|e| malformed(e.to_string()))?,
    };
    like(&mut settings, procedures)?;
    Ok(settings)
}

fn add(table: &mut Table, area: Table, file: &str) -> Result<(), ProfileError> {
    let malformed = |cause: String| ProfileError::Malformed { file: file.to_owned(), cause };
    for (name, value) in area {
        let Value::Table(entries) = value else {
            return Err(malformed(format!("`{name}`は表ではありません")));
        };
        if !TABLES.contains(&name.as_str()) {
            return Err(malformed(format!("`{name}`はここに書けません")));
        }
        let into = table.entry(name.clone()).or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(into) = into else { return Err(malformed(format!("`{name}`は表ではありません"))) };
        for (key, value) in entries {
            if into.insert(key.clone(), value).is_some() {
                return Err(malformed(format!("`{name}`の`{key}`が二か所にあります")));
            }
        }
    }
    Ok(())
}

/// Gives each power of the books, where nobody was given it, to those who hold the one that it goes with.
fn like(settings: &mut Settings, procedures: &Procedures) -> Result<(), ProfileError> {
    let likes = procedures.likes();
    for power in likes.keys() {
        let mut at = *power;
        // A chain longer than there are powers goes in a circle.
        for _ in 0..=likes.len() {
            if settings.powers.contains_key(at) {
                break;
            }
            at = likes.get(at).copied().unwrap_or(at);
        }
        let Some(roles) = settings.powers.get(at).cloned() else {
            let place = format!("powers.{power}");
            return Err(ProfileError::Undeclared { place, name: at.to_owned() });
        };
        settings.powers.entry((*power).to_owned()).or_insert(roles);
    }
    Ok(())
}
