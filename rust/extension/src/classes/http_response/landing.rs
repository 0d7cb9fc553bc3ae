//! What arrived, brought to the game: signals, and the end.

use std::cell::Cell;
use std::time::Duration;

use godot::prelude::*;
use godot_rustls_core::http::failure::{Failure, FailureKind};

use super::RustlsHTTPResponse;
use crate::classes::RustlsHTTPRequest;
use crate::frames::{Again, watch};
use crate::http::bytes::Bytes;
use crate::http::flight::{Finished, Flight};
use crate::http::frame_budget::{self, deliver};

type Node = Gd<RustlsHTTPRequest>;

thread_local! {
    /// The request of a node's `request()` that was begun last.
    static BEGUN: Cell<Option<InstanceId>> = const { Cell::new(None) };
    /// How long the last one took that ended.
    static LAST_TOOK: Cell<Duration> = const { Cell::new(Duration::MAX) };
}

pub(crate) const NODE_GONE: &str = "the request was cancelled: its node left the tree";

impl RustlsHTTPResponse {
    /// An answer that comes by a flight, or never because of a failure.
    pub(crate) fn awaited(
        flight: Result<Flight, Failure>,
        url: &str,
        node: &Node,
        is_twin: bool,
    ) -> Gd<Self> {
        let (flight, unsent) = match flight {
            Ok(flight) => (Some(flight), None),
            Err(failure) => (None, Some(failure)),
        };
        let response = Gd::from_init_fn(|base| Self {
            result: -1,
            response_code: 0,
            headers: PackedStringArray::new(),
            body: PackedByteArray::new(),
            error: GString::new(),
            url: GString::from(url),
            http_version: GString::new(),
            tls_version: GString::new(),
            redirects: 0,
            certificates: Vec::new(),
            flight,
            unsent,
            cancelled: None,
            completed: false,
            node: node.instance_id(),
            is_twin,
            told: (0, -1, 0),
            base,
        });
        if is_twin {
            BEGUN.set(Some(response.instance_id()));
        }
        watch(&response, Self::look_on);
        response
    }

    /// Once a frame. When a script asks again as soon as it was answered, and answers come fast, the next one is worth
    /// waiting for: it would lie there until the next frame. Only for `request()`, whose answers nobody holds who could
    /// come too late to await them.
    fn look_on(this: &Gd<Self>) -> Again {
        if !frame_budget::is_left() {
            return Again::First;
        }
        if this.bind().completed {
            return Again::No;
        }
        if Self::is_quiet(this) {
            return Again::Yes;
        }
        BEGUN.take();
        let again = Self::look(this);
        while let Some(next) = Self::worth_waiting_for() {
            if Self::look(&next) == Again::Yes {
                break;
            }
        }
        again
    }

    /// The request that was begun while another one's end was told, if it is over within what is left of the frame.
    fn worth_waiting_for() -> Option<Gd<Self>> {
        let mut next = Gd::<Self>::try_from_instance_id(BEGUN.take()?).ok()?;
        let patience = frame_budget::patience();
        if next.bind().flight.is_none() || patience <= LAST_TOOK.get() {
            return None;
        }
        deliver(|| {
            if let Some(flight) = &mut next.bind_mut().flight {
                flight.wait(patience);
            }
        });
        Some(next)
    }

    /// Once a frame. Nothing is bound while a signal is emitted: a script may do anything then.
    fn look(this: &Gd<Self>) -> Again {
        let id = this.bind().node;
        let node = Node::try_from_instance_id(id)
            .ok()
            .filter(|node| node.is_inside_tree());
        if node.is_none() {
            // Whoever asked is gone: the answer ends, and is told to those who wait for it.
            this.clone().bind_mut().give_up(NODE_GONE);
        }
        let is_paused = node.as_ref().is_some_and(|node| !node.can_process());
        if is_paused && this.bind().cancelled.is_none() {
            return Again::Yes;
        }
        // What came before the end is told before it.
        let may_end = Self::may_end(this);
        if !Self::tell_events(this, node.as_ref()) {
            return Again::Yes;
        }
        if Self::news(this).is_some()
            && deliver(|| Self::tell_progress(this, node.as_ref())).is_none()
        {
            return Again::Yes;
        }
        if !may_end {
            return Again::Yes;
        }
        match deliver(|| Self::end(this, node.as_ref())) {
            Some(again) => again,
            None => Again::Yes,
        }
    }

    /// Nothing more is expected, as far as can be told without taking it.
    fn may_end(this: &Gd<Self>) -> bool {
        let me = this.bind();
        me.flight
            .as_ref()
            .is_none_or(|flight| flight.progress.phase.number() == 0)
    }

    /// Nothing came since the last look, which is what most looks find. When its node goes, that cancels it.
    fn is_quiet(this: &Gd<Self>) -> bool {
        let is_plain = {
            let me = this.bind();
            let flight = me.flight.as_ref();
            me.cancelled.is_none() && flight.is_some_and(|flight| !flight.has_events)
        };
        is_plain && !Self::may_end(this) && Self::news(this).is_none()
    }

    /// Whether all that came were told.
    fn tell_events(this: &Gd<Self>, node: Option<&Node>) -> bool {
        while frame_budget::is_left() {
            let event = this.bind().flight.as_ref().and_then(Flight::take_event);
            let Some(event) = event else {
                return true;
            };
            let [kind, data, id] =
                [&event.kind, &event.data, &event.id].map(|text| GString::from(text.as_str()));
            deliver(|| {
                this.signals().event_received().emit(&kind, &data, &id);
                if let Some(node) = node.filter(|node| node.is_instance_valid()) {
                    node.signals().event_received().emit(&kind, &data, &id);
                }
            });
        }
        false
    }

