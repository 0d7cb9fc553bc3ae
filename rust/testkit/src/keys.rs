//! Private keys of every kind that the addon supports.

use std::sync::{Arc, OnceLock};

use rcgen::{KeyPair, RsaKeySize, SignatureAlgorithm};

/// The kind of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyKind {
    /// RSA with 2048 bits. One key serves a whole process: making one takes up to a second.
    Rsa2048,
    /// ECDSA on P-256.
    #[default]
    P256,
    /// ECDSA on P-384.
    P384,
    /// ECDSA on P-521.
    P521,
    /// Ed25519.
    Ed25519,
}

impl KeyKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Rsa2048,
        Self::P256,
        Self::P384,
        Self::P521,
        Self::Ed25519,
    ];

    pub(crate) fn key(self) -> Arc<KeyPair> {
        static RSA: OnceLock<Arc<KeyPair>> = OnceLock::new();
        let generate = |algorithm: &'static SignatureAlgorithm| {
            Arc::new(KeyPair::generate_for(algorithm).unwrap())
        };
        match self {
            Self::Rsa2048 => Arc::clone(RSA.get_or_init(|| {
                let made = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048);
                Arc::new(made.unwrap())
            })),
            Self::P256 => generate(&rcgen::PKCS_ECDSA_P256_SHA256),
            Self::P384 => generate(&rcgen::PKCS_ECDSA_P384_SHA384),
            Self::P521 => generate(&rcgen::PKCS_ECDSA_P521_SHA512),
            Self::Ed25519 => generate(&rcgen::PKCS_ED25519),
        }
    }
}
