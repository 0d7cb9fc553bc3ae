//! Waiting between two tries of something that cannot say when it is ready.

use std::time::Duration;

/// Tries that only give the processor to another thread.
const YIELDS: u32 = 3;

/// The delay grows by this much with each try.
const STEP: Duration = Duration::from_micros(20);

/// The longest delay.
const MAX_DELAY: Duration = Duration::from_millis(1);

/// Delays between tries: first none, then longer and longer up to a millisecond. Nothing spins.
#[derive(Debug, Default)]
pub struct Backoff {
    tries: u32,
}

impl Backoff {
    /// Starts over, because something moved.
    pub fn reset(&mut self) {
        self.tries = 0;
    }

    /// Waits before the next try.
    pub fn wait(&mut self) {
        match self.next_delay() {
            None => std::thread::yield_now(),
            Some(delay) => std::thread::sleep(delay),
        }
    }

    /// Returns how long to sleep before the next try; `None` for giving way to other threads only.
    fn next_delay(&mut self) -> Option<Duration> {
        self.tries = self.tries.saturating_add(1);
        (self.tries > YIELDS).then(|| STEP.saturating_mul(self.tries).min(MAX_DELAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_begin_with_none_and_grow_up_to_a_millisecond() {
        let mut backoff = Backoff::default();
        for _ in 0..YIELDS {
            assert_eq!(backoff.next_delay(), None);
        }
        assert_eq!(backoff.next_delay(), Some(Duration::from_micros(80)));
        assert_eq!(backoff.next_delay(), Some(Duration::from_micros(100)));
        let last = (0..100).map(|_| backoff.next_delay()).last().flatten();
        assert_eq!(last, Some(MAX_DELAY));
    }

    #[test]
    fn any_number_of_tries_is_bounded() {
        let mut backoff = Backoff {
            tries: u32::MAX - 1,
        };
        assert_eq!(backoff.next_delay(), Some(MAX_DELAY));
        assert_eq!(backoff.next_delay(), Some(MAX_DELAY));
    }

    #[test]
    fn progress_starts_over() {
        let mut backoff = Backoff::default();
        for _ in 0..50 {
            backoff.next_delay();
        }
        backoff.reset();
        assert_eq!(backoff.next_delay(), None);
    }
}
