//! The blind index: records are found without the database knowing what is looked for.
//!
//! A term is HMAC-SHA256 under an index key over the kind of term and the folded value, cut to 16
//! bytes. Who holds the database but not the key learns which records share a term and how often a
//! term occurs, nothing more; who holds the key can try values (個人番号 has only 10^11), so the
//! key lies with the keys that encrypt, never with the data.
//!
//! Names are found by their beginning. Each name a person bears is indexed: 氏名, 通称, 旧氏 alone
//! and 旧氏 with the given name. A reading is indexed under its first 2 to
//! [`KANA_PREFIX_CHARS_MAX`] characters and whole; a longer query takes the longest beginning and
//! leaves the rest to [`matches`](super::search::matches).

use super::fold::{FOLD_VERSION, fold_kana, fold_name};
use super::name::{Kana, ReadName};
use super::numbers::JukiCode;
use super::record::IdentityRecord;
use super::search::{SearchTerms, TextMatch};
use ring::hmac;
use sekisho_regulation::date::Date;
use std::fmt;

/// Shortest beginning that is indexed and may be searched (characters of the folded form).
pub const PREFIX_CHARS_MIN: usize = 2;
/// Longest beginning of a reading that is indexed.
pub const KANA_PREFIX_CHARS_MAX: usize = 8;
/// Longest beginning of a written name that is indexed.
pub const NAME_PREFIX_CHARS_MAX: usize = 4;

/// Bytes of a term.
pub const TERM_BYTES: usize = 16;

/// A search key of a record: opaque bytes, equal for equal values of one kind.
pub type Term = [u8; TERM_BYTES];

/// The kind of a term. The number is stored beside the term and never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum IndexField {
    /// 住民票コード, exact.
    JukiCode = 1,
    /// 個人番号, exact.
    MyNumber = 2,
    /// A written name, folded, exact.
    Name = 3,
    /// The beginning of a written name, folded.
    NamePrefix = 4,
    /// A reading, folded, exact.
    Kana = 5,
    /// The beginning of a reading, folded.
    KanaPrefix = 6,
    /// 生年月日, exact.
    BirthDate = 7,
}

impl IndexField {
    /// The stored number.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

/// The key of the blind index and of the pseudonyms. Changing it means indexing all records again.
#[derive(Clone)]
pub struct IndexKey(hmac::Key);

impl IndexKey {
    /// A key from 32 secret random bytes, given by the key provider.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    fn term(&self, domain: &[u8], value: &[u8]) -> Term {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(domain);
        context.update(value);
        let tag = context.sign();
        let mut term = [0; TERM_BYTES];
        for (to, from) in term.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        term
    }

    fn field(&self, field: IndexField, value: &str) -> (IndexField, Term) {
        let mut domain = *b"sekisho-identity-index\0--";
        let [.., version, kind] = &mut domain;
        (*version, *kind) = (FOLD_VERSION, field.code());
        (field, self.term(&domain, value.as_bytes()))
    }
}

impl fmt::Debug for IndexKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IndexKey(***)")
    }
}

/// The pseudonym under which the record, the operation history and the sealed rows speak of a
/// person: 32 hexadecimal digits, the same for the same 住民票コード and key.
///
/// It stands in entries that never change, so it depends on no version: new folding rules keep it.
/// A new index key breaks the link to what was written before; the caller decides whether it may.
pub fn subject_key(code: JukiCode, key: &IndexKey) -> String {
    let term = key.term(b"sekisho-identity-subject\0", code.to_string().as_bytes());
    term.iter().fold(String::with_capacity(TERM_BYTES * 2), |mut hex, byte| {
        for nibble in [byte >> 4, byte & 15] {
            hex.extend(char::from_digit(u32::from(nibble), 16));
        }
        hex
    })
}

