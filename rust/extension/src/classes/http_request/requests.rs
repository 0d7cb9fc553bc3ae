//! The requests of a node: their start, and what the node does at their end.

use std::sync::{Arc, MutexGuard, PoisonError};

use godot::global::Error;
use godot::prelude::*;
use godot_rustls_tls::diagnosis::{Cause, Diagnosis};

use super::{NODE_GONE, RustlsHTTPRequest};
use crate::classes::RustlsHTTPResponse;
use crate::classes::request_settings::{Call, Data, Rejected, RequestSettings, Requester};
use crate::engine::convert::{refuse, report};
use crate::engine::shared_objects::with_bound;
use crate::http::fetch_task::FetchTask;
use crate::http::turns::Turns;

const REQUESTER: Requester = Requester {
    class: "RustlsHTTPRequest",
    proxy_setting: "set_https_proxy()",
};

/// The requests of a node. Locked, because threads may call `fetch()` while the main thread
/// delivers results.
#[derive(Default)]
pub(super) struct Responses {
    /// The response to `request()`, kept after its end.
    pub(super) requested: Option<Gd<RustlsHTTPResponse>>,
    pub(super) fetched: Vec<Gd<RustlsHTTPResponse>>,
    /// The last error of `request()`.
    pub(super) last_error: Diagnosis,
    /// The turns of requests, if there is a limit of them.
    pub(super) turns: Option<Turns>,
}

type Started = Result<FetchTask, Rejected>;

impl RustlsHTTPRequest {
    pub(super) fn begin_request(
        this: &Gd<Self>,
        url: &str,
        headers: &PackedStringArray,
        method: i64,
        data: Data,
    ) -> Error {
        let started = if with_bound(this, Self::is_running) {
            Err(Rejected::WithCode(
                Error::ERR_BUSY,
                "a request is running: wait for request_completed, or use fetch() for several at once".to_owned(),
            ))
        } else {
            let settings = with_bound(this, Self::settings);
            Self::start(this, &settings, call(url, headers, method, data))
        };
        let fetch = match started {
            Ok(fetch) => Ok(fetch),
            Err(Rejected::WithResult(failure)) => Err(failure),
            Err(Rejected::WithCode(error, message)) => {
                with_bound(this, |node| {
                    node.responses().last_error = Diagnosis::new(Cause::Other, &message);
                });
                return refuse(error, &message);
            }
        };
        let response = RustlsHTTPResponse::of_request(fetch, url, this);
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
        options: &VarDictionary,
    ) -> Gd<RustlsHTTPResponse> {
        let mut settings = with_bound(this, Self::settings);
        let started = settings
            .apply(options, None)
            .and_then(|()| data.map_or(Ok(Data::NONE), Data::of))
            .map_err(RequestSettings::refused)
            .and_then(|data| Self::start(this, &settings, call(url, headers, method, data)));
        let fetch = started.map_err(Rejected::into_problem);
        let is_sent = fetch.is_ok();
        let response = RustlsHTTPResponse::of_fetch(fetch, url, Some(this));
        if is_sent {
            with_bound(this, |node| node.responses().fetched.push(response.clone()));
        }
        settings.attach(&response);
        Self::expect(this, &response);
        response
    }

    fn start(this: &Gd<Self>, settings: &RequestSettings, call: Call<'_>) -> Started {
        if !this.is_inside_tree() {
            let problem = "the node is not inside the scene tree: add it first, for instance with add_child()";
            return Err(Rejected::WithCode(
                Error::ERR_UNCONFIGURED,
                problem.to_owned(),
            ));
        }
        settings.begin(call)
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

    /// Returns what the properties say.
    fn settings(&self) -> RequestSettings {
        RequestSettings {
            requester: REQUESTER,
            download_file: self.download_file.clone(),
            download_resume: self.download_resume,
            accept_gzip: self.accept_gzip,
            body_size_limit: self.body_size_limit,
            max_redirects: self.max_redirects,
            timeout: self.timeout,
            connect_timeout: self.connect_timeout,
            read_timeout: self.read_timeout,
            retry_lost_post: self.retry_lost_post,
            retries: self.retries,
            allow_https_downgrade: self.allow_https_downgrade,
            use_environment_proxies: self.use_environment_proxies,
            server_sent_events: self.server_sent_events,
            reconnect_events: self.reconnect_events,
            stream_body: self.stream_body,
            tls_options: self.options.clone(),
            cookies: Some(Arc::clone(&self.cookies)),
            cookies_enabled: self.cookies_enabled,
            proxies: self.proxies.clone(),
            origin: self.origin.clone(),
            authorization: None,
            query: Vec::new(),
            cancellation: None,
            cache: self.cache.clone(),
            turns: self.turns(),
            handlers: Vec::new(),
        }
    }

    /// Returns the turns of requests, if there is a limit. Requests that wait keep theirs when the
    /// limit changes.
    fn turns(&self) -> Option<Turns> {
        let limit = usize::try_from(self.max_concurrent_requests).unwrap_or(0);
        let turns = &mut self.responses().turns;
        if limit == 0 {
            *turns = None;
        } else if turns.as_ref().is_none_or(|turns| turns.limit() != limit) {
            *turns = Some(Turns::new(limit));
        }
        turns.clone()
    }

    pub(super) fn may_be_seconds(&mut self, what: &str, seconds: f64) -> bool {
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
    pub(super) fn responses(&self) -> MutexGuard<'_, Responses> {
        self.responses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn requested(&self) -> Option<Gd<RustlsHTTPResponse>> {
        self.responses().requested.clone()
    }

    fn is_running(&self) -> bool {
        self.requested()
            .is_some_and(|response| !response.bind().is_done())
    }

    /// Returns whether a property may change: as in the engine, not while a request is running.
    pub(super) fn may_change(&mut self, what: &str) -> bool {
        if self.is_running() {
            self.print_error(&format!(
                "{what} cannot be changed while a request is running"
            ));
            return false;
        }
        true
    }

    /// Prints an error while nothing is bound, because a script that listens may call this node.
    pub(super) fn print_error(&mut self, problem: &str) {
        let _free = self.base_mut();
        report(problem);
    }

    pub(super) fn cancel_all(&mut self) {
        let (fetched, requested) = {
            let mut responses = self.responses();
            // First: the end of a request would be the turn of one that waits.
            if let Some(turns) = responses.turns.take() {
                turns.close();
            }
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

fn call<'a>(url: &'a str, headers: &PackedStringArray, method: i64, data: Data) -> Call<'a> {
    Call {
        url,
        headers: headers.as_slice().iter().map(ToString::to_string).collect(),
        method,
        data,
    }
}
