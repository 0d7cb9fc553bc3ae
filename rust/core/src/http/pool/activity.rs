//! Whether a server sends anything while its response is awaited.

use std::sync::{Mutex, Weak};

use super::last_use::LastUse;
use crate::http::frames::HeadsHeard;
use crate::http::wire::SharedNotes;

/// Watches one request's connection.
pub(in crate::http) struct Activity(Kind);

enum Kind {
    Alone(SharedNotes),
    Shared(HeadsHeard, Weak<Mutex<LastUse>>),
}

impl Activity {
    /// On a connection with one request at a time.
    pub(super) fn alone(notes: SharedNotes) -> Self {
        Self(Kind::Alone(notes))
    }

    /// On a connection of HTTP/2, which `users` counts.
    pub(super) fn shared(heard: HeadsHeard, users: Weak<Mutex<LastUse>>) -> Self {
        Self(Kind::Shared(heard, users))
    }

    /// Whether anything came since this was asked last. Over HTTP/2 hyper does not tell to which request a head belongs: it
    /// counts when nobody but the pool and this request has the connection.
    pub(in crate::http) fn was_heard(&self) -> bool {
        match &self.0 {
            Kind::Alone(notes) => notes.was_heard(),
            Kind::Shared(heard, users) => heard.take() && users.strong_count() <= 2,
        }
    }
}
