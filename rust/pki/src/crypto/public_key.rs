//! Public keys: verifying and encrypting.

use aws_lc_rs::digest;
use aws_lc_rs::rsa::{Pkcs1PublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1,
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA384, UnparsedPublicKey,
    VerificationAlgorithm,
};
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo};

use super::{Error, Hash, HashAlgorithm};
use crate::certificate::PublicKeyKind;

/// Sizes that the provider verifies with, in bits.
const VERIFIED_SIZES: std::ops::RangeInclusive<usize> = 1024..=8192;
/// Sizes that the provider encrypts with, in bits.
const ENCRYPTING_SIZES: std::ops::RangeInclusive<usize> = 2048..=8192;
/// Bytes that RSAES-PKCS1-v1_5 adds to every message, in bytes (RFC 8017 section 7.2.1).
const PADDING: usize = 11;

/// A public key of any kind.
#[derive(Debug, Clone)]
pub struct PublicKey {
    info_der: Vec<u8>,
    /// Contents of the SubjectPublicKeyInfo: a point, or an RSAPublicKey.
    bits: Vec<u8>,
    kind: PublicKeyKind,
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7).
    pub fn from_info_der(info_der: &[u8]) -> Result<Self, Error> {
        let Ok((b"", info)) = SubjectPublicKeyInfo::from_der(info_der) else {
            return Err(Error::MalformedPublicKey);
        };
        Ok(Self {
            info_der: info_der.to_vec(),
            bits: info.subject_public_key.data.to_vec(),
            kind: PublicKeyKind::of(&info),
        })
    }

    /// Returns the kind and size of the key.
    pub fn kind(&self) -> &PublicKeyKind {
        &self.kind
    }

    /// Returns the SubjectPublicKeyInfo, DER.
    pub fn info_der(&self) -> &[u8] {
        &self.info_der
    }

    /// Returns the contents of the SubjectPublicKeyInfo.
    pub(crate) fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// Returns whether `signature` over `hash` was made with the private half of this key
    /// (RSASSA-PKCS1-v1_5, or ECDSA in DER).
    pub fn verify(&self, hash: &Hash<'_>, signature: &[u8]) -> Result<bool, Error> {
        let (algorithm, digest) = match &self.kind {
            PublicKeyKind::Rsa(bits) => (rsa_verification(*bits, hash)?, hash.as_digest()),
            PublicKeyKind::Ecdsa(curve) => {
                let (algorithm, shape) = ecdsa_verification(curve)?;
                (algorithm, hash.as_scalar_of(shape))
            }
            other => {
                return Err(Error::UnsupportedVerifyingKey(other.clone()));
            }
        };
        let Some(digest) = digest else {
            return Ok(false);
        };
        let key = UnparsedPublicKey::new(algorithm, &self.bits);
        Ok(key.verify_digest(&digest, signature).is_ok())
    }

    /// Encrypts (RSAES-PKCS1-v1_5, RFC 8017 section 7.2) at most the size of the key less eleven
    /// bytes: as many bytes come out as the key has.
    pub fn encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, Error> {
        let bits = match &self.kind {
            PublicKeyKind::Rsa(bits) => bits,
            // Among these are RSA keys that the provider lacks.
            PublicKeyKind::Other(kind) => {
                return Err(Error::UnsupportedEncryptingKey(kind.clone()));
            }
            kind => {
                return Err(Error::EncryptingKeyKind(kind.clone()));
            }
        };
        let longest = bits.div_ceil(8).saturating_sub(PADDING);
        if plaintext.len() > longest {
            return Err(Error::PlaintextTooLong {
                length: plaintext.len(),
                key: self.kind.clone(),
                max: longest,
            });
        }
        if !ENCRYPTING_SIZES.contains(bits) {
            return Err(Error::UnsupportedEncryptingSize(self.kind.clone()));
        }
        self.seal(plaintext).ok_or(Error::EncryptionFailed)
    }

    fn seal(&self, plaintext: &[u8]) -> Option<Vec<u8>> {
        let key = PublicEncryptingKey::from_der(&self.info_der).ok()?;
        let key = Pkcs1PublicEncryptingKey::new(key).ok()?;
        let mut ciphertext = vec![0; key.ciphertext_size()];
        let length = key.encrypt(plaintext, &mut ciphertext).ok()?.len();
        ciphertext.truncate(length);
        Some(ciphertext)
    }
}

fn rsa_verification(
    bits: usize,
    hash: &Hash<'_>,
) -> Result<&'static dyn VerificationAlgorithm, Error> {
    if !VERIFIED_SIZES.contains(&bits) {
        return Err(Error::UnsupportedVerifyingSize(bits));
    }
    Ok(match hash.algorithm() {
        weak @ HashAlgorithm::Md5 => return Err(Error::UnsupportedVerifyingHash(weak)),
        HashAlgorithm::Sha1 => &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        HashAlgorithm::Sha256 => &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        HashAlgorithm::Sha384 if bits < 2048 => {
            return Err(Error::TooSmallForSha384(bits));
        }
        HashAlgorithm::Sha384 => &RSA_PKCS1_2048_8192_SHA384,
        HashAlgorithm::Sha512 => &RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
    })
}

/// Returns the algorithm of a curve, and the function of which it takes hashes as they are.
fn ecdsa_verification(
    curve: &str,
) -> Result<
    (
        &'static dyn VerificationAlgorithm,
        &'static digest::Algorithm,
    ),
    Error,
> {
    match curve {
        "P-256" => Ok((&ECDSA_P256_SHA256_ASN1, &digest::SHA256)),
        "P-384" => Ok((&ECDSA_P384_SHA384_ASN1, &digest::SHA384)),
        "P-521" => Ok((&ECDSA_P521_SHA512_ASN1, &digest::SHA512)),
        other => Err(Error::UnsupportedCurve(other.to_owned())),
    }
}
