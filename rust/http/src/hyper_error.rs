//! Meaning of hyper's errors, by their kinds and sources and never by their texts.

use std::error::Error;
use std::io;

use godot_rustls_net::error::root_cause;
use godot_rustls_tls::failure::Failure;

use crate::error::{BodyCut, TransportError};
use crate::head_limits::HeadRefused;

/// Returns why the connection did not deliver a response.
pub(super) fn from_hyper(error: &hyper::Error) -> TransportError {
    if let Some(failure) = io_payload::<Failure>(error) {
        return TransportError::Tls(failure.clone());
    }
    if let Some(problem) = io_payload::<HeadRefused>(error) {
        return TransportError::Head(problem.clone());
    }
    if error.is_parse() {
        let reason = root_cause(error);
        return TransportError::NotHttp { reason };
    }
    if error.is_user() && io_error(error).is_some() {
        let reason = root_cause(error);
        return TransportError::RequestBody { reason };
    }
    let kind = io_error(error).map(io::Error::kind);
    if is_closed(error, kind) {
        return TransportError::Closed;
    }
    let reason = root_cause(error);
    TransportError::Broken { kind, reason }
}

/// Returns why a body is not complete.
pub(super) fn cut_by(error: &hyper::Error) -> BodyCut {
    BodyCut::Transport(from_hyper(error))
}

fn is_closed(error: &hyper::Error, kind: Option<io::ErrorKind>) -> bool {
    error.is_incomplete_message()
        || error.is_closed()
        || error.is_canceled()
        || is_abandoned(error)
        // h2 reports a closed connection as the second one.
        || matches!(kind, Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe))
}

/// Returns whether the connection's task ended while it held the request, as it does when the
/// server's GOAWAY or end of stream came at that moment.
pub(super) fn is_abandoned(error: &hyper::Error) -> bool {
    // The other user error of hyper's is a request body that cannot be read, which has a source.
    error.is_user() && io_error(error).is_none()
}

/// Returns the first I/O error among the sources.
pub(super) fn io_error(error: &hyper::Error) -> Option<&io::Error> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref() {
            return Some(error);
        }
        source = error.source();
    }
    None
}

/// Returns what a transport of this crate put into its I/O error.
pub(super) fn io_payload<T: Error + 'static>(error: &hyper::Error) -> Option<&T> {
    io_error(error)?.get_ref()?.downcast_ref()
}
