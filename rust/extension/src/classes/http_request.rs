//! RustlsHTTPRequest.

mod calls;
mod node;
mod requests;
mod results;

use std::sync::{Arc, Mutex};

use godot::prelude::*;
use godot_rustls_http::cookies::Jar;

use super::http_response::NODE_GONE;
use super::request_settings::OriginSettings;
use super::tls_options::AnyOptions;
use super::{RustlsHTTPCache, RustlsTLSOptions};
use crate::engine::convert::godot_text;
use crate::engine::objects::secret_text;
use crate::http::proxy_settings::Proxies;
use requests::Responses;

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
#[class(tool, init, base=Node)]
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
    #[init(val = 65_536)]
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
    #[init(val = true)]
    accept_gzip: bool,
    /// The largest body in bytes, as received and as decompressed. The default is -1, which means
    /// no limit. A larger body fails the request with [constant RESULT_BODY_SIZE_LIMIT_EXCEEDED].
    /// Even without a limit, a compressed body that grows to more than 1 GiB and a hundred times
    /// its size is refused.
    #[var(get = get_body_size_limit, set = set_body_size_limit, hint = RANGE, hint_string = "-1,2000000000,suffix:B", usage_flags = [DEFAULT])]
    #[init(val = -1)]
    body_size_limit: i64,
    /// The maximum number of redirects that are followed. The default is 8; -1 means no limit. One
    /// redirect more fails the request with [constant RESULT_REDIRECT_LIMIT_REACHED].
    #[var(get = get_max_redirects, set = set_max_redirects, hint = RANGE, hint_string = "-1,64", usage_flags = [DEFAULT])]
    #[init(val = 8)]
    max_redirects: i64,
    /// Seconds that a request may take, including redirects and the body. The default is 0, which
    /// means no limit. A request that takes longer fails with [constant RESULT_TIMEOUT].
    #[var(get = get_timeout, set = set_timeout, hint = RANGE, hint_string = "0,3600,0.1,or_greater,suffix:s", usage_flags = [DEFAULT])]
    timeout: f64,
    /// The URL that relative URLs of requests are resolved against (RFC 3986 section 5): with
    /// `https://api.example.org/v1`, the URL `players?page=2` means
    /// `https://api.example.org/v1/players?page=2` and `/news` means
    /// `https://api.example.org/news`. Absolute URLs stay as they are. Empty (default) means none.
    ///
    /// The server of this URL is also the only one that [member default_headers],
    /// [member bearer_token] and [method set_basic_auth] are for. A URL that cannot be used is
    /// reported, and every request fails with [constant ERR_INVALID_PARAMETER] until another one is
    /// set.
    #[export_group(name = "Server")]
    #[var(get = get_base_url, set = set_base_url, usage_flags = [DEFAULT])]
    base_url: GString,
    /// Headers of the form `Name: value` that are added to each request, unless the request has a
    /// header of that name. With a [member base_url], they are added to requests to its server
    /// alone. A redirect to another server drops them.
    ///
    /// Without a [member base_url], a request with `Authorization`, `Cookie` or
    /// `Proxy-Authorization` among these headers is refused with
    /// [constant ERR_INVALID_PARAMETER]. A line that cannot be sent is reported when it is set, and
    /// fails the requests.
    ///
    /// [b]Note:[/b] The scene file contains these headers. Set secrets in a script.
    #[var(get = get_default_headers, set = set_default_headers, usage_flags = [DEFAULT])]
    default_headers: PackedStringArray,
    /// A token that is sent as `Authorization: Bearer …` (RFC 6750) to the server of
    /// [member base_url], and to no other. Without a [member base_url], requests are refused with
    /// [constant ERR_INVALID_PARAMETER] while there is a token. Empty (default) means none. The
    /// property is neither saved with the scene nor shown in the inspector.
    ///
    /// ```gdscript
    /// $RustlsHTTPRequest.base_url = "https://api.example.org/v1"
    /// $RustlsHTTPRequest.bearer_token = FileAccess.get_file_as_string("user://token").strip_edges()
    /// var players: RustlsHTTPResponse = await $RustlsHTTPRequest.fetch("players").completed
    /// ```
    #[var(get = get_bearer_token, set = set_bearer_token, usage_flags = [NONE])]
    bearer_token: PhantomVar<GString>,
    /// If `true`, this node stores cookies and sends them with its requests. Cookies are kept in
    /// memory only. The default is `false`. See [method clear_cookies].
    #[export]
    cookies_enabled: bool,
    /// Seconds that it may take to make a connection, from the host lookup to the end of the TLS
    /// handshake. The default is 30; 0 means no limit. If it takes longer, the request fails and
    /// [method get_last_error_code] returns [constant CAUSE_TIMEOUT].
    #[export_group(name = "Connection")]
    #[var(get = get_connect_timeout, set = set_connect_timeout, hint = RANGE, hint_string = "0,3600,0.1,or_greater,suffix:s", usage_flags = [DEFAULT])]
    #[init(val = 30.0)]
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
    #[init(val = true)]
    retry_lost_post: bool,
    /// How often a request is sent again after a failure that may pass. The default is 0: never.
    ///
    /// Requests with the methods GET, HEAD, OPTIONS, TRACE, PUT and DELETE are repeated, because
    /// they may arrive twice by definition; POST and PATCH are not. They are repeated if no
    /// connection could be made, if it was lost before the response was complete, if the server was
    /// silent for [member read_timeout], and after the response codes 429, 502, 503 and 504. They are
    /// not repeated after a failed TLS verification, a limit that was exceeded, a wrong argument or
    /// [method RustlsHTTPResponse.cancel], nor if a piece of the body or an event has been delivered.
    /// A download to [member download_file] starts anew, or continues with [member download_resume].
    ///
    /// The wait before a repetition is a random time: up to 0.5 seconds at first, up to twice as
    /// long each further time, and never more than 30 seconds. The time in a `Retry-After` header is
    /// added. If it is longer than 60 seconds, or if [member timeout] would pass, the request ends
    /// with what came. [member timeout] covers all tries, [member connect_timeout] each one.
    /// [member RustlsHTTPResponse.retry_count] returns how often the request was repeated.
    #[var(get = get_retries, set = set_retries, hint = RANGE, hint_string = "0,10,1,or_greater", usage_flags = [DEFAULT])]
    retries: i64,
    /// If `true`, the environment variables `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`
    /// are used where [method set_http_proxy] or [method set_https_proxy] set no proxy. The default
    /// is `false`. They are read at the start of each request. A variable with an unusable proxy
    /// fails the request instead of being ignored.
    #[export]
    use_environment_proxies: bool,
    /// The TLS options. Null (default) means the default trusted roots of [RustlsTrustStore]. If
    /// [member RustlsTLSOptions.alpn_protocols] is empty, HTTP/2 and HTTP/1.1 are offered.
    #[export_group(name = "Security")]
    #[var(get = get_tls_options, set = assign_tls_options, hint = RESOURCE_TYPE, hint_string = "RustlsTLSOptions", usage_flags = [DEFAULT])]
    tls_options: Option<Gd<RustlsTLSOptions>>,
    /// If `true`, a redirect may lead from https to http, where anyone on the network path can read
    /// and change everything. If `false` (default), such a redirect fails the request with
    /// [constant RESULT_REQUEST_FAILED].
    #[export]
    allow_https_downgrade: bool,
    /// If `true`, an interrupted download to [member download_file] keeps what has arrived in a
    /// file next to it that ends in `.part`, and the next download continues there if the server
    /// reports that the file has not changed. Only GET requests can continue, and compression is
    /// not asked for. The default is `false`.
    ///
    /// After a continued download the response code is 206, and progress and sizes are those of the
    /// rest.
    #[export_group(name = "Response")]
    #[export]
    download_resume: bool,
    /// If `true`, a response of the type `text/event-stream` is delivered as
    /// [signal event_received], one event after another, instead of as a body. The default is
    /// `false`.
    ///
    /// If more than 1 MiB of events wait, for instance while the game is paused, the server has to
    /// wait too. An event of more than 1 MiB or an id of more than 1 KiB ends the stream with an
    /// error. [member body_size_limit] applies to the whole stream, or to each
    /// connection with [member reconnect_events].
    #[export]
    server_sent_events: bool,
    /// If `true`, a stream of events ([member server_sent_events]) that ended or broke is requested
    /// again, as browsers do. The default is `false`. POST and PATCH are never repeated.
    ///
    /// Before that the request waits as long as the server asked for (`retry:`), from half a second
    /// to a day, or 3 seconds if it did not, and in addition a random time, which grows while
    /// connections fail, up to 30 seconds. The header `Last-Event-ID` is the last id that the server
    /// sent. Signals come from the same [RustlsHTTPResponse], and [signal RustlsHTTPResponse.completed]
    /// is emitted only when the stream has ended for good: with a response that is not a stream of
    /// events (a server ends a stream with the code 204), after a failure that does not pass such as
    /// a certificate that is not trusted, after [member timeout], or when the request is cancelled.
    ///
    /// The first connection is an ordinary request: if it fails, the request fails. [member retries]
    /// holds for it and for each further connection. [member timeout] covers all of them and is best
    /// left at 0. [member body_size_limit] holds for each connection.
    #[export]
    reconnect_events: bool,
    /// If `true`, the body of a response with a code from 200 to 299 is delivered in pieces while it
    /// arrives ([signal chunk_received]) and not kept: [member RustlsHTTPResponse.body] is empty at
    /// the end. The body of another response is not delivered in pieces, but kept as usual. The
    /// default is `false`.
    ///
    /// If about 1 MiB waits to be delivered, for instance while the game is paused, the server has
    /// to wait too. [member body_size_limit] applies. A request cannot have [member download_file] or
    /// [member server_sent_events] at the same time.
    #[export]
    stream_body: bool,
    /// The largest number of requests of this node at the same time. Further ones wait, in the order
    /// of the calls; [member timeout] counts from the end of the wait. The default is 0, which means
    /// no limit. See [method get_waiting_count].
    #[export(range = (0.0, 100.0, 1.0, or_greater))]
    max_concurrent_requests: i64,
    /// The cache of this node's responses. Null (default) means none.
    #[var]
    cache: Option<Gd<RustlsHTTPCache>>,
    /// The options that were passed; they may be the engine's.
    options: Option<Gd<AnyOptions>>,
    /// What `base_url`, `default_headers` and the credentials mean.
    origin: OriginSettings,
    proxies: Proxies,
    cookies: Arc<Mutex<Jar>>,
    responses: Mutex<Responses>,
    base: Base<Node>,
}

