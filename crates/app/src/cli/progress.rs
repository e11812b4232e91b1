//! Progress of a long command: one line that is written over, on a terminal only.

use std::cell::Cell;
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// How often the line is written anew.
const EVERY: Duration = Duration::from_millis(200);

/// One line of progress on standard error; silent when that is no terminal.
#[derive(Debug)]
pub(crate) struct Progress {
    what: &'static str,
    shown: Cell<Option<Instant>>,
    terminal: bool,
}

impl Progress {
    /// Progress of something, named as the line begins.
    pub(crate) fn of(what: &'static str) -> Self {
        Self { what, shown: Cell::new(None), terminal: std::io::stderr().is_terminal() }
    }

    /// Tells how far it is.
    pub(crate) fn tell(&self, done: u64, all: u64) {
        let due = self.shown.get().is_none_or(|at| at.elapsed() >= EVERY);
        if self.terminal && due {
            self.shown.set(Some(Instant::now()));
            let _ = write!(std::io::stderr(), "\r\x1b[K{} {done}/{all}", self.what);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.get().is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
