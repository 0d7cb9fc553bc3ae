//! Operations with the engine's CryptoKey: by the provider, or by the engine's own Crypto where the
//! provider lacks an algorithm.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use godot::classes::hashing_context::HashType;
use godot::classes::{Crypto, CryptoKey};
use godot::prelude::*;
use godot_rustls_pki::certificate::PublicKeyKind;
use godot_rustls_pki::crypto::{Error, Hash, HashAlgorithm, PrivateKey, PublicKey};
use godot_rustls_pki::digest::{Sha256, sha256};
use godot_rustls_pki::issuance::CertificateSigner;
use godot_rustls_pki::pem::{read_private_key, read_public_key};
use zeroize::Zeroizing;

use crate::crypto::certificate_signers::{ByEngine, ByProvider};
use crate::engine::objects::{crypto_key, private_key_text, public_key_text, quietly};
use crate::reasons::of_crypto;

/// A private key of the engine.
pub(crate) struct SecretKey {
    object: Gd<CryptoKey>,
    provider: Result<Arc<PrivateKey>, Error>,
}

/// The private key that was used last. Preparing a key takes several times as long as an RSA
/// signature with it.
#[derive(Default)]
pub(crate) struct RecentKey {
    kept: Mutex<Option<(Sha256, Arc<PrivateKey>)>>,
}

impl RecentKey {
    pub(crate) fn of(&self, key: Option<Gd<CryptoKey>>) -> Result<SecretKey, String> {
        let object = key.ok_or("the key is null: pass a private key")?;
        let text = private_key_text(&object)?;
        // The object may have been loaded with another key: its text is compared, of which only a
        // hash is kept.
        let fingerprint = sha256(text.as_bytes());
        let provider = self.kept(&fingerprint).map_or_else(|| read(&text), Ok);
        if let Ok(key) = &provider {
            *self.lock() = Some((fingerprint, Arc::clone(key)));
        }
        Ok(SecretKey { object, provider })
    }

