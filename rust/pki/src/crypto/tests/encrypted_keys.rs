//! Keys under a password, as openssl writes them.

use super::*;
use crate::pem::read_private_key;

const PASSWORD: &str = "correct horse";

/// A key of `tests/fixtures/encrypted`.
pub(super) fn fixture_text(name: &str) -> String {
    key_text(&format!("../encrypted/{name}"))
}

/// What is in every key of that folder.
fn plain() -> String {
    fixture_text("plain")
}

/// The reading fails, and no part of the key, the file or the password is told.
#[track_caller]
pub(super) fn fails(text: &str, password: &str) -> String {
    let error = decrypt_private_key(text, password).unwrap_err();
    let (message, debug) = (error.to_string(), format!("{error:?}"));
    let secrets = plain() + text;
    let lines = secrets
        .lines()
        .filter(|line| !line.starts_with("-----") && line.len() > 8);
    for secret in lines.chain([password].into_iter().filter(|password| password.len() > 3)) {
        assert!(
            !message.contains(secret) && !debug.contains(secret),
            "{debug}"
        );
    }
    message
}

#[test]
fn every_cipher_and_every_derivation_that_openssl_offers_is_read() {
    for name in [
        "aes128",
        "aes192",
        "aes256",
        "des3",
        "sha1",
        "sha224",
        "sha384",
        "sha512",
        "des3_sha1",
        "scrypt",
        "scrypt_small",
        "one_round",
    ] {
        let read = decrypt_private_key(&fixture_text(name), PASSWORD);
        assert_eq!(read.map(|key| key.to_string()), Ok(plain()), "{name}");
    }
}

#[test]
fn passwords_are_taken_as_utf8() {
    let read = decrypt_private_key(&fixture_text("words"), "пароль \u{1f511} ß");
    assert_eq!(read.map(|key| key.to_string()), Ok(plain()));
}

#[test]
fn every_wrong_password_is_told_in_the_same_words() {
    let text = fixture_text("one_round");
    let words = "the password is wrong, or the encrypted private key is damaged";
    for password in [
        "correct hors",
        "correct horse ",
        "Correct horse",
        "\0",
        "🔑",
    ] {
        assert_eq!(fails(&text, password), words);
    }
    // About one in 256 of them leaves a good padding behind, with nonsense before it.
    for number in 0..2000 {
        assert_eq!(fails(&text, &format!("password {number}")), words);
    }
}

#[test]
fn a_missing_password_is_asked_for_even_where_it_would_be_right() {
    for name in ["aes256", "empty_password"] {
        let message = fails(&fixture_text(name), "");
        assert!(
            message.contains("encrypted: pass its password"),
            "{message}"
        );
    }
}

#[test]
fn keys_without_a_password_are_read_whatever_password_is_passed() {
    for password in ["", "anything"] {
        for (name, label) in [
            ("../encrypted/plain", "PRIVATE KEY"),
            ("../encrypted/sec1", "EC PRIVATE KEY"),
            ("localhost_rsa2048", "PRIVATE KEY"),
            ("localhost_rsa2048_pkcs1", "RSA PRIVATE KEY"),
            ("localhost_ed25519", "PRIVATE KEY"),
        ] {
            let text = key_text(name);
            assert!(text.starts_with(&format!("-----BEGIN {label}-----")));
            let read = decrypt_private_key(&text, password);
            assert_eq!(read.map(|key| key.to_string()), Ok(text), "{name}");
        }
    }
}

#[test]
fn other_text_around_the_key_and_line_ends_of_every_kind_are_passed_over() {
    let text = fixture_text("one_round");
    for text in [
        format!("Bag Attributes\n    friendlyName: me\n{text}\nthe end"),
        format!("\u{feff}{}", text.replace('\n', "\r\n")),
        text.replace('\n', "\n\n"),
        text.trim_end().to_owned(),
        format!("{text}{}", fixture_text("sec1")),
        String::from_utf8(fixture_bytes("root.crt")).unwrap() + &text,
    ] {
        let read = decrypt_private_key(&text, PASSWORD);
        assert_eq!(read.map(|key| key.to_string()), Ok(plain()), "{text}");
    }
}

#[test]
fn other_encryptions_are_refused_with_what_to_do() {
    for (name, word) in [
        ("proc_type", "openssl pkcs8 -topk8"),
        ("pkcs12", "openssl pkcs8 -topk8"),
        ("camellia", "AES"),
    ] {
        let message = fails(&fixture_text(name), PASSWORD);
        assert!(message.contains(word), "{name}: {message}");
        assert!(!message.contains("password is wrong"), "{name}: {message}");
    }
}

#[test]
fn texts_without_a_private_key_say_so() {
    for (text, word) in [
        (String::new(), "no PEM block"),
        ("some text".to_owned(), "no PEM block"),
        (
            String::from_utf8(fixture_bytes("root.crt")).unwrap(),
            "no PEM block",
        ),
        (
            String::from_utf8(fixture_bytes("localhost_rsa2048.pub")).unwrap(),
            "public key",
        ),
    ] {
        let message = fails(&text, PASSWORD);
        assert!(message.contains(word), "{message}");
    }
}

#[test]
fn where_no_password_is_asked_for_an_encrypted_key_says_how_to_go_on() {
    for name in ["aes256", "proc_type"] {
        let error = read_private_key(&fixture_text(name)).unwrap_err();
        assert_eq!(error, crate::pem::PrivateKeyError::Encrypted);
        assert!(error.to_string().contains("decrypt it first"), "{error}");
    }
}

#[test]
fn a_file_that_was_cut_anywhere_is_refused() {
    let text = fixture_text("one_round");
    // Without the last dash and line end all of the key is there.
    let end = text.find("-----END").unwrap();
    for cut in 0..end {
        fails(&text[..cut], PASSWORD);
    }
}
