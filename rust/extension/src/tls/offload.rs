//! A session on its way through a background thread.

use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::{Arc, Weak};

use godot_rustls_tls::diagnosis::{Cause, Diagnosis, diagnose};
use godot_rustls_tls::failure::Failure;
use godot_rustls_tls::session::Session;

use super::limits::Limits;
use crate::vocabulary;

/// What an errand comes back with.
type Result = std::result::Result<Box<Session>, Diagnosis>;

/// Where a connection's session is.
pub(super) enum Place {
    Here(Box<Session>),
    /// On a thread that does a hard step of its handshake.
    Away(Errand),
    /// Nowhere any more, and why.
    Lost(Diagnosis),
}

impl Place {
    /// Brings the session home when its step is done. Does not wait.
    pub(super) fn call_back(&mut self) {
        let Self::Away(errand) = self else {
            return;
        };
        match errand.done.try_recv() {
            Ok(Ok(session)) => *self = Self::Here(session),
            Ok(Err(diagnosis)) => *self = Self::Lost(diagnosis),
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => *self = Self::Lost(nobody_worked()),
        }
    }

    /// Forgets a session that is away when the handshake's time is over.
    pub(super) fn give_up_after(&mut self, limits: &Limits) {
        if let (Self::Away(errand), Some(limit)) = (&*self, limits.passed()) {
            let failure = Failure::HandshakeTimeout {
                limit,
                received: errand.about.received,
            };
            *self = Self::Lost(diagnose(&failure, &vocabulary::STREAM));
        }
    }

    /// Whether a session is away whose peer can be told goodbye without it.
    pub(super) fn may_part(&self) -> bool {
        matches!(self, Self::Away(errand) if errand.about.may_part)
    }
}

/// What has to be known of a session while it is away.
#[derive(Default)]
pub(super) struct About {
    /// Bytes that came from the peer.
    pub(super) received: u64,
    /// The peer can read a close_notify in plain text.
    pub(super) may_part: bool,
}

/// One step of a handshake that somebody else does. Dropping it takes it back, unless it has begun.
pub(super) struct Errand {
    done: Receiver<Result>,
    about: About,
    /// Lives as long as somebody waits.
    _waits: Arc<()>,
}

impl Errand {
    pub(super) fn new(
        limits: &Limits,
        about: About,
        step: impl FnOnce() -> Result + Send + 'static,
    ) -> Self {
        let waits = Arc::new(());
        let asked = Arc::downgrade(&waits);
        let done = limits
            .threads
            .handshakes
            .run(limits.max_threads, move || do_if_asked(&asked, step));
        Self {
            done,
            about,
            _waits: waits,
        }
    }
}

/// After a burst, many steps may be for nobody: their connections were given up.
fn do_if_asked(asked: &Weak<()>, step: impl FnOnce() -> Result) -> Result {
    if asked.strong_count() == 0 {
        return Err(Diagnosis::default());
    }
    step()
}

fn nobody_worked() -> Diagnosis {
    Diagnosis::new(
        Cause::Other,
        "the handshake could not be worked on: the system gave no thread, or the step failed; set network/tls/rustls/handshake_threads to 0 to do without threads",
    )
}
