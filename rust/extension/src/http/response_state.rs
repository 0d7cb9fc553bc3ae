//! An answer while it comes.
//!
//! It lies beside the object that scripts hold: the binding's guards cost a call to the system each, and answers that
//! wait are looked at in every frame.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use godot_rustls_http::failure::{Failure, FailureKind};
use godot_rustls_http::server_sent_events::Event;

use super::event_queue::Retry;
use super::fetch_task::{Finished, Flight};
use crate::runtime::packed_bytes::Bytes;

/// Shared by the object of an answer and whoever looks at it once a frame.
#[derive(Clone)]
pub(crate) struct Arrival(Arc<Mutex<State>>);

struct State {
    /// Until it ended.
    flight: Option<Flight>,
    /// Why it never began.
    unsent: Option<Failure>,
    /// Why nobody waits for it any more.
    cancelled: Option<&'static str>,
    /// Its end was taken, to be told.
    is_taken: bool,
    /// The object has all that came.
    completed: bool,
    /// What was told of it.
    told: Counts,
    retry: Retry,
}

/// Bytes of an exchange.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) downloaded: u64,
    /// What the server announced, or -1.
    pub(crate) expected: i64,
    pub(crate) uploaded: u64,
    pub(crate) to_upload: u64,
}

impl Counts {
    const NONE: Self = Self {
        downloaded: 0,
        expected: -1,
        uploaded: 0,
        to_upload: 0,
    };

    fn of(flight: &Flight) -> Self {
        let progress = &flight.progress;
        Self {
            downloaded: progress.downloaded(),
            expected: progress.expected(),
            uploaded: progress.uploaded(),
            to_upload: progress.to_upload(),
        }
    }

    fn differs_from(self, told: Self) -> bool {
        self.downloaded != told.downloaded || self.uploaded != told.uploaded
    }
}

impl Arrival {
    /// Of a flight, or never because of a failure.
    pub(crate) fn of(flight: Result<Flight, Failure>) -> Self {
        let retry = flight.as_ref().map_or_else(|_| Retry::new(), Flight::retry);
        let (flight, unsent) = match flight {
            Ok(flight) => (Some(flight), None),
            Err(failure) => (None, Some(failure)),
        };
        Self(Arc::new(Mutex::new(State {
            flight,
            unsent,
            cancelled: None,
            is_taken: false,
            completed: false,
            told: Counts::NONE,
            retry,
        })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends it; the first reason counts.
    pub(crate) fn give_up(&self, why: &'static str) {
        let flight = {
            let mut state = self.lock();
            if state.is_taken {
                return;
            }
            state.cancelled.get_or_insert(why);
            state.flight.take()
        };
        drop(flight);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.lock().cancelled.is_some()
    }

    /// The object has all that came, and its end is being told or was.
    pub(crate) fn is_completed(&self) -> bool {
        self.lock().completed
    }

    /// Nobody waits for it any more.
    pub(crate) fn is_done(&self) -> bool {
        let state = self.lock();
        state.is_taken || state.cancelled.is_some()
    }

    pub(crate) fn is_under_way(&self) -> bool {
        self.lock().flight.is_some()
    }

    /// The engine's HTTPClient.Status.
    pub(crate) fn phase(&self) -> i64 {
        let state = self.lock();
        let flight = state.flight.as_ref();
        flight.map_or(0, |flight| i64::from(flight.progress.phase.number()))
    }

    /// What came so far.
    pub(crate) fn counts(&self) -> Counts {
        let state = self.lock();
        state.flight.as_ref().map_or(state.told, Counts::of)
    }

    /// Nothing more is expected, as far as can be told without taking it.
    pub(crate) fn may_end(&self) -> bool {
        self.phase() == 0
    }

    /// Nothing came since the last look, which is what most looks find. When its node goes, that cancels it.
    pub(crate) fn is_quiet(&self) -> bool {
        let state = self.lock();
        state.flight.as_ref().is_some_and(|flight| {
            state.cancelled.is_none()
                && !flight.has_events
                && flight.progress.phase.number() != 0
                && !Counts::of(flight).differs_from(state.told)
        })
    }

    /// Whether there is progress that was not told yet.
    pub(crate) fn has_news(&self) -> bool {
        let state = self.lock();
        let flight = state.flight.as_ref();
        flight.is_some_and(|flight| Counts::of(flight).differs_from(state.told))
    }

    /// Progress that was not told yet, and what was told last. Counts as told from now on.
    pub(crate) fn take_news(&self) -> Option<(Counts, Counts)> {
        let mut state = self.lock();
        let now = Counts::of(state.flight.as_ref()?);
        now.differs_from(state.told)
            .then(|| (now, std::mem::replace(&mut state.told, now)))
    }

    /// Whether events may come.
    pub(crate) fn has_events(&self) -> bool {
        let state = self.lock();
        let flight = state.flight.as_ref();
        flight.is_some_and(|flight| flight.has_events)
    }

    /// How many seconds the server of events wants a client to wait before it asks again, or -1.
    pub(crate) fn retry_seconds(&self) -> f64 {
        self.lock().retry.seconds()
    }

    /// The next event of a stream of them.
    pub(crate) fn take_event(&self) -> Option<Event> {
        self.lock().flight.as_ref()?.take_event()
    }

    /// Waits a moment for its end. Whether that came.
    pub(crate) fn wait(&self, patience: Duration) -> bool {
        let mut state = self.lock();
        state
            .flight
            .as_mut()
            .is_some_and(|flight| flight.wait(patience))
    }

    /// What it gave, once it is done.
    pub(crate) fn take_finished(&self) -> Option<Finished> {
        let mut state = self.lock();
        let finished = if let Some(failure) = state.unsent.take() {
            Finished::failed(failure)
        } else if let Some(why) = state.cancelled {
            Finished::failed(Failure::new(FailureKind::Cancelled, why))
        } else {
            state.flight.as_mut()?.take_finished()?
        };
        state.is_taken = true;
        if let Some(flight) = state.flight.take() {
            state.told = Counts::of(&flight);
        }
        Some(finished)
    }

    /// The object has it all.
    pub(crate) fn complete(&self) {
        self.lock().completed = true;
    }
}

impl Finished {
    fn failed(failure: Failure) -> Self {
        Self {
            head: None,
            failure: Some(failure),
            body: Bytes::new(),
            took: Duration::MAX,
        }
    }
}
