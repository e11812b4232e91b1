//! Who writes at the same time: so that all of them share one sync of the disk.

use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

/// How long those who wrote at the same time last are waited for.
const GATHER_MAX: Duration = Duration::from_micros(1_000);
/// How often it is looked whether they have come.
const GATHER_STEP: Duration = Duration::from_micros(50);

/// How many wrote at the same time last; falls by half when they stay away.
#[derive(Debug, Default)]
pub(crate) struct Crowd(usize);

impl Crowd {
    /// Takes what waits behind `first`, at most `limit` in all.
    ///
    /// Whoever has just been answered comes back one by one. Without waiting a moment, the first
    /// would get a sync of the disk alone, and all others would wait for it. Somebody who writes
    /// alone is never made to wait.
    pub(crate) fn gather<T>(&mut self, first: T, waiting: &Receiver<T>, limit: usize) -> Vec<T> {
        let mut here = vec![first];
        let begun = Instant::now();
        loop {
            here.extend(waiting.try_iter().take(limit.saturating_sub(here.len())));
            if here.len() >= self.0.min(limit) || begun.elapsed() >= GATHER_MAX {
                break;
            }
            std::thread::sleep(GATHER_STEP);
        }
        self.0 = here.len().max(self.0 / 2);
        here
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn all_that_waits_is_taken_in_order_up_to_the_limit() {
        let (send, waiting) = channel();
        (1..10).for_each(|n| send.send(n).unwrap());
        let mut crowd = Crowd::default();
        assert_eq!(crowd.gather(0, &waiting, 4), [0, 1, 2, 3]);
        let next = waiting.recv().unwrap();
        assert_eq!(crowd.gather(next, &waiting, 100), [4, 5, 6, 7, 8, 9]);
        assert_eq!(crowd.0, 6);
    }

    #[test]
    fn a_crowd_is_waited_for_and_forgotten_by_halves() {
        let (send, waiting) = channel::<usize>();
        let mut crowd = Crowd(4);
        let sizes: Vec<usize> = (0..3)
            .map(|_| {
                assert_eq!(crowd.gather(0, &waiting, 256).len(), 1);
                crowd.0
            })
            .collect();
        assert_eq!(sizes, [2, 1, 1], "nobody came");
        // Alone, nobody waits for others however often it goes on.
        (0..1_000).for_each(|_| drop(crowd.gather(0, &waiting, 256)));
        assert_eq!(crowd.0, 1);
        let mut crowd = Crowd(3);
        let later = std::thread::spawn(move || (0..2).for_each(|n| send.send(n).unwrap()));
        later.join().unwrap();
        assert_eq!(crowd.gather(9, &waiting, 256), [9, 0, 1]);
    }
}
