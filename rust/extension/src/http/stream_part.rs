//! Parts of a response that scripts get while it arrives.

use godot_rustls_http::response::ResponseHead;
use godot_rustls_http::server_sent_events::Event;
use godot_rustls_runtime::event_queue;

use crate::runtime::packed_bytes::Bytes;

/// One part.
pub(crate) enum StreamPart {
    /// The head, before the first part of its body.
    Head(Box<ResponseHead>),
    /// A server-sent event.
    Event(Event),
    /// A piece of the body.
    Chunk(Bytes),
}

impl event_queue::Event for StreamPart {
    fn bytes(&self) -> usize {
        match self {
            Self::Head(head) => {
                let lines = head.lines.iter();
                lines.map(|(name, value)| name.len() + value.len()).sum()
            }
            Self::Event(event) => event.kind.len() + event.data.len() + event.id.len(),
            Self::Chunk(bytes) => bytes.len(),
        }
    }
}
