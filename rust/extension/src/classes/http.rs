//! RustlsHTTP.

use godot::prelude::*;

use super::RustlsHTTPResponse;
use super::request_settings::{Call, CallOptions, Data, RequestSettings, Requester};
use crate::engine::convert::{OptionsArgument, OrNil};
use crate::engine::enum_types::MethodValue;

/// HTTP and HTTPS requests from any script, without a node.
///
/// Each method starts a request and returns a signal. Awaiting the signal gives the
/// [RustlsHTTPResponse]:
///
/// ```gdscript
/// var news: RustlsHTTPResponse = await RustlsHTTP.request("https://example.org/news.json")
/// if news.ok:
/// 	print(news.json)
/// else:
/// 	print(news.error if news.error else "HTTP %d" % news.response_code)
/// ```
///
/// The requests use the same connections, trust and threads as those of [RustlsHTTPRequest] nodes
/// with the same TLS options. The signal fires once, always in a later frame, also if the request
/// could not be sent. The request continues while the game is paused and when scenes change:
/// a [RustlsCancellation] ends it.
///
/// Several signals may be awaited one after the other, also when their requests have ended. A
/// response that nobody has awaited is kept for a minute after its end.
///
/// The options of a request are those of [method RustlsHTTPRequest.fetch], and
///
/// - `method`: an [enum HTTPClient.Method]; the default is [constant HTTPClient.METHOD_GET].
///
/// - `headers`: an array of strings of the form `Name: value`, or a [Dictionary].
///
/// - `data`: the body, as in [method RustlsHTTPRequest.fetch].
///
/// An unknown option and a value that cannot be used fail the request with
/// [constant RustlsHTTPRequest.RESULT_REQUEST_FAILED]. There are no cookies here: use a node with
/// [member RustlsHTTPRequest.cookies_enabled].
#[derive(GodotClass)]
#[class(tool, no_init, base=Object)]
pub(crate) struct RustlsHTTP {
    base: Base<Object>,
}

const REQUESTER: Requester = Requester {
    class: "RustlsHTTP",
    proxy_setting: "the option \"proxy\"",
};

#[godot_api]
impl RustlsHTTP {
    /// Starts a request. Awaiting the signal gives the [RustlsHTTPResponse].
    ///
    /// ```gdscript
    /// var sent: RustlsHTTPResponse = await RustlsHTTP.request("https://example.org/scores", {
    /// 	"method": HTTPClient.METHOD_PUT,
    /// 	"data": {"Ada": 120},
    /// 	"timeout": 5,
    /// })
    /// print(sent.response_code)
    /// ```
    #[func]
    fn request(
        url: GString,
        #[opt(default = OptionsArgument::none())] options: OptionsArgument,
    ) -> Signal {
        start(&url, &options, |_| {})
    }

    /// Starts a GET request. The option `method` has no effect.
    #[func(rename = get)]
    fn get_url(
        url: GString,
        #[opt(default = OptionsArgument::none())] options: OptionsArgument,
    ) -> Signal {
        start(&url, &options, |call| call.method = MethodValue::GET.0)
    }

    /// Starts a POST request with [param data] as its body: a [Dictionary] or [Array], which is sent
    /// as JSON, a [String], a [PackedByteArray], a [RustlsMultipartForm], or null. The options
    /// `method` and `data` have no effect.
    ///
    /// ```gdscript
    /// var url := "https://example.org/scores"
    /// var sent: RustlsHTTPResponse = await RustlsHTTP.post(url, {"player": "Ada", "score": 120})
    /// print(sent.response_code)
    /// ```
    #[func]
    fn post(
        url: GString,
        #[opt(default = OrNil::NIL)] data: OrNil,
        #[opt(default = OptionsArgument::none())] options: OptionsArgument,
    ) -> Signal {
        start(&url, &options, |call| {
            call.method = MethodValue::POST.0;
            call.data = data.0.unwrap_or_default();
        })
    }

    /// Starts a GET request whose body is written to the file [param path], which begins with
    /// `user://` or is absolute. The file is either complete or not written: see
    /// [member RustlsHTTPRequest.download_file]. The options `method` and `download_file` have no
    /// effect.
    ///
    /// ```gdscript
    /// var level: RustlsHTTPResponse = await RustlsHTTP.download(
    /// 		"https://example.org/level.pck", "user://level.pck", {"download_resume": true})
    /// ```
    #[func]
    fn download(
        url: GString,
        path: GString,
        #[opt(default = OptionsArgument::none())] options: OptionsArgument,
    ) -> Signal {
        let mut options = options.0.duplicate_shallow();
        options.set("download_file", &path);
        start(&url, &OptionsArgument(options), |call| {
            call.method = MethodValue::GET.0;
        })
    }
}

/// Starts a request. `adjust` sets what the called method fixes.
fn start(
    url: &GString,
    options: &OptionsArgument,
    adjust: impl FnOnce(&mut CallOptions),
) -> Signal {
    let url = url.to_string();
    let mut settings = RequestSettings::new(REQUESTER);
    let mut call = CallOptions::default();
    let fetch = settings.apply(&options.0, Some(&mut call)).and_then(|()| {
        adjust(&mut call);
        Data::of(&call.data)
    });
    let fetch = fetch.map_err(RequestSettings::refused).and_then(|data| {
        settings.begin(Call {
            url: &url,
            headers: call.headers,
            method: call.method,
            data,
        })
    });
    let response = RustlsHTTPResponse::of_fetch(
        fetch.map_err(super::request_settings::Rejected::into_problem),
        &url,
        None,
    );
    settings.attach(&response);
    RustlsHTTPResponse::expect(&response);
    RustlsHTTPResponse::completion(&response)
}
