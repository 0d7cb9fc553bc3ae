//! Whether a request is sent again after a failure of the network or of the server.
//!
//! Off by default ([`FetchLimits::retries`](crate::request::FetchLimits)). [`super::retry`] handles
//! connections that were lost at once, without a wait.
//!
//! Only idempotent methods (RFC 9110 section 9.2.2) are repeated, whatever the status says: a
//! server that answers 503 to a POST may have begun to process it, and `Retry-After` does not say
//! that it has not.

use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};

use super::{backoff, retry_after};
use crate::error::FetchError;
use crate::progress::Progress;
use crate::request::FetchRequest;
use crate::response::ResponseHead;
use godot_rustls_net::phase::Phase;

/// Longest `Retry-After` that is waited for. A response with a longer one is final: a game shows
/// it, instead of nothing for minutes.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

/// A try that ended.
#[derive(Debug, Clone, Copy)]
struct Try {
    end: End,
    /// Property of the method (RFC 9110 section 9.2.2).
    is_idempotent: bool,
    /// Repetitions so far.
    repeated: u32,
    /// Repetitions that are allowed.
    allowed: u32,
    /// Time until the limit of the whole request.
    left: Option<Duration>,
}

/// End of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The response is complete.
    Response {
        status: u16,
        retry_after: Option<Duration>,
    },
    /// There is no complete response.
    Failure { is_transient: bool },
}

/// Returns the time to wait before the next try, or `None` if this one is final.
fn next(ended: &Try, random: u32) -> Option<Duration> {
    let asked = match ended.end {
        End::Response {
            status: 429 | 502..=504,
            retry_after,
        } => retry_after.unwrap_or_default(),
        End::Failure { is_transient: true } => Duration::ZERO,
        End::Response { .. } | End::Failure { .. } => return None,
    };
    let may_repeat = ended.is_idempotent && ended.repeated < ended.allowed;
    if !may_repeat || asked > MAX_RETRY_AFTER {
        return None;
    }
    // The server's time is the minimum, and the same for all its clients: jitter is added to it.
    let delay = asked + backoff::delay(ended.repeated + 1, random);
    ended.left.is_none_or(|left| delay < left).then_some(delay)
}

/// The repetitions of one request.
pub(super) struct Repeats {
    is_idempotent: bool,
    allowed: u32,
    repeated: u32,
    /// The end of the time for the whole request.
    deadline: Option<Instant>,
}

impl Repeats {
    /// Returns the state before the first try.
    pub(super) fn of(request: &FetchRequest) -> Self {
        let limits = request.limits;
        Self {
            is_idempotent: request.method.is_idempotent(),
            allowed: limits.retries,
            repeated: 0,
            // A limit that the clock cannot represent is no limit.
            deadline: limits
                .timeout
                .and_then(|limit| Instant::now().checked_add(limit)),
        }
    }

    /// Returns the time to wait before the request is sent again, or `None` if this response is
    /// final.
    pub(super) fn after_response(&self, head: &ResponseHead) -> Option<Duration> {
        self.after(End::Response {
            status: head.status,
            retry_after: retry_after::of(head, SystemTime::now()),
        })
    }

    /// Returns the time to wait before the request is sent again, or `None` if this failure is
    /// final.
    pub(super) fn after_failure(&self, error: &FetchError) -> Option<Duration> {
        self.after(End::Failure {
            is_transient: error.is_transient(),
        })
    }

    fn after(&self, end: End) -> Option<Duration> {
        let ended = Try {
            end,
            is_idempotent: self.is_idempotent,
            repeated: self.repeated,
            allowed: self.allowed,
            left: self
                .deadline
                .map(|deadline| deadline.saturating_duration_since(Instant::now())),
        };
        next(&ended, backoff::random())
    }

    /// Waits before the next try.
    pub(super) async fn wait(&mut self, delay: Duration, progress: &Progress) {
        self.repeated += 1;
        wait(delay, progress).await;
    }

    /// Allows as many repetitions as at first, because the request succeeded and is made again.
    pub(super) fn renew(&mut self) {
        self.repeated = 0;
    }
}

/// Waits before a request is sent again.
pub(super) async fn wait(delay: Duration, progress: &Progress) {
    progress.phase.set(Phase::Waiting);
    sleep(delay).await;
    progress.phase.set(Phase::Resolving);
    progress.repeated();
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn response(status: u16, retry_after: Option<u64>) -> End {
        End::Response {
            status,
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    const LOST: End = End::Failure { is_transient: true };

    fn first(end: End) -> Try {
        Try {
            end,
            is_idempotent: true,
            repeated: 0,
            allowed: 3,
            left: None,
        }
    }

    #[test]
    fn what_may_be_repeated_is_repeated_after_what_the_server_asks_for() {
        let longest = MAX_RETRY_AFTER.as_secs();
        for (end, seconds) in [
            (LOST, Some(0)),
            (
                End::Failure {
                    is_transient: false,
                },
                None,
            ),
            (response(429, None), Some(0)),
            (response(502, None), Some(0)),
            (response(503, Some(0)), Some(0)),
            (response(503, Some(7)), Some(7)),
            (response(504, Some(longest)), Some(longest)),
            (response(503, Some(longest + 1)), None),
            (response(429, Some(u64::MAX)), None),
            (response(200, Some(1)), None),
            (response(301, Some(1)), None),
            (response(400, None), None),
            (response(404, None), None),
            (response(408, None), None),
            (response(500, Some(1)), None),
            (response(501, None), None),
            (response(505, None), None),
        ] {
            let expected = seconds.map(Duration::from_secs);
            let ended = first(end);
            assert_eq!(next(&ended, 0), expected, "{ended:?}");
            let most = next(&ended, u32::MAX);
            let jitter = Duration::from_millis(500);
            assert_eq!(most, expected.map(|least| least + jitter), "{ended:?}");
            for ended in [
                Try {
                    is_idempotent: false,
                    ..ended
                },
                Try {
                    allowed: 0,
                    ..ended
                },
                Try {
                    repeated: 3,
                    ..ended
                },
            ] {
                assert_eq!(next(&ended, 0), None, "{ended:?}");
            }
        }
    }

    #[test]
    fn a_wait_that_would_end_after_the_time_limit_is_not_begun() {
        for (end, left, waits) in [
            (response(503, Some(5)), 5 * SECOND, false),
            (response(503, Some(5)), 6 * SECOND, true),
            (LOST, Duration::ZERO, false),
            (LOST, SECOND, true),
        ] {
            let ended = Try {
                left: Some(left),
                ..first(end)
            };
            assert_eq!(next(&ended, u32::MAX).is_some(), waits, "{ended:?}");
        }
    }

    #[test]
    fn a_server_that_is_never_well_is_asked_less_and_less_often() {
        let delays: Vec<_> = (0..7)
            .map(|repeated| {
                let ended = Try {
                    repeated,
                    allowed: u32::MAX,
                    ..first(response(503, Some(0)))
                };
                next(&ended, u32::MAX).unwrap()
            })
            .collect();
        assert!(delays.is_sorted() && delays[6] == 30 * SECOND, "{delays:?}");
    }
}
