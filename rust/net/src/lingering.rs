//! Closing a socket so that what was sent over it arrives (RFC 1122 section 4.2.2.13, RFC 8446
//! section 6.1).
//!
//! An operating system answers bytes for a closed socket with a reset, and sends a reset when a
//! socket is closed while unread bytes lie in it: session tickets, the peer's close_notify, the
//! rest of a body. A reset overtakes what was sent before it: the peer's system discards what the
//! peer has not read yet. Therefore the sending half is shut down first, and what still arrives is
//! read and discarded until the peer ends its half too.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::runtime::Handle;
use tokio::time::timeout;

/// The time within which the peer has to end its half. A round trip around the world takes a tenth
/// of it.
const MAX_LINGER: Duration = Duration::from_secs(3);

/// The bytes that are read and discarded. A peer that sends more gets a reset.
const MAX_DISCARDED: usize = 256 * 1024;

/// A socket that lingers when it is dropped.
pub struct Socket {
    /// `None` only while the socket is dropped.
    inner: Option<tokio::net::TcpStream>,
    final_output: Vec<u8>,
}

impl Socket {
    pub(crate) fn new(inner: tokio::net::TcpStream) -> Self {
        Self {
            inner: Some(inner),
            final_output: Vec::new(),
        }
    }

    /// Sets the bytes that are sent before the socket is closed.
    pub(crate) fn set_final_output(&mut self, bytes: Vec<u8>) {
        self.final_output = bytes;
    }

    fn inner(&mut self) -> io::Result<Pin<&mut tokio::net::TcpStream>> {
        let inner = self.inner.as_mut().map(Pin::new);
        inner.ok_or_else(|| ErrorKind::NotConnected.into())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some(Ok(socket)) = self.inner.take().map(tokio::net::TcpStream::into_std) {
            let final_output = std::mem::take(&mut self.final_output);
            close(socket, final_output, Handle::try_current().ok().as_ref());
        }
    }
}

/// Sends `final_output` over a socket that does not block, and closes the socket. Returns at once:
/// what has to wait is done on the runtime. Without a runtime the socket is closed at once.
pub fn close(socket: TcpStream, mut final_output: Vec<u8>, runtime: Option<&Handle>) {
    let is_done = close_without_waiting(&socket, &mut final_output);
    if let (false, Some(runtime)) = (is_done, runtime) {
        runtime.spawn(async move {
            if let Ok(socket) = tokio::net::TcpStream::from_std(socket) {
                linger(socket, &final_output).await;
            }
        });
    }
}

/// Sends and discards what is possible without waiting. Returns whether nothing is left to do.
fn close_without_waiting(mut socket: &TcpStream, final_output: &mut Vec<u8>) -> bool {
    match socket.write(final_output) {
        Ok(sent) => {
            final_output.drain(..sent);
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => {}
        Err(_) => return true,
    }
    if final_output.is_empty() {
        let _ = socket.shutdown(Shutdown::Write);
    }
    let mut bytes = [0; 4096];
    let mut discarded = 0;
    while discarded < MAX_DISCARDED {
        match socket.read(&mut bytes) {
            Ok(0) => return final_output.is_empty(),
            Ok(count) => discarded += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return error.kind() != ErrorKind::WouldBlock,
        }
    }
    true
}

/// Sends `final_output`, ends the sending half and waits for the peer to end its half.
async fn linger(mut socket: impl AsyncRead + AsyncWrite + Unpin, final_output: &[u8]) {
    let work = async {
        socket.write_all(final_output).await?;
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
        Ok::<(), io::Error>(())
    };
    // Neither a failure nor the end of the time leaves anything to do but closing.
    let _ = timeout(MAX_LINGER, work).await;
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
