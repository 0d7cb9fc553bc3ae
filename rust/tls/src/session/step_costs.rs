//! What the steps of handshakes cost, learned from those before.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A piece of a handshake that one side does in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A client agrees on keys with the server; in TLS 1.2 it also judges its certificate.
    Agreement,
    /// A client judges the server's certificate and signature.
    Verdict,
    /// A server agrees on keys and signs.
    Answer,
    /// A server takes in the client's last flight, and judges the client's certificate if it asked for one.
    Conclusion,
}

const STEPS: usize = 4;

/// Interrupted once, a step seems to cost a multiple: more than this tells nothing.
const MOST: Duration = Duration::from_millis(4);

/// What takes no longer did no work of its own.
const SLIGHT: Duration = Duration::from_micros(20);

/// What each [`Step`] took lately under one set of options. It depends on the keys and chains of both sides and on the
/// machine, so nothing but measuring tells. Shared by threads.
#[derive(Debug, Default)]
pub struct Costs([AtomicU64; STEPS]);

impl Costs {
    /// What `step` is likely to take. `None` when none was measured.
    pub fn of(&self, step: Step) -> Option<Duration> {
        match self.0[step as usize].load(Ordering::Relaxed) {
            0 => None,
            nanoseconds => Some(Duration::from_nanos(nanoseconds)),
        }
    }

    /// A part of `step` took so long. It tells nothing of what the rest costs but that it may be as much.
    pub fn note_part(&self, step: Step, took: Duration) {
        let is_more = |known: Duration| took > known;
        if self.of(step).is_none_or(is_more) && took > SLIGHT {
            self.note(step, took);
        }
    }

    /// A step took so long: more is believed at once, less by and by.
    pub fn note(&self, step: Step, took: Duration) {
        let took = u64::try_from(took.min(MOST).as_nanos()).unwrap_or(u64::MAX);
        let cost = &self.0[step as usize];
        let known = cost.load(Ordering::Relaxed);
        let now = known.saturating_sub(known / 8).saturating_add(took / 8);
        // Two threads may overwrite each other: one of two measurements is as good as both.
        cost.store(now.max(took).max(1), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_micros(40);
    const LONG: Duration = Duration::from_micros(300);

    #[test]
    fn nothing_is_known_before_the_first_measurement() {
        let costs = Costs::default();
        costs.note(Step::Answer, SHORT);
        assert_eq!(costs.of(Step::Answer), Some(SHORT));
        assert_eq!(costs.of(Step::Verdict), None);
    }

    #[test]
    fn a_longer_step_is_believed_at_once_and_a_shorter_one_by_and_by() {
        let costs = Costs::default();
        costs.note(Step::Verdict, SHORT);
        costs.note(Step::Verdict, LONG);
        assert_eq!(costs.of(Step::Verdict), Some(LONG));
        costs.note(Step::Verdict, SHORT);
        assert!(costs.of(Step::Verdict).unwrap() > 2 * LONG / 3);
        for _ in 0..40 {
            costs.note(Step::Verdict, SHORT);
        }
        assert!(costs.of(Step::Verdict).unwrap() < 2 * SHORT);
    }

    #[test]
    fn one_long_interruption_is_forgotten_soon() {
        let costs = Costs::default();
        costs.note(Step::Agreement, Duration::from_secs(1));
        for _ in 0..40 {
            costs.note(Step::Agreement, SHORT);
        }
        assert!(costs.of(Step::Agreement).unwrap() < 2 * SHORT);
    }

    #[test]
    fn a_part_tells_that_a_step_may_cost_more_but_never_less() {
        let costs = Costs::default();
        costs.note_part(Step::Verdict, Duration::from_micros(1));
        assert_eq!(costs.of(Step::Verdict), None);
        costs.note_part(Step::Verdict, LONG);
        costs.note_part(Step::Verdict, SHORT);
        assert_eq!(costs.of(Step::Verdict), Some(LONG));
    }
}
