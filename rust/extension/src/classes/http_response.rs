//! RustlsHTTPResponse.

mod awaiting;
mod decoding;
mod delivery;
mod stream_parts;

pub(crate) use delivery::NODE_GONE;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use godot::classes::{IRefCounted, Json};
use godot::prelude::*;
use godot_rustls_http::request_url::redacted;
use godot_rustls_net::connector::PeerFacts;
use godot_rustls_pki::text::{excerpt, quoted};
use godot_rustls_tls::diagnosis::Diagnosis;

use super::cancellation::CANCELLED;
use super::{RustlsCancellation, RustlsCertificateInfo};
use crate::engine::convert::godot_text;
use crate::engine::enum_types::ResponseCause;
use crate::http::shared_response::SharedResponse;
use crate::http::status;

/// The response to a request of [method RustlsHTTPRequest.fetch], while it arrives and afterwards.
///
/// The addon keeps this object until [signal completed] has been emitted, so the call can be
/// awaited directly:
///
/// ```gdscript
/// var url := "https://example.org/players.json"
/// var response: RustlsHTTPResponse = await $RustlsHTTPRequest.fetch(url).completed
/// if response.is_ok():
/// 	print(response.get_json())
/// else:
/// 	print(response.error if response.error else "HTTP %d" % response.response_code)
/// ```
///
/// [b]Note:[/b] Awaiting [signal completed] after it has been emitted never returns. Call
/// [method is_completed] first if the script awaits something else in between.
#[derive(GodotClass)]
#[class(tool, no_init, base=RefCounted)]
pub(crate) struct RustlsHTTPResponse {
    /// The result, one of the `RESULT_*` constants of [RustlsHTTPRequest]; -1 until
    /// [signal completed] is emitted. [constant RustlsHTTPRequest.RESULT_REQUEST_FAILED] after
    /// [method cancel].
    #[var(get = get_result, no_set)]
    result: PhantomVar<i64>,
    /// The status code, such as 200 or 404 (RFC 9110 section 15); 0 if no response arrived. Known
    /// when [signal completed] is emitted, and before the first event or piece of a body.
    #[var(get = get_response_code, no_set)]
    response_code: PhantomVar<i64>,
    /// The header fields of the response, each in the form `Name: value`, in the order and spelling
    /// of the server. The names in HTTP/2, which are sent in lower case, are spelled as HTTP/1.1
    /// servers spell them.
    #[var(get = get_headers, no_set)]
    headers: PhantomVar<PackedStringArray>,
    /// The decompressed body. Empty if it was written to [member RustlsHTTPRequest.download_file]
    /// or delivered as events or in pieces.
    #[var(get = get_body, no_set)]
    body: PhantomVar<PackedByteArray>,
    /// The error message if [member result] is not [constant RustlsHTTPRequest.RESULT_SUCCESS];
    /// empty otherwise. [method get_last_error_code] returns the cause.
    #[var(get = get_error, no_set)]
    error: PhantomVar<GString>,
    /// The URL that the response came from: the requested URL, or the last one that redirects led
    /// to.
    #[var(get = get_url, no_set)]
    url: PhantomVar<GString>,
    /// The HTTP version: `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`. Empty if no response arrived.
    #[var(get = get_http_version, no_set)]
    http_version: PhantomVar<GString>,
    /// The TLS version: `TLSv1.2` or `TLSv1.3`. Empty over plain HTTP.
    #[var(get = get_tls_version, no_set)]
    tls_version: PhantomVar<GString>,
    /// The number of redirects that were followed.
    #[var(get = get_redirects, no_set)]
    redirects: PhantomVar<i64>,
    /// `true` if a complete response arrived with a status code from 200 to 299.
    #[var(get = is_ok, no_set)]
    ok: PhantomVar<bool>,
    /// The body as text in UTF-8. Invalid bytes become U+FFFD.
    #[var(get = get_text, no_set)]
    text: PhantomVar<GString>,
    /// The body parsed as JSON, or null if the body is not valid JSON: [method get_json_error]
    /// returns the reason. The body is parsed at each access.
    #[var(get = get_json, no_set)]
    json: PhantomVar<Variant>,
    /// How often the request was sent again, because of [member RustlsHTTPRequest.retries] or
    /// [member RustlsHTTPRequest.reconnect_events]. Requests that were lost with a reused connection
    /// do not count.
    #[var(get = get_retry_count, no_set)]
    retry_count: PhantomVar<i64>,
    /// `true` if the body comes from the cache ([member RustlsHTTPRequest.cache]).
    #[var(get = is_from_cache, no_set)]
    from_cache: PhantomVar<bool>,
    outcome: Mutex<Outcome>,
    shared: SharedResponse,
    /// The node that sent the request; none for [RustlsHTTP].
    node: Option<InstanceId>,
    /// True for the response to the node's `request()`, false for one of `fetch()`.
    is_of_request: bool,
    base: Base<RefCounted>,
}

