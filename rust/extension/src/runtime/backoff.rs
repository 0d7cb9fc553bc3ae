//! Waiting between two tries.

use std::time::Duration;

/// Waits between two tries: first not at all, then longer and longer up to a millisecond. Nothing spins.
#[derive(Default)]
pub(crate) struct Backoff {
    tries: u32,
}

impl Backoff {
    /// Something moved: start over.
    pub(crate) fn reset(&mut self) {
        self.tries = 0;
    }

    pub(crate) fn wait(&mut self) {
        self.tries = self.tries.saturating_add(1);
        match self.tries {
            0..=3 => std::thread::yield_now(),
            tries => std::thread::sleep(Duration::from_micros(u64::from(tries.min(50)) * 20)),
        }
    }
}
