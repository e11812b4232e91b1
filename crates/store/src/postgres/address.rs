//! Where a record is: the server, the database and the schema in it.

use std::net::IpAddr;
use std::time::Duration;

use postgres::Config;
use postgres::config::Host;
use sekisho_ledgers::ports::StoreError;

use crate::sql;

/// The schema of a record when the address names none.
const SCHEMA: &str = "sekisho";
/// How long a connection may take to be made.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// A parsed address. Its debug form does not show the password.
#[derive(Clone, Debug)]
pub(super) struct Address {
    pub(super) config: Config,
    /// The schema's plain name.
    pub(super) schema: String,
}

impl Address {
    /// Reads a URL; refuses one that leads away from this machine.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        let (url, schema) = split(url);
        let schema = schema.unwrap_or_else(|| SCHEMA.to_owned());
        if sql::name(&schema).is_err() || schema.starts_with("pg_") {
            return Err(StoreError::Unavailable(format!("`{schema}` cannot be the name of a schema")));
        }
        // The parser's own message may repeat parts of the address, and so the password.
        let parsed = url.parse::<Config>();
        let mut config =
            parsed.map_err(|_| StoreError::Unavailable("the database's address cannot be read".to_owned()))?;
        near(&config)?;
        config.application_name("sekisho").connect_timeout(CONNECT_MAX);
        Ok(Self { config, schema })
    }
}

/// Takes `schema=NAME` out of the parameters, which the server's client would not understand.
fn split(url: &str) -> (String, Option<String>) {
    let Some((place, params)) = url.split_once('?') else { return (url.to_owned(), None) };
    let (ours, theirs): (Vec<_>, Vec<_>) = params.split('&').partition(|param| param.starts_with("schema="));
    let schema = ours.last().and_then(|param| param.strip_prefix("schema=")).map(str::to_owned);
    let rest = if theirs.is_empty() { String::new() } else { format!("?{}", theirs.join("&")) };
    (format!("{place}{rest}"), schema)
}

/// Without TLS only this machine is spoken to.
fn near(config: &Config) -> Result<(), StoreError> {
    let far_name = config.get_hosts().iter().find_map(|host| match host {
        Host::Tcp(name) if name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()) => None,
        Host::Tcp(name) => Some(name.clone()),
        #[cfg(unix)]
        Host::Unix(_) => None,
    });
    let far_addr = config.get_hostaddrs().iter().find(|ip| !ip.is_loopback()).map(ToString::to_string);
    match far_name.or(far_addr) {
        None => Ok(()),
        Some(host) => Err(StoreError::Unavailable(format!(
            "the database server `{host}` is another machine, and connections to it would not be encrypted; \
             use a Unix socket, 127.0.0.1, or an encrypted tunnel that ends there"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_taken_out_of_the_address() {
        let cases = [
            ("postgres://u@localhost/db", "sekisho"),
            ("postgres://u@127.0.0.1:5433/db?schema=nishimeya", "nishimeya"),
            ("postgres://u@[::1]/db?connect_timeout=3&schema=b2&application_name=x", "b2"),
            ("postgres://u@%2Frun%2Fpostgresql/db", "sekisho"),
        ];
        for (url, schema) in cases {
            assert_eq!(Address::parse(url).map(|a| a.schema), Ok(schema.to_owned()), "{url}");
        }
    }

    #[test]
    fn other_machines_and_bad_names_are_refused_without_showing_the_password() {
        let bad = [
            "postgres://u:secret@db.example.jp/db",
            "postgres://u:secret@10.0.0.1/db",
            "postgres://u:secret@localhost,db.example.jp/db",
            "postgres://u:secret@localhost/db?hostaddr=10.0.0.1",
            "postgres://u:secret@localhost/db?schema=a;b",
            "postgres://u:secret@localhost/db?schema=pg_catalog",
            "postgres://u:secret@localhost:notaport/db",
        ];
        for url in bad {
            let error = Address::parse(url).map(|a| a.schema).map_err(|e| e.to_string());
            assert!(error.as_ref().is_err_and(|e| !e.contains("secret")), "{url}: {error:?}");
        }
    }
}
