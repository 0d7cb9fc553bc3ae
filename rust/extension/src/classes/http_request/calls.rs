//! What scripts call.

use godot::global::Error;
use godot::prelude::*;

use super::RustlsHTTPRequest;
use crate::classes::RustlsHTTPResponse;
use crate::classes::request_settings::{Data, are_for_clients, basic_authorization, lock};
use crate::classes::tls_options::AnyOptions;
use crate::engine::convert::{OptionsArgument, OrNil, godot_text};
use crate::engine::enum_types::{ClientStatus, MethodValue, RequestCause};
use crate::engine::objects::secret_text;
use crate::http::turns::Turns;

#[godot_api(secondary)]
impl RustlsHTTPRequest {
    /// Starts a request; [signal request_completed] reports its end. [param method] is an
    /// [enum HTTPClient.Method]. [param custom_headers] contains strings of the form `Name: value`.
    ///
    /// Returns [constant OK], [constant ERR_UNCONFIGURED] outside the scene tree,
    /// [constant ERR_BUSY] while another request of this method is running, and
    /// [constant ERR_INVALID_PARAMETER] for a URL that cannot be used and for headers with line
    /// breaks. The signal reports every other failure.
    #[func(gd_self)]
    fn request(
        this: Gd<Self>,
        url: GString,
        #[opt(default = &PackedStringArray::new())] custom_headers: PackedStringArray,
        #[opt(default = MethodValue::new(0))] method: MethodValue,
        #[opt(default = "")] request_data: GString,
    ) -> Error {
        let data = Data::text(&request_data);
        Self::begin_request(&this, &url.to_string(), &custom_headers, method.0, data)
    }

    /// Starts a request like [method request], with bytes as its body. The bytes are not copied.
    #[func(gd_self)]
    fn request_raw(
        this: Gd<Self>,
        url: GString,
        #[opt(default = &PackedStringArray::new())] custom_headers: PackedStringArray,
        #[opt(default = MethodValue::new(0))] method: MethodValue,
        #[opt(default = &PackedByteArray::new())] request_data_raw: PackedByteArray,
    ) -> Error {
        let data = Data::bytes(request_data_raw);
        Self::begin_request(&this, &url.to_string(), &custom_headers, method.0, data)
    }

    /// Starts a request in addition to any others, and returns its response, which can be awaited.
    ///
    /// [param request_data] is a [String], a [PackedByteArray], a [RustlsMultipartForm], null, or a
    /// [Dictionary] or [Array] that is sent as JSON with the content type `application/json`. The
    /// parameters before it are those of [method request]. No failure is returned as an error code:
    /// the response reports it, always in a later frame. The request is cancelled if the node
    /// leaves the scene tree.
    ///
    /// [param options] changes settings of this request alone. These options have the names,
    /// meanings and values of properties: [member accept_gzip], [member allow_https_downgrade],
    /// [member bearer_token], [member body_size_limit], [member connect_timeout],
    /// [member cookies_enabled], [member download_file], [member download_resume],
    /// [member max_redirects], [member read_timeout], [member retry_lost_post],
    /// [member server_sent_events], [member timeout], [member tls_options],
    /// [member use_environment_proxies]. The others are:
    ///
    /// - `basic_auth`: an array of user and password. They and a token are sent to the server of the
    /// URL, whatever [member base_url] is, and not beyond a redirect to another server.
    ///
    /// - [member cache]: a [RustlsHTTPCache]. `cancellation`: a [RustlsCancellation].
    ///
    /// - `on_progress`, `on_upload_progress`, `on_event`, `on_chunk`: functions that are connected to
    /// [signal RustlsHTTPResponse.progress], [signal RustlsHTTPResponse.upload_progress],
    /// [signal RustlsHTTPResponse.event_received] and [signal RustlsHTTPResponse.chunk_received].
    /// The last two set [member server_sent_events] and [member stream_body].
    ///
    /// - `proxy`: the URL of a proxy for this request (see [method set_https_proxy]); an empty string
    /// means none.
    ///
    /// - `query`: a [Dictionary] whose fields are added to the query of the URL, percent-encoded.
    /// An array repeats its name; null leaves the field out.
    ///
    /// An unknown option and a value that cannot be used fail the request with
    /// [constant RESULT_REQUEST_FAILED].
    ///
    /// ```gdscript
    /// var responses: Array[RustlsHTTPResponse] = []
    /// for page in 10:
    /// 	responses.append($RustlsHTTPRequest.fetch("https://example.org/page/%d" % page))
    /// await RustlsHTTPResponse.all(responses)
    /// ```
    #[func(gd_self)]
    fn fetch(
        this: Gd<Self>,
        url: GString,
        #[opt(default = &PackedStringArray::new())] custom_headers: PackedStringArray,
        #[opt(default = MethodValue::new(0))] method: MethodValue,
        #[opt(default = OrNil::NIL)] request_data: OrNil,
        #[opt(default = OptionsArgument::none())] options: OptionsArgument,
    ) -> Gd<RustlsHTTPResponse> {
        Self::begin_fetch(
            &this,
            &url.to_string(),
            &custom_headers,
            method.0,
            request_data.0.as_ref(),
            &options.0,
        )
    }

