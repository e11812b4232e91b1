//! What is asked, by whom, and what was recorded of it.

use std::sync::Arc;

use sekisho_gate::Fact;
use sekisho_gate::card::CardEvidence;
use sekisho_gate::password::PasswordEvidence;
use sekisho_record::Signer;
use serde_json::{Map, Value as Json};

/// Bytes that most leaves fit in.
const LEAF_BYTES: usize = 768;

/// The fields of an act or an event.
pub type Body = Map<String, Json>;

/// Something asked for, before it is known who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The act's name.
    pub act: &'static str,
    /// Fields that go into the record.
    pub public: Body,
    /// Personal text, of which only a salted digest goes into the record.
    pub private: Body,
}

impl Asked {
    /// An act without fields yet.
    #[must_use]
    pub fn new(act: &'static str) -> Self {
        Self { act, public: Body::new(), private: Body::new() }
    }

    /// Puts a field in its place.
    pub fn put(&mut self, field: &str, value: Json, private: bool) {
        let body = if private { &mut self.private } else { &mut self.public };
        body.insert(field.to_owned(), value);
    }

    /// All fields together, as typed acts read them.
    #[must_use]
    pub fn all(&self) -> Body {
        let mut all = self.public.clone();
        all.extend(self.private.clone());
        all
    }
}

/// Who acts, in which capacity, in which session, and at which terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// Opaque id of the person.
    pub person: Option<String>,
    /// Code of the role in which the act is done.
    pub capacity: Option<String>,
    /// Id of the session.
    pub session: Option<String>,
    /// Id of the terminal.
    pub terminal: Option<String>,
    /// The room in which the terminal says it stands.
    pub reported_room: Option<String>,
}

/// What the caller has established about an act. Evidence of a card or a password can be made only
/// by the gate's own checks.
#[derive(Clone, Debug)]
pub struct Given {
    /// The card on the reader, if one proved itself.
    pub card: Option<CardEvidence>,
    /// The number of the card that lies on the reader now, as the session's reader reports it.
    pub card_claimed: Option<String>,
    /// What came of the password.
    pub password: PasswordEvidence,
    /// Further facts, which no book holds (such as whether all rows of an import are sound).
    pub facts: Vec<(&'static str, Fact)>,
}

impl Default for Given {
    fn default() -> Self {
        Self { card: None, card_claimed: None, password: PasswordEvidence::not_given(), facts: Vec::new() }
    }
}

impl Given {
    /// What was established, as the record keeps it beside the act: with the books at that point it
    /// gives all facts of the decision again, so that it can be replayed under another version of
    /// the regulation. `None` when nothing was. How far the clock stood behind belongs to it: the
    /// event's own time does not show it.
    #[must_use]
    pub fn to_json(&self, by: &Actor, clock_behind_s: i64) -> Option<Json> {
        let mut given = Body::new();
        if clock_behind_s > 0 {
            given.insert("clock_behind_s".to_owned(), clock_behind_s.into());
        }
        let number = self.card.as_ref().map(|card| card.card_no().to_owned()).or_else(|| self.card_claimed.clone());
        if let Some(number) = number {
            given.insert("card".to_owned(), number.into());
        }
        if self.card.is_some() {
            given.insert("card_proven".to_owned(), true.into());
        }
        if self.password.is_given() {
            given.insert("password_right".to_owned(), self.password.is_right().into());
        }
        if let Some(room) = &by.reported_room {
            given.insert("room".to_owned(), room.clone().into());
        }
        given.extend(self.facts.iter().map(|(name, fact)| ((*name).to_owned(), fact.to_json())));
        (!given.is_empty()).then_some(Json::Object(given))
    }
}

/// An act on its way to the gate.
#[derive(Clone, Debug)]
pub struct Act {
    /// What is asked.
    pub asked: Asked,
    /// Who asks.
    pub by: Actor,
    /// What is established.
    pub given: Given,
    /// What else changes, in the same transaction, if the act is permitted.
    pub effects: Vec<Effect>,
}

/// A change outside the record and the views, made only together with a permitted act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A person's new password.
    Password {
        /// The person.
        person: String,
        /// Argon2id in PHC form.
        phc: String,
    },
    /// Identity records, encrypted, to be added or replaced.
    Identity(Vec<SealedIdentity>),
    /// The personal text of an event, to be erased.
    EraseText(u64),
    /// The key that signs from this event on.
    RotateKey(NewSigner),
}

