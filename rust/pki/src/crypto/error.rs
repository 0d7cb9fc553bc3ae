//! Reasons why an operation with a key cannot be done.

use std::fmt;

use super::{EncryptedKeyError, HashAlgorithm};
use crate::certificate::PublicKeyKind;
use crate::pem::PrivateKeyError;

/// Reason why an operation with a key cannot be done.
///
/// [`Error::is_unsupported`] tells the operations that another implementation may be able to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The provider has no such private key, or the key is damaged.
    UnsupportedPrivateKey,
    /// The provider makes no RSA signatures over hashes of this function.
    UnsupportedSigningHash(HashAlgorithm),
    /// The provider verifies no signatures of keys of this kind.
    UnsupportedVerifyingKey(PublicKeyKind),
    /// The provider verifies no signatures of RSA keys with so many bits.
    UnsupportedVerifyingSize(usize),
    /// The provider verifies no RSA signatures over hashes of this function.
    UnsupportedVerifyingHash(HashAlgorithm),
    /// The provider verifies no signatures on this curve.
    UnsupportedCurve(String),
    /// The provider encrypts with no key of this kind.
    UnsupportedEncryptingKey(String),
    /// The provider does not encrypt with an RSA key of this size.
    UnsupportedEncryptingSize(PublicKeyKind),
    /// The provider makes no RSA keys of so many bits.
    UnsupportedRsaSize(i64),
    /// The text of a private key cannot be read.
    PrivateKeyText(PrivateKeyError),
    /// An encrypted private key cannot be decrypted.
    EncryptedKey(EncryptedKeyError),
    /// The private key is damaged.
    DamagedKey,
    /// A public key cannot be read.
    MalformedPublicKey,
    /// The public half of a key cannot be written.
    UnwritablePublicKey,
    /// A key cannot be written.
    UnwritableKey,
    /// A hash has another length than the function makes.
    HashLength {
        /// Function that made the hash; `None` for any of SHA-2.
        algorithm: Option<HashAlgorithm>,
        /// Length of the hash in bytes.
        length: usize,
    },
    /// No HMAC with MD5 is offered.
    HmacMd5,
    /// The key of an HMAC is empty.
    EmptyHmacKey,
    /// RSA keys of so many bits do not exist.
    NoSuchRsaSize(i64),
    /// The provider failed to make a key.
    GenerationFailed,
    /// The provider failed to sign.
    SigningFailed,
    /// SHA-384 needs a larger RSA key than one of so many bits.
    TooSmallForSha384(usize),
    /// ECDSA keys do not decrypt.
    DecryptingWithEcdsa,
    /// A key of this kind does not encrypt.
    EncryptingKeyKind(PublicKeyKind),
    /// The plaintext is too long for the key.
    PlaintextTooLong {
        /// Length of the plaintext in bytes.
        length: usize,
        /// Kind of the key.
        key: PublicKeyKind,
        /// Longest plaintext of this key in bytes.
        max: usize,
    },
    /// The provider failed to encrypt.
    EncryptionFailed,
    /// The ciphertext does not have the length that the key gives it.
    CiphertextLength {
        /// Length of the ciphertext in bytes.
        length: usize,
        /// Length that the key gives it.
        expected: usize,
    },
    /// The ciphertext was made for another key, or changed.
    DecryptionFailed,
    /// The operating system gives no random numbers.
    NoRandomNumbers,
}

impl Error {
    /// Returns whether another implementation may be able to do it: the provider has no such
    /// algorithm, key size or curve, or cannot read the key.
    pub fn is_unsupported(&self) -> bool {
        matches!(
            self,
            Self::UnsupportedPrivateKey
                | Self::UnsupportedSigningHash(_)
                | Self::UnsupportedVerifyingKey(_)
                | Self::UnsupportedVerifyingSize(_)
                | Self::UnsupportedVerifyingHash(_)
                | Self::UnsupportedCurve(_)
                | Self::UnsupportedEncryptingKey(_)
                | Self::UnsupportedEncryptingSize(_)
                | Self::UnsupportedRsaSize(_)
                | Self::PrivateKeyText(_)
        )
    }

