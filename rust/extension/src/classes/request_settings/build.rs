//! The start of a request on the runtime's threads.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use godot::classes::{ProjectSettings, TlsOptions};
use godot::global::Error;
use godot::prelude::*;
use godot_rustls_http::cache::Cache;
use godot_rustls_http::cookies::Jar;
use godot_rustls_http::error::FetchErrorKind;
use godot_rustls_http::headers::{Fields, HeaderError};
use godot_rustls_http::request::{FetchLimits, FetchRequest};
use godot_rustls_http::request_url;
use godot_rustls_net::proxy::{Environment, Routes};
use godot_rustls_tls::config::ClientContext;
use godot_rustls_tls::diagnosis::Cause;
use http::Method;
use url::Url;

use super::{Data, RequestSettings};
use crate::addon::addon;
use crate::classes::cancellation::CANCELLED;
use crate::classes::tls_options::AnyOptions;
use crate::classes::tls_options::configuration::client_context;
use crate::classes::{RustlsCancellation, RustlsHTTPCache, RustlsHTTPResponse, RustlsTLSOptions};
use crate::engine::convert::seconds;
use crate::http::body_sink::{BodyTarget, File, Parts};
use crate::http::engine_parity;
use crate::http::fetch_task::FetchTask;
use crate::http::problem::Problem;

/// What a script asks for.
pub(crate) struct Call<'a> {
    pub(crate) url: &'a str,
    /// Lines of the form `Name: value`.
    pub(crate) headers: Vec<String>,
    /// A number of HTTPClient.Method.
    pub(crate) method: i64,
    pub(crate) data: Data,
}

/// Reason why a request is not sent.
pub(crate) enum Rejected {
    /// The call is refused with an error code.
    WithCode(Error, String),
    /// The request fails later with a result, as the engine's does.
    WithResult(Problem),
}

impl Rejected {
    /// Returns the reason for calls that return no error code.
    pub(crate) fn into_problem(self) -> Problem {
        match self {
            Self::WithResult(problem) => problem,
            Self::WithCode(_, message) => Problem::other(FetchErrorKind::Request, message),
        }
    }
}

impl RequestSettings {
    /// Returns the rejection of arguments that cannot be used.
    pub(crate) fn refused(message: String) -> Rejected {
        Rejected::WithCode(Error::ERR_INVALID_PARAMETER, message)
    }

    /// Starts the request. Nothing may be bound: warnings about options may be printed.
    pub(crate) fn begin(&self, call: Call<'_>) -> Result<FetchTask, Rejected> {
        if let Some(cancellation) = &self.cancellation
            && RustlsCancellation::requests(cancellation).is_cancelled()
        {
            let problem = Problem::other(FetchErrorKind::Cancelled, CANCELLED);
            return Err(Rejected::WithResult(problem));
        }
        let url = self.url(call.url).map_err(Self::refused)?;
        if call
            .headers
            .iter()
            .any(|line| line.contains(['\r', '\n', '\0']))
        {
            let problem = Fields::parse(&call.headers).err();
            let problem = problem.map(|error| error.to_string()).unwrap_or_default();
            return Err(Self::refused(problem));
        }
        let target = self.target().map_err(Self::refused)?;
        let request = self.fetch_request(url, call)?;
        let context = self.context(&request.url)?;
        let routes = self.routes().map_err(|problem| {
            let kind = FetchErrorKind::CantConnect;
            Rejected::WithResult(Problem::new(kind, Cause::Proxy, problem))
        })?;
        let connect_timeout = seconds(self.connect_timeout);
        let addon = addon();
        let pool = addon.pools.pool(&context, &routes, connect_timeout);
        let runtime = addon.threads.tasks.handle();
        let runtime = runtime.map_err(|error| connection_problem(error.to_string()))?;
        Ok(FetchTask::begin(
            &runtime,
            pool,
            request,
            target,
            self.turns.as_ref(),
        ))
    }

    /// Connects the response of this request to what the options name, before it is delivered.
    pub(crate) fn attach(&self, response: &Gd<RustlsHTTPResponse>) {
        let mut emitter = response.clone().upcast::<Object>();
        for (signal, callable) in &self.handlers {
            emitter.connect(*signal, callable);
        }
        if let Some(cancellation) = &self.cancellation {
            response.bind().end_with(cancellation);
        }
    }

    fn url(&self, text: &str) -> Result<Url, String> {
        let mut url = self.origin.url(text).map_err(|error| error.to_string())?;
        request_url::add_query(&mut url, &self.query);
        Ok(url)
    }

