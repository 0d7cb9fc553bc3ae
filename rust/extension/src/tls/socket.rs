//! A socket of the addon, which never blocks.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use godot::builtin::PackedByteArray;
use godot_rustls_net::lingering;

use super::received::Received;
use crate::runtime::threads::Threads;

/// A socket, connected or to be replaced by a connected one. The last output is sent after it is dropped (see [`lingering`]).
pub(crate) struct Socket {
    /// `None` before it is connected, and while it is dropped.
    stream: Option<TcpStream>,
    /// Memory for the next read: most reads of an idle connection return nothing.
    spare: PackedByteArray,
    final_output: Vec<u8>,
    threads: Arc<Threads>,
}

impl Socket {
    pub(super) fn new(stream: Option<TcpStream>, threads: Arc<Threads>) -> Self {
        Self {
            stream,
            spare: PackedByteArray::new(),
            final_output: Vec::new(),
            threads,
        }
    }

    pub(super) fn receive(&mut self, limit: i32) -> Received {
        let Some(mut stream) = self.stream.as_ref() else {
            return Received::End;
        };
        let size = limit.unsigned_abs() as usize;
        if self.spare.len() != size {
            self.spare.resize(size);
        }
        match stream.read(self.spare.as_mut_slice()) {
            Ok(0) => Received::End,
            Ok(count) => {
                let mut data = std::mem::take(&mut self.spare);
                data.resize(count);
                Received::Data(data)
            }
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::Interrupted => Received::Nothing,
                ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => Received::Reset,
                _ => Received::Failed(format!("reading failed: {error}")),
            },
        }
    }

    pub(super) fn send(&mut self, data: &[u8]) -> Result<usize, String> {
        let Some(mut stream) = self.stream.as_ref() else {
            return Err("it is not connected".to_owned());
        };
        match stream.write(data) {
            Ok(count) => Ok(count),
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::Interrupted => Ok(0),
                ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => {
                    Err("it is not connected".to_owned())
                }
                _ => Err(format!("writing failed: {error}")),
            },
        }
    }

    /// Returns the address of the other end. An IPv4 address has its own form.
    pub(super) fn remote(&self) -> Option<SocketAddr> {
        let remote = self.stream.as_ref()?.peer_addr().ok()?;
        Some(SocketAddr::new(remote.ip().to_canonical(), remote.port()))
    }

    /// Sets the bytes that are sent before the socket is closed.
    pub(super) fn set_final_output(&mut self, bytes: Vec<u8>) {
        self.final_output = bytes;
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.take() {
            let final_output = std::mem::take(&mut self.final_output);
            lingering::close(stream, final_output, self.threads.tasks.running().as_ref());
        }
    }
}
