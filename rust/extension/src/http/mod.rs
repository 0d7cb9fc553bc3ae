//! What the HTTP classes share: the runtime, pools, bodies in the engine's memory, and exchanges under way.

pub(crate) mod arrival;
pub(crate) mod bytes;
pub(crate) mod defaults;
pub(crate) mod event_queue;
pub(crate) mod flight;
pub(crate) mod frame_budget;
pub(crate) mod patience;
pub(crate) mod pools;
pub(crate) mod proxies;
pub(crate) mod receivers;
pub(crate) mod runtime;
