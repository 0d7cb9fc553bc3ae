//! A TLS session over a stream: the one loop that moves bytes between them.

mod dialer;
mod transport;

use std::time::{Duration, Instant};

use godot::classes::StreamPeer;
use godot::prelude::*;
use godot_rustls_core::diagnosis::Diagnosis;
use godot_rustls_core::session::Session;

pub(crate) use dialer::{Dialer, Progress};
use transport::{Received, Transport};

/// What is encrypted before the stream below must take it: bounds what waits when the peer does not read.
const WRITE_CHUNK: usize = 64 * 1024;

/// First and largest size of a read from the stream below. Small while a connection is idle or shakes hands,
/// since every read allocates as much.
const SMALLEST_READ: i32 = 16 * 1024;
const LARGEST_READ: i32 = 256 * 1024;

/// Reads in one step: a peer that sends without end cannot keep a frame.
const READS_PER_STEP: usize = 64;

/// What is read and thrown away after a failure, so that closing the socket does not reset the connection
/// and lose the alert that says why (RFC 8446 section 6.2).
const DISCARDED_AFTER_FAILURE: usize = 256 * 1024;

/// A TLS connection that owns its stream below.
pub(crate) struct Connection {
    session: Session,
    transport: Transport,
    /// Encrypted bytes that the stream below did not take yet.
    output: Vec<u8>,
    sent: usize,
    read_size: i32,
    started: Instant,
    timeout: Option<Duration>,
}

/// What a read or write came to.
pub(crate) enum Outcome {
    /// So many bytes were moved.
    Moved(usize),
    /// The peer said goodbye, and everything before it was read.
    Closed,
    /// The connection failed, and everything before it was read.
    Failed,
}

impl Connection {
    /// Starts over `stream`. `timeout` limits the handshake, counted from `started`.
    pub(crate) fn new(
        session: Session,
        stream: Gd<StreamPeer>,
        timeout: Option<Duration>,
        started: Instant,
    ) -> Self {
        Self {
            session,
            transport: Transport::new(stream),
            output: Vec::new(),
            sent: 0,
            read_size: SMALLEST_READ,
            started,
            timeout,
        }
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// Why the connection is over, when it is and nothing is left to read.
    pub(crate) fn failure(&self) -> Option<&Diagnosis> {
        self.session
            .failure()
            .filter(|_| self.session.readable() == 0)
    }

    /// The peer closed in order, and nothing is left to read.
    pub(crate) fn is_closed_by_peer(&self) -> bool {
        self.session.readable() == 0
            && self.session.failure().is_none()
            && self.session.peer_has_closed()
    }

    /// What to say of an end in order.
    pub(crate) fn end(&self) -> Diagnosis {
        self.session.end()
    }

    /// Moves whatever can be moved without waiting.
    pub(crate) fn step(&mut self) {
        self.flush();
        for _ in 0..READS_PER_STEP {
            if !self.session.wants_input() {
                break;
            }
            let more = self.receive();
            self.flush();
            if !more {
                break;
            }
        }
        self.check_handshake();
    }

    /// Reads decrypted bytes, as many as there are without waiting.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Outcome {
        let mut filled = self.session.read(buffer);
        while filled < buffer.len() && self.session.wants_input() {
            let more = self.receive();
            filled += self.session.read(&mut buffer[filled..]);
            if !more {
                break;
            }
        }
        self.flush();
        if filled > 0 || buffer.is_empty() {
            Outcome::Moved(filled)
        } else if self.failure().is_some() {
            Outcome::Failed
        } else if self.is_closed_by_peer() {
            Outcome::Closed
        } else {
            Outcome::Moved(0)
        }
    }

    /// Encrypts and sends, as much as goes without waiting; what was taken is ours to deliver.
    pub(crate) fn write(&mut self, data: &[u8]) -> Outcome {
        let mut taken = 0;
        let mut goes = self.flush();
        while goes && taken < data.len() && self.output.is_empty() {
            let end = data.len().min(taken + WRITE_CHUNK);
            let written = self.session.write(&data[taken..end]);
            if written == 0 {
                break;
            }
            taken += written;
            goes = self.flush();
        }
        // What was decrypted before a failure can still be read; nothing can be written any more.
        if goes && self.session.failure().is_none() {
            Outcome::Moved(taken)
        } else {
            Outcome::Failed
        }
    }

