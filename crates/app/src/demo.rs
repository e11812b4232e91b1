//! A filled-in municipality, ready to use in a browser: invented residents and staff, virtual
//! cards, and a year of ordinary use with a few planted irregularities. Everything in it went the
//! same way as in earnest; only the cards and the people are not real.

pub mod roster;
mod year;

use std::path::Path;
use std::sync::Arc;

use argon2::password_hash::{PasswordHasher as _, SaltString};
use sekisho_ledgers::event::{Asked, Effect};
use sekisho_ledgers::identity::synth::{Plan, residents};
use sekisho_ledgers::kinds::{cards, devices, entry, organisation, users};
use sekisho_ledgers::ports::{Clock, Store};
use sekisho_ledgers::{ActError, House};
use sekisho_regulation::Date;

use crate::desk::{Desk, DeskError};
use crate::platform::{StagedClock, SystemClock};
use crate::readers::Readers;
use crate::setup::{self, SetupError};
use crate::site::{Database, Site, SiteError};
use crate::virtual_card::{CardFileError, VirtualCard};
use roster::{Official, officials};

/// The password of every invented person.
pub const PASSWORD: &str = "Kaede7-Hoshizora";
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
}

/// Why the demonstration could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The data folder fails.
    #[error(transparent)]
    Site(#[from] SiteError),
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
pub fn open(dir: &Path, database: &Database, days: i64, say: &mut dyn FnMut(&str)) -> Result<Demo, DemoError> {
    if dir.join("sekisho.toml").exists() { reopen(dir, database) } else { make(dir, database, days, say) }
}

/// Terminals of the demonstration: id, class, name, room.
const TERMINALS: [(&str, &str, &str, &str); 6] = [
    ("T-01", "terminal", "統合端末1号機", "madoguchi"),
    ("T-02", "terminal", "統合端末2号機", "madoguchi"),
    ("CS-01", "cs", "コミュニケーションサーバ操作卓", "densan"),
    ("W-01", "office", "総務課事務用端末", "jimushitsu"),
    ("W-02", "office", "企画財政課事務用端末", "jimushitsu"),
    ("W-03", "office", "会計課事務用端末", "jimushitsu"),
];

fn house(site: &Site, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Result<House, DemoError> {
    Ok(House::open(site.ground(store, clock)?).map_err(SiteError::from)?)
}

fn readers(dir: &Path) -> Result<Arc<Readers>, DemoError> {
    let readers = Arc::new(Readers::new());
    for (id, _, _, room) in TERMINALS {
        readers.add_virtual(id, room);
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
    let store = site.store(database).map_err(SiteError::from)?;
    let clock = Arc::new(StagedClock::at(0));
    clock.let_go();
    let clock_port: Arc<dyn Clock> = Arc::<StagedClock>::clone(&clock);
    let house = house(&site, store, clock_port)?;
    let desk = desk(&site, house, &readers(dir)?)?;
    Ok(Demo { desk, site, clock })
}

/// Makes a demonstration with `days` days of use.
///
/// # Errors
/// See [`open`].
pub fn make(dir: &Path, database: &Database, days: i64, say: &mut dyn FnMut(&str)) -> Result<Demo, DemoError> {
    let now_ms = SystemClock.now_ms();
    let today = Date::in_japan(now_ms);
    let first = today.plus_days(-days);
    let clock = Arc::new(StagedClock::at(at(first, 8, 0)));
    let site = Site::create(dir, "nishimeya", first)?;
    let clock_port: Arc<dyn Clock> = Arc::<StagedClock>::clone(&clock);
    let store = site.create_store(database).map_err(SiteError::from)?;
    let house = house(&site, store, clock_port)?;
    say("職員、端末、カードを登録しています");
    let staff = officials(site.profile(), first);
    enter_staff(&house, &staff, first)?;
    enter_rooms_and_devices(&house, first)?;
    enter_cards(&house, &site, &staff, first, dir)?;
    let readers = readers(dir)?;
    let desk = desk(&site, house, &readers)?;
    enter_rights(&desk, &staff, first)?;
    setup::close(desk.house())?;
    let plan = Plan { address_prefix: "見本県例示郡架空村".to_owned(), ..Plan::village(SEED, first) };
    let people: Vec<_> = residents(&plan).map(|resident| resident.record).collect();
    say(&format!("架空の住民{}人を取り込んでいます", people.len()));
    year::Year { desk: &desk, clock: &clock, staff: &staff, people: &people, first, today }.play(say)?;
    clock.let_go();
    Ok(Demo { desk, site, clock })
}

/// The instant of a day at an hour and minute in Japan, ms since the Unix epoch.
pub(crate) fn at(day: Date, hour: i64, minute: i64) -> i64 {
    use sekisho_regulation::date::{DAY_MS, JST_MS};
    day.days() * DAY_MS - JST_MS + (hour * 60 + minute) * 60_000
}

fn enter_staff(house: &House, staff: &[Official], first: Date) -> Result<(), DemoError> {
    use organisation::action::{Appoint, Designate, Register};
    for one in staff {
        let register = Register {
            person: one.id.clone(),
            name: one.name.clone(),
            kana: one.kana.clone(),
            birth: Some(one.birth),
            employee_no: one.employee_no.clone(),
            section: one.section.clone(),
            kind: "staff".to_owned(),
        };
        setup::enter(house, register.asked(), Vec::new())?;
        let appoint = Appoint {
            person: one.id.clone(),
            post: one.post.clone(),
            from: first.plus_days(-200),
            concurrent: false,
            order_no: "導入時".to_owned(),
        };
        setup::enter(house, appoint.asked(), Vec::new())?;
    }
    for (role, post) in [("security_officer", "jumin_hosa"), ("auditor", "kaikei_kanri"), ("personnel", "somu_hosa")] {
        if let Some(person) = staff.iter().find(|one| one.post == post) {
            let designate = Designate { role: role.to_owned(), person: person.id.clone(), from: first };
            setup::enter(house, designate.asked(), Vec::new())?;
        }
    }
    Ok(())
}

fn enter_rooms_and_devices(house: &House, first: Date) -> Result<(), DemoError> {
    for (n, (id, class, name, room)) in (1..).zip(TERMINALS) {
        let device = devices::action::RegisterDevice {
            device: id.to_owned(),
            device_class: class.to_owned(),
            name: name.to_owned(),
            room: room.to_owned(),
            serial_no: format!("VIRTUAL-{n:04}"),
            installed_on: first.plus_days(-300),
        };
        setup::enter(house, device.asked(), Vec::new())?;
    }
    for (no, room, kept_at, spare) in [
        ("K-D1", "densan", "企画財政課 鍵箱", false),
        ("K-D2", "densan", "総務課 金庫", true),
        ("K-M1", "madoguchi", "住民課 鍵箱", false),
    ] {
        let key = entry::action::RegisterKey {
            key_no: no.to_owned(),
            room: room.to_owned(),
            kept_at: kept_at.to_owned(),
            spare,
        };
        setup::enter(house, key.asked(), Vec::new())?;
    }
    Ok(())
}

fn enter_cards(house: &House, site: &Site, staff: &[Official], first: Date, dir: &Path) -> Result<(), DemoError> {
    let folder = dir.join("cards");
    std::fs::create_dir_all(&folder)?;
    let authority = site.authority()?;
    let kinds = staff.iter().filter_map(|one| one.card_kind.map(|kind| (kind, Some(one))));
    // Two cards lie in stock: one to lend, one to replace a lost one.
    for (n, (kind, _)) in (1..).zip(kinds.chain([("business", None), ("business", None)])) {
        let card = authority.issue(&format!("C{n:04}"), first)?;
        std::fs::write(folder.join(format!("{}.card", card.card_no())), card.to_file())?;
        let register = cards::action::RegisterCard {
            card_no: card.card_no().to_owned(),
            card_kind: kind.to_owned(),
            certificate: card.fingerprint(),
        };
        setup::enter(house, register.asked(), Vec::new())?;
    }
    Ok(())
}

const METHOD: &str = "1 カードは本人だけが使い、貸さない。離席のときは抜いて携帯する。\n\
    2 退庁のときは施錠できる保管庫に納める。\n\
    3 パスワードは書き残さず、90日ごとに変える。\n\
    4 紛失に気付いたら、直ちにアクセス管理責任者に届け出る。\n\
    5 異動や退職のときは、その日のうちにカードを返す。";

fn enter_rights(desk: &Desk, staff: &[Official], first: Date) -> Result<(), DemoError> {
    let house = desk.house();
    let method = users::action::Settle {
        version: "1".to_owned(),
        title: "操作者用ICカード及びパスワードの管理方法".to_owned(),
        text: METHOD.to_owned(),
        effective_from: first,
    };
    setup::enter(house, method.asked(), Vec::new())?;
    let phc = quick_hash(PASSWORD)?;
    let holders = staff.iter().filter_map(|one| one.card_kind.map(|kind| (kind, one)));
    for (n, (kind, one)) in (1..).zip(holders) {
        let acknowledge = users::action::Acknowledge { person: one.id.clone(), version: "1".to_owned() };
        setup::enter(house, acknowledge.asked(), Vec::new())?;
        if kind != "office" {
            let classes = if kind == "business" || kind == "issue" { "terminal" } else { "terminal cs office" };
            let operator = users::action::DesignateOperator {
                person: one.id.clone(),
                device_classes: classes.to_owned(),
                from: first,
                to: None,
            };
            let mut asked = operator.asked();
            asked.put("posts", one.post.clone().into(), false);
            setup::enter(house, asked, Vec::new())?;
            let handler = users::action::DesignateHandler {
                person: one.id.clone(),
                scope: "住民課の窓口事務".to_owned(),
                operations: None,
                from: first,
                to: None,
            };
            setup::enter(house, handler.asked(), Vec::new())?;
        }
        let lend = cards::action::Lend {
            card_no: format!("C{n:04}"),
            person: one.id.clone(),
            lender_signed: true,
            borrower_signed: true,
        };
        setup::enter(house, lend.asked(), Vec::new())?;
        let mut password = Asked::new("password.change");
        password.put("person", one.id.clone().into(), false);
        setup::enter(house, password, vec![Effect::Password { person: one.id.clone(), phc: phc.clone() }])?;
    }
    Ok(())
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
