//! Closing a socket so that what was sent over it arrives (RFC 1122 section 4.2.2.13, RFC 8446 section 6.1).
//!
//! A system answers bytes for a closed socket with a reset, and closes one with a reset in which unread bytes lie: session
//! tickets, the peer's close_notify, the rest of a body. A reset overtakes what was sent before and makes the peer's system
//! throw away what the peer has not read yet. So the sending half is shut down first, and what still comes is read and
//! thrown away until the peer ends its half too.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::runtime::Handle;
use tokio::time::timeout;

/// How long the peer has to end its half. A round trip around the world takes a tenth of it.
const MAX_LINGER: Duration = Duration::from_secs(3);

/// Bytes that are thrown away. Whoever sends more does not hear that nobody listens, and is told by a reset.
const MAX_DISCARDED: usize = 256 * 1024;

/// A socket that lingers when it is dropped.
pub struct Socket {
    /// None while it is dropped.
    inner: Option<tokio::net::TcpStream>,
    last_words: Vec<u8>,
}

impl Socket {
    pub(crate) fn new(inner: tokio::net::TcpStream) -> Self {
        Self {
            inner: Some(inner),
            last_words: Vec::new(),
        }
    }

    /// Sets what is sent before it closes.
    pub(crate) fn set_last_words(&mut self, bytes: Vec<u8>) {
        self.last_words = bytes;
    }

    fn inner(&mut self) -> io::Result<Pin<&mut tokio::net::TcpStream>> {
        let inner = self.inner.as_mut().map(Pin::new);
        inner.ok_or_else(|| ErrorKind::NotConnected.into())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some(Ok(socket)) = self.inner.take().map(tokio::net::TcpStream::into_std) {
            let runtime = Handle::try_current().ok();
            close(
                socket,
                std::mem::take(&mut self.last_words),
                runtime.as_ref(),
            );
        }
    }
}

/// Sends `last_words` and closes a socket that does not block. Never waits: what cannot be done at once is done on the
/// runtime; without one, the socket is closed at once.
pub fn close(socket: TcpStream, mut last_words: Vec<u8>, runtime: Option<&Handle>) {
    let is_over = begin(&socket, &mut last_words);
    if let (false, Some(runtime)) = (is_over, runtime) {
        runtime.spawn(async move {
            if let Ok(socket) = tokio::net::TcpStream::from_std(socket) {
                // Whatever fails, there is nothing left to do about it.
                let _ = timeout(MAX_LINGER, linger(socket, &last_words)).await;
            }
        });
    }
}

/// Does what can be done without waiting. Whether nothing is left to do.
fn begin(mut socket: &TcpStream, last_words: &mut Vec<u8>) -> bool {
    match socket.write(last_words) {
        Ok(sent) => {
            last_words.drain(..sent);
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => {}
        Err(_) => return true,
    }
    if last_words.is_empty() {
        let _ = socket.shutdown(Shutdown::Write);
    }
    let mut bytes = [0; 4096];
    let mut discarded = 0;
    while discarded < MAX_DISCARDED {
        match socket.read(&mut bytes) {
            Ok(0) => return last_words.is_empty(),
            Ok(count) => discarded += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return error.kind() != ErrorKind::WouldBlock,
        }
    }
    true
}

async fn linger(mut socket: tokio::net::TcpStream, last_words: &[u8]) -> io::Result<()> {
    socket.write_all(last_words).await?;
    // It may have been shut down already.
    let _ = socket.shutdown().await;
    let mut bytes = [0; 4096];
    let mut discarded = 0;
    while discarded < MAX_DISCARDED {
        match socket.read(&mut bytes).await? {
            0 => break,
            count => discarded += count,
        }
    }
    Ok(())
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.inner()?.poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.inner()?.poll_write(context, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner()?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner()?.poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests;
