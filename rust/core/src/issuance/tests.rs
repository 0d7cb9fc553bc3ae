//! What is made, read back and verified; here what these tests share.

mod alternative_names;
mod authorities;
mod chains;
mod profiles;
mod random_names;
mod requests;
mod subjects;
mod validities;

use std::sync::Arc;

use godot_rustls_testkit::{KeyKind, Template};
use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512, PKCS_ED25519,
    PKCS_RSA_SHA256, PublicKeyData as _, SigningKey as _,
};

use super::{
    AlternativeNames, CertificateSigner, Subject, Validity, authority, issued, self_signed,
};
use crate::certificate::Certificate;

/// The kinds of keys that sign certificates.
const SIGNING: [KeyKind; 4] = [
    KeyKind::Rsa2048,
    KeyKind::P256,
    KeyKind::P384,
    KeyKind::P521,
];

/// A key of the provider.
struct Key {
    pair: KeyPair,
    info: Vec<u8>,
}

impl Key {
    fn new(kind: KeyKind) -> Self {
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

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        self.pair.sign(message).map_err(|e| e.to_string())
    }
}

/// The key of a certificate, whose private half is elsewhere: what it signs, nobody here can check.
struct Elsewhere(Vec<u8>);

impl Elsewhere {
    fn of(certificate: &Certificate) -> Self {
        Self(certificate.facts().public_key_info_der.clone())
    }
}

impl CertificateSigner for Elsewhere {
    fn public_key_info(&self) -> &[u8] {
        &self.0
    }

    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, String> {
        Ok(vec![0x5a; 128])
    }
}

/// An authority with its key.
struct Authority {
    key: Key,
    certificate: Certificate,
}

impl Authority {
    fn new(kind: KeyKind, name: &str) -> Self {
        let key = Key::new(kind);
        let certificate = authority(&key, &subject(name), &dates()).unwrap();
        Self { key, certificate }
    }

    fn issue(&self, key: &Key, name: &str, names: &AlternativeNames) -> Certificate {
        let (ca, name) = (&self.certificate, subject(name));
        issued(&self.key, ca, &key.info, &name, names, &dates()).unwrap()
    }
}

fn subject(text: &str) -> Subject {
    Subject::parse(text).unwrap()
}

fn names(texts: &[&str]) -> AlternativeNames {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    AlternativeNames::parse(&texts).unwrap()
}

/// No name given.
fn none() -> AlternativeNames {
    AlternativeNames::default()
}

fn dates() -> Validity {
    Validity::parse("20200101000000", "20990101000000").unwrap()
}

/// A self-signed certificate of that name.
fn of_itself(name: &str) -> Certificate {
    self_signed(&Key::new(KeyKind::P256), &subject(name), &dates(), &none()).unwrap()
}

/// The certificates as a trust store.
fn trusting(certificates: &[&Certificate]) -> crate::config::ClientSetup {
    let bundle = crate::pem::Bundle {
        certificates: certificates.iter().map(|c| (*c).clone()).collect(),
        ..Default::default()
    };
    let trust = Arc::new(crate::trust::TrustStore::of_own(bundle));
    crate::config::ClientSetup::new(crate::options::ClientOptions::trusting(trust))
}

/// Each word stands in the sentence.
#[track_caller]
fn says(sentence: &str, words: &[&str]) {
    for word in words {
        assert!(sentence.contains(word), "no {word:?} in: {sentence}");
    }
}
