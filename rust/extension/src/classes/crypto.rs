//! RustlsCrypto.

mod certificates;
mod keys;

use std::sync::{Mutex, PoisonError};

use godot::classes::CryptoKey;
use godot::prelude::*;
use godot_rustls_pki::crypto::{
    Curve, Hash, HashAlgorithm, equal_in_constant_time, fill_with_random, hmac,
};

use crate::crypto::keys::{RecentKey, encrypt, verify};
use crate::engine::convert::{godot_text, report};
use crate::engine::enum_types::HashTypeValue;
use crate::reasons::of_crypto;

/// Keys, signatures, encryption and certificates; a drop-in replacement for [Crypto].
///
/// This class takes and returns the engine's own [CryptoKey] and [X509Certificate]. Signatures,
/// ciphertexts and certificates made by one of the two classes can be used by the other. In
/// addition to [Crypto], this class supports ECDSA keys, SHA-384 and SHA-512, certificates that
/// browsers accept, a certificate authority (CA) of your own, signing requests, keys under a
/// password, and keys generated in the background.
///
/// ```gdscript
/// var rustls := RustlsCrypto.new()
/// # A certificate for your own server, and a client that trusts it.
/// var key := rustls.generate_ecdsa()
/// var subject := "CN=play.example.org,O=Example,C=US"
/// var certificate := rustls.generate_self_signed_certificate(key, subject)
/// var server := RustlsTLSOptions.server(key, certificate)
/// var client := RustlsTLSOptions.client(certificate)
///
/// # A signature that anyone with the public key can verify.
/// var digest := "some data".sha256_buffer()
/// var signature := rustls.sign(HashingContext.HASH_SHA256, digest, key)
/// print(rustls.verify(HashingContext.HASH_SHA256, digest, signature, key)) # Prints true.
/// ```
///
/// Methods that take an [enum HashingContext.HashType] and a hash accept the whole SHA-2 family as
/// [constant HashingContext.HASH_SHA256]: 32 bytes are SHA-256, 48 are SHA-384, 64 are SHA-512.
/// [constant HASH_SHA384] and [constant HASH_SHA512] name one of them explicitly.
/// [method hmac_digest], which takes no hash, knows the two by these constants only.
///
/// A method that fails returns what the same method of [Crypto] returns, prints an error, and sets
/// the error message of [method get_last_error]. What the TLS library does not support (MD5, RSA
/// sizes other than 2048 to 8192, rare curves) is done by the engine's [Crypto].
///
/// An object keeps the private key that it used last in memory, ready for use, until it is freed:
/// use one object for many calls with the same key.
///
/// [b]Warning:[/b] A private key must never reach a player. Keep it out of `res://`.
#[derive(GodotClass)]
#[class(tool, init, base=RefCounted)]
pub(crate) struct RustlsCrypto {
    // Locked, because scripts may use one object from several threads, as with the engine's class.
    // The object is never bound mutably: a script that listens to errors may use it.
    last_error: Mutex<String>,
    recent: RecentKey,
    base: Base<RefCounted>,
}

#[godot_api]
impl RustlsCrypto {
    /// NIST's P-256 (secp256r1): fast, supported everywhere, about as strong as RSA with 3072 bits.
    #[constant]
    const CURVE_P256: i64 = 0;
    /// NIST's P-384 (secp384r1): about as strong as RSA with 7680 bits.
    #[constant]
    const CURVE_P384: i64 = 1;
    /// SHA-384, for [method hmac_digest], [method sign] and [method verify].
    /// [enum HashingContext.HashType] has no constant for it.
    #[constant]
    const HASH_SHA384: i64 = 384;
    /// SHA-512, for [method hmac_digest], [method sign] and [method verify].
    /// [enum HashingContext.HashType] has no constant for it.
    #[constant]
    const HASH_SHA512: i64 = 512;

    /// Returns [param size] cryptographically secure random bytes. Returns an empty array and
    /// prints an error if [param size] is negative.
    #[func]
    fn generate_random_bytes(&self, size: i64) -> PackedByteArray {
        self.conclude(random_bytes(size))
    }

