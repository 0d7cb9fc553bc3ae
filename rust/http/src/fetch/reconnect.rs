//! Reconnection of a stream of events that ended or broke (WHATWG HTML section 9.2.3).
//!
//! The standard describes pages, which a user can reload. Here the first connection is an ordinary
//! request: a wrong address is reported at once and not tried for ever.

use std::time::Duration;

use super::backoff;
use crate::body_sink::{BodySink, Resumption};
use crate::error::FetchError;
use crate::headers::{Fields, HeaderError};
use crate::request::FetchRequest;

/// Time to wait if the server names none.
const DEFAULT_TIME: Duration = Duration::from_secs(3);

/// Shortest time to wait. A server that ends each stream at once and asks for no wait would
/// otherwise cause requests without end. Firefox has the same limit.
const MIN_TIME: Duration = Duration::from_millis(500);

/// Longest time to wait.
const MAX_TIME: Duration = Duration::from_secs(24 * 3600);

/// Returns the time to wait before the next connection, after `failures` connections in a row
/// without an event.
fn delay(retry: Option<u64>, failures: u32, random: u32) -> Duration {
    let asked = retry.map_or(DEFAULT_TIME, Duration::from_millis);
    asked.clamp(MIN_TIME, MAX_TIME) + backoff::delay(failures, random)
}

/// The connections of one stream of events.
pub(super) struct Reconnection {
    /// The caller's fields; `None` if the stream is not requested again.
    fields: Option<Fields>,
    last_event_id: String,
    /// Connections in a row without an event.
    failures: u32,
}

impl Reconnection {
    /// Returns the state before the first connection.
    pub(super) fn of(request: &FetchRequest) -> Self {
        let reconnects = request.limits.reconnect_events && request.method.is_idempotent();
        Self {
            fields: reconnects.then(|| request.fields.clone()),
            last_event_id: String::new(),
            failures: 0,
        }
    }

    /// Returns the time to wait before the next connection, or `None` if this end is final.
    pub(super) fn after(
        &mut self,
        error: Option<&FetchError>,
        sink: &mut dyn BodySink,
    ) -> Option<Duration> {
        if self.fields.is_none() || error.is_some_and(|error| !error.is_transient()) {
            return None;
        }
        let Resumption {
            last_event_id,
            retry,
            has_received,
        } = sink.resumption()?;
        self.last_event_id = last_event_id;
        self.failures = if has_received {
            0
        } else {
            self.failures.saturating_add(1)
        };
        Some(delay(retry, self.failures, backoff::random()))
    }

    /// Returns the fields of the next request. Without an id of the server, an id that the caller
    /// set stays.
    pub(super) fn fields(&self) -> Result<Fields, HeaderError> {
        let mut fields = self.fields.clone().unwrap_or_default();
        if !self.last_event_id.is_empty() {
            fields.remove(&["last-event-id"]);
            fields.add_default("Last-Event-ID", &self.last_event_id)?;
        }
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_is_the_server_s_within_bounds_and_grows_with_failures() {
        for (retry, failures, least, most) in [
            (None, 0, 3_000, 3_500),
            (Some(0), 0, 500, 1_000),
            (Some(499), 0, 500, 1_000),
            (Some(10_000), 0, 10_000, 10_500),
            (Some(u64::MAX), 0, 86_400_000, 86_400_500),
            (Some(0), 1, 500, 1_000),
            (Some(0), 3, 500, 2_500),
            (None, u32::MAX, 3_000, 33_000),
        ] {
            let bounds = [0, u32::MAX].map(|random| delay(retry, failures, random).as_millis());
            assert_eq!(bounds, [least, most], "{retry:?} {failures}");
        }
    }
}
