//! The public keys of certificates, and how each signs.

use rcgen::{
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512, PKCS_ED25519,
    PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm,
};
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo};

use crate::certificate::PublicKeyKind;

/// A public key that can stand in a certificate.
#[derive(Debug, Clone)]
pub(super) struct SubjectKey {
    kind: PublicKeyKind,
    algorithm: &'static SignatureAlgorithm,
    /// What its SubjectPublicKeyInfo holds: a point, or an RSAPublicKey.
    bits: Vec<u8>,
}

impl SubjectKey {
    /// Reads a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7). The error is a sentence.
    pub(super) fn read(info_der: &[u8]) -> Result<Self, String> {
        let Ok(([], info)) = SubjectPublicKeyInfo::from_der(info_der) else {
            return Err("the public key cannot be read".to_owned());
        };
        let kind = PublicKeyKind::of(&info);
        let bits = info.subject_public_key.data.to_vec();
        let (algorithm, point) = match kind {
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
        if point.is_some_and(|length| bits.len() != length || bits[0] != 4) {
            return Err(format!(
                "the key ({kind}) does not hold an uncompressed point: save it in the usual form"
            ));
        }
        Ok(Self {
            kind,
            algorithm,
            bits,
        })
    }

    /// Its kind and size.
    pub(super) fn kind(&self) -> &PublicKeyKind {
        &self.kind
    }

    /// Ed25519 keys can only be certified: their signatures are not those of a [`super::CertificateSigner`].
    pub(super) fn signs_certificates(&self) -> bool {
        self.kind != PublicKeyKind::Ed25519
    }

    /// The same key, however it was encoded.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.bits == other.bits
    }

    /// Refuses a key that nobody would believe, as part of `role`.
    pub(super) fn refuse_weak(&self, role: &str) -> Result<(), String> {
        self.kind
            .weakness()
            .map_or(Ok(()), |why| Err(format!("{role} cannot be used: {why}")))
    }
}

impl PublicKeyData for SubjectKey {
    fn der_bytes(&self) -> &[u8] {
        &self.bits
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}
