//! A small municipality in a data folder of its own, and the program run on it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use sekisho::platform::{SystemClock, SystemEntropy, now_ms};
use sekisho::setup;
use sekisho::site::{Database, Site};
use sekisho::verification::StoredLog;
use sekisho_gate::Gate;
use sekisho_ledgers::event::{Act, Actor, Asked, Given};
use sekisho_ledgers::house::Ground;
use sekisho_ledgers::kinds::KINDS;
use sekisho_ledgers::kinds::organisation::action::Register;
use sekisho_ledgers::ports::{Store, StoreError};
use sekisho_ledgers::vault::Vault;
use sekisho_ledgers::{House, Registry};
use sekisho_record::verify::{Options, Report, verify};
use sekisho_regulation::Date;
use tempfile::TempDir;

/// How long a record may still be owned by a house that was just closed or killed.
const GHOST_MAX: Duration = Duration::from_secs(10);

pub(crate) struct Town {
    /// Kept for its end.
    _folder: Option<TempDir>,
    pub(crate) dir: PathBuf,
    pub(crate) database: Database,
    /// Made once, because policies take a while to compile.
    gate: OnceLock<Arc<Gate>>,
}

impl Town {
    /// An empty one.
    pub(crate) fn found() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("data");
        Self::of(Some(folder), dir, Database::Folder).made()
    }

    /// An empty one in PostgreSQL.
    pub(crate) fn found_in(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("data");
        Self::of(Some(folder), dir, Database::Url(url.to_owned())).made()
    }

    /// An empty one in a folder that somebody else looks after.
    pub(crate) fn found_at(dir: &Path) -> Self {
        Self::there(dir).made()
    }

    /// One that is there already.
    pub(crate) fn there(dir: &Path) -> Self {
        Self::of(None, dir.to_owned(), Database::Folder)
    }

    const fn of(folder: Option<TempDir>, dir: PathBuf, database: Database) -> Self {
        Self { _folder: folder, dir, database, gate: OnceLock::new() }
    }

    /// One with so many people entered, each with a personal text.
    pub(crate) fn of_people(count: usize) -> Self {
        let town = Self::found();
        let house = town.open();
        for n in 0..count {
            enter(&house, &format!("p{n}")).unwrap();
        }
        town.closed(house);
        town
    }

    fn made(self) -> Self {
        let site = Site::create(&self.dir, "nishimeya", Date::in_japan(now_ms())).unwrap();
        let store = site.create_store(&self.database).unwrap();
        let house = House::open(self.ground(store)).unwrap();
        self.closed(house);
        self
    }

    pub(crate) fn site(&self) -> Site {
        Site::open(&self.dir).unwrap()
    }

    /// The SQLite file.
    pub(crate) fn file(&self) -> PathBuf {
        self.dir.join("sekisho.sqlite")
    }

    fn ground(&self, store: Arc<dyn Store>) -> Ground {
        let site = self.site();
        let gate = self.gate.get_or_init(|| Arc::new(Gate::new(Arc::clone(site.profile())).unwrap()));
        let text = std::fs::read_to_string(self.dir.join("keys/text.key")).unwrap();
        let digit = |at: usize| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).unwrap();
        let key: [u8; 32] = std::array::from_fn(digit);
        Ground {
            gate: Arc::clone(gate),
            registry: Arc::new(Registry::new(KINDS)),
            signer: Arc::new(site.signer(&*store).unwrap()),
            store,
            vault: Arc::new(Vault::new(&key).unwrap()),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy::new()),
            origin: site.settings.origin.clone(),
        }
    }

    /// The store for writing; waits for a house that was closed or killed to be quite gone.
    fn writing(&self) -> Arc<dyn Store> {
        let (site, until) = (self.site(), Instant::now() + GHOST_MAX);
        loop {
            match site.store(&self.database) {
                Err(StoreError::Owned) if Instant::now() < until => std::thread::sleep(Duration::from_millis(10)),
                opened => return opened.unwrap(),
            }
        }
    }

    /// Opens the house for business.
    pub(crate) fn open(&self) -> House {
        House::open(self.ground(self.writing())).unwrap()
    }

    /// Closes a house and waits until it is quite gone: its writer ends by itself.
    pub(crate) fn closed(&self, house: House) {
        drop(house);
        drop(self.writing());
    }

    pub(crate) fn reading(&self) -> Arc<dyn Store> {
        self.site().read_store(&self.database).unwrap()
    }

    pub(crate) fn checkpoint(&self) -> String {
        self.reading().head().unwrap().checkpoint.unwrap()
    }

    /// Verifies the whole record, texts included.
    pub(crate) fn verify(&self, outside: &[String]) -> Report {
        let store = self.reading();
        let ground = self.ground(Arc::clone(&store));
        let outside = outside.iter().map(|text| text.clone().into_bytes()).collect();
        let trusted = Some(ground.signer.verifier().clone());
        let options = Options { trusted, outside, threads: 2, ..Options::default() };
        verify(&StoredLog::now(store, Some(ground.vault)).unwrap(), &options).unwrap()
    }

    /// Runs the program on this town.
    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        let data = self.dir.to_str().unwrap();
        let mut all = [words, &["--data", data]].concat();
        if let Database::Url(url) = &self.database {
            all.extend(["--database", url]);
        }
        run(&all)
    }
}

/// Enters a person as at introduction; gives the event's number.
pub(crate) fn enter(house: &House, person: &str) -> Result<u64, setup::SetupError> {
    let register = Register {
        person: person.to_owned(),
        name: format!("架空 {person}"),
        kana: "カクウ".to_owned(),
        birth: None,
        employee_no: person.to_owned(),
        section: "jumin".to_owned(),
        kind: "staff".to_owned(),
    };
    setup::enter(house, register.asked(), Vec::new())
}

/// An act that is refused: nobody may switch the capacity of a session that there is not.
pub(crate) fn refused(house: &House) -> u64 {
    let mut asked = Asked::new("session.switch_capacity");
    asked.put("to", "operator".into(), false);
    let act = Act { asked, by: Actor::default(), given: Given::default(), effects: Vec::new() };
    let receipt = house.submit(act).unwrap();
    assert!(!receipt.decision.allowed);
    receipt.seq
}

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Standard output as one JSON value and nothing else.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// The run ended so, and said (on either output) what is expected.
    #[track_caller]
    pub(crate) fn ended(&self, code: i32, said: &str) -> &Self {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.out.contains(said) || self.err.contains(said), "`{said}` in {self:?}");
        self
    }
}

/// The program, ready to be run.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    command.stdin(Stdio::null()).env("SEKISHO_LOG", "off");
    command
}

/// Runs the program.
pub(crate) fn run(words: &[&str]) -> Ran {
    let output = program().args(words).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// The codes of a report in order.
pub(crate) fn codes(report: &Report) -> Vec<&'static str> {
    let mut codes: Vec<_> = report.findings.iter().map(sekisho_record::verify::Finding::code).collect();
    codes.sort_unstable();
    codes
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}
