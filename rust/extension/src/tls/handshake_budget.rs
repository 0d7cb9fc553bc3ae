//! The steps of a handshake: which are done in the call that comes to them, and which on a thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use godot_rustls_tls::session::{RecordFragment, Session, Step};

/// What a handshake may cost in one call while others go on: many of them meet in one frame.
const BUDGET_CROWDED: Duration = Duration::from_micros(70);

/// What it may cost while it is the only one. Handing a step to a thread and back costs some tens of microseconds on an
/// idle machine and milliseconds on a busy one; a frame that has to bear one such step and no more does not notice it.
const BUDGET_ALONE: Duration = Duration::from_millis(1);

/// As many handshakes as one connection has ends, which may both be in this process.
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

    /// Returns what a handshake may cost in one call.
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

/// Records that carry handshake messages, in plain text or encrypted. Others mean no work.
const EXPENSIVE_TYPES: [u8; 2] = [22, 23];

/// What stopped it before all bytes were taken in.
pub(super) enum Rest {
    /// The next call can go on with these.
    Deferred(usize),
    /// A thread should go on with these.
    Expensive(usize),
    Nothing,
}

/// Takes in the peer's bytes as far as they cost little.
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

/// Takes in all of the peer's bytes, and learns what they cost.
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

/// The end of a record of handshake messages: what comes before is only kept.
fn is_expensive(fragment: RecordFragment) -> bool {
    fragment.completes && EXPENSIVE_TYPES.contains(&fragment.content_type)
}

/// Takes in a fragment of a record. What it took, when it was work.
fn process(session: &mut Session, step: Step, fragment: RecordFragment, bytes: &[u8]) -> Duration {
    let began = Instant::now();
    session.input(&bytes[..fragment.length]);
    let took = began.elapsed();
    if !is_expensive(fragment) {
        return Duration::ZERO;
    }
    // A message may have begun and not ended.
    if session.next_step() == Some(step) && !session.has_output() {
        session.costs().record_partial(step, took);
    } else {
        session.costs().record(step, took);
    }
    took
}
