//! The part of a frame that may go into delivering what arrived.

use std::time::{Duration, Instant};

/// The budget of one frame.
#[derive(Debug, Clone, Copy)]
pub struct FrameBudget {
    frame: u64,
    budget: Duration,
    /// Time of the first use in this frame. Polling tasks that are not done takes time too, so
    /// everything since then counts.
    since: Instant,
    has_delivered: bool,
}

impl FrameBudget {
    /// Begins the frame of this number at `now`.
    pub fn new(frame: u64, budget: Duration, now: Instant) -> Self {
        Self {
            frame,
            budget,
            since: now,
            has_delivered: false,
        }
    }

    /// Returns the number of the frame.
    pub fn frame(&self) -> u64 {
        self.frame
    }

    /// Returns whether something may still be delivered: the first delivery of a frame always,
    /// others until seven eighths are spent, since the last one has to end within the budget.
    pub fn is_left(&self, now: Instant) -> bool {
        !self.has_delivered || self.spent(now) < self.budget * 7 / 8
    }

    /// Returns how long the frame may wait for something: three quarters at most, since what is
    /// waited for has to be delivered too.
    pub fn wait(&self, now: Instant) -> Duration {
        (self.budget * 3 / 4).saturating_sub(self.spent(now))
    }

    /// Records that something is delivered.
    pub fn deliver(&mut self) {
        self.has_delivered = true;
    }

    fn spent(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: Duration = Duration::from_millis(8);

    fn at(start: Instant, milliseconds: u64) -> Instant {
        start + Duration::from_millis(milliseconds)
    }

    #[test]
    fn the_first_delivery_of_a_frame_always_comes_through() {
        let start = Instant::now();
        let mut frame = FrameBudget::new(1, BUDGET, start);
        assert!(frame.is_left(at(start, 1_000)));
        frame.deliver();
        assert!(!frame.is_left(at(start, 1_000)));
    }

    #[test]
    fn deliveries_end_when_seven_eighths_are_spent() {
        let start = Instant::now();
        let mut frame = FrameBudget::new(1, BUDGET, start);
        frame.deliver();
        assert!(frame.is_left(at(start, 6)));
        assert!(!frame.is_left(at(start, 7)));
    }

    #[test]
    fn waiting_leaves_a_quarter_for_the_delivery() {
        let start = Instant::now();
        let frame = FrameBudget::new(1, BUDGET, start);
        assert_eq!(frame.wait(start), Duration::from_millis(6));
        assert_eq!(frame.wait(at(start, 4)), Duration::from_millis(2));
        assert_eq!(frame.wait(at(start, 6)), Duration::ZERO);
        assert_eq!(frame.wait(at(start, 60)), Duration::ZERO);
    }

    #[test]
    fn a_clock_that_goes_back_spends_nothing() {
        let start = Instant::now();
        let mut frame = FrameBudget::new(1, BUDGET, at(start, 10));
        frame.deliver();
        assert!(frame.is_left(start));
    }

    #[test]
    fn no_budget_lets_one_delivery_through_and_waits_for_none() {
        let start = Instant::now();
        let mut frame = FrameBudget::new(1, Duration::ZERO, start);
        assert_eq!(frame.wait(start), Duration::ZERO);
        assert!(frame.is_left(start));
        frame.deliver();
        assert!(!frame.is_left(start));
    }
}
