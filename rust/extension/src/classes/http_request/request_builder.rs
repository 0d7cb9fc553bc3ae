//! Conversion of a script's call into a request.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use godot::classes::{ProjectSettings, TlsOptions};
use godot::global::Error;
use godot::prelude::*;
use godot_rustls_http::body::Content;
use godot_rustls_http::cookies::Jar;
use godot_rustls_http::error::FetchErrorKind;
use godot_rustls_http::headers::{Fields, HeaderError};
use godot_rustls_http::request::{FetchLimits, FetchRequest};
use godot_rustls_http::request_url;
use godot_rustls_tls::config::ClientContext;
use godot_rustls_tls::diagnosis::{Cause, Diagnosis};
use http::Method;
use url::Url;

use super::{NODE_GONE, RustlsHTTPRequest};
use crate::addon::addon;
use crate::classes::tls_options::AnyOptions;
use crate::classes::tls_options::configuration::client_context;
use crate::classes::{RustlsHTTPResponse, RustlsMultipartForm, RustlsTLSOptions};
use crate::engine::convert::seconds;
use crate::engine::convert::{packed_bytes, refuse};
use crate::engine::shared_objects::with_bound;
use crate::http::body_sink::File;
use crate::http::engine_parity;
use crate::http::fetch_task::FetchTask;
use crate::http::problem::Problem;
use crate::runtime::packed_bytes::Bytes;

/// Body of a request, and its content type unless the caller sets one.
pub(super) struct Data {
    content: Content,
    content_type: Option<String>,
}

/// Reason why a request is not sent.
enum Rejected {
    /// The call is refused with an error code.
    WithCode(Error, String),
    /// The request fails later with a result, as the engine's does.
    WithResult(Problem),
}

type Prepared = Result<FetchTask, Rejected>;

impl RustlsHTTPRequest {
    pub(super) fn begin_request(
        this: &Gd<Self>,
        url: &str,
        headers: &PackedStringArray,
        method: i64,
        data: Data,
    ) -> Error {
        let prepared = if with_bound(this, Self::is_running) {
            Err(Rejected::WithCode(
                Error::ERR_BUSY,
                "a request is running: wait for request_completed, or use fetch() for several at once".to_owned(),
            ))
        } else {
            Self::prepare(this, url, headers, method, data)
        };
        let fetch = match prepared {
            Ok(fetch) => Ok(fetch),
            Err(Rejected::WithResult(failure)) => Err(failure),
            Err(Rejected::WithCode(error, message)) => {
                with_bound(this, |node| {
                    node.responses().last_error = Diagnosis::new(Cause::Other, &message);
                });
                return refuse(error, &message);
            }
        };
        let response = RustlsHTTPResponse::awaited(fetch, url, this, true);
        let before = with_bound(this, |node| {
            let mut responses = node.responses();
            responses.last_error = Diagnosis::default();
            responses.requested.replace(response.clone())
        });
        drop(before);
        Self::expect(this, &response);
        Error::OK
    }

    pub(super) fn begin_fetch(
        this: &Gd<Self>,
        url: &str,
        headers: &PackedStringArray,
        method: i64,
        data: Option<&Variant>,
    ) -> Gd<RustlsHTTPResponse> {
        let prepared = match data_of(data) {
            Ok(data) => Self::prepare(this, url, headers, method, data),
            Err(problem) => Err(Rejected::WithCode(Error::ERR_INVALID_PARAMETER, problem)),
        };
        let fetch = prepared.map_err(|rejected| match rejected {
            Rejected::WithResult(failure) => failure,
            Rejected::WithCode(_, message) => Problem::other(FetchErrorKind::Request, message),
        });
        let is_sent = fetch.is_ok();
        let response = RustlsHTTPResponse::awaited(fetch, url, this, false);
        if is_sent {
            with_bound(this, |node| node.responses().fetched.push(response.clone()));
        }
        Self::expect(this, &response);
        response
    }

