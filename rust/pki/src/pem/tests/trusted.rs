//! OpenSSL's `TRUSTED CERTIFICATE`.

use godot_rustls_testkit::element;

use super::*;

const SERVERS: &[u8] = &[0x06, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1];
const CLIENTS: &[u8] = &[0x06, 8, 0x2b, 6, 1, 5, 5, 7, 3, 2];
const ANYBODY: &[u8] = &[0x06, 4, 0x55, 0x1d, 0x25, 0];
const MAIL: &[u8] = &[0x06, 8, 0x2b, 6, 1, 5, 5, 7, 3, 4];

fn trusting(certificate: &Issued, parts: &[Vec<u8>]) -> String {
    let settings = element(0x30, &parts.concat());
    let der = [certificate.der(), &settings].concat();
    write_block("TRUSTED CERTIFICATE", &der)
}

fn trusted(uses: &[&[u8]]) -> Vec<u8> {
    element(0x30, &uses.concat())
}

fn rejected(uses: &[&[u8]]) -> Vec<u8> {
    element(0xa0, &uses.concat())
}

#[test]
fn a_certificate_that_is_trusted_for_servers_or_for_all_is_read() {
    reads(write_block("TRUSTED CERTIFICATE", made("A").der()), &["A"]);
    let alias = element(0x0c, b"My root");
    let cases: [(Vec<Vec<u8>>, bool); 7] = [
        (vec![], false),
        (vec![alias.clone()], false),
        (vec![trusted(&[MAIL, SERVERS]), alias], true),
        (vec![trusted(&[SERVERS, CLIENTS])], false),
        (vec![trusted(&[ANYBODY])], false),
        (vec![rejected(&[MAIL])], false),
        (vec![rejected(&[CLIENTS])], true),
    ];
    for (parts, is_for_servers_alone) in cases {
        let certificate = made("A");
        let text = trusting(&certificate, &parts);
        reads(&text, &["A"]);
        let bundle = read_bundle(text.as_bytes());
        assert_eq!(
            bundle.is_for_servers_alone, is_for_servers_alone,
            "{parts:?}"
        );
        let read = bundle.certificates[0].der().as_ref();
        assert_eq!(read, certificate.der());
    }
}

#[test]
fn a_certificate_that_is_not_trusted_for_servers_is_told_and_skipped() {
    for parts in [
        vec![trusted(&[MAIL])],
        vec![trusted(&[])],
        vec![trusted(&[CLIENTS])],
        vec![rejected(&[SERVERS])],
        vec![rejected(&[ANYBODY])],
        vec![trusted(&[SERVERS]), rejected(&[SERVERS])],
    ] {
        finds_nothing(trusting(&made("A"), &parts), "do not allow TLS servers");
    }
    for settings in [
        &b"\x30"[..],
        b"\x30\x03\x06\x08\x00",
        b"\x04\x00",
        b"\x30\x00\x00",
    ] {
        let der = [made("A").der(), settings].concat();
        finds_nothing(write_block("TRUSTED CERTIFICATE", &der), "trust settings");
    }
}
