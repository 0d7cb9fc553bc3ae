//! Authorities and keys that issue certificates with this crate.

use godot_rustls_testkit::{KeyKind, Template};
use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512, PKCS_ED25519,
    PKCS_RSA_SHA256, PublicKeyData as _, SigningKey as _,
};

use crate::certificate::Certificate;
use crate::issuance::{
    AlternativeNames, CertificateSigner, SigningError, Subject, Validity, authority, issued,
};

/// The kinds of keys that sign certificates.
pub const SIGNING: [KeyKind; 4] = [
    KeyKind::Rsa2048,
    KeyKind::P256,
    KeyKind::P384,
    KeyKind::P521,
];

/// A key of the provider.
pub struct Key {
    /// The key pair.
    pub pair: KeyPair,
    /// The DER of the SubjectPublicKeyInfo.
    pub info: Vec<u8>,
}

impl Key {
    /// Makes a key of this kind.
    pub fn new(kind: KeyKind) -> Self {
        let algorithm = match kind {
            KeyKind::Rsa2048 => &PKCS_RSA_SHA256,
            KeyKind::P256 => &PKCS_ECDSA_P256_SHA256,
            KeyKind::P384 => &PKCS_ECDSA_P384_SHA384,
            KeyKind::P521 => &PKCS_ECDSA_P521_SHA512,
            KeyKind::Ed25519 => &PKCS_ED25519,
        };
        let owner = Template::leaf("key").key(kind).self_signed();
        let der = owner.key_der().into();
        let pair = KeyPair::from_pkcs8_der_and_sign_algo(&der, algorithm).unwrap();
        let info = pair.subject_public_key_info();
        Self { pair, info }
    }
}

impl CertificateSigner for Key {
    fn public_key_info(&self) -> &[u8] {
        &self.info
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        self.pair.sign(message).map_err(|_| SigningError::Other)
    }
}

/// An authority with its key.
pub struct Authority {
    /// Its key.
    pub key: Key,
    /// Its certificate.
    pub certificate: Certificate,
}

impl Authority {
    /// Makes an authority of this distinguished name.
    pub fn new(kind: KeyKind, name: &str) -> Self {
        let key = Key::new(kind);
        let certificate = authority(&key, &subject(name), &dates()).unwrap();
        Self { key, certificate }
    }

    /// Issues a certificate with this distinguished name and these alternative names.
    pub fn issue(&self, key: &Key, name: &str, names: &AlternativeNames) -> Certificate {
        let (ca, name) = (&self.certificate, subject(name));
        issued(&self.key, ca, &key.info, &name, names, &dates()).unwrap()
    }
}

/// Reads a distinguished name.
pub fn subject(text: &str) -> Subject {
    Subject::parse(text).unwrap()
}

/// Reads alternative names.
pub fn names(texts: &[&str]) -> AlternativeNames {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    AlternativeNames::parse(&texts).unwrap()
}

/// No name given.
pub fn none() -> AlternativeNames {
    AlternativeNames::default()
}

/// Returns a validity around every time that tests use.
pub fn dates() -> Validity {
    Validity::parse("20200101000000", "20990101000000").unwrap()
}
