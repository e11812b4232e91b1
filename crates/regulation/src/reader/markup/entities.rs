//! Character references of HTML and XML.

const NAMED: [(&str, &str); 34] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("ensp", " "),
    ("emsp", " "),
    ("thinsp", " "),
    ("middot", "・"),
    ("hellip", "…"),
    ("mdash", "—"),
    ("ndash", "–"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("times", "×"),
    ("copy", "©"),
    ("yen", "¥"),
    ("sect", "§"),
    ("deg", "°"),
    ("plusmn", "±"),
    ("divide", "÷"),
    ("rarr", "→"),
    ("larr", "←"),
    ("uarr", "↑"),
    ("darr", "↓"),
    ("bull", "•"),
    ("zwnj", ""),
    ("zwj", ""),
    ("shy", ""),
    ("minus", "−"),
    ("laquo", "«"),
];

/// The character reference at the start of a text: what it stands for and how long it is.
pub(super) fn reference(text: &str) -> Option<(String, usize)> {
    let end = text.bytes().take(12).position(|b| b == b';')?;
    let name = text.get(1..end)?;
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return Some((char::from_u32(code)?.to_string(), end + 1));
    }
    let (_, stands_for) = NAMED.iter().find(|(known, _)| *known == name)?;
    Some(((*stands_for).to_owned(), end + 1))
}
