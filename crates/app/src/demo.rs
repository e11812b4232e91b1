//! A filled-in municipality, ready to use in a browser: invented residents and staff, virtual
//! cards, and a year of ordinary use with a few planted irregularities. Everything in it went the
//! same way as in earnest; only the cards and the people are not real.
//!
//! Who plays, with which cards and where, is data of the profile ([`plan`]); what happens is found by
//! its roles and powers ([`year`]).

mod beginning;
pub mod plan;
pub mod roster;
#[cfg(test)]
mod tests;
mod year;

use std::path::Path;
use std::sync::Arc;

use argon2::password_hash::{PasswordHasher as _, SaltString};
use sekisho_ledgers::identity::synth::{self, residents};
use sekisho_ledgers::kinds::cards;
use sekisho_ledgers::kinds::devices::view::Device;
use sekisho_ledgers::kinds::organisation::view::Appointment;
use sekisho_ledgers::ports::{Clock, Store};
use sekisho_ledgers::{ActError, House, Registers as _};
use sekisho_regulation::Date;

use crate::desk::{Desk, DeskError};
use crate::platform::{StagedClock, SystemClock};
use crate::profiles::{self, LoadError};
use crate::readers::Readers;
use crate::setup::{self, SetupError};
use crate::site::{Database, Site, SiteError};
use crate::virtual_card::{CardFileError, VirtualCard};
use plan::{Plan, PlanError};
use roster::officials;

/// The password of every invented person.
pub const PASSWORD: &str = "Kaede7-Hoshizora";
/// The profile that is played unless another is named.
pub const PROFILE: &str = "nishimeya";
/// Days of use that are made up, unless told otherwise.
pub const DAYS: i64 = 365;
/// Seed of everything that is made up.
const SEED: u64 = 20_261_122;

/// A demonstration, ready to be served.
#[derive(Debug)]
pub struct Demo {
    /// The desk.
    pub desk: Arc<Desk>,
    /// Its data folder.
    pub site: Site,
    /// Its clock, which follows the machine's unless somebody moves it to see what happens.
    pub clock: Arc<StagedClock>,
    /// Who plays.
    pub plan: Plan,
}

/// Whom a newcomer can be, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer {
    /// Id of the person.
    pub person: String,
    /// The terminal.
    pub terminal: String,
    /// The card, where the terminal asks for one.
    pub card_no: Option<String>,
}

impl Demo {
    /// Somebody who can sign in where a newcomer begins: one who works there, at best.
    #[must_use]
    pub fn newcomer(&self) -> Option<Newcomer> {
        let terminal = self.plan.begins_at().to_owned();
        let house = self.desk.house();
        let by_card = self.desk.asks_for_card(&terminal);
        let works_there = |post: &str| {
            let part = self.plan.posts.get(post);
            part.is_some_and(|part| part.counter || part.terminal.as_deref() == Some(terminal.as_str()))
        };
        let mut held = house.read(|books| books.scan::<Appointment>(""));
        held.retain(|one| one.to.is_none());
        held.sort_by_key(|one| !works_there(&one.post));
        held.into_iter().find_map(|one| {
            let card_no = house.read(|books| cards::lent_to(books, &one.person)).map(|card| card.card_no);
            let fits = if by_card { card_no.is_some() } else { works_there(&one.post) };
            let card_no = card_no.filter(|_| by_card);
            fits.then(|| Newcomer { person: one.person, terminal: terminal.clone(), card_no })
        })
    }
}

