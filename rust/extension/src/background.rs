//! Work that takes long, on threads of the addon's own. It never touches the engine: it gets plain data and
//! answers through a channel.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

type Work = Box<dyn FnOnce() + Send>;

/// What waits, and how many threads are at work. A thread ends when nothing waits.
struct Queue {
    waiting: VecDeque<Work>,
    threads: usize,
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue {
    waiting: VecDeque::new(),
    threads: 0,
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
    if queue.threads < most_threads() {
        let thread = std::thread::Builder::new().name("rustls-background".to_owned());
        match thread.spawn(work_off) {
            Ok(_) => queue.threads += 1,
            // Others will come to it; without any, dropping it tells the receiver.
            Err(_) if queue.threads == 0 => queue.waiting.clear(),
            Err(_) => {}
        }
    }
    receiver
}

/// Forgets what has not begun. What has begun ends by itself, and its result is lost.
pub(crate) fn forget() {
    queue().waiting.clear();
}

fn work_off() {
    loop {
        let mut queue = queue();
        let Some(work) = queue.waiting.pop_front() else {
            queue.threads -= 1;
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
