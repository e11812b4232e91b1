//! The rules that follow from books that are data.

use std::sync::Arc;

use sekisho_regulation::procedure::Step;
use sekisho_regulation::testing;
use serde_json::json;

use super::Gate;

/// Every step of a book that is data is allowed when nothing stands in its way, and each of its
/// conditions refuses it by itself, with its code and an article.
#[test]
fn every_condition_of_a_book_refuses_by_itself() {
    for key in testing::keys() {
        let gate = Gate::new(Arc::new(testing::profile(&key))).expect("a gate");
        let profile = gate.profile();
        let offered = |step: &Step| profile.speaks_of(&step.act);
        for (book, step) in profile.procedures.steps().filter(|(_, step)| offered(step)) {
            let usual = profile.usual(&step.act);
            let decide = |changed: Option<&str>| {
                let mut sheet = gate.sheet(&step.act).expect("an act");
                let facts = usual.iter().map(|(name, plain)| match changed {
                    Some(other) if other == name => (name.clone(), json!(false)),
                    _ => (name.clone(), serde_json::to_value(plain).expect("a fact")),
                });
                sheet.fill(&facts.collect());
                gate.decide(&sheet).decision().clone()
            };
            let silent = |topics: &[String]| profile.settings.silent.contains_key(&topics[0]);
            let place = format!("{} {}.{}", profile.settings.key, book.name, step.act);
            if silent(&step.basis) {
                continue;
            }
            let allowed = decide(None);
            assert!(allowed.allowed, "{place}: {}", allowed.sentence);
            let mut wanted: Vec<(&str, &str)> = Vec::new();
            if !step.opens() {
                wanted.extend([("row_known", "ROW_UNKNOWN"), ("row_in_order", "STEP_ORDER")]);
            }
            for need in &step.needs {
                let topics = if need.basis.is_empty() { &step.basis } else { &need.basis };
                if !silent(topics) {
                    wanted.push((&need.fact, &need.code));
                }
            }
            for (fact, code) in wanted {
                let refused = decide(Some(fact));
                assert!(!refused.allowed && *refused.code == *code, "{place}: {fact} gives {}", refused.code);
                assert!(!refused.articles.is_empty(), "{place}: {fact}");
            }
        }
    }
}
