//! Evidence: a small chip on every recorded thing.

use maud::{Markup, html};

/// `#12,345 検証済み`, a link to everything that shows it.
pub(crate) fn chip(seq: u64) -> Markup {
    html! {
        a.chip href={ "/evidence/" (seq) } {
            "#" (grouped(seq)) span.tick aria-hidden="true" { "✓" } "検証済み"
        }
    }
}

/// The chip of a table's row: the number is enough there.
pub(crate) fn short(seq: u64) -> Markup {
    html! { a.chip href={ "/evidence/" (seq) } { "#" (grouped(seq)) span.tick aria-label="検証済み" { "✓" } } }
}

/// A number with commas.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chip_names_its_number_and_leads_to_the_evidence() {
        let chip = chip(12_345).0;
        assert!(chip.contains("href=\"/evidence/12345\"") && chip.contains("#12,345") && chip.contains("検証済み"));
        assert_eq!([grouped(0), grouped(999), grouped(1_000_000)], ["0", "999", "1,000,000"]);
    }
}
