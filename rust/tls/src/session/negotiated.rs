//! What the two sides agreed on.

use std::error::Error;
use std::fmt;

use rustls::{Connection, HandshakeKind};
use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

use super::Session;
use crate::library_errors;
use crate::provider;
use godot_rustls_pki::certificate::Certificate;

/// Longest key material that can be exported: what HKDF gives with its smallest hash (RFC 5869 section 2.3).
const MAX_EXPORT: usize = 255 * 32;

/// Longest label: one byte counts it together with "tls13 " (RFC 8446 section 7.1).
const MAX_LABEL: usize = 249;

/// Two bytes count the context (RFC 5705 section 4).
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
    /// "TLSv1.3", or empty before it is known.
    pub fn protocol_version(&self) -> &'static str {
        match self.connection.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
            _ => "",
        }
    }

    /// IANA name of the cipher suite, or empty before it is known.
    pub fn cipher_suite(&self) -> String {
        self.connection
            .negotiated_cipher_suite()
            .map(|suite| provider::cipher_suite_name(suite.suite()))
            .unwrap_or_default()
    }

    /// IANA name of the key exchange group, or empty before it is known.
    pub fn key_exchange_group(&self) -> String {
        self.connection
            .negotiated_key_exchange_group()
            .map(|group| provider::group_name(group.name()))
            .unwrap_or_default()
    }

    /// The server name that the client sent; empty on the client's side and when there was none.
    pub fn server_name(&self) -> &str {
        match &self.connection {
            Connection::Server(server) => server.server_name().unwrap_or_default(),
            Connection::Client(_) => "",
        }
    }

    /// The application protocol agreed on (RFC 7301), or empty when none was.
    pub fn alpn_protocol(&self) -> &[u8] {
        self.connection.alpn_protocol().unwrap_or_default()
    }

    /// The handshake was shortened by an earlier connection's.
    pub fn is_resumed(&self) -> bool {
        self.connection.handshake_kind() == Some(HandshakeKind::Resumed)
    }

    /// What the peer showed, leaf first; empty before that, and when it showed nothing. A resumed connection
    /// has what the first one was shown.
    pub fn peer_certificates(&self) -> Vec<Certificate> {
        let shown = self.connection.peer_certificates().unwrap_or_default();
        shown
            .iter()
            .map(CertificateDer::clone)
            // What was verified can be read; what nobody verified need not be.
            .filter_map(|der| Certificate::from_der(der.into_owned()).ok())
            .collect()
    }

    /// Keys that both ends derive from the connection for a use of their own (RFC 5705, RFC 8446 section
    /// 7.5). No context differs from an empty one in TLS 1.2.
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
