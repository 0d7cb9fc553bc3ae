//! How far a request is, for whoever polls it.

use std::sync::atomic::{AtomicU8, Ordering};

/// How far an exchange is. The numbers are those of the engine's HTTPClient.Status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Nothing happens, any more or yet.
    Idle = 0,
    /// The name is being looked up.
    Resolving = 1,
    /// The connection is being made and secured.
    Connecting = 3,
    /// There is a connection, and nothing to send.
    Connected = 5,
    /// The request is on its way, or its answer.
    Requesting = 6,
    /// The body comes.
    Body = 7,
}

/// Where others read how far an exchange is.
#[derive(Debug, Default)]
pub struct PhaseCell(AtomicU8);

impl PhaseCell {
    /// The engine's number for it.
    pub fn number(&self) -> u8 {
        self.0.load(Ordering::Acquire)
    }

    /// Sets it.
    pub fn set(&self, phase: Phase) {
        self.0.store(phase as u8, Ordering::Release);
    }
}
