//! 異動事由: why a record changed, as a table that a municipality may replace.
//!
//! The law names the item (変更情報: 異動事由 and 異動年月日) but no public source gives code
//! values, so the default codes begin with `L` for *local*: they mean something in this program
//! only and must be mapped before data goes to another system.

use super::fold::fold_name;
use serde::{Deserialize, Serialize};

/// Longest code in bytes.
const CODE_BYTES_MAX: usize = 8;

/// Code of a reason in the municipality's table: one to eight ASCII letters or digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReasonCode(String);

impl ReasonCode {
    /// Reads a code.
    ///
    /// # Errors
    /// [`ReasonError::Code`] unless it is one to eight ASCII letters or digits.
    pub fn parse(text: &str) -> Result<Self, ReasonError> {
        let fits = !text.is_empty() && text.len() <= CODE_BYTES_MAX;
        if fits && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ReasonError::Code)
        }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ReasonCode {
    type Error = ReasonError;

    fn try_from(text: String) -> Result<Self, ReasonError> {
        Self::parse(&text)
    }
}

impl From<ReasonCode> for String {
    fn from(code: ReasonCode) -> Self {
        code.0
    }
}

/// Why a table of reasons cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReasonError {
    /// A code that is empty, too long or not alphanumeric.
    #[error("異動事由のコードは英数字1〜8文字です。表を直してください")]
    Code,
    /// Two reasons share a code, a label or a synonym.
    #[error("異動事由「{0}」が表に二度あります。一つにしてください")]
    Twice(String),
    /// An empty table.
    #[error("異動事由の表が空です。一つ以上登録してください")]
    Empty,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Its code.
    pub code: ReasonCode,
    /// What pages and files show.
    pub label: String,
    /// True when the record is 消除 by it (転出, 死亡, 職権消除).
    #[serde(default)]
    pub removes: bool,
    /// Other spellings that files use.
    #[serde(default)]
    pub synonyms: Vec<String>,
}

/// The reasons a municipality uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Reason>", into = "Vec<Reason>")]
pub struct ReasonTable {
    reasons: Vec<Reason>,
}

impl ReasonTable {
    /// A table of these reasons.
    ///
    /// # Errors
    /// [`ReasonError`] when it is empty or a code, label or synonym stands twice.
    pub fn new(reasons: Vec<Reason>) -> Result<Self, ReasonError> {
        if reasons.is_empty() {
            return Err(ReasonError::Empty);
        }
        let mut seen = std::collections::HashSet::new();
        for reason in &reasons {
            let mut own = std::collections::HashSet::new();
            for word in words(reason) {
                let key = fold_name(word);
                if own.insert(key.clone()) && !seen.insert(key) {
                    return Err(ReasonError::Twice(word.to_owned()));
                }
            }
        }
        Ok(Self { reasons })
    }

    /// The default table; every code is local (see the module).
    pub fn local_default() -> Self {
        let reasons = DEFAULT
            .iter()
            .map(|(code, label, removes, synonyms)| Reason {
                code: ReasonCode((*code).to_owned()),
                label: (*label).to_owned(),
                removes: *removes,
                synonyms: synonyms.iter().map(|word| (*word).to_owned()).collect(),
            })
            .collect();
        Self { reasons }
    }

    /// All reasons in order.
    pub fn iter(&self) -> impl Iterator<Item = &Reason> {
        self.reasons.iter()
    }

    /// The reason with this code.
    pub fn get(&self, code: &ReasonCode) -> Option<&Reason> {
        self.reasons.iter().find(|reason| reason.code == *code)
    }

    /// The reason that a file or form means: by code, label or synonym, in any width.
    pub fn find(&self, text: &str) -> Option<&Reason> {
        let exact = self.reasons.iter().find(|reason| words(reason).any(|word| word == text));
        exact.or_else(|| {
            let key = fold_name(text);
            self.reasons.iter().find(|reason| words(reason).any(|word| fold_name(word) == key))
        })
    }

    /// The label of a code; the code itself when the table does not know it.
    pub fn label<'a>(&'a self, code: &'a ReasonCode) -> &'a str {
        self.get(code).map_or(code.as_str(), |reason| &reason.label)
    }
}

impl TryFrom<Vec<Reason>> for ReasonTable {
    type Error = ReasonError;

    fn try_from(reasons: Vec<Reason>) -> Result<Self, ReasonError> {
        Self::new(reasons)
    }
}

impl From<ReasonTable> for Vec<Reason> {
    fn from(table: ReasonTable) -> Self {
        table.reasons
    }
}

fn words(reason: &Reason) -> impl Iterator<Item = &str> {
    [reason.code.as_str(), &reason.label].into_iter().chain(reason.synonyms.iter().map(String::as_str))
}

/// Code, label, removes the record, synonyms.
type DefaultReason = (&'static str, &'static str, bool, &'static [&'static str]);

const DEFAULT: &[DefaultReason] = &[
    ("L01", "転入", false, &["転入届"]),
    ("L02", "転出", true, &["転出届", "転出確定"]),
    ("L03", "転居", false, &["転居届"]),
    ("L04", "出生", false, &["出生届"]),
    ("L05", "死亡", true, &["死亡届"]),
    ("L06", "職権記載", false, &[]),
    ("L07", "職権消除", true, &["職権削除"]),
    ("L08", "職権修正", false, &["職権訂正"]),
    ("L09", "氏名変更", false, &["婚姻", "離婚", "養子縁組"]),
    ("L10", "旧氏・通称の変更", false, &["旧氏記載", "通称記載", "旧氏変更", "通称変更"]),
    ("L11", "住民票コード変更", false, &["住民票コード変更請求"]),
    ("L12", "個人番号変更", false, &["個人番号変更請求"]),
    ("L13", "国籍取得", false, &["帰化"]),
    ("L14", "国籍喪失", false, &[]),
    ("L15", "失踪宣告", true, &[]),
    ("L16", "転出取消", false, &["転出取り消し"]),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_default_table_is_sound() {
        let table = ReasonTable::local_default();
        assert_eq!(ReasonTable::new(table.iter().cloned().collect()).unwrap(), table);
        assert!(table.iter().all(|reason| reason.code.as_str().starts_with('L')));
        assert_eq!(table.find("転入届").unwrap().label, "転入");
        assert_eq!(table.find("ｌ０２").unwrap().label, "転出");
        assert!(table.find("").is_none());
        let json = serde_json::to_string(&table).unwrap();
        assert_eq!(serde_json::from_str::<ReasonTable>(&json).unwrap(), table);
    }

    #[test]
    fn a_table_that_contradicts_itself_is_refused() {
        assert_eq!(ReasonTable::new(Vec::new()), Err(ReasonError::Empty));
        let mut reasons: Vec<Reason> = ReasonTable::local_default().iter().cloned().collect();
        reasons.extend(reasons.first().cloned());
        assert_eq!(ReasonTable::new(reasons), Err(ReasonError::Twice("L01".to_owned())));
        assert_eq!(ReasonCode::parse("転入"), Err(ReasonError::Code));
        assert_eq!(ReasonCode::parse("123456789"), Err(ReasonError::Code));
    }
}
