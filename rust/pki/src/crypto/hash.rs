//! Hashes that were made elsewhere and come in to be signed or verified.

use std::fmt;

use aws_lc_rs::digest;

use super::Error;

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashAlgorithm {
    /// RFC 1321. Broken: the provider has none.
    Md5,
    /// FIPS 180-4. Broken for signatures.
    Sha1,
    /// FIPS 180-4.
    Sha256,
    /// FIPS 180-4.
    Sha384,
    /// FIPS 180-4.
    Sha512,
}

impl HashAlgorithm {
    /// Returns the length of the function's hashes in bytes.
    pub fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// Hashes `bytes`; `None` where the provider lacks the function.
    pub fn digest(self, bytes: &[u8]) -> Option<Vec<u8>> {
        let algorithm = self.in_provider()?;
        Some(digest::digest(algorithm, bytes).as_ref().to_vec())
    }

    pub(super) fn in_provider(self) -> Option<&'static digest::Algorithm> {
        match self {
            Self::Md5 => None,
            Self::Sha1 => Some(&digest::SHA1_FOR_LEGACY_USE_ONLY),
            Self::Sha256 => Some(&digest::SHA256),
            Self::Sha384 => Some(&digest::SHA384),
            Self::Sha512 => Some(&digest::SHA512),
        }
    }
}

impl fmt::Display for HashAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        })
    }
}

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