    /// Signs [param hash], a hash of type [param hash_type], with the private key [param key].
    ///
    /// RSA signatures are RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2) and as long as the key. ECDSA
    /// signatures are DER (RFC 3279 section 2.2.3). For SHA-384 and SHA-512, pass
    /// [constant HASH_SHA384] or [constant HASH_SHA512], or [constant HashingContext.HASH_SHA256]
    /// with a hash of 48 or 64 bytes.
    ///
    /// Returns an empty array and prints an error if the hash has the wrong length, if the hash
    /// type is unknown, or if the key is null, empty, public-only or X25519.
    #[func]
    fn sign(
        &self,
        hash_type: HashTypeValue,
        hash: PackedByteArray,
        key: Option<Gd<CryptoKey>>,
    ) -> PackedByteArray {
        let signed =
            given_hash(hash_type, &hash).and_then(|given| self.recent.of(key)?.sign(&given, &hash));
        self.conclude(signed)
    }

    /// Returns whether [param signature] is a signature of [param hash] by the private half of
    /// [param key], which may be public-only.
    ///
    /// Returns `false` without an error for any signature that is not the key's, whatever is wrong
    /// with it. An ECDSA signature must be strict DER; [Crypto] also accepts long forms and
    /// padding. Returns `false` and prints an error if the hash does not have the length of
    /// [param hash_type], or if the key is null.
    #[func]
    fn verify(
        &self,
        hash_type: HashTypeValue,
        hash: PackedByteArray,
        signature: PackedByteArray,
        key: Option<Gd<CryptoKey>>,
    ) -> bool {
        let verified = given_hash(hash_type, &hash).and_then(|given| {
            let key = key.ok_or("the key is null: pass the public key of the signer")?;
            verify(&key, &given, &hash, &signature)
        });
        self.conclude(verified)
    }

    /// Encrypts [param plaintext] with the RSA key [param key], for whoever has its private half
    /// (RSAES-PKCS1-v1_5, RFC 8017 section 7.2). The result is as long as the key, and differs on
    /// every call.
    ///
    /// At most the size of the key minus 11 bytes can be encrypted: 245 bytes with a key of 2048
    /// bits. Returns an empty array and prints an error if [param plaintext] is longer, or if the
    /// key is null, empty or not an RSA key.
    #[func]
    fn encrypt(&self, key: Option<Gd<CryptoKey>>, plaintext: PackedByteArray) -> PackedByteArray {
        self.conclude(encrypt(key, &plaintext))
    }

    /// Decrypts the result of [method encrypt] with the private RSA key [param key].
    ///
    /// Returns an empty array and prints an error if [param ciphertext] was made for another key or
    /// was changed, or if the key is null, empty, public-only or not an RSA key. An empty plaintext
    /// is an empty array too; [method get_last_error] is then empty. Only keys with sizes and
    /// exponents that the engine alone supports (below 2048 bits) cannot tell an empty plaintext
    /// from a failure.
    ///
    /// [b]Warning:[/b] Never let the sender of a ciphertext learn whether it could be decrypted.
    /// With enough such responses an attacker can decrypt other people's ciphertexts
    /// (Bleichenbacher's attack on this padding).
    #[func]
    fn decrypt(&self, key: Option<Gd<CryptoKey>>, ciphertext: PackedByteArray) -> PackedByteArray {
        let decrypted = self.recent.of(key).and_then(|key| key.decrypt(&ciphertext));
        self.conclude(decrypted)
    }

