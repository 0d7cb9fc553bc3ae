//! One TLS connection without I/O: encrypted bytes and plaintext, in and out.
//!
//! rustls' own buffers are not enough for a caller that reads when it likes: input waits here until
//! the plaintext before it was read, what was decrypted before a failure can still be read, and a
//! plain close_notify ends a handshake.

mod failure;
mod handshake;
mod hello;
mod negotiated;
mod pending;
mod record_scanner;
mod state;
mod step_costs;

#[cfg(test)]
mod tests;

use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;

use rustls::{ClientConnection, Connection, IoState, ServerConnection};
use rustls_pki_types::ServerName;

use crate::failure::{CertificateRequest, Failure, LocalFacts};
use pending::Pending;
use state::{Input, Phase};

pub use godot_rustls_pki::role::Role;
pub use negotiated::ExportError;
pub use record_scanner::RecordFragment;
pub use step_costs::{Step, StepCosts};

/// State that the sessions of one configuration have in common.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared {
    /// Facts that error messages quote.
    facts: Arc<LocalFacts>,
    /// Measured costs of handshake steps.
    costs: Arc<StepCosts>,
}

impl Shared {
    /// Begins without any measurement.
    pub(crate) fn new(facts: LocalFacts) -> Self {
        Self {
            facts: Arc::new(facts),
            costs: Arc::default(),
        }
    }
}

/// Decrypted bytes that may wait for the reader before no more input is taken. One record (RFC 8446
/// section 5.1): a peer cannot make us hold more than this and what was read with it.
const MAX_PLAINTEXT: usize = 16 * 1024;

/// Input buffer that rustls keeps in any case.
const MIN_INPUT_BUFFER: usize = 4 * 1024;

/// A TLS connection whose bytes the caller moves.
///
/// The caller sends what [`take_output`](Session::take_output) gives, and passes what the peer
/// sends to [`input`](Session::input) while [`wants_input`](Session::wants_input) says so; every
/// call may change both. The end of the transport is told with
/// [`end_of_input`](Session::end_of_input), its failure with
/// [`transport_failed`](Session::transport_failed). After the handshake, [`read`](Session::read)
/// and [`write`](Session::write) move plaintext.
///
/// A failure stays for ever, the first one counts. What was decrypted before it can still be read,
/// and the alert for the peer is among the output.
pub struct Session {
    connection: Connection,
    role: Role,
    shared: Shared,
    phase: Phase,
    input: Input,
    /// Bytes that the peer sent.
    received: u64,
    /// Input that waits until decrypted bytes were read.
    pending: Pending,
    /// Decrypted bytes that can be read.
    readable: usize,
    /// Bytes that were decrypted in the step in which the connection failed.
    plaintext_before_failure: Vec<u8>,
    /// The answer of this client, if the server asked for a certificate.
    certificate_request: Option<CertificateRequest>,
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
    /// Starts a client; its first bytes are ready to send.
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

