//! `demo.toml` of a profile: who plays in its demonstration, with which cards and at which machines.
//! The doc comments are its manual. It decides nothing, so it is no part of the profile's digest.
//!
//! A profile without one gets a plan that is derived from its settings, so that a regulation can be
//! tried as soon as it is drafted.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_regulation::Profile;
use sekisho_regulation::profile::{Factor, Post};
use serde::Deserialize;

use crate::setup::{Terminal, kind_for, machine};

/// The file's name in a profile's folder.
pub const FILE: &str = "demo.toml";
/// Most people at the counter of a derived plan.
const CLERKS_MAX: usize = 4;
/// Residents of a derived plan.
const RESIDENTS: usize = 300;

/// `demo.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Machines that are there from the beginning.
    pub terminals: Vec<Terminal>,
    /// Keys of rooms.
    #[serde(default)]
    pub keys: Vec<Key>,
    /// What the holders of a post have and do, by the post's code. A post that is not named has one
    /// holder without a card or a password.
    #[serde(default)]
    pub posts: BTreeMap<String, Part>,
    /// Designations: by role, the post whose first holder is designated.
    #[serde(default)]
    pub designations: BTreeMap<String, String>,
    /// Kinds of the cards that lie in stock, to be lent or to replace lost ones.
    #[serde(default)]
    pub stock: Vec<String>,
    /// The counter; none where nobody is served.
    #[serde(default)]
    pub counter: Option<Counter>,
    /// The weekly round through a room; none where no room is under control.
    #[serde(default)]
    pub round: Option<Round>,
    /// The residents; none where no identity records are kept.
    #[serde(default)]
    pub residents: Option<Residents>,
    /// Whether it was derived and not written: then an act that is refused is a part of the year and
    /// no mistake of the plan.
    #[serde(skip)]
    pub derived: bool,
}

/// A key of a room.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Its number.
    pub no: String,
    /// Its room.
    pub room: String,
    /// Where it is kept.
    pub kept_at: String,
    /// Whether it is the spare one.
    #[serde(default)]
    pub spare: bool,
}

/// What the holders of a post have and do.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// How many hold the post beside the first.
    #[serde(default)]
    pub more: u16,
    /// Kind of the card that each has.
    #[serde(default)]
    pub card: Option<String>,
    /// The machine at which they do what their office asks. Whoever has one that asks for no card has
    /// a password without having a card.
    #[serde(default)]
    pub terminal: Option<String>,
    /// Classes of devices for which they are designated operators; none: they are not.
    #[serde(default)]
    pub operates: Vec<String>,
    /// Scope in which they are designated to handle identity records; none: they are not.
    #[serde(default)]
    pub handles: Option<String>,
    /// Whether they work at the counter.
    #[serde(default)]
    pub counter: bool,
}

/// The counter.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    /// The machine that those at the counter share.
    pub terminal: String,
    /// The post whose holder notes down who goes in and out; the room's manager unless it is said.
    #[serde(default)]
    pub doorkeeper: Option<String>,
}

/// A weekly round through a room.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// The room.
    pub room: String,
    /// The post whose holder goes.
    pub post: String,
    /// The key that is lent for it.
    #[serde(default)]
    pub key: Option<String>,
}

/// The residents.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Residents {
    /// How many.
    pub count: usize,
    /// Beginning of every address; an invented place.
    pub address: String,
    /// The machine at which their records are taken in.
    pub terminal: String,
    /// The post whose holder does that.
    pub post: String,
}

/// Why a plan cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// It is not written as it should be.
    #[error("デモの計画`demo.toml`が読めません。次の箇所を直してください: {0}")]
    Malformed(String),
    /// It names what the profile or the plan does not have.
    #[error("デモの計画`demo.toml`の{0}に、定義のない`{1}`があります。綴りを確かめてください。")]
    Undeclared(&'static str, String),
}

impl Plan {
    /// The plan of a profile: its `demo.toml` if there is one, a derived one otherwise.
    ///
    /// # Errors
    /// [`PlanError`] when the file is malformed or names what is not declared.
    pub fn of(profile: &Profile, files: &BTreeMap<String, String>) -> Result<Self, PlanError> {
        let Some(text) = files.get(FILE) else { return Ok(Self::derive(profile)) };
        let plan: Self = toml::from_str(text).map_err(|e| PlanError::Malformed(e.to_string()))?;
        plan.check(profile).map(|()| plan)
    }

