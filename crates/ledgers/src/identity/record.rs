//! One person's 本人確認情報 (住民基本台帳法施行令第30条の5) and what makes it believable.
//!
//! Types keep out what is malformed (a wrong check digit, a control character, the 13th month);
//! [`IdentityRecord::validate`] keeps out what is absurd. `Debug` shows nothing of the person.

use super::field::{Field, FieldError};
use super::name::{Address, Kana, Name, ReadName};
use super::numbers::{JukiCode, MunicipalityCode, MyNumber};
use super::reason::{ReasonCode, ReasonTable};
use sekisho_regulation::date::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// First year a living memory of the register can reach; earlier dates are mistakes.
pub const YEAR_MIN: i32 = 1868;

/// 男女の別.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 男.
    Male,
    /// 女.
    Female,
    /// 不明: the resident record leaves it open.
    Unknown,
}

impl Sex {
    /// 男, 女 or 不明.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Male => "男",
            Self::Female => "女",
            Self::Unknown => "不明",
        }
    }

    /// Reads the words and digits that files and forms use.
    pub fn parse(text: &str) -> Option<Self> {
        match super::fold::fold_name(text).as_str() {
            "男" | "男性" | "1" | "M" | "MALE" => Some(Self::Male),
            "女" | "女性" | "2" | "F" | "FEMALE" => Some(Self::Female),
            "不明" | "不詳" | "9" | "UNKNOWN" => Some(Self::Unknown),
            _ => None,
        }
    }
}

/// Whether the resident record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 現存.
    Present,
    /// 消除: kept for the legal term (150 years by 施行令第34条), shown as removed.
    Removed,
}

impl Status {
    /// 現存 or 消除.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Present => "現存",
            Self::Removed => "消除",
        }
    }

    /// Reads the words that files and forms use.
    pub fn parse(text: &str) -> Option<Self> {
        match super::fold::fold_name(text).as_str() {
            "現存" | "現存者" | "現住" | "住民" | "PRESENT" => Some(Self::Present),
            "消除" | "消除者" | "除票" | "除票者" | "REMOVED" => Some(Self::Removed),
            _ => None,
        }
    }
}

/// One person's 本人確認情報. The JSON form is stable: it is what [`seal`](super::seal) encrypts.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityRecord {
    /// 住民票コード.
    pub juki_code: JukiCode,
    /// 個人番号; absent only in records removed before numbers were given out (2015-10-05).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub my_number: Option<MyNumber>,
    /// 氏名.
    pub name: Name,
    /// 氏名のふりがな; absent where the register has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_kana: Option<Kana>,
    /// 旧氏.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_surname: Option<ReadName>,
    /// 通称.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<ReadName>,
    /// 出生の年月日.
    pub birth_date: Date,
    /// 男女の別.
    pub sex: Sex,
    /// 住所.
    pub address: Address,
    /// 異動事由, a code of the municipality's [`ReasonTable`].
    pub change_reason: ReasonCode,
    /// 異動年月日.
    pub change_date: Date,
    /// The municipality that sent the record, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<MunicipalityCode>,
    /// 現存 or 消除.
    pub status: Status,
}

impl fmt::Debug for IdentityRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityRecord(***)")
    }
}

impl IdentityRecord {
    /// Everything about the record that cannot be true on the day `today`; empty when it is sound.
    pub fn validate(&self, today: Date, reasons: &ReasonTable) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut add = |field, message: &str| errors.push(FieldError::new(field, message));
        for (field, date) in [(Field::BirthDate, self.birth_date), (Field::ChangeDate, self.change_date)] {
            if date.year() < YEAR_MIN {
                add(field, "明治より前の日付です。年を確かめてください");
            } else if date > today {
                add(field, "未来の日付です。年月日を確かめてください");
            }
        }
        if self.change_date < self.birth_date {
            add(Field::ChangeDate, "生年月日より前の日付です。どちらの日付が正しいか確かめてください");
        }
        match reasons.get(&self.change_reason) {
            None => add(Field::ChangeReason, "異動事由の表にないコードです。表にある異動事由を選んでください"),
            Some(reason) if reason.removes && self.status == Status::Present => {
                add(Field::Status, "消除となる異動事由ですが、状態が「現存」です。どちらかを直してください");
            }
            Some(_) => {}
        }
        if self.my_number.is_none() && !self.may_lack_my_number() {
            add(
                Field::MyNumber,
                "個人番号が空欄です。平成27年10月5日より前に消除された人を除き、個人番号を入力してください",
            );
        }
        errors
    }

    /// The person's age in full years on `today`. A person born on 29 February ages on 1 March by
    /// the calendar; the legal day before (年齢計算ニ関スル法律) is not applied.
    pub fn age(&self, today: Date) -> i32 {
        let (birth, before_birthday) =
            (self.birth_date, (today.month(), today.day()) < (self.birth_date.month(), self.birth_date.day()));
        today.year() - birth.year() - i32::from(before_birthday)
    }

    /// The field as data: ISO 8601 dates, ungrouped numbers, labels for coded values. `None` when
    /// the record has no such value.
    pub fn data(&self, field: Field, reasons: &ReasonTable) -> Option<String> {
        let text = |name: &Name| name.as_str().to_owned();
        let read = |kana: &Kana| kana.as_str().to_owned();
        Some(match field {
            Field::JukiCode => self.juki_code.to_string(),
            Field::MyNumber => self.my_number?.to_string(),
            Field::Name => text(&self.name),
            Field::NameKana => read(self.name_kana.as_ref()?),
            Field::OldSurname => text(&self.old_surname.as_ref()?.text),
            Field::OldSurnameKana => read(self.old_surname.as_ref()?.kana.as_ref()?),
            Field::Alias => text(&self.alias.as_ref()?.text),
            Field::AliasKana => read(self.alias.as_ref()?.kana.as_ref()?),
            Field::BirthDate => self.birth_date.to_string(),
            Field::Sex => self.sex.label().to_owned(),
            Field::Address => self.address.as_str().to_owned(),
            Field::ChangeReason => reasons.label(&self.change_reason).to_owned(),
            Field::ChangeDate => self.change_date.to_string(),
            Field::Municipality => self.municipality?.to_string(),
            Field::Status => self.status.label().to_owned(),
        })
    }

    /// The field as pages and paper show it: dates in 和暦, 個人番号 in groups of four.
    pub fn shown(&self, field: Field, reasons: &ReasonTable) -> Option<String> {
        match field {
            Field::BirthDate => Some(self.birth_date.wareki()),
            Field::ChangeDate => Some(self.change_date.wareki()),
            Field::MyNumber => self.my_number.map(MyNumber::grouped),
            _ => self.data(field, reasons),
        }
    }

    fn may_lack_my_number(&self) -> bool {
        let first = Date::new(2015, 10, 5);
        self.status == Status::Removed && first.is_some_and(|first| self.change_date < first)
    }
}

#[cfg(test)]
pub(crate) mod tests;
