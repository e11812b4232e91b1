//! Dates within a text, in either calendar.

use std::ops::Range;

use crate::date::{Date, ERAS};

/// The dates of a folded text, each with its place, in order.
pub(super) fn dates(text: &str) -> Vec<(Range<usize>, Date)> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        if let Some((len, date)) = date_at(rest) {
            out.push((at..at + len, date));
            at += len;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            // A number is one date or none: its tail is not tried again.
            if rest.starts_with(|c: char| c.is_ascii_digit()) {
                at += rest.bytes().skip(1).take_while(u8::is_ascii_digit).count();
            }
        }
    }
    out
}

/// The first date of a text.
pub(super) fn first_date(text: &str) -> Option<Date> {
    dates(text).first().map(|(_, date)| *date)
}

fn date_at(text: &str) -> Option<(usize, Date)> {
    let era = ERAS.iter().find(|era| text.starts_with(era.name)).map(|era| era.name.len());
    let letter =
        text.starts_with(['H', 'R', 'S', 'h', 'r', 's']) && text.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
    let western = text.starts_with("20") || text.starts_with("19");
    if era.is_none() && !western && !letter {
        return None;
    }
    let mut len = era.unwrap_or(usize::from(letter));
    let mut parts = 0;
    for marks in [['年', '.', '/', '-'], ['月', '.', '/', '-'], ['日', '\0', '\0', '\0']] {
        let rest = text.get(len..)?;
        let number: usize = rest.chars().take_while(|c| numeral(*c) || *c == ' ').map(char::len_utf8).sum();
        if number == 0 {
            return None;
        }
        len += number;
        parts += 1;
        match text.get(len..)?.chars().next() {
            Some(c) if marks.contains(&c) => len += c.len_utf8(),
            _ if parts == 3 && (letter || western) && !text.get(..len)?.contains('年') => {}
            _ => return None,
        }
    }
    let date = text.get(..len)?.parse().ok()?;
    Some((len, date))
}

fn numeral(c: char) -> bool {
    c.is_ascii_digit() || "〇零一二三四五六七八九十元".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_sentences() {
        for (text, found) in [
            (
                "この規程は、平成14年8月5日から施行し、平成十四年九月一日から適用する。",
                vec!["2002-08-05", "2002-09-01"],
            ),
            ("附則(平成二八年三月一四日規程第一号)", vec!["2016-03-14"]),
            ("令和 元年 5月 7日", vec!["2019-05-07"]),
            ("2002年8月5日", vec!["2002-08-05"]),
            ("昭和42年法律第81号", vec![]),
            ("平成14年総務省告示第334号", vec![]),
            ("平成32年13月1日", vec![]),
        ] {
            let dates: Vec<String> = dates(text).iter().map(|(_, date)| date.to_string()).collect();
            assert_eq!(dates, found, "{text}");
        }
    }
}
