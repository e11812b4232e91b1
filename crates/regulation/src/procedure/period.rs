//! Lengths of time as people set them: `3d`, `2w`, `6m`, `1y`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::date::Date;

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Period {
    /// Days.
    Days(u16),
    /// Calendar months; the last day of the month where it has no such day.
    Months(u16),
}

/// The longest, in days or months: ten years.
const DAYS_MAX: u16 = 3_660;
const MONTHS_MAX: u16 = 120;

impl Period {
    /// The day that lies this long after another.
    #[must_use]
    pub fn after(self, day: Date) -> Date {
        match self {
            Self::Days(days) => day.plus_days(i64::from(days)),
            Self::Months(months) => {
                let month = i32::from(day.month()) - 1 + i32::from(months);
                let (year, month) = (day.year() + month / 12, u8::try_from(month % 12 + 1).unwrap_or(1));
                // The day itself, or the last that the month has.
                let days = (1..=day.day()).rev().find_map(|d| Date::new(year, month, d));
                days.unwrap_or(day)
            }
        }
    }

    /// About how many days it is.
    #[must_use]
    pub fn days(self) -> i64 {
        match self {
            Self::Days(days) => i64::from(days),
            Self::Months(months) => i64::from(months) * 30,
        }
    }

    /// 3日, 2週, 6か月, 1年.
    #[must_use]
    pub fn ja(self) -> String {
        match self {
            Self::Days(days) if days > 0 && days % 7 == 0 => format!("{}週", days / 7),
            Self::Days(days) => format!("{days}日"),
            Self::Months(months) if months > 0 && months % 12 == 0 => format!("{}年", months / 12),
            Self::Months(months) => format!("{months}か月"),
        }
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("「{text}」は期間（3d、2w、6m、1yなど、10年まで）ではありません");
        let unit = text.chars().last().ok_or_else(wrong)?;
        let number: u16 = text.strip_suffix(unit).and_then(|number| number.parse().ok()).ok_or_else(wrong)?;
        let days = |each: u16| number.checked_mul(each).filter(|days| *days <= DAYS_MAX).map(Self::Days);
        let months = |each: u16| number.checked_mul(each).filter(|months| *months <= MONTHS_MAX).map(Self::Months);
        match unit {
            'd' => days(1),
            'w' => days(7),
            'm' => months(1),
            'y' => months(12),
            _ => None,
        }
        .ok_or_else(wrong)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days}d"),
            Self::Months(months) => write!(f, "{months}m"),
        }
    }
}

impl TryFrom<String> for Period {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_counted_by_the_calendar() {
        let check = |from: &str, period: &str, to: &str| {
            let from: Date = from.parse().unwrap();
            let period: Period = period.parse().unwrap();
            assert_eq!(period.after(from).to_string(), to, "{from} {period}");
            assert_eq!(period.to_string().parse(), Ok(period));
        };
        check("2026-01-31", "1m", "2026-02-28");
        check("2028-02-29", "1y", "2029-02-28");
        check("2026-11-30", "3m", "2027-02-28");
        check("2026-04-01", "2w", "2026-04-15");
        check("2026-04-01", "0d", "2026-04-01");
        for wrong in ["", "d", "3", "3h", "-1d", "999999d", "11y", "1.5m"] {
            assert!(wrong.parse::<Period>().is_err(), "{wrong}");
        }
    }
}
