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

/// Makes HTTP and HTTPS requests, in the background and over connections that are kept: the twin of [HTTPRequest].
///
/// Everything of [HTTPRequest] works as before, with the trust and the options of this addon. Beside that, [method fetch]
/// makes any number of requests at the same time, each of which can be awaited:
///
/// ```gdscript
/// var response: RustlsHTTPResponse = await $RustlsHTTPRequest.fetch("https://example.org/").completed
/// print(response.response_code, " ", response.get_text())
/// ```
///
/// Connections are kept for further requests and shared by all nodes with the same options object, or none; servers that speak HTTP/2 get
/// it. All work happens on one or two threads of the addon; the main thread hears of it once a frame, for at most as long as the
/// project setting [code]network/tls/rustls/http_main_thread_budget_ms[/code] says.
///
/// Differences to [HTTPRequest]: 303, 307 and 308 and relative addresses are followed; credentials never go along to another
/// server; a redirect from https to http is refused unless [member allow_https_downgrade] is on; brotli and zstd are
/// decompressed too; a body that was cut is an error; a file is complete or not there.
#[derive(GodotClass)]
#[class(tool, base=Node)]
pub(crate) struct RustlsHTTPRequest {
    /// The file that the body goes to, instead of into the signal: [code]user://[/code] or an absolute path. It is written
    /// beside its place and put there when it is complete; until then, and when something fails, an older file stays. An
    /// empty body makes an empty file; an answer without a body (to HEAD, or 204 or 304) leaves the file alone.
    #[var(get = get_download_file, set = set_download_file, hint = SAVE_FILE, usage_flags = [DEFAULT])]
    download_file: GString,
    /// Accepted for [HTTPRequest]'s sake, in bytes. Pieces are as large as they arrive.
    #[var(get = get_download_chunk_size, set = set_download_chunk_size, hint = RANGE, hint_string = "256,16777216,suffix:B", usage_flags = [DEFAULT])]
    download_chunk_size: i64,
    /// Accepted for [HTTPRequest]'s sake. The work is always done in the background.
    #[var(get = is_using_threads, set = set_use_threads, usage_flags = [DEFAULT])]
    use_threads: bool,
    /// Whether servers may compress the body: it asks for [code]gzip, deflate, br, zstd[/code] and decompresses what comes,
    /// up to four codings one upon the other. A header [code]Accept-Encoding[/code] of the caller's stands instead; with a
    /// header [code]Range[/code] it asks for no compression.
    #[var(get = is_accepting_gzip, set = set_accept_gzip, usage_flags = [DEFAULT])]
    accept_gzip: bool,
    /// The most bytes that a body may have, as received and decompressed; -1 for any number. A compressed body that becomes
    /// more than a GiB and a hundred times its size is refused without a limit too.
    #[var(get = get_body_size_limit, set = set_body_size_limit, hint = RANGE, hint_string = "-1,2000000000,suffix:B", usage_flags = [DEFAULT])]
    body_size_limit: i64,
    /// The most redirects that are followed; -1 for any number.
    #[var(get = get_max_redirects, set = set_max_redirects, hint = RANGE, hint_string = "-1,64", usage_flags = [DEFAULT])]
    max_redirects: i64,
    /// Seconds that a request may take, redirects and body included; 0 for any time.
    #[var(get = get_timeout, set = set_timeout, hint = RANGE, hint_string = "0,3600,0.1,or_greater,suffix:s", usage_flags = [DEFAULT])]
    timeout: f64,
    /// Seconds that making a connection may take, from the name to the end of the TLS handshake; 0 for any time.
    #[var(get = get_connect_timeout, set = set_connect_timeout, hint = RANGE, hint_string = "0,3600,0.1,or_greater,suffix:s", usage_flags = [DEFAULT])]
    connect_timeout: f64,
    /// Seconds that a server may be silent; 0 for any time. Before its answer any byte breaks the silence, that of an interim
    /// answer (1xx) or of a header too (over HTTP/2 while no other request uses the connection); within the body only bytes
    /// of the body do. [member timeout] limits all of it.
    #[var(get = get_read_timeout, set = set_read_timeout, hint = RANGE, hint_string = "0,3600,0.1,or_greater,suffix:s", usage_flags = [DEFAULT])]
    read_timeout: f64,
    /// Whether a POST or PATCH that was lost is sent once more. Connections are kept for further requests, and a server may
    /// close one just when a request comes. When it ends without a byte of a response, the request is sent again over a new
    /// connection: in rare cases, for instance when the server crashed over the first one, it arrives twice. A request
    /// that the server answers with 408 (Request Timeout) while it ends a reused connection is sent again too. When this is
    /// off, a request arrives once at most, and every POST and PATCH makes a connection of its own, unless the server speaks HTTP/2.
    /// Requests of other methods may be repeated by definition and always are.
    #[export]
    retry_lost_post: bool,
    /// What TLS trusts, shows and allows. Null (default) is the default trust of [RustlsTrustStore]. Without
    /// [member RustlsTLSOptions.alpn_protocols] of their own, HTTP/2 and HTTP/1.1 are offered.
    #[var(get = get_tls_options, set = assign_tls_options, hint = RESOURCE_TYPE, hint_string = "RustlsTLSOptions", usage_flags = [DEFAULT])]
    tls_options: Option<Gd<RustlsTLSOptions>>,
    /// Whether a redirect may lead from https to http, where everybody on the way can read and change everything.
    #[export]
    allow_https_downgrade: bool,
    /// Whether cookies are kept and sent, by this node and in memory alone.
    #[export]
    cookies_enabled: bool,
    /// Whether an interrupted download to [member download_file] leaves what came as [code].part[/code] beside it, and the
    /// next one goes on there, if the server says that it is the same version still. Only GET can go on, and compression
    /// is not asked for. Gone on with, the status code is 206, and progress and sizes are those of the rest.
    #[export]
    download_resume: bool,
    /// Whether the environment variables [code]http_proxy[/code], [code]https_proxy[/code], [code]all_proxy[/code] and
    /// [code]no_proxy[/code] count where no proxy was set.
    #[export]
    use_environment_proxies: bool,
    /// Whether an answer of type [code]text/event-stream[/code] comes as [signal event_received], one event after another,
    /// and not as a body. When more than 1 MiB of them wait, for instance in a paused game, the server waits too. An event of
    /// more than 1 MiB or an id of more than 1 KiB ends the stream with an error. [member body_size_limit] counts the whole
    /// stream.
    #[export]
    server_sent_events: bool,
    /// The options as they were given, which may be the engine's.
    options: Option<Gd<AnyOptions>>,
    proxies: Proxies,
    cookies: Arc<Mutex<Jar>>,
    answers: Mutex<Answers>,
    base: Base<Node>,
}

