//! Threads, hand-over and budgets between a main thread that must never wait and work that takes
//! long.
//!
//! This crate knows neither TLS nor HTTP. Work gets plain data, and its results come back through
//! channels that the main thread polls once a frame.
#![forbid(unsafe_code)]

pub mod async_runtime;
pub mod backoff;
pub mod event_queue;
pub mod frame_budget;
pub mod response_state;
pub mod same_frame_wait;
pub mod worker_pool;

use std::num::NonZero;
use std::sync::LazyLock;

/// State of something that was stopped: whether it still runs the program's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// Nothing runs any more.
    Complete,
    /// A thread is at work and ends by itself.
    AtWork,
}

impl Shutdown {
    /// Returns the state of both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::Complete => other,
            Self::AtWork => Self::AtWork,
        }
    }
}

/// Returns all cores but one, which is the main thread's own; at least 1.
pub fn spare_cores() -> usize {
    cores().saturating_sub(1).max(1)
}

fn cores() -> usize {
    // A static: the machine has one number of cores, and asking the system takes long.
    static CORES: LazyLock<usize> =
        LazyLock::new(|| std::thread::available_parallelism().map_or(1, NonZero::get));
    *CORES
}

#[cfg(test)]
mod tests {
    use super::Shutdown::{AtWork, Complete};

    #[test]
    fn two_are_complete_when_both_are() {
        assert_eq!(Complete.and(Complete), Complete);
        for [one, other] in [[AtWork, Complete], [Complete, AtWork], [AtWork, AtWork]] {
            assert_eq!(one.and(other), AtWork);
        }
    }
}
