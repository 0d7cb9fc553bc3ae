//! What the tests of this crate and of the crates above share.

// A fixture that cannot be read ends the test.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

pub mod issuing;
pub mod revocation;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use godot_rustls_testkit::{Issued, SignedList, Template};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};

use crate::certificate::Certificate;
use crate::digest::public_key_pin;
use crate::pem::{Bundle, read_bundle};
use crate::pins::Pins;
use crate::reference_name::ReferenceName;
use crate::revocation::RevocationLists;
use crate::trust::TrustStore;
use crate::verifier::{Party, Policy, Refusal, Verification, verify_chain};

/// Within the dates of every certificate that does not say otherwise: 2026-06-01.
pub const NOW: i64 = 1_780_272_000;

/// Returns that moment, in seconds since the Unix epoch.
pub fn at(unix_seconds: i64) -> UnixTime {
    UnixTime::since_unix_epoch(std::time::Duration::from_secs(
        unix_seconds.try_into().unwrap(),
    ))
}

/// Returns the DER of a certificate.
pub fn der(issued: &Issued) -> CertificateDer<'static> {
    CertificateDer::from(issued.der().to_vec())
}

/// Reads a certificate.
pub fn certificate(issued: &Issued) -> Certificate {
    Certificate::from_der(der(issued)).unwrap()
}

/// These certificates as the user's own trust.
pub fn own_trust(trusted: &[&Issued]) -> TrustStore {
    TrustStore::from_user_bundle(Bundle {
        certificates: trusted.iter().map(|issued| certificate(issued)).collect(),
        ..Bundle::default()
    })
}

/// Returns a store that trusts these certificates as the user's own.
pub fn trusting(certificates: &[&Certificate]) -> TrustStore {
    TrustStore::from_user_bundle(Bundle {
        certificates: certificates.iter().map(|c| (*c).clone()).collect(),
        ..Bundle::default()
    })
}

/// Checks a server's chain, leaf first, under a name, without pins and revocation lists.
pub fn verdict(trust: &TrustStore, chain: &[Certificate], name: &str) -> Result<(), Refusal> {
    let ders: Vec<CertificateDer<'_>> = chain.iter().map(|c| c.der().clone()).collect();
    let policy = Policy {
        trust,
        pins: &Pins::default(),
        revocation: &RevocationLists::default(),
        party: Party::Server {
            verification: Verification::Full,
            reference: &ReferenceName::parse(name),
        },
    };
    verify_chain(policy, &ders, at(NOW)).map(|_| ())
}

/// The bytes of a file of `tests/fixtures/certs`.
pub fn fixture_bytes(file: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/certs");
    fs::read(folder.join(file)).unwrap()
}

/// The certificates of a file of `tests/fixtures/certs`.
pub fn fixture(name: &str) -> Vec<Certificate> {
    let bundle = read_bundle(&fixture_bytes(&format!("{name}.crt")));
    assert!(bundle.problems.is_empty(), "{name}: {:?}", bundle.problems);
    bundle.certificates
}

/// The trust of a file of `tests/fixtures/certs`, as the user's own.
pub fn fixture_trust(name: &str) -> TrustStore {
    TrustStore::from_user_bundle(read_bundle(&fixture_bytes(&format!("{name}.crt"))))
}

/// The keys of these certificates.
pub fn pins(pinned: &[&Issued]) -> Pins {
    let texts: Vec<String> = pinned
        .iter()
        .map(|issued| public_key_pin(&certificate(issued).facts().public_key_info_der))
        .collect();
    Pins::new(&texts).unwrap()
}

/// As the options read them: one text.
pub fn lists(given: &[SignedList]) -> Arc<RevocationLists> {
    let text: String = given.iter().map(SignedList::pem).collect();
    Arc::new(RevocationLists::from_pem(&text).unwrap())
}

/// So many names that the certificate is larger than webpki reads and TLS carries.
pub fn with_too_many_names(template: Template) -> Template {
    let names: Vec<String> = (0..3_000)
        .map(|n| format!("name{n:05}.example.test"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    template.names(&names)
}

/// Returns the private key of a certificate.
pub fn key(issued: &Issued) -> PrivateKeyDer<'static> {
    PrivateKeyDer::Pkcs8(issued.key_der().to_vec().into())
}
