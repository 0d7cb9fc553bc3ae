//! Threads, frames and memory: what lives as long as the library.

pub(crate) mod async_runtime;
pub(crate) mod backoff;
pub(crate) mod frame_budget;
pub(crate) mod frame_poll;
pub(crate) mod packed_bytes;
pub(crate) mod pin_library;
pub(crate) mod worker_pool;
