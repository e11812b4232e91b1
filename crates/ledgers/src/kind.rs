//! The one small shape of every book: what may be asked, what the gate must know of it, and how
//! what happened is folded into rows.

use std::collections::BTreeMap;

use sekisho_gate::facts::FactSheet;
use sekisho_regulation::{Date, Profile};

use crate::books::{Registers, Shelf};
use crate::event::{Act, Asked, Body, Event};
use crate::procedure::{self, Filings};
use crate::spec::{ActSpec, FieldError, Form, ViewSpec};

/// A kind of business: a folder under `kinds/`.
pub trait Kind: Send + Sync {
    /// Name of the folder.
    fn name(&self) -> &'static str;

    /// What may be asked.
    fn acts(&self) -> &'static [ActEntry];

    /// The books it keeps.
    fn views(&self) -> &'static [&'static ViewSpec];

    /// Puts on the sheet what the gate must know of one of this kind's acts.
    fn facts(&self, ask: &Ask<'_>, sheet: &mut FactSheet);

    /// Fields that the record holds beside those asked for, drawn from the books and the profile, so
    /// that a fold needs neither.
    fn complete(&self, _ask: &Ask<'_>) -> Body {
        Body::new()
    }

    /// Folds an event into this kind's rows. Pure: the same events give the same rows. It sees
    /// every event, of other kinds as well, and refusals too.
    fn fold(&self, event: &Event, shelf: &mut Shelf<'_>);
}

/// An act with the way to read its form.
#[derive(Debug)]
pub struct ActEntry {
    /// What may be asked.
    pub spec: &'static ActSpec,
    /// Reads a form into something to ask.
    pub read: fn(&'static ActSpec, &Form) -> Result<Asked, Vec<FieldError>>,
}

impl ActEntry {
    /// Reads a form into something to ask.
    ///
    /// # Errors
    /// A sentence for each field that is wrong.
    pub fn read(&self, form: &Form) -> Result<Asked, Vec<FieldError>> {
        (self.read)(self.spec, form)
    }
}

/// Makes the entries of a kind's acts.
#[macro_export]
macro_rules! acts {
    ($($act:ty),+ $(,)?) => {
        &[$($crate::kind::ActEntry {
            spec: <$act>::SPEC,
            read: |_, form| <$act>::from_form(form).map(|act| act.asked()),
        },)+]
    };
}

/// An act before the gate, with all that facts are drawn from.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The act.
    pub act: &'a Act,
    /// The books as they stand.
    pub books: &'a dyn RegistersDyn,
    /// The profile in force.
    pub profile: &'a Profile,
    /// Now, ms since the Unix epoch.
    pub now_ms: i64,
    /// When the last event was recorded.
    pub last_ms: i64,
}

/// [`Registers`] as an object.
pub trait RegistersDyn {
    /// See [`Registers::row`].
    fn row_dyn(&self, view: &'static str, key: &str) -> Option<crate::spec::Row>;
    /// See [`Registers::rows`].
    fn rows_dyn(&self, view: &'static str, prefix: &str) -> Vec<crate::spec::Row>;
}

impl<T: Registers> RegistersDyn for T {
    fn row_dyn(&self, view: &'static str, key: &str) -> Option<crate::spec::Row> {
        self.row(view, key)
    }
    fn rows_dyn(&self, view: &'static str, prefix: &str) -> Vec<crate::spec::Row> {
        self.rows(view, prefix)
    }
}

impl Registers for &dyn RegistersDyn {
    fn row(&self, view: &'static str, key: &str) -> Option<crate::spec::Row> {
        (**self).row_dyn(view, key)
    }
    fn rows(&self, view: &'static str, prefix: &str) -> Vec<crate::spec::Row> {
        (**self).rows_dyn(view, prefix)
    }
}

impl Ask<'_> {
    /// Today in Japan.
    #[must_use]
    pub fn today(&self) -> Date {
        Date::in_japan(self.now_ms)
    }

    /// All fields of the act.
    #[must_use]
    pub fn body(&self) -> Body {
        self.act.asked.all()
    }

    /// A text field of the act, empty when it is not there.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        let asked = &self.act.asked;
        let value = asked.public.get(field).or_else(|| asked.private.get(field));
        value.and_then(serde_json::Value::as_str).unwrap_or_default()
    }

    /// Whether a text field of the act is filled in.
    #[must_use]
    pub fn filled(&self, field: &str) -> bool {
        !self.text(field).trim().is_empty()
    }

    /// Whether a box of the act is ticked.
    #[must_use]
    pub fn ticked(&self, field: &str) -> bool {
        self.act.asked.public.get(field).and_then(serde_json::Value::as_bool).unwrap_or(false)
    }
}

/// All kinds, found by their acts and views.
pub struct Registry {
    kinds: Vec<&'static dyn Kind>,
    filings: &'static Filings,
    acts: BTreeMap<&'static str, (&'static dyn Kind, &'static ActEntry)>,
    views: BTreeMap<&'static str, &'static ViewSpec>,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.kinds.iter().map(|kind| kind.name())).finish()
    }
}

