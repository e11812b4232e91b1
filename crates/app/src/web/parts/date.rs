//! Three fields for a date: the year in an era (令和8, R8) or Gregorian, the month, the day.

use maud::{Markup, html};
use sekisho_regulation::Date;

use crate::web::call::Fields;

/// Three fields named `{name}.y`, `{name}.m` and `{name}.d`, filled with what was typed before, or
/// with the date that stands under `name`.
pub(crate) fn inputs(name: &str, values: &Fields, invalid: bool, described_by: Option<&str>) -> Markup {
    let (year, month, day) = parts(name, values);
    html! {
        div.date {
            label { input.year id=(name) name={ (name) ".y" } value=(year) autocomplete="off" aria-invalid=[invalid.then_some("true")] aria-describedby=[described_by]; "年" }
            label { input.part name={ (name) ".m" } value=(month) inputmode="numeric" autocomplete="off" aria-invalid=[invalid.then_some("true")]; "月" }
            label { input.part name={ (name) ".d" } value=(day) inputmode="numeric" autocomplete="off" aria-invalid=[invalid.then_some("true")]; "日" }
        }
    }
}

fn parts(name: &str, values: &Fields) -> (String, String, String) {
    let typed = |part: &str| values.get(&format!("{name}.{part}")).to_owned();
    let typed = (typed("y"), typed("m"), typed("d"));
    match values.get(name).parse::<Date>() {
        Ok(date) if typed.0.is_empty() => {
            let year = date.era().map_or_else(|| date.year().to_string(), |(era, n)| format!("{}{n}", era.name));
            (year, date.month().to_string(), date.day().to_string())
        }
        _ => typed,
    }
}

/// What the three fields say, as one text that [`Date`] reads; empty when all three are.
pub(crate) fn joined(name: &str, values: &Fields) -> String {
    let part = |part: &str| values.get(&format!("{name}.{part}")).to_owned();
    let (year, month, day) = (part("y"), part("m"), part("d"));
    if year.is_empty() && month.is_empty() && day.is_empty() {
        return values.get(name).to_owned();
    }
    format!("{}年{month}月{day}日", year.trim_end_matches('年'))
}

/// The date that the three fields say, if they say one.
pub(crate) fn read(name: &str, values: &Fields) -> Option<Date> {
    joined(name, values).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn era_and_gregorian_years_are_read() {
        for year in ["令和8", "R8", "2026", "令和８年"] {
            let read = read("on", &fields(&[("on.y", year), ("on.m", "11"), ("on.d", "22")]));
            assert_eq!(read, Date::new(2026, 11, 22), "{year}");
        }
        assert_eq!(joined("on", &fields(&[])), "");
        assert_eq!(read("on", &fields(&[("on.y", "R8"), ("on.m", "2"), ("on.d", "30")])), None);
    }

    #[test]
    fn what_was_typed_stays() {
        let page = inputs("on", &fields(&[("on.y", "れいわ"), ("on.m", "13"), ("on.d", "1")]), true, None).0;
        assert!(
            page.contains("value=\"れいわ\"")
                && page.contains("value=\"13\"")
                && page.contains("aria-invalid=\"true\"")
        );
        let page = inputs("on", &fields(&[("on", "2026-11-22")]), false, None).0;
        assert!(page.contains("value=\"令和8\"") && page.contains("value=\"22\""));
    }
}
