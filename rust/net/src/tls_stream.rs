//! A TLS session over a socket, as hyper and tokio want it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::lingering::Socket;
use godot_rustls_tls::diagnosis::{Cause, Diagnosis, Vocabulary};
use godot_rustls_tls::session::Session;

/// What is read from the socket at once: four records of the largest size.
const INPUT: usize = 64 * 1024;

/// What is encrypted at once, before it has to be sent.
const OUTPUT: usize = 64 * 1024;

/// A secured connection. Errors carry a [`Diagnosis`].
pub struct TlsStream {
    socket: Socket,
    session: Session,
    output: Vec<u8>,
    sent: usize,
    input: Vec<u8>,
    /// Our close_notify is among the output.
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
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Goes on until the handshake is complete or failed; an alert is sent then.
    pub async fn handshake(&mut self) -> Result<(), Diagnosis> {
        let outcome = std::future::poll_fn(|context| self.poll_handshake(context)).await;
        if outcome.is_err() {
            self.session.take_output(&mut self.output);
            let _ = std::future::poll_fn(|context| self.poll_send(context)).await;
        }
        outcome
    }

    /// What to say when that took too long.
    pub(crate) fn timed_out(&mut self, seconds: f64, vocabulary: Vocabulary) -> Diagnosis {
        self.session.handshake_timed_out(seconds, vocabulary);
        self.failure()
    }

    fn poll_handshake(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Diagnosis>> {
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
            // The outcome is the session's to tell.
            let _ = ready!(self.poll_receive(context));
        }
    }

    /// Sends everything that waits.
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

    /// Gives the session what came, or the end of it.
    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.input.resize(INPUT, 0);
        let mut buffer = ReadBuf::new(&mut self.input);
        match ready!(Pin::new(&mut self.socket).poll_read(context, &mut buffer)) {
            Ok(()) if buffer.filled().is_empty() => self.session.end_of_input(),
            Ok(()) => self.session.input(buffer.filled()),
            Err(error) => self.session.transport_failed(&error.to_string()),
        }
        Poll::Ready(Ok(()))
    }

    fn failure(&self) -> Diagnosis {
        self.session.failure().cloned().unwrap_or_default()
    }

    /// Why nothing more can be read or written. h2 keeps nothing of it but its kind and its words.
    fn error(&self) -> io::Error {
        let failure = self.failure();
        let kind = match failure.cause {
            Cause::Closed | Cause::Truncated => io::ErrorKind::UnexpectedEof,
            Cause::Transport => io::ErrorKind::ConnectionReset,
            _ => io::ErrorKind::InvalidData,
        };
        io::Error::new(kind, failure)
    }
}

impl Drop for TlsStream {
    /// Dropped in the middle of something, it says goodbye all the same. A handshake is just left: a server that is ahead of
    /// us could not read what is said before there are keys.
    fn drop(&mut self) {
        let is_well = !self.session.is_handshaking() && self.session.failure().is_none();
        if is_well && !self.closed {
            self.session.close();
        }
        let mut last_words = self.output.split_off(self.sent);
        self.session.take_output(&mut last_words);
        self.socket.set_last_words(last_words);
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
            // No more than one piece of input can give: the rest would be cleared for nothing.
            let room = buffer.remaining().min(INPUT);
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
            // Answers of the protocol itself, such as a key update. Its outcome shows in what is read or written next.
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
        // What waits is bounded: nothing is encrypted before the last piece went out.
        ready!(me.poll_send(context))?;
        let count = me.session.write(&data[..data.len().min(OUTPUT)]);
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
