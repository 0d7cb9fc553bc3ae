//! RustlsHTTPRequest.

mod calls;
mod request_builder;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use godot::classes::notify::NodeNotification;
use godot::classes::{INode, Node};
use godot::prelude::*;
use godot_rustls_http::cookies::Jar;
use godot_rustls_net::proxy::{Environment, Routes};
use godot_rustls_tls::diagnosis::Diagnosis;

use super::http_response::NODE_GONE;
use super::tls_options::AnyOptions;
use super::{RustlsHTTPResponse, RustlsTLSOptions};
use crate::engine::convert::report;
use crate::http::proxy_settings::Proxies;

/// A node that makes HTTP and HTTPS requests in the background; a drop-in replacement for
/// [HTTPRequest].
///
/// The members of [HTTPRequest] work as before, with the trusted roots and TLS options of this
/// addon. In addition, [method fetch] starts any number of requests at the same time, and each can
/// be awaited:
///
/// ```gdscript
/// var response: RustlsHTTPResponse = $RustlsHTTPRequest.fetch("https://example.org/")
/// await response.completed
/// print(response.response_code, " ", response.get_text())
/// ```
///
/// Connections are kept for further requests and shared by all nodes that use the same options
/// object, or none. HTTP/2 is used where the server supports it. One or two threads of the addon do
/// the work. Results are delivered to the main thread once per frame, for at most the time in the
/// project setting `network/tls/rustls/http_main_thread_budget_ms`.
///
/// Differences from [HTTPRequest]: redirects with the codes 303, 307 and 308 and to relative
/// addresses are followed. Credentials are never sent to another server. A redirect from https to
/// http is refused unless [member allow_https_downgrade] is `true`. Brotli and zstd are
/// decompressed too. A body that ends too early is an error. A file is either complete or not
/// written.
#[derive(GodotClass)]
#[class(tool, base=Node)]
pub(crate) struct RustlsHTTPRequest {
    /// The file that receives the body, instead of [signal request_completed]. The path begins with
    /// `user://` or is absolute. Empty (default) means no file.
    ///
    /// The body is written to a temporary file, which replaces [member download_file] when it is
    /// complete; until then, and after a failure, an older file is kept. An empty body creates an
    /// empty file. A response without a body (to HEAD, or with the code 204 or 304) leaves the file
    /// unchanged. A file that cannot be opened or written fails the request with
    /// [constant RESULT_DOWNLOAD_FILE_CANT_OPEN] or [constant RESULT_DOWNLOAD_FILE_WRITE_ERROR].
    #[var(get = get_download_file, set = set_download_file, hint = SAVE_FILE, usage_flags = [DEFAULT])]
    download_file: GString,
    /// The chunk size in bytes; the default is 65536. Has no effect, and exists for compatibility
    /// with [HTTPRequest]: chunks are as large as they arrive.
    #[var(get = get_download_chunk_size, set = set_download_chunk_size, hint = RANGE, hint_string = "256,16777216,suffix:B", usage_flags = [DEFAULT])]
    download_chunk_size: i64,
    /// Has no effect, and exists for compatibility with [HTTPRequest]. The default is `false`. The
    /// work is always done in the background.
    #[var(get = is_using_threads, set = set_use_threads, usage_flags = [DEFAULT])]
    use_threads: bool,
    /// If `true` (default), the request asks for the encodings `gzip, deflate, br, zstd`, and the
    /// body is decompressed, up to four nested encodings. An `Accept-Encoding` header passed by the
    /// caller is sent instead. With a `Range` header no compression is asked for. A body that
    /// cannot be decompressed fails the request with [constant RESULT_BODY_DECOMPRESS_FAILED].
    #[var(get = is_accepting_gzip, set = set_accept_gzip, usage_flags = [DEFAULT])]
    accept_gzip: bool,
    /// The largest body in bytes, as received and as decompressed. The default is -1, which means
    /// no limit. A larger body fails the request with [constant RESULT_BODY_SIZE_LIMIT_EXCEEDED].
    /// Even without a limit, a compressed body that grows to more than 1 GiB and a hundred times
    /// its size is refused.
    #[var(get = get_body_size_limit, set = set_body_size_limit, hint = RANGE, hint_string = "-1,2000000000,suffix:B", usage_flags = [DEFAULT])]
    body_size_limit: i64,
    /// The maximum number of redirects that are followed. The default is 8; -1 means no limit. One
    /// redirect more fails the request with [constant RESULT_REDIRECT_LIMIT_REACHED].
    #[var(get = get_max_redirects, set = set_max_redirects, hint = RANGE, hint_string = "-1,64", usage_flags = [DEFAULT])]
    max_redirects: i64,
    /// Seconds that a request may take, including redirects and the body. The default is 0, which
    /// means no limit. A request that takes longer fails with [constant RESULT_TIMEOUT].
    #[var(get = get_timeout, set = set_timeout, hint = RANGE, hint_string = "0,3600,0.1,or_greater,suffix:s", usage_flags = [DEFAULT])]
    timeout: f64,
    /// Seconds that it may take to make a connection, from the host lookup to the end of the TLS
    /// handshake. The default is 30; 0 means no limit. If it takes longer, the request fails and
    /// [method get_last_error_code] returns [constant CAUSE_TIMEOUT].
    #[var(get = get_connect_timeout, set = set_connect_timeout, hint = RANGE, hint_string = "0,3600,0.1,or_greater,suffix:s", usage_flags = [DEFAULT])]
    connect_timeout: f64,
    /// Seconds that a server may be silent. The default is 0, which means no limit. A longer
    /// silence fails the request with [constant RESULT_TIMEOUT].
    ///
    /// Before the response any byte ends the silence, also one of an interim response (1xx) or of a
    /// header (over HTTP/2 only while no other request uses the connection). Within the body only
    /// bytes of the body do. [member timeout] limits the whole request.
    #[var(get = get_read_timeout, set = set_read_timeout, hint = RANGE, hint_string = "0,3600,0.1,or_greater,suffix:s", usage_flags = [DEFAULT])]
    read_timeout: f64,
    /// If `true` (default), a lost POST or PATCH is sent once more. Connections are kept for
    /// further requests, and a server may close one at the moment when a request is sent. If it
    /// closes the connection without a byte of a response, the request is sent again over a new
    /// connection. In rare cases, for instance when the server crashed, the request then arrives
    /// twice. A request that the server answers with 408 (Request Timeout) while it closes a reused
    /// connection is sent again too.
    ///
    /// If `false`, a request arrives at most once, and each POST or PATCH opens a connection of its
    /// own unless the server speaks HTTP/2. Requests with other methods may be repeated by
    /// definition and always are.
    #[export]
    retry_lost_post: bool,
    /// The TLS options. Null (default) means the default trusted roots of [RustlsTrustStore]. If
    /// [member RustlsTLSOptions.alpn_protocols] is empty, HTTP/2 and HTTP/1.1 are offered.
    #[var(get = get_tls_options, set = assign_tls_options, hint = RESOURCE_TYPE, hint_string = "RustlsTLSOptions", usage_flags = [DEFAULT])]
    tls_options: Option<Gd<RustlsTLSOptions>>,
    /// If `true`, a redirect may lead from https to http, where anyone on the network path can read
    /// and change everything. If `false` (default), such a redirect fails the request with
    /// [constant RESULT_REQUEST_FAILED].
    #[export]
    allow_https_downgrade: bool,
    /// If `true`, this node stores cookies and sends them with its requests. Cookies are kept in
    /// memory only. The default is `false`. See [method clear_cookies].
    #[export]
    cookies_enabled: bool,
    /// If `true`, an interrupted download to [member download_file] keeps what has arrived in a
    /// file next to it that ends in `.part`, and the next download continues there if the server
    /// reports that the file has not changed. Only GET requests can continue, and compression is
    /// not asked for. The default is `false`.
    ///
    /// After a continued download the response code is 206, and progress and sizes are those of the
    /// rest.
    #[export]
    download_resume: bool,
    /// If `true`, the environment variables `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`
    /// are used where [method set_http_proxy] or [method set_https_proxy] set no proxy. The default
    /// is `false`. They are read at the start of each request. A variable with an unusable proxy
    /// fails the request instead of being ignored.
    #[export]
    use_environment_proxies: bool,
    /// If `true`, a response of the type `text/event-stream` is delivered as
    /// [signal event_received], one event after another, instead of as a body. The default is
    /// `false`.
    ///
    /// If more than 1 MiB of events wait, for instance while the game is paused, the server has to
    /// wait too. An event of more than 1 MiB or an id of more than 1 KiB ends the stream with an
    /// error. [member body_size_limit] applies to the whole stream.
    #[export]
    server_sent_events: bool,
    /// The options that were passed; they may be the engine's.
    options: Option<Gd<AnyOptions>>,
    proxies: Proxies,
    cookies: Arc<Mutex<Jar>>,
    responses: Mutex<Responses>,
    base: Base<Node>,
}

