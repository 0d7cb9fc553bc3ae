//! The part of a frame that goes into delivering responses.

use std::cell::Cell;
use std::time::{Duration, Instant};

use godot::classes::Engine;
use godot::prelude::*;
use godot_rustls_runtime::frame_budget::FrameBudget;

use crate::engine::project_settings;

thread_local! {
    /// The budget of this frame. Thread-local, since the main thread alone delivers.
    static THIS_FRAME: Cell<Option<FrameBudget>> = const { Cell::new(None) };
}

/// Returns whether something may still be delivered in this frame.
pub(crate) fn is_left() -> bool {
    this_frame().is_left(Instant::now())
}

/// Returns how long this frame may wait for something.
pub(crate) fn wait() -> Duration {
    this_frame().wait(Instant::now())
}

/// Runs `work`, a delivery, or returns `None` if the budget of this frame is spent: then the caller
/// tries again in the next frame.
pub(crate) fn deliver<T>(work: impl FnOnce() -> T) -> Option<T> {
    let mut frame = this_frame();
    if !frame.is_left(Instant::now()) {
        return None;
    }
    frame.deliver();
    THIS_FRAME.set(Some(frame));
    Some(work())
}

/// Begins a new budget, for loops in which no frames are processed.
pub(crate) fn renew() {
    THIS_FRAME.set(None);
}

fn this_frame() -> FrameBudget {
    let number = Engine::singleton().get_process_frames();
    if let Some(frame) = THIS_FRAME.get().filter(|frame| frame.frame() == number) {
        return frame;
    }
    let frame = FrameBudget::new(
        number,
        project_settings::http_frame_budget(),
        Instant::now(),
    );
    THIS_FRAME.set(Some(frame));
    frame
}