    fn kept(&self, fingerprint: &Sha256) -> Option<Arc<PrivateKey>> {
        let kept = self.lock();
        let (which, key) = kept.as_ref()?;
        (which == fingerprint).then(|| Arc::clone(key))
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Sha256, Arc<PrivateKey>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(text: &str) -> Result<Arc<PrivateKey>, Error> {
    let der = Zeroizing::new(read_private_key(text)?);
    PrivateKey::from_der(&der).map(Arc::new)
}

/// Encodes a private key again, in the form that every program reads.
pub(crate) fn encoded_anew(pem: &str) -> Result<Zeroizing<String>, String> {
    let written = read(pem).and_then(|key| key.encode_anew());
    written.map_err(|error| of_crypto(&error))
}

impl SecretKey {
    pub(crate) fn sign(
        &self,
        hash: &Hash<'_>,
        bytes: &PackedByteArray,
    ) -> Result<PackedByteArray, String> {
        let signed = self.provider().and_then(|key| key.sign(hash));
        or_by_engine(signed.map(PackedByteArray::from), |engine| {
            let hash_type = engine_hash(hash.algorithm())?;
            let made = quietly(|| engine.sign(hash_type, bytes, &self.object));
            Some(made).filter(|made| !made.is_empty())
        })
    }

    pub(crate) fn decrypt(&self, ciphertext: &PackedByteArray) -> Result<PackedByteArray, String> {
        let plaintext = self
            .provider()
            .and_then(|key| key.decrypt(ciphertext.as_slice()));
        match plaintext {
            Ok(plaintext) => Ok(PackedByteArray::from(plaintext.as_slice())),
            Err(error) if error.is_unsupported() => self.decrypt_by_engine(ciphertext),
            Err(error) => Err(of_crypto(&error)),
        }
    }

    /// Decrypts with the engine, which returns an empty array if it fails and if nothing was
    /// encrypted: both count as failures.
    fn decrypt_by_engine(&self, ciphertext: &PackedByteArray) -> Result<PackedByteArray, String> {
        let plaintext = quietly(|| Crypto::new_gd().decrypt(&self.object, ciphertext));
        if !plaintext.is_empty() {
            return Ok(plaintext);
        }
        let kind = public_key(&self.object)?.map(|public| public.kind().to_string());
        let kind = kind.unwrap_or_else(|| "empty".to_owned());
        Err(format!(
            "nothing was decrypted: the ciphertext was not made for this key ({kind}), was changed, or contains no bytes: with RSA keys of 2048 to 8192 bits the error message says which"
        ))
    }

    /// Returns a signer of certificates.
    pub(crate) fn certifying(&self) -> Result<Box<dyn CertificateSigner + '_>, String> {
        if let Ok(key) = &self.provider {
            let public_key_info = key.public_key_info().map_err(|error| of_crypto(&error))?;
            return Ok(Box::new(ByProvider {
                key,
                public_key_info,
            }));
        }
        let public = public_key(&self.object)?.ok_or("the key is empty: load one first")?;
        Ok(Box::new(ByEngine {
            key: &self.object,
            public_key_info: public.info_der().to_vec(),
        }))
    }

    /// Returns the engine's object.
    pub(crate) fn object(&self) -> &Gd<CryptoKey> {
        &self.object
    }

    /// Returns the kind of the key if it is none of RSA, P-256, P-384 and P-521.
    pub(crate) fn rare_kind(&self) -> Result<Option<PublicKeyKind>, String> {
        if self.provider.is_ok() {
            return Ok(None);
        }
        let public = public_key(&self.object)?;
        let kind = public.map(|public| public.kind().clone());
        Ok(kind.filter(|kind| matches!(kind, PublicKeyKind::Other(_))))
    }

    fn provider(&self) -> Result<&PrivateKey, Error> {
        self.provider.as_deref().map_err(Clone::clone)
    }
}

/// Returns the public key of a key of the engine, public-only or not; `None` for an empty key.
pub(crate) fn public_key(key: &Gd<CryptoKey>) -> Result<Option<PublicKey>, String> {
    let Some(text) = public_key_text(key) else {
        return Ok(None);
    };
    let info = read_public_key(&text).ok_or(Error::MalformedPublicKey);
    let key = info.and_then(|info| PublicKey::from_info_der(&info));
    key.map(Some).map_err(|error| of_crypto(&error))
}

/// Returns the RSA key that the provider generated, or lets the engine generate one of a size that
/// the provider lacks.
pub(crate) fn rsa_key(
    made: Result<Zeroizing<String>, Error>,
    size: i64,
) -> Result<Gd<CryptoKey>, String> {
    match made {
        Ok(pem) => crypto_key(&pem),
        Err(failure) => or_by_engine(Err(failure), |engine| {
            engine.generate_rsa(i32::try_from(size).ok()?)
        }),
    }
}

/// Returns whether `signature` is valid. With an empty key none is, as in the engine.
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

/// Encrypts for the owner of the private key.
pub(crate) fn encrypt(
    key: Option<Gd<CryptoKey>>,
    plaintext: &PackedByteArray,
) -> Result<PackedByteArray, String> {
    let key = key.ok_or("the key is null: pass a public key")?;
    let public = public_key(&key)?.ok_or("the key is empty: load one first")?;
    let ciphertext = public.encrypt(plaintext.as_slice());
    or_by_engine(ciphertext.map(PackedByteArray::from), |engine| {
        let made = quietly(|| engine.encrypt(&key, plaintext));
        Some(made).filter(|made| !made.is_empty())
    })
}

/// Returns the provider's result, or that of the engine where the provider lacks an algorithm. If
/// neither can, the provider's error message is returned: the engine's own are only numbers, and
/// are not printed.
fn or_by_engine<T>(
    made: Result<T, Error>,
    by_engine: impl FnOnce(&mut Gd<Crypto>) -> Option<T>,
) -> Result<T, String> {
    match made {
        Ok(made) => Ok(made),
        Err(error) if error.is_unsupported() => {
            by_engine(&mut Crypto::new_gd()).ok_or_else(|| of_crypto(&error))
        }
        Err(error) => Err(of_crypto(&error)),
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
