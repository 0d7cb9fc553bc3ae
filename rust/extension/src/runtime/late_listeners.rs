//! Functions that await a signal after its emission, and would wait for ever.
//!
//! An object of the addon emits `completed` once. A script that awaits two objects one after the
//! other may reach the second when it has completed already. GDScript's `await` connects itself for
//! one emission ([ConnectFlags::ONE_SHOT]), and an emission ends such connections: a connection of
//! this kind to a completed object was made too late. It is called in one of the next frames,
//! alone: no handler that was called by the signal is called twice.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

use godot::classes::RefCounted;
use godot::classes::object::ConnectFlags;
use godot::prelude::*;

use crate::runtime::frame_poll::{self, Poll, spawn_on_main};

/// Completed objects that are checked in a frame, about a microsecond each. A script that holds
/// more of them is called later, not never.
const PER_FRAME: usize = 8;

/// Longest time that an object is kept which nobody has awaited.
const MAX_KEPT: Duration = Duration::from_secs(60);

/// Frames in which a kept object is looked at in each, and the distance of those afterwards.
const EVERY_FRAME: u32 = 120;
const THEN_EACH: u32 = 16;

const SIGNAL: &str = "completed";

/// An object that emits `completed`, with itself or a result as the argument.
pub(crate) trait Completes: Inherits<Object> {
    /// Returns the argument of the signal.
    fn result(this: &Gd<Self>) -> Variant;
    /// Returns true after the emission.
    fn is_over(this: &Gd<Self>) -> bool;
}

/// Returns the signal that a script may await at any time. May be called from any thread.
pub(crate) fn done<T: Completes>(object: &Gd<T>) -> Signal {
    if T::is_over(object) {
        // Kept until the next frame: a script may hold the object by nothing but this await.
        spawn_on_main(object, |object| {
            move || {
                call_late(&object);
                Poll::Done
            }
        });
    }
    Signal::from_object_signal(object, SIGNAL)
}

/// Calls functions that await `completed` of an object that has just emitted it, for as long as
/// scripts hold the object. Only from the main thread. Without a scene tree no function can await.
pub(crate) fn serve<T: Completes>(object: &Gd<T>) {
    if !frame_poll::are_on_this_thread() {
        return;
    }
    let completed = Completed {
        object: object.instance_id(),
        call_late: |id| {
            let object = Gd::<T>::try_from_instance_id(id);
            object.map(|object| call_late(&object)).is_ok()
        },
    };
    COMPLETED.with_borrow_mut(|all| all.push_back(completed));
    if !IS_POLLING.replace(true) {
        spawn_on_main(&RefCounted::new_gd(), |_| poll_some);
    }
}

/// Keeps an object that has just completed until a function has awaited it: a script may hold its
/// signal and not the object. Then, or after [`MAX_KEPT`], the object is served as [`serve`] does.
pub(crate) fn keep_until_awaited<T: Completes>(object: &Gd<T>) {
    if !frame_poll::are_on_this_thread() {
        return;
    }
    spawn_on_main(object, |object| {
        let completed = Instant::now();
        let mut frames = 0_u32;
        move || {
            frames += 1;
            let is_kept = completed.elapsed() < MAX_KEPT;
            let is_turn = frames <= EVERY_FRAME || frames.is_multiple_of(THEN_EACH);
            if is_kept && !(is_turn && call_late(&object)) {
                return Poll::Pending;
            }
            serve(&object);
            Poll::Done
        }
    });
}

/// Returns whether something is connected to the object's signal.
pub(crate) fn is_awaited<T: Completes>(object: &Gd<T>) -> bool {
    let emitter = object.clone().upcast::<Object>();
    !emitter.get_signal_connection_list(SIGNAL).is_empty()
}

struct Completed {
    /// Not held: the object is freed with the script's last reference.
    object: InstanceId,
    /// Returns false if the object is gone.
    call_late: fn(InstanceId) -> bool,
}

thread_local! {
    /// Objects that scripts may still hold, the next one to check first. Thread-local, since only
    /// the main thread serves them.
    static COMPLETED: RefCell<VecDeque<Completed>> = const { RefCell::new(VecDeque::new()) };
    /// True while a frame task checks these objects.
    static IS_POLLING: Cell<bool> = const { Cell::new(false) };
}

fn poll_some() -> Poll {
    let mut left = PER_FRAME.min(COMPLETED.with_borrow(VecDeque::len));
    while left > 0 {
        // Taken out while a script runs, which may complete others.
        let Some(next) = COMPLETED.with_borrow_mut(VecDeque::pop_front) else {
            break;
        };
        if (next.call_late)(next.object) {
            COMPLETED.with_borrow_mut(|all| all.push_back(next));
            left -= 1;
        }
    }
    let is_any_left = COMPLETED.with_borrow(|all| !all.is_empty());
    IS_POLLING.set(is_any_left);
    if is_any_left {
        Poll::Pending
    } else {
        Poll::Done
    }
}

/// Calls the functions that await the signal of a completed object. Returns whether there were any.
fn call_late<T: Completes>(object: &Gd<T>) -> bool {
    let mut is_any = false;
    let mut emitter = object.clone().upcast::<Object>();
    for connection in emitter.get_signal_connection_list(SIGNAL).iter_shared() {
        let flags = connection.get("flags").map(|it| it.try_to::<i64>());
        let callable = connection.get("callable").map(|it| it.try_to::<Callable>());
        let (Some(Ok(flags)), Some(Ok(callable))) = (flags, callable) else {
            continue;
        };
        let has = |flag: ConnectFlags| flags & i64::try_from(flag.ord()).unwrap_or(0) != 0;
        if !has(ConnectFlags::ONE_SHOT) {
            continue;
        }
        is_any = true;
        emitter.disconnect(SIGNAL, &callable);
        let result = T::result(object);
        if has(ConnectFlags::DEFERRED) {
            callable.call_deferred(&[result]);
        } else {
            callable.call(&[result]);
        }
    }
    is_any
}