/// The requests of a node. Locked, because threads may call `fetch()` while the main thread
/// delivers results.
#[derive(Default)]
struct Responses {
    /// The response to `request()`, kept after its end.
    requested: Option<Gd<RustlsHTTPResponse>>,
    fetched: Vec<Gd<RustlsHTTPResponse>>,
    /// The last error of `request()`.
    last_error: Diagnosis,
}

#[godot_api]
impl INode for RustlsHTTPRequest {
    fn init(base: Base<Node>) -> Self {
        Self {
            download_file: GString::new(),
            download_chunk_size: 65_536,
            use_threads: false,
            accept_gzip: true,
            body_size_limit: -1,
            max_redirects: 8,
            timeout: 0.0,
            connect_timeout: 30.0,
            read_timeout: 0.0,
            retry_lost_post: true,
            tls_options: None,
            allow_https_downgrade: false,
            cookies_enabled: false,
            download_resume: false,
            use_environment_proxies: false,
            server_sent_events: false,
            options: None,
            proxies: Proxies::default(),
            cookies: Arc::default(),
            responses: Mutex::default(),
            base,
        }
    }

    fn on_notification(&mut self, what: NodeNotification) {
        if what == NodeNotification::EXIT_TREE {
            self.cancel_all();
        }
    }
}

