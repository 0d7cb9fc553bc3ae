//! What a handshake may take.

use std::time::{Duration, Instant};

/// What a handshake may take.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// When its time began.
    pub(crate) started: Instant,
    /// How long it has. None for ever.
    pub(crate) timeout: Option<Duration>,
    /// Threads that do its hard steps; with none they are done where they come up.
    pub(crate) threads: usize,
}

impl Limits {
    /// The time that the handshake had, when it is over.
    pub(super) fn passed(&self) -> Option<Duration> {
        self.timeout
            .filter(|limit| self.started.elapsed() >= *limit)
    }
}
