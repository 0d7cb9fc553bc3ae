//! Reasons why a connection could not start, failed or ended, as values.
//!
//! A [`Failure`] holds everything that its error message needs; [`crate::diagnosis`] writes the
//! message in the words of the class that reports it.

mod protocol;

use std::error::Error;
use std::time::Duration;

use godot_rustls_pki::role::Role;
use godot_rustls_pki::verifier::Refusal;

use crate::cause::Cause;

pub use protocol::ProtocolFailure;
pub(crate) use protocol::{
    CertificateRequest, LocalFacts, is_about_algorithms, is_about_size, is_about_versions,
};

/// A reason why a connection could not start, failed or ended.
///
/// [`cause`](Failure::cause) is for programs, [`diagnose`](crate::diagnosis::diagnose) makes the
/// message for people. `Display` writes the same message with neutral names of settings.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Failure {
    /// rustls accepts no configuration with these options.
    UnusableOptions(rustls::Error),
    /// rustls could not start the connection.
    NotStarted(rustls::Error),
    /// The certificate chain of `peer` was refused.
    Refused {
        /// The side that presented the chain.
        peer: Role,
        /// The reason of the verifier.
        refusal: Refusal,
    },
    /// The peer broke the protocol, sent an alert, or has nothing in common with this side.
    Protocol(Box<ProtocolFailure>),
    /// rustls took no more bytes from the peer.
    InputRefused {
        /// The text of its error.
        reason: String,
    },
    /// The peer closed the connection in order, with close_notify after the handshake.
    Closed,
    /// The peer closed the connection in the handshake.
    ClosedInHandshake {
        /// This side.
        role: Role,
        /// Bytes that the peer had sent.
        received: u64,
        /// The ClientHello of this side took more than one packet.
        sent_large_hello: bool,
    },
    /// The transport ended without close_notify (RFC 8446 section 6.1).
    Truncated,
    /// The transport failed.
    Transport {
        /// The text of its error.
        reason: String,
    },
    /// The transport failed after the ClientHello of this side, before the server sent a byte.
    HelloUnanswered {
        /// The text of the transport's error.
        reason: String,
        /// The ClientHello took more than one packet.
        sent_large_hello: bool,
    },
    /// The handshake was not complete in time.
    HandshakeTimeout {
        /// The time that the handshake had.
        limit: Duration,
        /// Bytes that the peer had sent.
        received: u64,
    },
    /// The connection ended after the peer had asked for renegotiation (RFC 5246 section 7.4.1.1),
    /// which is always refused.
    AfterRenegotiation {
        /// This side.
        role: Role,
        /// The end that followed.
        end: Box<Failure>,
    },
}

impl Failure {
    /// Returns the cause as a number.
    pub fn cause(&self) -> Cause {
        match self {
            Self::UnusableOptions(_) | Self::NotStarted(_) | Self::InputRefused { .. } => {
                Cause::Other
            }
            Self::Refused { refusal, .. } => cause_of_refusal(refusal),
            Self::Protocol(protocol) => protocol.cause(),
            Self::Closed | Self::ClosedInHandshake { .. } => Cause::Closed,
            Self::Truncated => Cause::Truncated,
            Self::Transport { .. } | Self::HelloUnanswered { .. } => Cause::Transport,
            Self::HandshakeTimeout { .. } => Cause::Timeout,
            Self::AfterRenegotiation { end, .. } => Self::cause(end),
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::UnusableOptions(error) | Self::NotStarted(error) => Some(error),
            Self::Protocol(protocol) => Some(&protocol.error),
            Self::AfterRenegotiation { end, .. } => Some(&**end),
            _ => None,
        }
    }
}

fn cause_of_refusal(refusal: &Refusal) -> Cause {
    match refusal {
        refusal if refusal.is_untrusted() => Cause::UntrustedIssuer,
        Refusal::Expired { .. } => Cause::Expired,
        Refusal::NotYetValid { .. } => Cause::NotYetValid,
        Refusal::NameMismatch(_) => Cause::NameMismatch,
        Refusal::PinMismatch { .. } => Cause::PinMismatch,
        Refusal::Revoked { .. } => Cause::Revoked,
        Refusal::RevocationList { .. } => Cause::Other,
        _ => Cause::BadCertificate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protocol(error: rustls::Error) -> Failure {
        Failure::Protocol(Box::new(ProtocolFailure {
            error,
            role: Role::Client,
            first_bytes: Vec::new(),
            was_connected: true,
            certificate_request: None,
            client_protocols: crate::alpn::AlpnProtocols::default(),
            local: std::sync::Arc::default(),
        }))
    }

    #[test]
    fn the_error_of_rustls_is_the_source_also_after_renegotiation() {
        let error = rustls::Error::DecryptError;
        for failure in [
            Failure::UnusableOptions(error.clone()),
            Failure::NotStarted(error.clone()),
            protocol(error.clone()),
        ] {
            let source = failure.source().unwrap();
            assert_eq!(source.downcast_ref(), Some(&error));
            assert_eq!(failure.cause(), Cause::Other);
            let after = Failure::AfterRenegotiation {
                role: Role::Client,
                end: Box::new(failure.clone()),
            };
            let end = after.source().unwrap();
            assert_eq!(end.downcast_ref(), Some(&failure));
            assert_eq!(after.cause(), failure.cause());
        }
        assert!(Failure::Truncated.source().is_none());
    }
}
