//! Times and what they come to: mean and percentiles, and how they are written.

use std::time::{Duration, Instant};

use serde::Serialize;

/// How times are spread, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// How many were taken.
    pub count: usize,
    /// Their mean.
    pub mean_ns: f64,
    /// Half of them are not longer.
    pub p50_ns: u64,
    /// 99 of 100 are not longer.
    pub p99_ns: u64,
    /// 999 of 1000 are not longer.
    pub p999_ns: u64,
    /// The longest.
    pub max_ns: u64,
}

impl Spread {
    /// The spread of these times.
    #[must_use]
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let count = times.len();
        let at = |permille: usize| {
            let place = (count * permille).div_ceil(1000).saturating_sub(1);
            times.get(place).map_or(0, |time| nanos(*time))
        };
        let sum: Duration = times.iter().sum();
        Self {
            count,
            mean_ns: sum.as_secs_f64() * 1e9 / real(count.max(1)),
            p50_ns: at(500),
            p99_ns: at(990),
            p999_ns: at(999),
            max_ns: at(1000),
        }
    }
}

/// Times something `count` times over; the number of the round is given to it.
pub(crate) fn each<E>(count: usize, mut work: impl FnMut(usize) -> Result<(), E>) -> Result<Vec<Duration>, E> {
    let mut times = Vec::with_capacity(count);
    for round in 0..count {
        let before = Instant::now();
        work(round)?;
        times.push(before.elapsed());
    }
    Ok(times)
}

/// A time with the unit that fits it.
#[must_use]
pub(crate) fn time(ns: f64) -> String {
    match ns {
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e6 => format!("{:.2} µs", ns / 1e3),
        ns if ns < 1e9 => format!("{:.2} ms", ns / 1e6),
        ns => format!("{:.2} s", ns / 1e9),
    }
}

/// A rate, with commas.
#[must_use]
pub(crate) fn rate(per_second: f64) -> String {
    let digits = format!("{per_second:.0}");
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A ratio.
#[must_use]
pub(crate) fn times(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.2}") } else { rate(ratio) }
}

/// A count as a real number.
#[must_use]
pub(crate) fn real(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// A spread's time as a real number.
#[must_use]
pub(crate) fn ns(time: u64) -> f64 {
    // Below 2^53 ns, that is 104 days, nothing is lost.
    Duration::from_nanos(time).as_secs_f64() * 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_taken() {
        let spread = Spread::of((1..=1000).map(Duration::from_nanos).collect());
        assert_eq!((spread.p50_ns, spread.p99_ns, spread.p999_ns, spread.max_ns), (500, 990, 999, 1000));
        assert!((spread.mean_ns - 500.5).abs() < 0.01);
        let none = Spread::of(Vec::new());
        assert_eq!((none.count, none.p50_ns, none.max_ns), (0, 0, 0));
        assert_eq!(Spread::of(vec![Duration::from_nanos(9)]).p50_ns, 9);
    }

    #[test]
    fn figures_are_written_with_their_unit() {
        assert_eq!([time(950.0), time(1_500.0), time(2.5e6), time(3e9)], ["950 ns", "1.50 µs", "2.50 ms", "3.00 s"]);
        assert_eq!([rate(999.4), rate(1_000.0), rate(12_345_678.0)], ["999", "1,000", "12,345,678"]);
        assert_eq!([times(1.5), times(1234.0)], ["1.50", "1,234"]);
    }
}