#[godot_api]
impl RustlsHTTPRequest {
    /// A complete response was received, with any response code.
    #[constant]
    pub(crate) const RESULT_SUCCESS: i64 = 0;
    /// Never used, and exists for compatibility with [HTTPRequest]. If a response has both a length
    /// and chunks, the chunks count (RFC 9112 section 6.3).
    #[constant]
    pub(crate) const RESULT_CHUNKED_BODY_SIZE_MISMATCH: i64 = 1;
    /// No connection could be made, a proxy refused it, or a redirect has no usable target.
    #[constant]
    pub(crate) const RESULT_CANT_CONNECT: i64 = 2;
    /// The host name has no address.
    #[constant]
    pub(crate) const RESULT_CANT_RESOLVE: i64 = 3;
    /// The connection broke, the response is not HTTP, or the method or the headers cannot be sent.
    #[constant]
    pub(crate) const RESULT_CONNECTION_ERROR: i64 = 4;
    /// The TLS handshake failed.
    #[constant]
    pub(crate) const RESULT_TLS_HANDSHAKE_ERROR: i64 = 5;
    /// Never used, and exists for compatibility with [HTTPRequest]. A response without headers is a
    /// response too.
    #[constant]
    pub(crate) const RESULT_NO_RESPONSE: i64 = 6;
    /// The body is larger than [member body_size_limit].
    #[constant]
    pub(crate) const RESULT_BODY_SIZE_LIMIT_EXCEEDED: i64 = 7;
    /// The body cannot be decompressed.
    #[constant]
    pub(crate) const RESULT_BODY_DECOMPRESS_FAILED: i64 = 8;
    /// The request was cancelled ([method RustlsHTTPResponse.cancel]), a `Content-Length` header
    /// does not match the body, a redirect would have led from https to http, or [method fetch] was
    /// called with arguments that [method request] refuses with an error code.
    #[constant]
    pub(crate) const RESULT_REQUEST_FAILED: i64 = 9;
    /// [member download_file] cannot be opened.
    #[constant]
    pub(crate) const RESULT_DOWNLOAD_FILE_CANT_OPEN: i64 = 10;
    /// [member download_file] cannot be written.
    #[constant]
    pub(crate) const RESULT_DOWNLOAD_FILE_WRITE_ERROR: i64 = 11;
    /// There were more redirects than [member max_redirects].
    #[constant]
    pub(crate) const RESULT_REDIRECT_LIMIT_REACHED: i64 = 12;
    /// The request took longer than [member timeout], or the server was silent for longer than
    /// [member read_timeout].
    #[constant]
    pub(crate) const RESULT_TIMEOUT: i64 = 13;

