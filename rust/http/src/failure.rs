//! Why an exchange failed: a kind that a script can branch on, and a sentence.

use std::fmt;

use godot_rustls_net::error::ConnectError;
use godot_rustls_tls::diagnosis::{Cause, Diagnosis, Vocabulary};

/// What failed, in the engine's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Nobody answers at the address, or a proxy does not let through.
    CantConnect,
    /// The name has no address.
    CantResolve,
    /// The connection broke, or the peer does not speak HTTP.
    Connection,
    /// No secure connection could be made.
    TlsHandshake,
    /// The body is longer than allowed.
    BodySizeLimit,
    /// The body cannot be decompressed.
    Decompress,
    /// The file for the body cannot be opened.
    FileCantOpen,
    /// The file for the body cannot be written.
    FileWrite,
    /// One redirect too many.
    RedirectLimit,
    /// It took too long.
    Timeout,
    /// The request was given up on this side.
    Cancelled,
    /// The request cannot be sent as it is.
    Request,
}

impl FailureKind {
    /// The cause, where nothing more is known.
    fn usual_cause(self) -> Cause {
        match self {
            Self::CantConnect | Self::Connection => Cause::Transport,
            Self::CantResolve => Cause::NameResolution,
            Self::BodySizeLimit => Cause::SizeLimit,
            Self::FileCantOpen | Self::FileWrite => Cause::File,
            Self::RedirectLimit => Cause::Redirect,
            Self::Timeout => Cause::Timeout,
            Self::TlsHandshake | Self::Decompress | Self::Cancelled | Self::Request => Cause::Other,
        }
    }
}

impl From<Failure> for Diagnosis {
    fn from(failure: Failure) -> Self {
        Self::new(failure.cause, failure.message)
    }
}

/// One failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What failed.
    pub kind: FailureKind,
    /// Why, as TLS connections tell it.
    pub cause: Cause,
    /// The sentence for a person: what was wrong, the value seen, what to do.
    pub message: String,
}

impl Failure {
    /// A kind, with the cause that it usually has, and its sentence.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            cause: kind.usual_cause(),
            message: message.into(),
        }
    }

    /// A failure of TLS.
    pub fn of_tls(kind: FailureKind, diagnosis: Diagnosis) -> Self {
        Self::new(kind, diagnosis.message).because(diagnosis.cause)
    }

    /// A connection that was not made, in the words of the class that connects.
    pub fn of_connect(error: &ConnectError, vocabulary: Vocabulary) -> Self {
        let kind = match error {
            ConnectError::Resolve { .. } => FailureKind::CantResolve,
            ConnectError::Tls(_) => FailureKind::TlsHandshake,
            _ => FailureKind::CantConnect,
        };
        Self::of_tls(kind, error.diagnosis(vocabulary))
    }

    /// The same failure with another cause than the usual one.
    #[must_use]
    pub fn because(mut self, cause: Cause) -> Self {
        self.cause = cause;
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
