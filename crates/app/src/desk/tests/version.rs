//! A version of the regulation is examined, adopted, put in force, and decides from then on.

use std::sync::Arc;

use sekisho_ledgers::House;
use sekisho_ledgers::spec::Form;
use sekisho_regulation::Date;

use super::{Outcome, Village};
use crate::desk::{Desk, Live};
use crate::profiles::{self, Source};
use crate::site::Site;

const RESOLUTION: (&str, &str) = ("resolution", "令和8年11月20日 第3号");

/// The village's regulation with somebody standing by whoever enters the server room.
fn revised() -> Source {
    let mut source = profiles::source("nishimeya").unwrap();
    let text = source.files.get_mut("profile.toml").unwrap();
    *text = text.replacen(r#"employee = ["staff_id"], visitor"#, r#"employee = ["staff_id", "escort"], visitor"#, 1);
    source
}

impl Village {
    fn today(&self) -> Date {
        Date::in_japan(self.desk().now_ms())
    }

    fn chief(&self) -> Live {
        self.sign_in("W-01", "somu_kacho", Some("chief")).1
    }

    /// Opens the house anew by the version that is due, as the server does.
    fn reopened(&self) -> Arc<Desk> {
        let old = self.desk();
        old.put_in_force(&old.version_due().unwrap()).unwrap();
        let site = Site::open(&self.dir).unwrap();
        let ground = old.house().ground();
        let ground = site.ground(Arc::clone(&ground.store), Arc::clone(&ground.clock)).unwrap();
        old.house().close();
        Desk::open(House::open(ground).unwrap(), site.desk_keys().unwrap(), Arc::clone(old.readers()), true)
    }
}

fn enter(desk: &Desk, live: &Live, person: &str, staff_id: &str) -> Outcome<()> {
    let fields =
        [("room", "densan"), ("person", person), ("staff_id", staff_id), ("purpose", "点検"), ("badge", "職員")];
    let form: Form = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    desk.form(live, "entry.enter", &form).unwrap()
}

#[test]
fn a_version_is_adopted_and_decides() {
    let mut v = Village::new("adopt");
    let candidate = v.desk().examine(&revised()).unwrap();
    assert!(candidate.is_sound(), "{:?}", candidate.failed);
    let articles: Vec<String> =
        candidate.changes.iter().filter_map(|c| Some(c.article.as_ref()?.to_string())).collect();
    assert_eq!(articles, ["nishimeya:6"], "{:?}", candidate.changes);
    let found = v.desk().consequences(&candidate.gate).unwrap();
    assert_eq!(found.tally.decided, found.tally.same, "nobody has entered yet: {:?}", found.lost);

    let chief = v.chief();
    let (today, yesterday) = (v.today().to_string(), v.today().plus_days(-1).to_string());
    let fields = |effective: &str, resolution: &str| {
        [
            ("profile", candidate.digest.clone()),
            ("label", "令和8年の改正".to_owned()),
            ("effective", effective.to_owned()),
            ("resolution", resolution.to_owned()),
            ("summary", "職員にも立会いを要する。".to_owned()),
        ]
    };
    let adopt = |effective: &str, resolution: &str| {
        let fields = fields(effective, resolution);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        v.act(&chief, "profile.adopt", &fields)
    };
    v.check(adopt(&today, ""), "RESOLUTION_REQUIRED", "4.3.1", "resolution_given");
    v.check(adopt(&yesterday, RESOLUTION.1), "EFFECTIVE_IN_PAST", "4.3.1", "effective_not_past");
    assert_eq!(v.desk().version_due(), None);
    assert!(matches!(adopt(&today, RESOLUTION.1), Outcome::Done(..)));
    assert_eq!(v.desk().version_due().as_deref(), Some(candidate.digest.as_str()));

    let desk = v.reopened();
    assert_eq!(desk.profile().digest, candidate.digest);
    assert_eq!(desk.version_due(), None);
    assert!(v.desk().form(&chief, "log.publish", &Form::from([("to".to_owned(), "紙".to_owned())])).is_err(), "closed");
    let person = v.person("kikaku_kacho");
    let employee_no =
        desk.house().read(|books| sekisho_ledgers::kinds::organisation::person(books, &person).unwrap().employee_no);
    v.demo.desk = desk;
    let (_, live) = v.sign_in("W-02", "kikaku_kacho", Some("entry_manager_densan"));
    v.check(enter(v.desk(), &live, &person, &employee_no), "NO_ESCORT", "6.2", "escorted");
}

#[test]
fn an_unsound_or_unknown_version_is_refused() {
    let v = Village::new("unsound");
    let chief = v.chief();
    let today = v.today().to_string();
    let mut source = revised();
    let cases = source.files.get_mut("cases/40_rooms.toml").unwrap();
    *cases = cases.replacen("allowed = true", "allowed = false", 1);
    let candidate = v.desk().examine(&source).unwrap();
    assert!(!candidate.is_sound());
    for digest in [candidate.digest.as_str(), &"0".repeat(64)] {
        let fields = [("profile", digest), ("label", "版"), ("effective", &*today), RESOLUTION, ("summary", "改正")];
        v.check(v.act(&chief, "profile.adopt", &fields), "PROFILE_UNSOUND", "1.1", "profile_sound");
    }
}

/// A version may not take a class of machines out of the control of access, not even one whose own cases
/// all come out.
#[test]
fn a_version_that_opens_a_machine_is_refused() {
    let v = Village::new("opened");
    let (chief, today) = (v.chief(), v.today().to_string());
    let mut source = revised();
    source.files.retain(|name, _| !name.starts_with("cases/"));
    let settings = source.files.get_mut("profile.toml").unwrap();
    *settings = settings.replacen("room_level = 1\nrecords = true", "room_level = 1", 1);
    let candidate = v.desk().examine(&source).unwrap();
    assert!(candidate.is_sound());
    let digest = candidate.digest.as_str();
    let fields = [("profile", digest), ("label", "版"), ("effective", &*today), RESOLUTION, ("summary", "改正")];
    v.check(v.act(&chief, "profile.adopt", &fields), "GATE_MANDATORY", "10.1", "gate_kept");
}

#[test]
fn a_reading_is_decided_and_its_settings_follow() {
    let v = Village::new("reading");
    let chief = v.chief();
    let today = v.today().to_string();
    let form = |choice: &str| -> Form {
        [("choice", choice), ("effective", &*today), RESOLUTION].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    };
    assert!(v.desk().decide_reading(&chief, "AMB-NM-05", &form("nothing")).is_err());
    assert!(v.desk().decide_reading(&chief, "AMB-XX-01", &form("permit")).is_err());
    assert!(matches!(v.desk().decide_reading(&chief, "AMB-NM-05", &form("permit")).unwrap(), Outcome::Done(..)));
    let desk = v.reopened();
    let reading = desk.profile().settings.readings.iter().find(|reading| reading.id == "AMB-NM-05").unwrap();
    assert_eq!(reading.chosen.as_deref(), Some("permit"));
    assert_eq!((reading.decided_by.as_deref(), reading.decided_on), (Some("セキュリティ統括責任者"), Some(v.today())));
    let room = desk.profile().room("densan").unwrap();
    assert!(room.asks_of(true).any(|demand| demand == sekisho_regulation::profile::Demand::Permit));
}

#[test]
fn what_was_decided_comes_out_the_same_again() {
    let v = Village::new("again");
    let chief = v.chief();
    let today = v.today().to_string();
    // One that is refused for what is not in any book.
    let fields = [("profile", "x"), ("label", "版"), ("effective", &*today), RESOLUTION, ("summary", "改正")];
    assert!(matches!(v.act(&chief, "profile.adopt", &fields), Outcome::Refused(_)));
    let found = v.desk().consequences(&v.desk().house().ground().gate).unwrap();
    assert!(found.tally.decided > 100, "{:?}", found.tally);
    assert_eq!(found.tally.same, found.tally.decided, "{:?} {:?}", found.lost, found.gained);
}

/// Whoever can write the data folder does not thereby change the rules: the record says which
/// version is in force, from its first entry on.
#[test]
fn a_version_that_nobody_adopted_is_not_put_in_force_by_a_file() {
    let v = Village::new("planted");
    assert_eq!(v.desk().version_due(), None);
    let first = v.desk().profile().digest.clone();
    let planted = v.desk().examine(&revised()).unwrap();
    profiles::put_in_force(&planted.digest, &v.dir).unwrap();
    let site = Site::open(&v.dir).unwrap();
    assert_eq!(site.profile().digest, planted.digest);
    let old = v.desk();
    let ground = old.house().ground();
    let ground = site.ground(Arc::clone(&ground.store), Arc::clone(&ground.clock)).unwrap();
    old.house().close();
    let opened = Desk::open(House::open(ground).unwrap(), site.desk_keys().unwrap(), Arc::clone(old.readers()), true);
    assert_eq!(opened.version_due(), Some(first));
}
