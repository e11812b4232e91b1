//! Folding: the one form under which a name is searched, however it was typed.
//!
//! Folding is for keys only. It takes away what people cannot be expected to type alike (width,
//! hiragana or katakana, spaces, the shape of a dash, the variant of a kanji) and never touches the
//! stored text. It is idempotent: folding a folded text changes nothing. Changing anything here
//! changes every key, so the search index has to be built again ([`FOLD_VERSION`]).

use super::name::is_variation_selector;
use unicode_normalization::UnicodeNormalization;

/// Version of the folding rules; part of every blind index term.
pub const FOLD_VERSION: u8 = 1;

/// Kanji that people use for one another in names: each group, the key form first. Only well-known
/// pairs; a wrong one costs a search some candidates that the operator has to look past.
const VARIANTS: &[&str] = &[
    "高髙",
    "崎﨑碕嵜",
    "辺邉邊",
    "吉𠮷",
    "斎齋斉齊",
    "浜濱濵",
    "沢澤",
    "広廣",
    "国國",
    "島嶋嶌",
    "桜櫻",
    "竜龍",
    "滝瀧",
    "関關",
    "塩鹽",
    "黒黑",
    "徳德",
    "恵惠",
    "栄榮",
    "栖棲",
    "桧檜",
    "槙槇",
    "真眞",
    "実實",
    "寿壽",
    "静靜",
    "浅淺",
    "条條",
    "県縣",
    "円圓",
    "園薗",
    "増增",
    "富冨",
    "峰峯",
    "万萬",
    "蔵藏",
    "礼禮",
    "豊豐",
    "会會",
    "亀龜",
    "来來",
    "児兒",
    "与與",
    "予豫",
    "曽曾",
    "弥彌",
    "当當",
    "台臺",
    "凛凜",
    "尭堯",
    "遥遙",
    "瑶瑤",
    "薫薰",
    "巌巖",
    "検檢",
    "経經",
    "郷鄕",
    "即卽",
    "青靑",
    "清淸",
    "緑綠",
    "館舘",
    "鉄鐵",
    "鶏鷄",
    "鴎鷗",
    "麹麴",
    "芦蘆",
    "兎兔",
    "絵繪",
    "学學",
    "声聲",
    "総總",
    "穂穗",
    "柳栁",
    "橋槗𣘺",
    "土圡",
    "船舩",
    "卯夘",
    "岡崗",
    "剣劍劔",
    "顕顯",
    "参參",
    "双雙",
    "桑桒",
    "仏佛",
    "野埜",
    "留畄",
    "隣鄰",
    "両兩",
    "湾灣",
    "乗乘",
    "戸戶",
    "戻戾",
    "寛寬",
    "巻卷",
    "団團",
    "灯燈",
    "黄黃",
    "単單",
    "郎郞",
    "塁壘",
    "歩步",
    "横橫",
    "彦彥",
    "顔顏",
    "将將",
];

/// The key form of a name, 旧氏, 通称, address fragment or anything else that is searched by text.
///
/// NFKC (so half-width katakana become full-width), hiragana to katakana, lower to upper case,
/// every dash and long vowel mark to `ー`; spaces, middle dots, apostrophes, full stops, commas and
/// variation selectors removed; kanji variants unified. Small kana stay small.
pub fn fold_name(text: &str) -> String {
    let mut folded = pass(text);
    for _ in 0..4 {
        let again = pass(&folded);
        if again == folded {
            break;
        }
        folded = again;
    }
    folded
}

/// The key form of a reading. The same folding as [`fold_name`], so that a reading typed into the
/// name field still means the same.
pub fn fold_kana(text: &str) -> String {
    fold_name(text)
}

fn pass(text: &str) -> String {
    text.nfkc().filter(|character| !is_dropped(*character)).map(key_form).nfkc().collect()
}

fn is_dropped(character: char) -> bool {
    character.is_whitespace()
        || is_variation_selector(character)
        || matches!(
            character,
            '・' | '·'
                | '•'
                | '‧'
                | '∙'
                | '⋅'
                | '\u{2E33}'
                | '\''
                | '’'
                | '‘'
                | '`'
                | '´'
                | '.'
                | ','
                | '、'
                | '。'
        )
}

fn key_form(character: char) -> char {
    match character {
        '\u{20}'..='\u{7E}' => match character {
            '-' | '~' => 'ー',
            other => other.to_ascii_uppercase(),
        },
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => char::from_u32(u32::from(character) + 0x60).unwrap_or(character),
        '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{207B}'
        | '\u{208B}'
        | '\u{2212}'
        | '\u{2500}'
        | '\u{2501}'
        | '\u{30A0}'
        | '〜'
        | '～'
        | '\u{FE58}'
        | '\u{FE63}' => 'ー',
        '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' => variant(character),
        other => upper(other),
    }
}

/// Upper case where it is one character; others stay (ß has no single upper case).
fn upper(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => character,
    }
}

fn variant(character: char) -> char {
    let table = variant_table();
    match table.binary_search_by_key(&character, |(from, _)| *from) {
        Ok(found) => table.get(found).map_or(character, |(_, to)| *to),
        Err(_) => character,
    }
}

fn variant_table() -> &'static [(char, char)] {
    static TABLE: std::sync::OnceLock<Vec<(char, char)>> = std::sync::OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: Vec<(char, char)> = VARIANTS
            .iter()
            .flat_map(|group| {
                let mut characters = group.chars();
                let key = characters.next();
                characters.filter_map(move |from| key.filter(|to| *to != from).map(|to| (from, to)))
            })
            .collect();
        table.sort_unstable();
        table
    })
}

#[cfg(test)]
mod tests;
