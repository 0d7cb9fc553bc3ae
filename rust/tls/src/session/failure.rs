//! What ended a connection, in words.

use std::io::Read;

use super::Session;
use crate::diagnosis::{self, Cause, Diagnosis, library_errors};
use godot_rustls_pki::verifier::Refusal;

impl Session {
    pub(super) fn fail(&mut self, error: &rustls::Error, refusal: Option<&Refusal>) {
        let context = diagnosis::HandshakeContext {
            role: self.role,
            first_bytes: &self.first_bytes,
            versions: self.offer.versions,
            groups: &self.offer.groups,
            was_connected: !self.is_handshaking(),
            certificate_request: self.certificate_request,
            identity: self.offer.identity.as_deref(),
            protocols: &self.offer.alpn,
            client_protocols: self.client_protocols.as_deref().unwrap_or_default(),
        };
        let diagnosis = diagnosis::from_rustls(error, refusal, context);
        self.break_with(self.in_its_context(diagnosis));
        // rustls no longer counts what it decrypted before the bad record; the reader still gives it.
        let _ = self.connection.reader().read_to_end(&mut self.tail);
        self.readable = self.tail.len();
    }

    /// rustls answers to nothing else of an established TLS 1.2 connection by itself.
    pub(super) fn note_renegotiation(&mut self, was_quiet: bool) {
        if was_quiet && self.connection.wants_write() && self.protocol_version() == "TLSv1.2" {
            self.renegotiation_refused = true;
        } else if self.readable > 0 {
            self.renegotiation_refused = false;
        }
    }

    /// What ended the connection, and what had been refused before.
    pub(super) fn in_its_context(&self, end: Diagnosis) -> Diagnosis {
        if self.renegotiation_refused {
            diagnosis::after_renegotiation(&end, self.role)
        } else {
            end
        }
    }

    /// The first reason stays: later ones follow from it.
    pub(super) fn break_with(&mut self, diagnosis: Diagnosis) {
        self.broken = true;
        self.failure.get_or_insert(diagnosis);
    }
}

pub(super) fn start_failed(error: &rustls::Error) -> Diagnosis {
    Diagnosis::new(
        Cause::Other,
        format!(
            "the TLS connection could not be started ({})",
            library_errors::of_rustls(error)
        ),
    )
}
