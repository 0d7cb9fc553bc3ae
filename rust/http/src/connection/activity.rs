//! Observation of what a server sends while its response is awaited.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Weak};

use super::last_use::LastUse;
use crate::frames::HeadsHeard;
use crate::header_case::SharedCapture;

/// Observer of one request's connection, created before the request is sent.
pub(crate) struct Activity(Kind);

enum Kind {
    Alone(SharedCapture),
    Shared(SharedActivity),
}

struct SharedActivity {
    heard: HeadsHeard,
    /// The count when the request began.
    at_first: usize,
    /// The count at the last call of [`Activity::was_heard`].
    last: AtomicUsize,
    users: Weak<Mutex<LastUse>>,
}

impl Activity {
    /// Observes an HTTP/1.1 connection.
    pub(super) fn alone(capture: SharedCapture) -> Self {
        Self(Kind::Alone(capture))
    }

    /// Observes an HTTP/2 connection, whose users `users` counts.
    pub(super) fn shared(heard: HeadsHeard, users: Weak<Mutex<LastUse>>) -> Self {
        let count = heard.count();
        Self(Kind::Shared(SharedActivity {
            heard,
            at_first: count,
            last: AtomicUsize::new(count),
            users,
        }))
    }

    /// Returns whether anything arrived since the last call. Over HTTP/2 hyper does not say which
    /// request a head belongs to: a head counts while only the pool and this request use the
    /// connection.
    pub(crate) fn was_heard(&self) -> bool {
        match &self.0 {
            Kind::Alone(capture) => capture.was_heard(),
            Kind::Shared(shared) => {
                let count = shared.heard.count();
                shared.last.swap(count, Ordering::Relaxed) != count
                    && shared.users.strong_count() <= 2
            }
        }
    }

    /// Returns whether a byte of a response or of an interim response arrived. Over HTTP/2 a head
    /// of another request counts too.
    pub(crate) fn has_begun(&self) -> bool {
        match &self.0 {
            Kind::Alone(capture) => capture.has_begun(),
            Kind::Shared(shared) => shared.heard.count() != shared.at_first,
        }
    }
}
