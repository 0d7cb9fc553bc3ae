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

/// Keys, signatures, encryption and certificates: the twin of [Crypto].
///
/// It takes and gives the engine's own [CryptoKey] and [X509Certificate]. Signatures, ciphertexts and certificates made
/// by either class are used by the other. Beyond its twin it has ECDSA keys, SHA-384 and SHA-512, certificates that
/// browsers accept, authorities of one's own, signing requests, keys under a password, and keys made in the background.
///
/// ```gdscript
/// var crypto := RustlsCrypto.new()
/// # A certificate for a server of one's own, and a client that trusts it.
/// var key := crypto.generate_ecdsa()
/// var certificate := crypto.generate_self_signed_certificate(key, "CN=play.example.org,O=Example,C=US")
/// var server := RustlsTLSOptions.server(key, certificate)
/// var client := RustlsTLSOptions.client(certificate)
///
/// # A signature that anybody with the public key can check.
/// var digest := "some data".sha256_buffer()
/// var signature := crypto.sign(HashingContext.HASH_SHA256, digest, key)
/// print(crypto.verify(HashingContext.HASH_SHA256, digest, signature, key)) # true
/// ```
///
/// Methods that take a [enum HashingContext.HashType] read [constant HashingContext.HASH_SHA256] as the SHA-2 family
/// wherever a hash is passed along: 32 bytes are SHA-256, 48 are SHA-384, 64 are SHA-512. [constant HASH_SHA384] and
/// [constant HASH_SHA512] name one of them, and [method hmac_digest], to which no hash is passed, knows them by these
/// names alone.
///
/// A call that fails returns what its twin would, prints an error, and says why in [method get_last_error]. What the
/// provider lacks (MD5, RSA sizes other than 2048 to 8192, rare curves) is done by the engine's own [Crypto].
///
/// An object keeps the private key that it used last, ready for use, until it is freed: use one object for many calls
/// with one key.
///
/// [b]Warning:[/b] A private key must never reach a player: keep it out of [code]res://[/code].
#[derive(GodotClass)]
#[class(tool, init, base=RefCounted)]
pub(crate) struct RustlsCrypto {
    // Behind locks, as scripts may use one object from several threads, like the engine's. Nothing is ever bound
    // mutably: a script that listens to errors may use this very object.
    last_error: Mutex<String>,
    recent: RecentKey,
    base: Base<RefCounted>,
}

#[godot_api]
impl RustlsCrypto {
    /// NIST's P-256 (secp256r1): fast, understood by everybody, about as strong as RSA with 3072 bits.
    #[constant]
    const CURVE_P256: i64 = 0;
    /// NIST's P-384 (secp384r1): about as strong as RSA with 7680 bits.
    #[constant]
    const CURVE_P384: i64 = 1;
    /// SHA-384, for [method hmac_digest], [method sign] and [method verify]. [enum HashingContext.HashType] has no name
    /// for it.
    #[constant]
    const HASH_SHA384: i64 = 384;
    /// SHA-512, for [method hmac_digest], [method sign] and [method verify]. [enum HashingContext.HashType] has no name
    /// for it.
    #[constant]
    const HASH_SHA512: i64 = 512;

    /// Returns [param size] random bytes that nobody can guess. Returns an empty array, with an error, for a negative
    /// size.
    #[func]
    fn generate_random_bytes(&self, size: i64) -> PackedByteArray {
        self.conclude(random_bytes(size))
    }

    /// Signs [param hash], which the function [param hash_type] made, with the private key [param key].
    ///
    /// RSA signatures are RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2) and as long as the key; ECDSA signatures are DER (RFC
    /// 3279 section 2.2.3). SHA-384 and SHA-512: pass [constant HashingContext.HASH_SHA256] with a hash of 48 or 64
    /// bytes, or [constant HASH_SHA384] or [constant HASH_SHA512].
    ///
    /// Returns an empty array, with an error, when the hash has another length, for an unknown function, and for null,
    /// empty, public-only and X25519 keys.
    #[func]
    fn sign(
        &self,
        hash_type: i64,
        hash: PackedByteArray,
        key: Option<Gd<CryptoKey>>,
    ) -> PackedByteArray {
        let signed =
            given_hash(hash_type, &hash).and_then(|given| self.recent.of(key)?.sign(&given, &hash));
        self.conclude(signed)
    }

