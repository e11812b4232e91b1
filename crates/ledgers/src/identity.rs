//! Identity records (本人確認情報): the pure domain.

pub mod numbers;
