//! Chance that can be repeated.

use std::time::{SystemTime, UNIX_EPOCH};

/// A source of numbers that look random; the same seed gives the same numbers (splitmix64). Not fit
/// for anything secret.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// Seeded by `SEKISHO_SEED`, or by the clock; says which on standard error, so that a failure can
    /// be repeated.
    #[must_use]
    pub fn new() -> Self {
        let given = std::env::var("SEKISHO_SEED").ok().and_then(|seed| seed.parse().ok());
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |t| u64::from(t.subsec_nanos()));
        let seed = given.unwrap_or_else(clock);
        eprintln!("SEKISHO_SEED={seed}");
        Self(seed)
    }

    /// Seeded by a number.
    #[must_use]
    pub const fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub const fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 when `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        self.any().checked_rem(n).unwrap_or(0)
    }
}

impl Default for Chance {
    fn default() -> Self {
        Self::new()
    }
}
