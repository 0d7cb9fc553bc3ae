//! A limit of requests at the same time: the others wait for their turn, in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Turns of the requests of one node.
#[derive(Clone)]
pub(crate) struct Turns {
    /// The limit that the turns were made for.
    limit: usize,
    /// Gives permits in the order in which they were asked for.
    permits: Arc<Semaphore>,
    waiting: Arc<AtomicI64>,
}

impl Turns {
    /// Returns turns for at most `limit` requests, which is not 0.
    pub(crate) fn new(limit: usize) -> Self {
        let limit = limit.min(Semaphore::MAX_PERMITS);
        Self {
            limit,
            permits: Arc::new(Semaphore::new(limit)),
            waiting: Arc::default(),
        }
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Returns how many requests wait.
    pub(crate) fn waiting(&self) -> i64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Ends the waiting: nobody has a turn any more.
    pub(crate) fn close(&self) {
        self.permits.close();
    }

    /// Enters the queue now. The future waits for the turn, which lasts as long as the permit;
    /// `None` if the queue was closed.
    pub(crate) fn wait(&self) -> impl Future<Output = Option<OwnedSemaphorePermit>> + Send + use<> {
        let waiting = Waiting::new(&self.waiting);
        let permits = Arc::clone(&self.permits);
        async move {
            let _waiting = waiting;
            permits.acquire_owned().await.ok()
        }
    }
}

/// Guard of a request that waits.
struct Waiting(Arc<AtomicI64>);

impl Waiting {
    fn new(count: &Arc<AtomicI64>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
