//! 蔵: where the record, the views folded from it and what cannot be rebuilt are kept.
//!
//! Two stores implement the port [`sekisho_ledgers::ports::Store`]: [`Sqlite`], one file, for a
//! municipality by itself, and [`Postgres`], a schema for each municipality on shared servers. Each
//! speaks to its database in the database's own way; what they share is how a list is asked for
//! (`sql`), how changes are sorted (`changes`), and the tests (`tests/ports.rs`), which hold both to the same
//! behaviour. The store does not know what an event means.
//!
//! **What is trusted.** Nothing that is stored here. Whoever can write to the database can change
//! events, views and texts at will; the record's proofs find changed events, a rebuild finds changed
//! views. Personal text and identity records arrive sealed, so reading the file or a backup gives
//! no names; it gives the opaque ids, instants and codes that the views and events hold in the clear.

mod changes;
mod migrations;
mod pool;
mod postgres;

mod shape;
mod sql;
mod sqlite;
mod terms;
#[cfg(feature = "testing")]
pub mod testing;

pub use crate::postgres::Postgres;
pub use crate::sqlite::Sqlite;
