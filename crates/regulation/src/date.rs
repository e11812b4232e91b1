//! Calendar dates, and the Japanese eras (和暦) that pages and paper use.
//!
//! A date is a plain value: nothing here asks a clock. Days are counted in the proleptic Gregorian
//! calendar (algorithm: days from civil, H. Hinnant). Era boundaries are the days on which each era
//! began by law: 明治 1868-01-25 (lunar calendar until 1872, taken over as printed in registers),
//! 大正 1912-07-30, 昭和 1926-12-25, 平成 1989-01-08, 令和 2019-05-01.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::numeral;

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

/// Why a text is not a date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// The text is not written as a date.
    #[error("「{0}」は日付として読めません。「2026-11-22」か「令和8年11月22日」の形で入力してください。")]
    Unreadable(String),
    /// The text is written as a date, but there is no such day.
    #[error("「{0}」という日はありません。年月日を確かめてください。")]
    NoSuchDay(String),
}

/// A Japanese era.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Era {
    /// The name in kanji.
    pub name: &'static str,
    /// The letter used on forms.
    pub letter: char,
    start: (i32, u8, u8),
}

/// The eras since 明治, the oldest first.
pub const ERAS: [Era; 5] = [
    Era { name: "明治", letter: 'M', start: (1868, 1, 25) },
    Era { name: "大正", letter: 'T', start: (1912, 7, 30) },
    Era { name: "昭和", letter: 'S', start: (1926, 12, 25) },
    Era { name: "平成", letter: 'H', start: (1989, 1, 8) },
    Era { name: "令和", letter: 'R', start: (2019, 5, 1) },
];

impl Date {
    /// 1970-01-01.
    pub const EPOCH: Self = Self { year: 1970, month: 1, day: 1 };

    /// The day `year`-`month`-`day`, if there is one (years 1 to 9999).
    #[must_use]
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let known = (1..=9999).contains(&year) && (1..=12).contains(&month);
        (known && day >= 1 && day <= days_in_month(year, month)).then_some(Self { year, month, day })
    }

    /// The Gregorian year.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn days(self) -> i64 {
        let y = i64::from(self.year) - i64::from(self.month <= 2);
        let era = y.div_euclid(400);
        let yoe = y - era * 400;
        let m = i64::from(self.month);
        let doy = (153 * (m + if m > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
    }

    /// The day that lies `days` after 1970-01-01; clamped to the years 1 to 9999.
    #[must_use]
    pub fn from_days(days: i64) -> Self {
        let z = days.clamp(-719_162, 2_932_896) + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z - era * 146_097;
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i64::from(month <= 2);
        Self {
            year: i32::try_from(year).unwrap_or(1970),
            month: u8::try_from(month).unwrap_or(1),
            day: u8::try_from(day).unwrap_or(1),
        }
    }

    /// The instant of an hour and minute of this day in Japan, ms since the Unix epoch.
    #[must_use]
    pub fn at(self, hour: i64, minute: i64) -> i64 {
        self.days() * DAY_MS - JST_MS + (hour * 60 + minute) * 60_000
    }

    /// The day in Japan (UTC+9, no summer time) at `ms` milliseconds since the Unix epoch.
    #[must_use]
    pub fn in_japan(ms: i64) -> Self {
        Self::from_days((ms + JST_MS).div_euclid(DAY_MS))
    }

    /// The day `n` days later (earlier when negative).
    #[must_use]
    pub fn plus_days(self, n: i64) -> Self {
        Self::from_days(self.days().saturating_add(n))
    }

    /// The same day `n` years later; 29 February becomes 1 March where there is none (AMB-G-02).
    #[must_use]
    pub fn plus_years(self, n: i32) -> Self {
        let year = (self.year + n).clamp(1, 9999);
        Self::new(year, self.month, self.day).unwrap_or(Self { year, month: 3, day: 1 })
    }

    /// The day of the week, 0 for Sunday.
    #[must_use]
    pub fn weekday(self) -> u8 {
        u8::try_from((self.days() + 4).rem_euclid(7)).unwrap_or(0)
    }

    /// The day of the week in one kanji.
    #[must_use]
    pub fn weekday_ja(self) -> char {
        ['日', '月', '火', '水', '木', '金', '土'].get(usize::from(self.weekday())).copied().unwrap_or('日')
    }

    /// The fiscal year (年度, from 1 April) in which the day lies.
    #[must_use]
    pub const fn fiscal_year(self) -> i32 {
        if self.month < 4 { self.year - 1 } else { self.year }
    }

    /// The era and the year within it; `None` before 明治.
    #[must_use]
    pub fn era(self) -> Option<(Era, u32)> {
        let day = (self.year, self.month, self.day);
        let era = ERAS.iter().rev().find(|era| era.start <= day)?;
        u32::try_from(self.year - era.start.0 + 1).ok().map(|year| (*era, year))
    }

    /// 令和8年11月22日, the first year of an era as 元年; Gregorian before 明治.
    #[must_use]
    pub fn wareki(self) -> String {
        let Self { year, month, day } = self;
        match self.era() {
            Some((era, 1)) => format!("{}元年{month}月{day}日", era.name),
            Some((era, n)) => format!("{}{n}年{month}月{day}日", era.name),
            None => format!("{year}年{month}月{day}日"),
        }
    }

    /// The day of an era's year; it must lie within that era.
    #[must_use]
    pub fn from_era(era: Era, year: u32, month: u8, day: u8) -> Option<Self> {
        let date = Self::new(era.start.0 + i32::try_from(year).ok()? - 1, month, day)?;
        (date.era()?.0 == era).then_some(date)
    }
}

