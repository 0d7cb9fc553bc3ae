//! Delivery of a response to the game: signals of progress and events, and the end.

use std::cell::Cell;
use std::sync::Mutex;

use godot::prelude::*;
use godot_rustls_http::error::FetchErrorKind;
use godot_rustls_http::headers::written;
use godot_rustls_http::request_url::redacted;
use godot_rustls_http::response::ResponseHead;
use godot_rustls_runtime::same_frame_wait::SameFrameWait;

use super::{Outcome, RustlsHTTPResponse, stream_parts};
use crate::classes::RustlsHTTPRequest;
use crate::engine::convert::{godot_text, report};
use crate::engine::shared_objects::with_bound;
use crate::http::fetch_task::{FetchTask, Finished};
use crate::http::problem::Problem;
use crate::http::shared_response::SharedResponse;
use crate::runtime::frame_budget::{self, deliver};
use crate::runtime::frame_poll::{Poll, spawn_on_main};
use crate::runtime::late_listeners;

type Node = Gd<RustlsHTTPRequest>;

thread_local! {
    /// The `request()` that was started last. Thread-local like the next one, because the main
    /// thread delivers all responses, and alone waits for them.
    static LAST_REQUEST: Cell<Option<InstanceId>> = const { Cell::new(None) };
    /// Experience with waits within a frame.
    static SAME_FRAME: Cell<SameFrameWait> = const { Cell::new(SameFrameWait::NONE) };
}

pub(crate) const NODE_GONE: &str = "the request was cancelled: its node left the scene tree";

impl RustlsHTTPResponse {
    /// Makes the response to the node's `request()`, from its task or the reason why there is none.
    /// The node has to know the response before it is [expected](Self::expect): a thread may make
    /// the request, and the response is delivered on another one.
    pub(crate) fn of_request(
        fetch: Result<FetchTask, Problem>,
        url: &str,
        node: &Node,
    ) -> Gd<Self> {
        Self::awaited(fetch, url, Some(node), true)
    }

    /// Makes the response to a `fetch()`, of a node or without one, likewise.
    pub(crate) fn of_fetch(
        fetch: Result<FetchTask, Problem>,
        url: &str,
        node: Option<&Node>,
    ) -> Gd<Self> {
        Self::awaited(fetch, url, node, false)
    }

    fn awaited(
        fetch: Result<FetchTask, Problem>,
        url: &str,
        node: Option<&Node>,
        is_of_request: bool,
    ) -> Gd<Self> {
        Gd::from_init_fn(|base| Self {
            result: PhantomVar::default(),
            response_code: PhantomVar::default(),
            headers: PhantomVar::default(),
            body: PhantomVar::default(),
            error: PhantomVar::default(),
            url: PhantomVar::default(),
            http_version: PhantomVar::default(),
            tls_version: PhantomVar::default(),
            redirects: PhantomVar::default(),
            ok: PhantomVar::default(),
            text: PhantomVar::default(),
            json: PhantomVar::default(),
            from_cache: PhantomVar::default(),
            retry_count: PhantomVar::default(),
            outcome: Mutex::new(Outcome::none_yet(url)),
            shared: SharedResponse::of(fetch),
            node: node.map(Gd::instance_id),
            is_of_request,
            base,
        })
    }

    /// Starts to poll for the response.
    pub(crate) fn expect(response: &Gd<Self>) {
        if with_bound(response, |response| response.is_of_request) {
            LAST_REQUEST.set(Some(response.instance_id()));
        }
        spawn_on_main(response, |response| {
            let delivery = ResponseDelivery::of(response);
            move || delivery.poll_frame()
        });
    }
}

impl Outcome {
    fn fill(&mut self, finished: Finished) {
        self.result = result(finished.failure.as_ref());
        let diagnosis = finished.failure.map(|problem| problem.diagnosis);
        self.problem = diagnosis.unwrap_or_default();
        self.body = finished.body.into_array();
        if let Some(head) = finished.head {
            self.fill_head(head);
        }
    }

