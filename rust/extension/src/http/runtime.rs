//! The one runtime of all exchanges: few threads, started by the first.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle, Runtime};

use super::bytes;
use crate::background::{Left, spare_cores};

/// The most threads that move bytes. One would do for the network; with two, unpacking holds up no other answer. Where only
/// one core is left beside the game's own thread, two would wake each other up in turn, which makes each answer later.
const MOST_THREADS: usize = 2;

/// Threads that wait for names to be looked up and for disks, started when needed.
const WAITING_THREADS: usize = 16;

/// How long quitting waits for the threads.
const MAX_WAIT: Duration = Duration::from_millis(200);

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

/// Ends all exchanges before the library goes, and waits a moment for the threads: most are done at once, and are joined
/// then. One that looks a name up or waits for a disk cannot be stopped, and must not hold up whoever quits the game.
pub(crate) fn stop() -> Left {
    bytes::close();
    let Some(runtime) = lock().take() else {
        return Left::Nothing;
    };
    let begun = Instant::now();
    runtime.shutdown_timeout(MAX_WAIT);
    // tokio returns earlier only when it has joined every thread.
    if begun.elapsed() < MAX_WAIT {
        Left::Nothing
    } else {
        Left::AtWork
    }
}

fn lock() -> MutexGuard<'static, Option<Runtime>> {
    RUNTIME.lock().unwrap_or_else(PoisonError::into_inner)
}
