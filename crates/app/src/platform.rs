//! The clock and the randomness of the machine, and a clock that a demonstration can move.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use ring::rand::{SecureRandom as _, SystemRandom};
use sekisho_ledgers::ports::{Clock, Entropy, EntropyError};

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

/// Now by the machine's clock, ms since the Unix epoch.
#[must_use]
pub fn now_ms() -> i64 {
    SystemClock.now_ms()
}

/// A clock that stands where it was put, until it is let go and follows the machine's clock.
#[derive(Debug)]
pub struct StagedClock {
    at_ms: AtomicI64,
}

/// The value that means "follow the machine's clock".
const LET_GO: i64 = i64::MIN;

impl StagedClock {
    /// A clock that stands at `ms`.
    #[must_use]
    pub const fn at(ms: i64) -> Self {
        Self { at_ms: AtomicI64::new(ms) }
    }

    /// Puts it at `ms`.
    pub fn set(&self, ms: i64) {
        self.at_ms.store(ms, Ordering::SeqCst);
    }

    /// Lets it follow the machine's clock.
    pub fn let_go(&self) {
        self.at_ms.store(LET_GO, Ordering::SeqCst);
    }
}

impl Clock for StagedClock {
    fn now_ms(&self) -> i64 {
        match self.at_ms.load(Ordering::SeqCst) {
            LET_GO => SystemClock.now_ms(),
            ms => ms,
        }
    }
}

/// The system's randomness.
#[derive(Clone, Debug)]
pub struct SystemEntropy(SystemRandom);

impl Default for SystemEntropy {
    fn default() -> Self {
        Self::new()
    }
}

impl SystemEntropy {
    /// The system's randomness.
    #[must_use]
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        self.0.fill(bytes).map_err(|_| EntropyError)
    }
}

/// `N` random bytes.
///
/// # Errors
/// When the system has no randomness to give.
pub fn random<const N: usize>(entropy: &dyn Entropy) -> Result<[u8; N], EntropyError> {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes)?;
    Ok(bytes)
}
