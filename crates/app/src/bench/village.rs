//! The made-up village in which work is measured: real books, real sessions, virtual cards.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sekisho_gate::Fact;
use sekisho_ledgers::Registers as _;
use sekisho_ledgers::event::{Act, Actor, Asked, Given};
use sekisho_ledgers::kinds::cards::view::Card;

use super::BenchError;
use super::chance::Chance;
use crate::demo::{self, Demo, PASSWORD};
use crate::desk::{Desk, Live, Outcome, SignIn};
use crate::site::Database;

/// Terminals at the counter.
pub(crate) const TERMINALS: [&str; 2] = ["T-01", "T-02"];

/// A folder that goes when it is dropped.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A fresh folder under `parent`.
    pub(crate) fn new(parent: &Path) -> std::io::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("sekisho-bench-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that cannot be removed stays in the temporary folder; nothing depends on it.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A village with two clerks at the counter.
#[derive(Debug)]
pub(crate) struct Village {
    pub(crate) demo: Demo,
    pub(crate) seats: Vec<Live>,
    _folder: Folder,
}

impl Village {
    /// Makes the village under `parent` and signs the clerks in.
    pub(crate) fn make(parent: &Path, database: &Database) -> Result<Self, BenchError> {
        let folder = Folder::new(parent)?;
        let demo = demo::make(&folder.path().join("data"), demo::PROFILE, database, 1, &mut |_| {})?;
        let seats = sign_in_clerks(&demo.desk)?;
        Ok(Self { demo, seats, _folder: folder })
    }

    pub(crate) fn desk(&self) -> &Arc<Desk> {
        &self.demo.desk
    }

    /// Searches of the clerks, as the desk hands them to the house once somebody was found.
    pub(crate) fn searches(&self, seed: u64) -> Searches<'_> {
        Searches { village: self, chance: Chance::new(seed), number: 0 }
    }
}

/// Cards with which one may work at the counter, by number.
pub(crate) fn counter_cards(desk: &Desk) -> Vec<Card> {
    let mut cards = desk.house().read(|books| books.scan::<Card>(""));
    cards.retain(|card| card.kind == "business" && card.state == "lent");
    cards
}

/// Signs somebody in at a terminal.
pub(crate) fn sign_in(desk: &Desk, terminal: &str, card: &Card) -> Result<Live, BenchError> {
    desk.readers().insert(terminal, &card.card_no);
    let capacity = Some("operator".to_owned());
    let input = SignIn { terminal: terminal.to_owned(), password: PASSWORD.to_owned(), capacity, ..SignIn::default() };
    match desk.sign_in(&input)? {
        Outcome::Done((_, live), _) => Ok(live),
        Outcome::Refused(receipt) => Err(BenchError::wrong(receipt.decision.sentence)),
    }
}

fn sign_in_clerks(desk: &Desk) -> Result<Vec<Live>, BenchError> {
    let cards = counter_cards(desk);
    TERMINALS.iter().zip(&cards).map(|(terminal, card)| sign_in(desk, terminal, card)).collect()
}

/// An endless row of searches.
pub(crate) struct Searches<'v> {
    village: &'v Village,
    chance: Chance,
    number: usize,
}

impl Iterator for Searches<'_> {
    type Item = Act;

    fn next(&mut self) -> Option<Act> {
        self.number += 1;
        let seats = &self.village.seats;
        let live = seats.get(self.number % seats.len().max(1))?;
        let purposes = &self.village.desk().profile().settings.purposes;
        let purpose = self.chance.pick(purposes)?.code.clone();
        let mut asked = Asked::new("identity.search");
        asked.put("purpose", purpose.into(), false);
        asked.put("basis", format!("受付{:06}", self.chance.below(1_000_000)).into(), true);
        asked.put("juki_code", format!("999{:08}", self.chance.below(100_000_000)).into(), true);
        asked.put("hits", 1.into(), false);
        // One of the village's 1,200 residents, under a pseudonym of the usual form.
        let subject = Chance::new(u64::try_from(self.chance.below(1_200)).unwrap_or(0)).any();
        asked.put("subjects", format!("{subject:032x}").into(), false);
        let by = Actor {
            person: Some(live.person.clone()),
            capacity: Some(live.capacity.clone()),
            session: Some(live.session.clone()),
            terminal: Some(live.terminal.clone()),
            reported_room: self.village.desk().readers().room(&live.terminal),
        };
        let facts = vec![("terms_sufficient", Fact::Bool(true))];
        let given = Given { card_claimed: live.card_no.clone(), facts, ..Given::default() };
        Some(Act { asked, by, given, effects: Vec::new() })
    }
}