#[godot_api]
impl RustlsHTTPRequest {
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

    /// Emitted for each piece of a body, for every request of this node (see [member stream_body]).
    #[signal]
    pub(crate) fn chunk_received(chunk: PackedByteArray);

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

    /// Returns [member retries].
    #[func]
    fn get_retries(&self) -> i64 {
        self.retries
    }

    /// Sets [member retries]. A negative number is refused with an error.
    #[func]
    fn set_retries(&mut self, amount: i64) {
        if amount < 0 {
            self.print_error(&format!(
                "retries is {amount}: use 0 or more; 0 means that no request is repeated"
            ));
            return;
        }
        self.retries = amount;
    }

    /// Returns [member base_url].
    #[func]
    fn get_base_url(&self) -> GString {
        self.base_url.clone()
    }

    /// Sets [member base_url]. A URL that cannot be used is reported as an error.
    #[func]
    fn set_base_url(&mut self, url: GString) {
        let problem = self.origin.set_base_url(&url.to_string());
        self.base_url = url;
        self.settings_changed(problem);
    }

    /// Returns [member default_headers].
    #[func]
    fn get_default_headers(&self) -> PackedStringArray {
        self.default_headers.clone()
    }

    /// Sets [member default_headers]. A line that cannot be sent is reported as an error.
    #[func]
    fn set_default_headers(&mut self, headers: PackedStringArray) {
        let lines: Vec<_> = headers.as_slice().iter().map(ToString::to_string).collect();
        let problem = self.origin.set_default_headers(lines);
        self.default_headers = headers;
        self.settings_changed(problem);
    }

    /// Returns [member bearer_token].
    #[func]
    fn get_bearer_token(&self) -> GString {
        godot_text(self.origin.bearer_token())
    }

    /// Sets [member bearer_token], and removes what [method set_basic_auth] set. A token with a
    /// control character is refused with an error.
    #[func]
    fn set_bearer_token(&mut self, token: GString) {
        if let Some(problem) = self.origin.set_bearer_token(&secret_text(&token)) {
            self.print_error(&problem);
        }
    }
}
