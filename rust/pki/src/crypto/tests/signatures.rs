//! What holds for the signatures of every kind of key.

use x509_parser::prelude::{FromDer, X509Certificate};

use super::*;

/// Hash and signature of a certificate of `tests/fixtures/certs`: what openssl signed.
fn signed_by_openssl(name: &str, function: HashAlgorithm) -> (Vec<u8>, Vec<u8>) {
    let certificate = fixture(name).remove(0);
    let (_, parsed) = X509Certificate::from_der(certificate.der()).unwrap();
    let value = hash_of(function, parsed.tbs_certificate.as_ref());
    (value, parsed.signature_value.data.to_vec())
}

fn is_rsa(name: &str) -> bool {
    name.contains("rsa")
}

#[test]
fn every_key_signs_hashes_of_every_function_that_it_can() {
    for name in SIGNERS {
        let (private, public) = (private_key(name), public_key(name));
        for function in FUNCTIONS {
            let value = hash_of(function, b"message");
            let hash = Hash::new(function, &value).unwrap();
            if is_rsa(name) && matches!(function, HashAlgorithm::Md5 | HashAlgorithm::Sha1) {
                let message = lacking(private.sign(&hash));
                assert!(message.contains(&function.to_string()), "{message}");
                continue;
            }
            let signature = private.sign(&hash).unwrap();
            assert_eq!(
                public.verify(&hash, &signature),
                Ok(true),
                "{name}, {function}"
            );
            let value = hash_of(function, b"other message");
            let other = Hash::new(function, &value).unwrap();
            assert_eq!(
                public.verify(&other, &signature),
                Ok(false),
                "{name}, {function}"
            );
        }
    }
}

#[test]
fn nobody_elses_signature_is_accepted() {
    let value = hash_of(HashAlgorithm::Sha256, b"message");
    let hash = Hash::new(HashAlgorithm::Sha256, &value).unwrap();
    let signers = SIGNERS.iter().chain(&["other_root"]);
    for signer in signers {
        let signature = private_key(signer).sign(&hash).unwrap();
        for name in SIGNERS {
            let verified = public_key(name).verify(&hash, &signature);
            assert_eq!(verified, Ok(name == *signer), "{signer} for {name}");
        }
    }
}

#[test]
fn one_changed_bit_of_the_signature_or_the_hash_makes_it_invalid() {
    let value = hash_of(HashAlgorithm::Sha256, b"message");
    for name in [
        "localhost_rsa2048",
        "localhost",
        "localhost_p384",
        "self_signed_p521",
    ] {
        let hash = Hash::new(HashAlgorithm::Sha256, &value).unwrap();
        let public = public_key(name);
        let signature = private_key(name).sign(&hash).unwrap();
        for bit in 0..signature.len() * 8 {
            let mut changed = signature.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                public.verify(&hash, &changed),
                Ok(false),
                "{name}, bit {bit}"
            );
        }
        for bit in 0..value.len() * 8 {
            let mut changed = value.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let hash = Hash::new(HashAlgorithm::Sha256, &changed).unwrap();
            assert_eq!(
                public.verify(&hash, &signature),
                Ok(false),
                "{name}, bit {bit}"
            );
        }
    }
}

#[test]
fn signatures_of_another_length_are_no_signatures() {
    let value = hash_of(HashAlgorithm::Sha256, b"message");
    let hash = Hash::new(HashAlgorithm::Sha256, &value).unwrap();
    for name in SIGNERS {
        let public = public_key(name);
        let signature = private_key(name).sign(&hash).unwrap();
        for end in 0..signature.len() {
            assert_eq!(
                public.verify(&hash, &signature[..end]),
                Ok(false),
                "{name}, {end}"
            );
        }
        for extra in [1, 1000] {
            let longer = [signature.clone(), vec![0; extra]].concat();
            assert_eq!(public.verify(&hash, &longer), Ok(false), "{name}");
            let before = [vec![0; extra], signature.clone()].concat();
            assert_eq!(public.verify(&hash, &before), Ok(false), "{name}");
        }
    }
}

#[test]
fn a_hash_that_is_longer_than_the_curve_counts_up_to_the_length_of_the_curve() {
    let mut value = hash_of(HashAlgorithm::Sha512, b"message");
    for (name, counted) in [
        ("localhost", 32),
        ("localhost_p384", 48),
        ("self_signed_p521", 64),
    ] {
        let hash = Hash::new(HashAlgorithm::Sha512, &value).unwrap();
        let signature = private_key(name).sign(&hash).unwrap();
        for place in 0..value.len() {
            value[place] ^= 1;
            let hash = Hash::new(HashAlgorithm::Sha512, &value).unwrap();
            let verified = public_key(name).verify(&hash, &signature);
            assert_eq!(verified, Ok(place >= counted), "{name}, byte {place}");
            value[place] ^= 1;
        }
    }
}

