//! Whether it pays to wait for an answer within the frame that asked for it.

use std::cell::Cell;
use std::time::Duration;

/// Waits that are let pass after many that were for nothing.
const MOST_LET_PASS: u32 = 256;

#[derive(Clone, Copy)]
struct Pace {
    /// How long the last answer took.
    took: Duration,
    /// It was waited for.
    was_waited_for: bool,
    /// Chances that are let pass, because waiting was for nothing.
    to_let_pass: u32,
    /// How many were, the last time.
    let_pass: u32,
}

thread_local! {
    static PACE: Cell<Pace> = const {
        Cell::new(Pace {
            took: Duration::MAX,
            was_waited_for: false,
            to_let_pass: 0,
            let_pass: 0,
        })
    };
}

/// An answer came that took so long.
pub(crate) fn came(took: Duration, was_waited_for: bool) {
    PACE.set(Pace {
        took,
        was_waited_for,
        ..PACE.get()
    });
}

/// Whether the next one probably comes in time. One that is asked for right after another finds everything awake, here and
/// at the server, and takes about half of one for which the processors had to wake up.
pub(crate) fn pays(patience: Duration) -> bool {
    let mut pace = PACE.get();
    let expected = if pace.was_waited_for {
        pace.took
    } else {
        pace.took / 2
    };
    if patience <= expected {
        return false;
    }
    let is_let_pass = pace.to_let_pass > 0;
    pace.to_let_pass = pace.to_let_pass.saturating_sub(1);
    PACE.set(pace);
    !is_let_pass
}

/// It was waited for, and came or did not. After each time for nothing twice as many chances are let pass.
pub(crate) fn paid(has_come: bool) {
    let pace = PACE.get();
    let let_pass = if has_come {
        0
    } else {
        (pace.let_pass * 2).clamp(1, MOST_LET_PASS)
    };
    PACE.set(Pace {
        to_let_pass: let_pass,
        let_pass,
        ..pace
    });
}
