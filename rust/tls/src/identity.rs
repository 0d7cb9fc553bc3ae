//! Private keys with the certificate chains that belong to them.

mod by_server_name;
mod error;

use std::fmt;
use std::sync::Arc;

use rustls::sign::CertifiedKey;
use rustls_pki_types::PrivateKeyDer;
use zeroize::Zeroizing;

use crate::provider::provider;
use godot_rustls_pki::certificate::Certificate;

pub use by_server_name::{ServedName, ServedNameError, ServerIdentities};
pub use error::IdentityError;

/// A private key and the chain that certifies it, leaf first.
#[derive(Clone)]
pub struct Identity {
    certified: Arc<CertifiedKey>,
    name: String,
}

impl PartialEq for Identity {
    /// Compares the pointer, on purpose: re-loading an identity must start new sessions.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.certified, &other.certified)
    }
}

impl fmt::Debug for Identity {
    // Leaves the key out of every log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("certificates", &self.certified.cert.len())
            .finish_non_exhaustive()
    }
}

impl Identity {
    /// Checks that `key` belongs to the first certificate of `chain`.
    pub fn new(chain: &[Certificate], key: PrivateKeyDer<'static>) -> Result<Self, IdentityError> {
        // Zeroized on every return; the provider zeroizes its own copy.
        let key = Zeroizing::new(key);
        let Some(leaf) = chain.first() else {
            return Err(IdentityError::NoCertificate);
        };
        if !leaf.facts().is_version_3 {
            return Err(IdentityError::NotVersion3);
        }
        if let Some(weakness) = leaf.facts().public_key.weakness() {
            return Err(IdentityError::WeakKey(weakness));
        }
        let key = provider()
            .key_provider
            .load_private_key(key.clone_key())
            .map_err(|_| IdentityError::UnusableKey)?;
        let ders = chain
            .iter()
            .map(|certificate| certificate.der().clone())
            .collect();
        let certified = CertifiedKey::new(ders, key);
        if let Err(error) = certified.keys_match() {
            return Err(mismatch(chain, certified, error));
        }
        Ok(Self {
            certified: Arc::new(certified),
            name: leaf.facts().display_name(),
        })
    }

    /// Adds an OCSP response, DER, which a server staples as it is (RFC 6066 section 8).
    pub fn with_ocsp_response(self, response: Vec<u8>) -> Self {
        let mut certified = CertifiedKey::clone(&self.certified);
        certified.ocsp = Some(response).filter(|response| !response.is_empty());
        Self {
            certified: Arc::new(certified),
            name: self.name,
        }
    }

    /// Returns the name of the certificate for error messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the key and the chain as rustls takes them.
    pub(crate) fn certified_key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.certified)
    }
}

/// Tells a key of a later certificate of the chain, the usual mistake, from other ones.
fn mismatch(chain: &[Certificate], certified: CertifiedKey, error: rustls::Error) -> IdentityError {
    let leaf = &chain[0];
    if !matches!(error, rustls::Error::InconsistentKeys(_)) {
        return IdentityError::UnusableCertificate {
            subject: leaf.facts().display_name(),
            der: leaf.der().clone(),
            error,
        };
    }
    let key = certified.key;
    for (index, other) in chain.iter().enumerate().skip(1) {
        let candidate = CertifiedKey::new(vec![other.der().clone()], Arc::clone(&key));
        if candidate.keys_match().is_ok() {
            return IdentityError::KeyOfLaterCertificate {
                position: index + 1,
                subject: other.facts().display_name(),
            };
        }
    }
    IdentityError::KeyMismatch {
        subject: leaf.facts().display_name(),
        public_key: leaf.facts().public_key.to_string(),
    }
}

#[cfg(test)]
mod tests;
