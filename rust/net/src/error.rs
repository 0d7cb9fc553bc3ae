//! Why no connection was made.

use std::error::Error;
use std::fmt;

use godot_rustls_pki::text::excerpt;
use godot_rustls_tls::diagnosis::{Cause, Diagnosis};

/// Which step of making a connection failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectErrorKind {
    /// The address cannot be reached, or a proxy does not let through.
    CantConnect,
    /// The name has no address.
    CantResolve,
    /// The TLS handshake failed.
    Tls,
}

/// Why no connection was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectError {
    /// The step that failed.
    pub kind: ConnectErrorKind,
    /// The cause and its sentence.
    pub diagnosis: Diagnosis,
}

impl ConnectError {
    /// A step that failed with this diagnosis.
    pub fn new(kind: ConnectErrorKind, diagnosis: Diagnosis) -> Self {
        Self { kind, diagnosis }
    }

    /// A step that failed for this cause, with its sentence.
    pub(crate) fn of(kind: ConnectErrorKind, cause: Cause, message: impl Into<String>) -> Self {
        Self::new(kind, Diagnosis::new(cause, message))
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.diagnosis.fmt(f)
    }
}

impl Error for ConnectError {}

/// The last error of a chain, cut: the others only say what was being done, and this one may quote the peer.
pub fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    excerpt(&deepest.to_string())
}
