//! Refusals as a person meets them: each with its article, what would have allowed it, and its place
//! in the record.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod alone;
mod version;

use std::path::PathBuf;

use sekisho_ledgers::Receipt;
use sekisho_ledgers::identity::search::SearchInput;
use sekisho_ledgers::spec::Form;

use super::{Desk, Live, Outcome, SignIn};
use crate::demo::{self, Demo, PASSWORD};
use crate::site::Database;

struct Village {
    demo: Demo,
    dir: PathBuf,
}

impl Drop for Village {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.dir));
    }
}

impl Village {
    /// A village on its first day: staff, cards and residents are there, nothing else happened.
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("sekisho-desk-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&dir));
        let demo = demo::make(&dir, demo::PROFILE, &Database::Folder, 1, &mut |_| ()).unwrap();
        Self { demo, dir }
    }

    /// The same with its profile's files changed.
    fn changed(name: &str, change: &dyn Fn(&str, &str) -> String) -> Self {
        let dir = std::env::temp_dir().join(format!("sekisho-desk-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&dir));
        let folder = dir.join("changed");
        for (file, text) in crate::profiles::source(demo::PROFILE).unwrap().files {
            let path = folder.join(&file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, change(&file, &text)).unwrap();
        }
        let demo = demo::make(&dir, folder.to_str().unwrap(), &Database::Folder, 1, &mut |_| ()).unwrap();
        Self { demo, dir }
    }

    fn desk(&self) -> &Desk {
        &self.demo.desk
    }

    fn person(&self, post: &str) -> String {
        use sekisho_ledgers::Registers as _;
        use sekisho_ledgers::kinds::organisation::view::Appointment;
        let all = self.desk().house().read(|books| books.scan::<Appointment>(""));
        all.into_iter().find(|a| a.post == post && a.to.is_none()).unwrap().person
    }

    fn card_of(&self, post: &str) -> String {
        let person = self.person(post);
        self.desk().house().read(|books| sekisho_ledgers::kinds::cards::lent_to(books, &person)).unwrap().card_no
    }

    fn try_in(&self, terminal: &str, card: &str, password: &str, capacity: Option<&str>) -> Outcome<(String, Live)> {
        self.desk().readers().pull(terminal);
        if !card.is_empty() {
            assert!(self.desk().readers().insert(terminal, card), "card {card} at {terminal}");
        }
        let capacity = capacity.map(str::to_owned);
        let input = SignIn { terminal: terminal.into(), password: password.into(), capacity, ..SignIn::default() };
        self.desk().sign_in(&input).unwrap()
    }

    fn sign_in(&self, terminal: &str, post: &str, capacity: Option<&str>) -> (String, Live) {
        match self.try_in(terminal, &self.card_of(post), PASSWORD, capacity) {
            Outcome::Done(signed_in, _) => signed_in,
            Outcome::Refused(receipt) => panic!("{}", receipt.decision.sentence),
        }
    }

    fn act(&self, live: &Live, act: &str, fields: &[(&str, &str)]) -> Outcome<()> {
        let form: Form = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        self.desk().form(live, act, &form).unwrap()
    }

    fn must(&self, live: &Live, act: &str, fields: &[(&str, &str)]) -> Receipt {
        match self.act(live, act, fields) {
            Outcome::Done((), receipt) => receipt,
            Outcome::Refused(receipt) => panic!("{act}: {}", receipt.decision.sentence),
        }
    }

    fn search(&self, live: &Live, purpose: &str) -> Outcome<Vec<super::Hit>> {
        let input = SearchInput { kana: "みほ".into(), birth: "1980".into(), ..SearchInput::default() };
        self.desk().search(live, purpose, "受付8-0001", &input).unwrap()
    }

    /// Somebody goes from one post to another; `personnel` signs in whoever notes it down.
    fn transfer(&self, person: &str, to: &str, personnel: impl Fn(&str) -> Live) {
        use sekisho_ledgers::kinds::organisation;
        let live = personnel("somu_hosa");
        let today = sekisho_regulation::Date::in_japan(self.desk().now_ms());
        let held = self.desk().house().read(|books| organisation::posts(books, person, today));
        let yesterday = today.plus_days(-1).to_string();
        self.must(&live, "appointment.end", &[("id", &held.first().unwrap().id), ("to", &yesterday)]);
        let today = today.to_string();
        let appoint = [("person", person), ("post", to), ("from", &*today), ("order_no", "発令8-1")];
        self.must(&live, "appointment.make", &appoint);
    }

    /// Checks a refusal: its code, an article that it cites, the one fact that would have allowed it,
    /// and that the record holds it.
    fn check<T: std::fmt::Debug>(&self, outcome: Outcome<T>, code: &str, article: &str, fact: &str) {
        let Outcome::Refused(receipt) = outcome else { panic!("{code}: allowed: {outcome:?}") };
        let decision = &receipt.decision;
        assert_eq!(&*decision.code, code, "{}", decision.sentence);
        let cites: Vec<String> = decision.articles.iter().map(ToString::to_string).collect();
        assert!(cites.contains(&format!("nishimeya:{article}")), "{code} cites {cites:?}");
        assert!(decision.sentence.contains('第') && decision.sentence.ends_with('。'), "{}", decision.sentence);
        let nearest: Vec<&str> = decision.nearest.iter().map(|miss| &*miss.fact).collect();
        assert_eq!(nearest, [fact], "{code}");
        let (event, _) = self.desk().house().event(receipt.seq).unwrap().unwrap();
        assert!(!event.allowed && &*event.code == code && event.cites == cites);
    }
}

#[test]
fn factors_are_asked_one_by_one() {
    let v = Village::new("factors");
    let clerk = v.card_of("jumin_shusa");
    let try_in = |card: &str, password: &str| v.try_in("T-01", card, password, None);
    v.check(try_in(&clerk, ""), "PASSWORD_REQUIRED", "10.2", "password_given");
    v.check(try_in(&clerk, "Momiji-99-Kumo"), "PASSWORD_INVALID", "10.2", "password_ok");
    for _ in 0..4 {
        try_in(&clerk, "Momiji-99-Kumo");
    }
    v.check(try_in(&clerk, PASSWORD), "ACCOUNT_LOCKED", "12..1", "account_locked");
    // Without a card nobody knows whose password it is; the card is what is missing first.
    let Outcome::Refused(receipt) = try_in("", PASSWORD) else { panic!("allowed without a card") };
    assert_eq!(&*receipt.decision.code, "CARD_REQUIRED");
    assert_eq!(receipt.decision.nearest.first().map(|miss| &*miss.fact), Some("card_presented"));
}

#[test]
fn a_card_is_good_only_while_it_is_lent() {
    let v = Village::new("card");
    let (revoked, returned) = (v.card_of("jumin_shusa"), v.card_of("jumin_shukan"));
    let (_, manager) = v.sign_in("T-02", "jumin_kacho", Some("access_manager"));
    v.must(&manager, "card.revoke", &[("card_no", &revoked), ("reason", "破損のため")]);
    v.must(&manager, "card.return", &[("card_no", &returned)]);
    v.check(v.try_in("T-01", &revoked, PASSWORD, None), "CARD_REVOKED", "12..4", "card_state");
    v.check(v.try_in("T-01", &returned, PASSWORD, None), "CARD_RETURNED", "12..4", "card_state");
}

#[test]
fn time_ends_rights() {
    let v = Village::new("time");
    let clerk = v.card_of("jumin_shusa");
    let now = crate::platform::now_ms();
    v.demo.clock.set(now + 91 * 86_400_000);
    v.check(v.try_in("T-01", &clerk, PASSWORD, None), "PASSWORD_EXPIRED", "12..1", "password_expired");
    v.demo.clock.set(now + 91 * 86_400_000 - 3_600_000);
    let Outcome::Refused(receipt) = v.try_in("T-01", &clerk, PASSWORD, None) else { panic!("clock set back") };
    assert_eq!(&*receipt.decision.code, "CLOCK_BEHIND");
    assert!(receipt.decision.nearest.iter().any(|miss| &*miss.fact == "clock_behind_s"));
}

#[test]
fn the_clock_may_not_go_back() {
    let v = Village::new("clock");
    let (_, live) = v.sign_in("T-01", "jumin_shusa", None);
    v.demo.clock.set(crate::platform::now_ms() - 3_600_000);
    v.check(v.search(&live, "inquiry"), "CLOCK_BEHIND", "10.2", "clock_behind_s");
}

#[test]
fn a_designation_does_not_follow_into_another_post() {
    let v = Village::new("transfer");
    let clerk = v.card_of("jumin_shusa");
    let person = v.person("jumin_shusa");
    v.transfer(&person, "somu_shusa", |post| v.sign_in("W-01", post, Some("personnel")).1);
    v.check(v.try_in("T-01", &clerk, PASSWORD, None), "TRANSFERRED", "17..2", "post_unchanged");
}

#[test]
fn operating_needs_card_kind_handler_and_purpose() {
    let v = Village::new("operating");
    let (_, live) = v.sign_in("T-01", "jumin_shuji", None);
    v.check(v.search(&live, ""), "PURPOSE_REQUIRED", "17..1", "purpose_declared");
    assert!(matches!(v.search(&live, "inquiry"), Outcome::Done(..)));
    let bytes = "住民票コード,氏名\n".as_bytes();
    let Outcome::Refused(import) = v.desk().import(&live, "x.csv", bytes).map_or_else(
        |e| panic!("{e}"),
        |o| match o {
            Outcome::Done(_, receipt) => Outcome::<()>::Refused(receipt),
            Outcome::Refused(receipt) => Outcome::Refused(receipt),
        },
    ) else {
        panic!("imported")
    };
    assert_eq!(&*import.decision.code, "OPERATION_NOT_ALLOWED", "{}", import.decision.sentence);
    let (_, manager) = v.sign_in("T-02", "jumin_kacho", Some("asset_manager"));
    v.must(&manager, "handler.revoke", &[("person", &live.person), ("reason", "担当替え")]);
    v.check(v.search(&live, "inquiry"), "NOT_DESIGNATED_HANDLER", "17..1", "handler_designated");
}

#[test]
fn a_search_that_finds_too_many_is_recorded_and_shows_nobody() {
    let v = Village::new("many");
    let (_, live) = v.sign_in("T-01", "jumin_shuji", None);
    let before = v.desk().house().reach().0;
    let input = SearchInput { kana: "みほ".into(), ..SearchInput::default() };
    let found = v.desk().search(&live, "inquiry", "受付8-0001", &input);
    assert!(matches!(found, Err(super::DeskError::Input(_))), "{found:?}");
    let (event, _) = v.desk().house().event(before).unwrap().unwrap();
    assert_eq!((&*event.act, event.allowed, event.text("subjects")), ("identity.search", true, Some("")));
    assert!(event.body.get("hits").and_then(serde_json::Value::as_u64).is_some_and(|hits| hits > 100));
}

#[test]
fn a_terminal_must_be_known_and_in_its_room() {
    let v = Village::new("terminal");
    let clerk = v.card_of("jumin_shusa");
    v.desk().readers().add_virtual("X-99", "madoguchi");
    let Outcome::Refused(receipt) = v.try_in("X-99", &clerk, PASSWORD, Some("operator")) else {
        panic!("unknown terminal")
    };
    assert_eq!(&*receipt.decision.code, "TERMINAL_UNKNOWN");
    assert_eq!(receipt.decision.nearest.first().map(|miss| &*miss.fact), Some("terminal_known"));
    v.desk().readers().carry("T-01", "densan");
    v.check(v.try_in("T-01", &clerk, PASSWORD, None), "TERMINAL_OUT_OF_PLACE", "6.1", "terminal_in_place");
}

#[test]
fn nobody_acts_in_a_capacity_not_held() {
    let v = Village::new("capacity");
    let clerk = v.card_of("jumin_shusa");
    v.check(v.try_in("T-01", &clerk, PASSWORD, Some("access_manager")), "CAPACITY_NOT_HELD", "10.2", "capacity_held");
}

#[test]
fn the_server_room_asks_outsiders_for_a_permit_and_employees_for_their_card() {
    let v = Village::new("room");
    let (_, live) = v.sign_in("W-02", "kikaku_kacho", Some("entry_manager_densan"));
    let visitor = [
        ("room", "densan"),
        ("visitor", "来訪 一太"),
        ("affiliation", "架空商会"),
        ("purpose", "見学"),
        ("entry_card_no", "V-01"),
    ];
    v.check(v.act(&live, "entry.enter", &visitor), "NO_PRIOR_PERMIT", "6.2", "entry_permit_valid");
    let person = v.person("kikaku_kakaricho");
    let staff_id = v
        .desk()
        .house()
        .read(|books| sekisho_ledgers::kinds::organisation::person(books, &person))
        .unwrap()
        .employee_no;
    let employee = [("room", "densan"), ("person", &*person), ("purpose", "点検")];
    v.check(v.act(&live, "entry.enter", &employee), "NO_STAFF_ID", "6.2", "staff_id_shown");
    v.must(&live, "entry.enter", &[employee.as_slice(), &[("staff_id", &*staff_id)]].concat());
}

#[test]
fn a_pulled_card_ends_the_session() {
    let v = Village::new("pull");
    let (token, live) = v.sign_in("T-01", "jumin_shusa", None);
    assert!(v.desk().live(&token).is_some());
    v.desk().readers().pull("T-01");
    assert!(v.desk().live(&token).is_none());
    let Outcome::Refused(receipt) = v.search(&live, "inquiry") else { panic!("searched without a session") };
    assert_eq!(&*receipt.decision.code, "SESSION_REQUIRED");
}

#[test]
fn one_card_has_one_session() {
    let v = Village::new("one-session");
    let (first, _) = v.sign_in("T-01", "jumin_shusa", None);
    let (second, _) = v.sign_in("T-02", "jumin_shusa", None);
    assert!(v.desk().live(&first).is_none());
    assert!(v.desk().live(&second).is_some());
}

#[test]
fn the_record_verifies_across_a_change_of_keys() {
    let v = Village::new("rotate");
    let before = v.desk().house().verifier().to_string();
    let (_, manager) = v.sign_in("T-02", "jumin_kacho", Some("system_manager"));
    v.must(&manager, "log.rotate_key", &[("reason", "年次の更新")]);
    assert_ne!(v.desk().house().verifier().to_string(), before);
    v.must(&manager, "log.publish", &[("to", "総務課（紙）")]);
    let verified = v.desk().verify_now();
    assert!(verified.ok, "{:?}", verified.problem);
    let key = std::fs::read_to_string(v.dir.join("keys/log.skey")).unwrap();
    let key = sekisho_record::SigningKey::parse_skey(key.trim()).unwrap();
    assert_eq!(sekisho_record::Signer::verifier(&key).to_string(), v.desk().house().verifier().to_string());
    assert!(!v.dir.join("keys/log.next.skey").exists());
}
