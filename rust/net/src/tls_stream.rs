//! A TLS session over a socket, with the I/O traits of tokio.
//!
//! The session is the one of `godot_rustls_tls`, which does no I/O, rather than a connection of
//! `tokio-rustls`: it verifies, resumes and reports failures as for connections over any other
//! stream. This file only moves bytes between it and the socket.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::lingering::Socket;
use godot_rustls_tls::diagnosis::Cause;
use godot_rustls_tls::failure::Failure;
use godot_rustls_tls::session::Session;

/// The largest read from the socket, in bytes: four records of the largest size.
const MAX_READ: usize = 64 * 1024;

/// The plaintext that is encrypted before the socket has to take the records, in bytes.
const MAX_WRITE: usize = 64 * 1024;

/// A secured connection. Its I/O errors carry the [`Failure`] of the session.
pub struct TlsStream {
    socket: Socket,
    session: Session,
    output: Vec<u8>,
    sent: usize,
    input: Vec<u8>,
    /// True once close_notify is part of the output.
    closed: bool,
}

impl TlsStream {
    /// Secures `socket` with `session`, whose handshake is not begun.
    pub fn new(socket: TcpStream, session: Session) -> Self {
        Self {
            socket: Socket::new(socket),
            session,
            output: Vec::new(),
            sent: 0,
            input: Vec::new(),
            closed: false,
        }
    }

    /// Returns the session of the connection.
    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// Performs the handshake. After a failure the alert is sent before this returns.
    pub async fn handshake(&mut self) -> Result<(), Failure> {
        let outcome = std::future::poll_fn(|context| self.poll_handshake(context)).await;
        if outcome.is_err() {
            self.session.take_output(&mut self.output);
            let _ = std::future::poll_fn(|context| self.poll_send(context)).await;
        }
        outcome
    }

    /// Ends a handshake that took too long, and returns its failure.
    pub(crate) fn timed_out(&mut self, limit: Duration) -> Failure {
        self.session.handshake_timed_out(limit);
        self.failure()
    }

    fn poll_handshake(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        loop {
            if let Err(error) = ready!(self.poll_send(context)) {
                self.session.transport_failed(&error.to_string());
            }
            if self.session.failure().is_some() {
                return Poll::Ready(Err(self.failure()));
            }
            if !self.session.is_handshaking() {
                return Poll::Ready(Ok(()));
            }
            if self.session.peer_has_closed() {
                self.session.closed_in_handshake();
                continue;
            }
            // The session keeps the outcome, which the next round reads.
            let _ = ready!(self.poll_receive(context));
        }
    }

    /// Sends all output.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.session.take_output(&mut self.output);
        while self.sent < self.output.len() {
            let rest = &self.output[self.sent..];
            match ready!(Pin::new(&mut self.socket).poll_write(context, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => self.sent += count,
            }
        }
        self.output.clear();
        self.sent = 0;
        Poll::Ready(Ok(()))
    }

    /// Passes what arrives, or the end of it, to the session.
    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.input.resize(MAX_READ, 0);
        let mut buffer = ReadBuf::new(&mut self.input);
        match ready!(Pin::new(&mut self.socket).poll_read(context, &mut buffer)) {
            Ok(()) if buffer.filled().is_empty() => self.session.end_of_input(),
            Ok(()) => self.session.input(buffer.filled()),
            Err(error) => self.session.transport_failed(&error.to_string()),
        }
        Poll::Ready(Ok(()))
    }

    fn failure(&self) -> Failure {
        // Asked only after a failure; a session without one has ended without close_notify.
        self.session
            .failure()
            .cloned()
            .unwrap_or(Failure::Truncated)
    }

    /// Returns the failure of the session as an I/O error. h2 keeps only its kind and its text.
    fn error(&self) -> io::Error {
        let failure = self.failure();
        let kind = match failure.cause() {
            Cause::Closed | Cause::Truncated => io::ErrorKind::UnexpectedEof,
            Cause::Transport => io::ErrorKind::ConnectionReset,
            _ => io::ErrorKind::InvalidData,
        };
        io::Error::new(kind, failure)
    }
}

impl Drop for TlsStream {
    /// Sends close_notify, unless the handshake is incomplete: a server that is ahead in it could
    /// not read an alert in plaintext.
    fn drop(&mut self) {
        let is_well = !self.session.is_handshaking() && self.session.failure().is_none();
        if is_well && !self.closed {
            self.session.close();
        }
        let mut final_output = self.output.split_off(self.sent);
        self.session.take_output(&mut final_output);
        self.socket.set_final_output(final_output);
    }
}

impl AsyncRead for TlsStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let me = &mut *self;
        loop {
            // One read of the socket yields no more plaintext: clearing more would be in vain.
            let room = buffer.remaining().min(MAX_READ);
            let count = me.session.read(buffer.initialize_unfilled_to(room));
            if count > 0 || room == 0 {
                buffer.advance(count);
                return Poll::Ready(Ok(()));
            }
            if me.session.failure().is_some() {
                return Poll::Ready(Err(me.error()));
            }
            if me.session.peer_has_closed() {
                return Poll::Ready(Ok(()));
            }
            // Sends answers of the protocol itself, such as a key update. A failure shows in the
            // next read or write.
            let _ = me.poll_send(context);
            ready!(me.poll_receive(context))?;
        }
    }
}

impl AsyncWrite for TlsStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let me = &mut *self;
        // Bounds the output: nothing is encrypted before the records of the last write are sent.
        ready!(me.poll_send(context))?;
        let count = me.session.write(&data[..data.len().min(MAX_WRITE)]);
        if count == 0 && !data.is_empty() {
            return Poll::Ready(Err(me.error()));
        }
        if let Poll::Ready(Err(error)) = me.poll_send(context) {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_send(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let me = &mut *self;
        if !me.closed {
            me.closed = true;
            me.session.close();
        }
        ready!(me.poll_send(context))?;
        Pin::new(&mut me.socket).poll_shutdown(context)
    }
}
