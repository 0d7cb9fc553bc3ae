//! Encrypted keys that no tool writes: built here, element by element.

use godot_rustls_testkit::element;
use pem::Pem;
use pkcs8::pkcs5::pbes2::Parameters;

use super::encrypted_keys::fails;
use super::*;

const PASSWORD: &str = "correct horse";
const WRONG: &str = "the password is wrong, or the encrypted private key is damaged";

// Object identifiers, with their headers.
const PBES2: &str = "06092a864886f70d01050d";
const PBKDF2: &str = "06092a864886f70d01050c";
const SCRYPT: &str = "06092b06010401da47040b";
const MD5_AND_DES: &str = "06092a864886f70d010503";
const AES_256_CBC: &str = "060960864801650304012a";
const AES_128_GCM: &str = "0609608648016503040106";
const DES3_CBC: &str = "06082a864886f70d0307";
const DES_CBC: &str = "06052b0e030207";

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

fn octets(contents: &[u8]) -> Vec<u8> {
    element(0x04, contents)
}

/// A number that is not negative.
fn number(value: u64) -> Vec<u8> {
    let bytes = [&[0], value.to_be_bytes().as_slice()].concat();
    let zeros = bytes
        .windows(2)
        .take_while(|pair| pair[0] == 0 && pair[1] < 0x80)
        .count();
    element(0x02, &bytes[zeros..])
}

fn pbkdf2(salt: &[u8], rounds: u64) -> Vec<u8> {
    let parameters = sequence(&[&octets(salt), &number(rounds)]);
    sequence(&[&unhex(PBKDF2), &parameters])
}

fn scrypt(cost: u64, block: u64, lanes: u64) -> Vec<u8> {
    let parameters = sequence(&[
        &octets(b"saltsalt"),
        &number(cost),
        &number(block),
        &number(lanes),
    ]);
    sequence(&[&unhex(SCRYPT), &parameters])
}

fn cipher(identifier: &str, vector: &[u8]) -> Vec<u8> {
    sequence(&[&unhex(identifier), &octets(vector)])
}

fn aes() -> Vec<u8> {
    cipher(AES_256_CBC, &[0; 16])
}

/// A key under these, which is nonsense below the password.
fn encrypted(derivation: &[u8], cipher: &[u8], contents: &[u8]) -> String {
    let scheme = sequence(&[&unhex(PBES2), &sequence(&[derivation, cipher])]);
    text(&sequence(&[&scheme, &octets(contents)]))
}

fn text(der: &[u8]) -> String {
    pem::encode(&Pem::new("ENCRYPTED PRIVATE KEY", der))
}

#[test]
fn absurd_numbers_of_rounds_are_refused_before_the_first_one() {
    for rounds in [2_000_001, 100_000_000, u64::from(u32::MAX)] {
        let message = fails(
            &encrypted(&pbkdf2(b"saltsalt", rounds), &aes(), &[0; 32]),
            PASSWORD,
        );
        assert!(
            message.contains(&rounds.to_string()) && message.contains("2000000"),
            "{message}"
        );
    }
    let message = fails(
        &encrypted(&pbkdf2(b"saltsalt", u64::MAX), &aes(), &[0; 32]),
        PASSWORD,
    );
    assert!(message.contains("damaged"), "{message}");
}

#[test]
fn absurd_costs_of_scrypt_are_refused_before_any_memory_is_taken() {
    for (cost, block, lanes) in [
        (1 << 22, 8, 1),
        (1 << 14, 8, 17),
        (1 << 40, 1, 1),
        (1 << 63, 8, 1),
        (1 << 63, 0xffff, 0xffff),
        (2, 0xffff, 0xffff),
        (1 << 21, 1, 2),
    ] {
        let message = fails(
            &encrypted(&scrypt(cost, block, lanes), &aes(), &[0; 32]),
            PASSWORD,
        );
        assert!(
            message.contains("256 MiB"),
            "{cost} {block} {lanes}: {message}"
        );
    }
}

#[test]
fn numbers_that_scrypt_cannot_have_are_refused() {
    for (cost, block, lanes) in [
        (0, 8, 1),
        (0, 0, 0),
        (1, 8, 1),
        (3, 8, 1),
        ((1 << 14) - 1, 8, 1),
        (1 << 14, 0, 1),
        (1 << 14, 8, 0),
        (u64::MAX, 0, 1),
        (1 << 63, 0, 1),
    ] {
        fails(
            &encrypted(&scrypt(cost, block, lanes), &aes(), &[0; 32]),
            PASSWORD,
        );
    }
    for (block, lanes) in [(1 << 16, 1), (1, 1 << 16), (u64::MAX, u64::MAX)] {
        let message = fails(
            &encrypted(&scrypt(2, block, lanes), &aes(), &[0; 32]),
            PASSWORD,
        );
        assert!(message.contains("damaged"), "{message}");
    }
}

