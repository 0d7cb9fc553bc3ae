//! Known answers, properties that hold for every key, and files that lie.

mod encrypted_keys;
mod encryption;
mod hostile_keys;
mod key_forms;
mod macs;
mod made_keys;
mod mutations;
mod published;
mod random;
mod signatures;
mod vectors;

use rustls_pki_types::PrivateKeyDer;

use super::*;
use crate::pem::read_private_key;
use crate::testing::{fixture, fixture_bytes};

/// Every function, weak ones first.
const FUNCTIONS: [HashAlgorithm; 5] = [
    HashAlgorithm::Md5,
    HashAlgorithm::Sha1,
    HashAlgorithm::Sha256,
    HashAlgorithm::Sha384,
    HashAlgorithm::Sha512,
];

/// Certificates of `tests/fixtures/certs` whose keys the provider has: every kind and size that
/// tests can wait for.
const SIGNERS: [&str; 6] = [
    "localhost_rsa2048",
    "localhost_rsa3072",
    "localhost_rsa4096",
    "localhost",
    "localhost_p384",
    "self_signed_p521",
];

/// The text of a key of `tests/fixtures/certs`.
fn key_text(name: &str) -> String {
    String::from_utf8(fixture_bytes(&format!("{name}.key"))).unwrap()
}

/// A key of `tests/fixtures/certs`.
fn private_key(name: &str) -> PrivateKey {
    key_of(&key_text(name))
}

fn key_of(pem: &str) -> PrivateKey {
    PrivateKey::from_der(&read_private_key(pem).unwrap()).unwrap()
}

/// The public half of a key of `tests/fixtures/certs`, as openssl wrote it into the certificate.
fn public_key(name: &str) -> PublicKey {
    let certificate = fixture(name).remove(0);
    PublicKey::from_info_der(&certificate.facts().public_key_info_der).unwrap()
}

/// A hash of some text. The provider has no MD5, and for a signature any sixteen bytes do.
fn hash_of(function: HashAlgorithm, text: &[u8]) -> Vec<u8> {
    function
        .digest(text)
        .unwrap_or_else(|| hash_of(HashAlgorithm::Sha256, text)[..function.length()].to_vec())
}

#[track_caller]
fn lacking<T>(made: Result<T, Error>) -> String {
    match made {
        Err(error) if error.is_unsupported() => error.to_string(),
        Err(error) => panic!("refused for good: {error}"),
        Ok(_) => panic!("the provider does not lack it"),
    }
}

#[track_caller]
fn refused<T>(made: Result<T, Error>) -> String {
    match made {
        Err(error) if error.is_unsupported() => panic!("only lacking: {error}"),
        Err(error) => error.to_string(),
        Ok(_) => panic!("it was accepted"),
    }
}

/// The bytes of a hexadecimal text, blanks passed over.
fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
        .collect()
}
