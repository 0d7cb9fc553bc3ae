//! Requests, bodies, connection pools and settings of the HTTP classes.

pub(crate) mod body_sink;
pub(crate) mod cancellation;
pub(crate) mod engine_parity;
pub(crate) mod fetch_task;
pub(crate) mod pool_cache;
pub(crate) mod problem;
pub(crate) mod proxy_settings;
pub(crate) mod shared_response;
pub(crate) mod status;
pub(crate) mod stream_part;
pub(crate) mod turns;
