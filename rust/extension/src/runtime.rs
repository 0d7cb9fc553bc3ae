//! Threads, frames and memory that live as long as the addon.

pub(crate) mod frame_budget;
pub(crate) mod frame_poll;
pub(crate) mod late_listeners;
pub(crate) mod packed_bytes;
pub(crate) mod pin_library;
pub(crate) mod threads;
