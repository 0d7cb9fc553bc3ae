//! Cancelling any number of requests together.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use godot_rustls_runtime::response_state::WeakResponseState;

use super::fetch_task::FetchTask;
use super::problem::Problem;
use super::shared_response::SharedResponse;

/// The requests that end together. Threads may add requests while another one cancels.
#[derive(Clone, Default)]
pub(crate) struct Cancellation(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    is_cancelled: bool,
    responses: Vec<WeakResponseState<FetchTask, Problem>>,
    /// Number of responses at which those that are gone are removed.
    next_cleanup: usize,
}

/// Responses in the list before those that are gone are looked for.
const MIN_CLEANUP: usize = 16;

impl Cancellation {
    pub(crate) fn is_cancelled(&self) -> bool {
        self.lock().is_cancelled
    }

    /// Adds a request, which is cancelled at once if the others are already.
    pub(crate) fn add(&self, response: &SharedResponse, why: &'static str) {
        let mut state = self.lock();
        if state.is_cancelled {
            drop(state);
            response.cancel(why);
            return;
        }
        if state.responses.len() >= state.next_cleanup {
            state.responses.retain(|it| it.upgrade().is_some());
            state.next_cleanup = (state.responses.len() * 2).max(MIN_CLEANUP);
        }
        state.responses.push(response.downgrade());
    }

    /// Cancels all requests. Returns whether this was the first call.
    pub(crate) fn cancel(&self, why: &'static str) -> bool {
        let responses = {
            let mut state = self.lock();
            if std::mem::replace(&mut state.is_cancelled, true) {
                return false;
            }
            std::mem::take(&mut state.responses)
        };
        // The latest first: the end of an earlier one would be the turn of one that waits.
        let latest_first = responses.iter().rev();
        for response in latest_first.filter_map(WeakResponseState::upgrade) {
            response.cancel(why);
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
