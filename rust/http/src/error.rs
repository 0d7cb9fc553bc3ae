//! Reasons why a request ended without a whole response.
//!
//! Each reason is a value. `Display` writes it with neutral names of settings; [`crate::diagnosis`]
//! writes it with the names that the calling class has.

mod download;
mod transient;
mod transport;

#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;
use std::time::Duration;

use godot_rustls_net::error::ConnectError;
use godot_rustls_tls::diagnosis::Cause;

pub use download::{DownloadError, FileProblem, IoFailure};
pub use transport::{BodyCut, TransportError};

use crate::decode::{DecodeError, DecodeProblem};
use crate::headers::HeaderError;
use crate::request_url::LocationError;
use crate::server_sent_events::EventError;

/// Class of a [`FetchError`], for callers that map errors to result codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchErrorKind {
    /// The address cannot be reached, or a proxy does not let through.
    CantConnect,
    /// The host name has no address.
    CantResolve,
    /// The connection broke, or the peer does not speak HTTP.
    Connection,
    /// The TLS handshake failed.
    TlsHandshake,
    /// The body is larger than allowed.
    BodySizeLimit,
    /// The body cannot be decoded.
    Decompress,
    /// The file for the body cannot be opened.
    FileCantOpen,
    /// The file for the body cannot be written.
    FileWrite,
    /// The limit of redirects was reached.
    RedirectLimit,
    /// A time limit was reached.
    Timeout,
    /// The caller cancelled the request.
    Cancelled,
    /// The request cannot be sent as it is.
    Request,
}

/// Reason why a request ended without a whole response.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FetchError {
    /// No connection was made.
    Connect(ConnectError),
    /// The connection broke before it took a request.
    ConnectionSetup {
        /// The HTTP library's description of the failure.
        reason: String,
    },
    /// The connection ended, or what came on it is not HTTP, before the response head was complete.
    Transport(TransportError),
    /// The body ended before it was complete.
    BodyIncomplete(BodyCut),
    /// The body cannot be decoded as its `Content-Encoding` says.
    Decode(DecodeError),
    /// The body exceeds the caller's size limit.
    BodyTooLarge {
        /// The limit in bytes.
        limit: u64,
        /// The size that was seen, in bytes.
        size: u64,
        /// The size that was measured.
        measured: Measured,
    },
    /// A compressed body grew beyond every plausible ratio, without a size limit that allows it.
    DecompressionBomb {
        /// The compressed bytes received so far.
        received: u64,
    },
    /// The memory for the body cannot be allocated.
    OutOfMemory,
    /// The server redirects again after as many redirects as are allowed.
    TooManyRedirects {
        /// The redirects that were followed.
        followed: usize,
    },
    /// The server redirects to a URL that cannot be requested.
    RedirectLocation(LocationError),
    /// The server redirects from `https` to `http`, which the caller does not allow.
    RedirectDowngrade {
        /// Host and port of the redirecting server.
        from: String,
        /// Host and port of the target.
        to: String,
    },
    /// The request as a whole took too long.
    Timeout {
        /// The limit.
        limit: Duration,
        /// The step that the limit interrupted.
        step: Step,
    },
    /// The server sent nothing for too long.
    ReadTimeout {
        /// The limit.
        limit: Duration,
        /// The place of the silence.
        silence: Silence,
    },
    /// The file for the body cannot be used.
    Download(DownloadError),
    /// The event stream has an oversized line, event or id.
    EventStream(EventError),
    /// The caller cancelled the request. Made by callers only.
    Cancelled,
    /// The request cannot be sent as it is.
    Request(RequestError),
}

/// Size that a limit was compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measured {
    /// The `Content-Length` or the total of a `Content-Range`.
    Announced,
    /// The bytes received.
    Received,
    /// The bytes after decoding.
    Decoded,
}

/// Step of a request that a time limit can interrupt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The name lookup.
    NameLookup,
    /// Connecting, the TLS handshake included.
    Connecting,
    /// Sending the request and waiting for the response head.
    Response,
    /// Receiving the body.
    Body,
    /// Waiting before the request is sent again.
    Waiting,
}

/// Place of a server's silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// Before the response head.
    BeforeResponse,
    /// Within the body.
    InBody,
}

