//! An error of rustls with the facts about the connection that its message names.

use std::sync::Arc;

use rustls::{AlertDescription, Error, InvalidMessage, PeerIncompatible};

use godot_rustls_pki::role::Role;

use crate::alpn::AlpnProtocols;
use crate::cause::Cause;
use crate::provider::KeyExchangeGroups;
use crate::versions::VersionRange;

/// An answer of this client to a server that asked for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CertificateRequest {
    /// This client has no certificate.
    NothingToShow,
    /// The key of this client's certificate cannot sign in any way that the server allows.
    Unsuitable,
    /// This client presented its certificate.
    Shown,
}

/// Facts about this side that error messages quote; the same for every connection of one
/// configuration.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct LocalFacts {
    /// Allowed versions.
    pub(crate) versions: VersionRange,
    /// The name of the client's own certificate.
    pub(crate) identity: Option<String>,
    /// Application protocols.
    pub(crate) protocols: AlpnProtocols,
    /// Key exchange groups.
    pub(crate) groups: KeyExchangeGroups,
}

/// An error of rustls with the facts about its connection.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtocolFailure {
    /// The error.
    pub(crate) error: Error,
    /// This side.
    pub(crate) role: Role,
    /// The first bytes that the peer sent; empty once the handshake was complete.
    pub(crate) first_bytes: Vec<u8>,
    /// The handshake was complete.
    pub(crate) was_connected: bool,
    /// The answer of this client, if the server asked for a certificate.
    pub(crate) certificate_request: Option<CertificateRequest>,
    /// Application protocols that the client of this server offers.
    pub(crate) client_protocols: AlpnProtocols,
    /// Facts about this side.
    pub(crate) local: Arc<LocalFacts>,
}

impl ProtocolFailure {
    /// Returns the cause as a number. The messages of [`crate::diagnosis`] tell the same cases
    /// apart.
    pub(super) fn cause(&self) -> Cause {
        if self.is_not_tls() {
            return Cause::NotTls;
        }
        match &self.error {
            Error::AlertReceived(alert) => self.cause_of_alert(*alert),
            Error::PeerIncompatible(reason) if is_about_versions(reason) => Cause::NoCommonVersion,
            Error::PeerIncompatible(reason) if is_about_algorithms(reason) => Cause::NoCommonCipher,
            Error::InvalidMessage(reason) if is_about_size(*reason) => Cause::BadCertificate,
            Error::InvalidCertificate(_) => Cause::BadCertificate,
            Error::NoCertificatesPresented => match self.role {
                Role::Client => Cause::BadCertificate,
                Role::Server => Cause::ClientCertificateRequired,
            },
            _ => Cause::Other,
        }
    }

    fn cause_of_alert(&self, alert: AlertDescription) -> Cause {
        use AlertDescription as Alert;
        if self.refused_identity(alert).is_some() {
            return Cause::ClientCertificateRequired;
        }
        match alert {
            Alert::ProtocolVersion => Cause::NoCommonVersion,
            Alert::HandshakeFailure | Alert::InsufficientSecurity if !self.was_connected => {
                Cause::NoCommonCipher
            }
            _ => Cause::PeerAlert,
        }
    }

    /// Returns whether the first bytes of the peer are no TLS record, and rustls failed on them.
    pub(crate) fn is_not_tls(&self) -> bool {
        let may_be = match &self.error {
            Error::InvalidMessage(reason) => matches!(
                reason,
                InvalidMessage::InvalidContentType
                    | InvalidMessage::UnknownProtocolVersion
                    | InvalidMessage::MessageTooLarge
                    | InvalidMessage::InvalidEmptyPayload
            ),
            Error::PeerSentOversizedRecord
            | Error::InappropriateMessage { .. }
            | Error::InappropriateHandshakeMessage { .. } => true,
            _ => false,
        };
        let is_record = matches!(*self.first_bytes, [0x14..=0x18, 0x03, 0x00..=0x04, ..]);
        may_be && !self.was_connected && !is_record && !self.first_bytes.is_empty()
    }

    /// Returns what this client had answered, if the server's alert refuses its certificate or the
    /// lack of one.
    pub(crate) fn refused_identity(&self, alert: AlertDescription) -> Option<CertificateRequest> {
        use AlertDescription as Alert;
        let request = match (self.certificate_request, alert) {
            (Some(request), _) => request,
            (None, Alert::CertificateRequired) => CertificateRequest::NothingToShow,
            (None, _) => return None,
        };
        // TLS 1.2 has no alert of its own for a missing certificate (RFC 5246 section 7.4.6).
        let is_about_it = match alert {
            Alert::CertificateRequired
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied => true,
            Alert::HandshakeFailure => !self.was_connected,
            _ => false,
        };
        is_about_it.then_some(request)
    }
}

/// Returns whether no TLS version is allowed on both sides.
pub(crate) fn is_about_versions(reason: &PeerIncompatible) -> bool {
    use PeerIncompatible as P;
    matches!(
        reason,
        P::ServerDoesNotSupportTls12Or13
            | P::ServerTlsVersionIsDisabledByOurConfig
            | P::SupportedVersionsExtensionRequired
            | P::Tls12NotOffered
            | P::Tls12NotOfferedOrEnabled
    )
}

/// Returns whether no cipher suite, group or signature scheme is allowed on both sides.
pub(crate) fn is_about_algorithms(reason: &PeerIncompatible) -> bool {
    use PeerIncompatible as P;
    matches!(
        reason,
        P::NoCipherSuitesInCommon
            | P::NoKxGroupsInCommon
            | P::NoSignatureSchemesInCommon
            | P::NoEcPointFormatsInCommon
            | P::NoCertificateRequestSignatureSchemesInCommon
            | P::NamedGroupsExtensionRequired
            | P::EcPointsExtensionRequired
            | P::UncompressedEcPointsRequired
    )
}

/// Returns whether a handshake message was larger than 64 KiB.
pub(crate) fn is_about_size(reason: InvalidMessage) -> bool {
    matches!(
        reason,
        InvalidMessage::HandshakePayloadTooLarge | InvalidMessage::CertificatePayloadTooLarge
    )
}
