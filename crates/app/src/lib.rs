//! 門: the program. Command line, pages, card readers, keys and configuration; the only crate with
//! an async runtime. It knows no rules: it asks the gate through the house.

pub mod codes;
pub mod desk;
pub mod platform;
pub mod readers;
pub mod virtual_card;