    /// Returns whether [param signature] was made by [method sign] from [param hash] with the private half of
    /// [param key], which may be public-only or not.
    ///
    /// Says false without an error for any signature that is not the key's, whatever is wrong with it (an ECDSA signature
    /// must be strict DER, where its twin takes long forms and padding too); with an error when
    /// the hash has another length than [param hash_type] says, and for a null key.
    #[func]
    fn verify(
        &self,
        hash_type: i64,
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

    /// Encrypts [param plaintext] for whoever has the private half of the RSA key [param key] (RSAES-PKCS1-v1_5, RFC
    /// 8017 section 7.2). The result is as long as the key, and another one at every call.
    ///
    /// At most the key's size less 11 bytes can be encrypted: 245 with a key of 2048 bits. Returns an empty array, with
    /// an error, for more, and for null, empty and other than RSA keys.
    #[func]
    fn encrypt(&self, key: Option<Gd<CryptoKey>>, plaintext: PackedByteArray) -> PackedByteArray {
        self.conclude(encrypt(key, &plaintext))
    }

    /// Decrypts what [method encrypt] made, with the private RSA key [param key].
    ///
    /// Returns an empty array, with an error, when it was not made for this key or was changed, and for null, empty,
    /// public-only and other than RSA keys. An empty plaintext is an empty array too: then [method get_last_error] is
    /// empty, except with keys of sizes and exponents that only the engine knows (below 2048 bits), which cannot tell that apart.
    ///
    /// [b]Warning:[/b] Never let whoever sent the ciphertext learn whether it could be decrypted: from enough such answers
    /// other people's ciphertexts can be decrypted (Bleichenbacher's attack on this padding).
    #[func]
    fn decrypt(&self, key: Option<Gd<CryptoKey>>, ciphertext: PackedByteArray) -> PackedByteArray {
        let decrypted = self.recent.of(key).and_then(|key| key.decrypt(&ciphertext));
        self.conclude(decrypted)
    }

    /// Returns the HMAC (RFC 2104) of [param msg] under the shared secret [param key]: 20 bytes with
    /// [constant HashingContext.HASH_SHA1], 32 with [constant HashingContext.HASH_SHA256], 48 with
    /// [constant HASH_SHA384], 64 with [constant HASH_SHA512].
    ///
    /// Returns an empty array, with an error, for MD5, for unknown functions and for an empty key. Compare codes with
    /// [method constant_time_compare].
    #[func]
    fn hmac_digest(
        &self,
        hash_type: i64,
        key: PackedByteArray,
        msg: PackedByteArray,
    ) -> PackedByteArray {
        let code = function(hash_type).and_then(|function| {
            hmac(function, key.as_slice(), msg.as_slice())
                .map(PackedByteArray::from)
                .map_err(|failure| failure.message().to_owned())
        });
        self.conclude(code)
    }

    /// Returns whether [param trusted] and [param received] are the same.
    ///
    /// How long that takes depends on their length alone, never on where they differ, so that nobody can guess a secret
    /// byte after byte. Arrays of different lengths are told apart at once: lengths are no secret here.
    #[func]
    fn constant_time_compare(&self, trusted: PackedByteArray, received: PackedByteArray) -> bool {
        equal_in_constant_time(trusted.as_slice(), received.as_slice())
    }

    /// Returns why the last call of this object failed, in words. Empty when it did not fail.
    /// [method constant_time_compare] cannot fail and leaves it as it is.
    #[func]
    fn get_last_error(&self) -> GString {
        let last_error = self.last_error.lock();
        godot_text(&last_error.unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps why it failed, and prints it.
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
        .ok_or_else(|| {
            format!(
                "there are no {size} random bytes: ask for 0 to {}",
                i32::MAX
            )
        })?;
    let mut bytes = PackedByteArray::new();
    bytes.resize(size);
    if bytes.len() != size {
        return Err(format!("there is no memory for {size} random bytes"));
    }
    fill_with_random(bytes.as_mut_slice())?;
    Ok(bytes)
}

/// A hash as a script gives it: its type, and its bytes.
fn given_hash(hash_type: i64, hash: &PackedByteArray) -> Result<Hash<'_>, String> {
    match function(hash_type)? {
        HashAlgorithm::Sha256 => Hash::of_sha2(hash.as_slice()),
        function => Hash::new(function, hash.as_slice()),
    }
}

/// [enum HashingContext.HashType], and what it lacks.
fn function(hash_type: i64) -> Result<HashAlgorithm, String> {
    match hash_type {
        0 => Ok(HashAlgorithm::Md5),
        1 => Ok(HashAlgorithm::Sha1),
        2 => Ok(HashAlgorithm::Sha256),
        RustlsCrypto::HASH_SHA384 => Ok(HashAlgorithm::Sha384),
        RustlsCrypto::HASH_SHA512 => Ok(HashAlgorithm::Sha512),
        unknown => Err(format!(
            "there is no hash type {unknown}: use HashingContext.HASH_SHA256, RustlsCrypto.HASH_SHA384 or RustlsCrypto.HASH_SHA512"
        )),
    }
}

fn curve(number: i64) -> Result<Curve, String> {
    match number {
        RustlsCrypto::CURVE_P256 => Ok(Curve::P256),
        RustlsCrypto::CURVE_P384 => Ok(Curve::P384),
        unknown => Err(format!(
            "there is no curve {unknown}: use RustlsCrypto.CURVE_P256 or RustlsCrypto.CURVE_P384"
        )),
    }
}
