//! Passwords: the rules, the hash and the evidence.

use sekisho_regulation::Date;
use sekisho_regulation::profile::PasswordRules;

use crate::facts::FactSheet;

/// What is known of the person, so that it is not used in a password.
#[derive(Clone, Debug, Default)]
pub struct About<'a> {
    /// Names in kanji, kana or romaji.
    pub names: Vec<&'a str>,
    /// The birthday.
    pub birth: Option<Date>,
    /// Numbers and codes: staff number, card number, telephone.
    pub codes: Vec<&'a str>,
}

/// A fault found in a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its code, such as `TOO_SHORT`.
    pub code: &'static str,
    /// What to do, in a sentence.
    pub ja: String,
}

/// Why a password cannot be hashed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password cannot be hashed: {0}")]
pub struct HashError(String);

/// What the entered password proves. Only this module can make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordEvidence(Proof);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    NotGiven,
    Wrong,
    Right,
}

/// Every fault of a candidate; empty when it may be used. `earlier` are hashes of earlier passwords.
#[must_use]
pub fn check(_candidate: &str, _rules: &PasswordRules, _about: &About<'_>, _earlier: &[&str]) -> Vec<Finding> {
    Vec::new()
}

/// The Argon2id hash in PHC form.
///
/// # Errors
/// [`HashError`] when Argon2 refuses its input.
pub fn hash(_password: &str, _salt: &[u8; 16]) -> Result<String, HashError> {
    Err(HashError(String::new()))
}

/// Whether the password is the one that was hashed.
#[must_use]
pub fn verify(_phc: &str, _password: &str) -> bool {
    false
}

impl PasswordEvidence {
    /// Compares what was entered with the account's hash. Without an account it takes as long.
    #[must_use]
    pub fn of(given: Option<&str>, phc: Option<&str>) -> Self {
        match (given, phc) {
            (None | Some(""), _) => Self(Proof::NotGiven),
            (Some(password), Some(phc)) if verify(phc, password) => Self(Proof::Right),
            _ => Self(Proof::Wrong),
        }
    }

    /// Nothing was entered, or the act does not ask for it.
    #[must_use]
    pub const fn not_given() -> Self {
        Self(Proof::NotGiven)
    }

    /// Whether a password was entered.
    #[must_use]
    pub fn is_given(self) -> bool {
        self.0 != Proof::NotGiven
    }

    /// Whether it was the right one.
    #[must_use]
    pub fn is_right(self) -> bool {
        self.0 == Proof::Right
    }

    /// Sets `password_given` and `password_ok`.
    pub fn state(self, sheet: &mut FactSheet) {
        sheet.set("password_given", self.is_given()).set("password_ok", self.is_right());
    }
}
