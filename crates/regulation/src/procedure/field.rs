//! What is filled in at a step, and the column that keeps it.

use serde::Deserialize;

/// Something to fill in, and the column that keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Name in code.
    pub name: String,
    /// Name on pages.
    pub ja: String,
    /// What may be written.
    pub is: Is,
    /// Whether it may stay empty.
    #[serde(default)]
    pub optional: bool,
    /// Whether it is personal or free text, kept outside the record.
    #[serde(default)]
    pub private: bool,
}

/// What may be written in a field.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Is {
    /// A line of at most so many characters.
    Line(usize),
    /// Several lines.
    Lines(usize),
    /// A code of a list.
    Code(String),
    /// Several.
    Codes(String),
    /// A row of a book.
    Ref(String),
    /// Several.
    Refs(String),
    /// Somebody on the roll.
    Person,
    /// Several.
    People,
    /// A day.
    Day,
    /// A day with hour and minute.
    Moment,
    /// A whole number between two bounds.
    Int(i64, i64),
    /// Yes or no.
    Check,
}

impl TryFrom<String> for Is {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (name, rest) = text.split_once(':').unwrap_or((&text, ""));
        let number = |text: &str| text.parse::<i64>().map_err(|_| format!("`is`の「{text}」は数ではありません"));
        let length = || rest.parse::<usize>().map_err(|_| format!("`is`の「{rest}」は文字数ではありません"));
        let named = || {
            if rest.is_empty() {
                Err(format!("`is`の「{name}」には名前が要ります"))
            } else {
                Ok(rest.to_owned())
            }
        };
        Ok(match name {
            "line" => Self::Line(length()?),
            "lines" => Self::Lines(length()?),
            "code" => Self::Code(named()?),
            "codes" => Self::Codes(named()?),
            "ref" => Self::Ref(named()?),
            "refs" => Self::Refs(named()?),
            "person" => Self::Person,
            "people" => Self::People,
            "day" => Self::Day,
            "moment" => Self::Moment,
            "int" => {
                let (least, most) = rest.split_once(':').ok_or("`is`の「int」には下限と上限が要ります")?;
                Self::Int(number(least)?, number(most)?)
            }
            "check" => Self::Check,
            other => return Err(format!("`is`の「{other}」は知られていません")),
        })
    }
}
