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

use super::{Failure, Hash, HashAlgorithm};
use crate::certificate::PublicKeyKind;

/// Sizes that the provider verifies with, in bits.
const VERIFIED_SIZES: std::ops::RangeInclusive<usize> = 1024..=8192;
/// Sizes that the provider encrypts with, in bits.
const ENCRYPTING_SIZES: std::ops::RangeInclusive<usize> = 2048..=8192;
/// What RSAES-PKCS1-v1_5 adds to every message, in bytes (RFC 8017 section 7.2.1).
const PADDING: usize = 11;

/// A public key of any kind.
#[derive(Debug, Clone)]
pub struct PublicKey {
    info_der: Vec<u8>,
    /// What its SubjectPublicKeyInfo holds: a point, or an RSAPublicKey.
    bits: Vec<u8>,
    kind: PublicKeyKind,
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7). The error is a sentence.
    pub fn from_info_der(info_der: &[u8]) -> Result<Self, String> {
        let Ok((b"", info)) = SubjectPublicKeyInfo::from_der(info_der) else {
            return Err("the public key cannot be read".to_owned());
        };
        Ok(Self {
            info_der: info_der.to_vec(),
            bits: info.subject_public_key.data.to_vec(),
            kind: PublicKeyKind::of(&info),
        })
    }

    /// Its kind and size.
    pub fn kind(&self) -> &PublicKeyKind {
        &self.kind
    }

    /// SubjectPublicKeyInfo, DER.
    pub fn info_der(&self) -> &[u8] {
        &self.info_der
    }

    /// What its SubjectPublicKeyInfo holds.
    pub(crate) fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// Whether `signature` over `hash` was made with the private half of this key (RSASSA-PKCS1-v1_5, or ECDSA in
    /// DER).
    pub fn verify(&self, hash: &Hash<'_>, signature: &[u8]) -> Result<bool, Failure> {
        let (algorithm, digest) = match &self.kind {
            PublicKeyKind::Rsa(bits) => (rsa_verification(*bits, hash)?, hash.as_digest()),
            PublicKeyKind::Ecdsa(curve) => {
                let (algorithm, shape) = ecdsa_verification(curve)?;
                (algorithm, hash.as_scalar_of(shape))
            }
            other => {
                return Err(Failure::Lacking(format!(
                    "signatures of {other} keys are verified by the engine alone"
                )));
            }
        };
        let Some(digest) = digest else {
            return Ok(false);
        };
        let key = UnparsedPublicKey::new(algorithm, &self.bits);
        Ok(key.verify_digest(&digest, signature).is_ok())
    }

    /// Encrypts (RSAES-PKCS1-v1_5, RFC 8017 section 7.2) at most the size of the key less eleven bytes: as many bytes
    /// come out as the key has.
    pub fn encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, Failure> {
        let bits = match &self.kind {
            PublicKeyKind::Rsa(bits) => bits,
            // Among these are RSA keys that the provider lacks.
            PublicKeyKind::Other(kind) => {
                return Err(Failure::Lacking(format!(
                    "nothing can be encrypted with {kind} keys: use RSA 2048 to 8192"
                )));
            }
            kind => {
                return Err(Failure::Refused(format!(
                    "{kind} keys only sign: encrypt with an RSA key"
                )));
            }
        };
        let longest = bits.div_ceil(8).saturating_sub(PADDING);
        if plaintext.len() > longest {
            return Err(Failure::Refused(format!(
                "the data is {} bytes long, with this key ({}) at most {longest} can be encrypted: encrypt a key for AES with it, and the data with that",
                plaintext.len(),
                self.kind
            )));
        }
        if !ENCRYPTING_SIZES.contains(bits) {
            return Err(Failure::Lacking(format!(
                "{} keys encrypt in the engine alone: use RSA 2048 to 8192",
                self.kind
            )));
        }
        self.seal(plaintext).ok_or_else(|| {
            Failure::Refused("the provider could not encrypt with this key".to_owned())
        })
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
) -> Result<&'static dyn VerificationAlgorithm, Failure> {
    let lacking = |what: &str| {
        Failure::Lacking(format!(
            "{what} are verified by the engine alone: use RSA 2048 and SHA-256"
        ))
    };
    if !VERIFIED_SIZES.contains(&bits) {
        return Err(lacking(&format!("signatures of RSA {bits} keys")));
    }
    Ok(match hash.algorithm() {
        HashAlgorithm::Md5 => return Err(lacking("RSA signatures over MD5")),
        HashAlgorithm::Sha1 => &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        HashAlgorithm::Sha256 => &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        HashAlgorithm::Sha384 if bits < 2048 => {
            return Err(Failure::Refused(format!(
                "signatures over SHA-384 need RSA 2048 or more, the key is RSA {bits}"
            )));
        }
        HashAlgorithm::Sha384 => &RSA_PKCS1_2048_8192_SHA384,
        HashAlgorithm::Sha512 => &RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
    })
}

/// The algorithm of a curve, and the function of which it takes hashes as they are.
fn ecdsa_verification(
    curve: &str,
) -> Result<
    (
        &'static dyn VerificationAlgorithm,
        &'static digest::Algorithm,
    ),
    Failure,
> {
    match curve {
        "P-256" => Ok((&ECDSA_P256_SHA256_ASN1, &digest::SHA256)),
        "P-384" => Ok((&ECDSA_P384_SHA384_ASN1, &digest::SHA384)),
        "P-521" => Ok((&ECDSA_P521_SHA512_ASN1, &digest::SHA512)),
        other => Err(Failure::Lacking(format!(
            "signatures of ECDSA {other} keys are verified by the engine alone, over SHA-256 at most: use P-256"
        ))),
    }
}
