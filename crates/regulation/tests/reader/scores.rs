//! What the reader reaches on texts with facts made by hand.

use sekisho_regulation::reader;

use crate::cases::{self, Case};
use crate::score::{self, Counts};

/// Lowest mean F1 on the seeds, and on the invented corpus.
const SCORE_MIN: f64 = 0.98;

fn total(cases: &[Case]) -> Counts {
    let mut total = Counts::new();
    for case in cases {
        let found = cases::facts(&case.book());
        let counts = score::count(&case.gold, &found);
        println!("{} {:.3}", case.name, score::macro_f1(&counts));
        score::differences(&case.gold, &found).iter().for_each(|line| println!("{line}"));
        for (field, [gold, found, right]) in counts {
            let sum = total.entry(field).or_default();
            (sum[0], sum[1], sum[2]) = (sum[0] + gold, sum[1] + found, sum[2] + right);
        }
    }
    for (field, counts) in &total {
        println!("{field:<26}{counts:?} {:.3}", score::f1(*counts));
    }
    total
}

#[test]
fn the_seeds_reach_their_score_and_lose_no_article() {
    let cases = cases::seeds();
    let counts = total(&cases);
    assert!(score::macro_f1(&counts) >= SCORE_MIN);
    if let Some([gold, found, right]) = counts.get("articles.id") {
        assert!(gold == right && gold == found, "an article is lost");
    }
}

#[test]
fn the_corpus_reaches_its_score() {
    let score = score::macro_f1(&total(&cases::corpus()));
    assert!(score >= SCORE_MIN, "{score}");
}

#[test]
fn the_same_text_gives_the_same_bytes() {
    for case in cases::corpus() {
        let bytes = || serde_json::to_vec(&reader::json::Output::from(&case.book())).unwrap();
        assert_eq!(bytes(), bytes(), "{}", case.name);
    }
}

#[test]
fn every_fact_stands_in_the_text() {
    for case in cases::corpus() {
        let book = case.book();
        for reading in &book.readings {
            for role in &reading.facts.roles {
                for found in role.posts.iter().chain([&role.name]) {
                    let text = book.source.text().get(found.span.start..found.span.end);
                    assert!(text.is_some_and(|text| !text.trim().is_empty()), "{}: {found:?}", case.name);
                }
            }
        }
    }
}