/// The values of the properties. Locked, because threads may read while the main thread writes.
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
    is_from_cache: bool,
    /// Facts about the server and the connection.
    facts: Option<Arc<PeerFacts>>,
}

impl Outcome {
    /// Returns the values while the request to `url` is running.
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
            is_from_cache: false,
            facts: None,
        }
    }
}

#[godot_api]
impl IRefCounted for RustlsHTTPResponse {
    /// Returns the URL without its query and what became of the request, for `print()`.
    fn to_string(&self) -> GString {
        let outcome = self.outcome();
        let end = match (outcome.result, outcome.response_code) {
            (-1, _) => "under way".to_owned(),
            (0, code) => format!(
                "{} {code}, {} bytes",
                outcome.http_version,
                outcome.body.len()
            ),
            (_, _) => outcome.problem.message.clone(),
        };
        let url = redacted(&outcome.url.to_string());
        godot_text(&format!("<RustlsHTTPResponse: {url}, {end}>"))
    }
}

#[godot_api]
impl RustlsHTTPResponse {
    /// Emitted once when the request has ended, successfully or not. [param response] is this
    /// object. Always emitted in a later frame than the call of [method RustlsHTTPRequest.fetch],
    /// also if the request could not be sent, was cancelled, or lost its node. Delayed while the
    /// node is paused.
    ///
    /// A function that awaits the signal of a response that has completed goes on too: in the next
    /// frame, or a little later in a game that holds many completed responses. [method done] is the
    /// next frame always. Handlers that are connected too late are not called.
    #[signal]
    fn completed(response: Gd<RustlsHTTPResponse>);

    /// Emitted at most once per frame when more of the body has arrived: [param downloaded] bytes
    /// of [param total], which is -1 if the server does not announce a size. The bytes are counted
    /// before decompression.
    #[signal]
    fn progress(downloaded: i64, total: i64);

    /// Emitted at most once per frame when more of the request's body has been sent:
    /// [param uploaded] bytes of [param total].
    #[signal]
    fn upload_progress(uploaded: i64, total: i64);

    /// Emitted for each server-sent event (see [member RustlsHTTPRequest.server_sent_events]): the
    /// type [param event], which is `message` unless the server names another, the [param data],
    /// and the last [param id] that the server sent.
    #[signal]
    fn event_received(event: GString, data: GString, id: GString);

    /// Emitted for each piece of the decompressed body, in order, if
    /// [member RustlsHTTPRequest.stream_body] is `true`. Pieces are as large as they arrive: where
    /// one ends has no meaning. [member response_code] and [member headers] are those of the
    /// response already.
    ///
    /// The body is complete only if [signal completed] follows with the [member result]
    /// [constant RustlsHTTPRequest.RESULT_SUCCESS].
    #[signal]
    fn chunk_received(chunk: PackedByteArray);

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

    /// Returns [member retry_count].
    #[func]
    fn get_retry_count(&self) -> i64 {
        i64::try_from(self.shared.counts().repeats).unwrap_or(i64::MAX)
    }

    /// Returns [member from_cache].
    #[func]
    fn is_from_cache(&self) -> bool {
        self.outcome().is_from_cache
    }

    /// Returns whether [signal completed] has been emitted.
    #[func]
    fn is_completed(&self) -> bool {
        self.shared.is_completed()
    }

    /// Returns [member ok].
    #[func]
    fn is_ok(&self) -> bool {
        let outcome = self.outcome();
        outcome.result == 0 && (200..300).contains(&outcome.response_code)
    }

