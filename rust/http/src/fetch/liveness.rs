//! Liveness of connections: how long a server may be silent, and what a silence means.

use std::sync::Arc;
use std::time::Duration;

use godot_rustls_net::connector::PeerFacts;
use godot_rustls_net::origin::Origin;
use tokio::time::{Instant, timeout};

use crate::connection::Activity;
use crate::error::{FetchError, Silence};
use crate::pool::Pool;
use crate::progress::Progress;

/// A request abandoned earlier than this is no evidence that its connection is dead.
const SUSPECT_AFTER: Duration = Duration::from_secs(1);

/// Returns the silence that makes a connection suspect, for a request with this read timeout.
pub(super) fn suspect_after(read_timeout: Option<Duration>) -> Duration {
    read_timeout.unwrap_or(SUSPECT_AFTER).min(SUSPECT_AFTER)
}

/// Guard held while waiting for a response head. Dropped after a silence without
/// [`disarm`](Self::disarm) (timeout, cancelled), it takes the shared HTTP/2 connection out of the
/// pool: a network change may have cut it silently. Requests already on it continue.
pub(super) struct LivenessGuard<'a> {
    pool: &'a Arc<Pool>,
    origin: &'a Origin,
    facts: &'a Arc<PeerFacts>,
    since: Instant,
    suspect_after: Duration,
}

impl<'a> LivenessGuard<'a> {
    pub(super) fn new(
        pool: &'a Arc<Pool>,
        origin: &'a Origin,
        facts: &'a Arc<PeerFacts>,
        read_timeout: Option<Duration>,
    ) -> Self {
        Self {
            pool,
            origin,
            facts,
            since: Instant::now(),
            suspect_after: suspect_after(read_timeout),
        }
    }

    /// Disarms the guard: a response arrived.
    pub(super) fn disarm(mut self) {
        self.suspect_after = Duration::MAX;
    }
}

impl Drop for LivenessGuard<'_> {
    fn drop(&mut self) {
        if self.since.elapsed() >= self.suspect_after {
            self.pool.retire(self.origin, self.facts);
        }
    }
}

/// Waits for a response head while the server is not silent for longer than the limit. A server
/// that receives the request body, or sends anything, is not silent.
pub(super) async fn with_read_timeout<T>(
    work: impl Future<Output = T>,
    limit: Option<Duration>,
    progress: &Progress,
    activity: &Activity,
) -> Result<T, FetchError> {
    let Some(limit) = limit else {
        return Ok(work.await);
    };
    let mut work = std::pin::pin!(work);
    loop {
        let before = progress.uploaded();
        match timeout(limit, &mut work).await {
            Ok(done) => return Ok(done),
            Err(_) if progress.uploaded() > before || activity.was_heard() => {}
            Err(_) => {
                let silence = Silence::BeforeResponse;
                return Err(FetchError::ReadTimeout { limit, silence });
            }
        }
    }
}
