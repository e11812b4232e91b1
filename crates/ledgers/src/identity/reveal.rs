//! What a purpose may see of a record: a set of fields, and the record cut down to it.

use super::field::Field;
use super::reason::ReasonTable;
use super::record::IdentityRecord;
use serde::{Deserialize, Serialize};

/// The set of fields that a purpose shows. In profiles a list of field codes:
/// `["name", "birth_date", "sex", "address"]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Reveal(u16);

/// Why a list of codes is not a [`Reveal`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("表示項目「{code}」は知らない項目です。{}のどれかにしてください", known())]
pub struct UnknownField {
    code: String,
}

impl Reveal {
    /// Shows nothing.
    pub const NONE: Self = Self(0);
    /// 氏名, 生年月日, 性別, 住所: the four items by which a person is told from others.
    pub const FOUR_ITEMS: Self = Self::of(&[Field::Name, Field::BirthDate, Field::Sex, Field::Address]);
    /// Shows everything.
    pub const ALL: Self = Self::of(&Field::ALL);

    /// The set of these fields.
    pub const fn of(mut fields: &[Field]) -> Self {
        let mut bits = 0;
        while let [first, rest @ ..] = fields {
            bits |= 1 << (*first as u8);
            fields = rest;
        }
        Self(bits)
    }

    /// The set of the fields with these codes.
    ///
    /// # Errors
    /// [`UnknownField`] naming the first code that is none.
    pub fn from_codes<S: AsRef<str>>(codes: &[S]) -> Result<Self, UnknownField> {
        codes.iter().try_fold(Self::NONE, |set, code| {
            let code = code.as_ref();
            let field = Field::from_code(code).ok_or_else(|| UnknownField { code: code.chars().take(40).collect() })?;
            Ok(set.with(field))
        })
    }

    /// This set and `field`.
    #[must_use]
    pub const fn with(self, field: Field) -> Self {
        Self(self.0 | 1 << (field as u8))
    }

    /// The fields in both sets: a purpose may show no more than both its rule and the role allow.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The fields in either set.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True when the set shows `field`.
    pub const fn shows(self, field: Field) -> bool {
        self.0 & (1 << (field as u8)) != 0
    }

    /// The fields of the set in the order of forms.
    pub fn fields(self) -> impl Iterator<Item = Field> {
        Field::ALL.into_iter().filter(move |field| self.shows(*field))
    }
}

impl TryFrom<Vec<String>> for Reveal {
    type Error = UnknownField;

    fn try_from(codes: Vec<String>) -> Result<Self, UnknownField> {
        Self::from_codes(&codes)
    }
}

impl From<Reveal> for Vec<String> {
    fn from(set: Reveal) -> Self {
        set.fields().map(|field| field.code().to_owned()).collect()
    }
}

fn known() -> String {
    Field::ALL.map(Field::code).join("、")
}

/// One revealed field of a record.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The field.
    pub field: Field,
    /// As pages and paper show it (和暦); empty when the record has no value.
    pub text: String,
    /// As data (ISO 8601); `None` when the record has no value.
    pub data: Option<String>,
}

/// A record cut down to what a purpose shows. It holds nothing else, so a page cannot show more.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Redacted {
    fields: Vec<Shown>,
}

impl Redacted {
    /// The revealed fields in the order of forms.
    pub fn fields(&self) -> &[Shown] {
        &self.fields
    }

    /// The text of a revealed field; `None` when the purpose does not show it.
    pub fn text(&self, field: Field) -> Option<&str> {
        self.fields.iter().find(|shown| shown.field == field).map(|shown| shown.text.as_str())
    }
}

impl std::fmt::Debug for Redacted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.fields.iter().map(|shown| shown.field)).finish()
    }
}

/// Cuts a record down to the fields of `reveal`.
pub fn redact(record: &IdentityRecord, reveal: Reveal, reasons: &ReasonTable) -> Redacted {
    let fields = reveal
        .fields()
        .map(|field| Shown {
            field,
            text: record.shown(field, reasons).unwrap_or_default(),
            data: record.data(field, reasons),
        })
        .collect();
    Redacted { fields }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::super::record::tests::full;
    use super::*;

    #[test]
    fn only_what_the_purpose_shows_is_there() {
        let redacted = redact(&full(), Reveal::FOUR_ITEMS, &ReasonTable::local_default());
        let json = serde_json::to_string(&redacted).unwrap();
        assert_eq!(redacted.fields().len(), 4);
        assert_eq!(redacted.text(Field::BirthDate), Some("昭和45年1月2日"));
        assert_eq!(redacted.text(Field::MyNumber), None);
        assert!(!json.contains("123456789018") && !json.contains("24727059608") && !json.contains("レイザキ"));
        assert!(!format!("{redacted:?}").contains("花子"));
    }

    #[test]
    fn sets_are_lists_of_codes() {
        let set: Reveal = serde_json::from_str(r#"["name","address"]"#).unwrap();
        assert_eq!(set, Reveal::of(&[Field::Name, Field::Address]));
        assert_eq!(serde_json::to_string(&set).unwrap(), r#"["name","address"]"#);
        assert!(serde_json::from_str::<Reveal>(r#"["nmae"]"#).is_err());
        assert_eq!(Reveal::ALL.and(set), set);
        assert_eq!(Reveal::ALL.fields().count(), Field::ALL.len());
        assert_eq!(redact(&full(), Reveal::NONE, &ReasonTable::local_default()).fields().len(), 0);
    }
}
