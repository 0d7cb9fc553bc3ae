//! Connections: name resolution, happy eyeballs, time limits, proxies, and TLS over a socket.
//!
//! A [`Connector`](connector::Connector) leads from an [`Origin`](origin::Origin) to a
//! [`Transport`](transport::Transport): it picks a proxy by its [`Routes`](proxy::Routes), dials,
//! performs the proxy's handshake and that of TLS, all under one time limit, and reports the
//! [`Phase`](phase::Phase) to whoever polls it. [`connect_to_host`] is the part without proxy and
//! TLS. The futures run on a tokio runtime of the caller's.
//!
//! - The reason of a failure is a value, [`ConnectError`](error::ConnectError). Its sentence is
//!   made last, in the words of the calling class.
//! - What an error keeps of a host or a URL is [`redacted`] when the error is made, so that neither
//!   a sentence nor a debug form shows a password.
//! - A proxy that is set and cannot be used fails the connection; it is never bypassed.
//! - A socket [lingers](lingering) when it is dropped: what was sent last arrives.
#![forbid(unsafe_code)]

mod basic_authorization;
pub mod connector;
mod deadline;
mod dial;
pub mod error;
mod happy_eyeballs;
pub mod lingering;
mod listener;
pub mod origin;
pub mod phase;
pub mod proxy;
pub mod redacted;
pub mod tls_stream;
pub mod transport;

pub mod vocabulary;

pub use basic_authorization::basic_authorization;
pub use dial::connect_to_host;
pub use listener::Listener;
