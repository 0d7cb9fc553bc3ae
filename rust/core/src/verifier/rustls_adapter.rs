//! The verifier as rustls calls it.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::verify_server_chain;
use crate::diagnosis::Rejection;
use crate::names::ReferenceName;
use crate::options::Verification;
use crate::provider::signature_algorithms;
use crate::trust::TrustStore;

thread_local! {
    /// rustls lets a verifier say which alert to send, not why in words; a shared verifier has no other way
    /// back to the one connection that is being processed on this thread.
    static REJECTION: RefCell<Option<Rejection>> = const { RefCell::new(None) };
}

thread_local! {
    /// As above: a server asked the connection that is being processed for a certificate.
    static CERTIFICATE_REQUEST: Cell<bool> = const { Cell::new(false) };
}

/// Whether a server asked for a client certificate on this thread, once.
pub(crate) fn take_certificate_request() -> bool {
    CERTIFICATE_REQUEST.take()
}

/// A client without a certificate, which notes when it is asked for one.
#[derive(Debug)]
pub(crate) struct NoIdentity;

impl ResolvesClientCert for NoIdentity {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        CERTIFICATE_REQUEST.set(true);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

/// The reason of the last refusal on this thread, once.
pub(crate) fn take_rejection() -> Option<Rejection> {
    REJECTION.take()
}

/// Verifies servers against one trust store under one reference name.
///
/// One object stands for one pair: rustls resumes sessions only under the verifier that checked them, so a
/// session never serves another name or trust.
#[derive(Debug)]
pub(crate) struct ServerVerifier {
    pub(crate) trust: Arc<TrustStore>,
    pub(crate) verification: Verification,
    pub(crate) reference: ReferenceName,
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
        let chain: Vec<CertificateDer<'_>> = std::iter::once(end_entity)
            .chain(intermediates)
            .cloned()
            .collect();
        verify_server_chain(&self.trust, self.verification, &chain, &self.reference, now)
            .map(|()| ServerCertVerified::assertion())
            .map_err(|rejection| {
                let alert = rejection.alert.clone();
                REJECTION.set(Some(rejection));
                Error::InvalidCertificate(alert)
            })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &signature_algorithms())
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
}
