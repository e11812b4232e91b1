//! Identity records (本人確認情報): the pure domain of the municipality's communication server.
//!
//! Everything here is a function of its arguments: no clock (the caller passes today), no files, no
//! database, no random source (the caller passes nonces; [`synth`] is seeded). The way of a record:
//! [`import`] reads it, [`record`] says what is absurd, [`seal`] encrypts it, [`blind`] gives the
//! keys under which it is found again, [`search`] says what may be looked for and what was meant,
//! [`reveal`] cuts the result down to what the purpose shows, [`export`] writes it.
//!
//! INVARIANT: no error message and no `Debug` output of this module holds a person's number, name
//! or address; both may be logged.

pub mod blind;
pub mod export;
pub mod field;
pub mod fold;
pub mod import;
pub mod name;
pub mod numbers;
pub mod reason;
pub mod record;
pub mod reveal;
pub mod seal;
pub mod search;
pub mod synth;
