//! Files and signatures with a little of them changed: whatever comes out, nothing panics.

use godot_rustls_testkit::Generator;

use super::*;

const TIMES: usize = 2000;

/// Copies of `whole` with a little damage, the same ones in every run. What the damage left as it
/// was is passed over.
fn damaged(seed: u64, whole: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let mut generator = Generator::new(seed);
    (0..TIMES)
        .map(move |_| {
            let mut copy = whole.to_vec();
            generator.damage(&mut copy);
            copy
        })
        .filter(move |copy| copy != whole)
}

/// Everything that can be done with a key, if it is one.
fn use_private_key(der: &PrivateKeyDer<'_>) -> bool {
    let Ok(key) = PrivateKey::from_der(der) else {
        return false;
    };
    let value = hash_of(HashAlgorithm::Sha256, b"message");
    let _ = key.sign(&Hash::new(HashAlgorithm::Sha256, &value).unwrap());
    let _ = key.public_key_info();
    let _ = key.decrypt(&[1; 256]);
    true
}

#[test]
fn damaged_private_keys_never_panic() {
    for (seed, name) in [(1, "localhost"), (2, "localhost_rsa2048")] {
        let text = key_text(name);
        let mut read = 0;
        for copy in damaged(seed, text.as_bytes()) {
            let copy = String::from_utf8_lossy(&copy);
            if let Ok(written) = decrypt_private_key(&copy, "password") {
                let _ = read_private_key(&written).map(|der| use_private_key(&der));
            }
            if let Ok(der) = read_private_key(&copy) {
                read += 1;
                use_private_key(&der);
            }
        }
        // Most are no base64 any more; enough went on to the key itself.
        assert!(read > TIMES / 40, "{name}: {read}");
        let der = read_private_key(&text).unwrap();
        for copy in damaged(seed + 10, der.secret_der()) {
            use_private_key(&PrivateKeyDer::Pkcs8(copy.into()));
        }
    }
}

#[test]
fn damaged_encrypted_keys_never_panic_and_are_never_another_key() {
    let text = encrypted_keys::fixture_text("one_round");
    let plain = encrypted_keys::fixture_text("plain");
    for copy in damaged(3, text.as_bytes()) {
        let copy = String::from_utf8_lossy(&copy);
        if let Ok(read) = decrypt_private_key(&copy, "correct horse")
            && *read != plain
        {
            // CBC has no seal: a changed block may leave the shape of a key. It is none that can be
            // used.
            let der = read_private_key(&read).unwrap();
            assert!(!use_private_key(&der), "{copy}");
        }
    }
    let whole = pem::parse(&text).unwrap();
    for copy in damaged(4, whole.contents()) {
        let copy = pem::encode(&pem::Pem::new("ENCRYPTED PRIVATE KEY", copy));
        let _ = decrypt_private_key(&copy, "correct horse");
    }
}

#[test]
fn damaged_public_keys_never_panic() {
    let value = hash_of(HashAlgorithm::Sha256, b"message");
    let hash = Hash::new(HashAlgorithm::Sha256, &value).unwrap();
    for (seed, name) in [(5, "localhost"), (6, "localhost_rsa2048")] {
        let signature = private_key(name).sign(&hash).unwrap();
        let whole = public_key(name);
        for copy in damaged(seed, whole.info_der()) {
            if let Ok(public) = PublicKey::from_info_der(&copy) {
                let _ = public.verify(&hash, &signature);
                let _ = public.encrypt(b"text");
            }
        }
    }
}

#[test]
fn damaged_signatures_never_panic_and_are_never_valid() {
    let value = hash_of(HashAlgorithm::Sha256, b"message");
    let hash = Hash::new(HashAlgorithm::Sha256, &value).unwrap();
    for (seed, name) in [(7, "localhost"), (8, "localhost_rsa2048")] {
        let signature = private_key(name).sign(&hash).unwrap();
        let public = public_key(name);
        for copy in damaged(seed, &signature) {
            assert_eq!(
                public.verify(&hash, &copy),
                Ok(false),
                "{name}: {copy:02x?}"
            );
        }
    }
}
