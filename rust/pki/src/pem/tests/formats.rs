//! Files and texts that are no PEM.

use super::*;

/// The beginnings of what openssl writes.
const PKCS12: &[u8] = b"\x30\x82\x03\xfc\x02\x01\x03\x30\x82\x03\xb2\x06\x09\x2a\x86\x48";
const PKCS7: &[u8] = b"\x30\x82\x01\x9c\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0";

#[test]
fn keys_in_der_are_read_from_files_in_every_form() {
    for kind in KeyKind::ALL {
        let owner = Template::leaf("x").key(kind).self_signed();
        let key = read_private_key_file(owner.key_der()).unwrap();
        assert_eq!(key.secret_der(), owner.key_der(), "{kind:?}");
        let key = read_private_key_file(owner.key_pem().as_bytes()).unwrap();
        assert_eq!(key.secret_der(), owner.key_der(), "{kind:?}");
    }
    for name in ["localhost_rsa2048_pkcs1", "../keys/p256_sec1"] {
        let text = String::from_utf8(fixture_bytes(&format!("{name}.key"))).unwrap();
        let key = read_private_key(&text).unwrap();
        let read = read_private_key_file(key.secret_der()).unwrap();
        assert_eq!(
            std::mem::discriminant(&read),
            std::mem::discriminant(&key),
            "{name}"
        );
    }
}

#[test]
fn a_key_that_is_no_pem_is_told_as_what_it_is() {
    let der = made("A").key_der().to_vec();
    for (text, word) in [
        (String::from_utf8_lossy(PKCS12).into_owned(), "PKCS#12"),
        (String::from_utf8_lossy(PKCS7).into_owned(), "it is DER"),
        (String::from_utf8_lossy(&der).into_owned(), "it is DER"),
        ("user://SECRET.p12".to_owned(), "PKCS#12"),
        ("user://SECRET.PFX\n".to_owned(), "PKCS#12"),
        ("user://SECRET.der".to_owned(), "DER"),
        ("user://SECRET.key".to_owned(), "pass the text of its file"),
    ] {
        let message = read_private_key(&text).map(|_| ()).unwrap_err().to_string();
        assert!(message.contains(word), "{word}: {message}");
        assert!(!message.contains("SECRET"), "{message}");
    }
    let message = read_private_key_file(PKCS12)
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(message.contains("PKCS#12"), "{message}");
}

#[test]
fn a_certificate_that_is_no_pem_is_told_as_what_it_is() {
    finds_nothing(PKCS12, "PKCS#12");
    finds_nothing(PKCS7, "PKCS#7");
    finds_nothing(String::from_utf8_lossy(PKCS12).as_bytes(), "PKCS#12");
    finds_nothing("user://chain.p12", "PKCS#12");
    finds_nothing("user://chain.crt", "pass the text of its file");
    let key = read_bundle(made("A").key_der());
    assert!(key.has_private_key && key.certificates.is_empty());
}
