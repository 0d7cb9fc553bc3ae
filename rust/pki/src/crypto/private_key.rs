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

use super::{Failure, Hash, HashAlgorithm, write_private_key};

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
        usual: HashAlgorithm,
    },
}

impl fmt::Debug for PrivateKey {
    // The key stays out of every log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").finish_non_exhaustive()
    }
}

impl PrivateKey {
    /// Reads a key. [`Failure::Lacking`] when the provider cannot use it, or nobody can read it.
    pub fn from_der(der: &PrivateKeyDer<'_>) -> Result<Self, Failure> {
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
        for (algorithm, shape, usual) in CURVES {
            if let Ok(pair) = EcdsaKeyPair::from_private_key_der(algorithm, der.secret_der()) {
                return Ok(Self {
                    kind: Kind::Ecdsa { pair, shape, usual },
                });
            }
        }
        Err(Failure::Lacking(
            "the key is damaged, or of a kind or size that the provider lacks: use RSA 2048 to 8192, or ECDSA P-256, P-384 or P-521"
                .to_owned(),
        ))
    }

    /// Its public half: SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7), DER.
    pub fn public_key_info(&self) -> Result<Vec<u8>, String> {
        let info: Result<PublicKeyX509Der<'_>, _> = match &self.kind {
            Kind::Rsa { pair, .. } => pair.public_key().as_der(),
            Kind::Ecdsa { pair, .. } => pair.public_key().as_der(),
        };
        info.map(|info| info.as_ref().to_vec())
            .map_err(|_| "the public half of the key cannot be written".to_owned())
    }

    /// The same key as PKCS#8 PEM in its plainest form: the curve by name, without attributes. Others may refuse the
    /// forms that the provider reads.
    pub fn encode_anew(&self) -> Result<Zeroizing<String>, String> {
        let failed = |_| "the key cannot be written".to_owned();
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

    /// The function whose hashes this key signs in certificates: SHA-256, and with P-384 and P-521 the one of their
    /// strength.
    pub fn certificate_hash(&self) -> HashAlgorithm {
        match &self.kind {
            Kind::Rsa { .. } => HashAlgorithm::Sha256,
            Kind::Ecdsa { usual, .. } => *usual,
        }
    }

    /// Signs a hash: RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2), or ECDSA in DER (RFC 3279 section 2.2.3).
    pub fn sign(&self, hash: &Hash<'_>) -> Result<Vec<u8>, Failure> {
        match &self.kind {
            Kind::Rsa { pair, .. } => sign_with_rsa(pair, hash),
            Kind::Ecdsa { pair, shape, .. } => {
                let scalar = hash.as_scalar_of(shape).ok_or_else(signing_failed)?;
                let signature = pair.sign_digest(&scalar).map_err(|_| signing_failed())?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }

    /// Decrypts what [`PublicKey::encrypt`](super::PublicKey::encrypt) made (RSAES-PKCS1-v1_5, RFC 8017 section
    /// 7.2).
    ///
    /// Who can send ciphertexts and sees whether this fails can decrypt others (Bleichenbacher's attack): never tell
    /// the sender.
    pub fn decrypt(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let Kind::Rsa { pair, decrypting } = &self.kind else {
            return Err(Failure::Refused(
                "ECDSA keys only sign: decrypt with an RSA key".to_owned(),
            ));
        };
        let size = pair.public_modulus_len();
        if ciphertext.len() != size {
            return Err(Failure::Refused(format!(
                "the ciphertext is {} bytes long, with this key it has {size}: pass it whole and unchanged",
                ciphertext.len()
            )));
        }
        let mut plaintext = Zeroizing::new(vec![0; size]);
        let key = decrypting.get_or_init(|| decrypting_key(pair)).as_ref();
        let length = key.and_then(|key| Some(key.decrypt(ciphertext, &mut plaintext).ok()?.len()));
        let length = length.ok_or_else(|| {
            Failure::Refused(
                "the ciphertext was not made for this key, or was changed on the way".to_owned(),
            )
        })?;
        // What lies beyond the new length is wiped with the rest.
        plaintext.truncate(length);
        Ok(plaintext)
    }
}

/// The provider has one kind of key for signing and another for decrypting.
fn decrypting_key(pair: &RsaKeyPair) -> Option<Pkcs1PrivateDecryptingKey> {
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().ok()?;
    let key = PrivateDecryptingKey::from_pkcs8(pkcs8.as_ref()).ok()?;
    Pkcs1PrivateDecryptingKey::new(key).ok()
}

fn sign_with_rsa(pair: &RsaKeyPair, hash: &Hash<'_>) -> Result<Vec<u8>, Failure> {
    let encoding: &dyn RsaEncoding = match hash.algorithm() {
        HashAlgorithm::Sha256 => &RSA_PKCS1_SHA256,
        HashAlgorithm::Sha384 => &RSA_PKCS1_SHA384,
        HashAlgorithm::Sha512 => &RSA_PKCS1_SHA512,
        weak => {
            return Err(Failure::Lacking(format!(
                "RSA signatures over {weak} are made by the engine alone: use SHA-256"
            )));
        }
    };
    let digest = hash.as_digest().ok_or_else(signing_failed)?;
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign_digest(encoding, &digest, &mut signature)
        .map_err(|_| signing_failed())?;
    Ok(signature)
}

fn signing_failed() -> Failure {
    Failure::Refused("the provider could not sign with this key".to_owned())
}