    fn check(&self, profile: &Profile) -> Result<(), PlanError> {
        let s = &profile.settings;
        let posts: BTreeSet<&str> = s.posts.iter().map(|post| post.code.as_str()).collect();
        let classes: BTreeSet<&str> = s.devices.iter().map(|class| class.code.as_str()).collect();
        let rooms: BTreeSet<&str> = s.rooms.iter().map(|room| room.code.as_str()).collect();
        let kinds: BTreeSet<&str> = s.card_kinds.iter().map(|kind| kind.code.as_str()).collect();
        let roles: BTreeSet<&str> = s.roles.iter().map(|role| role.code.as_str()).collect();
        let machines: BTreeSet<&str> = self.terminals.iter().map(|terminal| terminal.id.as_str()).collect();
        let known = |place: &'static str, all: &BTreeSet<&str>, name: &str| {
            if all.contains(name) { Ok(()) } else { Err(PlanError::Undeclared(place, name.to_owned())) }
        };
        for terminal in &self.terminals {
            known("terminals.class", &classes, &terminal.class)?;
            known("terminals.room", &rooms, &terminal.room)?;
        }
        self.keys.iter().try_for_each(|key| known("keys.room", &rooms, &key.room))?;
        for (post, part) in &self.posts {
            known("posts", &posts, post)?;
            part.card.iter().try_for_each(|kind| known("posts.card", &kinds, kind))?;
            part.terminal.iter().try_for_each(|id| known("posts.terminal", &machines, id))?;
            part.operates.iter().try_for_each(|class| known("posts.operates", &classes, class))?;
        }
        for (role, post) in &self.designations {
            known("designations", &roles, role)?;
            known("designations", &posts, post)?;
        }
        self.stock.iter().try_for_each(|kind| known("stock", &kinds, kind))?;
        if let Some(counter) = &self.counter {
            known("counter.terminal", &machines, &counter.terminal)?;
            counter.doorkeeper.iter().try_for_each(|post| known("counter.doorkeeper", &posts, post))?;
        }
        if let Some(round) = &self.round {
            known("round.room", &rooms, &round.room)?;
            known("round.post", &posts, &round.post)?;
        }
        if let Some(residents) = &self.residents {
            known("residents.terminal", &machines, &residents.terminal)?;
            known("residents.post", &posts, &residents.post)?;
        }
        Ok(())
    }

    /// The machine with this id.
    #[must_use]
    pub fn terminal(&self, id: &str) -> Option<&Terminal> {
        self.terminals.iter().find(|terminal| terminal.id == id)
    }

    /// Whether one signs in with a card at a machine of the plan.
    #[must_use]
    pub fn asks_for_card(&self, profile: &Profile, id: &str) -> bool {
        let class = self.terminal(id).and_then(|terminal| profile.device_class(&terminal.class));
        class.is_none_or(|class| class.asks_for(Factor::IcCard))
    }

    /// Where a newcomer begins: at the counter, or at the first machine.
    #[must_use]
    pub fn begins_at(&self) -> &str {
        let counter = self.counter.as_ref().map(|counter| counter.terminal.as_str());
        counter.or(self.terminals.first().map(|terminal| terminal.id.as_str())).unwrap_or_default()
    }

    /// Each device once, everybody at the machine that suits, a card for each where cards are used.
    /// Those at the counter are of the section in whose hands the passwords lie.
    fn derive(profile: &Profile) -> Self {
        let s = &profile.settings;
        let terminals: Vec<Terminal> =
            (1..).zip(&s.devices).filter_map(|(n, class)| machine(profile, n, class)).collect();
        let of = |records: bool| {
            let classes = s.devices.iter().filter(|class| class.records == records);
            let least = classes.min_by_key(|class| class.room_level)?;
            terminals.iter().find(|terminal| terminal.class == least.code).map(|terminal| terminal.id.clone())
        };
        let counter_at = of(true).or_else(|| terminals.first().map(|terminal| terminal.id.clone()));
        let desk_at = of(false).or_else(|| counter_at.clone());
        let section = managing_section(profile);
        let records: Vec<String> = s.devices.iter().filter(|d| d.records).map(|d| d.code.clone()).collect();
        let mut clerks: Vec<&Post> = s.posts.iter().filter(|post| Some(&post.section) == section).collect();
        clerks.sort_by_key(|post| post.rank);
        let at_counter: BTreeSet<&str> = clerks.iter().take(CLERKS_MAX).map(|post| post.code.as_str()).collect();
        let card = |class: &str| kind_for(profile, class);
        let part = |post: &Post| {
            let clerk = at_counter.contains(post.code.as_str());
            let ours = Some(&post.section) == section;
            let at = if ours && !records.is_empty() { &counter_at } else { &desk_at };
            let class = terminals.iter().find(|t| Some(&t.id) == at.as_ref()).map_or("", |t| t.class.as_str());
            // A device of the network is for designated operators only.
            let operates = if records.iter().any(|code| code == class) { records.clone() } else { Vec::new() };
            let handles = (ours && !records.is_empty()).then(|| format!("{}の事務", post.section));
            Part { more: 0, card: card(class), terminal: at.clone(), operates, handles, counter: clerk }
        };
        let posts: BTreeMap<String, Part> = s.posts.iter().map(|post| (post.code.clone(), part(post))).collect();
        let importer = clerks.last().map(|post| post.code.clone());
        let residents = counter_at.clone().zip(importer).filter(|_| !records.is_empty() && !s.purposes.is_empty());
        Self {
            keys: Vec::new(),
            designations: designations(profile),
            stock: Vec::new(),
            counter: counter_at.map(|terminal| Counter { terminal, doorkeeper: None }),
            round: None,
            residents: residents.map(|(terminal, post)| {
                let address = "見本県例示郡架空町".to_owned();
                Residents { count: RESIDENTS, address, terminal, post }
            }),
            terminals,
            posts,
            derived: true,
        }
    }
}

