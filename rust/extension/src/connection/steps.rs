//! The steps of a handshake: which are done in the call that comes to them, and which on a thread.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use godot_rustls_core::session::Session;

/// What a handshake may cost in one call while others go on: many of them meet in one frame.
const SHARE: Duration = Duration::from_micros(70);

/// What it may cost while it is the only one. Handing a step to a thread and back costs some tens of microseconds on an
/// idle machine and milliseconds on a busy one; a frame that has to bear one such step and no more does not notice it.
const ALONE: Duration = Duration::from_millis(1);

/// As many handshakes as one connection has ends, which may both be in this process.
const FEW: usize = 2;

static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// A handshake that is under way as long as this lives.
pub(super) struct UnderWay(());

impl UnderWay {
    pub(super) fn new() -> Self {
        UNDER_WAY.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
    }
}

fn budget() -> Duration {
    if UNDER_WAY.load(Ordering::Relaxed) > FEW {
        SHARE
    } else {
        ALONE
    }
}

/// The length of a record's head, of which the last two bytes are the length of the rest (RFC 8446 section 5.1).
const HEAD: usize = 5;

/// Records that carry handshake messages, in plain text or encrypted. Others, and what is no record at all, mean no work.
const WITH_WORK: [u8; 2] = [22, 23];

/// What stopped it before all bytes were taken in.
pub(super) enum Rest {
    /// The next call can go on with these.
    Later(usize),
    /// A thread should go on with these.
    HardWork(usize),
    Nothing,
}

/// Takes in the peer's bytes as far as they cost little.
pub(super) fn take_in_cheap(session: &mut Session, bytes: &[u8]) -> Rest {
    let budget = budget();
    let mut taken = 0;
    let mut spent = Duration::ZERO;
    while let Some(step) = session.next_step()
        && taken < bytes.len()
    {
        let cost = session.costs().of(step);
        if WITH_WORK.contains(&bytes[taken]) && cost.is_none_or(|cost| spent + cost > budget) {
            return if spent.is_zero() {
                Rest::HardWork(bytes.len() - taken)
            } else {
                Rest::Later(bytes.len() - taken)
            };
        }
        let (record, took) = take_in_record(session, &bytes[taken..]);
        taken += record;
        spent += took;
    }
    session.input(&bytes[taken..]);
    Rest::Nothing
}

/// Takes in all of the peer's bytes, and learns what they cost.
pub(super) fn take_in_all(session: &mut Session, mut bytes: &[u8]) {
    while session.next_step().is_some() && !bytes.is_empty() {
        let (record, _) = take_in_record(session, bytes);
        bytes = &bytes[record..];
    }
    session.input(bytes);
}

/// How many bytes the next record has, and what it took.
fn take_in_record(session: &mut Session, bytes: &[u8]) -> (usize, Duration) {
    let length = match bytes {
        [_, _, _, high, low, ..] => HEAD + usize::from(u16::from_be_bytes([*high, *low])),
        _ => bytes.len(),
    };
    let record = &bytes[..length.min(bytes.len())];
    let step = session.next_step();
    let began = Instant::now();
    session.input(record);
    let took = began.elapsed();
    let has_worked = record.len() == length && WITH_WORK.contains(&record[0]);
    if let Some(step) = step.filter(|_| has_worked) {
        session.costs().note(step, took);
    }
    (record.len(), took)
}
