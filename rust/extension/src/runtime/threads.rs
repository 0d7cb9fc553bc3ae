//! The threads of the addon. They get plain data and never call the engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use godot_rustls_runtime::Shutdown;
use godot_rustls_runtime::async_runtime::AsyncRuntime;
use godot_rustls_runtime::worker_pool::WorkerPool;
use godot_rustls_tls::provider::key_shares;

/// Threads of each kind. None is started before the first use.
pub(crate) struct Threads {
    /// Threads that generate keys, for seconds at a time: threads without work are not worth
    /// keeping.
    pub(crate) keys: WorkerPool,
    /// Threads that process the expensive steps of handshakes. They stay for the next ones:
    /// starting a thread takes as long as a step.
    pub(crate) handshakes: WorkerPool,
    /// Runtime of requests, and of name resolution and connecting for streams.
    pub(crate) tasks: AsyncRuntime,
    has_seeded: AtomicBool,
    /// One refill of the key shares is enough for all clients.
    is_refilling: Arc<AtomicBool>,
}

impl Default for Threads {
    fn default() -> Self {
        Self {
            keys: WorkerPool::new("rustls-keys", Duration::ZERO),
            handshakes: WorkerPool::new("rustls-handshakes", Duration::from_secs(10)),
            tasks: AsyncRuntime::new("rustls-http"),
            has_seeded: AtomicBool::new(false),
            is_refilling: Arc::default(),
        }
    }
}

impl Threads {
    /// Ends all threads for good, without waiting for those at work.
    pub(crate) fn stop(&self) -> Shutdown {
        let (keys, handshakes) = (self.keys.stop(), self.handshakes.stop());
        keys.and(handshakes).and(self.tasks.stop())
    }

    /// Makes one of at most `max_threads` threads generate the first random numbers of the process,
    /// which wait for entropy, before a handshake needs them.
    pub(crate) fn seed_early(&self, max_threads: usize) {
        if max_threads == 0 || self.has_seeded.swap(true, Ordering::Relaxed) {
            return;
        }
        // The result goes nowhere.
        let _ = self
            .handshakes
            .run(max_threads, godot_rustls_pki::provider::seed);
    }

    /// Makes one of at most `max_threads` threads generate key shares for the next clients, if few
    /// are left.
    pub(crate) fn make_key_shares(&self, max_threads: usize) {
        if max_threads == 0 || !key_shares::is_low() {
            return;
        }
        if let Some(refilling) = Refilling::begin(&self.is_refilling) {
            let _ = self.handshakes.run(max_threads, move || {
                key_shares::refill();
                drop(refilling);
            });
        }
    }
}

/// Guard held while key shares are generated; dropped also if no thread comes to the work.
struct Refilling(Arc<AtomicBool>);

impl Refilling {
    fn begin(is_refilling: &Arc<AtomicBool>) -> Option<Self> {
        let is_first = !is_refilling.swap(true, Ordering::Relaxed);
        is_first.then(|| Self(Arc::clone(is_refilling)))
    }
}

impl Drop for Refilling {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}
