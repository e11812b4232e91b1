//! For the tests of kinds: a hand that folds acts into books, without gate or store.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;

use sekisho_regulation::date::{DAY_MS, JST_MS};
use sekisho_regulation::{Date, Profile};

use crate::books::{Books, RowChange, Shelf};
use crate::event::{Actor, Asked, Event};
use crate::kind::Registry;
use crate::kinds::KINDS;
use crate::spec::View;

/// The village's profile.
pub(crate) fn village() -> Profile {
    sekisho_regulation::testing::profile("nishimeya")
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Folds one act after another.
pub(crate) struct Hand {
    registry: Registry,
    pub(crate) books: Books,
    /// Rows of journals, by view.
    pub(crate) journals: Vec<RowChange>,
    pub(crate) at_ms: i64,
    seq: u64,
    pub(crate) by: Actor,
}

impl Hand {
    /// A hand on a day at noon.
    pub(crate) fn on(date: &str) -> Self {
        let at_ms = day(date).days() * DAY_MS - JST_MS + DAY_MS / 2;
        let by = Actor { person: Some("p-by".into()), session: Some("s-by".into()), ..Actor::default() };
        Self { registry: Registry::new(KINDS), books: Books::default(), journals: Vec::new(), at_ms, seq: 0, by }
    }

    /// Folds an act that was allowed; gives its number.
    pub(crate) fn did(&mut self, asked: Asked) -> u64 {
        self.fold(asked, "OK", &[])
    }

    /// Folds an act with a code and fields that the house adds.
    pub(crate) fn fold(&mut self, asked: Asked, code: &str, more: &[(&str, serde_json::Value)]) -> u64 {
        self.seq += 1;
        self.at_ms += 1000;
        let mut body = asked.public;
        body.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let event = Event {
            seq: self.seq,
            at_ms: self.at_ms,
            act: asked.act.into(),
            by: self.by.clone(),
            profile: Arc::from("test"),
            allowed: code == "OK",
            code: code.into(),
            cites: vec!["nishimeya:1".into()],
            body,
            private: (!asked.private.is_empty()).then(|| "digest".to_owned()),
        };
        let leaf = event.to_leaf().unwrap();
        assert_eq!(Event::from_leaf(self.seq, &leaf), Ok(event.clone()), "an event comes back from its leaf");
        let mut shelf = Shelf::new(&self.books);
        self.registry.fold(&event, &mut shelf);
        let changes = shelf.into_changes();
        self.journals.extend(changes.iter().filter(|c| matches!(c, RowChange::Add { .. })).cloned());
        self.books.apply(changes);
        self.seq
    }

    /// The rows that a journal got.
    pub(crate) fn journal<V: View>(&self) -> Vec<V> {
        let mine = self.journals.iter().filter_map(|change| match change {
            RowChange::Add { view, row } if *view == V::SPEC.name => Some(V::from_row(row)),
            _ => None,
        });
        mine.collect()
    }
}
