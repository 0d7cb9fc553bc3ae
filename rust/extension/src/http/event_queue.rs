//! Server-sent events on their way to the game.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use godot_rustls_http::server_sent_events::Event;

/// Bytes of events that may wait for the game. With more, the server waits: a game that is paused for hours, or slower than
/// its server, must not run out of memory.
const MOST_WAITING: usize = 1024 * 1024;

/// Bytes of events that end the stream: a compressed one can become any number of events at once.
const TOO_MANY: usize = 16 * MOST_WAITING;

/// What an event takes beside its texts, roughly.
const OVERHEAD: usize = 100;

/// How many milliseconds a server wants a client to wait before it asks for the stream again.
#[derive(Clone)]
pub(crate) struct Retry(Arc<AtomicI64>);

impl Retry {
    /// None was told.
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(-1)))
    }

    /// The seconds, or -1.
    pub(crate) fn seconds(&self) -> f64 {
        match self.0.load(Ordering::Relaxed) {
            -1 => -1.0,
            milliseconds => milliseconds as f64 / 1000.0,
        }
    }
}

/// A queue without events.
pub(crate) fn queue() -> (EventSender, EventReceiver) {
    let (sender, receiver) = channel();
    let waiting = Arc::new(AtomicUsize::new(0));
    let retry = Retry::new();
    let sender = EventSender {
        sender,
        waiting: Arc::clone(&waiting),
        retry: retry.clone(),
    };
    let receiver = EventReceiver {
        receiver,
        waiting,
        retry,
    };
    (sender, receiver)
}

/// The runtime's end.
pub(crate) struct EventSender {
    sender: Sender<Event>,
    waiting: Arc<AtomicUsize>,
    retry: Retry,
}

impl EventSender {
    pub(crate) fn send(&self, event: Event) {
        self.waiting.fetch_add(size(&event), Ordering::Relaxed);
        // The game may have stopped listening.
        let _ = self.sender.send(event);
    }

    pub(crate) fn tell_retry(&self, milliseconds: Option<u64>) {
        if let Some(milliseconds) = milliseconds {
            let milliseconds = i64::try_from(milliseconds).unwrap_or(i64::MAX);
            self.retry.0.store(milliseconds, Ordering::Relaxed);
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > MOST_WAITING
    }

    /// Whether it would be too much to take one more piece of the stream.
    pub(crate) fn is_flooded(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > TOO_MANY
    }
}

/// The main thread's end.
pub(crate) struct EventReceiver {
    receiver: Receiver<Event>,
    waiting: Arc<AtomicUsize>,
    pub(crate) retry: Retry,
}

impl EventReceiver {
    pub(crate) fn take(&self) -> Option<Event> {
        let event = self.receiver.try_recv().ok()?;
        self.waiting.fetch_sub(size(&event), Ordering::Relaxed);
        Some(event)
    }
}

fn size(event: &Event) -> usize {
    event.kind.len() + event.data.len() + event.id.len() + OVERHEAD
}
