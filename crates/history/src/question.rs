//! The fixed questions, and the conditions that each stands for.

use sekisho_ledgers::kinds::history::view::Operation;
use sekisho_ledgers::kinds::identity::view::Lookup;
use sekisho_ledgers::ports::{Filter, ListQuery, Test};
use sekisho_ledgers::spec::{View as _, ViewSpec};
use sekisho_ledgers::value::Value;
use sekisho_regulation::Date;
use sekisho_regulation::date::{DAY_MS, JST_MS};

/// A question to the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// この人を見たのは誰か: look-ups of one resident, by blind key.
    Subject,
    /// この操作者は何をしたか.
    Operator,
    /// この端末で何があったか.
    Terminal,
    /// このカードで何があったか.
    Card,
    /// この期間に何があったか.
    Period,
    /// 断られた操作.
    Refused,
}

/// Days from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl Span {
    /// The span of the last `years` years up to a day: as far back as the history can be analysed.
    #[must_use]
    pub fn years_to(day: Date, years: i32) -> Self {
        Self { from: day.plus_years(-years), to: day }
    }

    /// The instants that the span holds, ms since the Unix epoch: from, and before.
    #[must_use]
    pub fn instants(self) -> (i64, i64) {
        let start = |day: Date| day.days() * DAY_MS - JST_MS;
        (start(self.from), start(self.to.plus_days(1)))
    }
}

impl Question {
    /// Every question, in the order in which pages offer them.
    pub const ALL: [Self; 6] = [Self::Subject, Self::Operator, Self::Terminal, Self::Card, Self::Period, Self::Refused];

    /// The code under which it is recorded.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Operator => "operator",
            Self::Terminal => "terminal",
            Self::Card => "card",
            Self::Period => "period",
            Self::Refused => "refused",
        }
    }

    /// The question with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|question| question.code() == code)
    }

    /// The journal that answers it.
    #[must_use]
    pub const fn view(self) -> &'static ViewSpec {
        match self {
            Self::Subject => Lookup::SPEC,
            _ => Operation::SPEC,
        }
    }

    /// The column that the question's object is compared with; `None` when it has none.
    #[must_use]
    pub const fn about(self) -> Option<&'static str> {
        match self {
            Self::Subject => Some("subject"),
            Self::Operator => Some("person"),
            Self::Terminal => Some("terminal"),
            Self::Card => Some("card_no"),
            Self::Period | Self::Refused => None,
        }
    }

    /// What a row must be to answer it, whenever it happened.
    #[must_use]
    pub fn conditions(self, about: &str) -> Vec<Filter> {
        let mut filters = Vec::new();
        if let Some(column) = self.about() {
            filters.push(filter(column, Test::Is(Value::Text(about.into()))));
        }
        if self == Self::Refused {
            filters.push(filter("allowed", Test::Is(Value::Bool(false))));
        }
        filters
    }

    /// The rows that answer it within a span, the newest first.
    #[must_use]
    pub fn query(self, about: &str, span: Span) -> ListQuery {
        let (from, before) = span.instants();
        let mut filters =
            vec![filter("at", Test::From(Value::Int(from))), filter("at", Test::Below(Value::Int(before)))];
        filters.extend(self.conditions(about));
        ListQuery { filters, sort: Some("at".to_owned()), descending: true, offset: 0, limit: 50 }
    }
}

fn filter(column: &str, test: Test) -> Filter {
    Filter { column: column.to_owned(), test }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn every_question_asks_for_columns_that_there_are() {
        let span = Span { from: day("2026-04-01"), to: day("2026-04-30") };
        for question in Question::ALL {
            assert_eq!(Question::from_code(question.code()), Some(question));
            for filter in question.query("x", span).filters {
                assert!(question.view().position(&filter.column).is_some(), "{question:?}: {}", filter.column);
            }
        }
    }

    #[test]
    fn a_span_holds_its_last_day_to_the_end() {
        let (from, before) = Span { from: day("2026-04-01"), to: day("2026-04-01") }.instants();
        assert_eq!(before - from, DAY_MS);
        assert_eq!(Date::in_japan(from), day("2026-04-01"));
        assert_eq!(Date::in_japan(before - 1), day("2026-04-01"));
        assert_eq!(Date::in_japan(before), day("2026-04-02"));
    }

    #[test]
    fn seven_years_back() {
        assert_eq!(Span::years_to(day("2026-11-22"), 7).from, day("2019-11-22"));
    }
}