    /// Starts a server.
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
        // The caller bounds what waits for the transport: it writes only when nothing waits.
        connection.set_buffer_limit(None);
        Self {
            connection,
            role,
            shared,
            phase: Phase::Handshake(Box::default()),
            input: Input::Open,
            received: 0,
            pending: Pending::default(),
            readable: 0,
            plaintext_before_failure: Vec::new(),
            certificate_request: None,
            failure: None,
        }
    }

    /// Returns what the handshake steps of all connections with the same options cost.
    pub fn costs(&self) -> &StepCosts {
        &self.shared.costs
    }

    /// Returns why the connection cannot go on. Decrypted bytes can still be read, and an alert may
    /// wait to be sent.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// Returns whether the peer's close_notify came and everything before it was decrypted.
    pub fn peer_has_closed(&self) -> bool {
        self.input == Input::Closed && self.pending.is_empty()
    }

    /// Returns whether more input makes sense: nothing failed or was closed, and the reader keeps
    /// up.
    pub fn wants_input(&self) -> bool {
        self.failure.is_none()
            && self.input == Input::Open
            && self.pending.is_empty()
            && self.readable < MAX_PLAINTEXT
    }

    /// Takes bytes from the peer, all of them.
    pub fn input(&mut self, bytes: &[u8]) {
        self.received += bytes.len() as u64;
        match self.phase {
            Phase::Handshake(_) => self.input_in_handshake(bytes),
            Phase::Established(_) => self.feed(bytes),
        }
    }

    /// Takes bytes from the peer until decrypted ones wait to be read, and returns how many were
    /// taken, at least one of them. A caller that reads in between saves a copy of the rest.
    pub fn input_some(&mut self, bytes: &[u8]) -> usize {
        let is_established = matches!(self.phase, Phase::Established(_));
        if !is_established || !self.pending.is_empty() || self.readable >= MAX_PLAINTEXT {
            self.input(bytes);
            return bytes.len();
        }
        let taken = self.process(bytes);
        self.received += taken as u64;
        taken
    }

    /// Decrypts as much as the reader keeps up with; the rest waits.
    fn feed(&mut self, bytes: &[u8]) {
        let taken = if self.pending.is_empty() {
            self.process(bytes)
        } else {
            0
        };
        self.pending.add(&bytes[taken..]);
    }

    /// Returns the number of bytes that the peer sent so far.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Notes that the transport ended, which is a failure without a close_notify before it.
    pub fn end_of_input(&mut self) {
        if self.failure.is_some() || self.input == Input::Closed {
            return;
        }
        if !self.pending.is_empty() {
            // A close_notify may be among the waiting input.
            self.input = Input::TransportEnded;
            return;
        }
        if self.is_handshaking() {
            self.closed_in_handshake();
        } else {
            self.truncated();
        }
    }

    /// Returns the number of decrypted bytes that [`Session::read`] gives at once.
    pub fn readable(&self) -> usize {
        self.readable
    }

    /// Moves decrypted bytes into `buffer` and returns how many.
    pub fn read(&mut self, buffer: &mut [u8]) -> usize {
        let mut filled = 0;
        while filled < buffer.len() {
            if self.readable == 0 && self.process_pending() == 0 {
                break;
            }
            let count = self.read_decrypted(&mut buffer[filled..]);
            filled += count;
            // A count of zero means that `readable` was too large: stop rather than loop for ever.
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

    /// Reads from rustls, and at last what was decrypted before a failure.
    fn read_decrypted(&mut self, buffer: &mut [u8]) -> usize {
        // `failure` and `peer_has_closed` tell the errors apart: nothing there, and the two kinds
        // of end.
        match self.connection.reader().read(buffer) {
            Ok(count) if count > 0 => count,
            _ => {
                let count = self.plaintext_before_failure.len().min(buffer.len());
                buffer[..count].copy_from_slice(&self.plaintext_before_failure[..count]);
                self.plaintext_before_failure.drain(..count);
                count
            }
        }
    }

    /// Encrypts `data`, all of it, and returns how many bytes were taken. Only after the handshake,
    /// and only while the output is empty: that bounds what waits.
    pub fn write(&mut self, data: &[u8]) -> usize {
        if self.is_handshaking() || self.failure.is_some() {
            return 0;
        }
        self.connection.writer().write(data).unwrap_or(0)
    }

    /// Returns whether bytes wait to be sent.
    pub fn has_output(&self) -> bool {
        self.connection.wants_write()
    }

    /// Writes everything that waits to be sent into `output`, which must take it all.
    pub fn take_output(&mut self, output: &mut impl Write) {
        while self.connection.wants_write() {
            // Writing to memory does not fail; no progress would mean that nothing is left.
            if !matches!(self.connection.write_tls(output), Ok(count) if count > 0) {
                break;
            }
        }
    }

    /// Adds a close_notify to the output, also in the middle of a handshake.
    pub fn close(&mut self) {
        self.connection.send_close_notify();
    }

    /// Decrypts input that waited, and returns how many bytes can be read now.
    fn process_pending(&mut self) -> usize {
        let mut pending = std::mem::take(&mut self.pending);
        let taken = self.process(pending.bytes());
        pending.remove(taken);
        self.pending = pending;
        if self.input == Input::TransportEnded && self.pending.is_empty() {
            self.end_of_input();
        }
        self.readable
    }

    /// Feeds rustls until its plaintext is full or something ended, and returns how many bytes it
    /// took.
    fn process(&mut self, bytes: &[u8]) -> usize {
        let mut rest = bytes;
        while !rest.is_empty() && self.readable < MAX_PLAINTEXT {
            if self.input.is_over() {
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
            match self.phase {
                Phase::Handshake(_) => self.process_handshake(),
                Phase::Established(_) => self.process_records(),
            }
            if read == 0 {
                break;
            }
        }
        if bytes.len() > MIN_INPUT_BUFFER {
            self.shrink();
        }
        bytes.len() - rest.len()
    }

    /// Lets rustls process the records that it read. No verifier or
    /// resolver is called once the handshake was complete.
    fn process_records(&mut self) {
        let was_quiet = !self.connection.wants_write();
        match self.connection.process_new_packets() {
            Ok(state) => {
                self.processed(&state);
                self.note_renegotiation(was_quiet);
            }
            Err(error) => self.fail(error, None),
        }
    }

    /// Takes over what rustls tells of the records that it processed.
    fn processed(&mut self, state: &IoState) {
        self.readable = state.plaintext_bytes_to_read();
        if state.peer_has_closed() {
            self.input = Input::Closed;
        }
    }

    /// Shrinks the input buffer of rustls if nothing is in it. rustls does so when it reads again,
    /// which for an idle connection may be never.
    fn shrink(&mut self) {
        // The source has nothing yet, which is not its end.
        let _ = self.connection.read_tls(&mut NothingYet);
    }
}

/// A source that has nothing yet.
struct NothingYet;

impl Read for NothingYet {
    fn read(&mut self, _buffer: &mut [u8]) -> std::io::Result<usize> {
        Err(ErrorKind::WouldBlock.into())
    }
}
