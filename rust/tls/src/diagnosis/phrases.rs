//! Phrases that several messages have in common.

use godot_rustls_pki::text::quoted;

use crate::failure::ProtocolFailure;
use crate::provider;

/// Names a certificate at the beginning of a sentence.
pub(super) fn certificate(subject: &str) -> String {
    format!("certificate {}", quoted(subject))
}

/// Lists the algorithms that this side offers.
pub(super) fn offer(failure: &ProtocolFailure) -> String {
    format!(
        "{}; groups {}",
        provider::offered_cipher_suites().join(", "),
        failure.local.groups.describe()
    )
}
