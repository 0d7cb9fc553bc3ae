//! The one place that names the cryptography provider.
//!
//! Nothing installs a process-wide default: another extension in the same game may have its own.

use std::sync::{Arc, LazyLock};

use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs};
use rustls::server::ProducesTickets;

static PROVIDER: LazyLock<Arc<CryptoProvider>> =
    LazyLock::new(|| Arc::new(aws_lc_rs::default_provider()));

/// aws-lc-rs; X25519MLKEM768 is its first key exchange group.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::clone(&PROVIDER)
}

/// The signatures that are believed, on certificates and in handshakes.
pub fn signature_algorithms() -> WebPkiSupportedAlgorithms {
    PROVIDER.signature_verification_algorithms
}

/// New keys for session tickets, which live half a day and are replaced by themselves.
pub(crate) fn ticketer() -> Result<Arc<dyn ProducesTickets>, rustls::Error> {
    aws_lc_rs::Ticketer::new()
}

/// IANA name of a cipher suite.
pub fn cipher_suite_name(suite: rustls::CipherSuite) -> String {
    let name = suite.as_str().unwrap_or("unknown");
    // rustls marks TLS 1.3 suites in the prefix, IANA does not.
    name.replacen("TLS13_", "TLS_", 1)
}

/// IANA name of a key exchange group.
pub fn group_name(group: rustls::NamedGroup) -> String {
    match group {
        rustls::NamedGroup::X25519 => "x25519".to_owned(),
        rustls::NamedGroup::X448 => "x448".to_owned(),
        other => other.as_str().unwrap_or("unknown").to_owned(),
    }
}

/// What this side offers, for sentences: names of suites for one list.
pub fn offered_cipher_suites() -> Vec<String> {
    PROVIDER
        .cipher_suites
        .iter()
        .map(|suite| cipher_suite_name(suite.suite()))
        .collect()
}

/// What this side offers, for sentences: names of key exchange groups.
pub fn offered_groups() -> Vec<String> {
    PROVIDER
        .kx_groups
        .iter()
        .map(|group| group_name(group.name()))
        .collect()
}