impl Registry {
    /// A registry of these kinds and of the books that come with the program as data.
    #[must_use]
    pub fn new(kinds: &'static [&'static dyn Kind]) -> Self {
        Self::with(kinds, procedure::shipped())
    }

    /// A registry of these kinds and books.
    #[must_use]
    pub fn with(kinds: &'static [&'static dyn Kind], filings: &'static Filings) -> Self {
        // Books fold after the kinds whose rows they may change.
        let data: &'static dyn Kind = filings;
        let kinds: Vec<&'static dyn Kind> = kinds.iter().copied().chain([data]).collect();
        let acts = kinds.iter().flat_map(|kind| kind.acts().iter().map(|act| (act.spec.name, (*kind, act))));
        let views = kinds.iter().flat_map(|kind| kind.views().iter().map(|view| (view.name, *view)));
        let (acts, views) = (acts.collect(), views.collect());
        Self { kinds, filings, acts, views }
    }

    /// The books that are data.
    #[must_use]
    pub const fn filings(&self) -> &'static Filings {
        self.filings
    }

    /// The act with this name.
    #[must_use]
    pub fn act(&self, name: &str) -> Option<&'static ActEntry> {
        self.acts.get(name).map(|(_, act)| *act)
    }

    /// Every act, by name.
    pub fn acts(&self) -> impl Iterator<Item = &'static ActEntry> {
        self.acts.values().map(|(_, act)| *act)
    }

    /// The view with this name.
    #[must_use]
    pub fn view(&self, name: &str) -> Option<&'static ViewSpec> {
        self.views.get(name).copied()
    }

    /// Every view, by name.
    #[must_use]
    pub fn views(&self) -> Vec<&'static ViewSpec> {
        self.views.values().copied().collect()
    }

    /// Puts on the sheet what the gate must know.
    pub fn facts(&self, ask: &Ask<'_>, sheet: &mut FactSheet) {
        crate::common::facts(ask, sheet);
        if let Some((kind, _)) = self.acts.get(ask.act.asked.act) {
            kind.facts(ask, sheet);
            if kind.name() != self.filings.name() {
                self.filings.facts(ask, sheet);
            }
        }
        for (name, fact) in &ask.act.given.facts {
            sheet.set(name, fact.clone());
        }
    }

    /// Fields that the record holds beside those asked for.
    #[must_use]
    pub fn complete(&self, ask: &Ask<'_>) -> Body {
        self.acts.get(ask.act.asked.act).map_or_else(Body::new, |(kind, _)| kind.complete(ask))
    }

    /// Folds an event into every kind's rows.
    pub fn fold(&self, event: &Event, shelf: &mut Shelf<'_>) {
        for kind in &self.kinds {
            kind.fold(event, shelf);
        }
    }
}
