//! Which column of a file is which field: header names in any order, with the usual synonyms.

use super::RowError;
use super::split::Row;
use crate::identity::field::Field;
use crate::identity::fold::fold_name;

/// Header names that mean a field besides its label and code. Compared folded, so width, kana
/// script, spaces and brackets do not matter.
const SYNONYMS: &[(Field, &[&str])] = &[
    (Field::JukiCode, &["住民票CD", "住コード", "住民コード"]),
    (Field::MyNumber, &["マイナンバー", "個人番号（マイナンバー）"]),
    (Field::Name, &["氏名漢字", "漢字氏名", "名前", "本名"]),
    (
        Field::NameKana,
        &[
            "ふりがな",
            "カナ",
            "氏名カナ",
            "カナ氏名",
            "氏名フリガナ",
            "氏名かな",
            "氏名の振り仮名",
            "振り仮名",
            "振仮名",
        ],
    ),
    (Field::OldSurname, &["旧姓", "旧氏漢字"]),
    (Field::OldSurnameKana, &["旧氏カナ", "旧姓カナ", "旧姓ふりがな", "旧氏の振り仮名"]),
    (Field::Alias, &["通称名", "通称漢字"]),
    (Field::AliasKana, &["通称カナ", "通称名カナ", "通称名ふりがな", "通称の振り仮名"]),
    (Field::BirthDate, &["出生の年月日", "出生年月日", "生年月日（和暦）", "生年月日（西暦）"]),
    (Field::Sex, &["男女の別", "男女別", "性"]),
    (Field::Address, &["現住所", "住所地"]),
    (Field::ChangeReason, &["異動事由コード", "事由", "異動事由名"]),
    (Field::ChangeDate, &["異動日", "異動の年月日"]),
    (
        Field::Municipality,
        &["全国地方公共団体コード", "地方公共団体コード", "団体コード", "自治体コード", "市区町村コード"],
    ),
    (Field::Status, &["現存区分", "住民状態", "除票区分", "消除区分"]),
];

/// Fields without which a file cannot be taken.
const REQUIRED: &[Field] = &[
    Field::JukiCode,
    Field::MyNumber,
    Field::Name,
    Field::BirthDate,
    Field::Sex,
    Field::Address,
    Field::ChangeReason,
    Field::ChangeDate,
];

/// The columns of one file.
#[derive(Debug)]
pub(super) struct Columns {
    width: usize,
    /// Place and header text of each field that the file has.
    found: Vec<(Field, usize, String)>,
    ignored: Vec<String>,
}

impl Columns {
    /// Reads a header row.
    pub(super) fn read(header: &Row) -> Result<Self, Vec<RowError>> {
        let mut columns = Self { width: header.cells.len(), found: Vec::new(), ignored: Vec::new() };
        let mut errors = Vec::new();
        for (place, cell) in header.cells.iter().enumerate() {
            let title: String = cell.text.trim().chars().take(40).collect();
            match field_of(&cell.text) {
                None => columns.ignored.push(title),
                Some(field) if columns.place(field).is_some() => errors.push(RowError {
                    line: Some(cell.line),
                    field: Some(field),
                    column: Some(title),
                    message: format!("{field}の列が二つあります。一つにしてください"),
                }),
                Some(field) => columns.found.push((field, place, title)),
            }
        }
        if columns.found.is_empty() {
            return Err(vec![RowError::line(
                header.line(),
                "見出し行に知っている項目名がありません。1行目に「住民票コード」「氏名」などの見出しを入れ、文字コードも確かめてください",
            )]);
        }
        for field in REQUIRED.iter().filter(|field| columns.place(**field).is_none()) {
            errors.push(RowError {
                line: Some(header.line()),
                field: Some(*field),
                column: None,
                message: format!("{field}の列がありません。見出しに「{field}」の列を加えてください"),
            });
        }
        if errors.is_empty() { Ok(columns) } else { Err(errors) }
    }

    /// Number of cells that each row must have.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// Header texts that mean no field.
    pub(super) fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// The text of a field in a row, without spaces at the ends; empty when the file has no such
    /// column.
    pub(super) fn text<'a>(&self, row: &'a Row, field: Field) -> &'a str {
        self.place(field).and_then(|place| row.cells.get(place)).map_or("", |cell| cell.text.trim())
    }

    /// An error at a field of a row, on the line where its cell begins.
    pub(super) fn error(&self, row: &Row, field: Field, message: impl Into<String>) -> RowError {
        let cell = self.place(field).and_then(|place| row.cells.get(place));
        RowError {
            line: Some(cell.map_or(row.line(), |cell| cell.line)),
            field: Some(field),
            column: Some(self.title(field).unwrap_or(field.label()).to_owned()),
            message: message.into(),
        }
    }

    /// The fields that the file has.
    pub(super) fn fields(&self) -> impl Iterator<Item = Field> {
        self.found.iter().map(|(field, ..)| *field)
    }

    fn place(&self, field: Field) -> Option<usize> {
        self.found.iter().find(|(found, ..)| *found == field).map(|(_, place, _)| *place)
    }

    fn title(&self, field: Field) -> Option<&str> {
        self.found.iter().find(|(found, ..)| *found == field).map(|(.., title)| title.as_str())
    }
}

fn field_of(header: &str) -> Option<Field> {
    if header.len() > 400 {
        return None;
    }
    let key = header_key(header);
    let named =
        Field::ALL.into_iter().find(|field| header_key(field.label()) == key || header_key(field.code()) == key);
    named.or_else(|| {
        let meant = SYNONYMS.iter().find(|(_, words)| words.iter().any(|word| header_key(word) == key));
        meant.map(|(field, _)| *field)
    })
}

fn header_key(header: &str) -> String {
    fold_name(header).chars().filter(|character| !"()[]【】「」_*※:".contains(*character)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_header_name_means_two_fields() {
        let mut seen = std::collections::HashMap::new();
        let words = Field::ALL.into_iter().flat_map(|field| [(field, field.label()), (field, field.code())]);
        let also = SYNONYMS.iter().flat_map(|(field, words)| words.iter().map(|word| (*field, *word)));
        for (field, word) in words.chain(also) {
            assert_eq!(*seen.entry(header_key(word)).or_insert(field), field, "{word}");
            assert_eq!(field_of(word), Some(field), "{word}");
        }
        assert_eq!(field_of("ﾌﾘｶﾞﾅ"), Some(Field::NameKana));
        assert_eq!(field_of("氏名（カナ）"), Some(Field::NameKana));
        assert_eq!(field_of("備考"), None);
    }
}
