//! Machinery between a main thread that must never wait and work that takes long: threads, hand-over, budgets.
//!
//! Knows neither TLS nor HTTP. What runs here gets plain data, and its results come back through channels that the
//! main thread looks into once a frame.
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

/// Whether something still runs the program's code after it was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// Nothing runs any more.
    Complete,
    /// A thread is at work and ends by itself.
    AtWork,
}

/// Returns all cores but one, which is the main thread's own; at least 1.
pub fn spare_cores() -> usize {
    cores().saturating_sub(1).max(1)
}

fn cores() -> usize {
    static CORES: LazyLock<usize> =
        LazyLock::new(|| std::thread::available_parallelism().map_or(1, NonZero::get));
    *CORES
}