    /// Returns the HMAC (RFC 2104) of [param msg] with the shared secret [param key]: 20 bytes with
    /// [constant HashingContext.HASH_SHA1], 32 with [constant HashingContext.HASH_SHA256], 48 with
    /// [constant HASH_SHA384], 64 with [constant HASH_SHA512].
    ///
    /// Returns an empty array and prints an error for MD5, an unknown hash type, and an empty key.
    /// Compare HMACs with [method constant_time_compare].
    #[func]
    fn hmac_digest(
        &self,
        hash_type: HashTypeValue,
        key: PackedByteArray,
        msg: PackedByteArray,
    ) -> PackedByteArray {
        let code = function(hash_type).and_then(|function| {
            hmac(function, key.as_slice(), msg.as_slice())
                .map(PackedByteArray::from)
                .map_err(|error| of_crypto(&error))
        });
        self.conclude(code)
    }

    /// Returns whether [param trusted] and [param received] are equal.
    ///
    /// The time it takes depends only on their length, never on the position of a difference: an
    /// attacker cannot guess a secret byte by byte. Arrays of different lengths are told apart at
    /// once; a length is not a secret here.
    #[func]
    fn constant_time_compare(&self, trusted: PackedByteArray, received: PackedByteArray) -> bool {
        equal_in_constant_time(trusted.as_slice(), received.as_slice())
    }

    /// Returns the error message of this object's last call. Empty if the call did not fail.
    /// [method constant_time_compare] cannot fail and does not change the message.
    #[func]
    fn get_last_error(&self) -> GString {
        let last_error = self.last_error.lock();
        godot_text(&last_error.unwrap_or_else(PoisonError::into_inner))
    }

    /// Stores and prints the error message of a failure.
    fn conclude<T: Default>(&self, outcome: Result<T, String>) -> T {
        let (made, problem) = match outcome {
            Ok(made) => (made, String::new()),
            Err(problem) => (T::default(), problem),
        };
        if !problem.is_empty() {
            report(&problem);
        }
        let last_error = self.last_error.lock();
        *last_error.unwrap_or_else(PoisonError::into_inner) = problem;
        made
    }
}

fn random_bytes(size: i64) -> Result<PackedByteArray, String> {
    let size = i32::try_from(size)
        .ok()
        .and_then(|size| usize::try_from(size).ok())
        .ok_or_else(|| format!("the size is {size}: use 0 to {} random bytes", i32::MAX))?;
    let mut bytes = PackedByteArray::new();
    bytes.resize(size);
    if bytes.len() != size {
        return Err(format!(
            "there is not enough memory for {size} random bytes"
        ));
    }
    fill_with_random(bytes.as_mut_slice()).map_err(|error| of_crypto(&error))?;
    Ok(bytes)
}

/// Checks a hash that a script passed: its type, and its bytes.
fn given_hash(hash_type: HashTypeValue, hash: &PackedByteArray) -> Result<Hash<'_>, String> {
    let given = match function(hash_type)? {
        HashAlgorithm::Sha256 => Hash::of_sha2(hash.as_slice()),
        function => Hash::new(function, hash.as_slice()),
    };
    given.map_err(|error| of_crypto(&error))
}

/// Converts a value of [enum HashingContext.HashType] or one of this class' own hash constants.
fn function(hash_type: HashTypeValue) -> Result<HashAlgorithm, String> {
    match hash_type.0 {
        0 => Ok(HashAlgorithm::Md5),
        1 => Ok(HashAlgorithm::Sha1),
        2 => Ok(HashAlgorithm::Sha256),
        RustlsCrypto::HASH_SHA384 => Ok(HashAlgorithm::Sha384),
        RustlsCrypto::HASH_SHA512 => Ok(HashAlgorithm::Sha512),
        unknown => Err(format!(
            "the hash type {unknown} is unknown: use HashingContext.HASH_SHA256, RustlsCrypto.HASH_SHA384 or RustlsCrypto.HASH_SHA512"
        )),
    }
}

fn curve(number: i64) -> Result<Curve, String> {
    match number {
        RustlsCrypto::CURVE_P256 => Ok(Curve::P256),
        RustlsCrypto::CURVE_P384 => Ok(Curve::P384),
        unknown => Err(format!(
            "the curve {unknown} is unknown: use RustlsCrypto.CURVE_P256 or RustlsCrypto.CURVE_P384"
        )),
    }
}