    /// Fills in what the head of the response says.
    pub(super) fn fill_head(&mut self, head: ResponseHead) {
        self.response_code = i64::from(head.status);
        let lines = head.lines.iter().map(written);
        self.headers = lines.map(|line| godot_text(&line)).collect();
        self.url = godot_text(head.url.as_str());
        self.http_version = godot_text(head.version);
        self.tls_version = godot_text(&head.facts.tls_version);
        self.redirects = i64::try_from(head.redirects).unwrap_or_default();
        self.is_from_cache = head.from_cache;
        self.facts = Some(head.facts);
    }
}

/// Frame task that delivers a response.
struct ResponseDelivery {
    response: Gd<RustlsHTTPResponse>,
    shared: SharedResponse,
    /// The node that sent the request, if any.
    node: Option<InstanceId>,
    /// True for the response to the node's `request()`.
    is_of_request: bool,
}

impl ResponseDelivery {
    fn of(response: Gd<RustlsHTTPResponse>) -> Self {
        let (shared, node, is_of_request) = with_bound(&response, |me| {
            (me.shared.clone(), me.node, me.is_of_request)
        });
        Self {
            response,
            shared,
            node,
            is_of_request,
        }
    }

    /// Delivers what arrived. If a handler starts a new `request()` and responses come fast, waits
    /// for the new one within the frame budget: otherwise it would lie there until the next frame.
    /// Not for `fetch()`, whose `completed` must not be emitted in the frame of the call.
    fn poll_frame(&self) -> Poll {
        if !frame_budget::is_left() {
            return Poll::PendingFirst;
        }
        if self.shared.is_completed() {
            return Poll::Done;
        }
        if self.shared.is_quiet() {
            return Poll::Pending;
        }
        LAST_REQUEST.take();
        let poll = self.poll(false);
        while let Some(next) = Self::worth_waiting_for() {
            if next.poll(true) == Poll::Pending {
                break;
            }
        }
        poll
    }

    /// Returns the request that was started by a handler, if it ends within the rest of the frame.
    fn worth_waiting_for() -> Option<Self> {
        let last = LAST_REQUEST.take()?;
        let limit = frame_budget::wait();
        if !with_same_frame(|wait| wait.pays(limit)) {
            return None;
        }
        let next = Self::of(Gd::try_from_instance_id(last).ok()?);
        if !next.shared.is_running() {
            return None;
        }
        let has_come = deliver(|| next.shared.wait(limit))?;
        with_same_frame(|wait| wait.on_waited(has_come));
        has_come.then_some(next)
    }

    /// Delivers what arrived. Nothing is bound while a signal is emitted: a script may do anything
    /// then.
    fn poll(&self, was_waited_for: bool) -> Poll {
        let node = self
            .node
            .and_then(|node| Node::try_from_instance_id(node).ok())
            .filter(|node| node.is_inside_tree());
        if self.node.is_some() && node.is_none() {
            // Without its node, the response ends, which is delivered to those who await it.
            self.shared.cancel(NODE_GONE);
        }
        let is_paused = node.as_ref().is_some_and(|node| !node.can_process());
        if is_paused && !self.shared.is_cancelled() {
            return Poll::Pending;
        }
        // Whatever arrived before the end is delivered before it.
        let may_end = self.shared.has_ended();
        if !self.emit_events(node.as_ref()) {
            return Poll::Pending;
        }
        if self.shared.has_progress() && deliver(|| self.emit_progress(node.as_ref())).is_none() {
            return Poll::Pending;
        }
        if !may_end {
            return Poll::Pending;
        }
        match deliver(|| self.end(node.as_ref(), was_waited_for)) {
            Some(poll) => poll,
            None => Poll::Pending,
        }
    }

    /// Returns whether all events that arrived were emitted.
    fn emit_events(&self, node: Option<&Node>) -> bool {
        while self.shared.has_events() {
            // Taken only if there is time to emit it.
            match deliver(|| self.emit_event(node)) {
                Some(true) => {}
                Some(false) => return true,
                None => return false,
            }
        }
        true
    }

    /// Returns whether there was an event.
    fn emit_event(&self, node: Option<&Node>) -> bool {
        let Some(part) = self.shared.take_event() else {
            return false;
        };
        stream_parts::deliver(part, &self.response, node);
        true
    }

