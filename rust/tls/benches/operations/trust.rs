//! From the text of a bundle to a trust store.

use godot_rustls_pki::pem::read_bundle;
use godot_rustls_pki::trust::TrustStore;

use super::Operation;
use super::material::large_bundle;

pub(super) const OPERATIONS: &[Operation] =
    &[Operation::new("trust/bundle-of-150", bundle_to_store)];

fn bundle_to_store() -> Box<dyn FnMut()> {
    let text = large_bundle(&[]);
    Box::new(move || {
        let store = TrustStore::from_user_bundle(read_bundle(&text));
        assert_eq!(store.certificate_count(), 150);
    })
}