    /// The stream below takes no more for now.
    pub(crate) fn is_stalled(&self) -> bool {
        !self.output.is_empty()
    }

    /// Sends close_notify, as far as the stream below takes it.
    pub(crate) fn close(&mut self) {
        if self.session.failure().is_none() {
            self.session.close();
        }
        self.flush();
    }

    /// After a failure: lets the peer learn why.
    pub(crate) fn part(&mut self) {
        self.flush();
        let mut discarded = 0;
        while discarded < DISCARDED_AFTER_FAILURE {
            match self.transport.receive(LARGEST_READ) {
                Received::Data(data) => discarded += data.len(),
                _ => break,
            }
        }
    }

    /// One read from the stream below; whether another one now may bring more.
    fn receive(&mut self) -> bool {
        match self.transport.receive(self.read_size) {
            Received::Data(data) => {
                let may_have_more = self.transport.may_have_more(data.len(), self.read_size);
                self.adapt_read_size(data.len());
                self.session.input(data.as_slice());
                may_have_more
            }
            Received::Nothing => false,
            Received::End => {
                self.session.end_of_input();
                false
            }
            // In a handshake it is all the same how the peer broke off.
            Received::Reset if self.session.is_handshaking() => {
                self.session.end_of_input();
                false
            }
            Received::Reset => {
                self.session
                    .transport_failed("the other side reset the connection");
                false
            }
            Received::Failed(reason) => {
                self.session.transport_failed(&reason);
                false
            }
        }
    }

    fn adapt_read_size(&mut self, received: usize) {
        let asked = self.read_size.unsigned_abs() as usize;
        if received >= asked {
            self.read_size = self.read_size.saturating_mul(2).min(LARGEST_READ);
        } else if received < asked / 4 {
            self.read_size = (self.read_size / 2).max(SMALLEST_READ);
        }
    }

    /// Sends what waits, until nothing does or the stream below takes no more; false when it failed.
    fn flush(&mut self) -> bool {
        loop {
            if self.output.is_empty() {
                self.sent = 0;
                self.session.take_output(&mut self.output);
                if self.output.is_empty() {
                    return true;
                }
            }
            match self.transport.send(&self.output[self.sent..]) {
                Ok(0) => return true,
                Ok(count) => self.sent += count,
                Err(reason) => {
                    self.output.clear();
                    self.write_failed(&reason);
                    return false;
                }
            }
            if self.sent >= self.output.len() {
                self.output.clear();
            }
        }
    }

    /// A stream that takes no more may still hold the peer's reason, an alert: read that first.
    fn write_failed(&mut self, reason: &str) {
        if self.session.failure().is_some() {
            return;
        }
        while self.session.wants_input() && self.receive() {}
        if !self.session.peer_has_closed() {
            self.session.transport_failed(reason);
        }
    }

    fn check_handshake(&mut self) {
        if !self.session.is_handshaking() {
            return;
        }
        if self.session.peer_has_closed() {
            self.session.closed_in_handshake();
        }
        if let Some(limit) = self
            .timeout
            .filter(|limit| self.started.elapsed() >= *limit)
        {
            self.session.handshake_timed_out(limit.as_secs_f64());
        }
    }
}

impl Drop for Connection {
    // An object that is freed says goodbye like one that disconnects.
    fn drop(&mut self) {
        self.close();
    }
}

/// Waits between two tries: first not at all, then longer and longer up to a millisecond. Nothing spins.
#[derive(Default)]
pub(crate) struct Patience {
    tries: u32,
}

impl Patience {
    /// Something moved: start over.
    pub(crate) fn reset(&mut self) {
        self.tries = 0;
    }

    pub(crate) fn wait(&mut self) {
        self.tries = self.tries.saturating_add(1);
        match self.tries {
            0..=3 => std::thread::yield_now(),
            tries => std::thread::sleep(Duration::from_micros(u64::from(tries.min(50)) * 20)),
        }
    }
}
