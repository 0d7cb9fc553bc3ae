//! What a script asks of a connection, as plain data.

use std::sync::Arc;

use crate::diagnosis::{Cause, Diagnosis};
use crate::identity::Identity;
use crate::trust::TrustStore;

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

/// How much of the server's certificate a client checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// Chain, dates, usage and name.
    Full,
    /// Everything but the name.
    ChainOnly,
    /// Only what the handshake signature needs.
    Nothing,
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
    /// Allowed versions.
    pub versions: VersionRange,
}

/// What a server connection needs.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Who the server is.
    pub identity: Identity,
    /// Allowed versions.
    pub versions: VersionRange,
}

#[cfg(test)]
mod tests;
