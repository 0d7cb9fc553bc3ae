//! The threads of the addon. They get plain data and never call the engine.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use godot_rustls_runtime::Shutdown;
use godot_rustls_runtime::async_runtime::AsyncRuntime;
use godot_rustls_runtime::worker_pool::WorkerPool;
use godot_rustls_tls::provider::key_shares;

use super::packed_bytes;

/// Threads of each kind.
pub(crate) struct Threads {
    /// Generate keys, for seconds at a time: threads without work are not worth keeping.
    pub(crate) keys: WorkerPool,
    /// Do the expensive steps of handshakes. They stay for the next ones: starting one takes as long as a step.
    pub(crate) handshakes: WorkerPool,
    /// Runs requests, and resolves and dials for streams.
    pub(crate) tasks: AsyncRuntime,
}

/// Static, since objects that outlive the last stage of the engine still ask for it. Nothing runs before the first
/// use, and [`Threads::stop`] ends what does.
static THREADS: LazyLock<Threads> = LazyLock::new(|| Threads {
    keys: WorkerPool::new("rustls-keys", Duration::ZERO),
    handshakes: WorkerPool::new("rustls-handshakes", Duration::from_secs(10)),
    tasks: AsyncRuntime::new("rustls-http"),
});

/// Returns the threads of the addon.
pub(crate) fn threads() -> &'static Threads {
    &THREADS
}

impl Threads {
    /// Ends all threads, before the library goes. It stays in memory for those at work.
    pub(crate) fn stop(&self) -> Shutdown {
        // From here on no thread touches the engine's memory.
        packed_bytes::close();
        let left = [self.keys.stop(), self.handshakes.stop(), self.tasks.stop()];
        if left.contains(&Shutdown::AtWork) {
            Shutdown::AtWork
        } else {
            Shutdown::Complete
        }
    }
}

/// Lets one of at most `max_threads` threads make the first random numbers of the process, which wait for entropy.
/// Before long somebody needs them.
pub(crate) fn seed_early(max_threads: usize) {
    // Once for each time that the library is loaded.
    static IS_ASKED: AtomicBool = AtomicBool::new(false);
    if max_threads == 0 || IS_ASKED.swap(true, Ordering::Relaxed) {
        return;
    }
    // Nobody waits for the result.
    let _ = THREADS
        .handshakes
        .run(max_threads, godot_rustls_pki::provider::seed);
}

/// One refill of the key shares is enough for all clients.
static IS_REFILLING: AtomicBool = AtomicBool::new(false);

/// Guard held while key shares are made; dropped also when no thread comes to the work.
struct Refilling;

impl Drop for Refilling {
    fn drop(&mut self) {
        IS_REFILLING.store(false, Ordering::Relaxed);
    }
}

/// Lets one of at most `max_threads` threads make key shares for the next clients, when few are left.
pub(crate) fn make_key_shares(max_threads: usize) {
    if max_threads > 0 && key_shares::is_low() && !IS_REFILLING.swap(true, Ordering::Relaxed) {
        let refilling = Refilling;
        let _ = THREADS.handshakes.run(max_threads, move || {
            key_shares::refill();
            drop(refilling);
        });
    }
}
