//! Reasons why a connection did not deliver a response or its body.

use std::error::Error;
use std::fmt;
use std::io;

use godot_rustls_tls::diagnosis::Cause;
use godot_rustls_tls::failure::Failure;

use crate::head_limits::HeadRefused;

/// Reason why a connection did not deliver a response.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TransportError {
    /// TLS failed on a connection that was made before.
    Tls(Failure),
    /// The server closed the connection before the response was complete.
    Closed,
    /// The response head exceeds a limit or is malformed.
    Head(HeadRefused),
    /// What came is not HTTP.
    NotHttp {
        /// The parser's reason.
        reason: String,
    },
    /// The body of the request cannot be read, such as a file that changed since it was added.
    RequestBody {
        /// The reader's reason.
        reason: String,
    },
    /// The connection broke in another way.
    Broken {
        /// The kind of the I/O error below, where there is one.
        kind: Option<io::ErrorKind>,
        /// The description of the innermost error.
        reason: String,
    },
}

impl TransportError {
    pub(super) fn cause(&self) -> Cause {
        match self {
            Self::Tls(failure) => failure.cause(),
            Self::Closed => Cause::Closed,
            Self::Head(HeadRefused::TooLong) => Cause::SizeLimit,
            Self::Head(_) | Self::NotHttp { .. } | Self::RequestBody { .. } => Cause::Other,
            Self::Broken { .. } => Cause::Transport,
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tls(failure) => failure.fmt(f),
            Self::Closed => {
                f.write_str("the server closed the connection before its answer was complete")
            }
            Self::Head(problem) => problem.fmt(f),
            Self::NotHttp { reason } => {
                write!(f, "the answer is not what HTTP allows ({reason})")
            }
            Self::RequestBody { reason } => {
                write!(f, "the request's body cannot be sent ({reason})")
            }
            Self::Broken { reason, .. } => write!(f, "the connection broke ({reason})"),
        }
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Tls(failure) => Some(failure),
            Self::Head(problem) => Some(problem),
            _ => None,
        }
    }
}

/// Reason why a body is not complete.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum BodyCut {
    /// The body has another length than the server announced.
    Length {
        /// The bytes that were received.
        received: u64,
        /// The bytes that were announced.
        announced: u64,
    },
    /// The server reset the HTTP/2 stream before its end.
    StreamReset,
    /// The connection ended within the body.
    Transport(TransportError),
}

impl fmt::Display for BodyCut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body is incomplete: ")?;
        match self {
            Self::Length {
                received,
                announced,
            } => write!(
                f,
                "it has {received} bytes, and the server announced {announced}"
            ),
            Self::StreamReset => f.write_str("the server reset its stream before the end"),
            Self::Transport(error) => error.fmt(f),
        }
    }
}

impl Error for BodyCut {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Transport(error) => Some(error),
            _ => None,
        }
    }
}
