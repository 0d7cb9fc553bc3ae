//! What stands in each kind of certificate.

use godot_rustls_testkit::KeyKind;
use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};

use super::*;
use crate::certificate::{BasicConstraints, ExtendedKeyUsage, KeyUsage};
use crate::testing::{fixture, fixture_bytes};

const BASIC_CONSTRAINTS: &str = "2.5.29.19";
const KEY_USAGE: &str = "2.5.29.15";
const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
const ALTERNATIVE_NAMES: &str = "2.5.29.17";
const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";

/// The extensions in the order of their numbers, and whether each is critical.
fn extensions(certificate: &Certificate) -> Vec<(String, bool)> {
    let (_, parsed) = X509Certificate::from_der(certificate.der()).unwrap();
    let mut found: Vec<_> = parsed
        .extensions()
        .iter()
        .map(|extension| (extension.oid.to_id_string(), extension.critical))
        .collect();
    found.sort();
    found
}

fn expected(list: &[(&str, bool)]) -> Vec<(String, bool)> {
    list.iter()
        .map(|(oid, critical)| ((*oid).to_owned(), *critical))
        .collect()
}

/// Whether the key usage has keyEncipherment.
fn is_for_encryption(certificate: &Certificate) -> bool {
    let (_, parsed) = X509Certificate::from_der(certificate.der()).unwrap();
    parsed
        .key_usage()
        .unwrap()
        .unwrap()
        .value
        .key_encipherment()
}

fn authority_key_identifier(certificate: &Certificate) -> Option<Vec<u8>> {
    let (_, parsed) = X509Certificate::from_der(certificate.der()).unwrap();
    parsed
        .extensions()
        .iter()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(identifier) => {
                identifier.key_identifier.as_ref().map(|id| id.0.to_vec())
            }
            _ => None,
        })
}

fn ca_without_path() -> Option<BasicConstraints> {
    Some(BasicConstraints {
        is_ca: true,
        path_length: Some(0),
    })
}

#[test]
fn a_self_signed_certificate_is_a_ca_without_path_that_also_signs_handshakes() {
    for kind in SIGNING {
        let made = self_signed(
            &Key::new(kind),
            &subject("CN=localhost,O=Game,C=DE"),
            &dates(),
            &none(),
        )
        .unwrap();
        let facts = made.facts();
        assert!(facts.is_version_3 && made.is_self_issued() && made.verifies_itself());
        assert_eq!(facts.subject, "C=DE,O=Game,CN=localhost");
        assert_eq!(facts.basic_constraints, ca_without_path());
        let usage = KeyUsage {
            digital_signature: true,
            key_cert_sign: true,
            crl_sign: false,
        };
        assert_eq!(facts.key_usage, Some(usage));
        assert_eq!(is_for_encryption(&made), kind == KeyKind::Rsa2048);
        assert_eq!(
            extensions(&made),
            expected(&[
                (SUBJECT_KEY_IDENTIFIER, false),
                (KEY_USAGE, true),
                (ALTERNATIVE_NAMES, false),
                (BASIC_CONSTRAINTS, true),
            ])
        );
    }
}

#[test]
fn an_authority_signs_certificates_and_lists_and_has_no_alternative_names() {
    for kind in SIGNING {
        let made = Authority::new(kind, "CN=localhost").certificate;
        let facts = made.facts();
        assert!(facts.is_version_3 && made.verifies_itself() && facts.may_issue());
        assert_eq!(facts.basic_constraints, ca_without_path());
        let usage = KeyUsage {
            digital_signature: false,
            key_cert_sign: true,
            crl_sign: true,
        };
        assert_eq!(facts.key_usage, Some(usage));
        assert_eq!(
            extensions(&made),
            expected(&[
                (SUBJECT_KEY_IDENTIFIER, false),
                (KEY_USAGE, true),
                (BASIC_CONSTRAINTS, true),
            ])
        );
    }
}