/// All terms under which a record is found, sorted, none twice.
pub fn index_terms(record: &IdentityRecord, key: &IndexKey) -> Vec<(IndexField, Term)> {
    let mut terms = Vec::with_capacity(20);
    terms.push(key.field(IndexField::JukiCode, &record.juki_code.to_string()));
    if let Some(number) = record.my_number {
        terms.push(key.field(IndexField::MyNumber, &number.to_string()));
    }
    for name in written_names(record) {
        terms.push(key.field(IndexField::Name, &name));
        terms.extend(prefixes(&name, NAME_PREFIX_CHARS_MAX).map(|prefix| key.field(IndexField::NamePrefix, prefix)));
    }
    for kana in readings(record) {
        terms.push(key.field(IndexField::Kana, &kana));
        terms.extend(prefixes(&kana, KANA_PREFIX_CHARS_MAX).map(|prefix| key.field(IndexField::KanaPrefix, prefix)));
    }
    terms.push(key.field(IndexField::BirthDate, &record.birth_date.to_string()));
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// The terms that every record found must have (all of them). Decrypted records still have to pass
/// [`matches`](super::search::matches), which knows the conditions that are not indexed.
///
/// Never empty: [`SearchTerms`] has a number, or two characters of a name or reading.
pub fn query_terms(terms: &SearchTerms, key: &IndexKey) -> Vec<(IndexField, Term)> {
    let mut query = Vec::with_capacity(4);
    if let Some(code) = terms.juki_code() {
        query.push(key.field(IndexField::JukiCode, &code.to_string()));
    }
    if let Some(number) = terms.my_number() {
        query.push(key.field(IndexField::MyNumber, &number.to_string()));
    }
    if let Some(name) = terms.name() {
        query.push(text_term(name, IndexField::Name, IndexField::NamePrefix, NAME_PREFIX_CHARS_MAX, key));
    }
    if let Some(kana) = terms.kana() {
        query.push(text_term(kana, IndexField::Kana, IndexField::KanaPrefix, KANA_PREFIX_CHARS_MAX, key));
    }
    if let Some(date) = terms.birth_date() {
        query.push(birth_term(date, key));
    }
    query
}

fn birth_term(date: Date, key: &IndexKey) -> (IndexField, Term) {
    key.field(IndexField::BirthDate, &date.to_string())
}

fn text_term(
    text: &TextMatch,
    exact: IndexField,
    prefix: IndexField,
    prefix_chars_max: usize,
    key: &IndexKey,
) -> (IndexField, Term) {
    if text.whole() {
        return key.field(exact, text.folded());
    }
    let longest = prefixes(text.folded(), prefix_chars_max).last().unwrap_or(text.folded());
    key.field(prefix, longest)
}

/// The beginnings of 2 to `chars_max` characters.
fn prefixes(text: &str, chars_max: usize) -> impl Iterator<Item = &str> {
    text.char_indices()
        .map(|(start, character)| start + character.len_utf8())
        .take(chars_max)
        .skip(PREFIX_CHARS_MIN - 1)
        .filter_map(|end| text.get(..end))
}

/// Every written name of the person, folded.
pub(super) fn written_names(record: &IdentityRecord) -> Vec<String> {
    let mut names = vec![fold_name(record.name.as_str())];
    names.extend(record.alias.as_ref().map(|alias| fold_name(alias.text.as_str())));
    if let Some(old) = &record.old_surname {
        names.push(fold_name(old.text.as_str()));
        names.extend(given(record.name.as_str()).map(|given| fold_name(&format!("{}{given}", old.text))));
    }
    names
}

/// Every reading of the person, folded.
pub(super) fn readings(record: &IdentityRecord) -> Vec<String> {
    let read = |name: &ReadName| name.kana.as_ref().map(|kana| fold_kana(kana.as_str()));
    let mut readings: Vec<String> = record.name_kana.iter().map(|kana| fold_kana(kana.as_str())).collect();
    readings.extend(record.alias.as_ref().and_then(read));
    if let Some(old) = record.old_surname.as_ref().and_then(|old| old.kana.as_ref()) {
        readings.push(fold_kana(old.as_str()));
        let given = record.name_kana.as_ref().map(Kana::as_str).and_then(given);
        readings.extend(given.map(|given| fold_kana(&format!("{old}{given}"))));
    }
    readings
}

/// What follows the first space of a name: the given name, where the name is written with a space.
fn given(name: &str) -> Option<&str> {
    name.split_once(char::is_whitespace).map(|(_, given)| given.trim_start())
}

#[cfg(test)]
mod tests;
