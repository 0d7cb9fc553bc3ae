//! Kinds of the keys and signatures of certificates.

use std::fmt;

use x509_parser::asn1_rs::Tag;
use x509_parser::prelude::{AlgorithmIdentifier, SubjectPublicKeyInfo};
use x509_parser::public_key::PublicKey;

use super::identifier;

/// Smallest RSA modulus whose signatures are believed, in bits (NIST SP 800-131A; the provider has
/// none for smaller ones).
const RSA_MIN_BITS: usize = 2048;
/// Largest RSA modulus that the provider verifies, in bits.
const RSA_MAX_BITS: usize = 8192;
/// Largest public exponent that the provider takes, in bits.
const RSA_MAX_EXPONENT_BITS: usize = 33;

/// The kind of a public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKeyKind {
    /// RSA with the size of its modulus in bits.
    Rsa(usize),
    /// ECDSA on a named curve that the provider has.
    Ecdsa(&'static str),
    /// Ed25519.
    Ed25519,
    /// Anything else, by the name or object identifier of its algorithm.
    Other(String),
}

impl PublicKeyKind {
    pub(crate) fn of(info: &SubjectPublicKeyInfo<'_>) -> Self {
        let algorithm = identifier(&info.algorithm.algorithm);
        match algorithm.as_str() {
            "1.2.840.113549.1.1.1" => match info.parsed() {
                Ok(PublicKey::RSA(rsa)) => Self::of_rsa(bits(rsa.modulus), bits(rsa.exponent)),
                _ => Self::Other("RSA that cannot be read".to_owned()),
            },
            "1.2.840.10045.2.1" => curve_of(&info.algorithm),
            "1.3.101.110" => Self::Other("X25519".to_owned()),
            "1.3.101.112" => Self::Ed25519,
            "1.3.101.113" => Self::Other("Ed448".to_owned()),
            "1.2.840.113549.1.1.10" => Self::Other("RSA-PSS".to_owned()),
            _ => Self::Other(algorithm),
        }
    }

    /// Sorts keys with a larger exponent under another kind: the provider verifies none of their
    /// signatures.
    fn of_rsa(size: usize, exponent: usize) -> Self {
        if exponent > RSA_MAX_EXPONENT_BITS {
            return Self::Other(format!(
                "RSA {size} with a public exponent of {exponent} bits"
            ));
        }
        Self::Rsa(size)
    }

    /// Returns why signatures made with this key cannot be relied on, or `None` when they can.
    pub fn weakness(&self) -> Option<KeyWeakness> {
        match self {
            Self::Rsa(bits) if *bits < RSA_MIN_BITS => Some(KeyWeakness::RsaTooSmall(*bits)),
            Self::Rsa(bits) if *bits > RSA_MAX_BITS => Some(KeyWeakness::RsaTooLarge(*bits)),
            Self::Other(name) => Some(KeyWeakness::Unsupported(name.clone())),
            _ => None,
        }
    }
}

/// Reason why signatures made with a key cannot be relied on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyWeakness {
    /// An RSA modulus of so many bits is too small.
    RsaTooSmall(usize),
    /// An RSA modulus of so many bits is larger than the provider verifies.
    RsaTooLarge(usize),
    /// A key of this kind is not supported.
    Unsupported(String),
}

impl fmt::Display for KeyWeakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RsaTooSmall(bits) => write!(
                f,
                "its key is RSA {bits}, below the minimum of {RSA_MIN_BITS} bits"
            ),
            Self::RsaTooLarge(bits) => write!(
                f,
                "its key is RSA {bits}, above the maximum of {RSA_MAX_BITS} bits"
            ),
            Self::Unsupported(name) => write!(
                f,
                "its key ({name}) is of a kind that is not supported: use RSA 2048 to 8192, \
                 ECDSA P-256, P-384 or P-521, or Ed25519"
            ),
        }
    }
}

impl fmt::Display for PublicKeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "RSA {bits}"),
            Self::Ecdsa(curve) => write!(f, "ECDSA {curve}"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Other(name) => f.write_str(name),
        }
    }
}

/// Counts the bits of a big-endian number without leading zeros.
fn bits(number: &[u8]) -> usize {
    let significant = number.iter().position(|b| *b != 0).unwrap_or(number.len());
    match number.get(significant) {
        Some(first) => (number.len() - significant) * 8 - first.leading_zeros() as usize,
        None => 0,
    }
}

fn curve_of(algorithm: &AlgorithmIdentifier<'_>) -> PublicKeyKind {
    // `as_oid` alone takes any element for an identifier.
    let named = algorithm
        .parameters
        .as_ref()
        .filter(|parameters| parameters.tag() == Tag::Oid);
    let curve = named.and_then(|parameters| parameters.as_oid().ok());
    let Some(curve) = curve.map(|oid| identifier(&oid)) else {
        return PublicKeyKind::Other("ECDSA with explicit parameters".to_owned());
    };
    match curve.as_str() {
        "1.2.840.10045.3.1.7" => PublicKeyKind::Ecdsa("P-256"),
        "1.3.132.0.34" => PublicKeyKind::Ecdsa("P-384"),
        "1.3.132.0.35" => PublicKeyKind::Ecdsa("P-521"),
        "1.3.132.0.33" => PublicKeyKind::Other("ECDSA P-224".to_owned()),
        "1.2.840.10045.3.1.1" => PublicKeyKind::Other("ECDSA P-192".to_owned()),
        "1.3.132.0.10" => PublicKeyKind::Other("ECDSA secp256k1".to_owned()),
        other => PublicKeyKind::Other(format!("ECDSA on curve {other}")),
    }
}

/// Returns the usual name of a signature algorithm, or its object identifier.
pub(super) fn signature_algorithm_name(algorithm: &AlgorithmIdentifier<'_>) -> String {
    let oid = identifier(&algorithm.algorithm);
    let name = match oid.as_str() {
        "1.2.840.113549.1.1.4" => "md5WithRSAEncryption",
        "1.2.840.113549.1.1.5" => "sha1WithRSAEncryption",
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        "1.2.840.113549.1.1.14" => "sha224WithRSAEncryption",
        "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
        "1.2.840.10045.4.3.1" => "ecdsa-with-SHA224",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        _ => return oid,
    };
    name.to_owned()
}
