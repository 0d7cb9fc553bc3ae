//! Failures in words: what happened, the values on both sides, what to do.
//!
//! Every sentence that a script reads about a failed connection is made here.

mod handshake;
pub(crate) mod library_errors;
mod refusal;
mod revocation;

#[cfg(test)]
mod tests;

use std::fmt;

pub use godot_rustls_pki::text::quoted;
pub use handshake::{
    Context as HandshakeContext, after_renegotiation, closed, closed_in_handshake, from_rustls,
    hello_unanswered, timeout, transport, truncated,
};
pub use refusal::from_refusal;

/// What failed, as a number that a script can branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(i64)]
pub enum Cause {
    /// Nothing failed.
    #[default]
    None = 0,
    /// No trusted certificate vouches for the peer.
    UntrustedIssuer,
    /// A certificate of the chain is past its date.
    Expired,
    /// A certificate of the chain is not valid yet.
    NotYetValid,
    /// The certificate is for other names.
    NameMismatch,
    /// A certificate of the chain was revoked.
    Revoked,
    /// No certificate of the path has a pinned key.
    PinMismatch,
    /// The certificate is malformed, weak, or not meant for this use.
    BadCertificate,
    /// Both sides speak TLS, in no version that both allow.
    NoCommonVersion,
    /// No cipher suite, group or signature that both sides allow.
    NoCommonCipher,
    /// The peer does not speak TLS.
    NotTls,
    /// The peer closed the connection.
    Closed,
    /// The connection ended without the closing message: data may be missing.
    Truncated,
    /// The server wants a client certificate.
    ClientCertificateRequired,
    /// The peer gave up and said why.
    PeerAlert,
    /// The stream below failed.
    Transport,
    /// Anything else.
    Other,
    /// The handshake took too long; over HTTP, anything that has a time limit.
    Timeout,
    /// The host name has no address.
    NameResolution,
    /// Nobody accepts connections at the address.
    ConnectionRefused,
    /// A body ended before it was complete.
    BodyIncomplete,
    /// Something is larger than allowed.
    SizeLimit,
    /// A proxy cannot be used, or does not let through.
    Proxy,
    /// A redirect that is not followed.
    Redirect,
    /// A file cannot be read or written.
    File,
}

/// What the class that connects calls its own settings: advice names only what that class has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vocabulary {
    /// The setting that limits how long making a connection may take.
    pub connect_limit: &'static str,
    /// The setting that takes proxies from environment variables.
    pub environment_proxies: &'static str,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self {
            connect_limit: "the time limit",
            environment_proxies: "proxies from the environment",
        }
    }
}

/// One failure.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnosis {
    /// What failed.
    pub cause: Cause,
    /// The sentence for a person.
    pub message: String,
}

impl Diagnosis {
    /// A cause and its sentence.
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