    fn emit_progress(&self, node: Option<&Node>) {
        let Some((now, before)) = self.shared.take_progress() else {
            return;
        };
        let node = || node.filter(|node| node.is_instance_valid());
        let response = &self.response;
        if now.uploaded != before.uploaded {
            let (uploaded, total) = (signed(now.uploaded), signed(now.to_upload));
            response.signals().upload_progress().emit(uploaded, total);
            if let Some(node) = node() {
                node.signals().upload_progress().emit(uploaded, total);
            }
        }
        if now.downloaded != before.downloaded {
            let downloaded = signed(now.downloaded);
            response.signals().progress().emit(downloaded, now.expected);
            if let Some(node) = node() {
                node.signals().progress().emit(downloaded, now.expected);
            }
        }
    }

    fn end(&self, node: Option<&Node>, was_waited_for: bool) -> Poll {
        let was_cancelled = self.shared.is_cancelled();
        let Some(finished) = self.shared.take_finished() else {
            return Poll::Pending;
        };
        with_same_frame(|wait| wait.on_response(finished.took, was_waited_for));
        let response = &self.response;
        let is_untrusted = with_bound(response, |response| {
            let mut outcome = response.outcome();
            outcome.fill(finished);
            let is_untrusted = outcome.result == RustlsHTTPRequest::RESULT_TLS_HANDSHAKE_ERROR;
            is_untrusted.then(|| {
                let url = redacted(&outcome.url.to_string());
                format!(
                    "TLS handshake failed for {url}: {}",
                    outcome.problem.message
                )
            })
        });
        self.shared.complete();
        if let Some(problem) = is_untrusted {
            // The engine prints this failure too.
            report(&problem);
        }
        let node = node.filter(|node| node.is_instance_valid());
        match node {
            Some(node) if !self.is_of_request => {
                with_bound(node, |node| node.forget(response));
            }
            Some(node) if !was_cancelled => RustlsHTTPRequest::completed(node, response),
            _ => {}
        }
        let is_unawaited = self.node.is_none() && !late_listeners::is_awaited(response);
        response.signals().completed().emit(response);
        if is_unawaited {
            // A script that holds nothing but the signal may await it later.
            late_listeners::keep_until_awaited(response);
        } else if self.is_of_request {
            // The node keeps the response; the signal has delivered the body.
            with_bound(response, |response| {
                response.outcome().body = PackedByteArray::new();
            });
        } else {
            late_listeners::serve(response);
        }
        Poll::Done
    }
}

fn with_same_frame<T>(work: impl FnOnce(&mut SameFrameWait) -> T) -> T {
    let mut wait = SAME_FRAME.get();
    let result = work(&mut wait);
    SAME_FRAME.set(wait);
    result
}

/// Returns the engine's HTTPRequest.Result.
fn result(failure: Option<&Problem>) -> i64 {
    let Some(failure) = failure else {
        return RustlsHTTPRequest::RESULT_SUCCESS;
    };
    match failure.kind {
        FetchErrorKind::CantConnect => RustlsHTTPRequest::RESULT_CANT_CONNECT,
        FetchErrorKind::CantResolve => RustlsHTTPRequest::RESULT_CANT_RESOLVE,
        FetchErrorKind::Connection => RustlsHTTPRequest::RESULT_CONNECTION_ERROR,
        FetchErrorKind::TlsHandshake => RustlsHTTPRequest::RESULT_TLS_HANDSHAKE_ERROR,
        FetchErrorKind::BodySizeLimit => RustlsHTTPRequest::RESULT_BODY_SIZE_LIMIT_EXCEEDED,
        FetchErrorKind::Decompress => RustlsHTTPRequest::RESULT_BODY_DECOMPRESS_FAILED,
        FetchErrorKind::Cancelled | FetchErrorKind::Request => {
            RustlsHTTPRequest::RESULT_REQUEST_FAILED
        }
        FetchErrorKind::FileCantOpen => RustlsHTTPRequest::RESULT_DOWNLOAD_FILE_CANT_OPEN,
        FetchErrorKind::FileWrite => RustlsHTTPRequest::RESULT_DOWNLOAD_FILE_WRITE_ERROR,
        FetchErrorKind::RedirectLimit => RustlsHTTPRequest::RESULT_REDIRECT_LIMIT_REACHED,
        FetchErrorKind::Timeout => RustlsHTTPRequest::RESULT_TIMEOUT,
    }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
