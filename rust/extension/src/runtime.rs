//! Threads, frames and memory: what lives as long as the library.

pub(crate) mod frame_budget;
pub(crate) mod frame_poll;
pub(crate) mod late_listeners;
pub(crate) mod packed_bytes;
pub(crate) mod pin_library;
pub(crate) mod threads;
