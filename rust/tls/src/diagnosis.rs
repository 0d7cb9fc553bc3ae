//! Error messages: what happened, the values on both sides, what to do about it.
//!
//! A [`Failure`] is a value; its message is written here, in the words of the class that reports
//! it. Another part of the crate makes no sentence about a connection.

mod alerts;
mod ends;
mod not_tls;
mod phrases;
mod protocol;
mod refusal;
mod revocation;
mod vocabulary;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::failure::Failure;

pub use crate::cause::Cause;
pub use vocabulary::Vocabulary;

/// A failure as a user reads it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnosis {
    /// The cause as a number.
    pub cause: Cause,
    /// The message: what failed, with the values, and what to do.
    pub message: String,
}

impl Diagnosis {
    /// Makes a diagnosis of a cause and its sentence.
    pub fn new(cause: Cause, message: impl Into<String>) -> Self {
        Self {
            cause,
            message: message.into(),
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnosis {}

/// Returns the cause of `failure` and its message, which names settings as `vocabulary` does.
///
/// ```
/// use std::time::Duration;
///
/// use godot_rustls_tls::diagnosis::{Vocabulary, diagnose};
/// use godot_rustls_tls::failure::Failure;
///
/// let failure = Failure::HandshakeTimeout {
///     limit: Duration::from_secs(10),
///     received: 0,
/// };
/// let vocabulary = Vocabulary {
///     connect_limit: "my_timeout",
///     ..Vocabulary::default()
/// };
/// let told = diagnose(&failure, &vocabulary);
/// assert!(told.message.ends_with("raise my_timeout if the peer is just slow"));
/// ```
pub fn diagnose(failure: &Failure, vocabulary: &Vocabulary) -> Diagnosis {
    Diagnosis::new(failure.cause(), message(failure, vocabulary))
}

/// Writes the message of a failure.
fn message(failure: &Failure, vocabulary: &Vocabulary) -> String {
    match failure {
        Failure::Refused { peer, refusal } => refusal::message(refusal, *peer, vocabulary),
        Failure::Protocol(failure) => protocol::message(failure, vocabulary),
        Failure::AfterRenegotiation { role, end } => {
            ends::after_renegotiation(*role, &message(end, vocabulary))
        }
        other => ends::message(other, vocabulary),
    }
}

/// Writes the message with neutral names of settings.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&message(self, &Vocabulary::default()))
    }
}
