//! Identity records (本人確認情報): the pure domain.

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
