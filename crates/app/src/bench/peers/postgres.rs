//! A plain table in PostgreSQL, and one whose rows a trigger links by hashes, as audit tables are
//! often made.

use std::time::Duration;

use postgres::{Client, NoTls};
use sekisho_store::testing::Server;

use crate::bench::BenchError;
use crate::bench::append::{Achieved, hammer};

/// One row a commit, a connection for each writer.
pub(super) fn plain(server: &Server, run: Duration, writers: usize, bytes: usize) -> Result<Achieved, BenchError> {
    let table = "DROP TABLE IF EXISTS plain; CREATE TABLE plain (seq bigserial PRIMARY KEY, payload bytea NOT NULL)";
    measure(server, run, writers, bytes, table, "INSERT INTO plain (payload) VALUES ($1)")
}

/// The same, and each row holds the hash of the one before. Whoever commits holds the head.
pub(super) fn chained(server: &Server, run: Duration, writers: usize, bytes: usize) -> Result<Achieved, BenchError> {
    let table = "DROP TABLE IF EXISTS chained, chain_head;
        CREATE TABLE chained (seq bigint PRIMARY KEY, payload bytea NOT NULL, hash bytea NOT NULL);
        CREATE TABLE chain_head (one int PRIMARY KEY, seq bigint NOT NULL, hash bytea NOT NULL);
        INSERT INTO chain_head VALUES (1, 0, sha256(''));
        CREATE OR REPLACE FUNCTION link() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE chain_head SET seq = seq + 1, hash = sha256(hash || NEW.payload) WHERE one = 1
                RETURNING seq, hash INTO NEW.seq, NEW.hash;
            RETURN NEW;
        END $$;
        CREATE TRIGGER link BEFORE INSERT ON chained FOR EACH ROW EXECUTE FUNCTION link()";
    measure(server, run, writers, bytes, table, "INSERT INTO chained (payload) VALUES ($1)")
}

fn measure(
    server: &Server,
    run: Duration,
    writers: usize,
    bytes: usize,
    table: &str,
    insert: &str,
) -> Result<Achieved, BenchError> {
    let connect = || Client::connect(&server.plain_socket_url(), NoTls).map_err(BenchError::wrong);
    connect()?.batch_execute(table).map_err(BenchError::wrong)?;
    let payload: Vec<u8> = vec![0xA5; bytes];
    let mut all = Vec::with_capacity(writers);
    for _ in 0..writers {
        let mut client = connect()?;
        let statement = client.prepare(insert).map_err(BenchError::wrong)?;
        let payload = &payload;
        all.push(move || client.execute(&statement, &[payload]).map(|_| ()).map_err(BenchError::wrong));
    }
    hammer(run, all)
}
