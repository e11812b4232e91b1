//! What a revision changes for everybody: not only for those who asked in the past year.
//!
//! Acts whose rules are written alike in both versions need no proof. For each other act a request
//! is looked for that one version allows and the other does not, role by role. What is found is
//! decided by both gates and is certain. Where nothing is found, the solver is asked whether there
//! is really nothing, when there is a solver.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use sekisho_gate::proof::{Found, Pair, Side};
use sekisho_gate::{Decision, GateError};
use sekisho_regulation::Profile;

use crate::prove::{Answer, Method, Solver, Symbols, in_parallel};

/// A right that a role gains or loses, whoever holds it.
#[derive(Clone, Debug)]
pub struct Shift {
    /// The act.
    pub act: String,
    /// The role; none where it is so whatever the role is.
    pub capacity: Option<String>,
    /// Which version allows it.
    pub side: Side,
    /// Whether the other version refuses it in every case.
    pub wholly: bool,
    /// What the other version says of a request that `side` allows.
    pub refusal: Decision,
}

impl Shift {
    /// How far it goes, as a person reads it.
    #[must_use]
    pub fn extent_ja(&self) -> &'static str {
        match (self.side, self.wholly) {
            (Side::Old, true) => "一切できなくなる",
            (Side::Old, false) => "できない場合が増える",
            (Side::New, true) => "できなかったものができるようになる",
            (Side::New, false) => "できる場合が増える",
        }
    }
}

/// How two versions stand to each other, for all requests.
#[derive(Debug, Default)]
pub struct Everybody {
    /// How many acts either version knows.
    pub acts: usize,
    /// How many of them have rules that are written alike.
    pub alike: usize,
    /// How many have other rules that allow the same.
    pub same: usize,
    /// What is lost and gained, by act and role.
    pub shifts: Vec<Shift>,
    /// Acts of which it is not known, with the cause.
    pub unknown: Vec<(String, String)>,
    /// Whether a solver confirmed what was not found.
    pub by_solver: bool,
    /// How long it took.
    pub took: Duration,
}

/// Compares two versions for all requests.
///
/// # Errors
/// [`GateError`] when they cannot be put over one vocabulary.
pub fn everybody(old: &Profile, new: &Profile, method: Method) -> Result<Everybody, GateError> {
    let began = Instant::now();
    let pair = Pair::new(old, new)?;
    let acts: Vec<&str> = pair.acts().collect();
    let touched: Vec<&str> = acts.iter().copied().filter(|act| !pair.is_written_alike(act)).collect();
    let symbols = match method {
        Method::Solver if !touched.is_empty() => Some(Symbols::new(&pair.new).map_err(GateError::Invalid)?),
        Method::Solver | Method::Bounded => None,
    };
    let found = Mutex::new(Everybody {
        acts: acts.len(),
        alike: acts.len() - touched.len(),
        by_solver: matches!(method, Method::Solver),
        ..Everybody::default()
    });
    in_parallel(
        &touched,
        || symbols.as_ref().map(Solver::new),
        |solver, act| {
            let mut look = Look { pair: &pair, solver, act };
            let said = look.both();
            let mut found = found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            match said {
                Ok(shifts) if shifts.is_empty() => found.same += 1,
                Ok(shifts) => found.shifts.extend(shifts),
                Err(cause) => found.unknown.push(((*act).to_owned(), cause)),
            }
        },
    );
    let mut found = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    found.shifts.sort_by(|a, b| (a.side, &a.act, &a.capacity).cmp(&(b.side, &b.act, &b.capacity)));
    found.unknown.sort();
    found.took = began.elapsed();
    Ok(found)
}

/// One act, looked at from both sides.
struct Look<'l, 's> {
    pair: &'l Pair,
    solver: &'l mut Option<Solver<'s>>,
    act: &'l str,
}

impl Look<'_, '_> {
    fn both(&mut self) -> Result<Vec<Shift>, String> {
        let mut shifts = Vec::new();
        for side in [Side::Old, Side::New] {
            let Some(all) = self.one(side, None)? else { continue };
            let mut by_role = Vec::new();
            for capacity in self.pair.capacities(self.act) {
                by_role.extend(self.one(side, Some(&capacity))?);
            }
            // A role that neither version names is no role; what is so without any is said of all.
            if by_role.is_empty() { shifts.push(all) } else { shifts.extend(by_role) }
        }
        Ok(shifts)
    }

