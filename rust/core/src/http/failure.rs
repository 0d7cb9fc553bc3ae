//! Why an exchange failed: a kind that a script can branch on, and a sentence.

use std::fmt;

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
    /// A body with both a length and chunks, which differ.
    ChunkedBodySizeMismatch,
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

/// One failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What failed.
    pub kind: FailureKind,
    /// The sentence for a person: what was wrong, the value seen, what to do.
    pub message: String,
}

impl Failure {
    /// A kind and its sentence.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
