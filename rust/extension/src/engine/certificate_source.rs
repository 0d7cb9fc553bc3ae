//! Certificates that a script passed, as bytes, and the trust in them, parsed once.
//!
//! Parsing 144 certificates takes some milliseconds. Options are checked, changed and used again
//! and again, and each time they are compared by these bytes.

use std::sync::{Arc, OnceLock};

use godot_rustls_pki::pem::Bundle;
use godot_rustls_pki::trust::TrustStore;

use crate::engine::objects::certificates;

/// PEM or DER bytes of any number of certificates.
#[derive(Debug, Default)]
pub(crate) struct CertificateSource {
    bytes: Vec<u8>,
    read: OnceLock<Read>,
}

/// The parsed bytes.
#[derive(Debug)]
struct Read {
    trust: Arc<TrustStore>,
    is_for_servers_alone: bool,
}

impl From<Bundle> for Read {
    fn from(bundle: Bundle) -> Self {
        Self {
            is_for_servers_alone: bundle.is_for_servers_alone,
            trust: Arc::new(TrustStore::from_user_bundle(bundle)),
        }
    }
}

impl PartialEq for CertificateSource {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for CertificateSource {}

impl CertificateSource {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            read: OnceLock::new(),
        }
    }

    /// Uses `bundle`, which was parsed from `bytes` already.
    pub(crate) fn with_bundle(bytes: Vec<u8>, bundle: Bundle) -> Self {
        Self {
            bytes,
            read: Read::from(bundle).into(),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns a store that trusts exactly these certificates.
    pub(crate) fn trust(&self) -> Arc<TrustStore> {
        Arc::clone(&self.read().trust)
    }

    /// Returns whether a certificate says that it is not trusted for clients.
    pub(crate) fn is_for_servers_alone(&self) -> bool {
        self.read().is_for_servers_alone
    }

    fn read(&self) -> &Read {
        self.read
            .get_or_init(|| Read::from(certificates(&self.bytes)))
    }
}
