//! Under every regulation the first administrator signs in and brings the next one in.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;

use sekisho_ledgers::House;
use sekisho_ledgers::spec::Form;
use sekisho_regulation::Date;
use sekisho_regulation::profile::Factor;

use super::{First, first};
use crate::desk::{ChangePassword, Desk, Live, Outcome, SignIn};
use crate::platform::{SystemClock, now_ms};
use crate::profiles;
use crate::readers::Readers;
use crate::site::{Database, Site};
use crate::virtual_card::VirtualCard;

const CHOSEN: &str = "Suzukaze-42-Hotaru";

fn begin(key: &str, dir: &std::path::Path) -> (Arc<Desk>, First) {
    let today = Date::in_japan(now_ms());
    let site = Site::create(dir, key, today).unwrap();
    let store = site.create_store(&Database::Folder).unwrap();
    let house = House::open(site.ground(store, Arc::new(SystemClock)).unwrap()).unwrap();
    let entered = first(&house, &site, "最初 一子", today).unwrap();
    let readers = Arc::new(Readers::new());
    readers.add_virtual(&entered.terminal.id, &entered.terminal.room);
    if let Some(card) = &entered.card {
        readers.add_card(VirtualCard::from_file(&std::fs::read_to_string(card).unwrap()).unwrap());
        assert!(readers.insert(&entered.terminal.id, "C0001"));
    }
    (Desk::open(house, site.desk_keys().unwrap(), readers, false), entered)
}

fn sign_in(desk: &Desk, entered: &First, password: &str, power: &str) -> Outcome<(String, Live)> {
    let mut roles = desk.profile().settings.powers.get(power).into_iter().flatten();
    let held = desk.capacities(&entered.person);
    let role = roles.find(|role| held.iter().any(|(code, _)| code == *role));
    let (terminal, person) = (entered.terminal.id.clone(), entered.person.clone());
    desk.sign_in(&SignIn { terminal, person, password: password.to_owned(), capacity: role.cloned() }).unwrap()
}

fn must(desk: &Desk, live: &Live, act: &str, fields: &[(&str, &str)]) {
    let form: Form = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    match desk.form(live, act, &form).unwrap() {
        Outcome::Done((), _) => {}
        Outcome::Refused(receipt) => panic!("{act}: {}", receipt.decision.sentence),
    }
}

#[test]
fn the_first_administrator_brings_the_next_one_in() {
    for key in profiles::shipped() {
        let dir = std::env::temp_dir().join(format!("sekisho-first-{key}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&dir));
        let (desk, entered) = begin(&key, &dir);
        let mut password = entered.password.clone();
        if !desk.profile().settings.password.issued {
            let Outcome::Refused(receipt) = sign_in(&desk, &entered, &password, "organisation") else {
                panic!("{key}: a first password is for changing")
            };
            assert_eq!(&*receipt.decision.code, "PASSWORD_EXPIRED", "{key}: {}", receipt.decision.sentence);
            let change = ChangePassword {
                terminal: entered.terminal.id.clone(),
                person: entered.person.clone(),
                old: password,
                new: CHOSEN.to_owned(),
                again: CHOSEN.to_owned(),
            };
            let changed = desk.change_password(&change).unwrap();
            assert!(matches!(changed, Outcome::Done((), _)), "{key}: {changed:?}");
            password = CHOSEN.to_owned();
        }
        let office = |power: &str| match sign_in(&desk, &entered, &password, power) {
            Outcome::Done((_, live), _) => live,
            Outcome::Refused(receipt) => panic!("{key}, {power}: {}", receipt.decision.sentence),
        };
        let section = desk.profile().settings.posts.first().unwrap().section.clone();
        let next = [("person", "p002"), ("name", "次野 二郎"), ("kana", "つぎの じろう"), ("employee_no", "20002")];
        let next = [next.as_slice(), &[("section", section.as_str()), ("kind", "staff")]].concat();
        must(&desk, &office("organisation"), "person.register", &next);
        // Where a card is asked for everywhere, the account comes with the card.
        if desk.profile().settings.devices.iter().any(|class| !class.asks_for(Factor::IcCard)) {
            must(&desk, &office("accounts"), "password.reset", &[("person", "p002")]);
        }
        assert!(desk.verify_now().ok);
        drop(desk);
        drop(std::fs::remove_dir_all(&dir));
    }
}
