//! Public keys of certificates and their signature algorithms.

use rcgen::{
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512, PKCS_ED25519,
    PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm,
};

use super::{Error, KeyRole};
use crate::certificate::PublicKeyKind;
use crate::crypto::PublicKey;

/// A public key that can stand in a certificate.
#[derive(Debug, Clone)]
pub(super) struct SubjectKey {
    key: PublicKey,
    algorithm: &'static SignatureAlgorithm,
}

impl SubjectKey {
    /// Reads a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7).
    pub(super) fn read(info_der: &[u8]) -> Result<Self, Error> {
        let key = PublicKey::from_info_der(info_der)?;
        let (algorithm, point) = match key.kind() {
            PublicKeyKind::Rsa(_) => (&PKCS_RSA_SHA256, None),
            PublicKeyKind::Ecdsa("P-256") => (&PKCS_ECDSA_P256_SHA256, Some(65)),
            PublicKeyKind::Ecdsa("P-384") => (&PKCS_ECDSA_P384_SHA384, Some(97)),
            PublicKeyKind::Ecdsa("P-521") => (&PKCS_ECDSA_P521_SHA512, Some(133)),
            PublicKeyKind::Ed25519 => (&PKCS_ED25519, None),
            other => {
                return Err(Error::KeyKind(other.clone()));
            }
        };
        // Nobody has to take another form (RFC 5480 section 2.2).
        let bits = key.bits();
        if point.is_some_and(|length| bits.len() != length || bits.first() != Some(&4)) {
            return Err(Error::CompressedPoint(key.kind().clone()));
        }
        Ok(Self { key, algorithm })
    }

    /// Returns the kind and size of the key.
    pub(super) fn kind(&self) -> &PublicKeyKind {
        self.key.kind()
    }

    /// Ed25519 keys can only be certified: their signatures are not those of a
    /// [`super::CertificateSigner`].
    pub(super) fn signs_certificates(&self) -> bool {
        *self.kind() != PublicKeyKind::Ed25519
    }

    /// Returns whether both are one key, however encoded.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.key.bits() == other.key.bits()
    }

    /// Refuses a key whose signatures nobody would believe.
    pub(super) fn refuse_weak(&self, role: KeyRole) -> Result<(), Error> {
        match self.kind().weakness() {
            Some(weakness) => Err(Error::WeakKey { role, weakness }),
            None => Ok(()),
        }
    }
}

impl PublicKeyData for SubjectKey {
    fn der_bytes(&self) -> &[u8] {
        self.key.bits()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}
