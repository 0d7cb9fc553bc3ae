//! The phase of an exchange, shared with those who poll it from other threads.

use std::sync::atomic::{AtomicU8, Ordering};

/// The phase of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Nothing is under way.
    #[default]
    Idle,
    /// A name is being looked up.
    Resolving,
    /// The connection is being made and secured.
    Connecting,
    /// The request is being sent, or its response awaited.
    Requesting,
    /// The body of the response is being received.
    Body,
    /// The exchange waits before it sends its request again.
    Waiting,
}

/// A cell that holds a [`Phase`], written by the exchange and read by other threads.
#[derive(Debug, Default)]
pub struct PhaseCell(AtomicU8);

impl PhaseCell {
    /// Returns the phase.
    pub fn get(&self) -> Phase {
        match self.0.load(Ordering::Acquire) {
            1 => Phase::Resolving,
            2 => Phase::Connecting,
            3 => Phase::Requesting,
            4 => Phase::Body,
            5 => Phase::Waiting,
            _ => Phase::Idle,
        }
    }

    /// Sets the phase.
    pub fn set(&self, phase: Phase) {
        self.0.store(phase as u8, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phase_that_is_set_is_read() {
        let cell = PhaseCell::default();
        assert_eq!(cell.get(), Phase::default());
        for phase in [
            Phase::Resolving,
            Phase::Connecting,
            Phase::Requesting,
            Phase::Body,
            Phase::Waiting,
            Phase::Idle,
        ] {
            cell.set(phase);
            assert_eq!(cell.get(), phase);
        }
    }
}
