//! Results of the negotiation, and keys exported from it.

use std::error::Error;
use std::fmt;

use rustls::{Connection, HandshakeKind};
use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

use super::Session;
use crate::library_errors;
use crate::provider;
use godot_rustls_pki::certificate::Certificate;

/// Longest key material, in bytes: the most that HKDF gives with its smallest hash (RFC 5869
/// section 2.3).
const MAX_EXPORT: usize = 255 * 32;

/// Longest label, in bytes: one byte counts it together with "tls13 " (RFC 8446 section 7.1).
const MAX_LABEL: usize = 249;

/// Longest context, in bytes: two bytes count it (RFC 5705 section 4).
const MAX_CONTEXT: usize = 65_535;

/// A reason why no key material can be exported.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ExportError {
    /// No or too many bytes were asked for.
    Length {
        /// The number of bytes.
        length: usize,
    },
    /// The label is empty or too long.
    LabelLength {
        /// Its length in bytes.
        length: usize,
    },
    /// The context is too long.
    ContextLength {
        /// Its length in bytes.
        length: usize,
    },
    /// The connection has no keys, or none any more.
    Unavailable(rustls::Error),
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { length } => write!(
                f,
                "{length} bytes were asked for: 1 to {MAX_EXPORT} can be exported"
            ),
            Self::LabelLength { length } => write!(
                f,
                "the label has {length} bytes: use 1 to {MAX_LABEL}, for instance \"EXPORTER-my-game\""
            ),
            Self::ContextLength { length } => write!(
                f,
                "the context has {length} bytes: at most {MAX_CONTEXT} are possible, so pass its hash"
            ),
            Self::Unavailable(error) => write!(
                f,
                "no key material can be exported ({})",
                library_errors::of_rustls(error)
            ),
        }
    }
}

impl Error for ExportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unavailable(error) => Some(error),
            _ => None,
        }
    }
}

impl Session {
    /// Returns "TLSv1.2" or "TLSv1.3", or nothing before it is known.
    pub fn protocol_version(&self) -> &'static str {
        match self.connection.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
            _ => "",
        }
    }

    /// Returns the IANA name of the cipher suite, or nothing before it is known.
    pub fn cipher_suite(&self) -> String {
        self.connection
            .negotiated_cipher_suite()
            .map(|suite| provider::cipher_suite_name(suite.suite()))
            .unwrap_or_default()
    }

    /// Returns the IANA name of the key exchange group, or nothing before it is known.
    pub fn key_exchange_group(&self) -> String {
        self.connection
            .negotiated_key_exchange_group()
            .map(|group| provider::group_name(group.name()))
            .unwrap_or_default()
    }

    /// Returns the server name that the client sent; empty on the client's side and when there was
    /// none.
    pub fn server_name(&self) -> &str {
        match &self.connection {
            Connection::Server(server) => server.server_name().unwrap_or_default(),
            Connection::Client(_) => "",
        }
    }

    /// Returns the application protocol agreed on (RFC 7301), or nothing if none was.
    pub fn alpn_protocol(&self) -> &[u8] {
        self.connection.alpn_protocol().unwrap_or_default()
    }

    /// Returns whether the handshake resumed the session of an earlier connection.
    pub fn is_resumed(&self) -> bool {
        self.connection.handshake_kind() == Some(HandshakeKind::Resumed)
    }

    /// Returns the certificates that the peer presented, leaf first; empty before that, and if it
    /// presented none. A resumed connection has those of the first one.
    pub fn peer_certificates(&self) -> Vec<Certificate> {
        let shown = self.connection.peer_certificates().unwrap_or_default();
        shown
            .iter()
            .map(CertificateDer::clone)
            // Verified certificates can be parsed; without verification they need not be.
            .filter_map(|der| Certificate::from_der(der.into_owned()).ok())
            .collect()
    }

    /// Derives keys for another use, the same on both ends (RFC 5705, RFC 8446 section 7.5). In TLS
    /// 1.2, no context differs from an empty one.
    pub fn export_keying_material(
        &self,
        label: &str,
        context: Option<&[u8]>,
        length: usize,
    ) -> Result<Zeroizing<Vec<u8>>, ExportError> {
        if length == 0 || length > MAX_EXPORT {
            return Err(ExportError::Length { length });
        }
        if label.is_empty() || label.len() > MAX_LABEL {
            return Err(ExportError::LabelLength {
                length: label.len(),
            });
        }
        let context_length = context.map_or(0, <[u8]>::len);
        if context_length > MAX_CONTEXT {
            return Err(ExportError::ContextLength {
                length: context_length,
            });
        }
        self.connection
            .export_keying_material(Zeroizing::new(vec![0; length]), label.as_bytes(), context)
            .map_err(ExportError::Unavailable)
    }
}
