//! Counts as pictures: a heat map of weekdays and hours, and a bar for each day. Drawn on the
//! server, read out as text by those who do not see them.

use maud::{Markup, html};
use sekisho_history::Heat;
use sekisho_ledgers::spec::Row;
use sekisho_regulation::Date;

const DAYS: [&str; 7] = ["日", "月", "火", "水", "木", "金", "土"];
const CELL: u32 = 26;
const LEFT: u32 = 34;

/// Weekday by hour.
pub(crate) fn map(heat: &Heat) -> Markup {
    let (most, total) = (heat.most(), heat.total());
    html! {
        svg.heat viewBox={ "0 0 " (LEFT + 24 * CELL) " " (7 * CELL + 22) } role="img" aria-label={ "曜日と時刻ごとの件数。合計" (total) "件、最も多い枠で" (most) "件" } {
            @for (day, name) in (0..).zip(DAYS) {
                text x="6" y=(day * CELL + 18) { (name) }
                @for hour in 0..24_u32 {
                    @let n = heat.count(day as usize, hour as usize);
                    rect class=(shade(n, most)) x=(LEFT + hour * CELL) y=(day * CELL) width=(CELL - 2) height=(CELL - 2) rx="3" {
                        title { (name) "曜 " (hour) "時台 " (n) "件" }
                    }
                }
            }
            @for hour in (0..24_u32).step_by(3) { text x=(LEFT + hour * CELL) y=(7 * CELL + 16) { (hour) "時" } }
        }
    }
}

fn shade(n: u64, most: u64) -> &'static str {
    match (n, most) {
        (0, _) => "h0",
        (n, most) if n * 5 <= most => "h1",
        (n, most) if n * 5 <= most * 2 => "h2",
        (n, most) if n * 5 <= most * 3 => "h3",
        (n, most) if n * 5 <= most * 4 => "h4",
        _ => "h5",
    }
}

/// A bar for each day; `counts` are rows of days since 1970.
pub(crate) fn days(counts: &[(Row, u64)]) -> Markup {
    let mut found: Vec<(i64, u64)> = counts.iter().filter_map(|(row, n)| Some((row.first()?.int()?, *n))).collect();
    found.sort_unstable();
    let (Some((first, _)), Some((last, _))) = (found.first().copied(), found.last().copied()) else { return html! {} };
    let first = first.max(last - 119);
    found.retain(|(day, _)| *day >= first);
    let most = found.iter().map(|(_, n)| *n).max().unwrap_or(1).max(1);
    let span = last - first + 1;
    let width = (720 / span).clamp(3, 24);
    html! {
        svg.heat viewBox={ "0 0 " (LEFT as i64 + span.max(20) * width) " 96" } role="img" aria-label={ "日ごとの件数。" (Date::from_days(first).wareki()) "から" (Date::from_days(last).wareki()) "まで、最も多い日で" (most) "件" } {
            @for (day, n) in &found {
                @let height = i64::try_from(n * 66 / most).unwrap_or(0).max(2);
                rect.stem x=(i64::from(LEFT) + (day - first) * width) y=(72 - height) width=(width - 1) height=(height) {
                    title { (Date::from_days(*day).wareki()) " " (n) "件" }
                }
            }
            text x="0" y="14" { (most) "件" }
            text x=(LEFT) y="90" { (Date::from_days(first).wareki()) "から" (Date::from_days(last).wareki()) "まで" }
        }
    }
}

#[cfg(test)]
mod tests {
    use sekisho_ledgers::value::Value;

    use super::*;

    #[test]
    fn the_map_has_every_hour_of_the_week() {
        let counts = vec![(vec![Value::Int(1), Value::Int(9)], 10), (vec![Value::Int(2), Value::Int(14)], 2)];
        let svg = map(&Heat::of(&counts)).0;
        assert_eq!(svg.matches("<rect").count(), 7 * 24);
        assert!(svg.contains("月曜 9時台 10件") && svg.contains("class=\"h5\"") && svg.contains("class=\"h1\""));
        assert!(!svg.contains("style="));
    }

    #[test]
    fn days_without_rows_draw_nothing() {
        assert!(days(&[]).0.is_empty());
        assert!(days(&[(vec![Value::Int(20_000)], 3)]).0.contains("3件"));
    }
}
