//! What tests and benches need, here and in the crates above: a PostgreSQL server of one's own,
//! batches whose every byte follows from its number, and rounds of `kill -9`.

mod chance;
mod rounds;
mod sample;
mod server;

pub use chance::Chance;
pub use rounds::{kill_after, rounds};
pub use sample::{Sample, Tally};
pub use server::Server;