    /// Progress that was not told yet: downloaded, announced, uploaded, to upload.
    fn news(this: &Gd<Self>) -> Option<(u64, i64, u64, u64)> {
        let me = this.bind();
        let progress = &me.flight.as_ref()?.progress;
        let now = (
            progress.downloaded(),
            progress.expected(),
            progress.uploaded(),
        );
        let is_new = now.0 != me.told.0 || now.2 != me.told.2;
        is_new.then(|| (now.0, now.1, now.2, progress.to_upload()))
    }

    fn tell_progress(this: &Gd<Self>, node: Option<&Node>) {
        let Some((downloaded, expected, uploaded, to_upload)) = Self::news(this) else {
            return;
        };
        let before = std::mem::replace(
            &mut this.clone().bind_mut().told,
            (downloaded, expected, uploaded),
        );
        let node = || node.filter(|node| node.is_instance_valid());
        if uploaded != before.2 {
            let (uploaded, total) = (signed(uploaded), signed(to_upload));
            this.signals().upload_progress().emit(uploaded, total);
            if let Some(node) = node() {
                node.signals().upload_progress().emit(uploaded, total);
            }
        }
        if downloaded != before.0 {
            let downloaded = signed(downloaded);
            this.signals().progress().emit(downloaded, expected);
            if let Some(node) = node() {
                node.signals().progress().emit(downloaded, expected);
            }
        }
    }

    fn end(this: &Gd<Self>, node: Option<&Node>) -> Again {
        let finished = {
            let mut me = this.clone();
            let mut me = me.bind_mut();
            match me.take_finished() {
                Some(finished) => finished,
                None => return Again::Yes,
            }
        };
        LAST_TOOK.set(finished.took);
        let was_cancelled = this.bind().cancelled.is_some();
        this.clone().bind_mut().fill(finished);
        let node = node.filter(|node| node.is_instance_valid());
        match node {
            Some(node) if !this.bind().is_twin => node.clone().bind_mut().forget(this),
            Some(node) if !was_cancelled => RustlsHTTPRequest::completed(node, this),
            _ => {}
        }
        this.signals().completed().emit(this);
        if this.bind().is_twin {
            // Its node keeps the answer; the body went with the signal.
            this.clone().bind_mut().body = PackedByteArray::new();
        }
        Again::No
    }

    fn take_finished(&mut self) -> Option<Finished> {
        let failed = |failure| Finished {
            head: None,
            failure: Some(failure),
            body: Bytes::new(),
            took: Duration::MAX,
        };
        if let Some(failure) = self.unsent.take() {
            return Some(failed(failure));
        }
        if let Some(why) = self.cancelled {
            return Some(failed(Failure::new(FailureKind::Cancelled, why)));
        }
        self.flight.as_mut()?.take_finished()
    }

    fn fill(&mut self, finished: Finished) {
        if let Some(flight) = self.flight.take() {
            self.told = (
                flight.progress.downloaded(),
                flight.progress.expected(),
                flight.progress.uploaded(),
            );
        }
        self.result = result(finished.failure.as_ref());
        self.error = GString::from(
            &finished
                .failure
                .map(|failure| failure.message)
                .unwrap_or_default(),
        );
        self.body = finished.body.into_array();
        if let Some(head) = finished.head {
            self.response_code = i64::from(head.status);
            let lines = head
                .lines
                .iter()
                .map(|(name, value)| GString::from(&format!("{name}: {value}")));
            self.headers = lines.collect();
            self.url = GString::from(head.url.as_str());
            self.http_version = GString::from(head.version);
            self.tls_version = GString::from(&head.facts.tls_version);
            self.redirects = i64::try_from(head.redirects).unwrap_or_default();
            self.certificates.clone_from(&head.facts.certificates);
        }
        self.completed = true;
    }
}

/// The engine's HTTPRequest.Result.
fn result(failure: Option<&Failure>) -> i64 {
    let Some(failure) = failure else {
        return RustlsHTTPRequest::RESULT_SUCCESS;
    };
    match failure.kind {
        FailureKind::ChunkedBodySizeMismatch => {
            RustlsHTTPRequest::RESULT_CHUNKED_BODY_SIZE_MISMATCH
        }
        FailureKind::CantConnect => RustlsHTTPRequest::RESULT_CANT_CONNECT,
        FailureKind::CantResolve => RustlsHTTPRequest::RESULT_CANT_RESOLVE,
        FailureKind::Connection => RustlsHTTPRequest::RESULT_CONNECTION_ERROR,
        FailureKind::TlsHandshake => RustlsHTTPRequest::RESULT_TLS_HANDSHAKE_ERROR,
        FailureKind::BodySizeLimit => RustlsHTTPRequest::RESULT_BODY_SIZE_LIMIT_EXCEEDED,
        FailureKind::Decompress => RustlsHTTPRequest::RESULT_BODY_DECOMPRESS_FAILED,
        FailureKind::Cancelled | FailureKind::Request => RustlsHTTPRequest::RESULT_REQUEST_FAILED,
        FailureKind::FileCantOpen => RustlsHTTPRequest::RESULT_DOWNLOAD_FILE_CANT_OPEN,
        FailureKind::FileWrite => RustlsHTTPRequest::RESULT_DOWNLOAD_FILE_WRITE_ERROR,
        FailureKind::RedirectLimit => RustlsHTTPRequest::RESULT_REDIRECT_LIMIT_REACHED,
        FailureKind::Timeout => RustlsHTTPRequest::RESULT_TIMEOUT,
    }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
