//! How often an address may knock: token buckets in memory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

const BUCKETS_MAX: usize = 20_000;

/// Buckets by who knocks.
#[derive(Default)]
pub(crate) struct Limits {
    buckets: Mutex<HashMap<String, (f64, Instant)>>,
}

impl Limits {
    /// Takes one of `per_minute` from the bucket `who`; false when it is empty.
    pub(crate) fn take(&self, who: &str, per_minute: u32) -> bool {
        let now = Instant::now();
        let full = f64::from(per_minute);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX {
            buckets.retain(|_, (_, at)| at.elapsed().as_secs() < 60);
        }
        let (level, at) = buckets.entry(who.to_owned()).or_insert((full, now));
        *level = (*level + now.duration_since(*at).as_secs_f64() * full / 60.0).min(full);
        *at = now;
        let enough = *level >= 1.0;
        if enough {
            *level -= 1.0;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_runs_dry_and_is_nobody_elses() {
        let limits = Limits::default();
        assert!((0..3).all(|_| limits.take("a", 3)));
        assert!(!limits.take("a", 3));
        assert!(limits.take("b", 3));
    }
}
