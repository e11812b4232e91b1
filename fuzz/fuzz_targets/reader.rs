//! Any bytes: the reader answers with facts or with an error, never with a panic; every fact stands in
//! the text, and the same bytes give the same facts.
#![no_main]

use std::fmt;

use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use sekisho_regulation::reader::facts::Found;
use sekisho_regulation::reader::{self, Book, Facts, Span, json, report};

/// One in so many inputs is read twice and printed.
const AGAIN: u64 = 16;

/// The file that an input stands for; `cargo fuzz fmt` shows it.
struct File(Vec<u8>);

impl<'a> Arbitrary<'a> for File {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let len = u.len();
        Ok(Self(sekisho_fuzz::file(u.bytes(len)?).into_owned()))
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", String::from_utf8_lossy(&self.0))
    }
}

fuzz_target!(|file: File| {
    let bytes = &file.0;
    let first = reader::read(bytes);
    let again = hash(bytes).is_multiple_of(AGAIN);
    let Ok(book) = first else {
        if again {
            assert_eq!(first.err(), reader::read(bytes).err(), "the same bytes gave another error");
        }
        return;
    };
    for reading in &book.readings {
        for span in spans(&reading.facts) {
            assert!(book.source.text().get(span.start..span.end).is_some(), "a fact stands outside of the text");
        }
    }
    if again {
        let second = reader::read(bytes).expect("the same bytes gave an error");
        assert_eq!(print(&book), print(&second), "the same bytes gave other facts");
        assert!(!report::text(&book).is_empty());
    }
});

fn print(book: &Book) -> String {
    serde_json::to_string(&json::Output::from(book)).expect("facts are data")
}

/// FNV-1a: the same for the same bytes, on every machine.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Where the facts stand.
fn spans(facts: &Facts) -> Vec<Span> {
    fn of<'a, T: 'a>(found: impl IntoIterator<Item = &'a Found<T>>) -> Vec<Span> {
        found.into_iter().map(|found| found.span).collect()
    }
    let mut out = of(facts.title.iter().chain(&facts.number).chain(&facts.connection_stop));
    out.extend(of(facts.promulgated.iter().chain(&facts.effective)));
    out.extend(of(&facts.amendments));
    out.extend(of(facts.roles.iter().flat_map(|role| role.posts.iter().chain([&role.name]))));
    if let Some(council) = &facts.council {
        out.extend(of(council.members.iter().chain(&council.agenda).chain([&council.name])));
        out.extend(of(council.chair.iter().chain(&council.secretariat).chain(&council.consults)));
    }
    for room in &facts.rooms {
        out.push(room.name.span);
        out.extend(of(&room.requires));
    }
    out.extend(of(facts.retention.iter().map(|kept| &kept.subject)));
    out.extend(of(&facts.factors));
    out.extend(of([&facts.devices, &facts.ledgers, &facts.contract_clauses, &facts.unread].into_iter().flatten()));
    out
}
