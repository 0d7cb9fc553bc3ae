//! Signatures, ciphertexts and codes of RustlsCrypto, exchanged with openssl.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use godot_rustls_interop_tests::{
    Argument, Batch, Certificates, Job, Kind, from_hex, godot_project, randomness, to_hex,
};
use godot_rustls_testkit::Generator;

/// A hash function: its name in openssl, and the constants that name it beside a hash, of which the last does so
/// without one too.
#[derive(Debug, Clone, Copy)]
struct Function(&'static str, &'static [&'static str]);

const FUNCTIONS: [Function; 4] = [
    Function("sha1", &["HashingContext.HASH_SHA1"]),
    Function("sha256", &["HashingContext.HASH_SHA256"]),
    Function(
        "sha384",
        &["HashingContext.HASH_SHA256", "RustlsCrypto.HASH_SHA384"],
    ),
    Function(
        "sha512",
        &["HashingContext.HASH_SHA256", "RustlsCrypto.HASH_SHA512"],
    ),
];

/// The kinds of RustlsCrypto's own keys.
const KINDS: [Kind; 5] = [
    Kind::Rsa2048,
    Kind::Rsa3072,
    Kind::Rsa4096,
    Kind::P256,
    Kind::P384,
];

/// How many values of each combination are tried.
const TIMES: usize = 3;

/// A key in two files.
#[derive(Debug, Clone)]
struct Key {
    secret: PathBuf,
    public: PathBuf,
}

impl Key {
    fn of(kind: Kind, certificates: &Certificates) -> Self {
        let secret = certificates.server_key(kind);
        Self::from_secret(secret, &format!("{kind:?}"), certificates)
    }

    /// Too short to be made or signed with by the provider.
    fn of_rsa_1024(certificates: &Certificates) -> Self {
        let options = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"];
        let key = certificates.openssl(&["genpkey"]).and(options);
        key.with("-out", "Rsa1024.key").run();
        Self::from_secret(certificates.place("Rsa1024.key"), "Rsa1024", certificates)
    }

    fn from_secret(secret: PathBuf, name: &str, certificates: &Certificates) -> Self {
        let public = certificates.place(&format!("{name}.pub"));
        let write = certificates.openssl(&["pkey", "-pubout"]);
        write.with("-in", &secret).with("-out", &public).run();
        Self { secret, public }
    }
}

/// A message that openssl hashed and signed.
#[derive(Debug)]
struct Signed {
    function: Function,
    hash_type: &'static str,
    key: Key,
    message: Vec<u8>,
    hash: Vec<u8>,
    signature: Vec<u8>,
}

impl Signed {
    fn by_openssl(
        key: &Key,
        function: Function,
        random: &mut Generator,
        certificates: &Certificates,
    ) -> Self {
        let length = random.below(2000);
        let message = random.bytes(length);
        certificates.file("message", &message);
        let digest = || certificates.openssl(&["dgst", &format!("-{}", function.0)]);
        let hash = digest()
            .and(["-binary"])
            .with("-out", "hash")
            .and(["message"]);
        hash.run();
        digest()
            .with("-sign", &key.secret)
            .with("-out", "signature")
            .and(["message"])
            .run();
        let read = |file: &str| fs::read(certificates.place(file)).unwrap();
        Self {
            function,
            hash_type: *random.pick(function.1),
            key: key.clone(),
            message,
            hash: read("hash"),
            signature: read("signature"),
        }
    }

    fn sign(&self) -> Job {
        Job::call(
            "sign",
            &[
                Argument::Constant(self.hash_type),
                Argument::Bytes(&self.hash),
                Argument::Key(&self.key.secret),
            ],
        )
    }

    fn verify(&self, hash: &[u8], signature: &[u8]) -> Job {
        Job::call(
            "verify",
            &[
                Argument::Constant(self.hash_type),
                Argument::Bytes(hash),
                Argument::Bytes(signature),
                Argument::PublicKey(&self.key.public),
            ],
        )
    }

    /// Openssl hashes the message itself, and is given the hash.
    fn verify_by_openssl(&self, signature: &[u8], certificates: &Certificates) {
        certificates.file("message", &self.message);
        let signature = certificates.file("signature", signature);
        let hash = certificates.file("hash", &self.hash);
        certificates
            .openssl(&["dgst", &format!("-{}", self.function.0)])
            .with("-verify", &self.key.public)
            .with("-signature", &signature)
            .and(["message"])
            .run();
        certificates
            .openssl(&["pkeyutl", "-verify", "-pubin"])
            .with("-inkey", &self.key.public)
            .with("-pkeyopt", format!("digest:{}", self.function.0))
            .with("-in", &hash)
            .with("-sigfile", &signature)
            .run();
    }
}

/// The same with one bit turned over, near the beginning: the end of a long hash is no part of an ECDSA signature.
fn damaged(bytes: &[u8], random: &mut Generator) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[random.below(20)] ^= 1 << random.below(8);
    bytes
}

#[test]
fn signatures_of_the_addon_and_of_openssl_are_each_others() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let mut random = randomness();
    let mut cases = Vec::new();
    for kind in KINDS {
        let key = Key::of(kind, &certificates);
        for function in FUNCTIONS.iter().flat_map(|one| [*one; TIMES]) {
            cases.push(Signed::by_openssl(
                &key,
                function,
                &mut random,
                &certificates,
            ));
        }
    }
    let mut batch = Batch::new(engine);
    for case in &cases {
        let (hash, signature) = (&case.hash, &case.signature);
        batch.add(case.sign());
        batch.add(case.verify(hash, signature));
        batch.add(case.verify(&damaged(hash, &mut random), signature));
        batch.add(case.verify(hash, &damaged(signature, &mut random)));
    }
    for (case, outcomes) in cases.iter().zip(batch.run(false).chunks(4)) {
        case.verify_by_openssl(&outcomes[0].bytes(), &certificates);
        let verified: Vec<bool> = outcomes[1..].iter().map(|one| one.is("returned")).collect();
        assert_eq!(verified, [true, false, false], "{case:?}");
    }
}

