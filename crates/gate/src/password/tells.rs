//! What people here choose for passwords.

use sekisho_regulation::Date;
use sekisho_regulation::date::ERAS;
use unicode_normalization::UnicodeNormalization;

use super::romaji;
use super::{About, Finding, finding};

/// Runs on the keyboard, row by row and column by column.
const KEYBOARD: [&str; 7] = [
    "1234567890-^",
    "qwertyuiop@[",
    "asdfghjkl;:]",
    "zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "!\"#$%&'()",
];
/// Orders that everybody knows.
const ORDERS: [&str; 2] = ["abcdefghijklmnopqrstuvwxyz", "01234567890"];
/// The same in kana, in the one spelling of romaji; shorter pieces are words (kaki is a persimmon).
const KANA_ORDERS: [&str; 5] = ["aiueo", "kakiku", "sasisu", "tatitu", "iroha"];
/// Words that stand on every list of leaked passwords in Japan, in the one spelling of romaji.
const COMMON: [&str; 22] = [
    "sakura", "arigato", "konitiha", "aisiteru", "daisuki", "nihon", "nipon", "huzisan", "doraemon", "pikatyu",
    "pokemon", "tokyo", "reiwa", "heisei", "showa", "syowa", "onegai", "himawari", "momotaro", "passward", "pasuwado",
    "welcome",
];
/// Characters in a run or an order before it is one.
const RUN_MIN: usize = 4;
/// How often one character may stand in a row.
const REPEAT_MAX: usize = 2;

/// The tells found in a candidate.
pub(super) fn find(candidate: &str, about: &About<'_>, words: &[&str]) -> Vec<Finding> {
    let text = Text::new(candidate);
    let mut findings = Vec::new();
    let mut tell = |found: bool, code: &'static str, ja: &str| {
        if found {
            findings.push(finding(code, ja));
        }
    };
    let birthday = about.birth.is_some_and(|birth| text.has_birthday(birth));
    tell(birthday, "BIRTHDAY", "本人の生年月日を含めないでください（西暦、和暦、並べ替えを含みます）。");
    tell(!birthday && text.has_date(), "DATE", "日付を含めないでください。");
    tell(text.has_any(&about.names), "NAME", "本人の氏名を含めないでください（かな、ローマ字を含みます）。");
    tell(text.has_any(&about.codes), "CODE", "職員番号やカードの番号を含めないでください。");
    tell(text.has_any(words), "PLACE_WORD", "村や職場にちなむ語を含めないでください。");
    let common = COMMON.iter().any(|word| text.spelt.contains(word) || text.unleet.contains(word));
    tell(common, "COMMON_WORD", "よく使われる語を含めないでください。");
    tell(text.has_run(&KEYBOARD), "KEYBOARD", "キーボードの並びのままの文字を含めないでください。");
    let kana_order = KANA_ORDERS.iter().any(|order| text.spelt.contains(order));
    tell(
        kana_order || text.has_run(&ORDERS),
        "SEQUENCE",
        "「abcd」や「1234」のような、順に並ぶ文字を含めないでください。",
    );
    tell(text.repeats(), "REPEATED", "同じ文字や同じ並びを繰り返さないでください。");
    findings
}

/// The ways in which a word may be typed: as it is, each of its parts, in kana and in romaji.
pub(super) fn spellings(word: &str) -> Vec<String> {
    let folded = fold(word);
    let mut all: Vec<String> = Vec::new();
    for part in folded.split(|c: char| c.is_whitespace() || c == '・').chain([folded.as_str()]) {
        let part: String = part.chars().filter(|c| c.is_alphanumeric() || *c == 'ー').collect();
        let romaji = romaji::of_kana(&part).unwrap_or_else(|| romaji::canonical(&part));
        all.extend([part, romaji]);
    }
    all.retain(|spelling| long_enough(spelling));
    all.sort_unstable();
    all.dedup();
    all
}

/// Three letters, or two characters of kana or kanji.
fn long_enough(word: &str) -> bool {
    word.chars().count() >= if word.is_ascii() { 3 } else { 2 }
}

/// Width and case folded, katakana as hiragana.
fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).map(romaji::hiragana).collect()
}

/// A candidate in the forms in which it is compared.
struct Text {
    /// Folded.
    folded: String,
    /// Folded, without signs.
    plain: String,
    /// Plain, in the one spelling of romaji.
    spelt: String,
    /// The same with 0 for o and the like undone.
    unleet: String,
    /// The digits, those of one date joined.
    digits: Vec<String>,
}

