//! Reasons why a key and a chain make no identity.

use std::error::Error;
use std::fmt;

use godot_rustls_pki::certificate::KeyWeakness;
use godot_rustls_pki::library_errors::too_large;
use godot_rustls_pki::text::quoted;
use rustls_pki_types::CertificateDer;

use crate::library_errors;

/// A reason why a key and a chain make no identity. Subjects are names for people.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum IdentityError {
    /// The chain is empty.
    NoCertificate,
    /// The first certificate is X.509 version 1.
    NotVersion3,
    /// The key of the first certificate is too weak or of the wrong kind.
    WeakKey(KeyWeakness),
    /// The private key cannot be read or is of a kind that is not supported.
    UnusableKey,
    /// The first certificate cannot be used.
    UnusableCertificate {
        /// The certificate.
        subject: String,
        /// Its DER.
        der: CertificateDer<'static>,
        /// The error of rustls.
        error: rustls::Error,
    },
    /// The key belongs to another certificate of the chain than the first.
    KeyOfLaterCertificate {
        /// The position of that certificate, counted from one.
        position: usize,
        /// That certificate.
        subject: String,
    },
    /// The key belongs to no certificate of the chain.
    KeyMismatch {
        /// The first certificate.
        subject: String,
        /// The kind and size of its public key.
        public_key: String,
    },
}

impl fmt::Display for IdentityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => {
                f.write_str("the certificate is empty: load one before making the options")
            }
            Self::NotVersion3 => {
                f.write_str("the certificate is X.509 version 1: issue it as version 3")
            }
            Self::WeakKey(weakness) => write!(f, "the certificate cannot be used: {weakness}"),
            Self::UnusableKey => f.write_str(
                "the private key cannot be used: use RSA 2048 to 8192, ECDSA P-256, P-384 or P-521, or Ed25519",
            ),
            Self::UnusableCertificate {
                subject,
                der,
                error,
            } => write!(
                f,
                "the certificate {} cannot be used ({})",
                quoted(subject),
                too_large(der).unwrap_or_else(|| library_errors::of_rustls(error))
            ),
            Self::KeyOfLaterCertificate { position, subject } => write!(
                f,
                "the private key belongs to certificate {position} of the chain ({}): put that one first",
                quoted(subject)
            ),
            Self::KeyMismatch {
                subject,
                public_key,
            } => write!(
                f,
                "the private key does not belong to the certificate {} ({public_key}): load the pair that was made together",
                quoted(subject)
            ),
        }
    }
}

impl Error for IdentityError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::UnusableCertificate { error, .. } => Some(error),
            _ => None,
        }
    }
}
