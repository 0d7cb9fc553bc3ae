//! Verifiers and resolvers that rustls calls in a handshake.
//!
//! A refusal goes two ways: rustls gets the error that chooses the alert for the peer, the session
//! gets the reason ([`callback_report`] says why).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use crate::callback_report;
use crate::failure::CertificateRequest;
use crate::identity::Identity;
use crate::options::ClientAuthentication;
use crate::provider::transcript;
use godot_rustls_pki::pins::Pins;
use godot_rustls_pki::provider::signature_algorithms;
use godot_rustls_pki::reference_name::ReferenceName;
use godot_rustls_pki::revocation::RevocationLists;
use godot_rustls_pki::trust::TrustStore;
use godot_rustls_pki::verifier::Verification;
use godot_rustls_pki::verifier::{Party, Policy, Refusal, RevocationListFault, verify_chain};

/// The choice of the certificate that a client presents to a server that asks for one.
#[derive(Debug)]
pub(crate) struct ClientCertResolver(pub(crate) Option<Identity>);

impl ResolvesClientCert for ClientCertResolver {
    // The hints name CAs that the server trusts. The client has one identity and presents it in any
    // case: the server may accept more than it names.
    fn resolve(&self, _hints: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let certified = self.0.as_ref().map(Identity::certified_key);
        let request = match &certified {
            None => CertificateRequest::NothingToShow,
            Some(certified) if certified.key.choose_scheme(schemes).is_none() => {
                CertificateRequest::Unsuitable
            }
            Some(_) => CertificateRequest::Shown,
        };
        callback_report::write(|report| report.certificate_request = Some(request));
        certified.filter(|_| request == CertificateRequest::Shown)
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}

/// The earliest expiry among all certificates and revocation lists that were accepted under a
/// configuration, in seconds since the Unix epoch.
///
/// rustls resumes a session without verifying certificates again, and every resumption may be
/// followed by another: all sessions of the configuration are dropped after this moment.
#[derive(Debug)]
pub(crate) struct SessionExpiry(AtomicI64);

impl SessionExpiry {
    /// Returns whether sessions from before must not be resumed any more.
    pub(crate) fn is_past(&self, now: i64) -> bool {
        now > self.0.load(Ordering::Relaxed)
    }
}

impl Default for SessionExpiry {
    fn default() -> Self {
        Self(AtomicI64::new(i64::MAX))
    }
}

/// A verifier of servers under one reference name.
///
/// Each set of options and name has its own: rustls resumes a session only under the verifier that
/// accepted it, so a session never serves another name, trust, pin or revocation list.
#[derive(Debug)]
pub(crate) struct ServerVerifier {
    /// The trusted certificates.
    pub(crate) trust: Arc<TrustStore>,
    /// Public keys of which one must be in the path; empty for none.
    pub(crate) pins: Pins,
    /// Revocation lists.
    pub(crate) revocation: Arc<RevocationLists>,
    /// The extent of verification.
    pub(crate) verification: Verification,
    /// The name that the certificate must have.
    pub(crate) reference: ReferenceName,
    /// The expiry of sessions, which every accepted chain can bring forward.
    pub(crate) expiry: Arc<SessionExpiry>,
}

impl ServerVerifier {
    /// Returns the rules that a server's chain is verified by.
    pub(crate) fn policy(&self) -> Policy<'_> {
        Policy {
            trust: &self.trust,
            pins: &self.pins,
            revocation: &self.revocation,
            party: Party::Server {
                verification: self.verification,
                reference: &self.reference,
            },
        }
    }
}

/// A verifier of clients.
#[derive(Debug)]
pub(crate) struct ClientVerifier {
    options: ClientAuthentication,
    hints: Vec<DistinguishedName>,
    expiry: Arc<SessionExpiry>,
}

/// Longest list of CA names that a server sends to its clients, in bytes: it is part of every
/// handshake.
const MAX_HINTS: usize = 16 * 1024;

impl ClientVerifier {
    /// Makes a verifier, which names the trusted CAs to the clients.
    pub(crate) fn new(options: ClientAuthentication, expiry: Arc<SessionExpiry>) -> Self {
        let names: Vec<Vec<u8>> = options.trust.subject_ders().map(<[u8]>::to_vec).collect();
        let length: usize = names.iter().map(Vec::len).sum();
        let hints = if length > MAX_HINTS {
            // An empty list means any CA (RFC 8446 section 4.2.4, RFC 5246 section 7.4.4).
            Vec::new()
        } else {
            names.into_iter().map(DistinguishedName::from).collect()
        };
        Self {
            options,
            hints,
            expiry,
        }
    }

    fn policy(&self) -> Policy<'_> {
        Policy {
            trust: &self.options.trust,
            pins: &self.options.pins,
            revocation: &self.options.revocation,
            party: Party::Client,
        }
    }
}