    fn one(&mut self, side: Side, capacity: Option<&str>) -> Result<Option<Shift>, String> {
        let failed = |e: GateError| e.to_string();
        match self.pair.beyond(side, self.act, capacity).map_err(failed)? {
            Found::TooLong => Err("有界探索の手数の限りを超えました。".to_owned()),
            Found::Nothing => self.confirmed(side, capacity).map(|()| None),
            Found::Sheet(sheet) => {
                let refusal = self.pair.answer(side, &sheet).filter(|decision| !decision.allowed);
                let refusal = refusal.ok_or("見つかった要求を、もう一方の版も認めました。")?;
                let other = if side == Side::Old { Side::New } else { Side::Old };
                let rest = self.pair.allows_any(other, self.act, capacity).map_err(failed)?;
                Ok(Some(Shift {
                    act: self.act.to_owned(),
                    capacity: capacity.map(str::to_owned),
                    side,
                    wholly: matches!(rest, Found::Nothing),
                    refusal,
                }))
            }
        }
    }

    /// Has the solver say that there is really no such request.
    fn confirmed(&mut self, side: Side, capacity: Option<&str>) -> Result<(), String> {
        let Some(solver) = self.solver.as_mut() else { return Ok(()) };
        let (policies, bound) = self.pair.policies(side, self.act, capacity).map_err(|e| e.to_string())?;
        match solver.within(&self.pair.new, self.act, &policies, &bound) {
            Answer::Holds => Ok(()),
            Answer::Fails(_) => Err("証明器は違いを見つけましたが、有界探索は見つけませんでした。".to_owned()),
            Answer::Unknown(cause) => Err(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::collections::BTreeSet;

    use super::*;
    use crate::profiles;

    /// The village's profile with one line of its settings written otherwise.
    fn village(from: &str, to: &str) -> Profile {
        let mut source = profiles::source("nishimeya").unwrap();
        let settings = source.files.get_mut("profile.toml").unwrap();
        assert!(from.is_empty() || settings.contains(from), "{from}");
        *settings = settings.replacen(from, to, 1);
        source.profile().unwrap()
    }

    fn compare(from: &str, to: &str, method: Method) -> Everybody {
        everybody(&village("", ""), &village(from, to), method).unwrap()
    }

    fn rights(found: &Everybody, side: Side) -> BTreeSet<(String, String)> {
        let of = found.shifts.iter().filter(|shift| shift.side == side);
        of.map(|shift| (shift.act.clone(), shift.capacity.clone().unwrap_or_default())).collect()
    }

    #[test]
    fn a_version_allows_what_it_allows() {
        let found = compare("", "", Method::Solver);
        assert!(found.acts > 100 && found.alike == found.acts);
        assert!(found.shifts.is_empty() && found.unknown.is_empty());
    }

    #[test]
    fn a_power_that_moves_is_lost_and_gained_by_whoever_holds_the_role() {
        let (from, to) = ("\ncards = [\"access_manager\"]", "\ncards = [\"system_manager\"]");
        let found = compare(from, to, Method::Solver);
        assert_eq!(found.unknown, []);
        let (lost, gained) = (rights(&found, Side::Old), rights(&found, Side::New));
        let right = |act: &str, role: &str| (act.to_owned(), role.to_owned());
        assert!(lost.contains(&right("card.lend", "access_manager")), "{lost:?}");
        assert!(gained.contains(&right("card.lend", "system_manager")), "{gained:?}");
        assert!(lost.iter().all(|(_, role)| role == "access_manager"), "{lost:?}");
        assert!(found.shifts.iter().all(|shift| shift.wholly && !shift.refusal.articles.is_empty()));
        // Both ways see the same.
        let bounded = compare(from, to, Method::Bounded);
        assert_eq!((rights(&bounded, Side::Old), rights(&bounded, Side::New)), (lost, gained));
        assert_eq!((found.alike, found.same), (bounded.alike, bounded.same));
    }

    #[test]
    fn a_role_that_is_added_takes_nothing_from_anybody() {
        let found =
            compare("\ncards = [\"access_manager\"]", "\ncards = [\"access_manager\", \"chief\"]", Method::Solver);
        assert_eq!((found.unknown.len(), rights(&found, Side::Old).len()), (0, 0));
        assert!(rights(&found, Side::New).iter().all(|(_, role)| role == "chief"));
        assert!(rights(&found, Side::New).iter().any(|(act, _)| act == "card.lend"));
    }

    #[test]
    fn another_town_is_compared_too() {
        let other = profiles::source("iida").unwrap().profile().unwrap();
        let found = everybody(&village("", ""), &other, Method::Bounded).unwrap();
        assert_eq!(found.unknown, []);
        assert!(!rights(&found, Side::Old).is_empty() && !rights(&found, Side::New).is_empty());
    }
}
