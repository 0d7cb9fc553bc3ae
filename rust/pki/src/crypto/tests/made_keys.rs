//! Keys that are made here.

use super::*;

/// The key can sign, is whole, and is written as PKCS#8 PEM; its public half comes back.
#[track_caller]
fn works(pem: &str, kind: &str) -> PublicKey {
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    assert!(pem.ends_with("\n-----END PRIVATE KEY-----\n"));
    let private = key_of(pem);
    let public = PublicKey::from_info_der(&private.public_key_info().unwrap()).unwrap();
    assert_eq!(public.kind().to_string(), kind);
    let value = hash_of(HashAlgorithm::Sha256, b"message");
    let hash = Hash::new(HashAlgorithm::Sha256, &value).unwrap();
    let signature = private.sign(&hash).unwrap();
    assert_eq!(public.verify(&hash, &signature), Ok(true));
    public
}

#[test]
fn rsa_sizes_are_those_of_the_provider_others_are_lacking_or_impossible() {
    for bits in [2048, 3072, 4096, 8192] {
        assert!(check_rsa_size(bits).is_ok(), "{bits}");
    }
    for bits in [1024, 1026, 1536, 2046, 2050, 3000, 5120, 8190] {
        assert!(lacking(check_rsa_size(bits)).contains(&format!(" {bits} bits")));
        lacking(generate_rsa(bits));
    }
    for bits in [
        i64::MIN,
        -2048,
        -1,
        0,
        1,
        512,
        1022,
        1023,
        1025,
        2047,
        2049,
        8191,
        8193,
        8194,
        16384,
        i64::MAX,
    ] {
        assert!(refused(check_rsa_size(bits)).contains(&format!(" {bits} bits")));
        refused(generate_rsa(bits));
    }
}

#[test]
fn made_rsa_keys_work_and_are_never_the_same() {
    let [one, other] = [(); 2].map(|()| generate_rsa(2048).unwrap());
    let public = works(&one, "RSA 2048");
    let ciphertext = public.encrypt(b"text").unwrap();
    assert_eq!(
        key_of(&one).decrypt(&ciphertext).unwrap().as_slice(),
        b"text"
    );
    assert_ne!(public.info_der(), works(&other, "RSA 2048").info_der());
}

#[test]
fn made_ecdsa_keys_work_and_are_never_the_same() {
    for (curve, kind) in [(Curve::P256, "ECDSA P-256"), (Curve::P384, "ECDSA P-384")] {
        let [one, other] = [(); 2].map(|()| works(&generate_ecdsa(curve).unwrap(), kind));
        assert_ne!(one.info_der(), other.info_der());
    }
}
