//! Choice of the handshake steps that run in the call that reaches them, and not on a thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use godot_rustls_tls::session::{RecordFragment, Session, Step};

/// Budget of one call while several handshakes are in flight; many of them may run in one frame.
const BUDGET_CROWDED: Duration = Duration::from_micros(70);

/// Budget of one call for the only handshake. To hand a step to a thread and back takes some tens
/// of microseconds on an idle machine and milliseconds on a busy one; a single step of this length
/// in a frame is not noticed.
const BUDGET_ALONE: Duration = Duration::from_millis(1);

/// Handshakes that count as one: those of a connection's two ends, which may both be in this
/// process.
const MAX_UNCROWDED: usize = 2;

/// The number of handshakes in flight.
#[derive(Clone, Default)]
pub(crate) struct HandshakeCount(Arc<AtomicUsize>);

impl HandshakeCount {
    /// Counts a handshake until the guard is dropped.
    pub(super) fn begin(&self) -> InFlight {
        self.0.fetch_add(1, Ordering::Relaxed);
        InFlight(self.clone())
    }

    /// Returns the budget of one call.
    fn budget(&self) -> Duration {
        if self.0.load(Ordering::Relaxed) > MAX_UNCROWDED {
            BUDGET_CROWDED
        } else {
            BUDGET_ALONE
        }
    }
}

/// Guard held while a handshake is in flight.
pub(super) struct InFlight(HandshakeCount);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Content types of records that carry handshake messages, in plain text or encrypted. Other
/// records are cheap.
const EXPENSIVE_TYPES: [u8; 2] = [22, 23];

/// Input that was not processed within the budget.
pub(super) enum Rest {
    /// So many bytes, for the next call.
    Deferred(usize),
    /// So many bytes, for a thread.
    Expensive(usize),
    Nothing,
}

/// Processes the peer's bytes as far as the budget allows.
pub(super) fn process_within_budget(
    handshakes: &HandshakeCount,
    session: &mut Session,
    bytes: &[u8],
) -> Rest {
    let budget = handshakes.budget();
    let mut taken = 0;
    let mut spent = Duration::ZERO;
    while let Some(step) = session.next_step()
        && taken < bytes.len()
    {
        let fragment = session.peek_fragment(&bytes[taken..]);
        let cost = session.costs().estimate(step);
        if is_expensive(fragment) && cost.is_none_or(|cost| spent + cost > budget) {
            return if spent.is_zero() {
                Rest::Expensive(bytes.len() - taken)
            } else {
                Rest::Deferred(bytes.len() - taken)
            };
        }
        spent += process(session, step, fragment, &bytes[taken..]);
        taken += fragment.length;
    }
    session.input(&bytes[taken..]);
    Rest::Nothing
}

/// Processes all of the peer's bytes, and records the costs.
pub(super) fn process_all(session: &mut Session, mut bytes: &[u8]) {
    while let Some(step) = session.next_step()
        && !bytes.is_empty()
    {
        let fragment = session.peek_fragment(bytes);
        process(session, step, fragment, bytes);
        bytes = &bytes[fragment.length..];
    }
    session.input(bytes);
}

/// Returns whether the fragment completes a record of handshake messages: earlier fragments are
/// only stored.
fn is_expensive(fragment: RecordFragment) -> bool {
    fragment.completes && EXPENSIVE_TYPES.contains(&fragment.content_type)
}

/// Processes a fragment of a record. Returns the time that it took if it was expensive.
fn process(session: &mut Session, step: Step, fragment: RecordFragment, bytes: &[u8]) -> Duration {
    let began = Instant::now();
    session.input(&bytes[..fragment.length]);
    let took = began.elapsed();
    if !is_expensive(fragment) {
        return Duration::ZERO;
    }
    // A message may have been received in part.
    if session.next_step() == Some(step) && !session.has_output() {
        session.costs().record_partial(step, took);
    } else {
        session.costs().record(step, took);
    }
    took
}
