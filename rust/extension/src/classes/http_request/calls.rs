//! What scripts call.

use godot::global::Error;
use godot::prelude::*;

use super::{RustlsHTTPRequest, request_builder};
use crate::classes::RustlsHTTPResponse;
use crate::classes::tls_options::AnyOptions;
use crate::engine::convert::{OrNil, godot_text};

#[godot_api(secondary)]
impl RustlsHTTPRequest {
    /// Begins a request, whose end [signal request_completed] tells. [param method] is one of HTTPClient's
    /// [code]METHOD_[/code] constants.
    ///
    /// Returns [constant ERR_UNCONFIGURED] outside the tree, [constant ERR_BUSY] while another one runs, and
    /// [constant ERR_INVALID_PARAMETER] for a URL that cannot be used and for headers with line breaks. Everything else
    /// comes by the signal.
    #[func(gd_self)]
    fn request(
        this: Gd<Self>,
        url: GString,
        #[opt(default = &PackedStringArray::new())] custom_headers: PackedStringArray,
        #[opt(default = 0)] method: i64,
        #[opt(default = "")] request_data: GString,
    ) -> Error {
        let data = request_builder::text(&request_data);
        Self::begin_request(&this, &url.to_string(), &custom_headers, method, data)
    }

    /// Begins a request as [method request] does, with bytes as its body. They are not copied.
    #[func(gd_self)]
    fn request_raw(
        this: Gd<Self>,
        url: GString,
        #[opt(default = &PackedStringArray::new())] custom_headers: PackedStringArray,
        #[opt(default = 0)] method: i64,
        #[opt(default = &PackedByteArray::new())] request_data_raw: PackedByteArray,
    ) -> Error {
        let data = request_builder::bytes(request_data_raw);
        Self::begin_request(&this, &url.to_string(), &custom_headers, method, data)
    }

    /// Begins a request beside any others, and returns its answer, which can be awaited.
    ///
    /// [param request_data] is a [String], a [PackedByteArray], a [RustlsMultipartForm], or null. Nothing is returned by
    /// error code: whatever goes wrong is told by the answer, in a later frame. Leaving the tree cancels it.
    ///
    /// ```gdscript
    /// var answers: Array[RustlsHTTPResponse] = []
    /// for page in 10:
    ///     answers.append($RustlsHTTPRequest.fetch("https://example.org/page/%d" % page))
    /// for answer in answers:
    ///     if not answer.is_completed():
    ///         await answer.completed
    /// ```
    #[func(gd_self)]
    fn fetch(
        this: Gd<Self>,
        url: GString,
        #[opt(default = &PackedStringArray::new())] custom_headers: PackedStringArray,
        #[opt(default = 0)] method: i64,
        #[opt(default = OrNil::NIL)] request_data: OrNil,
    ) -> Gd<RustlsHTTPResponse> {
        Self::begin_fetch(
            &this,
            &url.to_string(),
            &custom_headers,
            method,
            request_data.0.as_ref(),
        )
    }

    /// Ends the request of [method request], without a signal. Another one may be made at once.
    #[func]
    fn cancel_request(&mut self) {
        if let Some(response) = self.requested() {
            response.bind().cancel();
        }
    }

    /// Sets the options of TLS, ours or the engine's, as [member tls_options] does. Null and options for a server are
    /// refused.
    #[func]
    pub(super) fn set_tls_options(&mut self, client_options: Option<Gd<AnyOptions>>) {
        match client_options {
            Some(options) if request_builder::are_for_clients(&options) => {
                self.tls_options = options.clone().try_cast().ok();
                self.options = Some(options);
            }
            Some(_) => self.tell(
                "set_tls_options: these are no options for a client, and they stay as they were",
            ),
            None => self.tell(
                "set_tls_options: null: set the property tls_options to null for the default",
            ),
        }
    }

    /// Returns how far [method request] is, as one of HTTPClient's [code]STATUS_[/code] constants.
    #[func]
    fn get_http_client_status(&self) -> i64 {
        self.requested()
            .map_or(0, |response| response.bind().phase())
    }

    /// Returns how many bytes of the body came, compressed as they travel.
    #[func]
    fn get_downloaded_bytes(&self) -> i64 {
        self.requested()
            .map_or(0, |response| response.bind().get_downloaded_bytes())
    }

    /// Returns how many bytes the body has, or -1 when the server does not say.
    #[func]
    fn get_body_size(&self) -> i64 {
        self.requested()
            .map_or(-1, |response| response.bind().get_body_size())
    }

    /// Returns the answer to the last [method request] with all that the signal does not tell: version, certificates, the
    /// final address. Its body went with [signal request_completed] and is not kept. Null before the first.
    #[func]
    fn get_response(&self) -> Option<Gd<RustlsHTTPResponse>> {
        self.requested()
    }

    /// Returns why the last [method request] failed or could not begin, in words; empty when it did not.
    #[func]
    fn get_last_error(&self) -> GString {
        godot_text(&self.answers().last_error.message)
    }

    /// Returns why the last [method request] failed or could not begin: one of the [code]CAUSE_*[/code] constants.
    #[func]
    fn get_last_error_code(&self) -> i64 {
        self.answers().last_error.cause as i64
    }

    /// Forgets all cookies.
    #[func]
    fn clear_cookies(&mut self) {
        request_builder::lock(&self.cookies).clear();
    }

    /// Sets the proxy for plain HTTP. [param host] is a host, or a URL such as [code]"http://user:password@host"[/code],
    /// [code]"socks5://host"[/code] or [code]"socks5h://host"[/code], which lets the proxy look names up. An empty host or a
    /// port of -1 removes it. With one that cannot be used no request goes out.
    #[func]
    fn set_http_proxy(&mut self, host: GString, port: i64) {
        if let Err(problem) = self.proxies.set_http(&host, port) {
            self.tell(&problem);
        }
    }

    /// Sets the proxy for HTTPS, which sees only where the connections go. See [method set_http_proxy].
    #[func]
    fn set_https_proxy(&mut self, host: GString, port: i64) {
        if let Err(problem) = self.proxies.set_https(&host, port) {
            self.tell(&problem);
        }
    }
}
