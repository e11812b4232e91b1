//! What an operator may look for, checked before anything is looked up.
//!
//! A search names a number, or at least two characters of a name or reading; an address, a year or
//! a sex alone would leaf through the register. [`SearchInput`] is what the form sends,
//! [`SearchTerms`] is what the gate, the index and the record receive.

use super::blind::{PREFIX_CHARS_MIN, readings, written_names};
use super::field::Field;
use super::fold::{fold_kana, fold_name};
use super::numbers::{JukiCode, MyNumber};
use super::record::{IdentityRecord, Sex, YEAR_MIN};
use super::reveal::Reveal;
use sekisho_regulation::date::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest text (characters) of one search field.
const INPUT_CHARS_MAX: usize = 100;

/// A search as typed; an empty text means that the field was left empty.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SearchInput {
    /// 住民票コード.
    pub juki_code: String,
    /// 個人番号.
    pub my_number: String,
    /// The beginning of 氏名, 旧氏 or 通称.
    pub name: String,
    /// The beginning of the reading.
    pub kana: String,
    /// True to compare name and reading as a whole, not by their beginning.
    pub whole: bool,
    /// 生年月日 in 和暦 or ISO form, or only a year (1970, 昭和45年, S45).
    pub birth: String,
    /// 男, 女 or 不明.
    pub sex: String,
    /// A part of the address.
    pub address: String,
}

impl fmt::Debug for SearchInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SearchInput(***)")
    }
}

/// A field of the search form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchField {
    /// The search as a whole.
    Search,
    /// 住民票コード.
    JukiCode,
    /// 個人番号.
    MyNumber,
    /// 氏名.
    Name,
    /// ふりがな.
    Kana,
    /// 生年月日.
    Birth,
    /// 性別.
    Sex,
    /// 住所.
    Address,
}

impl SearchField {
    /// The name on the form.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Search => "検索条件",
            Self::JukiCode => "住民票コード",
            Self::MyNumber => "個人番号",
            Self::Name => "氏名",
            Self::Kana => "ふりがな",
            Self::Birth => "生年月日",
            Self::Sex => "性別",
            Self::Address => "住所",
        }
    }
}

/// What is wrong with one field of the search form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SearchError {
    /// The field.
    pub field: SearchField,
    /// A Japanese sentence saying what to do; it never repeats the value.
    pub message: String,
}

/// A name or reading to look for, folded.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct TextMatch {
    typed: String,
    folded: String,
    whole: bool,
}

impl TextMatch {
    /// The text as typed, without spaces at the ends.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// The folded text.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// True when the whole name has to be equal, false when its beginning has to.
    pub const fn whole(&self) -> bool {
        self.whole
    }

    fn found_in(&self, candidates: &[String]) -> bool {
        candidates.iter().any(
            |candidate| {
                if self.whole { *candidate == self.folded } else { candidate.starts_with(&self.folded) }
            },
        )
    }
}

/// 生年月日 as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Birth {
    /// The day.
    Day(Date),
    /// Only the year (Gregorian).
    Year(i32),
}

/// A search that may be asked. Only [`SearchTerms::parse`] makes one.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct SearchTerms {
    #[serde(skip_serializing_if = "Option::is_none")]
    juki_code: Option<JukiCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    my_number: Option<MyNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<TextMatch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kana: Option<TextMatch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth: Option<Birth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sex: Option<Sex>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<TextMatch>,
}

impl fmt::Debug for SearchTerms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SearchTerms(***)")
    }
}

impl SearchTerms {
    /// Checks a search form; `today` bounds the date of birth.
    ///
    /// # Errors
    /// Everything that is wrong with it, field by field.
    pub fn parse(input: &SearchInput, today: Date) -> Result<Self, Vec<SearchError>> {
        let mut check = Check { errors: Vec::new() };
        let juki_code = check.read(SearchField::JukiCode, &input.juki_code, |text| {
            JukiCode::parse(text).map_err(|error| error.to_string())
        });
        let my_number = check.read(SearchField::MyNumber, &input.my_number, |text| {
            MyNumber::parse(text).map_err(|error| error.to_string())
        });
        let name = check.read(SearchField::Name, &input.name, |text| name_match(text, fold_name, input.whole));
        let kana = check.read(SearchField::Kana, &input.kana, |text| name_match(text, fold_kana, input.whole));
        let birth = check.read(SearchField::Birth, &input.birth, |text| birth(text, today));
        let sex = check.read(SearchField::Sex, &input.sex, |text| {
            Sex::parse(text).ok_or_else(|| "性別は男・女・不明のどれかです。選び直してください".to_owned())
        });
        let address = check.read(SearchField::Address, &input.address, address_match);
        if check.errors.is_empty() && juki_code.is_none() && my_number.is_none() && name.is_none() && kana.is_none() {
            check.add(
                SearchField::Search,
                "検索条件が足りません。住民票コード・個人番号か、氏名・ふりがなの2文字以上を入力してください",
            );
        }
        if check.errors.is_empty() {
            Ok(Self { juki_code, my_number, name, kana, birth, sex, address })
        } else {
            Err(check.errors)
        }
    }

    /// A search for exactly one 住民票コード.
    pub const fn by_code(code: JukiCode) -> Self {
        Self { juki_code: Some(code), my_number: None, name: None, kana: None, birth: None, sex: None, address: None }
    }

    /// 住民票コード, when it is asked for.
    pub const fn juki_code(&self) -> Option<JukiCode> {
        self.juki_code
    }

    /// 個人番号, when it is asked for.
    pub const fn my_number(&self) -> Option<MyNumber> {
        self.my_number
    }

    /// The name, when it is asked for.
    pub const fn name(&self) -> Option<&TextMatch> {
        self.name.as_ref()
    }

