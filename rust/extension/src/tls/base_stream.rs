//! Reading from and writing to the stream below a TLS connection. Its results are checked.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use godot::classes::{StreamPeer, StreamPeerTcp, StreamPeerTls, stream_peer_tcp, stream_peer_tls};
use godot::global::Error;
use godot::prelude::*;

use super::received::Received;
use super::socket::Socket;
use crate::engine::convert::packed_bytes;
use crate::engine::objects::describe;
use crate::runtime::threads::Threads;

/// The stream below a TLS connection.
pub(crate) enum BaseStream {
    /// A socket that the addon connected.
    Own(Socket),
    /// A stream of the script.
    Given(GivenStream),
}

/// A stream that a script passed.
pub(crate) struct GivenStream {
    stream: Gd<StreamPeer>,
    kind: GivenKind,
    /// True once it was connected or moved bytes: if it is not connected afterwards, it ended.
    was_alive: bool,
}

/// State of a stream of this addon's own class.
pub(crate) trait TlsBelow {
    fn is_connected(&self) -> bool;
}

/// Kinds of streams, each of which has its own way to return its state.
enum GivenKind {
    Socket(Gd<StreamPeerTcp>),
    EngineTls(Gd<StreamPeerTls>),
    Ours(Arc<dyn TlsBelow>),
    Other,
}

impl BaseStream {
    /// Wraps a connected socket, which one of `threads` closes.
    pub(super) fn own(socket: TcpStream, threads: &Arc<Threads>) -> Self {
        Self::Own(Socket::new(Some(socket), Arc::clone(threads)))
    }

    /// Makes the stream of a connection that is still being made.
    pub(super) fn unconnected(threads: &Arc<Threads>) -> Self {
        Self::Own(Socket::new(None, Arc::clone(threads)))
    }

    /// Wraps a stream of a script. `ours` is the state of a stream of this addon's own class.
    pub(crate) fn given(stream: Gd<StreamPeer>, ours: Option<Arc<dyn TlsBelow>>) -> Self {
        Self::Given(GivenStream::new(stream, ours))
    }

    /// Reads at most `limit` bytes without waiting.
    pub(crate) fn receive(&mut self, limit: i32) -> Received {
        match self {
            Self::Own(socket) => socket.receive(limit),
            Self::Given(stream) => stream.receive(limit),
        }
    }

    /// Returns whether a read of `asked` bytes that returned `received` may have left some. A
    /// socket returns all that it has, which saves the system call that would only confirm it.
    pub(crate) fn may_have_more(&self, received: usize, asked: i32) -> bool {
        !self.is_socket() || received >= asked.unsigned_abs() as usize
    }

    /// Returns the address of the other end, if it is a socket.
    pub(super) fn remote(&self) -> Option<SocketAddr> {
        match self {
            Self::Own(socket) => socket.remote(),
            Self::Given(GivenStream {
                kind: GivenKind::Socket(socket),
                ..
            }) => {
                let port = u16::try_from(socket.get_connected_port()).ok()?;
                let host = socket.get_connected_host().to_string();
                Some(SocketAddr::new(host.parse().ok()?, port))
            }
            Self::Given(_) => None,
        }
    }

    /// Returns whether it is a socket, of the addon or of the engine.
    pub(super) fn is_socket(&self) -> bool {
        match self {
            Self::Own(_) => true,
            Self::Given(stream) => matches!(stream.kind, GivenKind::Socket(_)),
        }
    }

    /// Writes without waiting. Returns how many bytes were taken.
    pub(crate) fn send(&mut self, data: &PackedByteArray) -> Result<usize, String> {
        match self {
            Self::Own(socket) => socket.send(data.as_slice()),
            Self::Given(stream) => stream.send(data),
        }
    }
}

impl BaseStream {
    /// Returns the engine's socket if nothing else references it.
    pub(super) fn unowned_socket(&self) -> Option<Gd<StreamPeerTcp>> {
        let Self::Given(GivenStream {
            kind: GivenKind::Socket(socket),
            ..
        }) = self
        else {
            return None;
        };
        // One reference as what the script passed, one as a socket.
        const OURS: i32 = 2;
        (socket.get_reference_count() == OURS).then(|| socket.clone())
    }
}