    /// Emitted when the request of [method request] or [method request_raw] has ended.
    /// [param result] is one of the `RESULT_*` constants, [param response_code] the status code of
    /// the server, and [param headers] contains strings of the form `Name: value`. [param body] is
    /// empty if the body was written to [member download_file]. [method get_last_error] returns the
    /// reason of a failure.
    ///
    /// Another request may be started at once. A fast response to it may be delivered in the same
    /// frame: connect to the signal before the next frame.
    #[signal]
    fn request_completed(
        result: i64,
        response_code: i64,
        headers: PackedStringArray,
        body: PackedByteArray,
    );

    /// Emitted when more of a body has arrived, for every request of this node: [param downloaded]
    /// bytes of [param total], which is -1 if the server does not announce a size.
    #[signal]
    pub(crate) fn progress(downloaded: i64, total: i64);

    /// Emitted when more of a request's body has been sent: [param uploaded] bytes of
    /// [param total].
    #[signal]
    pub(crate) fn upload_progress(uploaded: i64, total: i64);

    /// Emitted for each server-sent event (see [member server_sent_events]): the type
    /// [param event], the [param data], and the last [param id] that the server sent.
    #[signal]
    pub(crate) fn event_received(event: GString, data: GString, id: GString);

    /// Sets [member tls_options]. Null restores the default trusted roots.
    #[func]
    fn assign_tls_options(&mut self, options: Option<Gd<RustlsTLSOptions>>) {
        match options {
            None => {
                self.tls_options = None;
                self.options = None;
            }
            Some(options) => self.set_tls_options(Some(options.upcast())),
        }
    }

    /// Returns [member tls_options]. Also returns null if the engine's [TLSOptions] were set.
    #[func]
    fn get_tls_options(&self) -> Option<Gd<RustlsTLSOptions>> {
        self.tls_options.clone()
    }

    /// Returns [member download_file].
    #[func]
    fn get_download_file(&self) -> GString {
        self.download_file.clone()
    }

    /// Sets [member download_file]. Refused with an error while a request is running.
    #[func]
    fn set_download_file(&mut self, path: GString) {
        if self.may_change("download_file") {
            self.download_file = path;
        }
    }

    /// Returns [member download_chunk_size].
    #[func]
    fn get_download_chunk_size(&self) -> i64 {
        self.download_chunk_size
    }

    /// Sets [member download_chunk_size]. Refused with an error while a request is running.
    #[func]
    fn set_download_chunk_size(&mut self, chunk_size: i64) {
        if self.may_change("download_chunk_size") {
            self.download_chunk_size = chunk_size;
        }
    }

    /// Returns [member use_threads].
    #[func]
    fn is_using_threads(&self) -> bool {
        self.use_threads
    }

    /// Sets [member use_threads]. Refused with an error while a request is running.
    #[func]
    fn set_use_threads(&mut self, enable: bool) {
        if self.may_change("use_threads") {
            self.use_threads = enable;
        }
    }

