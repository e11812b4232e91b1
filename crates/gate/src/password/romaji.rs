//! Kana to romaji, and one spelling for all the ways of writing romaji.
//!
//! しょうた is typed shouta, syouta, shota, syota, shohta. Both the password and the word are brought
//! to one spelling (syota) before they are compared.

/// Romaji of a text in kana, in the one spelling; none when it holds anything but kana.
pub(super) fn of_kana(kana: &str) -> Option<String> {
    let mut out = String::new();
    let mut doubled = false;
    for c in kana.chars().map(hiragana) {
        if let Some(vowel) = small_y(c) {
            // き + ゃ: kya.
            let stem = out.strip_suffix('i').unwrap_or(&out).to_owned();
            out = format!("{stem}y{vowel}");
            continue;
        }
        match c {
            'っ' => doubled = true,
            'ー' => {}
            _ => {
                let sound = sound(c)?;
                if doubled {
                    out.extend(sound.chars().next());
                    doubled = false;
                }
                out.push_str(sound);
            }
        }
    }
    Some(canonical(&out))
}

/// One spelling for Hepburn, Kunrei and what word processors take, long vowels short.
pub(super) fn canonical(romaji: &str) -> String {
    const RULES: [(&str, &str); 30] = [
        ("tch", "tty"),
        ("sha", "sya"),
        ("shu", "syu"),
        ("sho", "syo"),
        ("shi", "si"),
        ("cha", "tya"),
        ("chu", "tyu"),
        ("cho", "tyo"),
        ("chi", "ti"),
        ("tyy", "ty"),
        ("tsu", "tu"),
        ("dzu", "zu"),
        ("du", "zu"),
        ("di", "zi"),
        ("jy", "zy"),
        ("ja", "zya"),
        ("ju", "zyu"),
        ("jo", "zyo"),
        ("ji", "zi"),
        ("fu", "hu"),
        ("mb", "nb"),
        ("mp", "np"),
        ("n'", "n"),
        ("nn", "n"),
        ("wo", "o"),
        ("ou", "o"),
        ("oo", "o"),
        ("oh", "o"),
        ("uu", "u"),
        ("l", "r"),
    ];
    let mut text = romaji.to_lowercase();
    for (from, to) in RULES {
        text = text.replace(from, to);
    }
    text
}

/// ア to あ.
pub(super) fn hiragana(c: char) -> char {
    match c {
        'ァ'..='ヶ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        _ => c,
    }
}

const fn small_y(c: char) -> Option<char> {
    match c {
        'ゃ' => Some('a'),
        'ゅ' => Some('u'),
        'ょ' => Some('o'),
        _ => None,
    }
}

const KANA: &str = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわゐゑをん\
                    がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽぁぃぅぇぉゔ";
const SOUNDS: [&str; 79] = [
    "a", "i", "u", "e", "o", "ka", "ki", "ku", "ke", "ko", "sa", "si", "su", "se", "so", "ta", "ti", "tu", "te", "to",
    "na", "ni", "nu", "ne", "no", "ha", "hi", "hu", "he", "ho", "ma", "mi", "mu", "me", "mo", "ya", "yu", "yo", "ra",
    "ri", "ru", "re", "ro", "wa", "i", "e", "o", "n", "ga", "gi", "gu", "ge", "go", "za", "zi", "zu", "ze", "zo", "da",
    "zi", "zu", "de", "do", "ba", "bi", "bu", "be", "bo", "pa", "pi", "pu", "pe", "po", "a", "i", "u", "e", "o", "vu",
];

fn sound(c: char) -> Option<&'static str> {
    KANA.chars().position(|k| k == c).and_then(|at| SOUNDS.get(at)).copied()
}