#[test]
fn an_issued_certificate_is_for_servers_and_clients_and_names_the_key_of_its_authority() {
    for (kind, of_ca) in [
        (KeyKind::Rsa2048, KeyKind::P256),
        (KeyKind::P256, KeyKind::Rsa2048),
        (KeyKind::P384, KeyKind::P521),
        (KeyKind::P521, KeyKind::P384),
        (KeyKind::Ed25519, KeyKind::P256),
    ] {
        let ca = Authority::new(of_ca, "CN=Game CA");
        let made = ca.issue(&Key::new(kind), "CN=localhost", &none());
        let facts = made.facts();
        assert!(facts.is_version_3 && made.is_signed_with(&ca.key.info));
        assert_eq!(facts.issuer_der, ca.certificate.facts().subject_der);
        let no_ca = BasicConstraints {
            is_ca: false,
            path_length: None,
        };
        assert_eq!(facts.basic_constraints, Some(no_ca));
        let usage = KeyUsage {
            digital_signature: true,
            key_cert_sign: false,
            crl_sign: false,
        };
        assert_eq!(facts.key_usage, Some(usage));
        assert_eq!(is_for_encryption(&made), kind == KeyKind::Rsa2048);
        let both = ExtendedKeyUsage {
            server_auth: true,
            client_auth: true,
            any: false,
        };
        assert_eq!(facts.extended_key_usage, Some(both));
        let identifier = ca.certificate.facts().subject_key_identifier.clone();
        assert!(identifier.is_some() && authority_key_identifier(&made) == identifier);
        assert_eq!(
            extensions(&made),
            expected(&[
                (SUBJECT_KEY_IDENTIFIER, false),
                (KEY_USAGE, true),
                (ALTERNATIVE_NAMES, false),
                (BASIC_CONSTRAINTS, true),
                (AUTHORITY_KEY_IDENTIFIER, false),
                (EXTENDED_KEY_USAGE, false),
            ])
        );
    }
}

#[test]
fn the_key_identifier_of_an_authority_made_elsewhere_is_taken_over() {
    let pair = KeyPair::from_pem(&String::from_utf8(fixture_bytes("root.key")).unwrap()).unwrap();
    let info = pair.subject_public_key_info();
    let theirs = Authority {
        key: Key { pair, info },
        certificate: fixture("root").remove(0),
    };
    // Hashed in another way than here.
    let identifier = &theirs.certificate.facts().subject_key_identifier;
    let ours = authority(&theirs.key, &subject("CN=a"), &dates()).unwrap();
    assert_ne!(ours.facts().subject_key_identifier, *identifier);
    let leaf = theirs.issue(&Key::new(KeyKind::P256), "CN=a", &none());
    assert_eq!(authority_key_identifier(&leaf), *identifier);
}

#[test]
fn each_key_has_the_hash_of_its_size() {
    for (kind, algorithm) in [
        (KeyKind::Rsa2048, "sha256WithRSAEncryption"),
        (KeyKind::P256, "ecdsa-with-SHA256"),
        (KeyKind::P384, "ecdsa-with-SHA384"),
        (KeyKind::P521, "ecdsa-with-SHA512"),
    ] {
        let made = Authority::new(kind, "CN=CA").certificate;
        assert_eq!(made.facts().signature_algorithm, algorithm);
    }
}

#[test]
fn serial_numbers_are_twenty_octets_positive_and_never_the_same() {
    let key = Key::new(KeyKind::P256);
    let mut seen = std::collections::HashSet::new();
    for _ in 0..300 {
        let made = self_signed(&key, &subject("CN=a"), &dates(), &none()).unwrap();
        let serial = made.facts().serial.clone();
        assert!(serial.len() == 20 && (0x40..0x80).contains(&serial[0]));
        assert!(seen.insert(serial));
    }
}

#[test]
fn a_common_name_becomes_an_alternative_name_only_when_none_is_given() {
    let key = Key::new(KeyKind::P256);
    let with = |names: &AlternativeNames| {
        let made = self_signed(&key, &subject("CN=play.example.org"), &dates(), names).unwrap();
        made.facts().alternative_names().collect::<Vec<_>>()
    };
    assert_eq!(with(&none()), ["play.example.org"]);
    assert_eq!(
        with(&names(&["localhost", "127.0.0.1"])),
        ["localhost", "127.0.0.1"]
    );
    let ca = Authority::new(KeyKind::P256, "CN=CA");
    let leaf = ca.issue(&key, "CN=192.168.0.1", &none());
    assert_eq!(leaf.facts().presented_names(), ["192.168.0.1"]);
    assert!(leaf.facts().has_alternative_names);
    let leaf = ca.issue(&key, "CN=192.168.0.1", &names(&["::1"]));
    assert_eq!(leaf.facts().presented_names(), ["::1"]);
}

