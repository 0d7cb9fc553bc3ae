//! The public keys of certificates, and how each signs.

use rcgen::{
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512, PKCS_ED25519,
    PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm,
};

use crate::certificate::PublicKeyKind;
use crate::crypto::PublicKey;

/// A public key that can stand in a certificate.
#[derive(Debug, Clone)]
pub(super) struct SubjectKey {
    key: PublicKey,
    algorithm: &'static SignatureAlgorithm,
}

impl SubjectKey {
    /// Reads a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7). The error is a sentence.
    pub(super) fn read(info_der: &[u8]) -> Result<Self, String> {
        let key = PublicKey::from_info_der(info_der)?;
        let (algorithm, point) = match key.kind() {
            PublicKeyKind::Rsa(_) => (&PKCS_RSA_SHA256, None),
            PublicKeyKind::Ecdsa("P-256") => (&PKCS_ECDSA_P256_SHA256, Some(65)),
            PublicKeyKind::Ecdsa("P-384") => (&PKCS_ECDSA_P384_SHA384, Some(97)),
            PublicKeyKind::Ecdsa("P-521") => (&PKCS_ECDSA_P521_SHA512, Some(133)),
            PublicKeyKind::Ed25519 => (&PKCS_ED25519, None),
            other => {
                return Err(format!(
                    "the key ({other}) can stand in no certificate: use RSA, or ECDSA on P-256, P-384 or P-521"
                ));
            }
        };
        // Nobody has to take another form (RFC 5480 section 2.2).
        let bits = key.bits();
        if point.is_some_and(|length| bits.len() != length || bits.first() != Some(&4)) {
            return Err(format!(
                "the key ({}) does not hold an uncompressed point: save it in the usual form",
                key.kind()
            ));
        }
        Ok(Self { key, algorithm })
    }

    /// Its kind and size.
    pub(super) fn kind(&self) -> &PublicKeyKind {
        self.key.kind()
    }

    /// Ed25519 keys can only be certified: their signatures are not those of a [`super::CertificateSigner`].
    pub(super) fn signs_certificates(&self) -> bool {
        *self.kind() != PublicKeyKind::Ed25519
    }

    /// The same key, however it was encoded.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.key.bits() == other.key.bits()
    }

    /// Refuses a key that nobody would believe, as part of `role`.
    pub(super) fn refuse_weak(&self, role: &str) -> Result<(), String> {
        self.kind()
            .weakness()
            .map_or(Ok(()), |why| Err(format!("{role} cannot be used: {why}")))
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
