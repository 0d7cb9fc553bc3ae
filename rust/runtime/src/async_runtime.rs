//! The one tokio runtime of a program: few threads, started by the first use.

use std::fmt;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::{Shutdown, spare_cores};

/// The most threads that move bytes. One would do for the network; with two, decompression holds up
/// no other response. Where only one core is left beside the main thread, two would wake each other
/// up in turn, which delays each response.
const MAX_THREADS: usize = 2;

/// The most threads that wait for names to be looked up and for disks, started when needed.
const MAX_BLOCKING_THREADS: usize = 16;

/// Reason why the runtime takes no tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartError {
    /// The runtime was stopped.
    Stopped,
    /// The system gives no threads.
    NoThreads {
        /// The kind of the system's error.
        kind: io::ErrorKind,
        /// The text of the system's error.
        text: String,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => f.write_str("the threads for the network were stopped for good"),
            Self::NoThreads { text, .. } => {
                write!(f, "the system gives no threads for the network ({text})")
            }
        }
    }
}

impl std::error::Error for StartError {}

/// A runtime that starts with its first use and can be stopped.
#[derive(Debug)]
pub struct AsyncRuntime {
    thread_name: &'static str,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    NotStarted,
    Running(Runtime),
    Stopped,
}

impl AsyncRuntime {
    /// Names the threads; none is started.
    pub const fn new(thread_name: &'static str) -> Self {
        Self {
            thread_name,
            state: Mutex::new(State::NotStarted),
        }
    }

    /// Returns where to spawn tasks, and starts the runtime the first time.
    pub fn handle(&self) -> Result<Handle, StartError> {
        let mut state = self.lock();
        match &*state {
            State::Running(runtime) => return Ok(runtime.handle().clone()),
            State::Stopped => return Err(StartError::Stopped),
            State::NotStarted => {}
        }
        let started = Builder::new_multi_thread()
            .worker_threads(spare_cores().min(MAX_THREADS))
            .max_blocking_threads(MAX_BLOCKING_THREADS)
            .thread_name(self.thread_name)
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| StartError::NoThreads {
                kind: error.kind(),
                text: error.to_string(),
            })?;
        let handle = started.handle().clone();
        *state = State::Running(started);
        Ok(handle)
    }

    /// Returns the runtime if it runs.
    pub fn running(&self) -> Option<Handle> {
        match &*self.lock() {
            State::Running(runtime) => Some(runtime.handle().clone()),
            State::NotStarted | State::Stopped => None,
        }
    }

    /// Ends all tasks at their next await, without waiting for the threads. No task can be spawned
    /// afterwards.
    pub fn stop(&self) -> Shutdown {
        let before = std::mem::replace(&mut *self.lock(), State::Stopped);
        match before {
            State::Running(runtime) => {
                runtime.shutdown_background();
                Shutdown::AtWork
            }
            State::NotStarted | State::Stopped => Shutdown::Complete,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for AsyncRuntime {
    fn drop(&mut self) {
        // Dropping a runtime that runs would wait for its threads, or panic on one of them.
        self.stop();
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
    fn stopping_ends_tasks_that_wait() {
        struct Dropped(std::sync::mpsc::Sender<()>);
        impl Drop for Dropped {
            fn drop(&mut self) {
                let _ = self.0.send(());
            }
        }
        let runtime = AsyncRuntime::new("test-async");
        let (sender, dropped) = channel();
        let held = Dropped(sender);
        runtime.handle().unwrap().spawn(async move {
            std::future::pending::<()>().await;
            drop(held);
        });
        assert_eq!(runtime.stop(), Shutdown::AtWork);
        assert_eq!(dropped.recv(), Ok(()));
        assert!(runtime.running().is_none());
        assert_eq!(runtime.stop(), Shutdown::Complete);
    }

    #[test]
    fn a_stopped_runtime_does_not_start_again() {
        let runtime = AsyncRuntime::new("test-async");
        assert_eq!(runtime.stop(), Shutdown::Complete);
        assert_eq!(runtime.handle().err(), Some(StartError::Stopped));
        assert!(runtime.running().is_none());
    }

    #[test]
    fn dropping_a_runtime_within_one_of_its_tasks_is_allowed() {
        let runtime = std::sync::Arc::new(AsyncRuntime::new("test-async"));
        let (sender, dropped) = channel();
        let handle = runtime.handle().unwrap();
        handle.spawn(async move {
            drop(runtime);
            sender.send(()).unwrap();
        });
        assert_eq!(dropped.recv(), Ok(()));
    }
}
