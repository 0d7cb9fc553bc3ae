//! Keys, signatures, encryption and message authentication on the provider: PKCS#1 v1.5 (RFC 8017),
//! ECDSA in DER (RFC 3279), HMAC (RFC 2104).
//!
//! The caller may have another implementation of what the provider lacks: MD5, other RSA sizes,
//! other curves ([`Error::is_unsupported`]).

mod encrypted_key;
mod encrypted_key_error;
mod error;
mod generate;
mod hash;
mod hash_algorithm;
mod mac;
mod private_key;
mod public_key;
mod random;

#[cfg(test)]
mod tests;

pub use encrypted_key::decrypt_private_key;
use encrypted_key::write_private_key;
pub use encrypted_key_error::EncryptedKeyError;
pub use error::Error;
#[cfg(test)]
use generate::check_rsa_size;
pub use generate::{Curve, generate_ecdsa, generate_rsa};
pub use hash::Hash;
pub use hash_algorithm::HashAlgorithm;
pub use mac::hmac;
pub use private_key::PrivateKey;
pub use public_key::PublicKey;
pub use random::{equal_in_constant_time, fill_with_random};
