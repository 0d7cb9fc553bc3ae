//! Classification of failed attempts, by the kinds of hyper's and h2's errors.

use std::error::Error;
use std::io::{self, ErrorKind};

use http::header::{CONNECTION, HeaderMap};
use http::{Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;

use super::retry::End;
use crate::body::Body;
use crate::head_limits::HeadRefused;
use crate::hyper_error::{io_error, io_payload, is_abandoned};

/// Classifies the error of an attempt. `has_begun` is true if bytes of a response arrived, or may
/// have arrived.
pub(super) fn end_of(error: &TrySendError<Request<Body>>, has_begun: bool) -> End {
    if error.message().is_some() {
        return End::Unsent;
    }
    let error = error.error();
    if let Some(end) = reported_by_http2(error) {
        return end;
    }
    match (connection_loss(error), has_begun) {
        (Some(Loss::EndOfStream), false) => End::NoResponse,
        (Some(_), _) => End::Broken,
        (None, _) => End::Other,
    }
}

/// Returns whether the server reports that it waited too long for a complete request (RFC 9110
/// section 15.5.9). Some servers send that before they close an idle connection, when a request is
/// already on its way. A server that keeps the connection has read the request: a program behind it
/// took too long, and may still be working on it.
pub(super) fn is_request_timeout(response: &Response<Incoming>) -> bool {
    response.status() == StatusCode::REQUEST_TIMEOUT
        && match response.version() {
            Version::HTTP_11 => has_close(response.headers()),
            version => version < Version::HTTP_11,
        }
}

/// Returns whether the server closes the connection after this response (RFC 9112 section 9.6).
fn has_close(headers: &HeaderMap) -> bool {
    let values = headers.get_all(CONNECTION).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|option| option.trim().eq_ignore_ascii_case("close"))
}

/// Returns what a GOAWAY or a RST_STREAM reports. h2 returns a GOAWAY only for streams that the
/// frame names as not processed.
fn reported_by_http2(error: &hyper::Error) -> Option<End> {
    let error = error.source()?.downcast_ref::<h2::Error>()?;
    if !error.is_remote() {
        return None;
    }
    let reason = error.reason();
    if error.is_go_away() {
        let is_orderly = reason == Some(h2::Reason::NO_ERROR);
        return Some(if is_orderly {
            End::Refused
        } else {
            End::NotBegun
        });
    }
    (reason == Some(h2::Reason::REFUSED_STREAM)).then_some(End::Refused)
}

/// Loss of a connection.
enum Loss {
    /// The stream ended, properly or not.
    EndOfStream,
    /// The connection broke in another way.
    Other,
}

/// Returns how the connection was lost; `None` if the error has another cause.
fn connection_loss(error: &hyper::Error) -> Option<Loss> {
    match io_error(error) {
        // A request body that cannot be read is a user error.
        Some(_) if error.is_user() || io_payload::<HeadRefused>(error).is_some() => None,
        Some(io) if is_end_of_stream(io) => Some(Loss::EndOfStream),
        Some(_) => Some(Loss::Other),
        None => {
            let is_end = error.is_closed()
                || error.is_canceled()
                || error.is_incomplete_message()
                || is_abandoned(error);
            is_end.then_some(Loss::EndOfStream)
        }
    }
}

fn is_end_of_stream(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::UnexpectedEof
            | ErrorKind::BrokenPipe
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::NotConnected
            | ErrorKind::TimedOut
    )
}
