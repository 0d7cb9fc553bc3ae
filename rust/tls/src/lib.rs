//! TLS connections without I/O, on rustls: bytes in, bytes out.
//!
//! [`options`] say what is asked of a connection, [`config`] turns them into a checked rustls configuration, and a
//! [`session`] moves bytes with it. Nothing here opens a socket or sleeps. Every failure becomes a [`diagnosis`]: a
//! cause and a sentence.
#![forbid(unsafe_code)]

pub mod alpn;
mod callback_report;
pub mod config;
pub mod diagnosis;
pub mod identity;
pub mod key_log;
pub mod options;
pub mod provider;
mod rustls_verifier;
pub mod session;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

#[cfg(test)]
mod issued_certificates;
#[cfg(test)]
mod revocation_tests;
#[cfg(test)]
mod verdicts;
