//! What is asked of passwords and of sessions: part of `profile.toml`.

use serde::{Deserialize, Serialize};

use crate::citation::Citation;

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
    /// Whether whoever keeps the accounts sets and renews every password: a given one stays in force to
    /// the end of its term, and nobody chooses their own.
    #[serde(default)]
    pub issued: bool,
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
