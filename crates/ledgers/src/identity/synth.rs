//! Plainly invented residents, for the demonstration, tests and benchmarks.
//!
//! The same plan gives the same people, whatever the machine. Nobody is meant: surnames are words
//! for *example*, *sample* and *imaginary*, places are called 架空 and 例示, every 住民票コード
//! begins with 999 and every 個人番号 with 9999. Check digits are right, so a number may by chance
//! be one that somebody has; the records are still not about that person.

mod random;
mod words;

use self::random::Random;
use self::words::{FAMILIES, Reading, STEMS, SUFFIXES};
use super::name::{Address, Kana, Name, ReadName};
use super::numbers::{JukiCode, MunicipalityCode, MyNumber};
use super::reason::ReasonCode;
use super::record::{IdentityRecord, Sex, Status};
use sekisho_regulation::date::Date;
use std::collections::VecDeque;

/// Most people one plan can make: the room of the invented numbers.
pub const PEOPLE_MAX: usize = 10_000_000;

/// What to invent.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The same seed gives the same people.
    pub seed: u64,
    /// Number of people, at most [`PEOPLE_MAX`].
    pub people: usize,
    /// The day on which the ages are what they are; no date lies after it.
    pub today: Date,
    /// Stands before every address (`見本県例示郡架空村`); may be empty. Left out when an address
    /// cannot hold it.
    pub address_prefix: String,
    /// The municipality of every record.
    pub municipality: Option<MunicipalityCode>,
}

impl Plan {
    /// The village of the demonstration: 1,200 people.
    pub const fn village(seed: u64, today: Date) -> Self {
        Self { seed, people: 1_200, today, address_prefix: String::new(), municipality: None }
    }
}

/// An invented person and the household they live in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    /// Number of the household, from 1.
    pub household: u32,
    /// The record.
    pub record: IdentityRecord,
}

/// The people of a plan, household by household.
pub fn residents(plan: &Plan) -> Residents {
    let mut random = Random::new(plan.seed);
    Residents {
        left: plan.people.min(PEOPLE_MAX),
        first_code: random.below(NUMBER_ROOM),
        first_number: random.below(NUMBER_ROOM),
        families_permille: if plan.people <= 5_000 { 620 } else { 30 },
        house_numbers: (plan.people as u64 / 12).max(40),
        random,
        plan: plan.clone(),
        made: 0,
        household: 0,
        ready: VecDeque::new(),
    }
}

/// Numbers with seven free digits after the invented beginning.
const NUMBER_ROOM: u64 = 10_000_000;

/// Iterator over invented people; see [`residents`].
#[derive(Debug)]
pub struct Residents {
    plan: Plan,
    random: Random,
    left: usize,
    made: u64,
    household: u32,
    first_code: u64,
    first_number: u64,
    /// How many households of a thousand bear one of the village's own surnames.
    families_permille: u64,
    house_numbers: u64,
    ready: VecDeque<Resident>,
}

impl Iterator for Residents {
    type Item = Resident;

    fn next(&mut self) -> Option<Resident> {
        if self.left == 0 {
            return None;
        }
        // A household always has a member, but a word of the tables might not be a name; the tests
        // show that all are, and a bound keeps a mistake there from looping.
        for _ in 0..100 {
            if let Some(resident) = self.ready.pop_front() {
                self.left -= 1;
                return Some(resident);
            }
            self.found_household();
        }
        None
    }
}

/// A member of a household before names are given.
#[derive(Debug, Clone, Copy)]
struct Member {
    age: u64,
    sex: Sex,
    /// True for a person who took the surname at marriage.
    married_in: bool,
}

/// A word as written and as read.
#[derive(Debug, Clone)]
struct Word {
    text: String,
    kana: String,
}

impl Word {
    fn of(parts: &[Reading]) -> Self {
        Self {
            text: parts.iter().map(|(text, _)| *text).collect(),
            kana: parts.iter().map(|(_, kana)| *kana).collect(),
        }
    }
}

