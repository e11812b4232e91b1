//! Connections for readers: a few, lent one at a time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sekisho_ledgers::ports::StoreError;

/// How long a reader waits for a connection.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// At most `most` connections at once; a reader beyond them waits.
#[derive(Debug)]
pub(crate) struct Pool<C> {
    state: Mutex<State<C>>,
    freed: Condvar,
    most: usize,
}

#[derive(Debug)]
struct State<C> {
    idle: Vec<C>,
    lent: usize,
}

/// The right to hold one connection; given back when dropped, also by a panic.
struct Seat<'a, C>(&'a Pool<C>);

impl<C> Drop for Seat<'_, C> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.lent = state.lent.saturating_sub(1);
        self.0.freed.notify_one();
    }
}

impl<C> Pool<C> {
    pub(crate) const fn new(most: usize) -> Self {
        Self { state: Mutex::new(State { idle: Vec::new(), lent: 0 }), freed: Condvar::new(), most }
    }

    /// Runs something on a connection, which `open` makes when none is idle. `sound` says whether the
    /// connection may be used again.
    pub(crate) fn with<T>(
        &self,
        open: impl FnOnce() -> Result<C, StoreError>,
        sound: impl FnOnce(&C) -> bool,
        run: impl FnOnce(&mut C) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let seat = self.sit()?;
        let idle = self.lock().idle.pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => open()?,
        };
        let found = run(&mut connection);
        if sound(&connection) {
            self.lock().idle.push(connection);
        }
        drop(seat);
        found
    }

    /// Forgets the idle connections, as after the server went away.
    pub(crate) fn clear(&self) {
        let idle = std::mem::take(&mut self.lock().idle);
        drop(idle);
    }

    fn sit(&self) -> Result<Seat<'_, C>, StoreError> {
        let deadline = Instant::now() + WAIT_MAX;
        let mut state = self.lock();
        while state.lent >= self.most {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(StoreError::Unavailable("too many readers at once".to_owned()));
            }
            state = self.freed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.lent += 1;
        drop(state);
        Ok(Seat(self))
    }

    fn lock(&self) -> MutexGuard<'_, State<C>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_connection_is_used_again_and_a_broken_one_is_not() {
        let pool = Pool::new(1);
        let mut made = 0;
        for (sound, expected) in [(true, 1), (true, 1), (false, 1), (true, 2), (true, 2)] {
            let open = || {
                made += 1;
                Ok(made)
            };
            assert_eq!(pool.with(open, |_| sound, |c| Ok(*c)), Ok(expected));
        }
        pool.clear();
        assert_eq!(pool.with(|| Ok(7), |_| true, |c| Ok(*c)), Ok(7));
    }

    #[test]
    fn a_reader_waits_for_its_turn() {
        let pool = Pool::new(2);
        let most = Mutex::new((0, 0));
        let count = |by: i32| {
            let mut now = most.lock().unwrap_or_else(PoisonError::into_inner);
            now.0 += by;
            now.1 = now.1.max(now.0);
        };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let run = |(): &mut ()| {
                        count(1);
                        std::thread::sleep(Duration::from_millis(3));
                        count(-1);
                        Ok(())
                    };
                    assert_eq!(pool.with(|| Ok(()), |()| true, run), Ok(()));
                });
            }
        });
        assert_eq!(most.lock().unwrap_or_else(PoisonError::into_inner).1, 2);
    }
}
