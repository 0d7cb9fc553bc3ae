//! Whether a server sends anything while its response is awaited.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Weak};

use super::last_use::LastUse;
use crate::frames::HeadsHeard;
use crate::header_case::SharedCapture;

/// Watches one request's connection, from before the request is sent.
pub(crate) struct Activity(Kind);

enum Kind {
    Alone(SharedCapture),
    Shared(SharedActivity),
}

struct SharedActivity {
    heard: HeadsHeard,
    /// Its count when the request began.
    at_first: usize,
    /// Its count when it was asked last.
    last: AtomicUsize,
    users: Weak<Mutex<LastUse>>,
}

impl Activity {
    /// On a connection with one request at a time.
    pub(super) fn alone(capture: SharedCapture) -> Self {
        Self(Kind::Alone(capture))
    }

    /// On a connection of HTTP/2, which `users` counts.
    pub(super) fn shared(heard: HeadsHeard, users: Weak<Mutex<LastUse>>) -> Self {
        let count = heard.count();
        Self(Kind::Shared(SharedActivity {
            heard,
            at_first: count,
            last: AtomicUsize::new(count),
            users,
        }))
    }

    /// Whether anything came since this was asked last. Over HTTP/2 hyper does not tell to which request a head belongs: it
    /// counts when nobody but the pool and this request has the connection.
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

    /// Whether a byte of a response came, be it of an interim one. Over HTTP/2 a head counts whose request is another one.
    pub(crate) fn has_begun(&self) -> bool {
        match &self.0 {
            Kind::Alone(capture) => capture.has_begun(),
            Kind::Shared(shared) => shared.heard.count() != shared.at_first,
        }
    }
}
