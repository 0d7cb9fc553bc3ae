//! One TLS connection without I/O: bytes in, bytes out, plaintext in, plaintext out.

mod failure;
mod hello;
mod negotiated;
mod pending;
mod record_scanner;
mod step_costs;

#[cfg(test)]
mod tests;

use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;

use rustls::{ClientConnection, Connection, ServerConnection};
use rustls_pki_types::ServerName;

use crate::alpn::AlpnProtocols;
use crate::callback_report;
use crate::failure::{CertificateRequest, Failure, LocalFacts};
use crate::provider::transcript::{self, Shown};
use pending::Pending;
use record_scanner::Goodbye;

pub use godot_rustls_pki::role::Role;
pub use negotiated::ExportError;
pub use record_scanner::Piece;
pub use step_costs::{Costs, Step};

/// State that the sessions of one configuration have in common.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared {
    facts: Arc<LocalFacts>,
    costs: Arc<Costs>,
}

impl Shared {
    pub(crate) fn new(facts: LocalFacts) -> Self {
        Self {
            facts: Arc::new(facts),
            costs: Arc::default(),
        }
    }
}

/// Decrypted bytes that may wait for the reader before no more input is taken. One record (RFC 8446
/// section 5.1): a peer cannot make us hold more than this and what was read with it.
const PLAINTEXT_LIMIT: usize = 16 * 1024;

/// rustls keeps a buffer of this size in any case.
const KEPT_BUFFER: usize = 4 * 1024;

/// How much of the peer's first bytes is kept for diagnosis.
const FIRST_BYTES: usize = 12;

/// A TLS connection that somebody else moves the bytes of.
pub struct Session {
    connection: Connection,
    role: Role,
    shared: Shared,
    first_bytes: Vec<u8>,
    received: u64,
    /// Input that waits until decrypted bytes were read.
    pending: Pending,
    /// Decrypted bytes that can be read.
    readable: usize,
    /// What was decrypted in the same step in which the connection failed.
    tail: Vec<u8>,
    /// The peer's close_notify came.
    peer_closed: bool,
    /// The server asked this client for a certificate.
    certificate_request: Option<CertificateRequest>,
    /// Application protocols that the client of this server offers.
    client_protocols: Option<AlpnProtocols>,
    /// Watches for a peer that leaves in the middle of the handshake.
    goodbye: Goodbye,
    /// Looks at the hello of this server's client.
    hello: hello::Watch,
    /// What rustls was shown otherwise than it was sent.
    shown: Vec<Shown>,
    /// The transport ended while input waited.
    input_ended: bool,
    /// The peer asked for renegotiation, and nothing has come since.
    renegotiation_refused: bool,
    /// rustls cannot go on; other failures leave what came before them to be decrypted.
    broken: bool,
    failure: Option<Failure>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

impl Session {
    pub(crate) fn client(
        config: Arc<rustls::ClientConfig>,
        name: ServerName<'static>,
        shared: Shared,
    ) -> Result<Self, Failure> {
        godot_rustls_pki::provider::seed();
        let connection = ClientConnection::new(config, name).map_err(Failure::NotStarted)?;
        Ok(Self::new(
            Connection::Client(connection),
            Role::Client,
            shared,
        ))
    }

    pub(crate) fn server(
        config: Arc<rustls::ServerConfig>,
        shared: Shared,
    ) -> Result<Self, Failure> {
        let connection = ServerConnection::new(config).map_err(Failure::NotStarted)?;
        Ok(Self::new(
            Connection::Server(connection),
            Role::Server,
            shared,
        ))
    }

    fn new(mut connection: Connection, role: Role, shared: Shared) -> Self {
        // What may wait for the transport is bounded by the caller, who writes only when nothing waits.
        connection.set_buffer_limit(None);
        Self {
            connection,
            role,
            shared,
            first_bytes: Vec::new(),
            received: 0,
            pending: Pending::default(),
            readable: 0,
            tail: Vec::new(),
            peer_closed: false,
            certificate_request: None,
            client_protocols: None,
            goodbye: Goodbye::default(),
            hello: hello::Watch::default(),
            shown: Vec::new(),
            renegotiation_refused: false,
            input_ended: false,
            broken: false,
            failure: None,
        }
    }