#[test]
fn the_addon_verifies_what_short_rsa_keys_signed() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let mut random = randomness();
    let key = Key::of_rsa_1024(&certificates);
    let mut batch = Batch::new(engine);
    for function in FUNCTIONS {
        let case = Signed::by_openssl(&key, function, &mut random, &certificates);
        batch.add(case.verify(&case.hash, &case.signature));
        batch.add(case.verify(&case.hash, &damaged(&case.signature, &mut random)));
    }
    let outcomes = batch.run(true);
    for (pair, function) in outcomes.chunks(2).zip(FUNCTIONS) {
        if function.0 == "sha384" {
            // The provider asks for 2048 bits here, and the engine does not know the function.
            assert!(pair[0].text("error").contains("RSA 2048"), "{pair:?}");
        } else {
            assert_eq!(pair[0].text("error"), "", "{pair:?}");
            assert!(pair[0].is("returned"), "{pair:?}");
        }
        assert!(!pair[1].is("returned"), "{pair:?}");
    }
}

/// Lengths of plaintexts: the shortest and the longest with this kind of key, and some between.
fn lengths(kind: Kind, random: &mut Generator) -> Vec<usize> {
    let longest = match kind {
        Kind::Rsa2048 => 256,
        Kind::Rsa3072 => 384,
        _ => 512,
    } - 11;
    let between = [0; TIMES].map(|_| 1 + random.below(longest));
    [&[0, 1, longest][..], &between].concat()
}

#[test]
fn ciphertexts_of_the_addon_and_of_openssl_are_each_others() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let mut random = randomness();
    let openssl = |what: &str, key: &PathBuf, input: &[u8]| {
        let input = certificates.file("input", input);
        certificates
            .openssl(&["pkeyutl", what])
            .with("-inkey", key)
            .with("-in", input)
            .with("-out", "output")
    };
    let output = || fs::read(certificates.place("output")).unwrap();
    let mut batch = Batch::new(engine);
    let mut cases = Vec::new();
    for kind in [Kind::Rsa2048, Kind::Rsa3072, Kind::Rsa4096] {
        let key = Key::of(kind, &certificates);
        for length in lengths(kind, &mut random) {
            let plaintext = random.bytes(length);
            openssl("-encrypt", &key.public, &plaintext)
                .and(["-pubin"])
                .run();
            let secret = Argument::Key(&key.secret);
            batch.add(Job::call("decrypt", &[secret, Argument::Bytes(&output())]));
            let public = Argument::PublicKey(&key.public);
            batch.add(Job::call("encrypt", &[public, Argument::Bytes(&plaintext)]));
            cases.push((key.clone(), plaintext));
        }
    }
    for (outcomes, (key, plaintext)) in batch.run(false).chunks(2).zip(&cases) {
        assert_eq!(outcomes[0].bytes(), *plaintext);
        openssl("-decrypt", &key.secret, &outcomes[1].bytes()).run();
        assert_eq!(output(), *plaintext);
    }
}

#[test]
fn damaged_ciphertexts_are_refused() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let mut random = randomness();
    let key = Key::of(Kind::Rsa2048, &certificates);
    let mut batch = Batch::new(engine);
    for length in [0, 1, 255, 256, 257] {
        let ciphertext = random.bytes(length);
        batch.add(Job::call(
            "decrypt",
            &[Argument::Key(&key.secret), Argument::Bytes(&ciphertext)],
        ));
    }
    for outcome in batch.run(true) {
        assert_eq!(outcome.bytes(), b"");
        assert!(
            outcome.text("error").contains("the ciphertext"),
            "{outcome:?}"
        );
    }
}

/// Lengths of keys and messages. Keys around the blocks of the functions, 64 and 128 bytes, are used as they are or
/// hashed first.
const KEYS_AND_MESSAGES: [[usize; 2]; 7] = [
    [1, 0],
    [63, 1],
    [64, 64],
    [65, 300],
    [127, 55],
    [128, 56],
    [129, 128],
];

#[test]
fn the_addon_and_openssl_make_the_same_hmac() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let mut random = randomness();
    let mut batch = Batch::new(engine);
    let mut wanted = Vec::new();
    for Function(name, constants) in FUNCTIONS {
        let any = [1 + random.below(500), random.below(300)];
        for [length, count] in KEYS_AND_MESSAGES.into_iter().chain([any]) {
            let key = random.bytes(length);
            let message = certificates.file("message", &random.bytes(count));
            let code = certificates
                .openssl(&["mac", "-digest", name])
                .with("-macopt", format!("hexkey:{}", to_hex(&key)))
                .with("-in", &message)
                .and(["HMAC"])
                .output();
            wanted.push(from_hex(code.trim()).unwrap());
            let constant = Argument::Constant(constants.last().unwrap());
            let message = fs::read(message).unwrap();
            batch.add(Job::call(
                "hmac_digest",
                &[constant, Argument::Bytes(&key), Argument::Bytes(&message)],
            ));
        }
    }
    for (outcome, wanted) in batch.run(false).iter().zip(wanted) {
        assert_eq!(outcome.bytes(), wanted);
    }
}
