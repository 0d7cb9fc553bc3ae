//! Side channel from rustls' callbacks to the session that is being processed on this thread.
//!
//! A callback lives in a configuration that many connections share. It can return an error to
//! rustls, but no error carries both the alert for the peer and the reason: rustls 0.23 answers
//! `CertificateError::Other` with certificate_unknown. So the error chooses the alert, and the
//! reason takes this way.

use std::cell::RefCell;

use godot_rustls_pki::verifier::Refusal;

use crate::alpn::AlpnProtocols;
use crate::failure::CertificateRequest;

/// Reports of the callbacks of one step.
#[derive(Debug, Default)]
pub(crate) struct CallbackReport {
    /// The reason why the peer's certificate was refused.
    pub(crate) refusal: Option<Refusal>,
    /// The answer to the server's request for a certificate.
    pub(crate) certificate_request: Option<CertificateRequest>,
    /// The application protocols that the client offers.
    pub(crate) client_protocols: Option<AlpnProtocols>,
}

thread_local! {
    static REPORT: RefCell<CallbackReport> = RefCell::default();
}

/// Adds to the report.
pub(crate) fn write(change: impl FnOnce(&mut CallbackReport)) {
    REPORT.with_borrow_mut(change);
}

/// Returns the report since the last call.
pub(crate) fn take() -> CallbackReport {
    REPORT.take()
}