    /// The handshake is not complete.
    pub fn is_handshaking(&self) -> bool {
        self.connection.is_handshaking()
    }

    /// What the next bytes of the peer's are for, until the handshake is complete.
    pub fn next_step(&self) -> Option<Step> {
        let is_key_agreed = self.connection.negotiated_key_exchange_group().is_some();
        let step = match (self.role, is_key_agreed) {
            (Role::Client, false) => Step::Agreement,
            (Role::Client, true) => Step::Verdict,
            (Role::Server, false) => Step::Answer,
            (Role::Server, true) => Step::Conclusion,
        };
        self.is_handshaking().then_some(step)
    }

    /// How far these bytes, the next ones of the peer's, go on with the record at hand. Only during the handshake.
    pub fn next_piece(&self, bytes: &[u8]) -> Piece {
        self.goodbye.next_piece(bytes)
    }

    /// Whether the peer can read a close_notify in plain text still, which is all that can be said for a session that a
    /// thread works on.
    pub fn may_part_in_plain_text(&self) -> bool {
        match self.next_step() {
            Some(Step::Agreement | Step::Answer) => true,
            Some(Step::Verdict) => self.protocol_version() == "TLSv1.3",
            Some(Step::Conclusion) | None => false,
        }
    }

    /// What the steps of this and other connections with the same options cost.
    pub fn costs(&self) -> &Costs {
        &self.shared.costs
    }

    /// Why the connection cannot go on, if so. Decrypted bytes can still be read, and an alert may wait to be
    /// sent.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// The peer's close_notify came and everything before it was decrypted.
    pub fn peer_has_closed(&self) -> bool {
        self.peer_closed && self.pending.is_empty()
    }

    /// More input makes sense: nothing failed, nothing was closed, the reader keeps up.
    pub fn wants_input(&self) -> bool {
        self.failure.is_none()
            && !self.peer_closed
            && self.pending.is_empty()
            && self.readable < PLAINTEXT_LIMIT
    }

    /// Takes bytes from the peer, all of them.
    pub fn input(&mut self, bytes: &[u8]) {
        self.received += bytes.len() as u64;
        let missing = FIRST_BYTES.saturating_sub(self.first_bytes.len());
        self.first_bytes.extend(bytes.iter().take(missing));
        if self.is_handshaking()
            && let Some(before) = self.goodbye.find_in(bytes)
        {
            // What came before it may say why, or complete the handshake: then it counts no more.
            self.take_in(&bytes[..before]);
            if self.is_handshaking() {
                self.peer_closed = true;
            } else {
                self.take_in(&bytes[before..]);
            }
        } else {
            self.take_in(bytes);
        }
    }

    /// Takes bytes from the peer until decrypted ones wait to be read; how many. For who reads in between, that spares a
    /// copy of the rest. At least one is taken, unless there is none.
    pub fn input_some(&mut self, bytes: &[u8]) -> usize {
        if self.is_handshaking() || !self.pending.is_empty() || self.readable >= PLAINTEXT_LIMIT {
            self.input(bytes);
            return bytes.len();
        }
        let taken = self.process(bytes);
        self.received += taken as u64;
        taken
    }

    fn take_in(&mut self, bytes: &[u8]) {
        if self.hello.is_over() {
            self.feed(bytes);
        } else {
            self.take_in_hello(bytes);
        }
    }

    fn feed(&mut self, bytes: &[u8]) {
        let taken = if self.pending.is_empty() {
            self.process(bytes)
        } else {
            0
        };
        self.pending.add(&bytes[taken..]);
    }

    /// Bytes received so far.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// The transport ended: without a close_notify before it, that is a failure.
    pub fn end_of_input(&mut self) {
        if self.failure.is_some() || self.peer_closed {
            return;
        }
        if !self.pending.is_empty() {
            // A close_notify may be among it.
            self.input_ended = true;
            return;
        }
        if self.is_handshaking() {
            self.closed_in_handshake();
        } else {
            self.truncated();
        }
    }

    /// Decrypted bytes that [`Session::read`] gives at once.
    pub fn readable(&self) -> usize {
        self.readable
    }