    /// Cancels the request of [method request], without a signal. Another one may be started at
    /// once.
    #[func]
    fn cancel_request(&mut self) {
        if let Some(response) = self.requested() {
            response.bind().cancel();
        }
    }

    /// Sets the TLS options: a [RustlsTLSOptions], which is [member tls_options], or the engine's
    /// [TLSOptions]. Null and server options are refused with an error.
    #[func]
    pub(super) fn set_tls_options(&mut self, client_options: Option<Gd<AnyOptions>>) {
        match client_options {
            Some(options) if are_for_clients(&options) => {
                self.tls_options = options.clone().try_cast().ok();
                self.options = Some(options);
            }
            Some(_) => self.print_error(
                "set_tls_options: expected client options; tls_options is unchanged",
            ),
            None => self.print_error(
                "set_tls_options: the options are null: set the property tls_options to null for the default trusted roots",
            ),
        }
    }

    /// Returns the progress of [method request] as an [enum HTTPClient.Status].
    #[func]
    fn get_http_client_status(&self) -> ClientStatus {
        let status = self
            .requested()
            .map_or(0, |response| response.bind().status());
        ClientStatus::new(status)
    }

    /// Returns the number of bytes of the body received so far, before decompression.
    #[func]
    fn get_downloaded_bytes(&self) -> i64 {
        self.requested()
            .map_or(0, |response| response.bind().get_downloaded_bytes())
    }

    /// Returns the size of the body in bytes, or -1 if the server does not announce it.
    #[func]
    fn get_body_size(&self) -> i64 {
        self.requested()
            .map_or(-1, |response| response.bind().get_body_size())
    }

    /// Returns the response to the last [method request], with everything that
    /// [signal request_completed] does not report: HTTP version, certificates, final URL. Its body
    /// was delivered by the signal and is not kept. Null before the first request.
    #[func]
    fn get_response(&self) -> Option<Gd<RustlsHTTPResponse>> {
        self.requested()
    }

    /// Returns the error message if the last [method request] failed or could not be started; empty
    /// otherwise.
    #[func]
    fn get_last_error(&self) -> GString {
        godot_text(&self.responses().last_error.message)
    }

    /// Returns the cause if the last [method request] failed or could not be started: one of the
    /// `CAUSE_*` constants.
    #[func]
    fn get_last_error_code(&self) -> RequestCause {
        RequestCause::new(self.responses().last_error.cause as i64)
    }

    /// Returns what is wrong with the properties: what the editor shows beside the node.
    #[func]
    fn get_configuration_warnings(&self) -> PackedStringArray {
        self.configuration_warnings()
    }

    /// Sets a user and a password that are sent as `Authorization: Basic …` (RFC 7617) to the server
    /// of [member base_url], and to no other. Removes [member bearer_token]. Without a
    /// [member base_url], requests are refused with [constant ERR_INVALID_PARAMETER]. An empty
    /// [param user] with an empty [param password] removes the credentials. A user with a colon is
    /// refused with an error.
    #[func]
    fn set_basic_auth(&mut self, user: GString, password: GString) {
        if user.is_empty() && password.is_empty() {
            self.origin.authorization = None;
            return;
        }
        match basic_authorization(&user.to_string(), &secret_text(&password)) {
            Ok(value) => self.origin.authorization = Some(value),
            Err(problem) => self.print_error(&problem),
        }
    }

    /// Returns the number of requests that wait because of [member max_concurrent_requests].
    #[func]
    fn get_waiting_count(&self) -> i64 {
        self.responses().turns.as_ref().map_or(0, Turns::waiting)
    }

    /// Deletes all cookies of this node.
    #[func]
    fn clear_cookies(&mut self) {
        lock(&self.cookies).clear();
    }

    /// Sets the proxy for plain HTTP. [param host] is a host, or a URL such as
    /// `http://user:password@host`, `socks5://host`, or `socks5h://host`, which lets the proxy
    /// resolve host names. An empty host or a port of -1 removes the proxy. With an unusable proxy
    /// an error is printed, and requests fail with [constant RESULT_CANT_CONNECT] instead of
    /// bypassing it.
    #[func]
    fn set_http_proxy(&mut self, host: GString, port: i64) {
        if let Err(problem) = self.proxies.set_http(&host, port) {
            self.print_error(&problem);
        }
    }

    /// Sets the proxy for HTTPS. The proxy sees only which servers are connected to. See
    /// [method set_http_proxy].
    #[func]
    fn set_https_proxy(&mut self, host: GString, port: i64) {
        if let Err(problem) = self.proxies.set_https(&host, port) {
            self.print_error(&problem);
        }
    }
}
