//! Options of clients and servers, as plain data.

use std::sync::Arc;

use crate::alpn::AlpnProtocols;
use crate::identity::{Identity, ServerIdentities};
use crate::key_log::KeyLog;
use crate::provider::KeyExchangeGroups;
use crate::versions::VersionRange;
use godot_rustls_pki::pins::Pins;
use godot_rustls_pki::revocation::RevocationLists;
use godot_rustls_pki::trust::TrustStore;
use godot_rustls_pki::verifier::Verification;

/// Options that clients and servers have in common.
#[derive(Debug, Clone)]
pub struct CommonOptions {
    /// Allowed versions.
    pub versions: VersionRange,
    /// Application protocols to negotiate.
    pub alpn: AlpnProtocols,
    /// Key exchange groups to negotiate.
    pub groups: KeyExchangeGroups,
    /// Allows sessions to be resumed.
    pub resumption: bool,
    /// The log of the connection's secrets.
    pub key_log: Option<Arc<KeyLog>>,
}

impl Default for CommonOptions {
    fn default() -> Self {
        Self {
            versions: VersionRange::default(),
            alpn: AlpnProtocols::default(),
            groups: KeyExchangeGroups::default(),
            resumption: true,
            key_log: None,
        }
    }
}

/// Options of a client.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// The trusted certificates.
    pub trust: Arc<TrustStore>,
    /// The extent of verification.
    pub verification: Verification,
    /// The name that is verified instead of the host; empty for none.
    pub common_name_override: String,
    /// Public keys of which one must be in the server's path; empty for none.
    pub pins: Pins,
    /// Revocation lists.
    pub revocation: Arc<RevocationLists>,
    /// The client's own identity, for servers that ask for one.
    pub identity: Option<Identity>,
    /// Options that servers have too.
    pub common: CommonOptions,
}

impl ClientOptions {
    /// Makes options that trust these certificates, with defaults for the rest.
    pub fn trusting(trust: Arc<TrustStore>) -> Self {
        Self {
            trust,
            verification: Verification::Full,
            common_name_override: String::new(),
            pins: Pins::default(),
            revocation: Arc::default(),
            identity: None,
            common: CommonOptions::default(),
        }
    }
}

/// Options of a server.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// The server's own identities.
    pub identities: ServerIdentities,
    /// The check of client certificates; `None` asks for none.
    pub clients: Option<ClientAuthentication>,
    /// Options that clients have too.
    pub common: CommonOptions,
}

impl ServerOptions {
    /// Makes options with one identity for every name, with defaults for the rest.
    pub fn with_identity(identity: Identity) -> Self {
        Self {
            identities: ServerIdentities::new(identity),
            clients: None,
            common: CommonOptions::default(),
        }
    }
}

/// The check of client certificates by a server.
#[derive(Debug, Clone)]
pub struct ClientAuthentication {
    /// Refuses clients without a certificate.
    pub required: bool,
    /// The certificates that vouch for clients.
    pub trust: Arc<TrustStore>,
    /// Public keys of which one must be in the client's path; empty for none.
    pub pins: Pins,
    /// Revocation lists.
    pub revocation: Arc<RevocationLists>,
}
