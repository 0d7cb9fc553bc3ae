//! Limits of a handshake.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::handshake_budget::HandshakeCount;
use crate::runtime::threads::Threads;

/// Limits of one handshake, and what it shares with others.
#[derive(Clone)]
pub(crate) struct Limits {
    /// Start of its time.
    pub(crate) started: Instant,
    /// Time that it may take; `None` means no limit.
    pub(crate) timeout: Option<Duration>,
    /// Number of threads that may process its expensive steps. With none, the call that reaches a
    /// step processes it.
    pub(crate) max_threads: usize,
    /// Threads for these steps, and for resolving and dialing.
    pub(crate) threads: Arc<Threads>,
    /// All handshakes in flight, which share the time of a frame.
    pub(crate) handshakes: HandshakeCount,
}

impl Limits {
    /// Returns the time limit if it is over.
    pub(super) fn expired(&self) -> Option<Duration> {
        self.timeout
            .filter(|limit| self.started.elapsed() >= *limit)
    }
}
