//! Private keys: signing and decrypting.

use std::fmt;
use std::sync::OnceLock;

use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair,
};
use rustls_pki_types::PrivateKeyDer;
use zeroize::Zeroizing;

use super::{Error, Hash, HashAlgorithm, write_private_key};

/// The curves of the provider, each with the function of which it takes hashes as they are.
static CURVES: [(&EcdsaSigningAlgorithm, &digest::Algorithm, HashAlgorithm); 3] = [
    (
        &ECDSA_P256_SHA256_ASN1_SIGNING,
        &digest::SHA256,
        HashAlgorithm::Sha256,
    ),
    (
        &ECDSA_P384_SHA384_ASN1_SIGNING,
        &digest::SHA384,
        HashAlgorithm::Sha384,
    ),
    (
        &ECDSA_P521_SHA512_ASN1_SIGNING,
        &digest::SHA512,
        HashAlgorithm::Sha512,
    ),
];

/// A private key that the provider can use: RSA 2048 to 8192, ECDSA P-256, P-384 or P-521.
pub struct PrivateKey {
    kind: Kind,
}

enum Kind {
    Rsa {
        pair: RsaKeyPair,
        /// Made when the first ciphertext comes.
        decrypting: OnceLock<Option<Pkcs1PrivateDecryptingKey>>,
    },
    Ecdsa {
        pair: EcdsaKeyPair,
        shape: &'static digest::Algorithm,
        default_hash: HashAlgorithm,
    },
}

impl fmt::Debug for PrivateKey {
    // The key stays out of every log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").finish_non_exhaustive()
    }
}

impl PrivateKey {
    /// Reads a key. [`Error::UnsupportedPrivateKey`] when the provider cannot use it, or
    /// nobody can read it.
    pub fn from_der(der: &PrivateKeyDer<'_>) -> Result<Self, Error> {
        let rsa = match der {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()).ok(),
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).ok(),
            _ => None,
        };
        if let Some(pair) = rsa {
            let decrypting = OnceLock::new();
            return Ok(Self {
                kind: Kind::Rsa { pair, decrypting },
            });
        }
        for (algorithm, shape, default_hash) in CURVES {
            if let Ok(pair) = EcdsaKeyPair::from_private_key_der(algorithm, der.secret_der()) {
                return Ok(Self {
                    kind: Kind::Ecdsa {
                        pair,
                        shape,
                        default_hash,
                    },
                });
            }
        }
        Err(Error::UnsupportedPrivateKey)
    }

    /// Returns the public half: SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7), DER.
    pub fn public_key_info(&self) -> Result<Vec<u8>, Error> {
        let info: Result<PublicKeyX509Der<'_>, _> = match &self.kind {
            Kind::Rsa { pair, .. } => pair.public_key().as_der(),
            Kind::Ecdsa { pair, .. } => pair.public_key().as_der(),
        };
        info.map(|info| info.as_ref().to_vec())
            .map_err(|_| Error::UnwritablePublicKey)
    }

    /// Writes the key as PKCS#8 PEM in its plainest form: the curve by name, without attributes.
    /// Others may refuse the forms that the provider reads.
    pub fn encode_anew(&self) -> Result<Zeroizing<String>, Error> {
        let failed = |_| Error::UnwritableKey;
        match &self.kind {
            Kind::Rsa { pair, .. } => {
                let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
                write_private_key(pkcs8.as_ref())
            }
            Kind::Ecdsa { pair, .. } => {
                let pkcs8 = pair.to_pkcs8v1().map_err(failed)?;
                write_private_key(pkcs8.as_ref())
            }
        }
    }

    /// Returns the function whose hashes this key signs in certificates: SHA-256, and with P-384
    /// and P-521 the one of their strength.
    pub fn certificate_hash(&self) -> HashAlgorithm {
        match &self.kind {
            Kind::Rsa { .. } => HashAlgorithm::Sha256,
            Kind::Ecdsa { default_hash, .. } => *default_hash,
        }
    }

    /// Signs a hash: RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2), or ECDSA in DER (RFC 3279 section
    /// 2.2.3).
    pub fn sign(&self, hash: &Hash<'_>) -> Result<Vec<u8>, Error> {
        match &self.kind {
            Kind::Rsa { pair, .. } => sign_with_rsa(pair, hash),
            Kind::Ecdsa { pair, shape, .. } => {
                let scalar = hash.as_scalar_of(shape).ok_or(Error::SigningFailed)?;
                let signature = pair
                    .sign_digest(&scalar)
                    .map_err(|_| Error::SigningFailed)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }

    /// Decrypts a ciphertext of [`PublicKey::encrypt`](super::PublicKey::encrypt)
    /// (RSAES-PKCS1-v1_5, RFC 8017 section 7.2).
    ///
    /// A sender of ciphertexts who learns whether this fails can decrypt others (Bleichenbacher's
    /// attack): never report the failure to the sender.
    pub fn decrypt(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let Kind::Rsa { pair, decrypting } = &self.kind else {
            return Err(Error::DecryptingWithEcdsa);
        };
        let size = pair.public_modulus_len();
        if ciphertext.len() != size {
            return Err(Error::CiphertextLength {
                length: ciphertext.len(),
                expected: size,
            });
        }
        let mut plaintext = Zeroizing::new(vec![0; size]);
        let key = decrypting.get_or_init(|| decrypting_key(pair)).as_ref();
        let length = key.and_then(|key| Some(key.decrypt(ciphertext, &mut plaintext).ok()?.len()));
        let length = length.ok_or(Error::DecryptionFailed)?;
        // What lies beyond the new length is wiped with the rest.
        plaintext.truncate(length);
        Ok(plaintext)
    }
}

/// Makes the key for decrypting: the provider has another kind for signing.
fn decrypting_key(pair: &RsaKeyPair) -> Option<Pkcs1PrivateDecryptingKey> {
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().ok()?;
    let key = PrivateDecryptingKey::from_pkcs8(pkcs8.as_ref()).ok()?;
    Pkcs1PrivateDecryptingKey::new(key).ok()
}

fn sign_with_rsa(pair: &RsaKeyPair, hash: &Hash<'_>) -> Result<Vec<u8>, Error> {
    let encoding: &dyn RsaEncoding = match hash.algorithm() {
        HashAlgorithm::Sha256 => &RSA_PKCS1_SHA256,
        HashAlgorithm::Sha384 => &RSA_PKCS1_SHA384,
        HashAlgorithm::Sha512 => &RSA_PKCS1_SHA512,
        weak => {
            return Err(Error::UnsupportedSigningHash(weak));
        }
    };
    let digest = hash.as_digest().ok_or(Error::SigningFailed)?;
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign_digest(encoding, &digest, &mut signature)
        .map_err(|_| Error::SigningFailed)?;
    Ok(signature)
}
