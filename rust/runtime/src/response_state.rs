//! The hand-over of a task's result from other threads to the main thread.
//!
//! The state is stored outside of the object that the program holds: the task that polls it once a
//! frame must not pay for the guards of that object.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

#[cfg(test)]
mod tests;

/// Bytes that a task has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Bytes received.
    pub downloaded: u64,
    /// Bytes to receive as the peer announced them, or -1.
    pub expected: i64,
    /// Bytes sent.
    pub uploaded: u64,
    /// Bytes to send.
    pub to_upload: u64,
    /// How often the task was begun again.
    pub repeats: u64,
}

impl Counts {
    /// Nothing was moved.
    pub const NONE: Self = Self {
        downloaded: 0,
        expected: -1,
        uploaded: 0,
        to_upload: 0,
        repeats: 0,
    };

    fn has_moved_since(self, told: Self) -> bool {
        self.downloaded != told.downloaded || self.uploaded != told.uploaded
    }
}

/// Work on other threads, as the main thread sees it. Dropping it cancels the work.
pub trait Task {
    /// Result of the task.
    type Output;
    /// An event before the end.
    type Event;

    /// Returns what it has moved so far.
    fn counts(&self) -> Counts;
    /// Returns whether it has ended, so that its output can be taken.
    fn has_ended(&self) -> bool;
    /// Returns whether events may come.
    fn has_events(&self) -> bool;
    /// Returns the next event, if one waits.
    fn take_event(&self) -> Option<Self::Event>;
    /// Returns the output once it is there.
    fn take_output(&mut self) -> Option<Self::Output>;
    /// Waits for the end, at most so long. Returns whether it came.
    fn wait(&mut self, limit: Duration) -> bool;
}

