//! Any bytes: the reader answers with facts or with an error, never with a panic, and the same bytes
//! give the same facts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_regulation::reader::{self, json, report};

fuzz_target!(|bytes: &[u8]| {
    let Ok(book) = reader::read(bytes) else { return };
    let print = |book: &reader::Book| serde_json::to_vec(&json::Output::from(book)).unwrap_or_default();
    let first = print(&book);
    let again = reader::read(bytes).map(|book| print(&book)).unwrap_or_default();
    assert_eq!(first, again, "the same bytes gave other facts");
    assert!(!report::text(&book).is_empty());
    for reading in &book.readings {
        for role in &reading.facts.roles {
            let span = role.name.span;
            assert!(book.source.text().get(span.start..span.end).is_some(), "a fact stands outside of the text");
        }
    }
});
