//! TLS for Godot without Godot: trust, verification, sessions and diagnosis on rustls, and the keys and
//! certificates for it.
//!
//! Data flows one way: [`options`] say what a script asked for, [`config`] turns them into a checked
//! rustls configuration over a [`trust`] store and the [`verifier`], and a [`session`] moves bytes with
//! it. Nothing here opens a socket, sleeps or knows an engine; [`trust`] alone reads the operating
//! system's certificate store. Beside them [`crypto`] has keys, signatures and encryption, and [`issuance`]
//! makes certificates. Every failure becomes a [`diagnosis`]: a cause and a sentence.
#![forbid(unsafe_code)]

pub mod alpn;
pub mod certificate;
pub mod config;
pub mod crypto;
pub mod diagnosis;
pub mod digest;
mod excerpt;
pub mod http;
pub mod identity;
pub mod issuance;
pub mod key_log;
pub mod names;
mod notes;
pub mod options;
pub mod pem;
pub mod pins;
pub mod provider;
pub mod revocation;
pub mod session;
pub mod trust;
pub mod verifier;

#[cfg(test)]
mod testing;

pub use rustls_pki_types::UnixTime;
