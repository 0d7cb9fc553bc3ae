//! The handshake as a session sees it: what is watched, processed and told until it is complete.

use std::sync::Arc;

use rustls::{Connection, ServerConfig, ServerConnection};

use crate::callback_report;
use crate::failure::Failure;
use crate::provider::transcript;
use godot_rustls_pki::role::Role;

use super::hello::{Filtered, HelloFilter};
use super::state::{Input, Phase, Renegotiation};
use super::{RecordFragment, Session, Step};

/// First bytes of the peer that are kept for error messages.
const MAX_FIRST_BYTES: usize = 12;

impl Session {
    /// Returns whether the handshake is not complete.
    pub fn is_handshaking(&self) -> bool {
        self.connection.is_handshaking()
    }

    /// Returns the step that the next bytes of the peer belong to, until the handshake is complete.
    pub fn next_step(&self) -> Option<Step> {
        let is_key_agreed = self.connection.negotiated_key_exchange_group().is_some();
        let step = match (self.role, is_key_agreed) {
            (Role::Client, false) => Step::ClientKeyExchange,
            (Role::Client, true) => Step::ServerAuth,
            (Role::Server, false) => Step::ServerHello,
            (Role::Server, true) => Step::ClientFinished,
        };
        self.is_handshaking().then_some(step)
    }

    /// Returns length, content type and completeness of the record fragment at the start of
    /// `bytes`, the next ones of the peer. Only during the handshake.
    pub fn peek_fragment(&self, bytes: &[u8]) -> RecordFragment {
        match &self.phase {
            Phase::Handshake(watch) => watch.scanner.peek_fragment(bytes),
            Phase::Established(_) => RecordFragment::rest(bytes),
        }
    }

    /// Returns whether the peer still expects alerts in plain text. For a session that a thread
    /// works on, and that cannot encrypt one meanwhile.
    pub fn can_send_plaintext_alert(&self) -> bool {
        match self.next_step() {
            Some(Step::ClientKeyExchange | Step::ServerHello) => true,
            Some(Step::ServerAuth) => self.protocol_version() == "TLSv1.3",
            Some(Step::ClientFinished) | None => false,
        }
    }

    /// Ignores a server name that is no valid name. `lenient` is the server's configuration with
    /// hashes of what was sent ([`crate::provider::hashing_as_sent`]).
    pub(crate) fn ignoring_invalid_server_names(mut self, lenient: Arc<ServerConfig>) -> Self {
        if let Phase::Handshake(watch) = &mut self.phase {
            watch.hello = Some(HelloFilter::first(lenient));
        }
        self
    }

    /// Takes bytes from the peer while the handshake goes on.
    pub(super) fn input_in_handshake(&mut self, bytes: &[u8]) {
        let Phase::Handshake(watch) = &mut self.phase else {
            return self.feed(bytes);
        };
        let missing = MAX_FIRST_BYTES.saturating_sub(watch.first_bytes.len());
        watch.first_bytes.extend(bytes.iter().take(missing));
        let Some(before) = watch.scanner.find_close_notify(bytes) else {
            return self.filter_hello(bytes);
        };
        // Records before it may hold an alert, or complete the handshake: then a plain close_notify
        // is ignored.
        self.filter_hello(&bytes[..before]);
        if self.is_handshaking() {
            self.input = Input::Closed;
        } else {
            self.filter_hello(&bytes[before..]);
        }
    }

    /// Takes bytes from the peer, which belong to its ClientHello as long as there is a filter.
    fn filter_hello(&mut self, bytes: &[u8]) {
        let Phase::Handshake(watch) = &mut self.phase else {
            return self.feed(bytes);
        };
        let Some(filter) = watch.hello.take() else {
            return self.feed(bytes);
        };
        let (filter, filtered) = filter.filter(bytes);
        watch.hello = filter;
        match filtered {
            Filtered::Held => {}
            Filtered::Bytes(bytes) => self.feed(&bytes),
            Filtered::Changed(changed, begin_anew) => {
                watch.rewrites.push(changed.rewrite);
                if let Some(config) = begin_anew {
                    self.begin_anew(config);
                }
                self.feed(&changed.bytes);
            }
        }
    }

    /// Replaces the connection with one that was given nothing.
    fn begin_anew(&mut self, config: Arc<ServerConfig>) {
        match ServerConnection::new(config) {
            Ok(mut connection) => {
                connection.set_buffer_limit(None);
                self.connection = Connection::Server(connection);
            }
            Err(error) => self.break_with(Failure::NotStarted(error)),
        }
    }

    /// Lets rustls process the records that it read, and collects the reports of its callbacks.
    pub(super) fn process_handshake(&mut self) {
        let Phase::Handshake(watch) = &mut self.phase else {
            return;
        };
        // Another connection's, should one have ended between its callback and here.
        let _ = callback_report::take();
        let connection = &mut self.connection;
        let outcome =
            transcript::with_rewrites(&mut watch.rewrites, || connection.process_new_packets());
        let report = callback_report::take();
        self.certificate_request = report.certificate_request.or(self.certificate_request);
        if let Some(protocols) = report.client_protocols {
            watch.client_protocols = protocols;
        }
        match outcome {
            Ok(state) => self.processed(&state),
            Err(error) => self.fail(error, report.refusal),
        }
        if !self.is_handshaking() {
            self.phase = Phase::Established(Renegotiation::NotRequested);
        }
    }
}
