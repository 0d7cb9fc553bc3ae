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

/// What both sides can ask of a connection.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Allowed versions.
    pub versions: VersionRange,
    /// Application protocols to choose from.
    pub alpn: AlpnProtocols,
    /// Groups in which keys may be exchanged.
    pub groups: KeyExchangeGroups,
    /// Sessions may be resumed.
    pub resumption: bool,
    /// Where the secrets are written down.
    pub key_log: Option<Arc<KeyLog>>,
}

impl Default for Terms {
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

/// What a client connection needs.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// Whom to trust.
    pub trust: Arc<TrustStore>,
    /// How much to check.
    pub verification: Verification,
    /// Compared instead of the host when not empty.
    pub common_name_override: String,
    /// Keys of which one must stand in the server's path.
    pub pins: Pins,
    /// Lists of revoked certificates.
    pub revocation: Arc<RevocationLists>,
    /// Who the client is, for servers that ask.
    pub identity: Option<Identity>,
    /// The rest.
    pub terms: Terms,
}

impl ClientOptions {
    /// Checks everything against `trust`; the rest is as usual.
    pub fn trusting(trust: Arc<TrustStore>) -> Self {
        Self {
            trust,
            verification: Verification::Full,
            common_name_override: String::new(),
            pins: Pins::default(),
            revocation: Arc::default(),
            identity: None,
            terms: Terms::default(),
        }
    }
}

/// What a server connection needs.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Who the server is.
    pub identities: ServerIdentities,
    /// Whether clients show certificates, and which.
    pub clients: Option<ClientAuthentication>,
    /// The rest.
    pub terms: Terms,
}

impl ServerOptions {
    /// One identity for every name, and no question for client certificates.
    pub fn showing(identity: Identity) -> Self {
        Self {
            identities: ServerIdentities::new(identity),
            clients: None,
            terms: Terms::default(),
        }
    }
}

/// How a server checks who its clients are.
#[derive(Debug, Clone)]
pub struct ClientAuthentication {
    /// A client without a certificate is refused.
    pub required: bool,
    /// Whose clients are let in: these certificates alone.
    pub trust: Arc<TrustStore>,
    /// Keys of which one must stand in the client's path.
    pub pins: Pins,
    /// Lists of revoked certificates.
    pub revocation: Arc<RevocationLists>,
}
