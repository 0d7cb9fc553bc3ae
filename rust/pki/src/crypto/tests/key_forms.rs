//! Which keys are read, and in which forms.

use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::Decode;

use super::*;
use crate::certificate::PublicKeyKind;
use crate::pem::read_public_key;

/// The bytes of a PKCS#8 key of `tests/fixtures/certs`.
fn pkcs8(name: &str) -> Vec<u8> {
    read_private_key(&key_text(name))
        .unwrap()
        .secret_der()
        .to_vec()
}

#[test]
fn the_public_half_is_the_one_that_openssl_wrote() {
    for name in SIGNERS {
        let made = private_key(name).public_key_info().unwrap();
        assert_eq!(made, public_key(name).info_der(), "{name}");
    }
    let written = String::from_utf8(fixture_bytes("localhost_rsa2048.pub")).unwrap();
    let made = private_key("localhost_rsa2048").public_key_info();
    assert_eq!(made.ok(), read_public_key(&written));
}

#[test]
fn the_older_forms_of_a_key_are_the_same_key() {
    for (newer, older) in [
        ("localhost_rsa2048", "localhost_rsa2048_pkcs1"),
        ("../encrypted/plain", "../encrypted/sec1"),
    ] {
        let [newer, older] = [newer, older].map(|name| private_key(name).public_key_info());
        assert_eq!(newer, older);
        assert!(newer.is_ok());
    }
}

#[test]
fn certificates_are_signed_with_hashes_as_strong_as_the_key() {
    for name in SIGNERS {
        let expected = match name {
            "localhost_p384" => HashAlgorithm::Sha384,
            "self_signed_p521" => HashAlgorithm::Sha512,
            _ => HashAlgorithm::Sha256,
        };
        assert_eq!(private_key(name).certificate_hash(), expected, "{name}");
    }
}

#[test]
fn keys_that_the_provider_cannot_use_are_lacking() {
    for name in [
        "leaf_rsa1024",
        "leaf_rsa2047",
        "leaf_p224",
        "self_signed_secp256k1",
        "localhost_ed25519",
    ] {
        let key = read_private_key(&key_text(name)).unwrap();
        let message = lacking(PrivateKey::from_der(&key));
        assert!(message.contains("RSA 2048 to 8192"), "{name}: {message}");
    }
}

#[test]
fn a_private_key_with_the_public_half_of_another_is_not_used() {
    // The point is the last thing in both.
    let (mut mixed, other) = (pkcs8("localhost"), pkcs8("root"));
    let start = mixed.len() - 65;
    mixed[start..].copy_from_slice(&other[start..]);
    PrivateKeyInfoRef::from_der(&mixed).unwrap();
    lacking(PrivateKey::from_der(&PrivateKeyDer::Pkcs8(mixed.into())));
}

#[test]
fn an_rsa_key_whose_numbers_do_not_fit_together_is_not_used() {
    let good = pkcs8("localhost_rsa2048");
    // In the modulus, in the private exponent, and in the last coefficient.
    for place in [60, 400, good.len() - 1] {
        let mut broken = good.clone();
        broken[place] ^= 0x10;
        let message = lacking(PrivateKey::from_der(&PrivateKeyDer::Pkcs8(broken.into())));
        assert!(message.contains("damaged"), "{message}");
    }
}

#[test]
fn a_private_key_is_not_printed() {
    let printed = format!("{:?}", private_key("localhost"));
    assert_eq!(printed, "PrivateKey { .. }");
}

#[test]
fn public_keys_of_every_kind_are_read_and_named() {
    for (name, kind) in [
        ("localhost_rsa2048", "RSA 2048"),
        ("leaf_rsa1024", "RSA 1024"),
        ("leaf_rsa2047", "RSA 2047"),
        ("localhost", "ECDSA P-256"),
        ("leaf_p224", "ECDSA P-224"),
        ("self_signed_secp256k1", "ECDSA secp256k1"),
        ("localhost_ed25519", "Ed25519"),
    ] {
        assert_eq!(public_key(name).kind().to_string(), kind);
    }
    assert_eq!(
        *public_key("localhost").kind(),
        PublicKeyKind::Ecdsa("P-256")
    );
}

#[test]
fn what_is_no_public_key_is_refused() {
    let good = public_key("localhost").info_der().to_vec();
    for end in 0..good.len() {
        assert!(PublicKey::from_info_der(&good[..end]).is_err(), "{end}");
    }
    let longer = [good.as_slice(), b"\0"].concat();
    assert!(PublicKey::from_info_der(&longer).is_err());
    assert!(PublicKey::from_info_der(&pkcs8("localhost")).is_err());
}

#[test]
fn rare_forms_of_a_key_are_read_and_written_in_the_plain_one() {
    let plain = key_text("../keys/p256");
    for form in [
        "p256",
        "p256_sec1",
        "p256_without_curve",
        "p256_explicit",
        "p256_explicit_sec1",
        "p256_attributes",
    ] {
        let written = private_key(&format!("../keys/{form}")).encode_anew();
        assert_eq!(written.unwrap().as_str(), plain, "{form}");
    }
}

#[test]
fn every_key_that_the_provider_can_use_is_the_same_when_encoded_anew() {
    for name in SIGNERS {
        let key = private_key(name);
        let again = key_of(&key.encode_anew().unwrap());
        assert_eq!(again.public_key_info(), key.public_key_info(), "{name}");
    }
}
