//! Costs of handshake steps, estimated from earlier handshakes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A part of a handshake that one side computes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A client agrees on keys with the server; in TLS 1.2 it also verifies the server's
    /// certificate.
    ClientKeyExchange,
    /// A client verifies the server's certificate and signature.
    ServerAuth,
    /// A server agrees on keys and signs.
    ServerHello,
    /// A server processes the client's last flight, with the client's certificate if it asked for
    /// one.
    ClientFinished,
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
pub struct StepCosts([AtomicU64; STEPS]);

impl StepCosts {
    /// Returns the estimated time of `step`, or `None` if none was measured.
    pub fn estimate(&self, step: Step) -> Option<Duration> {
        match self.0[step as usize].load(Ordering::Relaxed) {
            0 => None,
            nanoseconds => Some(Duration::from_nanos(nanoseconds)),
        }
    }

    /// Records a partial measurement: it can raise the estimate, never lower it.
    pub fn record_partial(&self, step: Step, took: Duration) {
        let is_more = |known: Duration| took > known;
        if self.estimate(step).is_none_or(is_more) && took > NEGLIGIBLE {
            self.record(step, took);
        }
    }

    /// Records a measurement: a longer one counts at once, a shorter one by degrees.
    pub fn record(&self, step: Step, took: Duration) {
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
        let costs = StepCosts::default();
        costs.record(Step::ServerHello, SHORT);
        assert_eq!(costs.estimate(Step::ServerHello), Some(SHORT));
        assert_eq!(costs.estimate(Step::ServerAuth), None);
    }

    #[test]
    fn a_longer_step_counts_at_once_and_a_shorter_one_by_degrees() {
        let costs = StepCosts::default();
        costs.record(Step::ServerAuth, SHORT);
        costs.record(Step::ServerAuth, LONG);
        assert_eq!(costs.estimate(Step::ServerAuth), Some(LONG));
        costs.record(Step::ServerAuth, SHORT);
        assert!(costs.estimate(Step::ServerAuth).unwrap() > 2 * LONG / 3);
        for _ in 0..40 {
            costs.record(Step::ServerAuth, SHORT);
        }
        assert!(costs.estimate(Step::ServerAuth).unwrap() < 2 * SHORT);
    }

    #[test]
    fn one_long_preemption_is_forgotten_soon() {
        let costs = StepCosts::default();
        costs.record(Step::ClientKeyExchange, Duration::from_secs(1));
        for _ in 0..40 {
            costs.record(Step::ClientKeyExchange, SHORT);
        }
        assert!(costs.estimate(Step::ClientKeyExchange).unwrap() < 2 * SHORT);
    }

    #[test]
    fn a_partial_measurement_raises_the_estimate_and_never_lowers_it() {
        let costs = StepCosts::default();
        costs.record_partial(Step::ServerAuth, Duration::from_micros(1));
        assert_eq!(costs.estimate(Step::ServerAuth), None);
        costs.record_partial(Step::ServerAuth, LONG);
        costs.record_partial(Step::ServerAuth, SHORT);
        assert_eq!(costs.estimate(Step::ServerAuth), Some(LONG));
    }
}
