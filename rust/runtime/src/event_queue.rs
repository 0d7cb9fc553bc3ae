//! Events on their way from a thread to the main thread, bounded by their bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use tokio::sync::Notify;

/// Bytes of events that may wait. With more, the sender should stop reading: a program that is
/// paused for hours, or slower than its server, must not run out of memory.
const MAX_WAITING: usize = 1024 * 1024;

/// Approximate memory of an event beside its texts.
const OVERHEAD: usize = 100;

/// An event that knows how much memory its texts take.
pub trait Event {
    /// Returns the bytes of its texts.
    fn bytes(&self) -> usize;
}

/// Number of milliseconds that a server wants its client to wait before it requests the events
/// again.
#[derive(Debug, Clone)]
pub struct RetryTime(Arc<AtomicI64>);

impl Default for RetryTime {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(-1)))
    }
}

impl RetryTime {
    /// Returns the seconds, or -1 when the server named none.
    pub fn seconds(&self) -> f64 {
        match self.0.load(Ordering::Relaxed) {
            -1 => -1.0,
            milliseconds => milliseconds as f64 / 1000.0,
        }
    }

    fn set(&self, milliseconds: u64) {
        let milliseconds = i64::try_from(milliseconds).unwrap_or(i64::MAX);
        self.0.store(milliseconds, Ordering::Relaxed);
    }
}

/// Bytes of the events that wait.
#[derive(Debug, Default)]
struct Waiting {
    bytes: AtomicUsize,
    /// Notified when they are few enough again.
    taken: Notify,
}

impl Waiting {
    fn are_many(&self) -> bool {
        self.bytes.load(Ordering::Acquire) > MAX_WAITING
    }
}

/// Makes an empty queue.
pub fn queue<E: Event>() -> (EventSender<E>, EventReceiver<E>) {
    let (sender, receiver) = channel();
    let waiting = Arc::new(Waiting::default());
    let retry = RetryTime::default();
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

/// The end of the thread that reads the stream.
#[derive(Debug)]
pub struct EventSender<E> {
    sender: Sender<E>,
    waiting: Arc<Waiting>,
    retry: RetryTime,
}

impl<E: Event> EventSender<E> {
    /// Adds an event. The receiver may be gone.
    pub fn send(&self, event: E) {
        self.waiting.bytes.fetch_add(size(&event), Ordering::AcqRel);
        let _ = self.sender.send(event);
    }

    /// Sets the retry time that the server named, if it did.
    pub fn set_retry(&self, milliseconds: Option<u64>) {
        if let Some(milliseconds) = milliseconds {
            self.retry.set(milliseconds);
        }
    }

    /// Returns whether the sender should wait before it reads more.
    pub fn is_full(&self) -> bool {
        self.waiting.are_many()
    }

    /// Returns a future that completes once enough events were taken.
    pub fn until_taken(&self) -> impl Future<Output = ()> + Send + use<E> {
        let waiting = Arc::clone(&self.waiting);
        async move {
            // A notification that comes between the look and the wait is kept.
            while waiting.are_many() {
                waiting.taken.notified().await;
            }
        }
    }
}

/// The end of the main thread.
#[derive(Debug)]
pub struct EventReceiver<E> {
    receiver: Receiver<E>,
    waiting: Arc<Waiting>,
    retry: RetryTime,
}

impl<E: Event> EventReceiver<E> {
    /// Returns the next event, if one waits.
    pub fn take(&self) -> Option<E> {
        let event = self.receiver.try_recv().ok()?;
        let size = size(&event);
        let before = self.waiting.bytes.fetch_sub(size, Ordering::AcqRel);
        if before > MAX_WAITING && before - size <= MAX_WAITING {
            self.waiting.taken.notify_one();
        }
        Some(event)
    }

    /// Returns the retry time, which the sender may still change.
    pub fn retry(&self) -> RetryTime {
        self.retry.clone()
    }
}

fn size(event: &impl Event) -> usize {
    event.bytes() + OVERHEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Event for usize {
        fn bytes(&self) -> usize {
            *self
        }
    }

    #[test]
    fn events_keep_their_order() {
        let (sender, receiver) = queue::<usize>();
        for n in 0..5 {
            sender.send(n);
        }
        let all: Vec<usize> = std::iter::from_fn(|| receiver.take()).collect();
        assert_eq!(all, [0, 1, 2, 3, 4]);
        assert_eq!(receiver.take(), None);
    }

    #[test]
    fn a_queue_is_full_above_its_limit_and_not_any_more_when_events_were_taken() {
        let (sender, receiver) = queue::<usize>();
        sender.send(MAX_WAITING - OVERHEAD);
        assert!(!sender.is_full());
        sender.send(0);
        assert!(sender.is_full());
        receiver.take();
        assert!(!sender.is_full());
    }

    #[tokio::test]
    async fn a_sender_that_waits_goes_on_when_events_were_taken() {
        let (sender, receiver) = queue::<usize>();
        sender.until_taken().await;
        for _ in 0..3 {
            sender.send(MAX_WAITING / 2);
        }
        let waiting = tokio::spawn(sender.until_taken());
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        receiver.take();
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        receiver.take();
        waiting.await.unwrap();
    }

    #[test]
    fn many_empty_events_fill_a_queue_too() {
        let (sender, _receiver) = queue::<usize>();
        for _ in 0..=MAX_WAITING / OVERHEAD {
            sender.send(0);
        }
        assert!(sender.is_full());
    }

    #[test]
    fn events_for_a_receiver_that_is_gone_are_dropped() {
        let (sender, receiver) = queue::<usize>();
        drop(receiver);
        sender.send(1);
    }

    #[test]
    fn the_retry_time_reaches_the_receiver_in_seconds() {
        let (sender, receiver) = queue::<usize>();
        let retry = receiver.retry();
        assert!((retry.seconds() + 1.0).abs() < f64::EPSILON);
        sender.set_retry(None);
        assert!((retry.seconds() + 1.0).abs() < f64::EPSILON);
        sender.set_retry(Some(1_500));
        assert!((retry.seconds() - 1.5).abs() < f64::EPSILON);
        sender.set_retry(Some(u64::MAX));
        assert!(retry.seconds() > 1e15);
    }
}
