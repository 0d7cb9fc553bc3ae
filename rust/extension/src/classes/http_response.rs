//! RustlsHTTPResponse.

mod landing;

pub(crate) use landing::NODE_GONE;

use std::sync::Arc;

use godot::classes::Json;
use godot::prelude::*;
use godot_rustls_core::http::connect::PeerFacts;

use super::RustlsCertificateInfo;
use crate::convert::godot_text;
use crate::http::arrival::Arrival;

/// The answer to a request that [method RustlsHTTPRequest.fetch] made, while it comes and afterwards.
///
/// The addon keeps it until [signal completed] was emitted, so it can be awaited where it is made:
///
/// ```gdscript
/// var response: RustlsHTTPResponse = await $RustlsHTTPRequest.fetch("https://example.org/players.json").completed
/// if response.is_ok():
///     print(response.get_json())
/// else:
///     print(response.error if response.error else "HTTP %d" % response.response_code)
/// ```
///
/// [b]Note:[/b] Awaiting the signal of an answer that is completed already never ends. Ask [method is_completed] first
/// where other things are awaited in between.
#[derive(GodotClass)]
#[class(tool, no_init, base=RefCounted)]
pub(crate) struct RustlsHTTPResponse {
    /// How it ended, as one of [RustlsHTTPRequest]'s [code]RESULT_[/code] constants; -1 until [signal completed].
    /// [constant RustlsHTTPRequest.RESULT_REQUEST_FAILED] after [method cancel].
    #[var(no_set)]
    pub(crate) result: i64,
    /// The status code, such as 200 or 404 (RFC 9110 section 15); 0 when no answer came.
    #[var(no_set)]
    pub(crate) response_code: i64,
    /// The header fields of the answer, each as [code]"Name: value"[/code], in the server's order and spelling. The
    /// names of HTTP/2, which travel in lower case, are spelled as HTTP/1.1 servers do.
    #[var(no_set)]
    pub(crate) headers: PackedStringArray,
    /// The body, decompressed. Empty when it went into [member RustlsHTTPRequest.download_file] or came as events.
    #[var(no_set)]
    pub(crate) body: PackedByteArray,
    /// Why [member result] is not [constant RustlsHTTPRequest.RESULT_SUCCESS], in words; empty when it is.
    #[var(no_set)]
    pub(crate) error: GString,
    /// Who answered: the URL that was asked for, or the last one that redirects led to.
    #[var(no_set)]
    url: GString,
    /// [code]"HTTP/1.1"[/code], [code]"HTTP/2"[/code] or [code]"HTTP/1.0"[/code]; empty when no answer came.
    #[var(no_set)]
    http_version: GString,
    /// [code]"TLSv1.3"[/code] or [code]"TLSv1.2"[/code]; empty over plain HTTP.
    #[var(no_set)]
    tls_version: GString,
    /// How many redirects were followed.
    #[var(no_set)]
    redirects: i64,
    /// Who sent it.
    facts: Option<Arc<PeerFacts>>,
    arrival: Arrival,
    /// The node that asked.
    node: InstanceId,
    /// It is the answer to the node's `request()`.
    is_twin: bool,
    base: Base<RefCounted>,
}

#[godot_api]
impl RustlsHTTPResponse {
    /// It ended, well or not; [param response] is this object. Emitted once, always in a later frame than the one in which
    /// [method RustlsHTTPRequest.fetch] was called, also when the request could not be made, was cancelled or lost its node.
    /// While its node is paused, it waits.
    #[signal]
    fn completed(response: Gd<RustlsHTTPResponse>);

    /// More of the body came: [param downloaded] bytes of [param total], which is -1 when the server does not say. Bytes as
    /// they travel, so compressed ones if the body is. At most once a frame.
    #[signal]
    fn progress(downloaded: i64, total: i64);

    /// More of the request's body went out: [param uploaded] bytes of [param total]. At most once a frame.
    #[signal]
    fn upload_progress(uploaded: i64, total: i64);

    /// A server-sent event came (see [member RustlsHTTPRequest.server_sent_events]): its type, which is
    /// [code]"message"[/code] unless the server names another, its data, and the last id that the server gave.
    #[signal]
    fn event_received(event: GString, data: GString, id: GString);

    /// Returns whether [signal completed] was emitted: nobody should wait for it any more.
    #[func]
    fn is_completed(&self) -> bool {
        self.arrival.is_completed()
    }

    /// Returns whether a whole answer came with a status code from 200 to 299.
    #[func]
    fn is_ok(&self) -> bool {
        self.result == 0 && (200..300).contains(&self.response_code)
    }

    /// Returns the value of the first header field of this name, in any case, or an empty string.
    #[func]
    fn get_header(&self, name: GString) -> GString {
        let name = name.to_string();
        let found = self.headers.as_slice().iter().find_map(|line| {
            let line = line.to_string();
            let (candidate, value) = line.split_once(':')?;
            candidate
                .eq_ignore_ascii_case(&name)
                .then(|| godot_text(value.trim()))
        });
        found.unwrap_or_default()
    }

    /// Returns the body as text, read as UTF-8; what is none becomes U+FFFD.
    #[func]
    fn get_text(&self) -> GString {
        godot_text(&String::from_utf8_lossy(self.body.as_slice()))
    }

    /// Returns the body read as JSON, or null when it is none.
    #[func]
    fn get_json(&self) -> Variant {
        let mut json = Json::new_gd();
        match json.parse(&self.get_text()) {
            godot::global::Error::OK => json.get_data(),
            _ => Variant::nil(),
        }
    }

    /// Returns the certificates that the server showed, its own first; empty over plain HTTP.
    #[func]
    fn get_peer_certificates(&self) -> Array<Gd<RustlsCertificateInfo>> {
        let certificates = self.facts.iter().flat_map(|facts| &facts.certificates);
        certificates.map(RustlsCertificateInfo::of).collect()
    }

    /// Returns how many bytes of the body came so far, as they travel.
    #[func]
    pub(crate) fn get_downloaded_bytes(&self) -> i64 {
        i64::try_from(self.arrival.counts().downloaded).unwrap_or(i64::MAX)
    }

    /// Returns how many bytes the server announced, or -1.
    #[func]
    pub(crate) fn get_body_size(&self) -> i64 {
        self.arrival.counts().expected
    }

    /// Ends the request. [signal completed] follows in the next frame, unless it was emitted already.
    #[func]
    pub(crate) fn cancel(&self) {
        self.give_up("the request was cancelled");
    }

    /// Ends the request; the first reason counts.
    pub(crate) fn give_up(&self, why: &'static str) {
        self.arrival.give_up(why);
    }

    /// The engine's HTTPClient.Status.
    pub(crate) fn phase(&self) -> i64 {
        self.arrival.phase()
    }

    pub(crate) fn is_done(&self) -> bool {
        self.arrival.is_done()
    }
}