/// End of a task.
#[derive(Debug, PartialEq, Eq)]
pub enum End<O, E> {
    /// It never began.
    NotBegun(E),
    /// It was cancelled for this reason.
    Cancelled(&'static str),
    /// It gave its output.
    Finished(O),
}

/// The state of a response, shared by the object that the program holds and by the task that polls
/// it once a frame.
pub struct ResponseState<T: Task, E>(Arc<Mutex<State<T, E>>>);

impl<T: Task, E> Clone for ResponseState<T, E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// A response that somebody else holds.
pub struct WeakResponseState<T: Task, E>(Weak<Mutex<State<T, E>>>);

impl<T: Task, E> WeakResponseState<T, E> {
    /// Returns the state, if the response still exists.
    pub fn upgrade(&self) -> Option<ResponseState<T, E>> {
        self.0.upgrade().map(ResponseState)
    }
}

enum State<T, E> {
    /// The task never began, which was not taken yet.
    NotBegun { error: E, is_cancelled: bool },
    /// The task is running or has ended. `told` is the progress that was taken.
    Running { task: T, told: Counts },
    /// The task was cancelled, which was not taken yet.
    Cancelled { why: &'static str, told: Counts },
    /// The end was taken.
    Taken { last: Counts, is_cancelled: bool },
    /// The object has everything.
    Completed { last: Counts, is_cancelled: bool },
    /// Between two states; never seen outside of one call.
    Moving,
}

impl<T: Task, E> ResponseState<T, E> {
    /// Begins with a task, or with the reason why there is none.
    pub fn new(task: Result<T, E>) -> Self {
        let state = match task {
            Ok(task) => State::Running {
                task,
                told: Counts::NONE,
            },
            Err(error) => State::NotBegun {
                error,
                is_cancelled: false,
            },
        };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Returns a reference that keeps nothing alive.
    pub fn downgrade(&self) -> WeakResponseState<T, E> {
        WeakResponseState(Arc::downgrade(&self.0))
    }

    /// Cancels the task, unless its end was taken. The first reason counts.
    pub fn cancel(&self, why: &'static str) {
        let mut state = self.lock();
        match &mut *state {
            State::NotBegun { is_cancelled, .. } => *is_cancelled = true,
            State::Running { task, told } => {
                let told = Counts {
                    repeats: task.counts().repeats,
                    ..*told
                };
                let before = std::mem::replace(&mut *state, State::Cancelled { why, told });
                drop(state);
                // Dropping the task runs its own code.
                drop(before);
            }
            _ => {}
        }
    }

    /// Returns whether the task was cancelled.
    pub fn is_cancelled(&self) -> bool {
        match &*self.lock() {
            State::NotBegun { is_cancelled, .. }
            | State::Taken { is_cancelled, .. }
            | State::Completed { is_cancelled, .. } => *is_cancelled,
            State::Cancelled { .. } => true,
            State::Running { .. } | State::Moving => false,
        }
    }

    /// Returns whether the object has everything; then the end is being reported or was.
    pub fn is_completed(&self) -> bool {
        matches!(*self.lock(), State::Completed { .. })
    }

    /// Returns whether nothing more is to be reported.
    pub fn is_done(&self) -> bool {
        match &*self.lock() {
            State::NotBegun { is_cancelled, .. } => *is_cancelled,
            State::Running { .. } | State::Moving => false,
            State::Cancelled { .. } | State::Taken { .. } | State::Completed { .. } => true,
        }
    }

    /// Calls `look` with the task while there is one.
    pub fn task<R>(&self, look: impl FnOnce(&T) -> R) -> Option<R> {
        match &*self.lock() {
            State::Running { task, .. } => Some(look(task)),
            _ => None,
        }
    }

    /// Returns what was moved so far.
    pub fn counts(&self) -> Counts {
        match &*self.lock() {
            State::Running { task, .. } => task.counts(),
            State::Cancelled { told: last, .. }
            | State::Taken { last, .. }
            | State::Completed { last, .. } => *last,
            State::NotBegun { .. } | State::Moving => Counts::NONE,
        }
    }

    /// Returns whether the end can be taken.
    pub fn has_ended(&self) -> bool {
        self.task(Task::has_ended).unwrap_or(true)
    }

    /// Returns whether there is nothing to tell, which is what most looks find.
    pub fn is_quiet(&self) -> bool {
        match &*self.lock() {
            State::Running { task, told } => {
                !task.has_events() && !task.has_ended() && !task.counts().has_moved_since(*told)
            }
            _ => false,
        }
    }

    /// Returns whether there is progress that was not taken yet.
    pub fn has_progress(&self) -> bool {
        match &*self.lock() {
            State::Running { task, told } => task.counts().has_moved_since(*told),
            _ => false,
        }
    }

    /// Takes the progress: what is moved now, and what was taken before.
    pub fn take_progress(&self) -> Option<(Counts, Counts)> {
        let mut state = self.lock();
        let State::Running { task, told } = &mut *state else {
            return None;
        };
        let now = task.counts();
        now.has_moved_since(*told)
            .then(|| (now, std::mem::replace(told, now)))
    }

    /// Returns whether events may come.
    pub fn has_events(&self) -> bool {
        self.task(Task::has_events).unwrap_or(false)
    }

    /// Takes the next event, if one waits.
    pub fn take_event(&self) -> Option<T::Event> {
        self.task(Task::take_event).flatten()
    }

    /// Waits for the end, at most so long. Returns whether it came.
    pub fn wait(&self, limit: Duration) -> bool {
        match &mut *self.lock() {
            State::Running { task, .. } => task.wait(limit),
            _ => false,
        }
    }

    /// Takes the end once it is there; it can be taken once.
    pub fn take_end(&self) -> Option<End<T::Output, E>> {
        let mut state = self.lock();
        let (end, next) = match std::mem::replace(&mut *state, State::Moving) {
            State::NotBegun {
                error,
                is_cancelled,
            } => (
                Some(End::NotBegun(error)),
                taken(Counts::NONE, is_cancelled),
            ),
            State::Cancelled { why, told } => (Some(End::Cancelled(why)), taken(told, true)),
            State::Running { mut task, told } => match task.take_output() {
                Some(output) => (Some(End::Finished(output)), taken(task.counts(), false)),
                None => (None, State::Running { task, told }),
            },
            other => (None, other),
        };
        *state = next;
        end
    }

    /// Records that the object has everything that the end gave.
    pub fn complete(&self) {
        let mut state = self.lock();
        if let State::Taken { last, is_cancelled } = *state {
            *state = State::Completed { last, is_cancelled };
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T, E>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn taken<T, E>(last: Counts, is_cancelled: bool) -> State<T, E> {
    State::Taken { last, is_cancelled }
}
