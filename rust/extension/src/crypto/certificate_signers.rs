//! Signing of certificates with keys of the engine.

use godot::classes::hashing_context::HashType;
use godot::classes::{Crypto, CryptoKey};
use godot::prelude::*;
use godot_rustls_pki::crypto::{Error, Hash, HashAlgorithm, PrivateKey};
use godot_rustls_pki::issuance::{CertificateSigner, SigningError};

use crate::engine::objects::quietly;

/// A key that the provider can use.
pub(crate) struct ByProvider<'a> {
    pub(crate) key: &'a PrivateKey,
    pub(crate) public_key_info: Vec<u8>,
}

/// A key that only the engine can use: RSA below 2048 bits. It signs with SHA-256, as the provider
/// does with RSA.
pub(crate) struct ByEngine<'a> {
    pub(crate) key: &'a Gd<CryptoKey>,
    pub(crate) public_key_info: Vec<u8>,
}

impl CertificateSigner for ByProvider<'_> {
    fn public_key_info(&self) -> &[u8] {
        &self.public_key_info
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let function = self.key.certificate_hash();
        let value = digest(function, message)?;
        Ok(self.key.sign(&Hash::new(function, &value)?)?)
    }
}

impl CertificateSigner for ByEngine<'_> {
    fn public_key_info(&self) -> &[u8] {
        &self.public_key_info
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let value = PackedByteArray::from(digest(HashAlgorithm::Sha256, message)?);
        let signed = quietly(|| Crypto::new_gd().sign(HashType::SHA256, &value, self.key));
        if signed.is_empty() {
            return Err(SigningError::Other);
        }
        Ok(signed.to_vec())
    }
}

fn digest(function: HashAlgorithm, message: &[u8]) -> Result<Vec<u8>, SigningError> {
    let value = function.digest(message);
    value.ok_or_else(|| Error::UnsupportedSigningHash(function).into())
}
