//! Hashes that were made elsewhere and come in to be signed or verified.

use aws_lc_rs::digest;

use super::{Error, HashAlgorithm};

/// Hash of the right length, with the function that made it.
#[derive(Debug, Clone, Copy)]
pub struct Hash<'a> {
    algorithm: HashAlgorithm,
    value: &'a [u8],
}

impl<'a> Hash<'a> {
    /// Takes a hash of exactly this function.
    pub fn new(algorithm: HashAlgorithm, value: &'a [u8]) -> Result<Self, Error> {
        if value.len() == algorithm.length() {
            return Ok(Self { algorithm, value });
        }
        Err(Error::HashLength {
            algorithm: Some(algorithm),
            length: value.len(),
        })
    }

    /// Takes a hash of the SHA-2 family, whose length tells the function.
    pub fn of_sha2(value: &'a [u8]) -> Result<Self, Error> {
        let family = [
            HashAlgorithm::Sha256,
            HashAlgorithm::Sha384,
            HashAlgorithm::Sha512,
        ];
        let algorithm = family.into_iter().find(|one| one.length() == value.len());
        let algorithm = algorithm.ok_or(Error::HashLength {
            algorithm: None,
            length: value.len(),
        })?;
        Ok(Self { algorithm, value })
    }

    /// Returns the function that made it.
    pub fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// Returns the hash for the provider's RSA, where the padding names the function.
    pub(super) fn as_digest(&self) -> Option<digest::Digest> {
        digest::Digest::import_less_safe(self.value, self.algorithm.in_provider()?).ok()
    }

    /// Returns the hash for the provider's ECDSA. A hash is no more than a number there, cut at the
    /// right to the length of the curve or filled with zeros at the left (FIPS 186-5 section
    /// 6.4.1): so any hash goes with any curve.
    pub(super) fn as_scalar_of(&self, shape: &'static digest::Algorithm) -> Option<digest::Digest> {
        let length = shape.output_len();
        let kept = &self.value[..self.value.len().min(length)];
        let mut scalar = vec![0; length - kept.len()];
        scalar.extend_from_slice(kept);
        digest::Digest::import_less_safe(&scalar, shape).ok()
    }
}
