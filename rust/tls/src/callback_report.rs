//! What rustls' callbacks have to say to the session that is being processed on this thread.
//!
//! A callback lives in a configuration that many connections share, and rustls lets it answer with an alert
//! but not with words; so the words take this way back to the one connection at hand.

use std::cell::RefCell;

use godot_rustls_pki::verifier::Refusal;

/// What became of a server's question for a client certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateRequest {
    /// This client has none.
    NothingToShow,
    /// It has one, whose key cannot sign in any way that the server allows.
    Unsuitable,
    /// It was shown.
    Shown,
}

/// The notes of one step.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Why the peer's certificate was refused.
    pub(crate) refusal: Option<Refusal>,
    /// The server asked for a certificate.
    pub(crate) certificate_request: Option<CertificateRequest>,
    /// The application protocols that the client offers, for sentences.
    pub(crate) client_protocols: Option<String>,
}

thread_local! {
    static NOTES: RefCell<Notes> = RefCell::default();
}

/// Adds to the notes.
pub(crate) fn note(write: impl FnOnce(&mut Notes)) {
    NOTES.with_borrow_mut(write);
}

/// All notes since the last call.
pub(crate) fn take() -> Notes {
    NOTES.take()
}
