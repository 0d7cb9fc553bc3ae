//! A TLS connection over a stream of the engine's or a socket of ours.

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
