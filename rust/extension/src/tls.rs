//! TLS connections over a stream of the engine or a socket of the addon.

pub(crate) mod base_stream;
pub(crate) mod dialer;
pub(crate) mod handshake_budget;
pub(crate) mod lifecycle;
pub(crate) mod limits;
mod offload;
pub(crate) mod pump;
pub(crate) mod read_buffer;
mod received;
mod socket;
pub(crate) mod status;
pub(crate) mod stream_state;
mod write_buffer;