    /// Moves decrypted bytes into `buffer`; how many.
    pub fn read(&mut self, buffer: &mut [u8]) -> usize {
        let mut filled = 0;
        while filled < buffer.len() {
            if self.readable == 0 && self.process_pending() == 0 {
                break;
            }
            let count = self.read_decrypted(&mut buffer[filled..]);
            filled += count;
            // A count of zero means that `readable` promised too much: stop rather than turn in circles.
            self.readable = if count == 0 {
                0
            } else {
                self.readable.saturating_sub(count)
            };
        }
        if self.readable == 0 {
            self.process_pending();
        }
        filled
    }

    fn read_decrypted(&mut self, buffer: &mut [u8]) -> usize {
        // The errors (nothing there, the two kinds of end) are told apart by `failure` and `peer_has_closed`.
        match self.connection.reader().read(buffer) {
            Ok(count) if count > 0 => count,
            _ => {
                let count = self.tail.len().min(buffer.len());
                buffer[..count].copy_from_slice(&self.tail[..count]);
                self.tail.drain(..count);
                count
            }
        }
    }

    /// Encrypts `data`, all of it. Only after the handshake, and only while the output is empty: that bounds
    /// what waits.
    pub fn write(&mut self, data: &[u8]) -> usize {
        if self.is_handshaking() || self.failure.is_some() {
            return 0;
        }
        self.connection.writer().write(data).unwrap_or(0)
    }

    /// Bytes wait to be sent.
    pub fn has_output(&self) -> bool {
        self.connection.wants_write()
    }

    /// Writes everything that waits to be sent into `output`, which grows as it needs.
    pub fn take_output(&mut self, output: &mut impl Write) {
        while self.connection.wants_write() {
            // Writing to memory does not fail; no progress would mean nothing is left.
            if !matches!(self.connection.write_tls(output), Ok(count) if count > 0) {
                break;
            }
        }
    }

    /// Says goodbye: close_notify waits to be sent, also in the middle of a handshake.
    pub fn close(&mut self) {
        self.connection.send_close_notify();
    }

    /// Goes on with input that waited; how much can be read now.
    fn process_pending(&mut self) -> usize {
        let mut pending = std::mem::take(&mut self.pending);
        let taken = self.process(pending.bytes());
        pending.remove(taken);
        self.pending = pending;
        if self.input_ended && self.pending.is_empty() {
            self.end_of_input();
        }
        self.readable
    }

    /// Feeds rustls until its plaintext is full or something ended; how many bytes it took.
    fn process(&mut self, bytes: &[u8]) -> usize {
        let mut rest = bytes;
        while !rest.is_empty() && self.readable < PLAINTEXT_LIMIT {
            if self.broken || self.peer_closed {
                // What follows the end is nobody's: TLS 1.3 says to ignore it.
                return bytes.len();
            }
            let read = match self.connection.read_tls(&mut rest) {
                Ok(read) => read,
                Err(error) => {
                    self.break_with(Failure::InputRefused {
                        reason: error.to_string(),
                    });
                    return bytes.len();
                }
            };
            // Another connection's, should one have ended between its callback and here.
            let _ = callback_report::take();
            let is_quiet = !self.is_handshaking() && !self.connection.wants_write();
            let connection = &mut self.connection;
            let outcome = transcript::during(&mut self.shown, || connection.process_new_packets());
            let report = callback_report::take();
            self.certificate_request = report.certificate_request.or(self.certificate_request);
            self.client_protocols = report.client_protocols.or(self.client_protocols.take());
            match outcome {
                Ok(state) => {
                    self.readable = state.plaintext_bytes_to_read();
                    self.forget_what_was_shown();
                    self.note_renegotiation(is_quiet);
                    self.peer_closed = state.peer_has_closed();
                }
                Err(error) => self.fail(error, report.refusal),
            }
            if read == 0 {
                break;
            }
        }
        if bytes.len() > KEPT_BUFFER {
            self.shrink();
        }
        bytes.len() - rest.len()
    }

    /// Gives back what rustls' input buffer grew by, if nothing is in it: it does so itself when it is read into
    /// again, which for a connection that rests may be never.
    fn shrink(&mut self) {
        // Nothing is read, and so nothing is taken for the end.
        let _ = self.connection.read_tls(&mut NothingYet);
    }
}

/// A source from which something may come later.
struct NothingYet;

impl Read for NothingYet {
    fn read(&mut self, _buffer: &mut [u8]) -> std::io::Result<usize> {
        Err(ErrorKind::WouldBlock.into())
    }
}
