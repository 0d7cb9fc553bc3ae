//! Private keys of RustlsCrypto and of openssl, read by each other.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use godot_rustls_interop_tests::{
    Argument, Batch, Certificates, Job, Kind, godot_project, randomness,
};
use godot_rustls_testkit::Generator;

/// How `openssl pkcs8 -topk8` encrypts.
const ENCRYPTIONS: [&[&str]; 5] = [
    &["-v2", "aes-256-cbc"],
    &["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"],
    &["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA1"],
    &["-v2", "des3"],
    &["-scrypt"],
];

/// Characters of all lengths in UTF-8, and some that mean something to a shell or in JSON.
const LETTERS: [char; 12] = ['a', 'Z', '7', ' ', '"', '\\', '$', '%', 'ß', 'é', '☃', '🗝'];

#[test]
fn keys_of_the_addon_are_whole_for_openssl() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let cases = [
        ("generate_rsa", 2048, "2048 bit"),
        ("generate_rsa", 3072, "3072 bit"),
        ("generate_rsa", 4096, "4096 bit"),
        ("generate_ecdsa", 0, "ASN1 OID: prime256v1"),
        ("generate_ecdsa", 1, "ASN1 OID: secp384r1"),
    ];
    let file = |number: i64| certificates.place(&format!("{number}.key"));
    let mut batch = Batch::new(engine);
    for (method, number, _) in cases {
        batch.add(Job::call(method, &[Argument::Number(number)]).into_file(&file(number)));
    }
    for (outcome, (method, number, words)) in batch.run(false).iter().zip(cases) {
        outcome.assert_made();
        let check = certificates.openssl(&["pkey", "-check", "-text", "-noout"]);
        let text = check.with("-in", file(number)).output();
        assert!(
            text.contains("Key is valid") && text.contains(words),
            "{text}"
        );
        let has_usual_exponent = text.contains("publicExponent: 65537 (0x10001)");
        assert_eq!(has_usual_exponent, method == "generate_rsa", "{text}");
    }
}

/// A key of openssl's in each of its forms, with the password for each.
fn forms(
    key: &Path,
    kind: Kind,
    random: &mut Generator,
    certificates: &Certificates,
) -> Vec<(PathBuf, String)> {
    let mut forms = vec![(key.to_owned(), String::new())];
    // PKCS#1 or SEC1.
    let older = certificates.place(&format!("{kind:?}-older.key"));
    let command = certificates.openssl(&["pkey", "-traditional"]);
    command.with("-in", key).with("-out", &older).run();
    forms.push((older, String::new()));
    for (number, encryption) in ENCRYPTIONS.iter().enumerate() {
        let path = certificates.place(&format!("{kind:?}-{number}.key"));
        let password: String = (0..=random.below(30))
            .map(|_| *random.pick(&LETTERS))
            .collect();
        certificates
            .openssl(&["pkcs8", "-topk8"])
            .and(*encryption)
            .with("-passout", format!("pass:{password}"))
            .with("-in", key)
            .with("-out", &path)
            .run();
        forms.push((path, password));
    }
    forms
}

#[test]
fn keys_of_openssl_are_read_by_the_addon_in_every_form() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let mut random = randomness();
    let public = |key: &Path| {
        let command = certificates.openssl(&["pkey", "-pubout"]);
        command.with("-in", key).output()
    };
    let mut batch = Batch::new(engine);
    let mut cases = Vec::new();
    for kind in [Kind::Rsa2048, Kind::Rsa4096, Kind::P256, Kind::P384] {
        let key = certificates.server_key(kind);
        for (form, password) in forms(&key, kind, &mut random, &certificates) {
            let arguments = [Argument::File(&form), Argument::Text(&password)];
            let read = form.with_extension("read.key");
            batch.add(Job::call("private_key_from_pem", &arguments).into_file(&read));
            cases.push((public(&key), read));
        }
    }
    for (outcome, (wanted, read)) in batch.run(false).iter().zip(&cases) {
        outcome.assert_made();
        assert_eq!(public(read), *wanted, "{}", read.display());
    }
}

#[test]
fn keys_that_cannot_be_decrypted_are_refused_in_words() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let mut random = randomness();
    let mut batch = Batch::new(engine);
    let mut add = |form: &Path, password: &str, words: &'static str| {
        let arguments = [Argument::File(form), Argument::Text(password)];
        batch.add(Job::call("private_key_from_pem", &arguments));
        words
    };
    let mut wanted = Vec::new();
    for kind in [Kind::Rsa2048, Kind::P256] {
        let key = certificates.server_key(kind);
        for (form, password) in forms(&key, kind, &mut random, &certificates).split_off(2) {
            let wrong = format!("{password}.");
            wanted.push(add(&form, &wrong, "the password is wrong"));
            wanted.push(add(&form, "", "pass its password"));
        }
        // Other ways of openssl's to encrypt a key: PBES1 (RFC 8018 section 6.1), and the headers of RFC 1421.
        let old = certificates.place(&format!("{kind:?}-old.key"));
        certificates
            .openssl(&["pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES"])
            .and(["-passout", "pass:secret"])
            .with("-in", &key)
            .with("-out", &old)
            .run();
        wanted.push(add(&old, "secret", "openssl pkcs8 -topk8"));
        let older = certificates.place(&format!("{kind:?}-headers.key"));
        certificates
            .openssl(&["pkey", "-traditional", "-aes256"])
            .and(["-passout", "pass:secret"])
            .with("-in", &key)
            .with("-out", &older)
            .run();
        wanted.push(add(&older, "secret", "openssl pkcs8 -topk8"));
    }
    for (outcome, words) in batch.run(true).iter().zip(wanted) {
        outcome.assert_nothing_made(words);
        assert!(!outcome.text("error").contains("secret"), "{outcome:?}");
    }
}