/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;
/// Japan's distance from UTC in milliseconds.
pub const JST_MS: i64 = 32_400_000;

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// 14:05 in Japan at `ms` milliseconds since the Unix epoch.
#[must_use]
pub fn time_in_japan(ms: i64) -> String {
    let minutes = (ms + JST_MS).rem_euclid(DAY_MS) / 60_000;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// 令和8年11月22日(日) 14:05, as pages show an instant.
#[must_use]
pub fn instant_ja(ms: i64) -> String {
    let date = Date::in_japan(ms);
    format!("{}({}) {}", date.wareki(), date.weekday_ja(), time_in_japan(ms))
}

/// 2026-11-22T14:05:09.123+09:00, as data shows an instant (ISO 8601).
#[must_use]
pub fn instant_iso(ms: i64) -> String {
    let in_day = (ms + JST_MS).rem_euclid(DAY_MS);
    let (s, milli) = (in_day / 1000, in_day % 1000);
    format!("{}T{:02}:{:02}:{:02}.{milli:03}+09:00", Date::in_japan(ms), s / 3600, s / 60 % 60, s % 60)
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = DateError;

    /// Reads 2026-11-22, 2026/11/22, 20261122, 令和8年11月22日, R8.11.22 and the like, in any width.
    fn from_str(text: &str) -> Result<Self, DateError> {
        let folded: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
        let unreadable = || DateError::Unreadable(text.chars().take(40).collect());
        let era =
            ERAS.iter().find(|era| folded.starts_with(era.name) || folded.to_ascii_uppercase().starts_with(era.letter));
        let rest = match era {
            Some(era) => folded.strip_prefix(era.name).or_else(|| folded.get(1..)).unwrap_or_default(),
            None => &folded,
        };
        let (year, month, day) = fields(rest, era.is_some()).ok_or_else(unreadable)?;
        let narrow = |n: u32| u8::try_from(n).unwrap_or(0);
        let date = match era {
            Some(era) => Self::from_era(*era, year, narrow(month), narrow(day)),
            None => Self::new(i32::try_from(year).unwrap_or(0), narrow(month), narrow(day)),
        };
        date.ok_or_else(|| DateError::NoSuchDay(text.chars().take(40).collect()))
    }
}

fn fields(text: &str, in_era: bool) -> Option<(u32, u32, u32)> {
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) && !in_era {
        return Some((text.get(..4)?.parse().ok()?, text.get(4..6)?.parse().ok()?, text.get(6..)?.parse().ok()?));
    }
    let trimmed = text.strip_suffix('日').unwrap_or(text);
    let mut parts = trimmed.split(['年', '月', '-', '/', '.']);
    let found = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Some((numeral::parse(found.0)?, numeral::parse(found.1)?, numeral::parse(found.2)?))
}

impl Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap_or_else(|e| unreachable!("{e}"))
    }

    #[test]
    fn eras_begin_on_their_days() {
        for (iso, ja) in [
            ("1989-01-07", "昭和64年1月7日"),
            ("1989-01-08", "平成元年1月8日"),
            ("2019-04-30", "平成31年4月30日"),
            ("2019-05-01", "令和元年5月1日"),
            ("2026-11-22", "令和8年11月22日"),
            ("1926-12-25", "昭和元年12月25日"),
        ] {
            assert_eq!(day(iso).wareki(), ja);
            assert_eq!(day(ja), day(iso));
        }
        assert_eq!(day("2026-11-22").weekday_ja(), '日');
    }

    #[test]
    fn many_ways_to_write_a_day() {
        for text in
            ["２０２６－１１－２２", "2026/11/22", "20261122", "R8.11.22", "r８.１１.２２", "令和八年十一月二十二日"]
        {
            assert_eq!(day(text), day("2026-11-22"), "{text}");
        }
        assert_eq!(day("平成十四年八月三十日"), day("2002-08-30"));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in ["2026-02-29", "平成32年1月1日", "令和元年4月30日", "2026-13-01", "0000-01-01"] {
            assert!(matches!(text.parse::<Date>(), Err(DateError::NoSuchDay(_))), "{text}");
        }
        for text in ["", "きのう", "2026-11", "2026-11-22-1", "R"] {
            assert!(matches!(text.parse::<Date>(), Err(DateError::Unreadable(_))), "{text}");
        }
    }

    #[test]
    fn leap_day_moves_to_march() {
        assert_eq!(day("2024-02-29").plus_years(7), day("2031-03-01"));
    }

    proptest! {
        #[test]
        fn days_come_back(n in -719_162i64..2_932_896) {
            let date = Date::from_days(n);
            prop_assert_eq!(date.days(), n);
            prop_assert_eq!(day(&date.to_string()), date);
            prop_assert_eq!(day(&date.wareki()), date);
        }

        #[test]
        fn no_text_panics(text in ".{0,24}") {
            let _ = text.parse::<Date>();
        }
    }
}