/// Why the demonstration could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The data folder fails.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// The profile cannot be read.
    #[error(transparent)]
    Profile(#[from] LoadError),
    /// Its plan cannot be used.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// An entry fails.
    #[error("初期の登録ができません: {0}")]
    Setup(#[from] SetupError),
    /// A card fails.
    #[error(transparent)]
    Card(#[from] CardFileError),
    /// An act fails.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The record fails.
    #[error(transparent)]
    Act(#[from] ActError),
    /// An act that should be allowed was refused: the made-up year does not fit the profile.
    #[error("{act}が認められませんでした: {sentence}")]
    Refused {
        /// The act.
        act: String,
        /// What the gate said.
        sentence: String,
    },
    /// A file fails.
    #[error("カードのファイルを扱えません: {0}")]
    File(#[from] std::io::Error),
    /// A password could not be hashed.
    #[error("パスワードを設定できません: {0}")]
    Password(String),
}

/// Opens the demonstration in `dir`, making it first if it is not there. `say` hears of progress.
///
/// # Errors
/// [`DemoError`]; a folder that was only half made is named, so that it can be removed.
pub fn open(
    dir: &Path,
    profile: &str,
    database: &Database,
    days: i64,
    say: &mut dyn FnMut(&str),
) -> Result<Demo, DemoError> {
    if dir.join("sekisho.toml").exists() { reopen(dir, database) } else { make(dir, profile, database, days, say) }
}

fn house(site: &Site, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Result<House, DemoError> {
    Ok(House::open(site.ground(store, clock)?).map_err(SiteError::from)?)
}

/// A virtual reader at every machine, and every card in the drawer.
fn readers(dir: &Path, house: &House) -> Result<Arc<Readers>, DemoError> {
    let readers = Arc::new(Readers::new());
    for device in house.read(|books| books.scan::<Device>("")) {
        readers.add_virtual(&device.device, &device.room);
    }
    for entry in std::fs::read_dir(dir.join("cards"))? {
        readers.add_card(VirtualCard::from_file(&std::fs::read_to_string(entry?.path())?)?);
    }
    Ok(readers)
}

fn desk(site: &Site, house: House, readers: &Arc<Readers>) -> Result<Arc<Desk>, DemoError> {
    Ok(Desk::open(house, site.desk_keys()?, Arc::clone(readers), true))
}

fn reopen(dir: &Path, database: &Database) -> Result<Demo, DemoError> {
    let site = Site::open(dir)?;
    let plan = Plan::of(site.profile(), &profiles::from_data(dir)?.files)?;
    let store = site.store(database).map_err(SiteError::from)?;
    let clock = Arc::new(StagedClock::at(0));
    clock.let_go();
    let clock_port: Arc<dyn Clock> = Arc::<StagedClock>::clone(&clock);
    let house = house(&site, store, clock_port)?;
    let readers = readers(dir, &house)?;
    let desk = desk(&site, house, &readers)?;
    Ok(Demo { desk, site, clock, plan })
}

/// Makes a demonstration of a profile, named or in a folder, with `days` days of use.
///
/// # Errors
/// See [`open`].
pub fn make(
    dir: &Path,
    profile: &str,
    database: &Database,
    days: i64,
    say: &mut dyn FnMut(&str),
) -> Result<Demo, DemoError> {
    let now_ms = SystemClock.now_ms();
    let today = Date::in_japan(now_ms);
    let first = today.plus_days(-days);
    let source = profiles::source(profile)?;
    let plan = Plan::of(&source.profile().map_err(LoadError::from)?, &source.files)?;
    let clock = Arc::new(StagedClock::at(first.at(8, 0)));
    let site = Site::create(dir, profile, first)?;
    let clock_port: Arc<dyn Clock> = Arc::<StagedClock>::clone(&clock);
    let store = site.create_store(database).map_err(SiteError::from)?;
    let house = house(&site, store, clock_port)?;
    say("職員、端末、カードを登録しています");
    let staff = officials(site.profile(), &plan, first);
    beginning::Beginning { house: &house, site: &site, plan: &plan, staff: &staff, first, today }.enter(dir)?;
    let readers = readers(dir, &house)?;
    let desk = desk(&site, house, &readers)?;
    setup::close(desk.house())?;
    let people = people(&plan, first);
    if !people.is_empty() {
        say(&format!("架空の住民{}人を取り込んでいます", people.len()));
    }
    let players = year::Players { profile: site.profile(), plan: &plan, staff: &staff };
    year::Year { desk: &desk, clock: &clock, players, people: &people, first, today }.play(say)?;
    clock.let_go();
    Ok(Demo { desk, site, clock, plan })
}

fn people(plan: &Plan, first: Date) -> Vec<sekisho_ledgers::identity::record::IdentityRecord> {
    let Some(wanted) = &plan.residents else { return Vec::new() };
    let plan = synth::Plan {
        people: wanted.count,
        address_prefix: wanted.address.clone(),
        ..synth::Plan::village(SEED, first)
    };
    residents(&plan).map(|resident| resident.record).collect()
}

/// Argon2id with the least cost. Only for the made-up year, in which nobody attacks and every
/// invented person signs in some hundred times; before it ends each password is set anew with the
/// full cost.
pub(crate) fn quick_hash(password: &str) -> Result<String, DemoError> {
    let fail = |e: String| DemoError::Password(e);
    let params = argon2::Params::new(8, 1, 1, None).map_err(|e| fail(e.to_string()))?;
    let hasher = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let salt = SaltString::encode_b64(&SEED.to_be_bytes()).map_err(|e| fail(e.to_string()))?;
    let hash = hasher.hash_password(password.as_bytes(), &salt).map_err(|e| fail(e.to_string()))?;
    Ok(hash.to_string())
}
