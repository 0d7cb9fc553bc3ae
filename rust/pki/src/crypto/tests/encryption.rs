//! What holds for RSA encryption.

use super::*;

#[test]
fn every_length_up_to_the_longest_comes_back() {
    let (private, public) = (
        private_key("localhost_rsa2048"),
        public_key("localhost_rsa2048"),
    );
    let text: Vec<u8> = (0..245).collect();
    for length in 0..=text.len() {
        let ciphertext = public.encrypt(&text[..length]).unwrap();
        assert_eq!(ciphertext.len(), 256);
        let plaintext = private.decrypt(&ciphertext).unwrap();
        assert_eq!(plaintext.as_slice(), &text[..length]);
    }
}

#[test]
fn the_longest_plaintext_is_the_size_of_the_key_less_eleven() {
    for (name, longest) in [
        ("localhost_rsa2048", 245),
        ("localhost_rsa3072", 373),
        ("localhost_rsa4096", 501),
    ] {
        let (private, public) = (private_key(name), public_key(name));
        let text = vec![0; longest];
        let ciphertext = public.encrypt(&text).unwrap();
        assert_eq!(ciphertext.len(), longest + 11);
        assert_eq!(*private.decrypt(&ciphertext).unwrap(), text);
        for over in [1, 11, 1_000_000] {
            let message = refused(public.encrypt(&vec![0; longest + over]));
            assert!(
                message.contains(&format!("{} bytes", longest + over))
                    && message.contains(&format!("at most {longest}")),
                "{message}"
            );
        }
    }
}

#[test]
fn the_same_text_never_makes_the_same_ciphertext() {
    let public = public_key("localhost_rsa2048");
    assert_ne!(public.encrypt(b"text"), public.encrypt(b"text"));
}

#[test]
fn ciphertexts_of_another_length_are_refused_with_both_lengths() {
    let ciphertext = public_key("localhost_rsa2048").encrypt(b"text").unwrap();
    let longer = [ciphertext.as_slice(), b"\0"].concat();
    let before = [b"\0", ciphertext.as_slice()].concat();
    for wrong in [
        &[][..],
        &ciphertext[..255],
        &ciphertext[1..],
        &longer,
        &before,
    ] {
        let message = refused(private_key("localhost_rsa2048").decrypt(wrong));
        assert!(
            message.contains(&format!("{} bytes", wrong.len())) && message.contains("256"),
            "{message}"
        );
    }
}

#[test]
fn whatever_is_wrong_inside_the_ciphertext_is_refused_in_the_same_words() {
    let key = private_key("localhost_rsa2048");
    // Its exponent makes nothing of 0 and 1; the last is above every modulus of that length.
    let mut one = [0; 256];
    one[255] = 1;
    let mut messages: Vec<String> = [[0; 256], one, [0x11; 256], [0xff; 256]]
        .iter()
        .map(|ciphertext| refused(key.decrypt(ciphertext)))
        .collect();
    // Made for another key. One in a hundred thousand looks well padded, three never do.
    let strangers = [(); 3].map(|()| public_key("self_signed_openssl").encrypt(b"text").unwrap());
    let made_for_another: Vec<String> = strangers
        .iter()
        .filter_map(|ciphertext| key.decrypt(ciphertext).err())
        .map(|failure| failure.to_string())
        .collect();
    assert!(!made_for_another.is_empty());
    messages.extend(made_for_another);
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
}

#[test]
fn a_changed_ciphertext_never_gives_the_text() {
    let (private, public) = (
        private_key("localhost_rsa2048"),
        public_key("localhost_rsa2048"),
    );
    let ciphertext = public.encrypt(b"some longer text").unwrap();
    for bit in (0..2048).step_by(5) {
        let mut changed = ciphertext.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        // A few of many nonsense paddings look right: this padding has no seal.
        if let Ok(plaintext) = private.decrypt(&changed) {
            assert_ne!(plaintext.as_slice(), b"some longer text");
        }
    }
}

#[test]
fn keys_that_only_sign_are_refused() {
    let message = refused(public_key("localhost").encrypt(b"text"));
    assert!(message.contains("ECDSA P-256"), "{message}");
    let message = refused(public_key("localhost_ed25519").encrypt(b"text"));
    assert!(message.contains("Ed25519"), "{message}");
    let message = refused(private_key("localhost").decrypt(&[0; 256]));
    assert!(message.contains("RSA"), "{message}");
}

#[test]
fn keys_too_small_for_the_provider_are_lacking_unless_the_text_is_too_long_anyway() {
    let public = public_key("leaf_rsa1024");
    assert!(lacking(public.encrypt(&[0; 117])).contains("RSA 1024"));
    assert!(refused(public.encrypt(&[0; 118])).contains("at most 117"));
    lacking(public_key("leaf_rsa2047").encrypt(b"text"));
}
