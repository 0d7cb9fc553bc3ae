//! What is issued here is accepted where certificates are checked.

use std::slice::from_ref;

use super::*;
use crate::testing::{certificate, trusting, verdict};

#[test]
fn the_name_of_an_authority_is_taken_over_byte_by_byte() {
    // Written as no library here would: in a BMPString, and two attributes in one set.
    let common_name = b"\x30\x0b\x06\x03\x55\x04\x03\x1e\x04\0C\0A";
    let unit = b"\x30\x08\x06\x03\x55\x04\x0b\x0c\x01u";
    let set = [&b"\x31\x17"[..], unit, common_name].concat();
    let country = b"\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02DE";
    let name = [&country[..], &set].concat();

    let issued_first = Template::authority("replaced").self_signed();
    let info = certificate(&issued_first)
        .facts()
        .public_key_info_der
        .clone();
    let odd = certificate(&issued_first.imitating(&name, &info[2..]));
    let pair = KeyPair::try_from(issued_first.key_der()).unwrap();
    let ca = Authority {
        key: Key { pair, info },
        certificate: odd,
    };
    let leaf = ca.issue(&Key::new(KeyKind::P256), "CN=localhost", &none());
    assert_eq!(leaf.facts().issuer_der, ca.certificate.facts().subject_der);
    assert_eq!(leaf.facts().issuer_der[2..], name);
    let trust = trusting(&[&ca.certificate]);
    assert_eq!(verdict(&trust, &[leaf], "localhost"), Ok(()));
}

#[test]
fn an_authority_of_another_name_or_key_does_not_vouch() {
    let ca = Authority::new(KeyKind::P256, "CN=CA,O=One");
    let leaf = ca.issue(&Key::new(KeyKind::P256), "CN=localhost", &none());
    for other in ["CN=CA,O=One", "CN=CA,O=Two"] {
        let other = Authority::new(KeyKind::P256, other).certificate;
        let verdict = verdict(&trusting(&[&other]), from_ref(&leaf), "localhost");
        assert!(verdict.is_err());
    }
}