impl Residents {
    fn found_household(&mut self) {
        self.household = self.household.saturating_add(1);
        let Some(address) = self.address() else { return };
        if self.random.chance(9) {
            let member = alone(&mut self.random, 20, 30, 50);
            return self.foreigner(member, &address);
        }
        let surname = self.surname();
        for member in self.members() {
            self.japanese(member, &surname, &address);
        }
    }

    /// The ages of a household in a mountain village: half of the people are over sixty.
    fn members(&mut self) -> Vec<Member> {
        let random = &mut self.random;
        match random.below(100) {
            0..24 => vec![alone(random, 64, 35, 66)],
            24..50 => couple(random, 66, 26),
            50..60 => vec![alone(random, 22, 42, 40)],
            60..68 => couple(random, 34, 30),
            68..74 => {
                let parent = alone(random, 76, 20, 75);
                let age = parent.age.saturating_sub(24 + random.below(10));
                vec![parent, Member { age, sex: sex(random, 40), married_in: false }]
            }
            74..88 => family(random),
            _ => {
                let mut members = family(random);
                let age = members.first().map_or(40, |member| member.age) + 24 + random.below(10);
                let wife = Member { age: age.saturating_sub(random.below(5)), sex: Sex::Female, married_in: true };
                members.push(wife);
                if random.chance(500) {
                    members.push(Member { age, sex: Sex::Male, married_in: false });
                }
                members
            }
        }
    }

    fn japanese(&mut self, member: Member, surname: &Word, address: &Address) {
        let given = self.given(member);
        let old = (member.married_in && self.random.chance(60)).then(|| self.surname());
        let Some((name, kana)) = full_name(surname, &given) else { return };
        let old_surname = old.and_then(|word| read_name(&word));
        self.add(member, name, kana, old_surname, None, address);
    }

    fn foreigner(&mut self, member: Member, address: &Address) {
        let (family, given) = (self.random.pick(words::FOREIGN), self.random.pick(words::FOREIGN_GIVEN));
        let name = Name::parse(&format!("{} {}", family.0, given.0)).ok();
        let kana = Kana::parse(&format!("{}　{}", family.1, given.1)).ok();
        let surname = self.surname();
        let own = self.given(member);
        let alias = self.random.chance(600).then(|| full_name(&surname, &own)).flatten();
        let alias = alias.map(|(text, kana)| ReadName { text, kana: Some(kana) });
        if let (Some(name), Some(kana)) = (name, kana) {
            self.add(member, name, kana, None, alias, address);
        }
    }

    fn add(
        &mut self,
        member: Member,
        name: Name,
        kana: Kana,
        old_surname: Option<ReadName>,
        alias: Option<ReadName>,
        address: &Address,
    ) {
        let born_days_ago = member.age * 365 + member.age / 4 + self.random.below(365);
        let birth_date = self.plan.today.plus_days(-(born_days_ago as i64));
        let (reason, change_date, status) = self.change(member, birth_date);
        let codes = (
            JukiCode::from_payload(9_990_000_000 + shuffle(self.made, self.first_code, 7_919_993)),
            MyNumber::from_payload(99_990_000_000 + shuffle(self.made, self.first_number, 6_700_417)),
        );
        let ((Some(juki_code), my_number), Ok(change_reason)) = (codes, ReasonCode::parse(reason)) else { return };
        self.made += 1;
        let record = IdentityRecord {
            juki_code,
            my_number,
            name,
            name_kana: Some(kana),
            old_surname,
            alias,
            birth_date,
            sex: member.sex,
            address: address.clone(),
            change_reason,
            change_date,
            municipality: self.plan.municipality,
            status,
        };
        self.ready.push_back(Resident { household: self.household, record });
    }

