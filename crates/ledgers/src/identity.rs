//! Identity records (本人確認情報): the pure domain.

pub mod fold;
pub mod name;
pub mod numbers;