    /// Returns [member accept_gzip].
    #[func]
    fn is_accepting_gzip(&self) -> bool {
        self.accept_gzip
    }

    /// Sets [member accept_gzip].
    #[func]
    fn set_accept_gzip(&mut self, enable: bool) {
        self.accept_gzip = enable;
    }

    /// Returns [member body_size_limit].
    #[func]
    fn get_body_size_limit(&self) -> i64 {
        self.body_size_limit
    }

    /// Sets [member body_size_limit]. Refused with an error while a request is running.
    #[func]
    fn set_body_size_limit(&mut self, bytes: i64) {
        if self.may_change("body_size_limit") {
            self.body_size_limit = bytes;
        }
    }

    /// Returns [member max_redirects].
    #[func]
    fn get_max_redirects(&self) -> i64 {
        self.max_redirects
    }

    /// Sets [member max_redirects].
    #[func]
    fn set_max_redirects(&mut self, amount: i64) {
        self.max_redirects = amount;
    }

    /// Returns [member timeout].
    #[func]
    fn get_timeout(&self) -> f64 {
        self.timeout
    }

    /// Sets [member timeout]. A negative number is refused with an error.
    #[func]
    fn set_timeout(&mut self, timeout: f64) {
        if self.may_be_seconds("timeout", timeout) {
            self.timeout = timeout;
        }
    }

    /// Returns [member connect_timeout].
    #[func]
    fn get_connect_timeout(&self) -> f64 {
        self.connect_timeout
    }

    /// Sets [member connect_timeout]. A negative number is refused with an error.
    #[func]
    fn set_connect_timeout(&mut self, timeout: f64) {
        if self.may_be_seconds("connect_timeout", timeout) {
            self.connect_timeout = timeout;
        }
    }

    /// Returns [member read_timeout].
    #[func]
    fn get_read_timeout(&self) -> f64 {
        self.read_timeout
    }

    /// Sets [member read_timeout]. A negative number is refused with an error.
    #[func]
    fn set_read_timeout(&mut self, timeout: f64) {
        if self.may_be_seconds("read_timeout", timeout) {
            self.read_timeout = timeout;
        }
    }
}

impl RustlsHTTPRequest {
    /// Returns the proxies, or an error message.
    fn routes(&self) -> Result<Routes, String> {
        let (http, https) = self.proxies.chosen()?;
        Ok(Routes {
            http,
            https,
            // Read on this thread, which may change the environment, and for each request: after a
            // change no connection through the old proxy may be used.
            environment: self.use_environment_proxies.then(Environment::read),
        })
    }

    fn may_be_seconds(&mut self, what: &str, seconds: f64) -> bool {
        // NaN is refused too.
        let is_any = seconds >= 0.0;
        if !is_any {
            self.print_error(&format!(
                "{what} is {seconds}: use 0 or more seconds; 0 means no limit"
            ));
        }
        is_any
    }

    /// While the guard is held, nothing may be called or dropped that could call back into this
    /// node.
    fn responses(&self) -> MutexGuard<'_, Responses> {
        self.responses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn requested(&self) -> Option<Gd<RustlsHTTPResponse>> {
        self.responses().requested.clone()
    }

    fn is_running(&self) -> bool {
        self.requested()
            .is_some_and(|response| !response.bind().is_done())
    }

    /// Returns whether a property may change: as in the engine, not while a request is running.
    fn may_change(&mut self, what: &str) -> bool {
        if self.is_running() {
            self.print_error(&format!(
                "{what} cannot be changed while a request is running"
            ));
            return false;
        }
        true
    }

    /// Prints an error while nothing is bound, because a script that listens may call this node.
    fn print_error(&mut self, problem: &str) {
        let _free = self.base_mut();
        report(problem);
    }

    fn cancel_all(&mut self) {
        let (fetched, requested) = {
            let mut responses = self.responses();
            (
                std::mem::take(&mut responses.fetched),
                responses.requested.clone(),
            )
        };
        for response in fetched.into_iter().chain(requested) {
            response.bind().give_up(NODE_GONE);
        }
    }
}
