//! Decision whether to wait for a response within the frame that requested it.

use std::time::Duration;

/// The most chances that are skipped after waits that failed.
const MAX_SKIPPED: u32 = 256;

/// Experience with earlier waits.
#[derive(Debug, Clone, Copy)]
pub struct SameFrameWait {
    /// Duration of the last response.
    last_duration: Duration,
    /// The last response was waited for.
    was_waited_for: bool,
    /// Chances to skip before the next wait (exponential back-off).
    to_skip: u32,
    /// Number of chances that were skipped the last time.
    skipped: u32,
}

impl SameFrameWait {
    /// Knows no response yet, so no wait pays.
    pub const NONE: Self = Self {
        last_duration: Duration::MAX,
        was_waited_for: false,
        to_skip: 0,
        skipped: 0,
    };

    /// Records a response that took `duration`.
    pub fn on_response(&mut self, duration: Duration, was_waited_for: bool) {
        self.last_duration = duration;
        self.was_waited_for = was_waited_for;
    }

    /// Returns whether the next response probably comes within `wait`. A request right after
    /// another one finds everything awake, here and at the server, and takes about half of one for
    /// which the processors had to wake up.
    pub fn pays(&mut self, wait: Duration) -> bool {
        let expected = if self.was_waited_for {
            self.last_duration
        } else {
            self.last_duration / 2
        };
        if wait <= expected {
            return false;
        }
        let is_skipped = self.to_skip > 0;
        self.to_skip = self.to_skip.saturating_sub(1);
        !is_skipped
    }

    /// Records how a wait ended. After each one that failed, twice as many chances are skipped.
    pub fn on_waited(&mut self, has_come: bool) {
        self.skipped = if has_come {
            0
        } else {
            (self.skipped * 2).clamp(1, MAX_SKIPPED)
        };
        self.to_skip = self.skipped;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAST: Duration = Duration::from_micros(400);
    const FRAME: Duration = Duration::from_millis(1);

    /// After one fast response that was not waited for.
    fn after_fast() -> SameFrameWait {
        let mut wait = SameFrameWait::NONE;
        wait.on_response(FAST, false);
        wait
    }

    #[test]
    fn without_a_response_no_wait_pays() {
        let mut wait = SameFrameWait::NONE;
        assert!(!wait.pays(Duration::from_secs(3_600)));
    }

    #[test]
    fn half_the_last_duration_is_expected_and_all_of_one_that_was_waited_for() {
        let mut wait = after_fast();
        assert!(wait.pays(FAST * 3 / 4));
        assert!(!wait.pays(FAST / 2));
        wait.on_response(FAST, true);
        assert!(!wait.pays(FAST));
        assert!(wait.pays(FAST * 2));
    }

    #[test]
    fn waits_that_fail_are_skipped_twice_as_long_each_time_up_to_a_limit() {
        let mut wait = after_fast();
        for skipped in [1, 2, 4, 8, 16, 32, 64, 128, 256, 256] {
            wait.on_waited(false);
            let skips = (0..).take_while(|_| !wait.pays(FRAME)).count();
            assert_eq!(skips, skipped);
        }
        wait.on_waited(true);
        assert!(wait.pays(FRAME));
    }

    #[test]
    fn a_chance_that_is_too_short_is_not_counted_as_skipped() {
        let mut wait = after_fast();
        wait.on_waited(false);
        assert!(!wait.pays(Duration::ZERO));
        assert!(!wait.pays(FRAME));
        assert!(wait.pays(FRAME));
    }
}
