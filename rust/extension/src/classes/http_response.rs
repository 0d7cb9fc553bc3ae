//! RustlsHTTPResponse.

mod delivery;

pub(crate) use delivery::NODE_GONE;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use godot::classes::Json;
use godot::prelude::*;
use godot_rustls_net::connector::PeerFacts;
use godot_rustls_tls::diagnosis::Diagnosis;

use super::RustlsCertificateInfo;
use crate::engine::convert::godot_text;
use crate::http::response_state::Arrival;

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
    #[var(get = get_result, no_set)]
    result: PhantomVar<i64>,
    /// The status code, such as 200 or 404 (RFC 9110 section 15); 0 when no answer came.
    #[var(get = get_response_code, no_set)]
    response_code: PhantomVar<i64>,
    /// The header fields of the answer, each as [code]"Name: value"[/code], in the server's order and spelling. The
    /// names of HTTP/2, which travel in lower case, are spelled as HTTP/1.1 servers do.
    #[var(get = get_headers, no_set)]
    headers: PhantomVar<PackedStringArray>,
    /// The body, decompressed. Empty when it went into [member RustlsHTTPRequest.download_file] or came as events.
    #[var(get = get_body, no_set)]
    body: PhantomVar<PackedByteArray>,
    /// Why [member result] is not [constant RustlsHTTPRequest.RESULT_SUCCESS], in words; empty when it is.
    #[var(get = get_error, no_set)]
    error: PhantomVar<GString>,
    /// Who answered: the URL that was asked for, or the last one that redirects led to.
    #[var(get = get_url, no_set)]
    url: PhantomVar<GString>,
    /// [code]"HTTP/1.1"[/code], [code]"HTTP/2"[/code] or [code]"HTTP/1.0"[/code]; empty when no answer came.
    #[var(get = get_http_version, no_set)]
    http_version: PhantomVar<GString>,
    /// [code]"TLSv1.3"[/code] or [code]"TLSv1.2"[/code]; empty over plain HTTP.
    #[var(get = get_tls_version, no_set)]
    tls_version: PhantomVar<GString>,
    /// How many redirects were followed.
    #[var(get = get_redirects, no_set)]
    redirects: PhantomVar<i64>,
    outcome: Mutex<Outcome>,
    arrival: Arrival,
    /// The node that asked.
    node: InstanceId,
    /// It is the answer to the node's `request()`.
    is_twin: bool,
    base: Base<RefCounted>,
}

/// What the properties say. It is locked: threads may look while the main thread fills it in.
pub(crate) struct Outcome {
    pub(crate) result: i64,
    pub(crate) response_code: i64,
    pub(crate) headers: PackedStringArray,
    pub(crate) body: PackedByteArray,
    pub(crate) problem: Diagnosis,
    url: GString,
    http_version: GString,
    tls_version: GString,
    redirects: i64,
    /// Who sent it.
    facts: Option<Arc<PeerFacts>>,
}

impl Outcome {
    /// Of a request to `url` that runs.
    fn none_yet(url: &str) -> Self {
        Self {
            result: -1,
            response_code: 0,
            headers: PackedStringArray::new(),
            body: PackedByteArray::new(),
            problem: Diagnosis::default(),
            url: godot_text(url),
            http_version: GString::new(),
            tls_version: GString::new(),
            redirects: 0,
            facts: None,
        }
    }
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

    /// Returns [member result].
    #[func]
    fn get_result(&self) -> i64 {
        self.outcome().result
    }

    /// Returns [member response_code].
    #[func]
    fn get_response_code(&self) -> i64 {
        self.outcome().response_code
    }

    /// Returns [member headers].
    #[func]
    fn get_headers(&self) -> PackedStringArray {
        self.outcome().headers.clone()
    }

    /// Returns [member body].
    #[func]
    fn get_body(&self) -> PackedByteArray {
        self.outcome().body.clone()
    }

    /// Returns [member error].
    #[func]
    fn get_error(&self) -> GString {
        godot_text(&self.outcome().problem.message)
    }

    /// Returns [member url].
    #[func]
    fn get_url(&self) -> GString {
        self.outcome().url.clone()
    }

    /// Returns [member http_version].
    #[func]
    fn get_http_version(&self) -> GString {
        self.outcome().http_version.clone()
    }

    /// Returns [member tls_version].
    #[func]
    fn get_tls_version(&self) -> GString {
        self.outcome().tls_version.clone()
    }

    /// Returns [member redirects].
    #[func]
    fn get_redirects(&self) -> i64 {
        self.outcome().redirects
    }

    /// Returns whether [signal completed] was emitted: nobody should wait for it any more.
    #[func]
    fn is_completed(&self) -> bool {
        self.arrival.is_completed()
    }

    /// Returns whether a whole answer came with a status code from 200 to 299.
    #[func]
    fn is_ok(&self) -> bool {
        let outcome = self.outcome();
        outcome.result == 0 && (200..300).contains(&outcome.response_code)
    }

    /// Returns the value of the first header field of this name, in any case, or an empty string.
    #[func]
    fn get_header(&self, name: GString) -> GString {
        let name = name.to_string();
        let found = self.get_headers().as_slice().iter().find_map(|line| {
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
        godot_text(&String::from_utf8_lossy(self.get_body().as_slice()))
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
        let facts = self.outcome().facts.clone();
        let certificates = facts.iter().flat_map(|facts| &facts.certificates);
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

    /// Returns why the request failed: one of the [code]CAUSE_*[/code] constants. [member error] says it in words.
    #[func]
    fn get_last_error_code(&self) -> i64 {
        self.outcome().problem.cause as i64
    }

    /// Returns how many seconds the server wants a client to wait before it asks for its stream of events again
    /// ([code]retry:[/code], see [member RustlsHTTPRequest.server_sent_events]), or -1 when it did not say. The addon does
    /// not ask again by itself.
    #[func]
    fn get_reconnection_time(&self) -> f64 {
        self.arrival.retry_seconds()
    }

    /// Ends the request. [signal completed] follows in the next frame, unless it was emitted already.
    #[func]
    pub(crate) fn cancel(&self) {
        self.give_up("the request was cancelled");
    }

    /// Nothing may be called while this is held that could come back here.
    pub(crate) fn outcome(&self) -> MutexGuard<'_, Outcome> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the request; the first reason counts.
    pub(crate) fn give_up(&self, why: &'static str) {
        self.arrival.cancel(why);
    }

    /// The engine's HTTPClient.Status.
    pub(crate) fn phase(&self) -> i64 {
        self.arrival.phase()
    }

    pub(crate) fn is_done(&self) -> bool {
        self.arrival.is_done()
    }
}
