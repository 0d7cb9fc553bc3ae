//! Certificates, keys and trust: reading and issuing certificates, and verdicts about certificate
//! chains.
//!
//! Nothing here opens a socket, sleeps or reads the clock; [`trust`] alone reads files and the
//! operating system's certificate store. Every refusal is a value ([`verifier::Refusal`]):
//! sentences are made above.
#![forbid(unsafe_code)]

mod attribute_types;
pub mod certificate;
pub mod crypto;
pub mod digest;
pub mod issuance;
pub mod library_errors;
pub mod pem;
pub mod pins;
pub mod provider;
pub mod reference_name;
pub(crate) mod refusal;
pub mod revocation;
pub mod role;
pub mod text;
pub mod trust;
pub mod verifier;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use rustls_pki_types::UnixTime;
