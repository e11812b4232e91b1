//! The connection that owns the record, and how it is won, lost and won again.

use std::time::{Duration, Instant};

use sekisho_ledgers::ports::StoreError;

use super::GHOST_MAX;
use super::address::Address;
use super::session::{Purpose, Session, store_error};
use crate::{migrations, sql};

/// How often a waiting node asks for the record.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// The connection that writes; made anew when it was lost.
#[derive(Debug)]
pub(super) struct Writer {
    session: Option<Session>,
}

impl Writer {
    pub(super) const fn new(session: Session) -> Self {
        Self { session: Some(session) }
    }

    /// The connection that owns the record. When it was lost, the record has to be won again, and
    /// another node may have been faster.
    pub(super) fn session(&mut self, address: &Address) -> Result<&mut Session, StoreError> {
        let kept = self.session.take().filter(|session| !session.is_lost());
        let session = match kept {
            Some(session) => session,
            // Our own broken connection may hold the lock until the server has noticed.
            None => own(address, GHOST_MAX)?,
        };
        Ok(self.session.insert(session))
    }
}

/// Connects and wins the record, waiting for it up to `patience`.
pub(super) fn own(address: &Address, patience: Duration) -> Result<Session, StoreError> {
    let deadline = Instant::now() + patience;
    loop {
        // A server that starts anew is waited for like an owner that dies.
        let connected = Session::open(address, Purpose::Write);
        let away = connected.is_err();
        match connected.and_then(|session| try_own(session, address)) {
            Err(error) if Instant::now() >= deadline || !(away || error == StoreError::Owned) => return Err(error),
            Err(_) => std::thread::sleep(ASK_EVERY),
            done => return done,
        }
    }
}

fn try_own(mut session: Session, address: &Address) -> Result<Session, StoreError> {
    lock(&mut session, address)?;
    let version = check_version(&mut session)?;
    if version < migrations::known() {
        session.inside("BEGIN", |s| migrate(s, version))?;
    }
    Ok(session)
}

/// Makes the schema and an empty record in it.
pub(super) fn make(address: &Address) -> Result<(), StoreError> {
    let mut session = Session::open(address, Purpose::Write)?;
    let schema = sql::name(&address.schema)?;
    session.batch(&format!("CREATE SCHEMA IF NOT EXISTS {schema}")).map_err(|e| store_error(&e))?;
    lock(&mut session, address)?;
    if holds_record(&mut session)? {
        return Err(StoreError::Unavailable(format!("the schema `{}` already holds a record", address.schema)));
    }
    session.inside("BEGIN", |s| migrate(s, 0))
}

/// Refuses a schema without a record, and a record of a newer program.
pub(super) fn check_version(session: &mut Session) -> Result<i64, StoreError> {
    if !holds_record(session)? {
        return Err(StoreError::Unavailable("there is no record in this schema".to_owned()));
    }
    let row = session.query_opt("SELECT value FROM meta WHERE name = 'version'", &[]).map_err(|e| store_error(&e))?;
    let found = row.and_then(|row| row.try_get::<_, String>(0).ok()).and_then(|text| text.parse().ok());
    let found = found.ok_or_else(|| StoreError::Damaged("the record has no version".to_owned()))?;
    migrations::after(found)?;
    // With fsync off a commit is not durable whatever this program asks for.
    let sync = session.query_opt("SHOW fsync", &[]).map_err(|e| store_error(&e))?;
    if sync.and_then(|row| row.try_get::<_, String>(0).ok()).is_none_or(|setting| setting != "on") {
        return Err(StoreError::Unavailable(
            "the server runs with fsync off and can lose what it confirmed".to_owned(),
        ));
    }
    Ok(found)
}

/// The lock belongs to the connection: the server gives it up when the connection ends.
fn lock(session: &mut Session, address: &Address) -> Result<(), StoreError> {
    // "SEKI" and the schema's own number, so that each record has a lock of its own.
    let text =
        "SELECT pg_try_advisory_lock((1397050185::bigint << 32) | oid::bigint) FROM pg_namespace WHERE nspname = $1";
    let row = session.query_opt(text, &[&address.schema]).map_err(|e| store_error(&e))?;
    match row.and_then(|row| row.try_get::<_, bool>(0).ok()) {
        Some(true) => Ok(()),
        Some(false) => Err(StoreError::Owned),
        None => Err(StoreError::Unavailable(format!("there is no schema `{}`", address.schema))),
    }
}

fn holds_record(session: &mut Session) -> Result<bool, StoreError> {
    let row = session.query_opt("SELECT to_regclass('meta') IS NOT NULL", &[]).map_err(|e| store_error(&e))?;
    Ok(row.and_then(|row| row.try_get(0).ok()).unwrap_or(false))
}

fn migrate(session: &mut Session, found: i64) -> Result<(), StoreError> {
    for step in migrations::after(found)? {
        session.batch(step.postgres).map_err(|e| store_error(&e))?;
    }
    let text = "INSERT INTO meta (name, value) VALUES ('version', $1)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    session.execute(text, &[&migrations::known().to_string()]).map_err(|e| store_error(&e))?;
    Ok(())
}