/// A key that is to come into force.
#[derive(Clone)]
pub struct NewSigner(pub Arc<dyn Signer + Send + Sync>);

impl std::fmt::Debug for NewSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewSigner({})", self.0.verifier())
    }
}

impl PartialEq for NewSigner {
    fn eq(&self, other: &Self) -> bool {
        self.0.verifier() == other.0.verifier()
    }
}

impl Eq for NewSigner {}

/// An identity record as the store holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedIdentity {
    /// The resident's blind key, by which the record is found and replaced.
    pub subject: String,
    /// Blind index terms: field and truncated digest.
    pub terms: Vec<(u8, [u8; 16])>,
    /// The encrypted record.
    pub sealed: Vec<u8>,
}

/// Something that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number: the index of its leaf.
    pub seq: u64,
    /// When, in ms since the Unix epoch.
    pub at_ms: i64,
    /// The act's name.
    pub act: Arc<str>,
    /// Who, in which capacity, session and terminal.
    pub by: Actor,
    /// Digest of the profile by which it was decided.
    pub profile: Arc<str>,
    /// Whether it was allowed.
    pub allowed: bool,
    /// The decision's code.
    pub code: Arc<str>,
    /// The articles that the decision rests on, in data form.
    pub cites: Vec<String>,
    /// The public fields.
    pub body: Body,
    /// Salted digest of the personal text, if there is any.
    pub private: Option<String>,
}

/// Why bytes are not an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {seq} is not an event: {cause}")]
pub struct EventError {
    /// Which entry.
    pub seq: u64,
    /// What is wrong.
    pub cause: String,
}

impl Event {
    /// The leaf: canonical JSON as docs/format.md lays it down.
    ///
    /// # Errors
    /// When a field cannot be written in canonical JSON (a number that is not whole).
    pub fn to_leaf(&self) -> Result<Vec<u8>, EventError> {
        let fail = |e: sekisho_record::json::JsonError| EventError { seq: self.seq, cause: e.to_string() };
        let seq = i64::try_from(self.seq).unwrap_or(i64::MAX);
        let mut leaf = sekisho_record::json::ObjectWriter::with_capacity(LEAF_BYTES);
        leaf.text("act", Some(&self.act)).text("actor", self.by.person.as_deref());
        leaf.integer("at", self.at_ms).map_err(fail)?.object("body", &self.body).map_err(fail)?;
        leaf.text("capacity", self.by.capacity.as_deref()).texts("cites", self.cites.iter().map(String::as_str));
        leaf.text("code", Some(&self.code)).text("effect", Some(if self.allowed { "permit" } else { "refuse" }));
        leaf.text("private", self.private.as_deref()).text("profile", Some(&self.profile));
        leaf.integer("seq", seq).map_err(fail)?.text("session", self.by.session.as_deref());
        leaf.text("terminal", self.by.terminal.as_deref()).integer("v", 1).map_err(fail)?;
        Ok(leaf.finish())
    }

