//! The one tokio runtime of a program: few threads, started by the first use.

use std::fmt;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::{Shutdown, spare_cores};

/// The most threads that move bytes. One would do for the network; with two, decompression holds up no other response.
/// Where only one core is left beside the main thread, two would wake each other up in turn, which delays each response.
const MAX_THREADS: usize = 2;

/// The most threads that wait for names to be looked up and for disks, started when needed.
const MAX_BLOCKING_THREADS: usize = 16;

/// The system gives no threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoThreads {
    /// The kind of the system's error.
    pub kind: io::ErrorKind,
    /// The text of the system's error.
    pub text: String,
}

impl fmt::Display for NoThreads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the system gives no threads for the network ({})",
            self.text
        )
    }
}

impl std::error::Error for NoThreads {}

/// A runtime that starts with its first use and can be stopped.
#[derive(Debug)]
pub struct AsyncRuntime {
    thread_name: &'static str,
    runtime: Mutex<Option<Runtime>>,
}

impl AsyncRuntime {
    /// Names the threads; none is started.
    pub const fn new(thread_name: &'static str) -> Self {
        Self {
            thread_name,
            runtime: Mutex::new(None),
        }
    }

    /// Returns where to spawn tasks, and starts the runtime if it does not run.
    pub fn handle(&self) -> Result<Handle, NoThreads> {
        let mut runtime = self.lock();
        if let Some(runtime) = &*runtime {
            return Ok(runtime.handle().clone());
        }
        let started = Builder::new_multi_thread()
            .worker_threads(spare_cores().min(MAX_THREADS))
            .max_blocking_threads(MAX_BLOCKING_THREADS)
            .thread_name(self.thread_name)
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| NoThreads {
                kind: error.kind(),
                text: error.to_string(),
            })?;
        let handle = started.handle().clone();
        *runtime = Some(started);
        Ok(handle)
    }

    /// Returns the runtime if it runs.
    pub fn running(&self) -> Option<Handle> {
        self.lock().as_ref().map(|runtime| runtime.handle().clone())
    }

    /// Ends all tasks at their next await, without waiting for the threads.
    pub fn stop(&self) -> Shutdown {
        match self.lock().take() {
            Some(runtime) => {
                runtime.shutdown_background();
                Shutdown::AtWork
            }
            None => Shutdown::Complete,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Runtime>> {
        self.runtime.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn it_starts_with_the_first_use_and_is_the_same_for_all() {
        let runtime = AsyncRuntime::new("test-async");
        assert!(runtime.running().is_none());
        let (sender, received) = channel();
        runtime.handle().unwrap().spawn(async move {
            let name = std::thread::current().name().map(str::to_owned);
            sender.send(name).unwrap();
        });
        assert_eq!(received.recv(), Ok(Some("test-async".to_owned())));
        assert!(runtime.running().is_some());
        runtime.stop();
    }

    #[test]
    fn stopping_ends_tasks_that_wait_and_the_next_use_starts_anew() {
        struct Dropped(std::sync::mpsc::Sender<()>);
        impl Drop for Dropped {
            fn drop(&mut self) {
                let _ = self.0.send(());
            }
        }
        let runtime = AsyncRuntime::new("test-async");
        assert_eq!(runtime.stop(), Shutdown::Complete);
        let (sender, dropped) = channel();
        let held = Dropped(sender);
        runtime.handle().unwrap().spawn(async move {
            std::future::pending::<()>().await;
            drop(held);
        });
        assert_eq!(runtime.stop(), Shutdown::AtWork);
        assert_eq!(dropped.recv(), Ok(()));
        assert!(runtime.running().is_none());
        assert!(runtime.handle().is_ok());
        runtime.stop();
    }
}
