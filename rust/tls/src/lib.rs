//! TLS connections without I/O, on rustls: bytes in, bytes out.
//!
//! [`options`] say what is asked of a connection, [`config`] turns them into a checked rustls
//! configuration, and a [`session`] moves bytes with it. Nothing here opens a socket or sleeps. A
//! [`failure`] is a value, which [`diagnosis`] turns into a cause and a message in the words of the
//! caller.
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
mod revocation_tests;
#[cfg(test)]
mod verdicts;