/// Reason why a request cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestError {
    /// A header field cannot be sent.
    Header(HeaderError),
    /// The URL is no request target.
    Url {
        /// The URL in quotes, without user, password, query and fragment.
        url: String,
        /// The parser's reason.
        reason: String,
    },
    /// The target of a request over a dedicated connection is not valid.
    Target {
        /// The target in quotes, without what may be secret.
        target: String,
        /// The parser's reason.
        reason: String,
    },
    /// Method, target and header fields make no request together.
    Message {
        /// The HTTP library's reason.
        reason: String,
    },
}

impl FetchError {
    /// Returns the class of the error.
    pub fn kind(&self) -> FetchErrorKind {
        use FetchErrorKind as Kind;
        match self {
            Self::Connect(ConnectError::Resolve { .. }) => Kind::CantResolve,
            Self::Connect(ConnectError::Tls(_)) => Kind::TlsHandshake,
            Self::Connect(_) => Kind::CantConnect,
            Self::ConnectionSetup { .. }
            | Self::Transport(_)
            | Self::BodyIncomplete(_)
            | Self::EventStream(_) => Kind::Connection,
            Self::Decode(_) => Kind::Decompress,
            Self::BodyTooLarge { .. } | Self::DecompressionBomb { .. } | Self::OutOfMemory => {
                Kind::BodySizeLimit
            }
            Self::TooManyRedirects { .. } => Kind::RedirectLimit,
            Self::RedirectLocation(_) => Kind::CantConnect,
            Self::RedirectDowngrade { .. } | Self::Request(_) => Kind::Request,
            Self::Timeout { .. } | Self::ReadTimeout { .. } => Kind::Timeout,
            Self::Download(error) => error.kind(),
            Self::Cancelled => Kind::Cancelled,
        }
    }

    /// Returns the cause in the terms that all connections share.
    pub fn cause(&self) -> Cause {
        match self {
            Self::Connect(error) => error.cause(),
            Self::ConnectionSetup { .. } | Self::EventStream(_) => Cause::Transport,
            Self::Transport(error) => error.cause(),
            Self::BodyIncomplete(_) => Cause::BodyIncomplete,
            Self::Decode(error) if error.problem == DecodeProblem::Cut => Cause::BodyIncomplete,
            Self::BodyTooLarge { .. } | Self::DecompressionBomb { .. } | Self::OutOfMemory => {
                Cause::SizeLimit
            }
            Self::TooManyRedirects { .. }
            | Self::RedirectLocation(_)
            | Self::RedirectDowngrade { .. } => Cause::Redirect,
            Self::Timeout { .. } | Self::ReadTimeout { .. } => Cause::Timeout,
            Self::Download(error) => error.cause(),
            Self::Decode(_) | Self::Cancelled | Self::Request(_) => Cause::Other,
        }
    }
}

impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Connect(error) => Some(error),
            Self::Transport(error) => Some(error),
            Self::BodyIncomplete(error) => Some(error),
            Self::Decode(error) => Some(error),
            Self::RedirectLocation(error) => Some(error),
            Self::Download(error) => Some(error),
            Self::EventStream(error) => Some(error),
            Self::Request(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(error) => error.fmt(f),
            Self::Url { url, reason } => write!(f, "the URL {url} cannot be sent ({reason})"),
            Self::Target { target, reason } => {
                write!(f, "the target {target} cannot be sent ({reason})")
            }
            Self::Message { reason } => write!(f, "the request cannot be sent ({reason})"),
        }
    }
}

impl Error for RequestError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Header(error) => Some(error),
            _ => None,
        }
    }
}

/// Implements the conversions of the reasons that a [`FetchError`] holds.
macro_rules! held_by_fetch_error {
    ($($reason:ty => $variant:ident,)*) => {$(
        impl From<$reason> for FetchError {
            fn from(error: $reason) -> Self {
                Self::$variant(error)
            }
        }
    )*};
}

held_by_fetch_error! {
    ConnectError => Connect,
    TransportError => Transport,
    BodyCut => BodyIncomplete,
    DecodeError => Decode,
    LocationError => RedirectLocation,
    DownloadError => Download,
    EventError => EventStream,
    RequestError => Request,
}

impl From<HeaderError> for RequestError {
    fn from(error: HeaderError) -> Self {
        Self::Header(error)
    }
}

impl From<HeaderError> for FetchError {
    fn from(error: HeaderError) -> Self {
        Self::Request(error.into())
    }
}