#[test]
fn the_encryption_of_pkcs5_before_2000_is_refused_with_what_to_do() {
    let parameters = sequence(&[&octets(b"saltsalt"), &number(2048)]);
    let scheme = sequence(&[&unhex(MD5_AND_DES), &parameters]);
    let message = fails(&text(&sequence(&[&scheme, &octets(&[0; 32])])), PASSWORD);
    assert!(
        message.contains("PBES1") && message.contains("openssl pkcs8 -topk8"),
        "{message}"
    );
}

#[test]
fn vectors_and_salts_of_every_length_are_survived() {
    for identifier in [AES_256_CBC, AES_128_GCM, DES3_CBC, DES_CBC] {
        for length in 0..40 {
            let cipher = cipher(identifier, &vec![0; length]);
            fails(
                &encrypted(&pbkdf2(b"saltsalt", 1), &cipher, &[0; 32]),
                PASSWORD,
            );
        }
    }
    // A third element behind the two: the parser tells of it after it has read them.
    let short = [cipher(DES3_CBC, &[0; 3]), number(1)].concat();
    fails(
        &encrypted(&pbkdf2(b"saltsalt", 1), &short, &[0; 32]),
        PASSWORD,
    );
    for length in 0..100 {
        let derivation = pbkdf2(&vec![0; length], 1);
        fails(&encrypted(&derivation, &aes(), &[0; 32]), PASSWORD);
    }
    for rounds in [0, 1] {
        fails(
            &encrypted(&pbkdf2(b"saltsalt", rounds), &aes(), &[0; 32]),
            PASSWORD,
        );
    }
}

#[test]
fn ciphertexts_of_every_length_are_survived() {
    for cipher in [
        aes(),
        cipher(AES_128_GCM, &[0; 12]),
        cipher(DES3_CBC, &[0; 8]),
    ] {
        for length in 0..70 {
            let contents = vec![0; length];
            fails(
                &encrypted(&pbkdf2(b"saltsalt", 1), &cipher, &contents),
                PASSWORD,
            );
        }
    }
}

/// Under the right password, with one round.
fn sealed(contents: &[u8]) -> String {
    let scheme = Parameters::generate_pbkdf2_sha256_aes256cbc(1, b"saltsalt", [0; 16]).unwrap();
    let ciphertext = scheme.encrypt(PASSWORD, contents).unwrap();
    let derivation = [
        octets(b"saltsalt"),
        number(1),
        unhex("300c06082a864886f70d02090500"),
    ];
    let derivation = sequence(&[&unhex(PBKDF2), &element(0x30, &derivation.concat())]);
    encrypted(&derivation, &aes(), &ciphertext)
}

#[test]
fn nonsense_under_the_right_password_is_told_like_a_wrong_one() {
    let key = read_private_key(&encrypted_keys::fixture_text("plain")).unwrap();
    let key = key.secret_der();
    let read = decrypt_private_key(&sealed(key), PASSWORD).unwrap();
    assert_eq!(*read, encrypted_keys::fixture_text("plain"));
    let longer = [key, b"\0"].concat();
    for nonsense in [
        &b""[..],
        b"some text",
        b"\x30\x00",
        b"\x30\x80\0\0",
        b"\x30\x84\xff\xff\xff\xff",
        &[0x30; 1000],
        &key[..key.len() - 1],
        &longer,
        &fixture_bytes("root.der"),
    ] {
        assert_eq!(fails(&sealed(nonsense), PASSWORD), WRONG);
    }
}

#[test]
fn aes_with_a_seal_is_read_too() {
    let key = read_private_key(&encrypted_keys::fixture_text("plain")).unwrap();
    let costs = pkcs8::pkcs5::scrypt::Params::new(4, 1, 1).unwrap();
    let scheme = Parameters::scrypt_aes128gcm(costs, b"saltsalt", [7; 12]).unwrap();
    let mut ciphertext = scheme.encrypt(PASSWORD, key.secret_der()).unwrap();
    let cipher = cipher(AES_128_GCM, &[7; 12]);
    let text = encrypted(&scrypt(16, 1, 1), &cipher, &ciphertext);
    let read = decrypt_private_key(&text, PASSWORD).unwrap();
    assert_eq!(*read, encrypted_keys::fixture_text("plain"));
    ciphertext[0] ^= 1;
    let text = encrypted(&scrypt(16, 1, 1), &cipher, &ciphertext);
    assert_eq!(fails(&text, PASSWORD), WRONG);
}

#[test]
fn what_is_no_encrypted_key_is_refused() {
    for der in [
        &b""[..],
        b"\x30\x00",
        b"\x30\x80",
        &[0x30; 100],
        &fixture_bytes("root.der"),
    ] {
        let message = fails(&text(der), PASSWORD);
        assert!(message.contains("damaged"), "{message}");
    }
    let broken = text(b"\x30\x00").replace('M', "*");
    assert!(fails(&broken, PASSWORD).contains("base64"));
}