#[test]
fn what_openssl_signed_is_verified() {
    // The key of these is in the certificate itself.
    for (name, function) in [
        ("self_signed_sha1", HashAlgorithm::Sha1),
        ("self_signed_openssl", HashAlgorithm::Sha256),
        ("self_signed_rsa1024", HashAlgorithm::Sha256),
        ("self_signed_sha512", HashAlgorithm::Sha512),
        ("self_signed_p384", HashAlgorithm::Sha384),
        ("self_signed_p521", HashAlgorithm::Sha512),
    ] {
        let (value, signature) = signed_by_openssl(name, function);
        let hash = Hash::new(function, &value).unwrap();
        assert_eq!(
            public_key(name).verify(&hash, &signature),
            Ok(true),
            "{name}"
        );
    }
}

#[test]
fn rsa_signs_the_very_bytes_that_openssl_signs() {
    for (name, function) in [
        ("self_signed_openssl", HashAlgorithm::Sha256),
        ("self_signed_sha512", HashAlgorithm::Sha512),
    ] {
        let (value, signature) = signed_by_openssl(name, function);
        let made = private_key(name).sign(&Hash::new(function, &value).unwrap());
        assert_eq!(made, Ok(signature), "{name}");
    }
}

#[test]
fn the_other_padding_of_rsa_is_not_accepted() {
    let (value, signature) = signed_by_openssl("self_signed_pss", HashAlgorithm::Sha256);
    let hash = Hash::new(HashAlgorithm::Sha256, &value).unwrap();
    assert_eq!(
        public_key("self_signed_pss").verify(&hash, &signature),
        Ok(false)
    );
}

#[test]
fn signatures_that_the_provider_cannot_judge_are_lacking() {
    for (name, function, word) in [
        ("localhost_rsa2048", HashAlgorithm::Md5, "MD5"),
        ("leaf_p224", HashAlgorithm::Sha256, "ECDSA P-224"),
        ("self_signed_secp256k1", HashAlgorithm::Sha256, "secp256k1"),
        ("localhost_ed25519", HashAlgorithm::Sha256, "Ed25519"),
    ] {
        let value = hash_of(function, b"message");
        let hash = Hash::new(function, &value).unwrap();
        let message = lacking(public_key(name).verify(&hash, &[0; 64]));
        assert!(message.contains(word), "{message}");
    }
    let value = hash_of(HashAlgorithm::Sha384, b"message");
    let hash = Hash::new(HashAlgorithm::Sha384, &value).unwrap();
    let message = refused(public_key("leaf_rsa1024").verify(&hash, &[0; 128]));
    assert!(message.contains("RSA 1024"), "{message}");
}

#[test]
fn hashes_of_another_length_are_refused_with_both_lengths() {
    for function in FUNCTIONS {
        let right = function.length();
        assert!(Hash::new(function, &vec![0; right]).is_ok());
        for length in [0, right - 1, right + 1, 1000] {
            let message = Hash::new(function, &vec![0; length])
                .unwrap_err()
                .to_string();
            assert!(
                message.contains(&format!("{length} bytes"))
                    && message.contains(&right.to_string()),
                "{message}"
            );
        }
    }
}

#[test]
fn the_length_of_a_sha2_hash_tells_its_function() {
    for length in 0..100 {
        let value = vec![0; length];
        let found = Hash::of_sha2(&value).map(|hash| hash.algorithm());
        match length {
            32 => assert_eq!(found, Ok(HashAlgorithm::Sha256)),
            48 => assert_eq!(found, Ok(HashAlgorithm::Sha384)),
            64 => assert_eq!(found, Ok(HashAlgorithm::Sha512)),
            _ => assert!(
                found
                    .unwrap_err()
                    .to_string()
                    .contains(&format!("{length} bytes"))
            ),
        }
    }
}

#[test]
fn digests_are_as_long_as_they_say_and_md5_is_none() {
    for function in FUNCTIONS {
        let length = function.digest(b"abc").map(|digest| digest.len());
        let expected = Some(function.length()).filter(|_| function != HashAlgorithm::Md5);
        assert_eq!(length, expected, "{function}");
    }
    let abc = HashAlgorithm::Sha1.digest(b"abc").unwrap();
    assert_eq!(abc, unhex("a9993e364706816aba3e25717850c26c9cd0d89d"));
}
