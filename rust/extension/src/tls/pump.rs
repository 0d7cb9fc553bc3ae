//! A TLS session over a stream: the loop that moves bytes between the two.

mod closing;

use std::net::{SocketAddr, TcpStream};

use godot::prelude::*;
use godot_rustls_tls::config::PreparedClient;
use godot_rustls_tls::diagnosis::{Diagnosis, diagnose};
use godot_rustls_tls::failure::Failure;
use godot_rustls_tls::session::Session;

use crate::vocabulary;

use super::base_stream::BaseStream;
use super::dialer::{Dialer, Progress};
use super::handshake_budget::{InFlight, Rest, process_all, process_within_budget};
use super::limits::Limits;
use super::offload::{OffloadedInfo, OffloadedStep, SessionSlot};
use super::read_buffer::ReadBuf;
use super::received::Received;
use super::write_buffer::WriteBuffer;

/// Plaintext that is encrypted before the stream below must take it: bounds the pending output when
/// the peer does not read.
const WRITE_CHUNK: usize = 64 * 1024;

/// First and largest size of a read from the stream below. Small while a connection is idle or in
/// its handshake, because every read allocates as much.
const SMALLEST_READ: i32 = 4 * 1024;
const MAX_READ: i32 = 256 * 1024;

/// Reads in one step: a peer that sends without end must not hold up a frame.
const READS_PER_STEP: usize = 64;

/// A TLS connection: a session and its base stream.
pub(crate) struct Connection {
    session_slot: SessionSlot,
    base: BaseStream,
    /// Output that the stream below did not take yet.
    output: WriteBuffer,
    /// Input of a handshake that would have taken too long in the call that read it.
    unprocessed: PackedByteArray,
    read_size: i32,
    limits: Limits,
    /// Held from the start of the handshake to its end.
    in_flight: Option<InFlight>,
}

/// Result of a read or write.
pub(crate) enum Outcome {
    /// This many bytes were moved.
    Moved(usize),
    /// The peer sent a close_notify, and everything before it was read.
    Closed,
    /// The connection failed, and everything before it was read.
    Failed,
}

/// Bytes of one read from the stream below.
struct Input {
    bytes: PackedByteArray,
    /// Another read may bring more.
    has_more: bool,
}

impl Connection {
    /// Starts a client over `base`.
    pub(crate) fn client(
        prepared: PreparedClient,
        base: BaseStream,
        limits: Limits,
    ) -> Result<Self, Failure> {
        Ok(Self::new(start(prepared, &limits)?, base, limits))
    }

    /// Starts a client over a socket of the addon, once `dialer` has connected it.
    pub(crate) fn dial(dialer: Dialer) -> Self {
        let limits = dialer.limits.clone();
        let base = BaseStream::unconnected(&limits.threads);
        Self::new(SessionSlot::Dialing(Box::new(dialer)), base, limits)
    }

    /// Starts a server over `stream`.
    pub(crate) fn server(session: Session, base: BaseStream, limits: Limits) -> Self {
        Self::new(SessionSlot::Local(Box::new(session)), base, limits)
    }

    /// Starts a server over a socket that the addon accepted.
    pub(crate) fn accepted(session: Session, socket: TcpStream, limits: Limits) -> Self {
        let base = BaseStream::own(socket, &limits.threads);
        Self::server(session, base, limits)
    }

    /// Returns the address of the other end, if the stream below is a socket.
    pub(crate) fn remote(&self) -> Option<SocketAddr> {
        self.base.remote()
    }

    fn new(slot: SessionSlot, base: BaseStream, limits: Limits) -> Self {
        let is_dialing = matches!(slot, SessionSlot::Dialing(_));
        Self {
            session_slot: slot,
            base,
            output: WriteBuffer::default(),
            unprocessed: PackedByteArray::new(),
            read_size: SMALLEST_READ,
            in_flight: (!is_dialing).then(|| limits.handshakes.begin()),
            limits,
        }
    }

    /// Returns the session, unless there is none yet or a thread processes it.
    pub(crate) fn session(&self) -> Option<&Session> {
        match &self.session_slot {
            SessionSlot::Local(session) => Some(session),
            SessionSlot::Dialing(_) | SessionSlot::Offloaded(_) | SessionSlot::Failed(_) => None,
        }
    }

    /// Returns how many decrypted bytes can be read at once.
    pub(crate) fn readable(&self) -> usize {
        self.session().map_or(0, Session::readable)
    }

    pub(crate) fn is_handshaking(&self) -> bool {
        self.session().is_none_or(Session::is_handshaking)
    }

    /// Returns why the connection is over, when it is and nothing is left to read.
    pub(crate) fn failure(&self) -> Option<Diagnosis> {
        match &self.session_slot {
            SessionSlot::Local(session) => session
                .failure()
                .filter(|_| session.readable() == 0)
                .map(|failure| diagnose(failure, &vocabulary::STREAM)),
            SessionSlot::Dialing(_) | SessionSlot::Offloaded(_) => None,
            SessionSlot::Failed(diagnosis) => Some(diagnosis.clone()),
        }
    }

