//! What a script asks of a connection, as plain data.

use std::sync::Arc;

use crate::alpn::AlpnProtocols;
use crate::diagnosis::{Cause, Diagnosis};
use crate::identity::{Identity, ServerIdentities};
use crate::key_log::KeyLog;
use crate::provider::KeyExchangeGroups;
use godot_rustls_pki::pins::Pins;
use godot_rustls_pki::revocation::RevocationLists;
use godot_rustls_pki::trust::TrustStore;
use godot_rustls_pki::verifier::Verification;

/// A protocol version that can be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// RFC 5246.
    V1_2,
    /// RFC 8446.
    V1_3,
}

/// The versions that a connection may use; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionRange {
    min: TlsVersion,
    max: TlsVersion,
}

impl VersionRange {
    /// Both ends included.
    pub fn new(min: TlsVersion, max: TlsVersion) -> Result<Self, Diagnosis> {
        if min > max {
            return Err(Diagnosis::new(
                Cause::NoCommonVersion,
                "min_version is TLS 1.3 and max_version is TLS 1.2: no TLS version is left",
            ));
        }
        Ok(Self { min, max })
    }

    /// Ends at 1.2 when the engine's setting `network/tls/enable_tls_v1.3` is off.
    pub fn limited_by(self, tls13_enabled: bool) -> Result<Self, Diagnosis> {
        if tls13_enabled {
            return Ok(self);
        }
        if self.min > TlsVersion::V1_2 {
            return Err(Diagnosis::new(
                Cause::NoCommonVersion,
                "min_version is TLS 1.3, and the project setting network/tls/enable_tls_v1.3 turns it off: no TLS version is left",
            ));
        }
        Ok(Self {
            min: self.min,
            max: TlsVersion::V1_2,
        })
    }

    /// Whether `version` may be used.
    pub fn allows(self, version: TlsVersion) -> bool {
        (self.min..=self.max).contains(&version)
    }

    pub(crate) fn protocol_versions(self) -> &'static [&'static rustls::SupportedProtocolVersion] {
        use rustls::version::{TLS12, TLS13};
        static ONLY_1_2: [&rustls::SupportedProtocolVersion; 1] = [&TLS12];
        static BOTH: [&rustls::SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
        static ONLY_1_3: [&rustls::SupportedProtocolVersion; 1] = [&TLS13];
        match (self.min, self.max) {
            (TlsVersion::V1_2, TlsVersion::V1_2) => &ONLY_1_2,
            (TlsVersion::V1_2, TlsVersion::V1_3) => &BOTH,
            (TlsVersion::V1_3, _) => &ONLY_1_3,
        }
    }

    /// For sentences.
    pub fn describe(self) -> &'static str {
        match (self.min, self.max) {
            (TlsVersion::V1_2, TlsVersion::V1_2) => "TLS 1.2 only",
            (TlsVersion::V1_2, TlsVersion::V1_3) => "TLS 1.2 and 1.3",
            (TlsVersion::V1_3, _) => "TLS 1.3 only",
        }
    }
}

impl Default for VersionRange {
    fn default() -> Self {
        Self {
            min: TlsVersion::V1_2,
            max: TlsVersion::V1_3,
        }
    }
}

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

#[cfg(test)]
mod tests;
