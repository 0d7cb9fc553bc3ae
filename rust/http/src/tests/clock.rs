//! tokio's clock in tests, so that no test waits for real time.
//!
//! A paused clock advances to the next timer as soon as no task is ready, even while bytes are on
//! their way through a socket: the time limit of a connection would expire while the connection is
//! made. Therefore the clock runs while a peer has to respond, and is paused only while nothing but
//! timers is pending. That needs a runtime with one thread, such as that of `#[tokio::test]`.

use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::{Instant, advance, pause, resume, sleep, timeout};

use crate::progress::Progress;
use godot_rustls_net::phase::Phase;

/// Longer than every time limit in tests.
const FOREVER: Duration = Duration::from_secs(24 * 3600);

/// Advances the clock at once.
pub(super) async fn jump(time: Duration) {
    pause();
    advance(time).await;
    resume();
}

/// Runs work that only timers can end. Returns its result, and the time that it took by the paused
/// clock.
pub(super) async fn by_timers<T>(work: impl Future<Output = T>) -> (T, Duration) {
    pause();
    let started = Instant::now();
    let done = timeout(FOREVER, work).await.expect("no timer ends it");
    let took = started.elapsed();
    resume();
    (done, took)
}

/// Runs an exchange whose waits between two requests end at once. Returns its result, and the time
/// of the waits.
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
            // Short, so that no time limit expires that concerns what follows the wait.
            sleep(Duration::from_millis(10)).await;
        }
        waited += started.elapsed();
        resume();
    }
    let result = task.await.expect("the exchange panicked");
    (result, waited)
}
