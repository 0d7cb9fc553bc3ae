//! The time limit of making one connection: lookup, TCP, proxy and TLS together.
//!
//! The steps share one limit, because the caller waits for their sum: a limit for each would let a
//! slow proxy in front of a slow server take several times as long.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

/// The moment at which a connection must be made, or no limit.
pub(crate) struct Deadline {
    limit: Option<Duration>,
    started: Instant,
}

/// The error of work that the deadline cut short.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Elapsed {
    /// The limit, from the start of the connection.
    pub(crate) limit: Duration,
}

impl Deadline {
    /// Starts the time. `None` is no limit.
    pub(crate) fn new(limit: Option<Duration>) -> Self {
        Self {
            limit,
            started: Instant::now(),
        }
    }

    /// Awaits `work`, until the deadline at most.
    pub(crate) async fn within<T>(&self, work: impl Future<Output = T>) -> Result<T, Elapsed> {
        let Some(limit) = self.limit else {
            return Ok(work.await);
        };
        let result = timeout_at(self.started + limit, work).await;
        result.map_err(|_| Elapsed { limit })
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::time::{advance, sleep};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn all_steps_share_one_limit() {
        let deadline = Deadline::new(Some(LIMIT));
        let step = deadline.within(sleep(Duration::from_secs(6))).await;
        assert_eq!(step, Ok(()));
        let started = Instant::now();
        let step = deadline.within(pending::<()>()).await;
        assert_eq!(step, Err(Elapsed { limit: LIMIT }));
        assert_eq!(started.elapsed().as_secs(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_that_starts_after_the_deadline_fails_unless_it_is_ready() {
        let deadline = Deadline::new(Some(LIMIT));
        advance(2 * LIMIT).await;
        let started = Instant::now();
        assert!(deadline.within(pending::<()>()).await.is_err());
        assert_eq!(deadline.within(async { 1 }).await, Ok(1));
        assert!(started.elapsed() < Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nothing_is_cut_short() {
        let hour = Duration::from_secs(3600);
        assert_eq!(Deadline::new(None).within(sleep(hour)).await, Ok(()));
    }
}
