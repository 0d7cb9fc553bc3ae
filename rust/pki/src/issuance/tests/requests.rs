//! Signing requests.

use godot_rustls_testkit::KeyKind;
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509CertificationRequest};

use super::*;
use crate::certificate::{Signed, rfc4514_of_der};
use crate::issuance::signing_request;
use crate::testing::fixture;

fn der(pem: &str) -> Vec<u8> {
    let block = pem::parse(pem).unwrap();
    assert_eq!(block.tag(), "CERTIFICATE REQUEST");
    block.into_contents()
}

/// Subject and requested alternative names, after the signature was checked.
fn read(pem: &str) -> (String, Vec<String>) {
    let der = der(pem);
    let ([], request) = X509CertificationRequest::from_der(&der).unwrap() else {
        panic!("something follows the request");
    };
    let info = request.certification_request_info.subject_pki.raw;
    assert!(Signed::of(&der).unwrap().is_by(info));
    let mut names = Vec::new();
    for extension in request.requested_extensions().into_iter().flatten() {
        let ParsedExtension::SubjectAlternativeName(found) = extension else {
            panic!("an extension that nobody asked for: {extension:?}");
        };
        names.extend(found.general_names.iter().map(|name| match name {
            GeneralName::DNSName(name) => (*name).to_owned(),
            GeneralName::IPAddress(bytes) => format!("{bytes:?}"),
            other => panic!("{other:?}"),
        }));
    }
    let subject = request.certification_request_info.subject.as_raw();
    (rfc4514_of_der(subject), names)
}

#[test]
fn a_request_has_the_name_as_it_was_given_the_key_and_the_alternative_names() {
    let name = subject("DC=example,DC=org,OU=a,OU=b,CN=Bücher");
    for kind in SIGNING {
        let key = Key::new(kind);
        let made = signing_request(&key, &name, &names(&["a.example", "127.0.0.1"])).unwrap();
        let (subject, names) = read(&made);
        assert_eq!(subject, "CN=Bücher,OU=b,OU=a,DC=org,DC=example");
        assert_eq!(names, ["a.example", "[127, 0, 0, 1]"]);
        let der = der(&made);
        let (_, request) = X509CertificationRequest::from_der(&der).unwrap();
        let info = request.certification_request_info.subject_pki.raw;
        assert_eq!(info, key.info);
    }
}

#[test]
fn the_common_name_of_a_request_becomes_its_alternative_name_when_it_can() {
    let key = Key::new(KeyKind::P256);
    let asked = |name: &str| read(&signing_request(&key, &subject(name), &none()).unwrap()).1;
    assert_eq!(asked("CN=*.example.org"), ["*.example.org"]);
    assert!(asked("CN=Player One").is_empty());
}

#[test]
fn a_request_has_plain_line_ends() {
    let key = Key::new(KeyKind::P256);
    let made = signing_request(&key, &subject("CN=a"), &none()).unwrap();
    assert!(made.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"));
    assert!(made.ends_with("-----END CERTIFICATE REQUEST-----\n"));
    assert!(!made.contains('\r'));
}

#[test]
fn a_request_with_a_weak_key_is_refused() {
    let key = Elsewhere::of(&fixture("self_signed_rsa1024")[0]);
    let refused = signing_request(&key, &subject("CN=a"), &none()).unwrap_err();
    says(&refused, &["RSA 1024", "2048"]);
}