    /// Returns whether the connection failed and nothing is left to read.
    fn has_failed(&self) -> bool {
        match &self.session_slot {
            SessionSlot::Local(session) => session.failure().is_some() && session.readable() == 0,
            SessionSlot::Dialing(_) | SessionSlot::Offloaded(_) => false,
            SessionSlot::Failed(_) => true,
        }
    }

    /// Returns the diagnosis of the end if the peer sent a close_notify and nothing is left to
    /// read.
    pub(crate) fn end(&self) -> Option<Diagnosis> {
        self.session()
            .filter(|session| has_ended(session))
            .map(|session| diagnose(&session.end(), &vocabulary::STREAM))
    }

    /// Moves the bytes that can be moved without waiting.
    pub(crate) fn step(&mut self) {
        self.poll_dialer();
        let Some(mut session) = self.take_session() else {
            self.session_slot.give_up_after(&self.limits);
            return;
        };
        self.flush(&mut session);
        // A thread completed the handshake: scripts see that before the peer's next data.
        let is_complete_now = self.in_flight.is_some() && !session.is_handshaking();
        for _ in 0..READS_PER_STEP {
            if is_complete_now || !session.wants_input() {
                break;
            }
            let Some(input) = self.next_input(&mut session) else {
                break;
            };
            let bytes = input.bytes.as_slice();
            let rest = match self.limits.max_threads {
                0 => {
                    session.input(bytes);
                    Rest::Nothing
                }
                _ => process_within_budget(&self.limits.handshakes, &mut session, bytes),
            };
            match rest {
                Rest::Expensive(count) => {
                    self.unprocessed = bytes[bytes.len() - count..].into();
                    self.flush(&mut session);
                    self.check_handshake(&mut session);
                    if session.failure().is_none() {
                        self.offload(session);
                        return;
                    }
                }
                Rest::Deferred(count) => self.unprocessed = bytes[bytes.len() - count..].into(),
                Rest::Nothing => {}
            }
            self.flush(&mut session);
            if !input.has_more || !self.unprocessed.is_empty() {
                break;
            }
        }
        self.check_handshake(&mut session);
        self.session_slot = SessionSlot::Local(session);
    }

    /// Starts the handshake with a host that has answered, within the rest of the time.
    fn poll_dialer(&mut self) {
        let SessionSlot::Dialing(dialer) = &mut self.session_slot else {
            return;
        };
        self.session_slot = match dialer.poll() {
            Progress::Pending => return,
            Progress::Failed(diagnosis) => SessionSlot::Failed(diagnosis),
            Progress::Connected(socket) => {
                let prepared = dialer.context.prepare(&dialer.host);
                self.base = BaseStream::own(socket, &self.limits.threads);
                self.in_flight = Some(self.limits.handshakes.begin());
                prepared
                    .and_then(|client| start(client, &self.limits))
                    .unwrap_or_else(|failure| {
                        SessionSlot::Failed(diagnose(&failure, &vocabulary::STREAM))
                    })
            }
        };
    }

    /// Takes the session out, unless there is none yet or a thread has it. The caller puts it back.
    fn take_session(&mut self) -> Option<Box<Session>> {
        self.session_slot.reclaim();
        match std::mem::replace(
            &mut self.session_slot,
            SessionSlot::Failed(Diagnosis::default()),
        ) {
            SessionSlot::Local(session) => Some(session),
            other => {
                self.session_slot = other;
                None
            }
        }
    }

    /// Lets a thread process the unprocessed input. Nothing is read meanwhile, so the peer cannot
    /// make it grow.
    fn offload(&mut self, mut session: Box<Session>) {
        let bytes = std::mem::take(&mut self.unprocessed).to_vec();
        let info = OffloadedInfo {
            received: session.received() + bytes.len() as u64,
            can_send_close_notify: session.can_send_plaintext_alert(),
        };
        self.session_slot =
            SessionSlot::Offloaded(OffloadedStep::new(&self.limits, info, move || {
                process_all(&mut session, &bytes);
                Ok(session)
            }));
    }

    /// Reads the decrypted bytes that are available without waiting.
    pub(crate) fn read(&mut self, target: &mut ReadBuf<'_>) -> Outcome {
        let Some(mut session) = self.take_session() else {
            return Outcome::Moved(0);
        };
        let is_asked = target.room() > 0;
        let before = target.filled();
        target.fill_from(&mut session);
        while target.room() > 0 && session.wants_input() {
            let Some(input) = self.receive(&mut session) else {
                break;
            };
            target.fill_through(&mut session, input.bytes.as_slice());
            if !input.has_more {
                break;
            }
        }
        self.flush(&mut session);
        self.session_slot = SessionSlot::Local(session);
        let moved = target.filled() - before;
        if moved > 0 || !is_asked {
            Outcome::Moved(moved)
        } else if self.has_failed() {
            Outcome::Failed
        } else if self.session().is_some_and(has_ended) {
            Outcome::Closed
        } else {
            Outcome::Moved(0)
        }
    }

