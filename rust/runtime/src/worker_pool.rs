//! Threads for work that takes long. It gets plain data and answers through a channel.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::{Shutdown, cores};

#[cfg(test)]
mod tests;

type Work = Box<dyn FnOnce() + Send>;

/// Time that a thread spins for the next work before it sleeps. Longer than a program takes to
/// answer a step, since waking a thread costs both sides more.
const MAX_SPIN: Duration = Duration::from_micros(100);

/// Threads for one kind of work, started when there is some. Work begins in the order in which it
/// came.
pub struct WorkerPool(Arc<Inner>);

struct Inner {
    name: &'static str,
    /// Time that a thread without work stays.
    idle_time: Duration,
    queue: Mutex<Queue>,
    arrived: Condvar,
    /// Length of the queue, readable without its lock.
    waiting: AtomicUsize,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Work>,
    /// Threads that have work or look for it.
    running: usize,
    /// Those of them that wait for it.
    idle: usize,
    /// Limit that was given with the last work.
    max_threads: usize,
    threads: Vec<JoinHandle<()>>,
    is_stopped: bool,
}

impl WorkerPool {
    /// Makes a pool without threads. A thread of this `name` ends when no work came for
    /// `idle_time`.
    pub fn new(name: &'static str, idle_time: Duration) -> Self {
        Self(Arc::new(Inner {
            name,
            idle_time,
            queue: Mutex::default(),
            arrived: Condvar::new(),
            waiting: AtomicUsize::new(0),
        }))
    }

    /// Does `work` as soon as one of at most `max_threads` threads is free. The receiver gets the
    /// result; it is disconnected when the work panicked, the pool is stopped, or the system gave
    /// no thread.
    pub fn run<T: Send + 'static>(
        &self,
        max_threads: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Receiver<T> {
        let inner = &self.0;
        let (result, receiver) = channel();
        let mut queue = inner.lock();
        if queue.is_stopped {
            return receiver;
        }
        queue.max_threads = max_threads;
        queue.waiting.push_back(Box::new(move || {
            // The receiver may be gone.
            let _ = result.send(work());
        }));
        inner.publish_length(&queue);
        if queue.waiting.len() > queue.idle && queue.running < max_threads {
            inner.start_thread(&mut queue);
        }
        drop(queue);
        inner.arrived.notify_one();
        receiver
    }

    /// Forgets work that has not begun and ends the threads. Work that has begun ends by itself. No
    /// work is taken afterwards.
    pub fn stop(&self) -> Shutdown {
        let inner = &self.0;
        let mut queue = inner.lock();
        queue.is_stopped = true;
        let forgotten = std::mem::take(&mut queue.waiting);
        inner.publish_length(&queue);
        let is_at_work = queue.running > queue.idle;
        let threads = if is_at_work {
            Vec::new()
        } else {
            std::mem::take(&mut queue.threads)
        };
        drop(queue);
        // Dropping it may run foreign code.
        drop(forgotten);
        inner.arrived.notify_all();
        if is_at_work {
            return Shutdown::AtWork;
        }
        // They have nothing left to do but to end; their last steps are the program's code too.
        for thread in threads {
            let _ = thread.join();
        }
        Shutdown::Complete
    }
}

impl Inner {
    fn start_thread(self: &Arc<Self>, queue: &mut Queue) {
        for thread in queue.threads.extract_if(.., |thread| thread.is_finished()) {
            // Threads end well: panics of their work were caught.
            let _ = thread.join();
        }
        let thread = std::thread::Builder::new().name(self.name.to_owned());
        let inner = Arc::clone(self);
        match thread.spawn(move || inner.work()) {
            Ok(thread) => {
                queue.threads.push(thread);
                queue.running += 1;
            }
            // Other threads will take the work. Without any, dropping it disconnects the receiver.
            Err(_) if queue.running == 0 => {
                queue.waiting.clear();
                self.publish_length(queue);
            }
            Err(_) => {}
        }
    }

    fn work(&self) {
        let mut queue = self.lock();
        while !queue.is_stopped && queue.running <= queue.max_threads {
            if let Some(work) = queue.waiting.pop_front() {
                self.publish_length(&queue);
                drop(queue);
                // A panic must not take the thread's place in the count along.
                let _ = catch_unwind(AssertUnwindSafe(work));
                self.spin_briefly();
                queue = self.lock();
                continue;
            }
            queue.idle += 1;
            let waited = self.arrived.wait_timeout(queue, self.idle_time);
            let timeout;
            (queue, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            queue.idle -= 1;
            if timeout.timed_out() && queue.waiting.is_empty() {
                break;
            }
        }
        queue.running -= 1;
        drop(queue);
        // It may have been woken for work that is left to another now.
        self.arrived.notify_one();
    }

    /// Waits for the next work without sleeping. Not on a single core, which the main thread needs.
    fn spin_briefly(&self) {
        if self.idle_time.is_zero() || cores() == 1 {
            return;
        }
        let until = Instant::now() + MAX_SPIN;
        while self.waiting.load(Ordering::Acquire) == 0 && Instant::now() < until {
            std::hint::spin_loop();
        }
    }

    fn publish_length(&self, queue: &Queue) {
        self.waiting.store(queue.waiting.len(), Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