#[test]
fn a_common_name_that_is_no_host_leaves_the_alternative_names_out() {
    let made = of_itself("CN=My Game Server");
    assert!(!made.facts().has_alternative_names);
    assert_eq!(made.facts().presented_names(), ["My Game Server"]);
}

#[test]
fn weak_keys_and_reversed_dates_are_let_through_for_self_signed_certificates_alone() {
    let weak = fixture("self_signed_rsa1024").remove(0);
    let key = Elsewhere::of(&weak);
    let reversed = Validity::parse("20340101000000", "20140101000000").unwrap();
    let made = self_signed(&key, &subject("CN=a"), &reversed, &none()).unwrap();
    assert_eq!(made.facts().public_key, weak.facts().public_key);
    assert!(made.facts().not_before > made.facts().not_after);

    let refused = authority(&key, &subject("CN=a"), &dates()).unwrap_err();
    says(&refused, &["RSA 1024", "2048"]);
    let key = Key::new(KeyKind::P256);
    let refused = authority(&key, &subject("CN=a"), &reversed).unwrap_err();
    says(
        &refused,
        &["notBefore", "20340101000000", "notAfter", "20140101000000"],
    );
}

#[test]
fn keys_that_sign_no_certificates_are_refused_by_name() {
    let dates = dates();
    let ed25519 = Key::new(KeyKind::Ed25519);
    let refused = self_signed(&ed25519, &subject("CN=a"), &dates, &none()).unwrap_err();
    says(&refused, &["Ed25519", "RSA", "P-256"]);
    for (file, kind) in [
        ("self_signed_p224", "P-224"),
        ("self_signed_secp256k1", "secp256k1"),
    ] {
        let key = Elsewhere::of(&fixture(file)[0]);
        let refused = self_signed(&key, &subject("CN=a"), &dates, &none()).unwrap_err();
        says(&refused, &[kind, "P-256"]);
    }
    // X25519 (RFC 8410 section 4): agrees on secrets and signs nothing.
    let x25519 = [
        &b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x6e\x03\x21\0"[..],
        &[7; 32],
    ]
    .concat();
    let refused = self_signed(&Elsewhere(x25519), &subject("CN=a"), &dates, &none()).unwrap_err();
    says(&refused, &["X25519", "P-256"]);
    for broken in [&b""[..], b"no key", &[&ed25519.info[..], &[0]].concat()] {
        let key = Elsewhere(broken.to_vec());
        let refused = self_signed(&key, &subject("CN=a"), &dates, &none()).unwrap_err();
        says(&refused, &["cannot be read"]);
    }
}

#[test]
fn a_compressed_point_is_refused() {
    let mut info = Key::new(KeyKind::P256).info;
    let point = info.len() - 65;
    info[point] = 3;
    let refused = self_signed(&Elsewhere(info), &subject("CN=a"), &dates(), &none()).unwrap_err();
    says(&refused, &["ECDSA P-256", "uncompressed"]);
}

#[test]
fn a_signature_of_another_key_is_noticed() {
    struct Crossed(Key, Key);
    impl CertificateSigner for Crossed {
        fn public_key_info(&self) -> &[u8] {
            &self.0.info
        }
        fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
            self.1.sign(message)
        }
    }
    let crossed = Crossed(Key::new(KeyKind::P256), Key::new(KeyKind::P256));
    let refused = self_signed(&crossed, &subject("CN=a"), &dates(), &none()).unwrap_err();
    says(&refused, &["ECDSA P-256", "belong together"]);
}

#[test]
fn what_the_key_says_about_its_failure_is_passed_on() {
    struct Broken(Key);
    impl CertificateSigner for Broken {
        fn public_key_info(&self) -> &[u8] {
            &self.0.info
        }
        fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SigningError> {
            Err(SigningError::Other)
        }
    }
    let key = Broken(Key::new(KeyKind::P256));
    let refused = self_signed(&key, &subject("CN=a"), &dates(), &none()).unwrap_err();
    assert_eq!(refused, Error::Signing(SigningError::Other));
}