    /// The latest 異動: codes of the local default table, dates since the network began to work.
    fn change(&mut self, member: Member, birth: Date) -> (&'static str, Date, Status) {
        let today = self.plan.today;
        let began = Date::new(2002, 8, 5).unwrap_or(birth).max(birth).min(today);
        if self.random.chance(25) && member.age > 18 {
            let reason = if member.age > 70 { "L05" } else { "L02" };
            let from = Date::new(2015, 10, 5).unwrap_or(began).max(began).min(today);
            return (reason, self.between(from, today), Status::Removed);
        }
        if member.age < 20 && self.random.chance(800) {
            return ("L04", birth, Status::Present);
        }
        let (reason, date) = match self.random.below(100) {
            0..45 => ("L06", began),
            45..65 => ("L01", self.between(began, today)),
            65..85 => ("L03", self.between(began, today)),
            85..92 if member.married_in => ("L09", self.between(began, today)),
            _ => ("L08", self.between(began, today)),
        };
        (reason, date, Status::Present)
    }

    fn between(&mut self, from: Date, to: Date) -> Date {
        let span = u64::try_from(to.days() - from.days()).unwrap_or(0);
        from.plus_days(self.random.below(span + 1) as i64)
    }

    fn surname(&mut self) -> Word {
        if self.random.chance(self.families_permille) {
            // The square makes the first surnames of the list far more frequent, as in a village.
            let spread = FAMILIES.len() as u64;
            let place = self.random.below(spread) * self.random.below(spread) / spread;
            return Word::of(&FAMILIES.get(place as usize).copied().into_iter().collect::<Vec<_>>());
        }
        Word::of(&[self.random.pick(STEMS), self.random.pick(SUFFIXES)])
    }

    fn given(&mut self, member: Member) -> Word {
        let given = if member.sex == Sex::Female { &words::FEMALE } else { &words::MALE };
        let ends = if member.age >= 60 { given.old_ends } else { given.new_ends };
        Word::of(&[self.random.pick(given.stems), self.random.pick(ends)])
    }

    fn address(&mut self) -> Option<Address> {
        let (area, part) = (self.random.pick(words::AREAS), self.random.pick(words::PARTS));
        let number = 1 + self.random.below(self.house_numbers);
        let mut text = format!("大字{area}字{part}{number}番地");
        if self.random.chance(250) {
            text.push_str(&(1 + self.random.below(9)).to_string());
        }
        let whole = format!("{}{text}", self.plan.address_prefix);
        Address::parse(&whole).or_else(|_| Address::parse(&text)).ok()
    }
}

/// A permutation of the numbers below [`NUMBER_ROOM`], so that no number is given twice; `step` has
/// no factor in common with it.
const fn shuffle(index: u64, first: u64, step: u64) -> u64 {
    (index % NUMBER_ROOM * step + first) % NUMBER_ROOM
}

fn sex(random: &mut Random, female_percent: u64) -> Sex {
    if random.chance(female_percent * 10) { Sex::Female } else { Sex::Male }
}

fn alone(random: &mut Random, age_min: u64, age_span: u64, female_percent: u64) -> Member {
    Member { age: age_min + random.below(age_span), sex: sex(random, female_percent), married_in: false }
}

fn couple(random: &mut Random, age_min: u64, age_span: u64) -> Vec<Member> {
    let age = age_min + random.below(age_span);
    let wife_age = (age + 2).saturating_sub(random.below(7)).max(20);
    vec![
        Member { age, sex: Sex::Male, married_in: false },
        Member { age: wife_age, sex: Sex::Female, married_in: true },
    ]
}

/// Parents with one to three children who still live with them.
fn family(random: &mut Random) -> Vec<Member> {
    let mut members = couple(random, 30, 28);
    let mother_age = members.get(1).map_or(30, |mother| mother.age);
    for _ in 0..=random.below(3) {
        let age = mother_age.saturating_sub(22 + random.below(16)).min(24);
        members.push(Member { age, sex: sex(random, 49), married_in: false });
    }
    members
}

fn full_name(surname: &Word, given: &Word) -> Option<(Name, Kana)> {
    let name = Name::parse(&format!("{}　{}", surname.text, given.text)).ok()?;
    let kana = Kana::parse(&format!("{}　{}", surname.kana, given.kana)).ok()?;
    Some((name, kana))
}

fn read_name(word: &Word) -> Option<ReadName> {
    Some(ReadName { text: Name::parse(&word.text).ok()?, kana: Kana::parse(&word.kana).ok() })
}

#[cfg(test)]
mod tests;
