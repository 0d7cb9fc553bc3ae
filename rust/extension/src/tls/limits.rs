//! What a handshake may take.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::handshake_budget::HandshakeCount;
use crate::runtime::threads::Threads;

/// What a handshake may take.
#[derive(Clone)]
pub(crate) struct Limits {
    /// When its time began.
    pub(crate) started: Instant,
    /// How long it has. None for ever.
    pub(crate) timeout: Option<Duration>,
    /// How many threads may do its hard steps; with none they are done where they come up.
    pub(crate) max_threads: usize,
    /// The threads that do them, and that resolve and dial.
    pub(crate) threads: Arc<Threads>,
    /// All handshakes in flight, which share the time of a frame.
    pub(crate) handshakes: HandshakeCount,
}

impl Limits {
    /// The time that the handshake had, when it is over.
    pub(super) fn expired(&self) -> Option<Duration> {
        self.timeout
            .filter(|limit| self.started.elapsed() >= *limit)
    }
}
