//! Work that takes long, on threads of the addon's own. It never touches the engine: it gets plain data and
//! answers through a channel.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

type Work = Box<dyn FnOnce() + Send>;

/// What waits, and how many threads are at work. A thread ends when nothing waits.
struct Queue {
    waiting: VecDeque<Work>,
    at_work: usize,
    threads: Vec<JoinHandle<()>>,
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue {
    waiting: VecDeque::new(),
    at_work: 0,
    threads: Vec::new(),
});

/// Does `work` on another thread as soon as one is free. The result comes through the receiver; when the work could
/// not be done the receiver is disconnected.
pub(crate) fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
    let (result, receiver) = channel();
    let mut queue = queue();
    queue.waiting.push_back(Box::new(move || {
        // Nobody may be waiting any more.
        let _ = result.send(work());
    }));
    if queue.at_work < most_threads() {
        queue.begin();
    }
    receiver
}

impl Queue {
    fn begin(&mut self) {
        self.join_ended();
        let thread = std::thread::Builder::new().name("rustls-background".to_owned());
        match thread.spawn(work_off) {
            Ok(thread) => {
                self.threads.push(thread);
                self.at_work += 1;
            }
            // Others will come to it; without any, dropping it tells the receiver.
            Err(_) if self.at_work == 0 => self.waiting.clear(),
            Err(_) => {}
        }
    }

    /// Threads end well: panics were caught.
    fn join_ended(&mut self) {
        for thread in self.threads.extract_if(.., |thread| thread.is_finished()) {
            let _ = thread.join();
        }
    }

    /// Sees off threads that have nothing left to do but to end.
    fn join(&mut self) {
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Whether threads are still at work.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    Nothing,
    AtWork,
}

/// Forgets what has not begun. What has begun ends by itself, and its result is lost.
pub(crate) fn stop() -> Left {
    let mut queue = queue();
    queue.waiting.clear();
    if queue.at_work > 0 {
        return Left::AtWork;
    }
    // Their last steps are in this library too.
    queue.join();
    Left::Nothing
}

fn work_off() {
    loop {
        let mut queue = queue();
        let Some(work) = queue.waiting.pop_front() else {
            queue.at_work -= 1;
            return;
        };
        drop(queue);
        // A panic must not take the thread's place in the count along.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    }
}

/// All cores but the game's own.
fn most_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}

fn queue() -> MutexGuard<'static, Queue> {
    QUEUE.lock().unwrap_or_else(PoisonError::into_inner)
}
