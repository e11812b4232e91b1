//! Counts by day of the week and hour: when things happen, at a glance.

use sekisho_ledgers::ports::CountBy;
use sekisho_ledgers::spec::Row;
use sekisho_ledgers::value::Value;

/// Days of the week, Sunday first.
pub const DAYS: usize = 7;
/// Hours of the day.
pub const HOURS: usize = 24;

/// How often something happened in each hour of each day of the week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heat {
    cells: [[u64; HOURS]; DAYS],
}

impl Heat {
    /// What the store counts by, for [`Heat::of`].
    #[must_use]
    pub fn by(column: &str) -> [CountBy; 2] {
        [CountBy::Weekday(column.to_owned()), CountBy::Hour(column.to_owned())]
    }

    /// Puts counts by weekday and hour in their places; what has no place is left out.
    #[must_use]
    pub fn of(counts: &[(Row, u64)]) -> Self {
        let mut cells = [[0; HOURS]; DAYS];
        for (row, count) in counts {
            let place = |at: usize| row.get(at).and_then(Value::int).and_then(|n| usize::try_from(n).ok());
            let cell = place(0).zip(place(1)).and_then(|(day, hour)| cells.get_mut(day)?.get_mut(hour));
            if let Some(cell) = cell {
                *cell += count;
            }
        }
        Self { cells }
    }

    /// The count of an hour (0 to 23) of a day (0 for Sunday).
    #[must_use]
    pub fn count(&self, day: usize, hour: usize) -> u64 {
        self.cells.get(day).and_then(|hours| hours.get(hour)).copied().unwrap_or(0)
    }

    /// The greatest count.
    #[must_use]
    pub fn most(&self) -> u64 {
        self.cells.iter().flatten().copied().max().unwrap_or(0)
    }

    /// All counts together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.cells.iter().flatten().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_find_their_places() {
        let row = |day: i64, hour: i64| vec![Value::Int(day), Value::Int(hour)];
        let heat = Heat::of(&[(row(1, 9), 4), (row(1, 9), 3), (row(6, 23), 1), (row(9, 9), 5), (vec![], 2)]);
        assert_eq!((heat.count(1, 9), heat.count(6, 23), heat.count(0, 0)), (7, 1, 0));
        assert_eq!((heat.most(), heat.total()), (7, 8));
    }
}
