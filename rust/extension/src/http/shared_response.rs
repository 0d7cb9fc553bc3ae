//! State of a response, shared by the object that scripts hold and by the frame task that delivers
//! it.

use std::ops::Deref;

use godot_rustls_http::error::FetchErrorKind;
use godot_rustls_net::phase::Phase;
use godot_rustls_runtime::event_queue::RetryTime;
use godot_rustls_runtime::response_state::{End, ResponseState};

use super::fetch_task::{FetchTask, Finished};
use super::problem::Problem;

/// The state of a response, and the retry time of its events.
#[derive(Clone)]
pub(crate) struct SharedResponse {
    state: ResponseState<FetchTask, Problem>,
    retry: RetryTime,
}

impl Deref for SharedResponse {
    type Target = ResponseState<FetchTask, Problem>;

    fn deref(&self) -> &Self::Target {
        &self.state
    }
}

impl SharedResponse {
    /// Makes the state of a request, or of a failure to start one.
    pub(crate) fn of(fetch: Result<FetchTask, Problem>) -> Self {
        Self {
            retry: fetch
                .as_ref()
                .map_or_else(|_| RetryTime::default(), FetchTask::retry),
            state: ResponseState::new(fetch),
        }
    }

    /// Returns whether the request is running.
    pub(crate) fn is_running(&self) -> bool {
        self.task(|_| ()).is_some()
    }

    /// Returns the phase of the request; idle if none is running.
    pub(crate) fn phase(&self) -> Phase {
        self.task(|fetch| fetch.progress.phase.get())
            .unwrap_or(Phase::Idle)
    }

    /// Returns the number of seconds that the server of events asks a client to wait before it
    /// requests them again, or -1.
    pub(crate) fn retry_seconds(&self) -> f64 {
        self.retry.seconds()
    }

    /// Takes the result of the request once it has ended.
    pub(crate) fn take_finished(&self) -> Option<Finished> {
        Some(match self.take_end()? {
            End::Finished(finished) => finished,
            End::NotBegun(failure) => Finished::failed(failure),
            End::Cancelled(why) => Finished::failed(Problem::other(FetchErrorKind::Cancelled, why)),
        })
    }
}
