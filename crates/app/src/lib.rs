//! 門: the program. Command line, pages, card readers, keys and configuration; the only crate with
//! an async runtime. It knows no rules: it asks the gate through the house.

pub mod bench;
pub mod cli;
pub mod codes;
pub mod coverage;
pub mod demo;
pub mod desk;
pub mod platform;
pub mod profiles;
pub mod prove;
pub mod reader_api;
pub mod readers;
pub mod revision;
pub mod setup;
pub mod site;
pub mod tls;
pub mod verification;
pub mod virtual_card;
pub mod web;

#[cfg(test)]
mod tidy;
