//! Names and addresses as they are kept: Unicode NFC, with every glyph the resident writes.
//!
//! NFC alone would lose glyphs: it turns a CJK compatibility ideograph such as 神 (U+FA19) into the
//! ordinary 神. Those are kept as the standardized variation sequence Unicode defines for them
//! (U+795E U+FE00), which NFC leaves alone; [`to_compatibility`] turns them back where an old
//! encoding needs it. Ideographic variation sequences (U+E0100..) are kept as they are. Searching
//! never looks at these texts but at their folded form (see [`super::fold`]).

use serde::{Deserialize, Deserializer, Serialize};
use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization;

/// Why a text cannot be kept as a name, a kana reading or an address. The sentence is for the user;
/// it names places, never the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing, or only spaces.
    #[error("空欄です。入力してください")]
    Empty,
    /// Longer than the limit.
    #[error("長すぎます（{found}文字）。{max}文字以内で入力してください")]
    TooLong {
        /// Characters allowed.
        max: usize,
        /// Characters found.
        found: usize,
    },
    /// A control character, an invisible mark or a sign of broken text.
    #[error("{position}文字目に使えない文字（U+{character:04X}）があります。取り除いてください")]
    Forbidden {
        /// Place of the character, counted from 1.
        position: usize,
        /// Its code point.
        character: u32,
    },
    /// A character of the private use area (外字), which other machines show differently.
    #[error(
        "{position}文字目が外字（U+{character:04X}）です。文字情報基盤の文字か異体字セレクタ付きの文字に置き換えてください"
    )]
    PrivateUse {
        /// Place of the character, counted from 1.
        position: usize,
        /// Its code point.
        character: u32,
    },
    /// A first character that spreadsheets take for a formula.
    #[error("先頭に「=」「+」「-」「@」は使えません。取り除いてください")]
    FormulaStart,
    /// A kanji or other character that does not belong in a reading.
    #[error("{position}文字目がかなではありません。かな・カナ・英字で入力してください")]
    NotKana {
        /// Place of the character, counted from 1.
        position: usize,
    },
}

impl TextError {
    /// A short stable code for the log and the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "text_empty",
            Self::TooLong { .. } => "text_too_long",
            Self::Forbidden { .. } => "text_forbidden_character",
            Self::PrivateUse { .. } => "text_private_use_character",
            Self::FormulaStart => "text_formula_start",
            Self::NotKana { .. } => "text_not_kana",
        }
    }
}

/// Characters allowed in a name or reading. The longest names of foreign residents stay below it.
pub const NAME_CHARS_MAX: usize = 100;

/// Characters allowed in an address.
pub const ADDRESS_CHARS_MAX: usize = 200;

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $max:expr, $also:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Normalizes (see the module) and checks a text; spaces at both ends are taken off.
            ///
            /// # Errors
            /// [`TextError`], with a sentence for the user.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                let kept = clean(text, $max)?;
                $also(&kept)?;
                Ok(Self(kept))
            }

            /// The text as kept.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        /// Personal data: the text is not printed.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(***)"))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

text!(
    /// 氏名, 旧氏 or 通称: one to [`NAME_CHARS_MAX`] characters.
    Name,
    NAME_CHARS_MAX,
    anything
);
text!(
    /// The reading of a name (ふりがな): kana, Latin letters, spaces, middle dots and long vowel marks.
    Kana,
    NAME_CHARS_MAX,
    only_kana
);
text!(
    /// 住所: one to [`ADDRESS_CHARS_MAX`] characters.
    Address,
    ADDRESS_CHARS_MAX,
    anything
);

/// A surname (旧氏) or alias (通称) with its reading, if one is registered.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadName {
    /// As written.
    pub text: Name,
    /// As read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kana: Option<Kana>,
}

/// NFC with compatibility ideographs kept as standardized variation sequences.
pub fn normalize(text: &str) -> String {
    if text.is_ascii() { text.to_owned() } else { text.chars().cjk_compat_variants().nfc().collect() }
}

