//! The people of a scenario: everybody who can hold a post holds one, and every role that is given by
//! designation alone has somebody.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use sekisho_regulation::{Date, Profile};

use super::Stage;
use crate::event::{Actor, Asked, Event};
use crate::kinds::organisation::action::{Appoint, Designate, Register};
use crate::kinds::users::action::{DesignateHandler, DesignateOperator};
use crate::procedure::duties;

/// The person who holds a role or, as `post:CODE`, a post.
pub(super) fn holder(profile: &Profile, who: &str) -> Option<String> {
    if let Some((_, post)) = who.split_once("post:") {
        return profile.post(post).map(|post| format!("p-{}", post.code));
    }
    let role = profile.role(who)?;
    Some(format!("p-{}", role.posts.first().unwrap_or(&role.code)))
}

/// A name that stays for as long as the program runs: facts that a caller gives are named so. There are
/// only as many as the vocabulary has.
pub(super) fn stay(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let name: &'static str = name.to_owned().leak();
    names.insert(name);
    name
}

/// Puts the people on the roll, and opens the log on a day.
pub(super) fn people(stage: &mut Stage<'_>, day: Date) {
    let profile = stage.profile();
    let at_ms = day.at(8, 0);
    happened(stage, at_ms, Asked::new("log.open"));
    for post in &profile.settings.posts {
        let person = format!("p-{}", post.code);
        happened(stage, at_ms, register(&person, &post.section));
        let order_no = "1".to_owned();
        let appoint = Appoint { person, post: post.code.clone(), from: day, concurrent: false, order_no };
        happened(stage, at_ms, appoint.asked());
    }
    for role in profile.settings.roles.iter().filter(|role| role.posts.is_empty()) {
        let person = format!("p-{}", role.code);
        let section = profile.settings.posts.first().map_or("", |post| post.section.as_str());
        happened(stage, at_ms, register(&person, section));
        happened(stage, at_ms, designate(profile, &role.code, person, day));
    }
    debug_assert!(stage.books_have_start(), "the first day is marked");
}

fn register(person: &str, section: &str) -> Asked {
    let register = Register {
        person: person.to_owned(),
        name: person.to_owned(),
        kana: "ひと".to_owned(),
        birth: None,
        employee_no: person.to_owned(),
        section: section.to_owned(),
        kind: "staff".to_owned(),
    };
    register.asked()
}

fn designate(profile: &Profile, role: &str, person: String, from: Date) -> Asked {
    let all = |codes: Vec<&str>| codes.join(" ");
    let operations = all(profile.settings.operations.iter().map(|o| o.code.as_str()).collect());
    match role {
        "operator" => {
            let device_classes = all(profile.settings.devices.iter().map(|d| d.code.as_str()).collect());
            DesignateOperator { person, device_classes, from, to: None }.asked()
        }
        "handler" => {
            let (operations, scope) = (Some(operations), "全部".to_owned());
            DesignateHandler { person, operations, scope, from, to: None }.asked()
        }
        _ => Designate { role: role.to_owned(), person, from }.asked(),
    }
}

fn happened(stage: &mut Stage<'_>, at_ms: i64, asked: Asked) {
    let seq = stage.next;
    stage.next += 1;
    stage.last_ms = at_ms;
    let event = Event {
        seq,
        at_ms,
        act: asked.act.into(),
        by: Actor::default(),
        profile: stage.profile().digest.as_str().into(),
        allowed: true,
        code: "OK".into(),
        cites: Vec::new(),
        body: asked.public,
        private: (!asked.private.is_empty()).then(|| "digest".to_owned()),
    };
    stage.fold(&event);
    stage.texts.insert(seq, asked.private);
}

impl Stage<'_> {
    fn books_have_start(&self) -> bool {
        use crate::books::Registers as _;
        self.books.get::<duties::Done>("log.open").is_some()
    }
}
