//! Costs of handshake steps, estimated from earlier handshakes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A part of a handshake that one side computes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A client agrees on keys with the server; in TLS 1.2 it also verifies the server's
    /// certificate.
    Agreement,
    /// A client verifies the server's certificate and signature.
    Verdict,
    /// A server agrees on keys and signs.
    Answer,
    /// A server processes the client's last flight, with the client's certificate if it asked for
    /// one.
    Conclusion,
}

const STEPS: usize = 4;

/// Longest sample: samples are clamped to this, because a longer one means that the thread was
/// preempted.
const MAX_SAMPLE: Duration = Duration::from_millis(4);

/// Longest time of a partial measurement that did no work of its own.
const NEGLIGIBLE: Duration = Duration::from_micros(20);

/// Estimated costs of each [`Step`] under one set of options. They depend on the keys and chains of
/// both sides and on the machine, so they are measured. Shared by threads.
#[derive(Debug, Default)]
pub struct Costs([AtomicU64; STEPS]);

impl Costs {
    /// Returns the estimated time of `step`, or `None` if none was measured.
    pub fn of(&self, step: Step) -> Option<Duration> {
        match self.0[step as usize].load(Ordering::Relaxed) {
            0 => None,
            nanoseconds => Some(Duration::from_nanos(nanoseconds)),
        }
    }

    /// Records a partial measurement: it can raise the estimate, never lower it.
    pub fn note_part(&self, step: Step, took: Duration) {
        let is_more = |known: Duration| took > known;
        if self.of(step).is_none_or(is_more) && took > NEGLIGIBLE {
            self.note(step, took);
        }
    }

    /// Records a measurement: a longer one counts at once, a shorter one by degrees.
    pub fn note(&self, step: Step, took: Duration) {
        let took = u64::try_from(took.min(MAX_SAMPLE).as_nanos()).unwrap_or(u64::MAX);
        let cost = &self.0[step as usize];
        let known = cost.load(Ordering::Relaxed);
        let now = known.saturating_sub(known / 8).saturating_add(took / 8);
        // Threads may overwrite each other's measurement; losing one does not matter.
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
