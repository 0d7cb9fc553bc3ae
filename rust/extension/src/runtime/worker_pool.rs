//! Work that takes long, on threads of the addon's own. It never touches the engine: it gets plain data and
//! answers through a channel.

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use godot_rustls_tls::provider::key_shares;

use crate::engine::project_settings::handshake_threads;

type Work = Box<dyn FnOnce() + Send>;

/// Makes keys, for seconds at a time: its threads are no loss when nobody needs them.
pub(crate) static KEYS: Pool = Pool::new("rustls-keys", Duration::ZERO);

/// Does the hard steps of handshakes. Its threads stay for the next ones: to start one takes as long as a step.
pub(crate) static HANDSHAKES: Pool = Pool::new("rustls-handshakes", Duration::from_secs(10));

/// How long a thread looks out for more before it sleeps.
const LOOKING_OUT: Duration = Duration::from_micros(100);

/// Threads for one kind of work, started when there is some. What came first is begun first.
pub(crate) struct Pool {
    name: &'static str,
    /// How long a thread without work stays.
    patience: Duration,
    queue: Mutex<Queue>,
    arrived: Condvar,
    /// How much waits, for a look from outside.
    count: AtomicUsize,
}

struct Queue {
    waiting: VecDeque<Work>,
    /// Threads that have work or look for it.
    running: usize,
    /// Those of them that wait for it.
    idle: usize,
    /// How many there may be, as who brought the last work said.
    most: usize,
    threads: Vec<JoinHandle<()>>,
    /// The library is about to go.
    is_closing: bool,
}

/// Whether something still needs the library's code: a thread at work, or a callable that the engine holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    Nothing,
    AtWork,
}

impl Pool {
    const fn new(name: &'static str, patience: Duration) -> Self {
        let queue = Queue {
            waiting: VecDeque::new(),
            running: 0,
            idle: 0,
            most: 0,
            threads: Vec::new(),
            is_closing: false,
        };
        Self {
            name,
            patience,
            queue: Mutex::new(queue),
            arrived: Condvar::new(),
            count: AtomicUsize::new(0),
        }
    }

    /// Does `work` on one of at most so many threads as soon as one is free. The result comes through the receiver;
    /// when the work could not be done the receiver is disconnected.
    pub(crate) fn run<T: Send + 'static>(
        &'static self,
        threads: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Receiver<T> {
        let (result, receiver) = channel();
        let mut queue = self.lock();
        queue.is_closing = false;
        queue.most = threads;
        queue.waiting.push_back(Box::new(move || {
            // Nobody may be waiting any more.
            let _ = result.send(work());
        }));
        self.count.store(queue.waiting.len(), Ordering::Release);
        if queue.waiting.len() > queue.idle && queue.running < threads {
            self.begin(&mut queue);
        }
        drop(queue);
        self.arrived.notify_one();
        receiver
    }

    fn begin(&'static self, queue: &mut Queue) {
        for thread in queue.threads.extract_if(.., |thread| thread.is_finished()) {
            // Threads end well: panics were caught.
            let _ = thread.join();
        }
        let thread = std::thread::Builder::new().name(self.name.to_owned());
        match thread.spawn(|| self.work_off()) {
            Ok(thread) => {
                queue.threads.push(thread);
                queue.running += 1;
            }
            // Others will come to it; without any, dropping it tells the receiver.
            Err(_) if queue.running == 0 => {
                queue.waiting.clear();
                self.count.store(0, Ordering::Release);
            }
            Err(_) => {}
        }
    }

    fn work_off(&self) {
        let mut queue = self.lock();
        while !queue.is_closing && queue.running <= queue.most {
            if let Some(work) = queue.waiting.pop_front() {
                self.count.store(queue.waiting.len(), Ordering::Release);
                drop(queue);
                // A panic must not take the thread's place in the count along.
                let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
                self.linger();
                queue = self.lock();
                continue;
            }
            queue.idle += 1;
            let waited = self.arrived.wait_timeout(queue, self.patience);
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

    /// Looks out for the next work a little longer than it takes a game to answer a step: waking a thread costs both
    /// sides more. Not where there is one core alone, which the game needs.
    fn linger(&self) {
        if self.patience.is_zero() || cores() == 1 {
            return;
        }
        let until = Instant::now() + LOOKING_OUT;
        while self.count.load(Ordering::Acquire) == 0 && Instant::now() < until {
            std::hint::spin_loop();
        }
    }

    /// Forgets what has not begun. What has begun ends by itself, and its result is lost.
    pub(crate) fn stop(&self) -> Left {
        let mut queue = self.lock();
        queue.waiting.clear();
        self.count.store(0, Ordering::Release);
        queue.is_closing = true;
        if queue.running > queue.idle {
            return Left::AtWork;
        }
        let threads = std::mem::take(&mut queue.threads);
        drop(queue);
        self.arrived.notify_all();
        // They have nothing left to do but to end; their last steps are in this library too.
        for thread in threads {
            let _ = thread.join();
        }
        Left::Nothing
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets a thread make the first random numbers of the process, which wait for entropy. Before long somebody needs them.
pub(crate) fn seed_early() {
    static IS_ASKED: AtomicBool = AtomicBool::new(false);
    if IS_ASKED.swap(true, Ordering::Relaxed) {
        return;
    }
    let threads = handshake_threads();
    if threads > 0 {
        // Nobody waits for the result.
        let _ = HANDSHAKES.run(threads, godot_rustls_pki::provider::seed);
    }
}

static ARE_BEING_MADE: AtomicBool = AtomicBool::new(false);

/// Set as long as this lives, also when nobody comes to the work.
struct BeingMade;

impl Drop for BeingMade {
    fn drop(&mut self) {
        ARE_BEING_MADE.store(false, Ordering::Relaxed);
    }
}

/// Lets a thread make key shares for the next clients, when few are left.
pub(crate) fn make_key_shares() {
    let threads = handshake_threads();
    if threads > 0 && key_shares::are_few() && !ARE_BEING_MADE.swap(true, Ordering::Relaxed) {
        let being_made = BeingMade;
        let _ = HANDSHAKES.run(threads, move || {
            key_shares::make();
            drop(being_made);
        });
    }
}

/// All cores but the game's own.
pub(crate) fn spare_cores() -> usize {
    cores().saturating_sub(1).max(1)
}

fn cores() -> usize {
    static CORES: LazyLock<usize> =
        LazyLock::new(|| std::thread::available_parallelism().map_or(1, NonZero::get));
    *CORES
}
