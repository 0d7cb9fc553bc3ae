//! Delivery of what arrives before the end of a response: its head, events and pieces of the body.

use godot::prelude::*;
use godot_rustls_http::server_sent_events::Event;

use super::RustlsHTTPResponse;
use crate::classes::RustlsHTTPRequest;
use crate::engine::convert::godot_text;
use crate::engine::shared_objects::with_bound;
use crate::http::stream_part::StreamPart;
use crate::runtime::packed_bytes::Bytes;

type Response = Gd<RustlsHTTPResponse>;
type Node = Gd<RustlsHTTPRequest>;

/// Delivers one part. Nothing is bound while a signal is emitted: a script may do anything then.
pub(super) fn deliver(part: StreamPart, response: &Response, node: Option<&Node>) {
    match part {
        StreamPart::Head(head) => {
            with_bound(response, |response| response.outcome().fill_head(*head));
        }
        StreamPart::Event(event) => emit_event(&event, response, node),
        StreamPart::Chunk(bytes) => emit_chunk(bytes, response, node),
    }
}

fn emit_event(event: &Event, response: &Response, node: Option<&Node>) {
    let [kind, data, id] = [&event.kind, &event.data, &event.id].map(|field| godot_text(field));
    response.signals().event_received().emit(&kind, &data, &id);
    if let Some(node) = still_there(node) {
        node.signals().event_received().emit(&kind, &data, &id);
    }
}

fn emit_chunk(bytes: Bytes, response: &Response, node: Option<&Node>) {
    let chunk = bytes.into_array();
    response.signals().chunk_received().emit(&chunk);
    if let Some(node) = still_there(node) {
        node.signals().chunk_received().emit(&chunk);
    }
}

/// Returns the node unless a handler freed it.
fn still_there(node: Option<&Node>) -> Option<&Node> {
    node.filter(|node| node.is_instance_valid())
}