impl Text {
    fn new(candidate: &str) -> Self {
        let folded = fold(candidate);
        let plain: String = folded.chars().filter(|c| c.is_alphanumeric() || *c == 'ー').collect();
        let unleet: String = folded.chars().map(unleet).filter(|c| c.is_alphanumeric() || *c == 'ー').collect();
        let kana_spelt = |text: &str| {
            // Kana within other letters is spelt as well.
            let mut out = String::new();
            for c in text.chars() {
                match romaji::of_kana(&c.to_string()) {
                    Some(sound) if !sound.is_empty() => out.push_str(&sound),
                    _ => out.push(c),
                }
            }
            romaji::canonical(&out)
        };
        let joined: String = folded.chars().filter(|c| !"-/._ 年月日".contains(*c)).collect();
        let digits = joined.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() >= RUN_MIN).map(str::to_owned);
        Self { spelt: kana_spelt(&plain), unleet: kana_spelt(&unleet), digits: digits.collect(), plain, folded }
    }

    fn has_any(&self, words: &[&str]) -> bool {
        let has = |spelling: &String| {
            let reversed: String = spelling.chars().rev().collect();
            [spelling, &reversed]
                .iter()
                .any(|word| self.plain.contains(*word) || self.spelt.contains(*word) || self.unleet.contains(*word))
        };
        words.iter().any(|word| spellings(word).iter().any(has))
    }

    fn has_birthday(&self, birth: Date) -> bool {
        let (month, day) = (birth.month(), birth.day());
        let mut years = vec![format!("{:04}", birth.year()), format!("{:02}", birth.year().rem_euclid(100))];
        let mut said = vec![years.first().cloned().unwrap_or_default()];
        // The year in which an era ended is a year of two eras.
        let ends = [Date::new(birth.year(), 1, 1), Some(birth), Date::new(birth.year(), 12, 31)];
        for (era, year) in ends.into_iter().flatten().filter_map(Date::era) {
            years.extend([format!("{year:02}"), year.to_string()]);
            let letter = era.letter.to_ascii_lowercase();
            said.extend([format!("{letter}{year:02}"), format!("{}{year}", era.name)]);
            said.extend(era_romaji(era.name).map(|name| format!("{name}{year}")));
        }
        let days = [
            format!("{month:02}{day:02}"),
            format!("{day:02}{month:02}"),
            format!("{month}{day}"),
            format!("{day}{month}"),
        ];
        let mut patterns: Vec<String> = days.to_vec();
        for (year, day) in years.iter().flat_map(|year| days.iter().map(move |day| (year, day))) {
            patterns.extend([format!("{year}{day}"), format!("{day}{year}")]);
        }
        patterns.retain(|pattern| pattern.len() >= RUN_MIN);
        let reversed = |run: &String| run.chars().rev().collect::<String>();
        let in_digits = |run: &String| patterns.iter().any(|p| run.contains(p) || reversed(run).contains(p));
        self.digits.iter().any(in_digits) || said.iter().any(|year| self.says(year))
    }

    /// Whether the text holds a year, as letters and digits that stand by themselves.
    fn says(&self, year: &str) -> bool {
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        self.plain.match_indices(year).any(|(at, found)| {
            let before = self.plain.get(..at).and_then(|text| text.chars().next_back());
            let after = self.plain.get(at + found.len()..).and_then(|text| text.chars().next());
            let begins = if year.starts_with(|c: char| c.is_ascii_digit()) { !digit(before) } else { true };
            begins && !digit(after) && year.len() >= RUN_MIN - 1
        })
    }

    /// Whether any eight digits are a day of this or the last century, or an era's letter and six are.
    fn has_date(&self) -> bool {
        let number = |text: &str, range: std::ops::Range<usize>| text.get(range).and_then(|n| n.parse::<i32>().ok());
        let day = |run: &str, at: usize| {
            let year = number(run, at..at + 4).filter(|year| (1900..2100).contains(year));
            let (month, day) = (number(run, at + 4..at + 6), number(run, at + 6..at + 8));
            let small = |n: Option<i32>| n.and_then(|n| u8::try_from(n).ok());
            year.zip(small(month)).zip(small(day)).is_some_and(|((y, m), d)| Date::new(y, m, d).is_some())
        };
        let of_era = |run: &str| {
            ERAS.iter().any(|era| {
                let pieces = run.split(era.letter.to_ascii_lowercase()).skip(1);
                pieces.into_iter().any(|rest| {
                    let small = |range| number(rest, range).and_then(|n| u8::try_from(n).ok());
                    let (year, month, day) = (small(0..2), small(2..4), small(4..6));
                    let known = year.zip(month).zip(day);
                    known.is_some_and(|((y, m), d)| Date::from_era(*era, u32::from(y), m, d).is_some())
                })
            })
        };
        self.digits.iter().any(|run| (0..run.len()).any(|at| day(run, at))) || of_era(&self.plain)
    }

    /// Whether four characters in a row stand so in one of the rows, forwards or backwards.
    fn has_run(&self, rows: &[&str]) -> bool {
        let chars: Vec<char> = self.folded.chars().collect();
        chars.windows(RUN_MIN).any(|window| {
            let forwards: String = window.iter().collect();
            let backwards: String = window.iter().rev().collect();
            rows.iter().any(|row| row.contains(&forwards) || row.contains(&backwards))
        })
    }

    /// Whether one character stands three times in a row, or two or more are repeated at once.
    fn repeats(&self) -> bool {
        let chars: Vec<char> = self.folded.chars().collect();
        let same = |window: &[char]| window.windows(2).all(|pair| pair.first() == pair.get(1));
        let block = |size: usize| {
            chars.windows(size * 2).any(|window| {
                let (first, second) = window.split_at(size);
                first == second && !same(first)
            })
        };
        chars.windows(REPEAT_MAX + 1).any(same) || (3..=chars.len() / 2).any(block) || {
            // Two characters may meet twice by chance; three times is a pattern.
            chars.windows(6).any(|w| w.get(..4) == w.get(2..))
        }
    }
}

fn unleet(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        _ => c,
    }
}

fn era_romaji(name: &str) -> impl Iterator<Item = &'static str> {
    let spelt: &[&str] = match name {
        "明治" => &["meiji", "meizi"],
        "大正" => &["taisho", "taisyo"],
        "昭和" => &["showa", "syowa"],
        "平成" => &["heisei"],
        "令和" => &["reiwa"],
        _ => &[],
    };
    spelt.iter().copied()
}