/// Verifies a chain. A refusal is reported to the session, and rustls gets the error of its alert.
fn verify(
    policy: Policy<'_>,
    expiry: &SessionExpiry,
    end_entity: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    now: UnixTime,
) -> Result<(), Error> {
    let chain: Vec<CertificateDer<'_>> = std::iter::once(end_entity)
        .chain(intermediates)
        .cloned()
        .collect();
    match verify_chain(policy, &chain, now) {
        Ok(verified) => {
            expiry.0.fetch_min(verified.valid_until, Ordering::Relaxed);
            Ok(())
        }
        Err(refusal) => {
            let error = certificate_error(&refusal);
            callback_report::write(|report| report.refusal = Some(refusal));
            Err(Error::InvalidCertificate(error))
        }
    }
}

/// Returns the error from which rustls chooses the alert for the peer (RFC 8446 section 6.2).
fn certificate_error(refusal: &Refusal) -> CertificateError {
    match refusal {
        Refusal::Expired { .. } => CertificateError::Expired,
        Refusal::NotYetValid { .. } => CertificateError::NotValidYet,
        Refusal::NameMismatch(_) => CertificateError::NotValidForName,
        Refusal::UsageMissing { .. }
        | Refusal::ExtendedUsageMissing { .. }
        | Refusal::NotACa { .. }
        | Refusal::CaAsLeaf { .. }
        | Refusal::PathTooLong { .. }
        | Refusal::PathLengthViolated { .. }
        | Refusal::NameConstraint { .. } => CertificateError::InvalidPurpose,
        Refusal::UnknownCriticalExtension { .. } => CertificateError::UnhandledCriticalExtension,
        Refusal::PinMismatch { .. } => CertificateError::ApplicationVerificationFailure,
        Refusal::Revoked { .. } => CertificateError::Revoked,
        Refusal::RevocationList {
            fault: RevocationListFault::Expired { .. },
            ..
        } => CertificateError::ExpiredRevocationList,
        Refusal::RevocationList { .. } => CertificateError::UnknownRevocationStatus,
        Refusal::TooComplex { .. } => CertificateError::UnknownIssuer,
        refusal if refusal.is_untrusted() => CertificateError::UnknownIssuer,
        // Not BadSignature, which tells the peer that its handshake could not be decrypted.
        _ => CertificateError::BadEncoding,
    }
}

/// The check of handshake signatures, the same in both verifiers.
macro_rules! verify_handshake_signatures {
    () => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            // In TLS 1.2 the message is the whole transcript.
            let message = transcript::as_sent(message);
            verify_tls12_signature(&message, certificate, signature, &signature_algorithms())
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            verify_tls13_signature(message, certificate, signature, &signature_algorithms())
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            signature_algorithms().supported_schemes()
        }
    };
}

impl ServerCertVerifier for ServerVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        verify(self.policy(), &self.expiry, end_entity, intermediates, now)
            .map(|()| ServerCertVerified::assertion())
    }

    verify_handshake_signatures!();
}

impl ClientCertVerifier for ClientVerifier {
    fn client_auth_mandatory(&self) -> bool {
        self.options.required
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        verify(self.policy(), &self.expiry, end_entity, intermediates, now)
            .map(|()| ClientCertVerified::assertion())
    }

    verify_handshake_signatures!();
}

#[cfg(test)]
mod tests {
    use super::*;
    use godot_rustls_pki::verifier::NameMismatch;

    #[test]
    fn the_alert_of_a_refusal_is_the_one_that_the_peer_understands() {
        let subject = || "play.example.org".to_owned();
        for (refusal, error) in [
            (
                Refusal::Expired {
                    subject: subject(),
                    not_after: 0,
                    now: 1,
                },
                CertificateError::Expired,
            ),
            (
                Refusal::NotYetValid {
                    subject: subject(),
                    not_before: 1,
                    now: 0,
                },
                CertificateError::NotValidYet,
            ),
            (Refusal::NoCertificate, CertificateError::UnknownIssuer),
            (
                Refusal::SelfSigned { subject: subject() },
                CertificateError::UnknownIssuer,
            ),
            (
                Refusal::NameMismatch(Box::new(NameMismatch {
                    presented: Vec::new(),
                    subject: String::new(),
                    expected: "x".to_owned(),
                    near_miss: None,
                })),
                CertificateError::NotValidForName,
            ),
            (
                Refusal::SelfSignatureBroken {
                    subject: subject(),
                    algorithm: String::new(),
                },
                CertificateError::BadEncoding,
            ),
        ] {
            assert_eq!(certificate_error(&refusal), error, "{refusal:?}");
        }
    }
}
