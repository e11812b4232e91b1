//! The fields of an identity record, by code: what pages, profiles, files and errors speak of.

use serde::{Deserialize, Serialize};

/// One field of an [`IdentityRecord`](super::record::IdentityRecord). The code (`juki_code`, …) is
/// stable: profiles, the API and error reports use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Field {
    /// 住民票コード.
    JukiCode,
    /// 個人番号.
    MyNumber,
    /// 氏名.
    Name,
    /// 氏名のふりがな.
    NameKana,
    /// 旧氏.
    OldSurname,
    /// 旧氏のふりがな.
    OldSurnameKana,
    /// 通称.
    Alias,
    /// 通称のふりがな.
    AliasKana,
    /// 生年月日.
    BirthDate,
    /// 性別.
    Sex,
    /// 住所.
    Address,
    /// 異動事由.
    ChangeReason,
    /// 異動年月日.
    ChangeDate,
    /// 市町村コード.
    Municipality,
    /// 現存か消除か.
    Status,
}

impl Field {
    /// All fields in the order of forms and files.
    pub const ALL: [Self; 15] = [
        Self::JukiCode,
        Self::MyNumber,
        Self::Name,
        Self::NameKana,
        Self::OldSurname,
        Self::OldSurnameKana,
        Self::Alias,
        Self::AliasKana,
        Self::BirthDate,
        Self::Sex,
        Self::Address,
        Self::ChangeReason,
        Self::ChangeDate,
        Self::Municipality,
        Self::Status,
    ];

    /// The stable code, the same as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::JukiCode => "juki_code",
            Self::MyNumber => "my_number",
            Self::Name => "name",
            Self::NameKana => "name_kana",
            Self::OldSurname => "old_surname",
            Self::OldSurnameKana => "old_surname_kana",
            Self::Alias => "alias",
            Self::AliasKana => "alias_kana",
            Self::BirthDate => "birth_date",
            Self::Sex => "sex",
            Self::Address => "address",
            Self::ChangeReason => "change_reason",
            Self::ChangeDate => "change_date",
            Self::Municipality => "municipality",
            Self::Status => "status",
        }
    }

    /// The field with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.code() == code)
    }

    /// The name on pages, forms and file headers.
    pub const fn label(self) -> &'static str {
        match self {
            Self::JukiCode => "住民票コード",
            Self::MyNumber => "個人番号",
            Self::Name => "氏名",
            Self::NameKana => "氏名ふりがな",
            Self::OldSurname => "旧氏",
            Self::OldSurnameKana => "旧氏ふりがな",
            Self::Alias => "通称",
            Self::AliasKana => "通称ふりがな",
            Self::BirthDate => "生年月日",
            Self::Sex => "性別",
            Self::Address => "住所",
            Self::ChangeReason => "異動事由",
            Self::ChangeDate => "異動年月日",
            Self::Municipality => "市町村コード",
            Self::Status => "状態",
        }
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.label())
    }
}

/// What is wrong with one field, for the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field.
    pub field: Field,
    /// A Japanese sentence saying what is wrong and what to do; it never repeats the value.
    pub message: String,
}

impl FieldError {
    /// An error on `field`.
    pub fn new(field: Field, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_json_agree() {
        for field in Field::ALL {
            assert_eq!(serde_json::to_string(&field).ok(), Some(format!("\"{}\"", field.code())));
            assert_eq!(Field::from_code(field.code()), Some(field));
        }
    }
}