    /// Reads a leaf.
    ///
    /// # Errors
    /// When the bytes are not a canonical event of version 1.
    pub fn from_leaf(seq: u64, bytes: &[u8]) -> Result<Self, EventError> {
        let fail = |cause: &str| EventError { seq, cause: cause.to_owned() };
        let json = sekisho_record::json::parse_canonical(bytes).map_err(|e| fail(&e.to_string()))?;
        let Json::Object(mut leaf) = json else { return Err(fail("not an object")) };
        if leaf.get("v").and_then(Json::as_i64) != Some(1) {
            return Err(fail("unknown version"));
        }
        let text = |key: &str| leaf.get(key).and_then(Json::as_str).map(str::to_owned);
        let needed = |value: Option<String>, key: &str| value.ok_or_else(|| fail(&format!("`{key}` is missing")));
        let act = needed(text("act"), "act")?;
        let profile = needed(text("profile"), "profile")?;
        let code = needed(text("code"), "code")?;
        let allowed = match text("effect").as_deref() {
            Some("permit") => true,
            Some("refuse") => false,
            _ => return Err(fail("`effect` is missing")),
        };
        let private = text("private");
        let by = Actor {
            person: text("actor"),
            capacity: text("capacity"),
            session: text("session"),
            terminal: text("terminal"),
            reported_room: None,
        };
        let cites = leaf.get("cites").and_then(Json::as_array).ok_or_else(|| fail("`cites` is missing"))?;
        let cites = cites.iter().filter_map(Json::as_str).map(str::to_owned).collect();
        let number =
            |key: &str| leaf.get(key).and_then(Json::as_i64).ok_or_else(|| fail(&format!("`{key}` is missing")));
        let at_ms = number("at")?;
        if u64::try_from(number("seq")?).ok() != Some(seq) {
            return Err(fail("`seq` is not its place in the log"));
        }
        let Some(Json::Object(body)) = leaf.remove("body") else { return Err(fail("`body` is missing")) };
        Ok(Self {
            seq,
            at_ms,
            act: act.into(),
            by,
            profile: profile.into(),
            allowed,
            code: code.into(),
            cites,
            body,
            private,
        })
    }

    /// A text field of the body.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.body.get(field).and_then(Json::as_str)
    }

    /// The event's number as rows hold it.
    #[must_use]
    pub fn seq_cell(&self) -> i64 {
        i64::try_from(self.seq).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf_by_value(event: &Event) -> Vec<u8> {
        let leaf = serde_json::json!({
            "v": 1, "seq": event.seq, "at": event.at_ms, "act": &*event.act,
            "actor": event.by.person, "capacity": event.by.capacity, "session": event.by.session,
            "terminal": event.by.terminal, "profile": &*event.profile,
            "effect": if event.allowed { "permit" } else { "refuse" }, "code": &*event.code,
            "cites": event.cites, "body": event.body, "private": event.private,
        });
        sekisho_record::json::to_canonical(&leaf).unwrap()
    }

    #[test]
    fn a_leaf_is_the_canonical_form_of_its_fields() {
        let body = serde_json::json!({
            "z": [1, {"b": null, "a": "\u{1}\"\\"}], "名": "髙橋\n", "a": -9_007_199_254_740_991_i64, "": false,
        });
        let Json::Object(body) = body else { panic!("an object") };
        for bits in 0_u32..64 {
            let some = |bit: u32, text: &str| (bits >> bit & 1 == 1).then(|| text.to_owned());
            let event = Event {
                seq: u64::from(bits),
                at_ms: i64::from(bits) * 1_000_003,
                act: "card.lend".into(),
                by: Actor {
                    person: some(0, "p1"),
                    capacity: some(1, "operator \"x\""),
                    session: some(2, "S\t"),
                    terminal: some(3, "T-01"),
                    reported_room: some(4, "not recorded"),
                },
                profile: "0f".repeat(32).as_str().into(),
                allowed: bits % 2 == 0,
                code: "OK".into(),
                cites: (0..bits % 3).map(|n| format!("nishimeya:{n}.2")).collect(),
                body: if bits % 5 == 0 { Body::new() } else { body.clone() },
                private: some(5, "digest"),
            };
            let leaf = event.to_leaf().unwrap();
            assert_eq!(String::from_utf8_lossy(&leaf), String::from_utf8_lossy(&leaf_by_value(&event)));
            let back = Event::from_leaf(event.seq, &leaf).unwrap();
            assert_eq!(back, Event { by: Actor { reported_room: None, ..event.by.clone() }, ..event });
        }
    }

    #[test]
    fn what_has_no_canonical_form_is_no_leaf() {
        let mut event = Event::from_leaf(
            0,
            br#"{"act":"a","actor":null,"at":0,"body":{},"capacity":null,"cites":["n:1"],"code":"OK","effect":"permit","private":null,"profile":"0","seq":0,"session":null,"terminal":null,"v":1}"#,
        )
        .unwrap();
        event.body.insert("n".to_owned(), serde_json::json!(1.5));
        assert!(event.to_leaf().is_err());
        event.body.clear();
        event.seq = u64::MAX;
        assert!(event.to_leaf().is_err());
    }
}