    fn expect(this: &Gd<Self>, response: &Gd<RustlsHTTPResponse>) {
        // A thread may send a request while the node leaves the tree elsewhere, where this response
        // was not known yet.
        if !this.is_inside_tree() {
            response.bind().give_up(NODE_GONE);
        }
        RustlsHTTPResponse::expect(response);
    }

    /// Forgets the response to a `fetch()`, which is complete.
    pub(crate) fn forget(&self, response: &Gd<RustlsHTTPResponse>) {
        let fetched = &mut self.responses().fetched;
        let place = fetched.iter().position(|other| other == response);
        if let Some(place) = place {
            // The caller holds it too, so nothing is freed here.
            fetched.swap_remove(place);
        }
    }

    /// Emits `request_completed` for the response to `request()`.
    pub(crate) fn completed(this: &Gd<Self>, response: &Gd<RustlsHTTPResponse>) {
        let (result, mut code, mut headers, body, problem) = with_bound(response, |response| {
            let outcome = response.outcome();
            (
                outcome.result,
                outcome.response_code,
                outcome.headers.clone(),
                outcome.body.clone(),
                outcome.problem.clone(),
            )
        });
        with_bound(this, |node| node.responses().last_error = problem);
        // The engine reports no response where it ended before its body was judged.
        if matches!(
            result,
            Self::RESULT_CANT_CONNECT
                | Self::RESULT_CANT_RESOLVE
                | Self::RESULT_CONNECTION_ERROR
                | Self::RESULT_TLS_HANDSHAKE_ERROR
                | Self::RESULT_TIMEOUT
        ) {
            code = 0;
            headers = PackedStringArray::new();
        }
        this.signals()
            .request_completed()
            .emit(result, code, &headers, &body);
    }

    fn prepare(
        this: &Gd<Self>,
        url: &str,
        headers: &PackedStringArray,
        method: i64,
        data: Data,
    ) -> Prepared {
        let with_code = |error, message: &str| Rejected::WithCode(error, message.to_owned());
        if !this.is_inside_tree() {
            return Err(with_code(
                Error::ERR_UNCONFIGURED,
                "the node is not inside the scene tree: add it first, for instance with add_child()",
            ));
        }
        let url = request_url::parse(url)
            .map_err(|error| with_code(Error::ERR_INVALID_PARAMETER, &error.to_string()))?;
        let lines: Vec<String> = headers.as_slice().iter().map(ToString::to_string).collect();
        if lines.iter().any(|line| line.contains(['\r', '\n', '\0'])) {
            let problem = Fields::parse(&lines).err();
            let problem = problem.map(|error| error.to_string()).unwrap_or_default();
            return Err(with_code(Error::ERR_INVALID_PARAMETER, &problem));
        }
        let request = with_bound(this, |node| node.fetch_request(url, &lines, method, data))
            .map_err(connection_problem)?;
        let context = Self::context(this, &request.url)?;
        let (pool, file, events) = with_bound(this, |node| {
            let routes = node.routes()?;
            let pool = addon()
                .pools
                .pool(&context, &routes, seconds(node.connect_timeout));
            Ok((pool, node.file(), node.server_sent_events))
        })
        .map_err(|problem: String| {
            let kind = FetchErrorKind::CantConnect;
            Rejected::WithResult(Problem::new(kind, Cause::Proxy, problem))
        })?;
        let runtime = addon().threads.tasks.handle();
        let runtime = runtime.map_err(|error| connection_problem(error.to_string()))?;
        Ok(FetchTask::begin(&runtime, pool, request, file, events))
    }

    fn fetch_request(
        &self,
        url: Url,
        lines: &[String],
        method: i64,
        data: Data,
    ) -> Result<FetchRequest, String> {
        let method = engine_parity::method(method)?;
        if method == Method::CONNECT {
            return Err("CONNECT is for proxies: use set_https_proxy()".to_owned());
        }
        let fields = self
            .fields(lines, data.content_type.as_deref())
            .map_err(|error| error.to_string())?;
        Ok(FetchRequest {
            method,
            url,
            fields,
            user_agent: addon().user_agent().to_owned(),
            content: data.content,
            limits: self.limits(),
            cookies: self.cookies_enabled.then(|| Arc::clone(&self.cookies)),
        })
    }

