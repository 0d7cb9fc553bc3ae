//! The cryptography provider, aws-lc-rs.
//!
//! No process-wide default is installed: another library in the same process may have its own.

mod groups;
pub mod key_shares;
mod p521;
pub(crate) mod transcript;

use std::sync::{Arc, LazyLock, OnceLock};

use godot_rustls_pki::provider::base;
use rustls::SupportedCipherSuite;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::ProducesTickets;

pub(crate) use groups::group_name;
pub use groups::{KeyExchangeGroups, KeyExchangeGroupsError};

static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| {
    let mut provider = base().clone();
    // Suites with SHA-256 first, as in browsers: SHA-384 takes longer than X25519 in a resumed
    // handshake, and processors have instructions for SHA-256. The order stays otherwise.
    provider.cipher_suites.sort_by_key(|suite| {
        suite
            .suite()
            .as_str()
            .is_none_or(|name| !name.contains("AES_128_GCM"))
    });
    provider.kx_groups = KeyExchangeGroups::default().to_list();
    Arc::new(provider)
});

/// Cipher suites with hashes of what was sent; made once, because making them leaks memory.
static SUITES_HASHING_AS_SENT: LazyLock<Vec<SupportedCipherSuite>> =
    LazyLock::new(|| transcript::hashing_as_sent(&PROVIDER.cipher_suites));

/// Returns the provider with the default key exchange groups, X25519MLKEM768 first.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::clone(&PROVIDER)
}

/// Returns the provider with these key exchange groups.
pub(crate) fn provider_with(groups: &KeyExchangeGroups) -> Arc<CryptoProvider> {
    if *groups == KeyExchangeGroups::default() {
        return provider();
    }
    Arc::new(CryptoProvider {
        kx_groups: groups.to_list(),
        ..CryptoProvider::clone(&PROVIDER)
    })
}

/// Returns the provider with hashes of what a peer sent, whatever rustls is shown instead
/// ([`transcript`]).
pub(crate) fn hashing_as_sent(provider: &CryptoProvider) -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        cipher_suites: SUITES_HASHING_AS_SENT.clone(),
        ..provider.clone()
    })
}

/// Keys for session tickets, which rustls replaces every six hours. The first handshake makes them:
/// making them with the server's configuration could block on entropy there.
#[derive(Debug, Default)]
pub(crate) struct Ticketer(OnceLock<Option<Arc<dyn ProducesTickets>>>);

impl Ticketer {
    /// Returns no keys if there are no random numbers; the handshake fails for that reason anyway.
    fn keys(&self) -> Option<&dyn ProducesTickets> {
        self.0
            .get_or_init(|| aws_lc_rs::Ticketer::new().ok())
            .as_deref()
    }
}

impl ProducesTickets for Ticketer {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        self.keys().map_or(0, ProducesTickets::lifetime)
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        self.keys()?.encrypt(plain)
    }

    fn decrypt(&self, cipher: &[u8]) -> Option<Vec<u8>> {
        self.keys()?.decrypt(cipher)
    }
}

/// Returns the IANA name of a cipher suite.
pub(crate) fn cipher_suite_name(suite: rustls::CipherSuite) -> String {
    let name = suite.as_str().unwrap_or("unknown");
    // rustls marks TLS 1.3 suites in the prefix, IANA does not.
    name.replacen("TLS13_", "TLS_", 1)
}

/// Returns the IANA names of the cipher suites that this side offers.
pub(crate) fn offered_cipher_suites() -> Vec<String> {
    PROVIDER
        .cipher_suites
        .iter()
        .map(|suite| cipher_suite_name(suite.suite()))
        .collect()
}
