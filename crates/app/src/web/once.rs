//! A form is recorded once: its one-time token is claimed by the first submission, and a second
//! one is led to what came of the first.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

const KEPT: Duration = Duration::from_secs(3600);
const TOKENS_MAX: usize = 50_000;
const WAIT: Duration = Duration::from_secs(20);

#[derive(Default)]
pub(crate) struct Once {
    seen: Mutex<HashMap<String, (Instant, Option<String>)>>,
    settled: Condvar,
}

/// What to do with a submission.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It is the first.
    First,
    /// It was sent before; this is where its result is.
    Again(String),
    /// It was sent before, and its result did not come in time.
    Pending,
}

impl Once {
    /// Claims a token; waits for the first submission when it is under way.
    pub(crate) fn claim(&self, token: &str) -> Claim {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= TOKENS_MAX {
            seen.retain(|_, (at, _)| at.elapsed() < KEPT);
        }
        if !seen.contains_key(token) {
            seen.insert(token.to_owned(), (Instant::now(), None));
            return Claim::First;
        }
        let until = Instant::now() + WAIT;
        loop {
            match seen.get(token) {
                None => {
                    seen.insert(token.to_owned(), (Instant::now(), None));
                    return Claim::First;
                }
                Some((_, Some(place))) => return Claim::Again(place.clone()),
                Some((_, None)) => {}
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Claim::Pending;
            }
            seen = self.settled.wait_timeout(seen, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Says where the result of a claimed token is.
    pub(crate) fn settle(&self, token: &str, place: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(token.to_owned(), (Instant::now(), Some(place.to_owned())));
        self.settled.notify_all();
    }

    /// Gives a token back, because nothing was recorded.
    pub(crate) fn release(&self, token: &str) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
        self.settled.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_double_click_counts_once() {
        let once = Once::default();
        assert_eq!(once.claim("t"), Claim::First);
        once.settle("t", "/evidence/5");
        assert_eq!(once.claim("t"), Claim::Again("/evidence/5".to_owned()));
        assert_eq!(once.claim("u"), Claim::First);
        once.release("u");
        assert_eq!(once.claim("u"), Claim::First);
    }
}
