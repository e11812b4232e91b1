//! One row of a file to one record, or to everything that is wrong with the row.

use super::columns::Columns;
use super::split::Row;
use super::{ImportOptions, RowError};
use crate::identity::field::Field;
use crate::identity::name::{Address, Kana, Name, ReadName};
use crate::identity::numbers::{JukiCode, MunicipalityCode, MyNumber, NumberError};
use crate::identity::reason::Reason;
use crate::identity::record::{IdentityRecord, Sex, Status};
use sekisho_regulation::date::{Date, DateError};

/// Reads a row.
pub(super) fn read(row: &Row, columns: &Columns, options: &ImportOptions<'_>) -> Result<IdentityRecord, Vec<RowError>> {
    if row.cells.len() != columns.width() {
        let message = format!(
            "項目が{}個ありますが、見出しは{}個です。「,」の数や「\"」を確かめてください",
            row.cells.len(),
            columns.width()
        );
        return Err(vec![RowError::line(row.line(), message)]);
    }
    let mut reader = Reader { row, columns, errors: Vec::new() };
    reader.lengths(options.field_chars_max);
    if !reader.errors.is_empty() {
        return Err(reader.errors);
    }
    let record = reader.record(options);
    if let Some(record) = &record {
        let absurd = record.validate(options.today, options.reasons);
        reader.errors.extend(absurd.into_iter().map(|error| columns.error(row, error.field, error.message)));
    }
    match record {
        Some(record) if reader.errors.is_empty() => Ok(record),
        _ => Err(reader.errors),
    }
}

struct Reader<'a> {
    row: &'a Row,
    columns: &'a Columns,
    errors: Vec<RowError>,
}

impl Reader<'_> {
    fn error(&mut self, field: Field, message: impl Into<String>) {
        self.errors.push(self.columns.error(self.row, field, message));
    }

    fn lengths(&mut self, chars_max: usize) {
        for field in self.columns.fields() {
            if self.columns.text(self.row, field).chars().nth(chars_max).is_some() {
                self.error(field, format!("長すぎます。{chars_max}文字以内にしてください"));
            }
        }
    }

    /// Reads every field, so that a row reports all its mistakes at once.
    fn record(&mut self, options: &ImportOptions<'_>) -> Option<IdentityRecord> {
        let juki_code = self.needed(Field::JukiCode, |text| JukiCode::parse(text).map_err(number));
        let my_number = self.optional(Field::MyNumber, |text| MyNumber::parse(text).map_err(number));
        let name = self.needed(Field::Name, |text| Name::parse(text).map_err(sentence));
        let name_kana = self.optional(Field::NameKana, |text| Kana::parse(text).map_err(sentence));
        let old_surname = self.read_name(Field::OldSurname, Field::OldSurnameKana);
        let alias = self.read_name(Field::Alias, Field::AliasKana);
        let birth_date = self.needed(Field::BirthDate, date);
        let sex = self.needed(Field::Sex, |text| {
            Sex::parse(text).ok_or_else(|| "性別として読めません。男・女・不明のどれかにしてください".to_owned())
        });
        let address = self.needed(Field::Address, |text| Address::parse(&one_line(text)).map_err(sentence));
        let reason = self.needed(Field::ChangeReason, |text| {
            let missing = "異動事由の表にありません。表にある異動事由を入れるか、表に加えてください";
            options.reasons.find(text).ok_or_else(|| missing.to_owned())
        });
        let change_date = self.needed(Field::ChangeDate, date);
        let municipality = self.optional(Field::Municipality, |text| MunicipalityCode::parse(text).map_err(number));
        let status = self.optional(Field::Status, |text| {
            Status::parse(text).ok_or_else(|| "状態として読めません。現存か消除にしてください".to_owned())
        });
        let reason = reason?;
        Some(IdentityRecord {
            juki_code: juki_code?,
            my_number,
            name: name?,
            name_kana,
            old_surname,
            alias,
            birth_date: birth_date?,
            sex: sex?,
            address: address?,
            change_reason: reason.code.clone(),
            change_date: change_date?,
            municipality: municipality.or(options.municipality),
            status: status.unwrap_or_else(|| usual_status(reason)),
        })
    }

    fn optional<T>(&mut self, field: Field, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.columns.text(self.row, field);
        if text.is_empty() {
            return None;
        }
        parse(text).map_err(|message| self.error(field, message)).ok()
    }

    fn needed<T>(&mut self, field: Field, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        if self.columns.text(self.row, field).is_empty() {
            self.error(field, format!("{field}が空欄です。入力してください"));
            return None;
        }
        self.optional(field, parse)
    }

    fn read_name(&mut self, text: Field, kana: Field) -> Option<ReadName> {
        let name = self.optional(text, |value| Name::parse(value).map_err(sentence));
        let read = self.optional(kana, |value| Kana::parse(value).map_err(sentence));
        if read.is_some() && self.columns.text(self.row, text).is_empty() {
            self.error(kana, format!("{kana}だけがあり、{text}が空欄です。両方を入れるか、両方を空欄にしてください"));
        }
        name.map(|text| ReadName { text, kana: read })
    }
}

const fn usual_status(reason: &Reason) -> Status {
    if reason.removes { Status::Removed } else { Status::Present }
}

fn sentence(error: crate::identity::name::TextError) -> String {
    error.to_string()
}

fn number(error: NumberError) -> String {
    match error {
        NumberError::Length { kind, found } if found < kind.digits() => {
            format!(
                "{kind}は{}桁ですが、{found}桁です。先頭の0が表計算ソフトで消えていないか確かめてください",
                kind.digits()
            )
        }
        other => other.to_string(),
    }
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|error| match error {
        DateError::NoSuchDay(_) => "暦にない日付です。年月日を確かめてください".to_owned(),
        DateError::Unreadable(_) => {
            "日付として読めません。「1970-01-02」か「昭和45年1月2日」の形にしてください".to_owned()
        }
    })
}

/// A line break inside an address becomes a space: the 方書 is often written on a second line.
fn one_line(text: &str) -> String {
    text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("　")
}