/// The section of whoever manages accounts; of whoever heads the list of posts otherwise.
fn managing_section(profile: &Profile) -> Option<&String> {
    let s = &profile.settings;
    let roles = s.powers.get("accounts").into_iter().flatten().filter_map(|role| profile.role(role));
    let post = roles.flat_map(|role| &role.posts).find_map(|post| profile.post(post));
    post.or(s.posts.first()).map(|post| &post.section)
}

/// Roles that are held by designation only, each given to the first of the posts that fill it, or else
/// to the first post of all. Operators and handlers are designated in another way.
fn designations(profile: &Profile) -> BTreeMap<String, String> {
    let s = &profile.settings;
    let needs = |code: &str| !matches!(code, "operator" | "handler");
    let mut out = BTreeMap::new();
    for role in s.roles.iter().filter(|role| needs(&role.code) && (role.designated || role.posts.is_empty())) {
        if let Some(post) = role.posts.first().or(s.posts.first().map(|post| &post.code)) {
            out.insert(role.code.clone(), post.clone());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_written_plan_names_only_what_is_there() {
        let source = crate::profiles::source("nishimeya").unwrap();
        let profile = source.profile().unwrap();
        let text = source.files.get(FILE).unwrap();
        for (good, bad, place) in [
            ("class = \"terminal\"", "class = \"tablet\"", "terminals.class"),
            ("[posts.jumin_kacho]", "[posts.shicho]", "posts"),
            ("card = \"office\"", "card = \"gold\"", "posts.card"),
        ] {
            let changed = BTreeMap::from([(FILE.to_owned(), text.replacen(good, bad, 1))]);
            let error = Plan::of(&profile, &changed).unwrap_err();
            assert!(matches!(&error, PlanError::Undeclared(at, _) if *at == place), "{error}");
        }
        let more = BTreeMap::from([(FILE.to_owned(), format!("weather = 1\n{text}"))]);
        assert!(matches!(Plan::of(&profile, &more), Err(PlanError::Malformed(_))));
    }

    #[test]
    fn a_plan_is_derived_where_none_is_written() {
        let profile = crate::profiles::source("nishimeya").unwrap().profile().unwrap();
        let plan = Plan::of(&profile, &BTreeMap::new()).unwrap();
        assert!(plan.derived && plan.check(&profile).is_ok());
        assert_eq!(plan.terminals.len(), profile.settings.devices.len());
        assert!(plan.posts.values().all(|part| part.card.is_some()), "cards are asked for everywhere");
        assert!(plan.posts.get("jumin_shuji").is_some_and(|part| part.counter));
    }
}
