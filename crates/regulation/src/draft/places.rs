//! Rooms and devices of a draft.

use super::offices::Offices;
use super::{Part, open};
use crate::profile::{Demand, DeviceClass, EntryTerms, Factor, FactorTerms, Reading, ReadingChoice, Room, Settings};
use crate::reader::facts::{self, Requirement};

/// The class of terminals at which those work who do not operate the devices of the text.
const OFFICE: &str = "office";

pub(super) fn devices(parts: &[Part<'_>], base: Option<&Settings>, questions: &mut Vec<Reading>) -> Vec<DeviceClass> {
    let mut devices: Vec<DeviceClass> = Vec::new();
    let mut asked: Vec<FactorTerms> = Vec::new();
    for part in parts {
        let found = &part.reading.facts.factors;
        let mut factors: Vec<Factor> = found.iter().map(|one| factor(one.value)).collect();
        // What registers verification data does not yet say that every sign-in is confirmed by it.
        factors.retain(|factor| *factor != Factor::Biometric);
        let Some(first) = found.first() else { continue };
        let article =
            part.reading.facts.devices.first().map_or(first.article.as_str(), |device| device.article.as_str());
        asked.push(FactorTerms { cites: vec![part.cite(&first.article)], factors: factors.clone() });
        for device in &part.reading.facts.devices {
            match devices.iter_mut().find(|known| known.name == device.value) {
                Some(known) => known.asks.extend(asked.last().cloned()),
                None => {
                    let there = base.and_then(|base| base.devices.iter().find(|class| class.name == device.value));
                    devices.push(DeviceClass {
                        code: there.map_or_else(|| format!("device_{}", devices.len() + 1), |class| class.code.clone()),
                        name: device.value.clone(),
                        asks: asked.last().cloned().into_iter().collect(),
                        room_level: there.map_or(0, |class| class.room_level),
                        records: true,
                        cites: vec![part.cite(article)],
                    });
                }
            }
        }
    }
    if asked.is_empty() {
        let question = "操作する人の権限を、何で確かめるか。";
        questions.push(open("D-factors", question, "パスワードで確かめる。"));
        let cites = parts.first().map(|part| vec![part.cite("1")]).unwrap_or_default();
        asked.push(FactorTerms { cites, factors: vec![Factor::Password] });
    }
    let cites = asked.first().map(|terms| terms.cites.clone()).unwrap_or_default();
    // What is registered as one of them stays under control, though the text does not name it.
    for class in base.map(|base| base.devices.as_slice()).unwrap_or_default() {
        if !devices.iter().any(|device| device.code == class.code) {
            let factors = class.asks.iter().flat_map(|terms| terms.factors.clone()).collect();
            let asks = vec![FactorTerms { cites: cites.clone(), factors }];
            devices.push(DeviceClass { asks, cites: cites.clone(), ..class.clone() });
        }
    }
    if devices.iter().any(|device| device.code == OFFICE) {
        return devices;
    }
    devices.push(DeviceClass {
        code: OFFICE.to_owned(),
        name: "事務用端末".to_owned(),
        asks: asked.into_iter().take(1).collect(),
        room_level: 0,
        records: false,
        cites,
    });
    devices
}

const fn factor(found: facts::Factor) -> Factor {
    match found {
        facts::Factor::IcCard => Factor::IcCard,
        facts::Factor::Password => Factor::Password,
        facts::Factor::Biometric => Factor::Biometric,
    }
}

pub(super) fn rooms(
    parts: &[Part<'_>],
    base: Option<&Settings>,
    offices: &Offices,
    questions: &mut Vec<Reading>,
) -> Vec<Room> {
    let mut rooms: Vec<Room> = Vec::new();
    for part in parts {
        for found in &part.reading.facts.rooms {
            let cites = vec![part.cite(&found.name.article)];
            let terms = terms(part, found);
            if let Some(known) = rooms.iter_mut().find(|room| room.name == found.name.value) {
                known.asks.push(terms);
                continue;
            }
            let there = base.and_then(|base| base.rooms.iter().find(|room| room.name == found.name.value));
            let code = there.map_or_else(|| format!("room_{}", rooms.len() + 1), |room| room.code.clone());
            questions.push(for_whom(&code, found, &terms));
            rooms.push(Room {
                code,
                name: found.name.value.clone(),
                level: found
                    .level
                    .and_then(|level| u8::try_from(level).ok())
                    .or_else(|| there.map(|room| room.level))
                    .unwrap_or(1),
                location: there.map_or_else(|| "本庁舎".to_owned(), |room| room.location.clone()),
                manager: manager(offices),
                asks: vec![terms],
                cites,
            });
        }
    }
    // Devices stand in the other rooms that there are; nothing is asked of those who enter.
    for room in base.map(|base| base.rooms.as_slice()).unwrap_or_default() {
        if !rooms.iter().any(|one| one.code == room.code) {
            let cites = parts.first().map(|part| vec![part.cite("1")]).unwrap_or_default();
            rooms.push(Room { asks: Vec::new(), manager: manager(offices), cites, ..room.clone() });
        }
    }
    if base.is_some() { rooms } else { with_office(rooms) }
}

/// The room in which office work is done; nothing is asked of those who enter.
fn with_office(mut rooms: Vec<Room>) -> Vec<Room> {
    let (manager, cites) = rooms
        .first()
        .map_or_else(|| ("chief".to_owned(), Vec::new()), |room| (room.manager.clone(), room.cites.clone()));
    let (code, name) = ("jimushitsu".to_owned(), "事務室".to_owned());
    rooms.push(Room { code, name, level: 0, location: "本庁舎".to_owned(), manager, asks: Vec::new(), cites });
    rooms
}

fn manager(offices: &Offices) -> String {
    let order = ["entry_manager", "environment_manager", "system_manager", "security_officer"];
    order.iter().find(|code| offices.has(code)).map_or("chief", |code| code).to_owned()
}

fn terms(part: &Part<'_>, room: &facts::Room) -> EntryTerms {
    let mut cites = vec![part.cite(&room.name.article)];
    cites.extend(room.requires.iter().map(|found| part.cite(&found.article)));
    cites.dedup();
    let demands: Vec<Demand> = room.requires.iter().filter_map(|found| demand(found.value)).collect();
    EntryTerms { cites, employee: demands.clone(), visitor: demands }
}

/// Every entry is recorded in any case.
const fn demand(found: Requirement) -> Option<Demand> {
    Some(match found {
        Requirement::Permit => Demand::Permit,
        Requirement::Card => Demand::Card,
        Requirement::Key => Demand::Key,
        Requirement::Badge => Demand::Badge,
        Requirement::Escort => Demand::Escort,
        Requirement::Record => return None,
    })
}

/// The text may ask of visitors what it does not ask of employees; a person has to look.
fn for_whom(code: &str, room: &facts::Room, terms: &EntryTerms) -> Reading {
    let name = &room.name.value;
    let question = format!("{name}に入る人に求めることは、職員にも求めるか。");
    let cites: Vec<toml::Value> = terms.cites.iter().map(|cite| cite.to_string().into()).collect();
    let demands = |list: &[Demand]| -> toml::Value {
        let name = |demand: &Demand| match demand {
            Demand::Permit => "permit",
            Demand::Card => "card",
            Demand::Key => "key",
            Demand::Badge => "badge",
            Demand::StaffId => "staff_id",
            Demand::Escort => "escort",
        };
        toml::Value::Array(list.iter().map(|demand| name(demand).into()).collect())
    };
    let asks: toml::Table = [
        ("cites".to_owned(), toml::Value::Array(cites)),
        ("employee".to_owned(), demands(&[Demand::StaffId])),
        ("visitor".to_owned(), demands(&terms.visitor)),
    ]
    .into_iter()
    .collect();
    let set = [(format!("rooms.{code}.asks"), toml::Value::Array(vec![asks.into()]))].into_iter().collect();
    let visitors = ReadingChoice {
        code: "visitors".to_owned(),
        reading: "職員以外の人だけに求め、職員は職員証による。".to_owned(),
        set,
    };
    Reading {
        choices: vec![visitors], ..open(&format!("E-{code}"), &question, "職員にも、職員以外の人にも求める。")
    }
}
