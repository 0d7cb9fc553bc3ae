//! Stores that tests cannot load: no test holds the key of a public authority.

// A fixture that cannot be read ends the test.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

use super::{AnchorInfo, Origin, TrustStore};
use crate::certificate::Certificate;

impl TrustStore {
    /// The same anchors as if they had come from elsewhere: no test holds the key of a public
    /// authority.
    pub(crate) fn with_anchors_as(mut self, origin: Origin, is_public: bool) -> Self {
        for info in &mut self.infos {
            info.origin = origin;
            info.is_public = is_public;
        }
        for trusted in &mut self.certificates {
            trusted.is_public = is_public;
        }
        self
    }

    /// Authorities that are known by name and key alone, as Mozilla's are.
    pub(crate) fn from_bare_anchors(certificates: &[Certificate]) -> Self {
        let mut store = Self::default();
        for certificate in certificates {
            let anchor = webpki::anchor_from_trusted_cert(certificate.der()).unwrap();
            store.anchors.push(anchor.to_owned());
            store.infos.push(AnchorInfo {
                origin: Origin::Mozilla,
                certificate: None,
                is_public: true,
            });
        }
        store
    }
}