    /// Encrypts and sends what can be sent without waiting. Bytes that were taken will be
    /// delivered.
    pub(crate) fn write(&mut self, data: &[u8]) -> Outcome {
        let Some(mut session) = self.take_session() else {
            return Outcome::Moved(0);
        };
        let mut taken = 0;
        let mut goes = self.flush(&mut session);
        while goes && taken < data.len() && self.output.is_empty() {
            let end = data.len().min(taken + WRITE_CHUNK);
            let written = session.write(&data[taken..end]);
            if written == 0 {
                break;
            }
            taken += written;
            goes = self.flush(&mut session);
        }
        // Data that was decrypted before a failure can still be read; nothing can be written.
        let is_well = goes && session.failure().is_none();
        self.session_slot = SessionSlot::Local(session);
        if is_well {
            Outcome::Moved(taken)
        } else {
            Outcome::Failed
        }
    }

    /// Returns whether the stream below takes no more for now.
    pub(crate) fn is_stalled(&self) -> bool {
        !self.output.is_empty()
    }

    /// Returns the unprocessed input, or else reads from the stream below.
    fn next_input(&mut self, session: &mut Session) -> Option<Input> {
        if self.unprocessed.is_empty() {
            return self.receive(session);
        }
        Some(Input {
            bytes: std::mem::take(&mut self.unprocessed),
            has_more: true,
        })
    }

    /// Reads from the stream below once. An end or a failure is passed to the session.
    fn receive(&mut self, session: &mut Session) -> Option<Input> {
        match self.base.receive(self.read_size) {
            Received::Data(bytes) => {
                let has_more = self.base.may_have_more(bytes.len(), self.read_size);
                self.adapt_read_size(bytes.len());
                return Some(Input { bytes, has_more });
            }
            Received::Nothing => {}
            Received::End => session.end_of_input(),
            // Within a handshake it makes no difference how the peer ended the connection.
            Received::Reset if session.is_handshaking() => session.end_of_input(),
            Received::Reset => session.transport_failed("the other side reset the connection"),
            Received::Failed(reason) => session.transport_failed(&reason),
        }
        None
    }

    fn adapt_read_size(&mut self, received: usize) {
        let asked = self.read_size.unsigned_abs() as usize;
        if received >= asked {
            self.read_size = self.read_size.saturating_mul(2).min(MAX_READ);
        } else if received < asked / 4 {
            self.read_size = (self.read_size / 2).max(SMALLEST_READ);
        }
    }

    /// Sends the pending output, until there is none or the stream below takes no more. Returns
    /// false if it failed.
    fn flush(&mut self, session: &mut Session) -> bool {
        loop {
            if self.output.is_empty() {
                session.take_output(&mut self.output);
                if self.output.is_empty() {
                    return true;
                }
            }
            match self.output.send(&mut self.base) {
                Ok(true) => {}
                Ok(false) => return true,
                Err(reason) => {
                    self.write_failed(session, &reason);
                    return false;
                }
            }
        }
    }

    /// Handles a failed write. The stream may still hold an alert with the peer's reason, which is
    /// read first.
    fn write_failed(&mut self, session: &mut Session, reason: &str) {
        if session.failure().is_some() {
            return;
        }
        while session.wants_input()
            && let Some(input) = self.next_input(session)
        {
            session.input(input.bytes.as_slice());
            if !input.has_more {
                break;
            }
        }
        if !session.peer_has_closed() {
            session.transport_failed(reason);
        }
    }

    fn check_handshake(&mut self, session: &mut Session) {
        if !session.is_handshaking() {
            self.in_flight = None;
            return;
        }
        if session.peer_has_closed() {
            session.closed_in_handshake();
        }
        if let Some(limit) = self.limits.expired() {
            session.handshake_timed_out(limit);
        }
    }
}

/// Starts a client session, on a thread if that takes long.
fn start(prepared: PreparedClient, limits: &Limits) -> Result<SessionSlot, Failure> {
    // The first random numbers of a process take tens of milliseconds, all others next to nothing.
    if limits.max_threads == 0 || godot_rustls_pki::provider::is_seeded() {
        let session = prepared.start()?;
        limits.threads.make_key_shares(limits.max_threads);
        return Ok(SessionSlot::Local(Box::new(session)));
    }
    let step = OffloadedStep::new(limits, OffloadedInfo::default(), move || {
        let session = prepared.start();
        session
            .map(Box::new)
            .map_err(|failure| diagnose(&failure, &vocabulary::STREAM))
    });
    Ok(SessionSlot::Offloaded(step))
}

/// Returns whether the peer closed in order and nothing is left to read.
fn has_ended(session: &Session) -> bool {
    session.readable() == 0 && session.failure().is_none() && session.peer_has_closed()
}

impl Drop for Connection {
    // A freed object sends a close_notify, like one that disconnects.
    fn drop(&mut self) {
        self.close();
    }
}