    fn fmt_unsupported(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnsupportedPrivateKey => f.write_str(
                "the key is damaged, or of a kind or size that the provider lacks: use RSA 2048 to 8192, or ECDSA P-256, P-384 or P-521",
            ),
            Self::UnsupportedSigningHash(hash) => write!(
                f,
                "RSA signatures over {hash} are not made by the provider: use SHA-256"
            ),
            Self::UnsupportedVerifyingKey(kind) => write!(
                f,
                "signatures of {kind} keys are not verified by the provider"
            ),
            Self::UnsupportedVerifyingSize(bits) => write!(
                f,
                "signatures of RSA {bits} keys are not verified by the provider: use RSA 2048 and SHA-256"
            ),
            Self::UnsupportedVerifyingHash(hash) => write!(
                f,
                "RSA signatures over {hash} are not verified by the provider: use RSA 2048 and SHA-256"
            ),
            Self::UnsupportedCurve(curve) => write!(
                f,
                "signatures of ECDSA {curve} keys are not verified by the provider: use P-256"
            ),
            Self::UnsupportedEncryptingKey(kind) => write!(
                f,
                "nothing can be encrypted with {kind} keys: use RSA 2048 to 8192"
            ),
            Self::UnsupportedEncryptingSize(key) => write!(
                f,
                "{key} keys do not encrypt with the provider: use RSA 2048 to 8192"
            ),
            Self::UnsupportedRsaSize(bits) => write!(
                f,
                "RSA keys of {bits} bits are not made by the provider: use 2048, 3072, 4096 or 8192"
            ),
            _ => Ok(()),
        }
    }

    fn fmt_size(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HashLength {
                algorithm: Some(algorithm),
                length,
            } => write!(
                f,
                "the hash is {length} bytes long, {algorithm} makes {}: pass the hash of the data, not the data",
                algorithm.length()
            ),
            Self::HashLength { length, .. } => write!(
                f,
                "the hash is {length} bytes long, SHA-256 makes 32, SHA-384 48 and SHA-512 64: pass the hash of the data, not the data"
            ),
            Self::NoSuchRsaSize(bits) => write!(
                f,
                "there is no RSA key of {bits} bits: use 2048, 3072, 4096 or 8192"
            ),
            Self::TooSmallForSha384(bits) => write!(
                f,
                "signatures over SHA-384 need RSA 2048 or more, the key is RSA {bits}"
            ),
            Self::PlaintextTooLong { length, key, max } => write!(
                f,
                "the data is {length} bytes long, with this key ({key}) at most {max} can be encrypted: encrypt a key for AES with it, and the data with that"
            ),
            Self::CiphertextLength { length, expected } => write!(
                f,
                "the ciphertext is {length} bytes long, with this key it has {expected}: pass it whole and unchanged"
            ),
            unsupported => unsupported.fmt_unsupported(f),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PrivateKeyText(error) => return error.fmt(f),
            Self::EncryptedKey(error) => return error.fmt(f),
            Self::EncryptingKeyKind(kind) => {
                return write!(f, "{kind} keys only sign: encrypt with an RSA key");
            }
            Self::DamagedKey => "the private key cannot be read: it is damaged",
            Self::MalformedPublicKey => "the public key cannot be read",
            Self::UnwritablePublicKey => "the public half of the key cannot be written",
            Self::UnwritableKey => "the key cannot be written",
            Self::HmacMd5 => "HMAC with MD5 is not offered: use SHA-256",
            Self::EmptyHmacKey => "the key is empty: pass the secret that both sides share",
            Self::GenerationFailed => "the provider could not make a key",
            Self::SigningFailed => "the provider could not sign with this key",
            Self::DecryptingWithEcdsa => "ECDSA keys only sign: decrypt with an RSA key",
            Self::EncryptionFailed => "the provider could not encrypt with this key",
            Self::DecryptionFailed => {
                "the ciphertext was not made for this key, or was changed on the way"
            }
            Self::NoRandomNumbers => "the system gives no random numbers",
            other => return other.fmt_size(f),
        })
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::PrivateKeyText(error) => Some(error),
            Self::EncryptedKey(error) => Some(error),
            _ => None,
        }
    }
}

impl From<PrivateKeyError> for Error {
    fn from(error: PrivateKeyError) -> Self {
        Self::PrivateKeyText(error)
    }
}

impl From<EncryptedKeyError> for Error {
    fn from(error: EncryptedKeyError) -> Self {
        Self::EncryptedKey(error)
    }
}