/// Turns standardized variation sequences of compatibility ideographs back into those characters
/// (U+795E U+FE00 becomes U+FA19), which CP932 can encode. The reverse of [`normalize`] for them.
pub fn to_compatibility(text: &str) -> String {
    let table = compatibility_table();
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(base) = characters.next() {
        let whole = characters.peek().and_then(|selector| table.get(&(base, *selector)));
        if let Some(&compatible) = whole {
            out.push(compatible);
            characters.next();
        } else {
            out.push(base);
        }
    }
    out
}

/// True for the characters that choose a glyph of the character before them.
pub const fn is_variation_selector(character: char) -> bool {
    matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

fn compatibility_table() -> &'static HashMap<(char, char), char> {
    static TABLE: OnceLock<HashMap<(char, char), char>> = OnceLock::new();
    TABLE.get_or_init(|| {
        ('\u{F900}'..='\u{FAFF}')
            .chain('\u{2F800}'..='\u{2FA1F}')
            .filter_map(|compatible| {
                let mut sequence = std::iter::once(compatible).cjk_compat_variants();
                let (base, selector) = (sequence.next()?, sequence.next()?);
                Some(((base, selector), compatible))
            })
            .collect()
    })
}

fn clean(text: &str, max: usize) -> Result<String, TextError> {
    // Normalizing cannot shorten a text to less than a fraction, so this bounds the work below.
    if text.len() > max * 64 {
        return Err(TextError::TooLong { max, found: text.chars().count() });
    }
    let kept = normalize(text.trim());
    let found = kept.chars().filter(|c| !is_variation_selector(*c)).count();
    if found == 0 {
        return Err(TextError::Empty);
    }
    if found > max || kept.len() > max * 16 {
        return Err(TextError::TooLong { max, found });
    }
    if kept.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        return Err(TextError::FormulaStart);
    }
    for (index, character) in kept.chars().enumerate() {
        let (position, code) = (index + 1, u32::from(character));
        if is_private_use(code) {
            return Err(TextError::PrivateUse { position, character: code });
        }
        if is_forbidden(character) || (index == 0 && is_variation_selector(character)) {
            return Err(TextError::Forbidden { position, character: code });
        }
    }
    Ok(kept)
}

const fn is_private_use(code: u32) -> bool {
    matches!(code, 0xE000..=0xF8FF | 0xF0000..=0xFFFFD | 0x0010_0000..=0x0010_FFFD)
}

/// Control characters, line separators, invisible and direction marks, the replacement character
/// and noncharacters: none belongs in a name, and all can make two names look alike.
fn is_forbidden(character: char) -> bool {
    character.is_control()
        || u32::from(character) & 0xFFFE == 0xFFFE
        || matches!(
            character,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}' | '\u{FDD0}'..='\u{FDEF}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFD}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

#[expect(clippy::unnecessary_wraps, reason = "shares its shape with `only_kana`")]
const fn anything(_: &str) -> Result<(), TextError> {
    Ok(())
}

fn only_kana(text: &str) -> Result<(), TextError> {
    let wrong = text.chars().position(|character| {
        !(character.is_whitespace()
            || character.is_ascii_alphabetic()
            || matches!(
                character,
                '\u{3041}'..='\u{3096}' | '\u{3099}'..='\u{309F}' | '\u{30A0}'..='\u{30FF}'
                    | '\u{31F0}'..='\u{31FF}' | '\u{FF65}'..='\u{FF9F}' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ'
                    | '\u{00C0}'..='\u{024F}' | '\u{0300}'..='\u{036F}' | '\'' | '’' | '.' | ',' | '．' | '，'
                    | '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '－' | '·' | '•' | '〜' | '～'
            ))
    });
    match wrong {
        Some(index) => Err(TextError::NotKana { position: index + 1 }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
