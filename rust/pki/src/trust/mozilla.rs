//! Mozilla's bundle of public certificate authorities.

use std::collections::HashSet;
use std::sync::LazyLock;

use rustls_pki_types::TrustAnchor;
use webpki_roots::TLS_SERVER_ROOTS;

/// Last day on which this bundle was seen to be the newest published one, ISO 8601.
pub const MOZILLA_BUNDLE_DATE: &str = env!("MOZILLA_BUNDLE_DATE");

/// Subject and key of every public authority.
static PUBLIC: LazyLock<HashSet<(&[u8], &[u8])>> = LazyLock::new(|| {
    TLS_SERVER_ROOTS
        .iter()
        .map(|anchor| {
            (
                anchor.subject.as_ref(),
                anchor.subject_public_key_info.as_ref(),
            )
        })
        .collect()
});

pub(super) fn anchors() -> &'static [TrustAnchor<'static>] {
    TLS_SERVER_ROOTS
}

/// Returns whether the bundle has an authority with that subject and key.
pub(super) fn holds(anchor: &TrustAnchor<'_>) -> bool {
    PUBLIC.contains(&(
        anchor.subject.as_ref(),
        anchor.subject_public_key_info.as_ref(),
    ))
}
