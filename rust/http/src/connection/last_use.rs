//! The time when a connection was used last.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// Time on two clocks. The monotonic clock stops on most systems while the machine sleeps, and
/// servers do not wait that long. The system's clock may be set to any time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastUse {
    steady: Instant,
    calendar: SystemTime,
}

impl LastUse {
    pub(crate) fn now() -> Self {
        Self {
            steady: Instant::now(),
            calendar: SystemTime::now(),
        }
    }

    /// Returns the elapsed time, by the clock that shows more.
    pub(crate) fn age(&self) -> Duration {
        let by_calendar = self.calendar.elapsed().unwrap_or_default();
        self.steady.elapsed().max(by_calendar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_in_which_the_machine_slept_counts_and_a_clock_set_back_does_not() {
        let hours = Duration::from_secs(8 * 3600);
        let mut last_use = LastUse::now();
        last_use.calendar -= hours;
        assert!(last_use.age() >= hours);
        last_use.calendar += hours * 2;
        assert!(last_use.age() < hours);
    }
}