/// What a node was asked for. It is locked, since threads may fetch while the main thread hears of what came.
#[derive(Default)]
struct Answers {
    /// The answer to `request()`, also after its end.
    requested: Option<Gd<RustlsHTTPResponse>>,
    fetched: Vec<Gd<RustlsHTTPResponse>>,
    /// Of `request()`.
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
            answers: Mutex::default(),
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
    /// A whole answer came, whatever its status code.
    #[constant]
    pub(crate) const RESULT_SUCCESS: i64 = 0;
    /// Never used here: where an answer has both a length and chunks, the chunks count (RFC 9112 section 6.3).
    #[constant]
    pub(crate) const RESULT_CHUNKED_BODY_SIZE_MISMATCH: i64 = 1;
    /// Nobody answers there, a proxy does not let through, or a redirect leads nowhere.
    #[constant]
    pub(crate) const RESULT_CANT_CONNECT: i64 = 2;
    /// The name has no address.
    #[constant]
    pub(crate) const RESULT_CANT_RESOLVE: i64 = 3;
    /// The connection broke, the answer is no HTTP, or method or headers cannot be sent.
    #[constant]
    pub(crate) const RESULT_CONNECTION_ERROR: i64 = 4;
    /// No secure connection could be made.
    #[constant]
    pub(crate) const RESULT_TLS_HANDSHAKE_ERROR: i64 = 5;
    /// Never used here: an answer without any header is an answer too.
    #[constant]
    pub(crate) const RESULT_NO_RESPONSE: i64 = 6;
    /// The body is larger than [member body_size_limit].
    #[constant]
    pub(crate) const RESULT_BODY_SIZE_LIMIT_EXCEEDED: i64 = 7;
    /// The body cannot be decompressed.
    #[constant]
    pub(crate) const RESULT_BODY_DECOMPRESS_FAILED: i64 = 8;
    /// The request was cancelled ([method RustlsHTTPResponse.cancel]), a header [code]Content-Length[/code] is not the body's,
    /// a redirect would have led from https to http, or [method fetch] was called with what [method request] refuses by
    /// its error code.
    #[constant]
    pub(crate) const RESULT_REQUEST_FAILED: i64 = 9;
    /// [member download_file] cannot be made.
    #[constant]
    pub(crate) const RESULT_DOWNLOAD_FILE_CANT_OPEN: i64 = 10;
    /// [member download_file] cannot be written.
    #[constant]
    pub(crate) const RESULT_DOWNLOAD_FILE_WRITE_ERROR: i64 = 11;
    /// There were more redirects than [member max_redirects].
    #[constant]
    pub(crate) const RESULT_REDIRECT_LIMIT_REACHED: i64 = 12;
    /// It took longer than [member timeout], or the server was silent for longer than [member read_timeout].
    #[constant]
    pub(crate) const RESULT_TIMEOUT: i64 = 13;

