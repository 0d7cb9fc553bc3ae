//! Messages about errors of rustls.

use rustls::{CertificateError, Error, InvalidMessage, PeerIncompatible};

use godot_rustls_pki::role::Role;

use super::phrases::offer;
use super::{Vocabulary, alerts, not_tls};
use crate::failure::{ProtocolFailure, is_about_algorithms, is_about_size, is_about_versions};
use crate::library_errors;
use crate::versions::{TlsVersion, VersionRange};

/// Returns the message about an error of rustls.
pub(super) fn message(failure: &ProtocolFailure, vocabulary: &Vocabulary) -> String {
    if failure.is_not_tls() {
        return not_tls::message(&failure.first_bytes);
    }
    match &failure.error {
        Error::AlertReceived(alert) => alerts::message(*alert, failure, vocabulary),
        Error::PeerIncompatible(reason) => incompatible(reason, failure),
        Error::InvalidMessage(reason) => invalid_message(*reason, failure.role),
        Error::InvalidCertificate(CertificateError::BadSignature) => {
            "the peer could not prove that it holds the private key of its certificate".to_owned()
        }
        Error::InvalidCertificate(reason) => format!(
            "the peer's certificate cannot be used ({})",
            library_errors::of_certificate(reason)
        ),
        Error::NoCertificatesPresented => match failure.role {
            Role::Client => "the server sent no certificate".to_owned(),
            Role::Server => format!(
                "the client sent no certificate, and {} requires one",
                vocabulary.client_authentication
            ),
        },
        Error::DecryptError => {
            "a record from the peer was altered on its way or encrypted with another key".to_owned()
        }
        Error::PeerSentOversizedRecord => {
            "the peer sent a record larger than TLS allows".to_owned()
        }
        Error::NoApplicationProtocol => format!(
            "the client offers the application protocols {}, this server speaks {}: let both name one ({})",
            failure.client_protocols.describe(),
            failure.local.protocols.describe(),
            vocabulary.alpn
        ),
        error @ (Error::InappropriateMessage { .. }
        | Error::InappropriateHandshakeMessage { .. }
        | Error::PeerMisbehaved(_)) => format!(
            "the peer broke the TLS protocol ({})",
            library_errors::of_rustls(error)
        ),
        other => format!(
            "the TLS connection failed ({})",
            library_errors::of_rustls(other)
        ),
    }
}

/// Returns the message about a peer with which this side has nothing in common.
fn incompatible(reason: &PeerIncompatible, failure: &ProtocolFailure) -> String {
    if is_about_versions(reason) {
        let allowed = failure.local.versions;
        return format!(
            "{}; allowed here: {}",
            peer_versions(reason, allowed),
            allowed.describe()
        );
    }
    if is_about_algorithms(reason) {
        return format!(
            "{} in common with the peer. Offered here: {}",
            missing(reason),
            offer(failure)
        );
    }
    format!(
        "the peer's TLS is not compatible ({})",
        library_errors::of_incompatible(reason)
    )
}

/// Says which versions the peer speaks, as far as rustls tells it.
fn peer_versions(reason: &PeerIncompatible, allowed: VersionRange) -> &'static str {
    match reason {
        PeerIncompatible::ServerDoesNotSupportTls12Or13 => {
            "the server speaks only versions older than TLS 1.2"
        }
        PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig => {
            "the server chose TLS 1.2 since it speaks no newer one"
        }
        PeerIncompatible::SupportedVersionsExtensionRequired => {
            "the client offers nothing newer than TLS 1.2"
        }
        PeerIncompatible::Tls12NotOffered => "the client offers only versions older than TLS 1.2",
        // rustls does not say which others.
        _ if allowed.allows(TlsVersion::V1_3) => "the client offers only older versions",
        _ => "the client offers TLS 1.3 alone, or only versions older than TLS 1.2",
    }
}

/// Says what the two sides do not have in common.
fn missing(reason: &PeerIncompatible) -> &'static str {
    match reason {
        PeerIncompatible::NoCipherSuitesInCommon => "no cipher suite",
        PeerIncompatible::NoSignatureSchemesInCommon
        | PeerIncompatible::NoCertificateRequestSignatureSchemesInCommon => "no signature scheme",
        _ => "no key exchange group",
    }
}

/// Returns the message about a message of the peer that rustls could not read.
fn invalid_message(reason: InvalidMessage, role: Role) -> String {
    if is_about_size(reason) {
        return format!(
            "the {} sent a handshake message of more than 64 KiB, which is too large: its certificates must be fewer or have fewer names",
            role.peer().name()
        );
    }
    format!(
        "the peer sent a broken TLS message ({})",
        library_errors::of_message(reason)
    )
}