impl GivenStream {
    fn new(stream: Gd<StreamPeer>, ours: Option<Arc<dyn TlsBelow>>) -> Self {
        let kind = if let Some(ours) = ours {
            GivenKind::Ours(ours)
        } else if let Ok(socket) = stream.clone().try_cast() {
            GivenKind::Socket(socket)
        } else if let Ok(tls) = stream.clone().try_cast() {
            GivenKind::EngineTls(tls)
        } else {
            GivenKind::Other
        };
        let was_alive = match &kind {
            GivenKind::Socket(socket) => socket.get_status() == stream_peer_tcp::Status::CONNECTED,
            GivenKind::Ours(_) | GivenKind::EngineTls(_) | GivenKind::Other => false,
        };
        Self {
            stream,
            kind,
            was_alive,
        }
    }

    fn receive(&mut self, limit: i32) -> Received {
        if self.is_ended_tls() {
            return self.ended();
        }
        let answer = self.stream.get_partial_data(limit);
        let Some((error, value)) = split(&answer) else {
            return Received::Failed("its read did not return [error, bytes]".to_owned());
        };
        match error {
            Error::OK => match packed_bytes(&value) {
                Some(data) if data.is_empty() => Received::Nothing,
                Some(data) if data.len() > limit.unsigned_abs() as usize => {
                    Received::Failed(format!(
                        "its read returned {} bytes, more than the {limit} that were asked for",
                        data.len()
                    ))
                }
                Some(data) => {
                    self.was_alive = true;
                    Received::Data(data)
                }
                None => Received::Failed("its read did not return bytes".to_owned()),
            },
            Error::ERR_FILE_EOF => Received::End,
            other => self.failed_read(other),
        }
    }

    fn send(&mut self, data: &PackedByteArray) -> Result<usize, String> {
        if self.is_ended_tls() {
            return Err("it is not connected".to_owned());
        }
        let answer = self.stream.put_partial_data(data);
        let Some((error, value)) = split(&answer) else {
            return Err("its write did not return [error, count]".to_owned());
        };
        if error != Error::OK {
            return Err(match self.socket_status() {
                Some(status) if status != stream_peer_tcp::Status::CONNECTED => {
                    "it is not connected".to_owned()
                }
                _ => format!("writing returned {}", describe(error)),
            });
        }
        let count = value
            .try_to::<i64>()
            .map_err(|_| "its write did not return a count".to_owned())?;
        match usize::try_from(count) {
            Ok(count) if count <= data.len() => {
                self.was_alive |= count > 0;
                Ok(count)
            }
            _ => Err(format!(
                "its write returned a count of {count} for {} bytes",
                data.len()
            )),
        }
    }

    /// Returns why a read failed. If the script polled the socket before, the socket noticed its
    /// end then.
    fn failed_read(&self, error: Error) -> Received {
        match self.socket_status() {
            Some(stream_peer_tcp::Status::NONE) => self.ended(),
            Some(stream_peer_tcp::Status::ERROR) if self.was_alive => Received::Reset,
            Some(stream_peer_tcp::Status::CONNECTED) | None => {
                Received::Failed(format!("reading returned {}", describe(error)))
            }
            Some(_) => Received::Failed("it is not connected".to_owned()),
        }
    }

    fn ended(&self) -> Received {
        if self.was_alive {
            Received::End
        } else {
            Received::Failed("it is not connected".to_owned())
        }
    }

    fn socket_status(&self) -> Option<stream_peer_tcp::Status> {
        match &self.kind {
            GivenKind::Socket(socket) => Some(socket.get_status()),
            _ => None,
        }
    }

    /// Returns whether it is a TLS stream that ended, which would print an error for every call.
    fn is_ended_tls(&self) -> bool {
        match &self.kind {
            GivenKind::Ours(tls) => !tls.is_connected(),
            GivenKind::EngineTls(tls) => tls.get_status() != stream_peer_tls::Status::CONNECTED,
            GivenKind::Socket(_) | GivenKind::Other => false,
        }
    }
}

fn split(answer: &VarArray) -> Option<(Error, Variant)> {
    let code = answer.get(0)?.try_to::<i64>().ok()?;
    let error = Error::try_from_ord(i32::try_from(code).ok()?)?;
    Some((error, answer.get(1)?))
}
