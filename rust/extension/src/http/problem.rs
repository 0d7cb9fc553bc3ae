//! Reason of a failed request as scripts read it.

use godot_rustls_http::diagnosis::diagnose;
use godot_rustls_http::error::{FetchError, FetchErrorKind};
use godot_rustls_tls::diagnosis::{Cause, Diagnosis};

use crate::vocabulary;

/// Result class, cause and message of a request that [RustlsHTTPRequest] made.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) kind: FetchErrorKind,
    pub(crate) diagnosis: Diagnosis,
}

impl Problem {
    pub(crate) fn new(kind: FetchErrorKind, cause: Cause, message: impl Into<String>) -> Self {
        Self {
            kind,
            diagnosis: Diagnosis::new(cause, message),
        }
    }

    /// A request that was refused or cancelled before anything failed.
    pub(crate) fn other(kind: FetchErrorKind, message: impl Into<String>) -> Self {
        Self::new(kind, Cause::Other, message)
    }
}

impl From<FetchError> for Problem {
    fn from(error: FetchError) -> Self {
        Self {
            kind: error.kind(),
            diagnosis: diagnose(&error, &vocabulary::REQUESTS),
        }
    }
}
