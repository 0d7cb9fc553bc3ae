//! How long making a connection may take.

use std::time::Duration;

use godot_rustls_tls::diagnosis::Vocabulary;
use tokio::time::{Instant, timeout_at};

/// How long making a connection may take, all in all.
pub(crate) struct Deadline {
    timeout: Option<Duration>,
    pub(crate) vocabulary: Vocabulary,
    begun: Instant,
}

impl Deadline {
    pub(crate) fn new(timeout: Option<Duration>, vocabulary: Vocabulary) -> Self {
        Self {
            timeout,
            vocabulary,
            begun: Instant::now(),
        }
    }

    /// None when the time is over.
    pub(crate) async fn keep<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        match self.timeout {
            None => Some(work.await),
            Some(timeout) => timeout_at(self.begun + timeout, work).await.ok(),
        }
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.timeout.unwrap_or_default().as_secs_f64()
    }
}
