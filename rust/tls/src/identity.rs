//! A private key with its certificate chain, proven to belong together.

mod by_server_name;

use std::fmt;
use std::sync::Arc;

use rustls::sign::CertifiedKey;
use rustls_pki_types::PrivateKeyDer;
use zeroize::Zeroizing;

use crate::diagnosis::library_errors;
use crate::provider::provider;
use godot_rustls_pki::certificate::Certificate;
use godot_rustls_pki::library_errors::too_large;
use godot_rustls_pki::text::quoted;

pub use by_server_name::{ServedName, ServerIdentities};

/// A key and the chain that certifies it, leaf first.
#[derive(Clone)]
pub struct Identity {
    certified: Arc<CertifiedKey>,
    name: String,
}

impl PartialEq for Identity {
    /// The very same, not one of the same content: whoever makes one anew has a reason.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.certified, &other.certified)
    }
}

impl fmt::Debug for Identity {
    // The key stays out of every log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("certificates", &self.certified.cert.len())
            .finish_non_exhaustive()
    }
}

impl Identity {
    /// Checks that `key` belongs to the first certificate of `chain`. The error is a sentence.
    pub fn new(chain: &[Certificate], key: PrivateKeyDer<'static>) -> Result<Self, String> {
        // Wiped on every way out of here; the provider wipes its own copy.
        let key = Zeroizing::new(key);
        let Some(leaf) = chain.first() else {
            return Err("the certificate is empty: load one before making the options".to_owned());
        };
        if !leaf.facts().is_version_3 {
            return Err("the certificate is X.509 version 1: issue it as version 3".to_owned());
        }
        if let Some(weakness) = leaf.facts().public_key.weakness() {
            return Err(format!("the certificate cannot be used: {weakness}"));
        }
        let key = provider().key_provider.load_private_key(key.clone_key()).map_err(|_| {
            "the private key cannot be used: use RSA 2048 to 8192, ECDSA P-256, P-384 or P-521, or Ed25519".to_owned()
        })?;
        let ders = chain
            .iter()
            .map(|certificate| certificate.der().clone())
            .collect();
        let certified = CertifiedKey::new(ders, key);
        if let Err(error) = certified.keys_match() {
            return Err(mismatch(chain, certified, &error));
        }
        Ok(Self {
            certified: Arc::new(certified),
            name: leaf.facts().display_name(),
        })
    }

    /// The same with a stapled OCSP response, DER, that a server sends along as it is (RFC 6066 section 8).
    pub fn with_ocsp_response(self, response: Vec<u8>) -> Self {
        let mut certified = CertifiedKey::clone(&self.certified);
        certified.ocsp = Some(response).filter(|response| !response.is_empty());
        Self {
            certified: Arc::new(certified),
            name: self.name,
        }
    }

    /// What the certificate is called in sentences.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn certified_key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.certified)
    }
}

/// Says whether the key belongs to a later certificate of the chain, the usual mistake.
fn mismatch(chain: &[Certificate], certified: CertifiedKey, error: &rustls::Error) -> String {
    let leaf = &chain[0];
    if !matches!(error, rustls::Error::InconsistentKeys(_)) {
        let why = too_large(leaf.der()).unwrap_or_else(|| library_errors::of_rustls(error));
        return format!(
            "the certificate {} cannot be used ({why})",
            quoted(&leaf.facts().display_name())
        );
    }
    let key = certified.key;
    for (index, other) in chain.iter().enumerate().skip(1) {
        let candidate = CertifiedKey::new(vec![other.der().clone()], Arc::clone(&key));
        if candidate.keys_match().is_ok() {
            return format!(
                "the private key belongs to certificate {} of the chain ({}): put that one first",
                index + 1,
                quoted(&other.facts().display_name())
            );
        }
    }
    format!(
        "the private key does not belong to the certificate {} ({}): load the pair that was made together",
        quoted(&leaf.facts().display_name()),
        leaf.facts().public_key
    )
}

#[cfg(test)]
mod tests;
