//! The end of a session by a failure.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use godot_rustls_pki::role::Role;
use godot_rustls_pki::verifier::Refusal;

use super::Session;
use super::state::{Input, Phase, Renegotiation};
use crate::failure::{Failure, ProtocolFailure};

impl Session {
    /// Fails with an error of rustls. `refusal` is why a verifier refused the peer's chain.
    pub(super) fn fail(&mut self, error: rustls::Error, refusal: Option<Refusal>) {
        let failure = match refusal {
            Some(refusal) => Failure::Refused {
                peer: self.role.peer(),
                refusal,
            },
            None => Failure::Protocol(Box::new(self.protocol_failure(error))),
        };
        self.break_with(self.in_its_context(failure));
        // rustls no longer counts what it decrypted before the bad record; the reader still gives
        // it.
        let _ = self
            .connection
            .reader()
            .read_to_end(&mut self.plaintext_before_failure);
        self.readable = self.plaintext_before_failure.len();
    }

    /// Adds the facts about the connection to an error of rustls.
    fn protocol_failure(&mut self, error: rustls::Error) -> ProtocolFailure {
        let (first_bytes, client_protocols) = match &mut self.phase {
            Phase::Handshake(watch) => (
                std::mem::take(&mut watch.first_bytes),
                std::mem::take(&mut watch.client_protocols),
            ),
            Phase::Established(_) => Default::default(),
        };
        ProtocolFailure {
            error,
            role: self.role,
            first_bytes,
            was_connected: !self.is_handshaking(),
            certificate_request: self.certificate_request,
            client_protocols,
            local: Arc::clone(&self.shared.facts),
        }
    }

    /// Fails because the peer closed the connection before the handshake was complete.
    pub fn closed_in_handshake(&mut self) {
        self.fail_with(|session| Failure::ClosedInHandshake {
            role: session.role,
            received: session.received,
            sent_large_hello: session.sent_large_hello(),
        });
    }

    /// Fails because the transport did; `reason` is the text of its error.
    pub fn transport_failed(&mut self, reason: &str) {
        self.fail_with(|session| {
            let reason = reason.to_owned();
            let is_unanswered =
                session.role == Role::Client && session.received == 0 && session.is_handshaking();
            if is_unanswered {
                Failure::HelloUnanswered {
                    reason,
                    sent_large_hello: session.sent_large_hello(),
                }
            } else {
                session.in_its_context(Failure::Transport { reason })
            }
        });
    }

    /// Fails because the handshake was not complete within `limit`.
    pub fn handshake_timed_out(&mut self, limit: Duration) {
        self.fail_with(|session| Failure::HandshakeTimeout {
            limit,
            received: session.received,
        });
    }

    /// Fails because the transport ended without close_notify.
    pub(super) fn truncated(&mut self) {
        self.fail_with(|session| session.in_its_context(Failure::Truncated));
    }

    /// Returns the reason to tell when the peer closes the connection in order.
    pub fn end(&self) -> Failure {
        self.in_its_context(Failure::Closed)
    }

    /// Returns whether the ClientHello of this side is larger than one packet.
    fn sent_large_hello(&self) -> bool {
        self.role == Role::Client && self.shared.facts.groups.make_a_large_hello()
    }

    /// Notices a request for renegotiation: rustls answers to nothing else of an established TLS
    /// 1.2 connection by itself.
    pub(super) fn note_renegotiation(&mut self, was_quiet: bool) {
        if was_quiet && self.connection.wants_write() && self.protocol_version() == "TLSv1.2" {
            self.phase = Phase::Established(Renegotiation::Refused);
        } else if self.readable > 0 {
            self.phase = Phase::Established(Renegotiation::NotRequested);
        }
    }

    /// Adds the renegotiation that was refused before, if one was.
    fn in_its_context(&self, end: Failure) -> Failure {
        if let Phase::Established(Renegotiation::Refused) = self.phase {
            Failure::AfterRenegotiation {
                role: self.role,
                end: Box::new(end),
            }
        } else {
            end
        }
    }

    /// Fails, and takes no more input.
    pub(super) fn break_with(&mut self, failure: Failure) {
        self.input = Input::Broken;
        self.fail_with(|_| failure);
    }

    /// Fails unless the session has failed before: later reasons follow from the first.
    fn fail_with(&mut self, reason: impl FnOnce(&Self) -> Failure) {
        if self.failure.is_none() {
            self.failure = Some(reason(self));
        }
    }
}
