//! Passwords: the rules, the hash and the evidence.
//!
//! The rules are the municipality's management method. Beside length, kinds of characters and
//! zxcvbn's estimate, [`check`] knows what people here choose: birthdays in both calendars, names in
//! kana and romaji, words of the place, runs on the keyboard. A finding never repeats any part of the
//! password: it may be shown, and its code may be recorded.

mod romaji;
mod tells;

use std::sync::OnceLock;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use sekisho_regulation::Date;
use sekisho_regulation::profile::PasswordRules;
use unicode_normalization::UnicodeNormalization;

use crate::facts::FactSheet;

/// Argon2id: 19 MiB, two passes, one lane (OWASP's first choice for interactive sign-in).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Longest password that is looked at, whatever the profile says.
const CHARS_MAX: usize = 256;

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
pub fn check(candidate: &str, rules: &PasswordRules, about: &About<'_>, earlier: &[&str]) -> Vec<Finding> {
    let mut findings = form(candidate, rules);
    let too_long = candidate.chars().count() > CHARS_MAX;
    if too_long || candidate.is_empty() {
        return findings;
    }
    let words: Vec<&str> = rules.forbidden_words.iter().map(String::as_str).collect();
    findings.extend(tells::find(candidate, about, &words));
    let inputs: Vec<String> =
        about.names.iter().chain(&about.codes).chain(&words).flat_map(|w| tells::spellings(w)).collect();
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    if u8::from(zxcvbn::zxcvbn(candidate, &inputs).score()) < rules.score_min {
        findings
            .push(finding("GUESSABLE", "推測されやすい並びです。関係のない語をいくつか組み合わせ、長くしてください。"));
    }
    // Earlier passwords cost a hash each: they are compared only when nothing else is wrong.
    if findings.is_empty() && earlier.iter().any(|phc| verify(phc, candidate)) {
        let ja = format!("直近{}回までに使ったパスワードです。別のパスワードにしてください。", rules.history);
        findings.push(Finding { code: "USED_BEFORE", ja });
    }
    findings
}

/// The Argon2id hash in PHC form.
///
/// # Errors
/// [`HashError`] when Argon2 refuses its input.
pub fn hash(password: &str, salt: &[u8; 16]) -> Result<String, HashError> {
    let error = |e: &dyn std::fmt::Display| HashError(e.to_string());
    let salt = SaltString::encode_b64(salt).map_err(|e| error(&e))?;
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|e| error(&e))?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let phc = argon.hash_password(prepared(password).as_bytes(), &salt).map_err(|e| error(&e))?;
    Ok(phc.to_string())
}

/// Whether the password is the one that was hashed.
#[must_use]
pub fn verify(phc: &str, password: &str) -> bool {
    if password.chars().count() > CHARS_MAX {
        return false;
    }
    let hash = PasswordHash::new(phc);
    hash.is_ok_and(|hash| Argon2::default().verify_password(prepared(password).as_bytes(), &hash).is_ok())
}

impl PasswordEvidence {
    /// Compares what was entered with the account's hash. Without an account it takes as long.
    #[must_use]
    pub fn of(given: Option<&str>, phc: Option<&str>) -> Self {
        static NOBODY: OnceLock<String> = OnceLock::new();
        match (given, phc) {
            (None | Some(""), _) => Self(Proof::NotGiven),
            (Some(password), Some(phc)) if verify(phc, password) => Self(Proof::Right),
            (Some(_), Some(_)) => Self(Proof::Wrong),
            (Some(password), None) => {
                let nobody = NOBODY.get_or_init(|| hash("", &[0; 16]).unwrap_or_default());
                // Whatever comes out: there is no account.
                let _ = verify(nobody, password);
                Self(Proof::Wrong)
            }
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

/// The same characters typed on two machines are the same bytes.
fn prepared(password: &str) -> String {
    password.nfc().collect()
}

fn finding(code: &'static str, ja: &str) -> Finding {
    Finding { code, ja: ja.to_owned() }
}

/// Length and kinds of characters.
fn form(candidate: &str, rules: &PasswordRules) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |code: &'static str, ja: String| findings.push(Finding { code, ja });
    let length = candidate.nfc().count();
    if length < usize::from(rules.length_min) {
        find("TOO_SHORT", format!("短すぎます。{}文字以上にしてください。", rules.length_min));
    }
    if length > usize::from(rules.length_max).min(CHARS_MAX) {
        find("TOO_LONG", format!("長すぎます。{}文字以内にしてください。", rules.length_max));
    }
    if candidate.chars().any(char::is_control) {
        find("CONTROL", "改行やタブなど、目に見えない文字は使えません。取り除いてください。".to_owned());
    }
    let kinds: [fn(char) -> bool; 4] = [
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_uppercase(),
        |c| c.is_ascii_digit(),
        |c| !c.is_ascii_alphanumeric() && !c.is_control(),
    ];
    let used = kinds.iter().filter(|kind: &&fn(char) -> bool| candidate.chars().any(*kind)).count();
    if used < usize::from(rules.character_kinds_min) {
        let least = rules.character_kinds_min;
        find(
            "FEW_KINDS",
            format!("文字の種類が足りません。英小文字、英大文字、数字、記号のうち{least}種類以上を使ってください。"),
        );
    }
    findings
}

#[cfg(test)]
mod tests;
