//! Receivers of response bodies.

use std::pin::Pin;

use crate::error::FetchError;
use crate::range::Partial;
use crate::response::ResponseHead;

/// How a stream of events goes on over another connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resumption {
    /// The last id that the server gave; may be empty.
    pub last_event_id: String,
    /// Milliseconds to wait first, if the server named them.
    pub retry: Option<u64>,
    /// Events came since this was asked for last.
    pub has_received: bool,
}

/// Where a body goes. Called on the runtime's threads.
pub trait BodySink: Send {
    /// An answer that is no redirect came; `length` is what it announces.
    fn begin(&mut self, head: &ResponseHead, length: Option<u64>) -> Result<(), FetchError>;
    /// A piece of the body, decoded. An empty one stands for a body without a byte; an answer that has no body, as to HEAD
    /// or with 204 or 304, gives none.
    fn write(&mut self, piece: &[u8]) -> Result<(), FetchError>;
    /// Returns a future that completes once the sink takes more; none when it takes more at once.
    fn until_ready(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        None
    }
    /// The body is complete.
    fn finish(&mut self) -> Result<(), FetchError>;
    /// Prepares for a body that comes once more, or for its rest, after the first one broke. Returns
    /// false if that cannot be: a part of it was handed on.
    fn restart(&mut self) -> bool {
        false
    }
    /// Returns how to ask for what follows a stream of events that came last; none if anything else came.
    fn resumption(&mut self) -> Option<Resumption> {
        None
    }
    /// What an earlier attempt left, so that only the rest is asked for.
    fn partial(&self) -> Option<&Partial> {
        None
    }
    /// There is nothing to go on with: what was left is of no use.
    fn forget_partial(&mut self) {}
}
