//! TLS connections without I/O, on rustls: bytes in, bytes out.
//!
//! [`options`] are plain data. [`config`] turns them into a checked rustls configuration, whose
//! connections are [`session`]s. Nothing here opens a socket or sleeps. A [`failure`] is a value,
//! which [`diagnosis`] turns into a cause and a message in the words of the caller.
//!
//! ```no_run
//! use std::io::{Read, Write};
//! use std::sync::Arc;
//!
//! use godot_rustls_pki::trust::TrustStore;
//! use godot_rustls_tls::config::ClientContext;
//! use godot_rustls_tls::options::ClientOptions;
//!
//! fn get(trust: Arc<TrustStore>, mut socket: impl Read + Write) -> std::io::Result<Vec<u8>> {
//!     let context = ClientContext::new(ClientOptions::trusting(trust));
//!     let mut session = context.connect("example.org").map_err(std::io::Error::other)?;
//!     let mut input = [0; 4096];
//!     while session.is_handshaking() && session.failure().is_none() {
//!         session.take_output(&mut socket);
//!         match socket.read(&mut input)? {
//!             0 => session.end_of_input(),
//!             count => session.input(&input[..count]),
//!         }
//!     }
//!     session.write(b"GET / HTTP/1.0\r\n\r\n");
//!     session.take_output(&mut socket);
//!     let mut page = vec![0; 4096];
//!     let count = socket.read(&mut input)?;
//!     session.input(&input[..count]);
//!     let length = session.read(&mut page);
//!     page.truncate(length);
//!     Ok(page)
//! }
//! ```
//!
//! The modules form layers, and each imports only from those above it:
//!
//! 1. `alpn`, `cause`, `key_log`, `library_errors`, `versions`: values
//! 2. `provider`: algorithms
//! 3. `failure`: reasons
//! 4. `callback_report`, `diagnosis`: reasons on their way to a session, and to the caller
//! 5. `identity`, `session`: certificates with keys, and connections
//! 6. `options`
//! 7. `rustls_verifier`
//! 8. `config`
#![forbid(unsafe_code)]

pub mod alpn;
mod callback_report;
mod cause;
pub mod config;
pub mod diagnosis;
pub mod failure;
pub mod identity;
pub mod key_log;
mod library_errors;
pub mod options;
pub mod provider;
mod rustls_verifier;
pub mod session;
pub mod versions;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

#[cfg(test)]
mod issued_certificates;
#[cfg(test)]
mod refused_handshakes;
