//! One request that runs on the runtime's threads and is polled by the main thread.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::{Duration, Instant};

use godot_rustls_http::error::FetchErrorKind;
use godot_rustls_http::fetch;
use godot_rustls_http::pool::Pool;
use godot_rustls_http::progress::Progress;
use godot_rustls_http::request::FetchRequest;
use godot_rustls_http::response::ResponseHead;
use godot_rustls_net::phase::Phase;
use godot_rustls_runtime::event_queue::{self, EventReceiver, RetryTime};
use godot_rustls_runtime::response_state::{Counts, Task};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::body_sink::{BodyTarget, Destination};
use super::problem::Problem;
use super::stream_part::StreamPart;
use super::turns::Turns;
use crate::runtime::packed_bytes::Bytes;

/// Result of a request.
pub(crate) struct Finished {
    pub(crate) head: Option<ResponseHead>,
    pub(crate) failure: Option<Problem>,
    pub(crate) body: Bytes,
    /// Time from the start of the request to its end.
    pub(crate) took: Duration,
}

/// Handle of the main thread. Dropping it aborts the request.
pub(crate) struct FetchTask {
    pub(crate) progress: Arc<Progress>,
    finished: Receiver<Finished>,
    /// The result, if [`Task::wait`] received it.
    early: Option<Finished>,
    parts: EventReceiver<StreamPart>,
    /// True if parts may arrive before the end.
    has_parts: bool,
    task: AbortHandle,
}

impl FetchTask {
    /// Starts the request on `runtime`.
    pub(crate) fn begin(
        runtime: &Handle,
        pool: Arc<Pool>,
        request: FetchRequest,
        target: BodyTarget,
        turns: Option<&Turns>,
    ) -> Self {
        let progress = Arc::new(Progress::default());
        progress.phase.set(Phase::Resolving);
        let (part_sender, parts) = event_queue::queue();
        let has_parts = target.has_parts();
        let (sender, finished) = channel();
        let watched = Arc::clone(&progress);
        // Queued here and not by the task: tasks run in any order.
        let turn = turns.map(Turns::wait);
        let task = runtime.spawn(async move {
            let _reset = PhaseReset(Arc::clone(&watched));
            let _turn = match turn {
                Some(turn) => match turn.await {
                    Some(permit) => Some(permit),
                    // The node has gone, and cancels this request too.
                    None => return,
                },
                None => None,
            };
            let begun = Instant::now();
            let mut destination = Destination::new(&request, target, part_sender);
            let outcome = fetch::fetch(&pool, request, &watched, &mut destination).await;
            // Files are closed here: a script that learns of a failure may use what was written at
            // once.
            let received = destination.into_memory();
            let body = if outcome.failure.is_none() {
                received
            } else {
                Bytes::new()
            };
            // The handle may be gone.
            let _ = sender.send(Finished {
                head: outcome.head,
                failure: outcome.failure.map(Problem::from),
                body,
                took: begun.elapsed(),
            });
        });
        Self {
            progress,
            finished,
            early: None,
            parts,
            has_parts,
            task: task.abort_handle(),
        }
    }

    /// Returns how long the server of events wants a client to wait before it asks again.
    pub(crate) fn retry(&self) -> RetryTime {
        self.parts.retry()
    }
}

impl Task for FetchTask {
    type Output = Finished;
    type Event = StreamPart;

    fn counts(&self) -> Counts {
        Counts {
            downloaded: self.progress.downloaded(),
            expected: self.progress.expected(),
            uploaded: self.progress.uploaded(),
            to_upload: self.progress.to_upload(),
            repeats: self.progress.repeats(),
        }
    }

    fn has_ended(&self) -> bool {
        self.progress.phase.get() == Phase::Idle
    }

    fn has_events(&self) -> bool {
        self.has_parts
    }

    fn take_event(&self) -> Option<StreamPart> {
        self.parts.take()
    }

    fn take_output(&mut self) -> Option<Finished> {
        if let Some(finished) = self.early.take() {
            return Some(finished);
        }
        match self.finished.try_recv() {
            Ok(finished) => Some(finished),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Finished::failed(Problem::other(
                FetchErrorKind::Request,
                "the request ended because of an error in the addon: please report it with the messages printed above",
            ))),
        }
    }

    fn wait(&mut self, limit: Duration) -> bool {
        self.early = self.finished.recv_timeout(limit).ok();
        self.early.is_some()
    }
}

impl Finished {
    pub(super) fn failed(failure: Problem) -> Self {
        Self {
            head: None,
            failure: Some(failure),
            body: Bytes::new(),
            took: Duration::MAX,
        }
    }
}

impl Drop for FetchTask {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Guard that sets the phase to idle however the task ends, so that the main thread notices.
struct PhaseReset(Arc<Progress>);

impl Drop for PhaseReset {
    fn drop(&mut self) {
        self.0.phase.set(Phase::Idle);
    }
}
