//! Kanji numerals as legal texts write them (十九, 二十, 百三), and their way back.

const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
const UNITS: [(u32, char); 3] = [(1000, '千'), (100, '百'), (10, '十')];

/// Writes `n` (0 to 9999) in kanji numerals with units, as article headings do: 12 is 十二.
/// Larger numbers come back in ASCII digits: no regulation numbers its articles so high.
#[must_use]
pub fn to_kanji(n: u32) -> String {
    if n > 9999 {
        return n.to_string();
    }
    let digit = |d: u32| DIGITS.get(d as usize).copied().unwrap_or('〇');
    if n == 0 {
        return digit(0).to_string();
    }
    let mut out = String::new();
    let mut rest = n;
    for (unit, mark) in UNITS {
        let count = rest / unit;
        rest %= unit;
        if count > 1 {
            out.push(digit(count));
        }
        if count > 0 {
            out.push(mark);
        }
    }
    if rest > 0 {
        out.push(digit(rest));
    }
    out
}

/// Reads a number written in ASCII, full-width or kanji numerals (with units, or digit by digit as
/// in 二〇二六). Returns `None` for anything else, the empty text included.
#[must_use]
pub fn parse(text: &str) -> Option<u32> {
    let folded: String = text.chars().map(fold_digit).collect();
    if folded.is_empty() {
        return None;
    }
    if folded.chars().all(|c| c.is_ascii_digit()) {
        return folded.parse().ok();
    }
    let mut total: u32 = 0;
    let mut pending: Option<u32> = None;
    for c in folded.chars() {
        if let Some(d) = c.to_digit(10) {
            pending = Some(pending.unwrap_or(0).checked_mul(10)?.checked_add(d)?);
        } else {
            let unit = UNITS.iter().find(|(_, mark)| *mark == c)?.0;
            total = total.checked_add(pending.take().unwrap_or(1).checked_mul(unit)?)?;
        }
    }
    total.checked_add(pending.unwrap_or(0))
}

fn fold_digit(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        '元' => '1',
        '零' => '0',
        _ => DIGITS.iter().zip('0'..='9').find_map(|(kanji, ascii)| (*kanji == c).then_some(ascii)).unwrap_or(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals() {
        for (text, n) in [
            ("七", 7),
            ("十", 10),
            ("十九", 19),
            ("二十", 20),
            ("百三", 103),
            ("二〇二六", 2026),
            ("千九百八十九", 1989),
            ("１２", 12),
            ("12", 12),
            ("元", 1),
        ] {
            assert_eq!(parse(text), Some(n), "{text}");
        }
        for text in ["", "条", "一条", "9999999999999"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_number_comes_back() {
        for n in 0..10_000 {
            assert_eq!(parse(&to_kanji(n)), Some(n));
        }
    }
}
