//! Keys, signatures, encryption and message authentication on the provider, with the encodings that the
//! engine's `Crypto` uses: PKCS#1 v1.5 (RFC 8017), ECDSA in DER (RFC 3279), HMAC (RFC 2104).
//!
//! What the provider lacks (MD5, other RSA sizes, other curves) is a [`Failure::Lacking`]: the caller may have
//! another implementation.

mod encrypted_key;
mod generate;
mod hash;
mod mac;
mod private_key;
mod public_key;
mod random;

#[cfg(test)]
mod tests;

pub use encrypted_key::{decrypt_private_key, write_private_key};
pub use generate::{Curve, check_rsa_size, generate_ecdsa, generate_rsa};
pub use hash::{Hash, HashAlgorithm};
pub use mac::hmac;
pub use private_key::PrivateKey;
pub use public_key::PublicKey;
pub use random::{equal_in_constant_time, fill_with_random};

/// Why something cannot be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The provider has no such algorithm, key size or curve. The sentence says what there is.
    Lacking(String),
    /// It cannot be done by anybody. The sentence says why and what to do.
    Refused(String),
}

impl Failure {
    /// The sentence.
    pub fn message(&self) -> &str {
        match self {
            Self::Lacking(message) | Self::Refused(message) => message,
        }
    }
}
