//! The leaf: one act as it stands in the record.
//!
//! A leaf is a canonical JSON object with fourteen fields, all present, `null`
//! where there is nothing. This crate knows their form and not their meaning.

use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::hash::Hash;
use crate::json::{INTEGER_MAX, JsonError, PRIVATE_DIGEST_CHARS, ScanError, to_canonical};
use crate::scan::{Scanner, unescape};
use crate::tile::ENTRY_BYTES_MAX;

/// The version of the leaf's layout.
pub const LEAF_VERSION: i64 = 1;
/// The act of a log's first event.
pub const ACT_OPEN: &str = "log.open";
/// The act that puts another signing key in force.
pub const ACT_ROTATE_KEY: &str = "log.rotate_key";

/// What the gate decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// 許可: the act was done.
    Permit,
    /// 不許可: the act was refused.
    Refuse,
}

impl Effect {
    /// The word in the leaf.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Refuse => "refuse",
        }
    }
}

/// One act with its decision, ready to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Place in the log, from 0: the leaf's index in the tree.
    pub seq: u64,
    /// When it was recorded, in milliseconds since the Unix epoch (UTC).
    pub at_ms: i64,
    /// What was asked, such as `card.lend`.
    pub act: String,
    /// Who asked: an opaque identifier of the person; never a name.
    pub actor: Option<String>,
    /// In which capacity.
    pub capacity: Option<String>,
    /// At which terminal.
    pub terminal: Option<String>,
    /// In which session.
    pub session: Option<String>,
    /// SHA-256 of the profile's files, in lower-case hexadecimal.
    pub profile: Hash,
    /// What the gate decided.
    pub effect: Effect,
    /// The decision's code.
    pub code: String,
    /// The articles it rests on, such as `nishimeya:10.2`; at least one.
    pub cites: Vec<String>,
    /// The public fields of the event.
    pub body: Map<String, Value>,
    /// The digest of the private text ([`crate::json::private_digest`]).
    pub private: Option<String>,
}

