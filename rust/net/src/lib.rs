//! Connections: name resolution, happy eyeballs, deadlines, proxies, and TLS over a socket.
//!
//! The futures of this crate run on a tokio runtime of the caller's.
#![forbid(unsafe_code)]

pub mod connector;
mod deadline;
mod dial;
pub mod error;
mod happy_eyeballs;
pub mod lingering;
pub mod origin;
pub mod phase;
pub mod proxy;
pub mod redacted;
pub mod tls_stream;
pub mod transport;

pub mod vocabulary;

pub use dial::connect_to_host;
