//! Receivers of response bodies.

use std::pin::Pin;

use crate::error::FetchError;
use crate::range::Partial;
use crate::response::ResponseHead;

/// How a stream of events continues over another connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resumption {
    /// The last id that the server sent; may be empty.
    pub last_event_id: String,
    /// Milliseconds to wait before the request, if the server named them.
    pub retry: Option<u64>,
    /// Events arrived since the last call that returned this value.
    pub has_received: bool,
}

/// Receiver of a response body. Its methods are called on the runtime's threads.
pub trait BodySink: Send {
    /// A response arrived that is not a redirect. `length` is the length that it announces.
    fn begin(&mut self, head: &ResponseHead, length: Option<u64>) -> Result<(), FetchError>;
    /// A piece of the decoded body. An empty body is one empty piece. A response without a body (to
    /// HEAD, or with 204 or 304) has no piece.
    fn write(&mut self, piece: &[u8]) -> Result<(), FetchError>;
    /// Returns a future that completes when the sink can take more, or `None` if it can now.
    fn until_ready(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        None
    }
    /// The body is complete.
    fn finish(&mut self) -> Result<(), FetchError>;
    /// Prepares for the body to be sent again, or for its rest, after a connection broke. Returns
    /// false if that is impossible because a part of the body was passed on.
    fn restart(&mut self) -> bool {
        false
    }
    /// Returns how to request what follows, if the last response was a stream of events.
    fn resumption(&mut self) -> Option<Resumption> {
        None
    }
    /// Returns what an interrupted download left, so that only the rest is requested.
    fn partial(&self) -> Option<&Partial> {
        None
    }
    /// Forgets an interrupted download that cannot be continued.
    fn forget_partial(&mut self) {}
}