    /// Returns the value of the first header field with this name, or an empty string. Case is
    /// ignored.
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

    /// Returns [member text].
    #[func]
    fn get_text(&self) -> GString {
        godot_text(&String::from_utf8_lossy(self.get_body().as_slice()))
    }

    /// Returns [member json].
    #[func]
    fn get_json(&self) -> Variant {
        let mut json = Json::new_gd();
        match json.parse(&self.get_text()) {
            godot::global::Error::OK => json.get_data(),
            _ => Variant::nil(),
        }
    }

    /// Returns why the body is not valid JSON: the line, what the parser says, the content type and
    /// the first characters of the body. Empty if the body is valid JSON.
    #[func]
    fn get_json_error(&self) -> GString {
        let text = self.get_text();
        let mut json = Json::new_gd();
        if json.parse(&text) == godot::global::Error::OK {
            return GString::new();
        }
        let kind = self.get_header("Content-Type".into());
        godot_text(&not_json(&json, &kind.to_string(), &text.to_string()))
    }

    /// Returns the certificates that the server presented, its own certificate first. Empty over
    /// plain HTTP.
    #[func]
    fn get_peer_certificates(&self) -> Array<Gd<RustlsCertificateInfo>> {
        let facts = self.outcome().facts.clone();
        let certificates = facts.iter().flat_map(|facts| &facts.certificates);
        certificates.map(RustlsCertificateInfo::of).collect()
    }

    /// Returns the number of bytes of the body received so far, before decompression.
    #[func]
    pub(crate) fn get_downloaded_bytes(&self) -> i64 {
        i64::try_from(self.shared.counts().downloaded).unwrap_or(i64::MAX)
    }

    /// Returns the size of the body in bytes, or -1 if the server does not announce it.
    #[func]
    pub(crate) fn get_body_size(&self) -> i64 {
        self.shared.counts().expected
    }

    /// Returns the cause if the request failed: one of the `CAUSE_*` constants. [member error] is
    /// the error message.
    #[func]
    fn get_last_error_code(&self) -> ResponseCause {
        ResponseCause::new(self.outcome().problem.cause as i64)
    }

    /// Returns the number of seconds that the server asks a client to wait before it requests its
    /// stream of events again (`retry:`, see [member RustlsHTTPRequest.server_sent_events]), or -1
    /// if the server did not say. The addon repeats the request by itself only with
    /// [member RustlsHTTPRequest.reconnect_events].
    #[func]
    fn get_reconnection_time(&self) -> f64 {
        self.shared.retry_seconds()
    }

    /// Cancels the request. [signal completed] is emitted in the next frame, unless it has been
    /// emitted already.
    #[func]
    pub(crate) fn cancel(&self) {
        self.give_up(CANCELLED);
    }

    /// Cancels the request when `cancellation` is cancelled, or now if it is already.
    pub(crate) fn end_with(&self, cancellation: &Gd<RustlsCancellation>) {
        RustlsCancellation::requests(cancellation).add(&self.shared, CANCELLED);
    }

    /// While the guard is held, nothing may be called that could call back into this object.
    pub(crate) fn outcome(&self) -> MutexGuard<'_, Outcome> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Cancels the request. The first reason is kept.
    pub(crate) fn give_up(&self, why: &'static str) {
        self.shared.cancel(why);
    }

    /// Returns the engine's number for the phase of the exchange.
    pub(crate) fn status(&self) -> i64 {
        status::of_phase(self.shared.phase())
    }

    pub(crate) fn is_done(&self) -> bool {
        self.shared.is_done()
    }
}

/// Returns the message of a parser that failed at `text`.
fn not_json(parser: &Gd<Json>, content_type: &str, text: &str) -> String {
    /// Characters of the body that are shown.
    const SHOWN: usize = 40;
    if text.trim().is_empty() {
        return "the body is empty, which is not JSON".to_owned();
    }
    let (line, reason) = (parser.get_error_line() + 1, parser.get_error_message());
    let start: String = text.chars().take(SHOWN).collect();
    let content_type = match content_type {
        "" => "no content type".to_owned(),
        kind => format!("the content type {}", excerpt(kind)),
    };
    format!(
        "the body is not JSON: line {line}: {reason} (it begins with {} and has {content_type})",
        quoted(&start)
    )
}
