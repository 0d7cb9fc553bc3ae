//! Objects that several script threads use at the same time.
//!
//! The binding makes threads wait for each other, with one gap: a thread that changes an object
//! after its own bind overlapped with another thread's is not made to wait, and panics. Binds that
//! take turns never overlap.

use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};

use godot::obj::Bounds;
use godot::obj::bounds::DeclUser;
use godot::prelude::*;

// A static: the gap is in the binding, whose guards exist for the whole process.
static TURN: Mutex<()> = Mutex::new(());

thread_local! {
    /// True while this thread has the turn.
    static HAS_TURN: Cell<bool> = const { Cell::new(false) };
}

/// Calls `work` with `object` bound, while no other thread has one bound by this function. Not for
/// callers that have bound an object to change it: the thread whose turn it is may wait for that.
pub(crate) fn with_bound<T, R>(object: &Gd<T>, work: impl FnOnce(&T) -> R) -> R
where
    T: GodotClass + Bounds<Declarer = DeclUser>,
{
    // `work` may print, and a script that listens may use another object.
    let _turn = (!HAS_TURN.get()).then(Turn::take);
    let bound = object.bind();
    work(&bound)
}

struct Turn {
    _taken: MutexGuard<'static, ()>,
}

impl Turn {
    fn take() -> Self {
        let taken = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        HAS_TURN.set(true);
        Self { _taken: taken }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        HAS_TURN.set(false);
    }
}
