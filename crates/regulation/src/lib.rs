//! 定める: a municipality's regulation as data.
//!
//! This crate is a pure ground floor. It knows Japanese legal text, articles, profiles and dates in
//! both calendars; it does not know clocks, files, databases or people who are signed in.

pub mod citation;
pub mod date;
pub mod digest;
pub mod draft;
pub mod numeral;
pub mod procedure;
pub mod profile;
pub mod reader;
#[cfg(feature = "testing")]
pub mod testing;

pub use citation::Citation;
pub use date::Date;
pub use profile::Profile;
