//! Limits of response heads, for both versions of HTTP.

use std::error::Error;
use std::fmt;
use std::io;

/// Header fields that a response may have. Responses have a few dozen; more would only cost memory.
pub(super) const MAX_HEADERS: usize = 1000;

/// Bytes that the head of a response may have.
pub(super) const MAX_HEAD: usize = 400 * 1024;

/// Interim responses (1xx) that may precede a response, in no more bytes than its own head may have.
/// A server that reports its progress sends one now and then.
pub(super) const MAX_INTERIM: usize = 1000;

/// Reason why a response head is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeadRefused {
    /// The head has too many bytes or too many fields.
    TooLong,
    /// Too many interim responses precede the response.
    TooManyInterim,
    /// A line of the head must not be read leniently.
    Malformed(MalformedLine),
}

/// Malformed line that another reader may have taken for a field that says where the body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MalformedLine {
    /// The line contains a carriage return or a NUL.
    ControlCharacter,
    /// The line could name the length of the body.
    AboutLength,
}

impl fmt::Display for HeadRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(
                f,
                "the headers of the answer are longer than {} KiB or more than {MAX_HEADERS}",
                MAX_HEAD / 1024
            ),
            Self::TooManyInterim => write!(
                f,
                "the server sent more than {MAX_INTERIM} interim answers (1xx) or more than {} KiB of them, and no answer",
                MAX_HEAD / 1024
            ),
            Self::Malformed(line) => write!(f, "the answer is not what HTTP allows ({line})"),
        }
    }
}

impl Error for HeadRefused {}

impl fmt::Display for MalformedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ControlCharacter => "a line of its head has a carriage return or a NUL within",
            Self::AboutLength => {
                "a line of its head that is about the length of the body is malformed"
            }
        })
    }
}

impl From<HeadRefused> for io::Error {
    fn from(problem: HeadRefused) -> Self {
        Self::other(problem)
    }
}
