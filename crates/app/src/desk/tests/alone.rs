//! The password alone, at a terminal whose class asks for no card: the same rules, and nothing that
//! tells who exists.

use sekisho_ledgers::Receipt;

use super::Village;
use crate::demo::PASSWORD;
use crate::desk::{ChangePassword, DeskError, Live, Outcome, SignIn};

impl Village {
    /// A village in whose offices the password alone is asked; at the counter nothing is different.
    fn with_password_alone(name: &str) -> Self {
        let office = "code = \"office\"\nname = \"事務用端末\"\nasks = [{ cites = [\"nishimeya:12..1\"], factors = [";
        Self::changed(name, &|file, text| {
            if file == "demo.toml" {
                return text.replace("count = 1200", "count = 12");
            }
            if file != "profile.toml" {
                return text.to_owned();
            }
            let (before, after) = text.split_once(office).unwrap();
            format!("{before}{office}{}", after.replacen("\"ic_card\", ", "", 1))
        })
    }

    fn named(&self, terminal: &str, person: &str, password: &str, capacity: Option<&str>) -> Outcome<(String, Live)> {
        let (terminal, person, password) = (terminal.into(), person.into(), password.into());
        self.desk().sign_in(&SignIn { terminal, person, password, capacity: capacity.map(str::to_owned) }).unwrap()
    }

    fn must_name(&self, terminal: &str, post: &str, capacity: Option<&str>) -> (String, Live) {
        match self.named(terminal, &self.person(post), PASSWORD, capacity) {
            Outcome::Done(signed_in, _) => signed_in,
            Outcome::Refused(receipt) => panic!("{}", receipt.decision.sentence),
        }
    }

    /// What is said, and what is recorded: who it was, and why.
    fn refused<T: std::fmt::Debug>(&self, outcome: Outcome<T>) -> (Receipt, Option<String>, String) {
        let Outcome::Refused(receipt) = outcome else { panic!("allowed: {outcome:?}") };
        let (event, _) = self.desk().house().event(receipt.seq).unwrap().unwrap();
        assert!(!event.allowed);
        (receipt, event.by.person.clone(), event.code.to_string())
    }
}

/// What a refusal shows.
fn shown(receipt: &Receipt) -> (String, String, Vec<String>, usize) {
    let decision = &receipt.decision;
    let cites = decision.articles.iter().map(ToString::to_string).collect();
    (decision.code.to_string(), decision.sentence.to_string(), cites, decision.nearest.len())
}

#[test]
fn a_session_without_a_card_needs_none() {
    let v = Village::with_password_alone("alone");
    let (token, live) = v.must_name("W-01", "somu_hosa", Some("personnel"));
    assert_eq!((live.person.as_str(), live.card_no.as_deref()), (v.person("somu_hosa").as_str(), None));
    v.desk().reprove();
    v.desk().readers().insert("W-01", &v.card_of("somu_kacho"));
    v.desk().readers().pull("W-01");
    v.desk().card_pulled("W-01");
    assert!(v.desk().live(&token).is_some(), "cards that come and go there mean nothing");
    let staff = [("person", "p900"), ("name", "例 一"), ("kana", "れい はじめ"), ("employee_no", "90001")];
    let staff = [staff.as_slice(), &[("section", "総務課"), ("kind", "staff")]].concat();
    v.must(&live, "person.register", &staff);
    let (other, _) = v.must_name("W-01", "somu_kacho", None);
    assert!(v.desk().live(&token).is_none() && v.desk().live(&other).is_some(), "the terminal has changed hands");
}

#[test]
fn an_id_never_replaces_a_card() {
    let v = Village::with_password_alone("card-needed");
    let officer = v.person("jumin_hosa");
    v.desk().readers().pull("T-01");
    let (receipt, person, _) = v.refused(v.named("T-01", &officer, PASSWORD, None));
    assert_eq!(&*receipt.decision.code, "CARD_REQUIRED");
    assert!(receipt.decision.articles.iter().any(|cite| cite.to_string() == "nishimeya:10.2"));
    assert_eq!(person, None, "an id typed where a card is asked for is nobody's");
    // With somebody's card there, it is that somebody, whatever is typed.
    assert!(v.desk().readers().insert("T-01", &v.card_of("jumin_shusa")));
    let Outcome::Done((_, live), _) = v.named("T-01", &officer, PASSWORD, None) else { panic!("refused") };
    assert_eq!(live.person, v.person("jumin_shusa"));
}

