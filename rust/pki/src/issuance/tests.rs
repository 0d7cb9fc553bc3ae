//! What is made, read back and verified; here what these tests share.

mod alternative_names;
mod authorities;
mod chains;
mod profiles;
mod random_names;
mod requests;
mod subjects;
mod validities;

use godot_rustls_testkit::{KeyKind, Template};
use rcgen::{KeyPair, PublicKeyData as _};

use super::{
    AlternativeNames, CertificateSigner, Error, SigningError, Subject, Validity, authority, issued,
    self_signed,
};
use crate::certificate::Certificate;
use crate::testing::issuing::{Authority, Key, SIGNING, dates, names, none, subject};

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

    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SigningError> {
        Ok(vec![0x5a; 128])
    }
}

/// A self-signed certificate of that name.
fn of_itself(name: &str) -> Certificate {
    self_signed(&Key::new(KeyKind::P256), &subject(name), &dates(), &none()).unwrap()
}

/// Each word stands in the sentence.
#[track_caller]
fn says(error: &impl ToString, words: &[&str]) {
    let sentence = error.to_string();
    for word in words {
        assert!(sentence.contains(word), "no {word:?} in: {sentence}");
    }
}