    /// The reading, when it is asked for.
    pub const fn kana(&self) -> Option<&TextMatch> {
        self.kana.as_ref()
    }

    /// The full date of birth, when it is asked for; a year alone is not a date.
    pub const fn birth_date(&self) -> Option<Date> {
        match self.birth {
            Some(Birth::Day(date)) => Some(date),
            _ => None,
        }
    }

    /// True when the search names no number: the kind of search that local rules tie to a 照会記録票.
    pub const fn by_name(&self) -> bool {
        self.juki_code.is_none() && self.my_number.is_none()
    }

    /// The fields that whoever asks knew already, the beginning of a name counting as the name. A
    /// result list that shows no more than these says little beyond whether such a person is there.
    pub fn known(&self) -> Reveal {
        let asked = [
            (self.juki_code.is_some(), Field::JukiCode),
            (self.my_number.is_some(), Field::MyNumber),
            (self.name.is_some(), Field::Name),
            (self.kana.is_some(), Field::NameKana),
            (self.birth_date().is_some(), Field::BirthDate),
            (self.sex.is_some(), Field::Sex),
        ];
        asked.into_iter().filter(|(asked, _)| *asked).fold(Reveal::NONE, |set, (_, field)| set.with(field))
    }

    /// The search in one line, as the record of inquiries keeps it. Personal data: goes into the
    /// erasable text, never into a leaf.
    pub fn describe(&self) -> String {
        let quoted = |label: &str, text: &TextMatch| {
            format!("{label}「{}」{}", text.typed, if text.whole { "と一致" } else { "で始まる" })
        };
        let mut parts = Vec::new();
        parts.extend(self.juki_code.map(|code| format!("住民票コード {code}")));
        parts.extend(self.my_number.map(|number| format!("個人番号 {number}")));
        parts.extend(self.name.as_ref().map(|name| quoted("氏名", name)));
        parts.extend(self.kana.as_ref().map(|kana| quoted("ふりがな", kana)));
        parts.extend(self.birth.map(|birth| match birth {
            Birth::Day(date) => format!("生年月日 {}", date.wareki()),
            Birth::Year(year) => format!("生年 {year}年"),
        }));
        parts.extend(self.sex.map(|sex| format!("性別 {}", sex.label())));
        parts.extend(self.address.as_ref().map(|address| format!("住所に「{}」を含む", address.typed)));
        parts.join("、")
    }
}

/// True when a decrypted record meets every condition of the search.
pub fn matches(record: &IdentityRecord, terms: &SearchTerms) -> bool {
    terms.juki_code.is_none_or(|code| code == record.juki_code)
        && terms.my_number.is_none_or(|number| record.my_number == Some(number))
        && terms.sex.is_none_or(|sex| sex == record.sex)
        && terms.birth.is_none_or(|birth| match birth {
            Birth::Day(date) => date == record.birth_date,
            Birth::Year(year) => year == record.birth_date.year(),
        })
        && terms.name.as_ref().is_none_or(|name| name.found_in(&written_names(record)))
        && terms.kana.as_ref().is_none_or(|kana| kana.found_in(&readings(record)))
        && terms.address.as_ref().is_none_or(|address| fold_name(record.address.as_str()).contains(&address.folded))
}

struct Check {
    errors: Vec<SearchError>,
}

impl Check {
    fn add(&mut self, field: SearchField, message: impl Into<String>) {
        self.errors.push(SearchError { field, message: message.into() });
    }

    fn read<T>(&mut self, field: SearchField, text: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if text.chars().nth(INPUT_CHARS_MAX).is_some() {
            self.add(field, format!("{}が長すぎます。{INPUT_CHARS_MAX}文字以内で入力してください", field.label()));
            return None;
        }
        match parse(text) {
            Ok(value) => Some(value),
            Err(message) => {
                self.add(field, message);
                None
            }
        }
    }
}

fn name_match(text: &str, fold: fn(&str) -> String, whole: bool) -> Result<TextMatch, String> {
    let folded = fold(text);
    if folded.chars().count() < PREFIX_CHARS_MIN {
        return Err(format!("{PREFIX_CHARS_MIN}文字以上が必要です。名前の続きを入力してください"));
    }
    Ok(TextMatch { typed: text.to_owned(), folded, whole })
}

fn address_match(text: &str) -> Result<TextMatch, String> {
    let folded = fold_name(text);
    if folded.is_empty() {
        return Err("住所として読める文字がありません。大字や番地を入力してください".to_owned());
    }
    Ok(TextMatch { typed: text.to_owned(), folded, whole: false })
}

fn birth(text: &str, today: Date) -> Result<Birth, String> {
    let found = match text.parse::<Date>() {
        Ok(date) => Birth::Day(date),
        Err(_) => Birth::Year(birth_year(text).ok_or(
            "日付として読めません。「昭和45年1月2日」「1970-01-02」か、年だけなら「昭和45年」の形で入力してください",
        )?),
    };
    let (year, late) = match found {
        Birth::Day(date) => (date.year(), date > today),
        Birth::Year(year) => (year, year > today.year()),
    };
    if year < YEAR_MIN {
        Err("明治より前の日付です。年を確かめてください".to_owned())
    } else if late {
        Err("未来の日付です。年を確かめてください".to_owned())
    } else {
        Ok(found)
    }
}

/// The Gregorian year of 1970, 1970年, 昭和45年 or S45. An era's year is read by its last day in
/// that era (昭和64年 has seven days), so the first and last days of the year are tried.
fn birth_year(text: &str) -> Option<i32> {
    let year = text.trim().trim_end_matches('年');
    ["1月1日", "12月31日"].iter().find_map(|day| format!("{year}年{day}").parse::<Date>().ok()).map(Date::year)
}

#[cfg(test)]
mod tests;