    fn fetch_request(&self, url: Url, call: Call<'_>) -> Result<FetchRequest, Rejected> {
        let Call { method, data, .. } = call;
        let method = engine_parity::method(method).map_err(connection_problem)?;
        if method == Method::CONNECT {
            let setting = self.requester.proxy_setting;
            let problem = format!("CONNECT is for proxies: use {setting}");
            return Err(connection_problem(problem));
        }
        let mut fields =
            Fields::parse(&call.headers).map_err(|error| connection_problem(error.to_string()))?;
        if let Some(value) = &self.authorization {
            fields
                .add_default("Authorization", value)
                .map_err(|error| connection_problem(error.to_string()))?;
        }
        self.origin
            .add_to(&mut fields, &url)
            .map_err(|error| Self::refused(error.message()))?;
        self.add_fields(&mut fields, data.content_type.as_deref())
            .map_err(|error| connection_problem(error.to_string()))?;
        let cookies = self.cookies.as_ref().filter(|_| self.cookies_enabled);
        Ok(FetchRequest {
            method,
            url,
            fields,
            user_agent: addon().user_agent().to_owned(),
            content: data.content,
            limits: self.limits(),
            cookies: cookies.map(Arc::clone),
            cache: self.cache(),
        })
    }

    fn add_fields(
        &self,
        fields: &mut Fields,
        content_type: Option<&str>,
    ) -> Result<(), HeaderError> {
        if let Some(content_type) = content_type {
            fields.add_default("Content-Type", content_type)?;
        }
        if self.is_resuming() || fields.has("range") {
            // A part of a compressed body cannot be used.
            fields.add_default("Accept-Encoding", "identity")?;
        } else if self.accept_gzip {
            fields.add_default("Accept-Encoding", "gzip, deflate, br, zstd")?;
        }
        Ok(())
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
            retries: u32::try_from(self.retries).unwrap_or(u32::MAX),
            reconnect_events: self.reconnect_events,
        }
    }

    /// Returns the cache, unless the body is delivered while it arrives or continues a file.
    fn cache(&self) -> Option<Arc<Cache>> {
        let is_whole = !self.server_sent_events && !self.stream_body && !self.is_resuming();
        let cache = self.cache.as_ref().filter(|_| is_whole);
        cache.map(RustlsHTTPCache::cache)
    }

    fn is_resuming(&self) -> bool {
        self.download_resume && !self.download_file.is_empty()
    }

    /// Returns where the body goes, or an error message.
    fn target(&self) -> Result<BodyTarget, String> {
        let parts = match (self.stream_body, self.server_sent_events) {
            (false, false) => Parts::None,
            (false, true) => Parts::Events,
            (true, false) if self.download_file.is_empty() => Parts::Chunks,
            (true, false) => {
                return Err(format!(
                    "stream_body delivers the body in pieces, and download_file (\"{}\") takes it too: set one of them",
                    self.download_file
                ));
            }
            (true, true) => {
                return Err(
                    "stream_body and server_sent_events deliver the body in different ways: set one of them".to_owned(),
                );
            }
        };
        Ok(BodyTarget {
            file: self.file(),
            parts,
        })
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

    /// Returns the TLS configuration, also of plain requests: a redirect may lead them to https.
    fn context(&self, url: &Url) -> Result<Arc<ClientContext>, Rejected> {
        let class = self.requester.class;
        let call = format_args!(
            "{class}.request(\"{}\")",
            url.host_str().unwrap_or_default()
        );
        client_context(self.tls_options.clone(), call).map_err(|problem| {
            Rejected::WithResult(Problem::other(FetchErrorKind::TlsHandshake, problem))
        })
    }
}

fn connection_problem(problem: String) -> Rejected {
    let kind = FetchErrorKind::Connection;
    Rejected::WithResult(Problem::new(kind, Cause::Transport, problem))
}

pub(crate) fn lock(jar: &Mutex<Jar>) -> MutexGuard<'_, Jar> {
    jar.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns whether the options are for clients.
pub(crate) fn are_for_clients(options: &Gd<AnyOptions>) -> bool {
    if let Ok(ours) = options.clone().try_cast::<RustlsTLSOptions>() {
        return !ours.bind().is_server();
    }
    options
        .clone()
        .try_cast::<TlsOptions>()
        .is_ok_and(|engine| !engine.is_server())
}