#[test]
fn nobody_learns_who_exists() {
    let v = Village::with_password_alone("alike");
    let known = v.person("somu_hosa");
    let without = v.person("sangyo_shuji");
    let (wrong, person, code) = v.refused(v.named("W-01", &known, "Momiji-99-Kumo", None));
    assert_eq!((person.as_deref(), &*code), (Some(known.as_str()), "PASSWORD_INVALID"), "the record knows");
    assert!(wrong.decision.sentence.contains("第12条第1号") && wrong.decision.sentence.ends_with('。'));
    let (nobody, person, _) = v.refused(v.named("W-01", "nobody", "Momiji-99-Kumo", None));
    assert_eq!(person, None, "what was typed may be anything, also a password");
    let (no_account, ..) = v.refused(v.named("W-01", &without, PASSWORD, None));
    for _ in 0..4 {
        v.named("W-01", &known, "Momiji-99-Kumo", None);
    }
    let (locked, _, code) = v.refused(v.named("W-01", &known, PASSWORD, None));
    assert_eq!(code, "ACCOUNT_LOCKED", "even the right password opens nothing");
    let same = shown(&wrong);
    assert_eq!([&nobody, &no_account, &locked].map(shown), [same.clone(), same.clone(), same]);
    // Nothing typed, and the terminal's own faults, are the same for everybody too.
    let empty = ["nobody", &known].map(|id| shown(&v.refused(v.named("W-01", id, "", None)).0));
    assert_eq!((&*empty[0].0, &empty[0]), ("PASSWORD_REQUIRED", &empty[1]));
    v.desk().readers().carry("W-01", "densan");
    let away = ["nobody", &known].map(|id| shown(&v.refused(v.named("W-01", id, PASSWORD, None)).0));
    assert_eq!((&*away[0].0, &away[0]), ("TERMINAL_OUT_OF_PLACE", &away[1]));
}

#[test]
fn whoever_shows_the_password_is_told_the_reason() {
    let v = Village::with_password_alone("reasons");
    let chief = v.person("somu_kacho");
    v.check(v.named("W-01", &chief, PASSWORD, Some("auditor")), "CAPACITY_NOT_HELD", "10.2", "capacity_held");
    // The operator's designation does not follow into another post.
    let engineer = v.person("kikaku_kakaricho");
    v.transfer(&engineer, "somu_shusa", |post| v.must_name("W-01", post, Some("personnel")).1);
    v.check(v.named("W-02", &engineer, PASSWORD, Some("operator")), "TRANSFERRED", "17..2", "post_unchanged");
    v.demo.clock.set(crate::platform::now_ms() + 91 * 86_400_000);
    v.check(v.named("W-01", &chief, PASSWORD, None), "PASSWORD_EXPIRED", "12..1", "password_expired");
    let (wrong, ..) = v.refused(v.named("W-01", &chief, "Momiji-99-Kumo", None));
    assert_eq!((&*wrong.decision.code, wrong.decision.nearest.len()), ("PASSWORD_INVALID", 0));
}

#[test]
fn a_first_password_is_given_and_changed_without_a_card() {
    let v = Village::with_password_alone("first");
    let newcomer = v.person("gikai_kyokucho");
    let (_, chief) = v.must_name("W-01", "somu_kacho", Some("chief"));
    let today = sekisho_regulation::Date::in_japan(v.desk().now_ms()).to_string();
    let auditor = [("role", "auditor"), ("person", &*newcomer), ("from", &*today)];
    v.must(&chief, "role.designate", &auditor);
    let (_, manager) = v.sign_in("T-02", "jumin_kacho", Some("access_manager"));
    v.must(&manager, "password.reset", &[("person", &newcomer)]);
    let first = v.desk().take_once(&manager.session).unwrap();
    v.check(v.named("W-01", &newcomer, &first, None), "PASSWORD_EXPIRED", "12..1", "password_expired");
    let change = |person: &str, old: &str, new: &str| {
        let (old, new) = (old.to_owned(), new.to_owned());
        let again = new.clone();
        v.desk().change_password(&ChangePassword { terminal: "W-01".into(), person: person.into(), old, new, again })
    };
    // What a new password may not hold tells of the person: only who knows the old one hears it.
    let weak = change(&newcomer, &first, "aaaa");
    assert!(matches!(weak, Err(DeskError::Input(_))), "{weak:?}");
    let (wrong, ..) = v.refused(change(&newcomer, "Momiji-99-Kumo", "aaaa").unwrap());
    let (nobody, ..) = v.refused(change("nobody", "Momiji-99-Kumo", "aaaa").unwrap());
    assert_eq!(shown(&wrong), shown(&nobody));
    assert!(matches!(change(&newcomer, &first, "Suzukaze-42-Hotaru").unwrap(), Outcome::Done((), _)));
}
