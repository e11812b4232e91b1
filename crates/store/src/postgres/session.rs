//! A connection with its settings and its prepared statements.

use std::collections::HashMap;

use postgres::error::Severity;
use postgres::types::ToSql;
use postgres::{Client, NoTls, Row, Statement};
use sekisho_ledgers::ports::StoreError;

use super::address::Address;
use crate::sql;

/// Statements kept ready by a connection. Lists come in many forms, so they are forgotten together
/// when there are too many.
const STATEMENTS_MAX: usize = 256;

/// Parameters of a statement.
pub(super) type Params<'a> = [&'a (dyn ToSql + Sync)];

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Write,
}

/// A connection to the server.
pub(super) struct Session {
    client: Client,
    statements: HashMap<String, Statement>,
    lost: bool,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("lost", &self.lost).finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn open(address: &Address, purpose: Purpose) -> Result<Self, StoreError> {
        let client = address.config.connect(NoTls).map_err(|e| store_error(&e))?;
        let mut session = Self { client, statements: HashMap::new(), lost: false };
        let schema = sql::name(&address.schema)?;
        // synchronous_commit: a commit has reached the disk when it returns. The keepalives and time
        // limits see to it that a node that hangs or is cut off loses the record to another one.
        let settings = "SET synchronous_commit = on; SET client_min_messages = warning; SET jit = off;
            SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3;";
        let limits = match purpose {
            Purpose::Read => "SET statement_timeout = '60s'; SET default_transaction_read_only = on;",
            Purpose::Write => "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '30s';",
        };
        let all = format!("SET search_path TO {schema}; {settings} {limits}");
        session.batch(&all).map_err(|e| store_error(&e))?;
        Ok(session)
    }

    /// Whether the connection is of no use any more.
    pub(super) fn is_lost(&self) -> bool {
        self.lost || self.client.is_closed()
    }

    pub(super) fn query(&mut self, text: &str, params: &Params<'_>) -> Result<Vec<Row>, postgres::Error> {
        let statement = self.statement(text)?;
        let found = self.client.query(&statement, params);
        self.noted(found)
    }

    pub(super) fn query_opt(&mut self, text: &str, params: &Params<'_>) -> Result<Option<Row>, postgres::Error> {
        Ok(self.query(text, params)?.into_iter().next())
    }

    pub(super) fn execute(&mut self, text: &str, params: &Params<'_>) -> Result<u64, postgres::Error> {
        let statement = self.statement(text)?;
        let done = self.client.execute(&statement, params);
        self.noted(done)
    }

    /// Runs statements without parameters and without an answer.
    pub(super) fn batch(&mut self, text: &str) -> Result<(), postgres::Error> {
        let done = self.client.batch_execute(text);
        self.noted(done)
    }

    /// Runs something inside a transaction of which nothing stays when it fails.
    pub(super) fn inside<T>(
        &mut self,
        begin: &str,
        run: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.batch(begin).map_err(|e| store_error(&e))?;
        match run(self) {
            Ok(done) => self.batch("COMMIT").map(|()| done).map_err(|e| store_error(&e)),
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        }
    }

    /// Ends a transaction of which nothing shall stay.
    pub(super) fn roll_back(&mut self) {
        if self.batch("ROLLBACK").is_err() {
            self.lost = true;
        }
    }

    fn statement(&mut self, text: &str) -> Result<Statement, postgres::Error> {
        if let Some(statement) = self.statements.get(text) {
            return Ok(statement.clone());
        }
        if self.statements.len() >= STATEMENTS_MAX {
            self.statements.clear();
        }
        let prepared = self.client.prepare(text);
        let statement = self.noted(prepared)?;
        self.statements.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }

    fn noted<T>(&mut self, answer: Result<T, postgres::Error>) -> Result<T, postgres::Error> {
        if let Err(error) = &answer {
            self.lost |= !is_plain(error);
            // A statement may have been prepared for tables that have since been replaced.
            self.statements.clear();
        }
        answer
    }
}

/// Whether the server answered with a plain error, after which the connection goes on.
pub(super) fn is_plain(error: &postgres::Error) -> bool {
    error.as_db_error().is_some_and(|e| e.parsed_severity() == Some(Severity::Error))
}

/// An error without the details that may repeat what a row holds.
pub(super) fn sentence(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(e) => format!("{} ({})", e.message(), e.code().code()),
        None => match std::error::Error::source(error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        },
    }
}

/// What an error of the server means to whoever reads or prepares.
pub(super) fn store_error(error: &postgres::Error) -> StoreError {
    // Class XX: the server found its own files damaged.
    match error.code() {
        Some(code) if code.code().starts_with("XX") => StoreError::Damaged(sentence(error)),
        _ => StoreError::Unavailable(sentence(error)),
    }
}
