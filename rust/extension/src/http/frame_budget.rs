//! How much of a frame may go into delivering what arrived.

use std::cell::Cell;
use std::time::{Duration, Instant};

use godot::classes::Engine;
use godot::prelude::*;

use crate::project_settings;

#[derive(Clone, Copy, Default)]
struct Spent {
    frame: u64,
    budget: Duration,
    time: Duration,
}

thread_local! {
    static SPENT: Cell<Spent> = Cell::default();
}

/// Whether something may still be delivered in this frame.
pub(crate) fn is_left() -> bool {
    let spent = this_frame();
    spent.time.is_zero() || spent.time < spent.budget
}

/// How much of this frame's budget may go into waiting: not all, since what is waited for has to be delivered too.
pub(crate) fn patience() -> Duration {
    let spent = this_frame();
    (spent.budget * 3 / 4).saturating_sub(spent.time)
}

/// Delivers, unless this frame's budget is used up: then none, and the caller tries again in the next one. The first
/// delivery of a frame always comes through.
pub(crate) fn deliver<T>(work: impl FnOnce() -> T) -> Option<T> {
    if !is_left() {
        return None;
    }
    let begun = Instant::now();
    let outcome = work();
    let spent = this_frame();
    SPENT.set(Spent {
        time: spent.time + begun.elapsed(),
        ..spent
    });
    Some(outcome)
}

fn this_frame() -> Spent {
    let frame = Engine::singleton().get_process_frames();
    let mut spent = SPENT.get();
    if spent.frame != frame {
        spent = Spent {
            frame,
            budget: project_settings::http_frame_budget(),
            time: Duration::ZERO,
        };
        SPENT.set(spent);
    }
    spent
}
