//! Sessions whose handshake step runs on a thread.

use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::{Arc, Weak};

use godot_rustls_tls::diagnosis::{Cause, Diagnosis, diagnose};
use godot_rustls_tls::failure::Failure;
use godot_rustls_tls::session::Session;

use super::dialer::Dialer;
use super::limits::Limits;
use crate::vocabulary;

/// The session after a step, or why it is lost.
type Result = std::result::Result<Box<Session>, Diagnosis>;

/// Location of a connection's session.
pub(super) enum SessionSlot {
    /// Not made yet: the host is being resolved and connected to.
    Dialing(Box<Dialer>),
    Local(Box<Session>),
    /// On a thread, which processes an expensive step of its handshake.
    Offloaded(OffloadedStep),
    /// Lost, and why.
    Failed(Diagnosis),
}

impl SessionSlot {
    /// Takes the session back once its step is done. Does not wait.
    pub(super) fn reclaim(&mut self) {
        let Self::Offloaded(step) = self else {
            return;
        };
        match step.done.try_recv() {
            Ok(Ok(session)) => *self = Self::Local(session),
            Ok(Err(diagnosis)) => *self = Self::Failed(diagnosis),
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => *self = Self::Failed(not_processed()),
        }
    }

    /// Drops an offloaded session when the handshake's time is over.
    pub(super) fn give_up_after(&mut self, limits: &Limits) {
        if let (Self::Offloaded(step), Some(limit)) = (&*self, limits.expired()) {
            let failure = Failure::HandshakeTimeout {
                limit,
                received: step.info.received,
            };
            *self = Self::Failed(diagnose(&failure, &vocabulary::STREAM));
        }
    }

    /// Returns whether the peer of an offloaded session can read a plaintext close_notify.
    pub(super) fn can_send_close_notify(&self) -> bool {
        matches!(self, Self::Offloaded(step) if step.info.can_send_close_notify)
    }
}

/// Facts about a session that are needed while it is offloaded.
#[derive(Default)]
pub(super) struct OffloadedInfo {
    /// Bytes that were received from the peer.
    pub(super) received: u64,
    /// The peer can read a plaintext close_notify.
    pub(super) can_send_close_notify: bool,
}

/// A handshake step queued on a thread. Dropping it cancels the step, unless it has begun.
pub(super) struct OffloadedStep {
    done: Receiver<Result>,
    info: OffloadedInfo,
    /// Lives as long as the connection waits for the step.
    _wanted: Arc<()>,
}

impl OffloadedStep {
    pub(super) fn new(
        limits: &Limits,
        info: OffloadedInfo,
        step: impl FnOnce() -> Result + Send + 'static,
    ) -> Self {
        let wanted = Arc::new(());
        let is_wanted = Arc::downgrade(&wanted);
        let done = limits
            .threads
            .handshakes
            .run(limits.max_threads, move || run_if_wanted(&is_wanted, step));
        Self {
            done,
            info,
            _wanted: wanted,
        }
    }
}

/// Runs the step, unless the connection was dropped, as many are after a burst.
fn run_if_wanted(is_wanted: &Weak<()>, step: impl FnOnce() -> Result) -> Result {
    if is_wanted.strong_count() == 0 {
        return Err(Diagnosis::default());
    }
    step()
}

fn not_processed() -> Diagnosis {
    Diagnosis::new(
        Cause::Other,
        "a step of the handshake was not processed: the system provided no thread, or the step failed; set network/tls/rustls/handshake_threads to 0 to do without threads",
    )
}