    fn fields(&self, lines: &[String], content_type: Option<&str>) -> Result<Fields, HeaderError> {
        let mut fields = Fields::parse(lines)?;
        if let Some(content_type) = content_type {
            fields.add_default("Content-Type", content_type)?;
        }
        if self.is_resuming() || fields.has("range") {
            // A part of a compressed body cannot be used.
            fields.add_default("Accept-Encoding", "identity")?;
        } else if self.accept_gzip {
            fields.add_default("Accept-Encoding", "gzip, deflate, br, zstd")?;
        }
        Ok(fields)
    }

    fn limits(&self) -> FetchLimits {
        FetchLimits {
            max_redirects: usize::try_from(self.max_redirects).ok(),
            body_size_limit: u64::try_from(self.body_size_limit).ok(),
            decode: self.accept_gzip,
            allow_downgrade: self.allow_https_downgrade,
            timeout: seconds(self.timeout),
            read_timeout: seconds(self.read_timeout),
            retry_lost_post: self.retry_lost_post,
        }
    }

    fn is_resuming(&self) -> bool {
        self.download_resume && !self.download_file.is_empty()
    }

    fn file(&self) -> Option<File> {
        if self.download_file.is_empty() {
            return None;
        }
        let path = ProjectSettings::singleton()
            .globalize_path(&self.download_file)
            .to_string();
        Some(File {
            path: PathBuf::from(path),
            resume: self.download_resume,
        })
    }

    /// Returns the TLS configuration, also of plain requests: a redirect may lead them to https.
    fn context(this: &Gd<Self>, url: &Url) -> Result<Arc<ClientContext>, Rejected> {
        let options = with_bound(this, |node| node.options.clone());
        let call = format_args!(
            "RustlsHTTPRequest.request(\"{}\")",
            url.host_str().unwrap_or_default()
        );
        client_context(options, call).map_err(|problem| {
            Rejected::WithResult(Problem::other(FetchErrorKind::TlsHandshake, problem))
        })
    }
}

fn connection_problem(problem: String) -> Rejected {
    let kind = FetchErrorKind::Connection;
    Rejected::WithResult(Problem::new(kind, Cause::Transport, problem))
}

pub(super) fn lock(jar: &Mutex<Jar>) -> MutexGuard<'_, Jar> {
    jar.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns whether the options are for clients.
pub(super) fn are_for_clients(options: &Gd<AnyOptions>) -> bool {
    if let Ok(ours) = options.clone().try_cast::<RustlsTLSOptions>() {
        return !ours.bind().is_server();
    }
    options
        .clone()
        .try_cast::<TlsOptions>()
        .is_ok_and(|engine| !engine.is_server())
}

pub(super) fn text(text: &GString) -> Data {
    let text = text.to_string();
    let content = if text.is_empty() {
        Content::None
    } else {
        Content::Bytes(text.into())
    };
    Data {
        content,
        content_type: None,
    }
}

pub(super) fn bytes(array: PackedByteArray) -> Data {
    let content = if array.is_empty() {
        Content::None
    } else {
        Content::Bytes(bytes::Bytes::from_owner(Bytes::of(array)))
    };
    Data {
        content,
        content_type: None,
    }
}

fn data_of(data: Option<&Variant>) -> Result<Data, String> {
    let Some(data) = data else {
        return Ok(Data {
            content: Content::None,
            content_type: None,
        });
    };
    if let Ok(string) = data.try_to::<GString>() {
        return Ok(text(&string));
    }
    if let Some(array) = packed_bytes(data) {
        return Ok(bytes(array));
    }
    let Ok(mut form) = data.try_to::<Gd<RustlsMultipartForm>>() else {
        return Err(format!(
            "the data is of type {:?}: pass a String, a PackedByteArray or a RustlsMultipartForm",
            data.get_type()
        ));
    };
    match form.bind_mut().content() {
        Some((content, content_type)) => Ok(Data {
            content,
            content_type: Some(content_type),
        }),
        None => Err("the form cannot be sent: the system provides no random numbers".to_owned()),
    }
}