    /// The request of [method request] or [method request_raw] ended. [param result] is a [code]RESULT_[/code] constant,
    /// [param headers] has [code]"Name: value"[/code] strings, and [param body] is empty when it went into
    /// [member download_file]. Another request may be made at once, and when answers come fast, its own is told in this very
    /// frame: do not let a frame pass before listening. Why it failed tells [method get_last_error].
    #[signal]
    fn request_completed(
        result: i64,
        response_code: i64,
        headers: PackedStringArray,
        body: PackedByteArray,
    );

    /// More of a body came, of any request of this node: [param downloaded] bytes of [param total], which is -1 when the
    /// server does not say.
    #[signal]
    pub(crate) fn progress(downloaded: i64, total: i64);

    /// More of a request's body went out: [param uploaded] bytes of [param total].
    #[signal]
    pub(crate) fn upload_progress(uploaded: i64, total: i64);

    /// A server-sent event came (see [member server_sent_events]): its type, its data, and the last id that the server gave.
    #[signal]
    pub(crate) fn event_received(event: GString, data: GString, id: GString);

    /// Sets [member tls_options]; null brings the default trust back.
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

    /// Returns [member tls_options]; null also when the engine's were set.
    #[func]
    fn get_tls_options(&self) -> Option<Gd<RustlsTLSOptions>> {
        self.tls_options.clone()
    }

    /// Returns [member download_file].
    #[func]
    fn get_download_file(&self) -> GString {
        self.download_file.clone()
    }

    /// Sets [member download_file]. Refused while a request is running.
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

    /// Sets [member download_chunk_size]. Refused while a request is running.
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

    /// Sets [member use_threads]. Refused while a request is running.
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

    /// Sets [member body_size_limit]. Refused while a request is running.
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

    /// Sets [member timeout]. A negative one is refused.
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

    /// Sets [member connect_timeout]. A negative one is refused.
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

    /// Sets [member read_timeout]. A negative one is refused.
    #[func]
    fn set_read_timeout(&mut self, timeout: f64) {
        if self.may_be_seconds("read_timeout", timeout) {
            self.read_timeout = timeout;
        }
    }
}

impl RustlsHTTPRequest {
    /// The error is a sentence.
    fn routes(&self) -> Result<Routes, String> {
        let (http, https) = self.proxies.chosen()?;
        Ok(Routes {
            http,
            https,
            // Read on this thread, which may change it, and for each request: who changes it wants no connection that was
            // made through the old proxy.
            environment: self.use_environment_proxies.then(Environment::read),
        })
    }

    fn may_be_seconds(&mut self, what: &str, seconds: f64) -> bool {
        // Not a number is none either.
        let is_any = seconds >= 0.0;
        if !is_any {
            self.tell(&format!(
                "{what} is {seconds}: use seconds from 0 on, where 0 is for any time"
            ));
        }
        is_any
    }

    /// Nothing may be called or dropped while this is held that could come back here.
    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn requested(&self) -> Option<Gd<RustlsHTTPResponse>> {
        self.answers().requested.clone()
    }

    fn is_running(&self) -> bool {
        self.requested()
            .is_some_and(|response| !response.bind().is_done())
    }

    /// The engine refuses some changes while a request runs.
    fn may_change(&mut self, what: &str) -> bool {
        if self.is_running() {
            self.tell(&format!(
                "{what} cannot be changed while a request is running"
            ));
            return false;
        }
        true
    }

    /// Prints an error while a script that listens may call this node.
    fn tell(&mut self, problem: &str) {
        let _free = self.base_mut();
        report(problem);
    }

    fn cancel_all(&mut self) {
        let (fetched, requested) = {
            let mut answers = self.answers();
            (
                std::mem::take(&mut answers.fetched),
                answers.requested.clone(),
            )
        };
        for response in fetched.into_iter().chain(requested) {
            response.bind().give_up(NODE_GONE);
        }
    }
}
