//! The clock of tokio in tests. Nothing waits until real time is over.
//!
//! A paused clock advances to the next timer as soon as no task is ready, also where bytes are on their way through a
//! socket: the limit of a connection would fire while the connection is made. Therefore the clock runs while a peer has
//! to answer, and is paused only where nothing but timers goes on. That needs a runtime of one thread, such as
//! `#[tokio::test]` makes.

use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::{Instant, advance, pause, resume, sleep, timeout};

use crate::progress::Progress;
use godot_rustls_net::phase::Phase;

/// Longer than every limit in tests.
const FOREVER: Duration = Duration::from_secs(24 * 3600);

/// Advances the clock at once.
pub(super) async fn jump(time: Duration) {
    pause();
    advance(time).await;
    resume();
}

/// Does work that only timers can end. Returns its result, and the time that it took by the paused clock.
pub(super) async fn by_timers<T>(work: impl Future<Output = T>) -> (T, Duration) {
    pause();
    let started = Instant::now();
    let done = timeout(FOREVER, work).await.expect("no timer ends it");
    let took = started.elapsed();
    resume();
    (done, took)
}

/// Does an exchange whose waits between two requests are over at once. Returns its result, and the time of the waits.
pub(super) async fn without_waits<T: Send + 'static>(
    progress: &Progress,
    exchange: impl Future<Output = T> + Send + 'static,
) -> (T, Duration) {
    let task = tokio::spawn(exchange);
    let mut waited = Duration::ZERO;
    while !task.is_finished() {
        if progress.phase.get() != Phase::Waiting {
            yield_now().await;
            continue;
        }
        pause();
        let started = Instant::now();
        while progress.phase.get() == Phase::Waiting {
            // Short, so that no limit passes of what follows the wait.
            sleep(Duration::from_millis(10)).await;
        }
        waited += started.elapsed();
        resume();
    }
    let result = task.await.expect("the exchange panicked");
    (result, waited)
}
