//! What the engine's CryptoKey can do: with the provider, or with the engine's own Crypto where the provider lacks
//! something.

use godot::classes::hashing_context::HashType;
use godot::classes::{Crypto, CryptoKey};
use godot::prelude::*;
use godot_rustls_core::crypto::{Failure, Hash, HashAlgorithm, PrivateKey, PublicKey};
use godot_rustls_core::pem::{read_private_key, read_public_key};
use zeroize::Zeroizing;

use crate::engine_objects::{private_key_text, public_key_text};

/// A private key of the engine's.
pub(crate) struct SecretKey {
    object: Gd<CryptoKey>,
    provider: Result<PrivateKey, Failure>,
}

impl SecretKey {
    pub(crate) fn of(key: Option<Gd<CryptoKey>>) -> Result<Self, String> {
        let object = key.ok_or("the key is null: pass a private key")?;
        let text = private_key_text(&object)?;
        let provider = match read_private_key(&text) {
            Ok(der) => PrivateKey::from_der(&Zeroizing::new(der)),
            Err(problem) => Err(Failure::Lacking(problem)),
        };
        Ok(Self { object, provider })
    }

    pub(crate) fn sign(
        &self,
        hash: &Hash<'_>,
        bytes: &PackedByteArray,
    ) -> Result<PackedByteArray, String> {
        let signed = self.provider().and_then(|key| key.sign(hash));
        or_by_engine(signed.map(PackedByteArray::from), |engine| {
            let hash_type = engine_hash(hash.algorithm())?;
            Some(engine.sign(hash_type, bytes, &self.object)).filter(|made| !made.is_empty())
        })
    }

    pub(crate) fn decrypt(&self, ciphertext: &PackedByteArray) -> Result<PackedByteArray, String> {
        let plaintext = self
            .provider()
            .and_then(|key| key.decrypt(ciphertext.as_slice()));
        or_by_engine(
            plaintext.map(|plaintext| PackedByteArray::from(plaintext.as_slice())),
            |engine| Some(engine.decrypt(&self.object, ciphertext)).filter(|made| !made.is_empty()),
        )
    }

    fn provider(&self) -> Result<&PrivateKey, Failure> {
        self.provider.as_ref().map_err(Clone::clone)
    }
}

/// The public key of an engine's key, public-only or not. An empty key has none.
pub(crate) fn public_key(key: &Gd<CryptoKey>) -> Result<Option<PublicKey>, String> {
    let Some(text) = public_key_text(key) else {
        return Ok(None);
    };
    PublicKey::from_info_der(&read_public_key(&text)?).map(Some)
}

/// Whether the signature over the hash is the key's. With an empty key none is, as in the engine.
pub(crate) fn verify(
    key: &Gd<CryptoKey>,
    hash: &Hash<'_>,
    bytes: &PackedByteArray,
    signature: &PackedByteArray,
) -> Result<bool, String> {
    let Some(public) = public_key(key)? else {
        return Ok(false);
    };
    or_by_engine(public.verify(hash, signature.as_slice()), |engine| {
        let hash_type = engine_hash(hash.algorithm())?;
        Some(engine.verify(hash_type, bytes, signature, key))
    })
}

/// Encrypts for whoever has the private half.
pub(crate) fn encrypt(
    key: Option<Gd<CryptoKey>>,
    plaintext: &PackedByteArray,
) -> Result<PackedByteArray, String> {
    let key = key.ok_or("the key is null: pass a public key")?;
    let public = public_key(&key)?.ok_or("the key is empty: load one first")?;
    let ciphertext = public.encrypt(plaintext.as_slice());
    or_by_engine(ciphertext.map(PackedByteArray::from), |engine| {
        Some(engine.encrypt(&key, plaintext)).filter(|made| !made.is_empty())
    })
}

/// What the provider made, or the engine where the provider lacks something; the provider's sentence when neither can.
pub(crate) fn or_by_engine<T>(
    made: Result<T, Failure>,
    by_engine: impl FnOnce(&mut Gd<Crypto>) -> Option<T>,
) -> Result<T, String> {
    match made {
        Ok(made) => Ok(made),
        Err(Failure::Refused(message)) => Err(message),
        Err(Failure::Lacking(message)) => by_engine(&mut Crypto::new_gd()).ok_or(message),
    }
}

fn engine_hash(algorithm: HashAlgorithm) -> Option<HashType> {
    match algorithm {
        HashAlgorithm::Md5 => Some(HashType::MD5),
        HashAlgorithm::Sha1 => Some(HashType::SHA1),
        HashAlgorithm::Sha256 => Some(HashType::SHA256),
        HashAlgorithm::Sha384 | HashAlgorithm::Sha512 => None,
    }
}
