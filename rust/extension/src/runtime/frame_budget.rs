//! How much of a frame may go into delivering what arrived.

use std::cell::Cell;
use std::time::{Duration, Instant};

use godot::classes::Engine;
use godot::prelude::*;

use crate::engine::project_settings;

#[derive(Clone, Copy)]
struct Spent {
    frame: u64,
    budget: Duration,
    /// When this frame was first asked for. Looking at what is not done takes time too, so all from then on counts.
    since: Instant,
    has_delivered: bool,
}

thread_local! {
    static SPENT: Cell<Option<Spent>> = const { Cell::new(None) };
}

/// Whether something may still be delivered in this frame.
pub(crate) fn is_left() -> bool {
    let spent = this_frame();
    // What is begun last has to end within the budget.
    !spent.has_delivered || spent.since.elapsed() < spent.budget * 7 / 8
}

/// How much of this frame's budget may go into waiting: not all, since what is waited for has to be delivered too.
pub(crate) fn patience() -> Duration {
    let spent = this_frame();
    (spent.budget * 3 / 4).saturating_sub(spent.since.elapsed())
}

/// Delivers, unless this frame's budget is used up: then none, and the caller tries again in the next one. The first
/// delivery of a frame always comes through.
pub(crate) fn deliver<T>(work: impl FnOnce() -> T) -> Option<T> {
    if !is_left() {
        return None;
    }
    SPENT.set(Some(Spent {
        has_delivered: true,
        ..this_frame()
    }));
    Some(work())
}

/// Begins anew, where no frames pass.
pub(crate) fn renew() {
    SPENT.set(None);
}

fn this_frame() -> Spent {
    let frame = Engine::singleton().get_process_frames();
    if let Some(spent) = SPENT.get().filter(|spent| spent.frame == frame) {
        return spent;
    }
    let spent = Spent {
        frame,
        budget: project_settings::http_frame_budget(),
        since: Instant::now(),
        has_delivered: false,
    };
    SPENT.set(Some(spent));
    spent
}
