//! How things are shown: names, codes, dates, and the state of the record's own verification.

use std::sync::PoisonError;

use sekisho_ledgers::kinds::duties::to_raise;
use sekisho_ledgers::kinds::organisation;
use sekisho_ledgers::procedure::duties::{self, Due};
use sekisho_ledgers::spec::ColumnKind;
use sekisho_ledgers::value::Value;
use sekisho_ledgers::{Act, Actor, Given};
use sekisho_regulation::Date;
use sekisho_regulation::date::instant_ja;

use super::{Desk, DeskError};
use crate::codes::{self, Choice};

/// What stands in the place of a text that was erased.
const ERASED: &str = "（消去済み）";

/// What the last self-verification of the record found.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// Events that were verified.
    pub size: u64,
    /// When, ms since the Unix epoch.
    pub at_ms: i64,
    /// Whether everything was sound.
    pub ok: bool,
    /// What is wrong, in a sentence.
    pub problem: Option<String>,
}

impl Desk {
    /// A person's name; the id where there is none.
    #[must_use]
    pub fn person_name(&self, id: &str) -> String {
        let person = self.house().read(|books| organisation::person(books, id));
        person.map_or_else(|| id.to_owned(), |person| self.private(person.name, "name"))
    }

    /// The personal text that a column points at.
    #[must_use]
    pub fn private(&self, seq: i64, field: &str) -> String {
        let text = u64::try_from(seq).ok().map(|seq| self.house().text(seq));
        match text {
            Some(Ok(Some(text))) => match text.get(field) {
                Some(serde_json::Value::String(value)) => value.clone(),
                None | Some(serde_json::Value::Null) => String::new(),
                Some(other) => other.to_string(),
            },
            Some(Ok(None)) => ERASED.to_owned(),
            _ => "（読み出せません）".to_owned(),
        }
    }

    /// The name of a code of a list.
    #[must_use]
    pub fn label(&self, list: &str, code: &str) -> String {
        codes::label(self.profile(), list, code)
    }

    /// The codes of a list with their names.
    #[must_use]
    pub fn options(&self, list: &str) -> Vec<Choice> {
        codes::options(self.profile(), list)
    }

    /// A cell as pages show it.
    #[must_use]
    pub fn cell(&self, kind: ColumnKind, value: &Value) -> String {
        match (kind, value) {
            (_, Value::Null) => String::new(),
            (ColumnKind::Person, Value::Text(id)) => self.person_name(id),
            (ColumnKind::People, Value::Text(ids)) => {
                ids.split(' ').map(|id| self.person_name(id)).collect::<Vec<_>>().join("、")
            }
            (ColumnKind::Refs(_), Value::Text(keys)) => keys.replace(' ', "、"),
            (ColumnKind::Code(list), Value::Text(code)) => self.label(list, code),
            (ColumnKind::Day, Value::Text(day)) => day.parse::<Date>().map_or_else(|_| day.to_string(), Date::wareki),
            (ColumnKind::Instant, Value::Int(ms)) => instant_ja(*ms),
            (ColumnKind::Private(field), Value::Int(seq)) => self.private(*seq, field),
            (ColumnKind::Evidence, Value::Int(seq)) => format!("#{seq}"),
            (ColumnKind::Subject, Value::Text(key)) => key.chars().take(8).collect(),
            (_, Value::Bool(yes)) => if *yes { "はい" } else { "いいえ" }.to_owned(),
            (_, Value::Int(n)) => n.to_string(),
            (_, Value::Text(text)) => text.to_string(),
        }
    }

    /// Everything that is due today under the regulation in force.
    #[must_use]
    pub fn duties(&self) -> Vec<Due> {
        let (filings, profile) = (self.registry().filings(), self.profile());
        self.house().read(|books| duties::due(filings, books, profile, Date::in_japan(self.now_ms())))
    }

    /// Tells people what is near, due or overdue and was not told yet; gives how much was told.
    ///
    /// # Errors
    /// [`DeskError`] when it cannot be recorded; the rest is told another time.
    pub fn raise_duties(&self) -> Result<usize, DeskError> {
        let (filings, profile) = (self.registry().filings(), self.profile());
        let today = Date::in_japan(self.now_ms());
        let raises = self.house().read(|books| to_raise(filings, books, profile, today));
        for raise in &raises {
            let (asked, by, given) = (raise.asked(), Actor::default(), Given::default());
            self.house().submit(Act { asked, by, given, effects: Vec::new() })?;
        }
        Ok(raises.len())
    }

    /// The state of the last self-verification.
    #[must_use]
    pub fn verified(&self) -> Verified {
        self.verified.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps what a self-verification found.
    pub fn set_verified(&self, verified: Verified) {
        *self.verified.write().unwrap_or_else(PoisonError::into_inner) = verified;
    }

    /// Keeps a first password so that it can be shown once to who gave it.
    pub(super) fn show_once(&self, session: &str, text: String) {
        let mut sessions = self.sessions();
        if let Some(live) = sessions.values_mut().find(|live| live.session == session) {
            live.once = Some(text);
        }
    }

    /// The text that is to be shown once to a session, if there is one; it is gone afterwards.
    pub fn take_once(&self, session: &str) -> Option<String> {
        self.sessions().values_mut().find(|live| live.session == session)?.once.take()
    }
}
