//! The one runtime of all exchanges: few threads, started by the first.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::{Builder, Handle, Runtime};

use super::packed_bytes;
use crate::runtime::worker_pool::{Left, spare_cores};

/// The most threads that move bytes. One would do for the network; with two, unpacking holds up no other answer. Where only
/// one core is left beside the game's own thread, two would wake each other up in turn, which makes each answer later.
const MOST_THREADS: usize = 2;

/// Threads that wait for names to be looked up and for disks, started when needed.
const WAITING_THREADS: usize = 16;

static RUNTIME: Mutex<Option<Runtime>> = Mutex::new(None);

/// Where to spawn exchanges. The error is a sentence.
pub(crate) fn handle() -> Result<Handle, String> {
    let mut runtime = lock();
    if let Some(runtime) = &*runtime {
        return Ok(runtime.handle().clone());
    }
    let started = Builder::new_multi_thread()
        .worker_threads(spare_cores().min(MOST_THREADS))
        .max_blocking_threads(WAITING_THREADS)
        .thread_name("rustls-http")
        .enable_io()
        .enable_time()
        .build()
        .map_err(|error| format!("the system gives no threads for HTTP ({error})"))?;
    let handle = started.handle().clone();
    *runtime = Some(started);
    Ok(handle)
}

/// The runtime, if it was started and not stopped.
pub(crate) fn running() -> Option<Handle> {
    lock().as_ref().map(|runtime| runtime.handle().clone())
}

/// Ends all exchanges without waiting for the threads, before the library goes. The library stays in memory for them, and for
/// callables of ours that the engine may have in its queue of deferred calls.
pub(crate) fn stop() -> Left {
    packed_bytes::close();
    match lock().take() {
        Some(runtime) => {
            runtime.shutdown_background();
            Left::AtWork
        }
        None => Left::Nothing,
    }
}

fn lock() -> MutexGuard<'static, Option<Runtime>> {
    RUNTIME.lock().unwrap_or_else(PoisonError::into_inner)
}