/// Why something is not a leaf.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LeafError {
    /// Not canonical JSON, or another field than expected stands here.
    #[error("not a leaf of version {LEAF_VERSION}")]
    Layout(#[from] ScanError),
    /// A value has no canonical form.
    #[error("the event's fields cannot be written")]
    Json(#[from] JsonError),
    /// No `effect` or no `code`.
    #[error("the event has no decision")]
    Undecided,
    /// No citation, or an empty one.
    #[error("the event cites no article")]
    Uncited,
    /// A field has a value that it cannot have.
    #[error("the event's `{0}` is out of form")]
    Field(&'static str),
    /// Longer than a bundle can hold.
    #[error("the event is {0} bytes long, more than {ENTRY_BYTES_MAX}")]
    TooLong(usize),
}

impl Leaf {
    /// The leaf's bytes.
    ///
    /// # Errors
    /// Fields that a reader would refuse.
    pub fn to_bytes(&self) -> Result<Vec<u8>, LeafError> {
        let value = json!({
            "v": LEAF_VERSION,
            "seq": self.seq,
            "at": self.at_ms,
            "act": self.act,
            "actor": self.actor,
            "capacity": self.capacity,
            "terminal": self.terminal,
            "session": self.session,
            "profile": self.profile.to_string(),
            "effect": self.effect.as_str(),
            "code": self.code,
            "cites": self.cites,
            "body": self.body,
            "private": self.private,
        });
        let bytes = to_canonical(&value)?;
        LeafView::scan(&bytes)?;
        Ok(bytes)
    }

    /// Reads a leaf.
    ///
    /// # Errors
    /// Anything but the bytes that [`Leaf::to_bytes`] gives.
    pub fn parse(bytes: &[u8]) -> Result<Self, LeafError> {
        let view = LeafView::scan(bytes)?;
        let owned = |raw: Option<&str>| raw.map(unescape);
        let Value::Object(body) = crate::json::parse_canonical(view.body.as_bytes())? else {
            return Err(LeafError::Field("body"));
        };
        let Value::Array(cites) = crate::json::parse_canonical(view.cites.as_bytes())? else {
            return Err(LeafError::Uncited);
        };
        let cites = cites.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        Ok(Self {
            seq: view.seq,
            at_ms: view.at_ms,
            act: unescape(view.act),
            actor: owned(view.actor),
            capacity: owned(view.capacity),
            terminal: owned(view.terminal),
            session: owned(view.session),
            profile: Hash::from_hex(view.profile).ok_or(LeafError::Field("profile"))?,
            effect: view.effect,
            code: unescape(view.code),
            cites,
            body,
            private: owned(view.private),
        })
    }
}

/// A leaf looked at in place. Strings are raw: escapes are left as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeafView<'a> {
    /// As in [`Leaf`].
    pub seq: u64,
    /// As in [`Leaf`].
    pub at_ms: i64,
    /// As in [`Leaf`].
    pub act: &'a str,
    /// As in [`Leaf`].
    pub actor: Option<&'a str>,
    /// As in [`Leaf`].
    pub capacity: Option<&'a str>,
    /// As in [`Leaf`].
    pub terminal: Option<&'a str>,
    /// As in [`Leaf`].
    pub session: Option<&'a str>,
    /// 64 lower-case hexadecimal digits.
    pub profile: &'a str,
    /// As in [`Leaf`].
    pub effect: Effect,
    /// As in [`Leaf`].
    pub code: &'a str,
    /// The canonical JSON array of citations.
    pub cites: &'a str,
    /// The canonical JSON object of public fields.
    pub body: &'a str,
    /// As in [`Leaf`].
    pub private: Option<&'a str>,
}

impl<'a> LeafView<'a> {
    /// Reads a leaf in one pass without copying.
    ///
    /// # Errors
    /// Anything but a canonical leaf of this version.
    pub fn scan(bytes: &'a [u8]) -> Result<Self, LeafError> {
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(LeafError::TooLong(bytes.len()));
        }
        // The canonical order of the fourteen keys is the alphabetical one.
        let mut s = Scanner::new(bytes)?;
        s.literal(b"{\"act\":")?;
        let act = s.string()?;
        s.literal(b",\"actor\":")?;
        let actor = text_or_null(&mut s)?;
        s.literal(b",\"at\":")?;
        let at_ms = s.integer()?;
        s.literal(b",\"body\":")?;
        let body = s.value(1)?;
        s.literal(b",\"capacity\":")?;
        let capacity = text_or_null(&mut s)?;
        s.literal(b",\"cites\":").map_err(|_| LeafError::Uncited)?;
        let cites = citations(&mut s)?;
        s.literal(b",\"code\":").map_err(|_| LeafError::Undecided)?;
        let code = s.string()?;
        s.literal(b",\"effect\":").map_err(|_| LeafError::Undecided)?;
        let effect = effect(s.string()?)?;
        s.literal(b",\"private\":")?;
        let private = text_or_null(&mut s)?;
        s.literal(b",\"profile\":")?;
        let profile = s.string()?;
        s.literal(b",\"seq\":")?;
        let seq = u64::try_from(s.integer()?).map_err(|_| LeafError::Field("seq"))?;
        s.literal(b",\"session\":")?;
        let session = text_or_null(&mut s)?;
        s.literal(b",\"terminal\":")?;
        let terminal = text_or_null(&mut s)?;
        s.literal(b",\"v\":1}")?;
        s.end()?;
        let view =
            Self { seq, at_ms, act, actor, capacity, terminal, session, profile, effect, code, cites, body, private };
        view.check().map(|()| view)
    }

    fn check(&self) -> Result<(), LeafError> {
        let act = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.');
        let base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let digest = |text: &str| text.len() == PRIVATE_DIGEST_CHARS && text.bytes().all(base64);
        if self.code.is_empty() {
            return Err(LeafError::Undecided);
        }
        let checks = [
            ("at", (0..=INTEGER_MAX).contains(&self.at_ms)),
            ("act", !self.act.is_empty() && every(self.act, act)),
            ("body", self.body.starts_with('{')),
            ("profile", self.profile.len() == 64 && every(self.profile, hex)),
            ("private", self.private.is_none_or(digest)),
        ];
        match checks.into_iter().find(|(_, sound)| !sound) {
            Some((field, _)) => Err(LeafError::Field(field)),
            None => Ok(()),
        }
    }
}

/// Looks at every byte even after a bad one: faster than stopping.
fn every(text: &str, sound: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(true, |all, byte| all & sound(byte))
}

fn text_or_null<'a>(scanner: &mut Scanner<'a>) -> Result<Option<&'a str>, ScanError> {
    if scanner.peek() == Some(b'n') {
        return scanner.literal(b"null").map(|()| None);
    }
    scanner.string().map(Some)
}

fn citations<'a>(scanner: &mut Scanner<'a>) -> Result<&'a str, LeafError> {
    let start = scanner.place();
    let (mut count, mut empty) = (0_usize, false);
    let read = scanner.array(|item| {
        empty |= item.string()?.is_empty();
        count += 1;
        Ok(())
    });
    if read.is_err() || empty || count == 0 {
        return Err(LeafError::Uncited);
    }
    Ok(scanner.since(start))
}

fn effect(word: &str) -> Result<Effect, LeafError> {
    match word {
        "permit" => Ok(Effect::Permit),
        "refuse" => Ok(Effect::Refuse),
        _ => Err(LeafError::Undecided),
    }
}
