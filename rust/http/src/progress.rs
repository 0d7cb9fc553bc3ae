//! Progress of an exchange, for observers on other threads.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use godot_rustls_net::phase::PhaseCell;

/// Counters that only grow while one response arrives. Bytes are counted as they are transferred:
/// those of a compressed body before decompression.
#[derive(Debug)]
pub struct Progress {
    /// The current phase.
    pub phase: PhaseCell,
    downloaded: AtomicU64,
    expected: AtomicI64,
    uploaded: AtomicU64,
    to_upload: AtomicU64,
    repeats: AtomicU64,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            phase: PhaseCell::default(),
            downloaded: AtomicU64::new(0),
            expected: AtomicI64::new(-1),
            uploaded: AtomicU64::new(0),
            to_upload: AtomicU64::new(0),
            repeats: AtomicU64::new(0),
        }
    }
}

impl Progress {
    /// Returns the bytes of the body received so far.
    pub fn downloaded(&self) -> u64 {
        self.downloaded.load(Ordering::Relaxed)
    }

    /// Returns the bytes that the server announced, or -1.
    pub fn expected(&self) -> i64 {
        self.expected.load(Ordering::Relaxed)
    }

    /// Returns the bytes of the request's body sent so far.
    pub fn uploaded(&self) -> u64 {
        self.uploaded.load(Ordering::Relaxed)
    }

    /// Returns the length of the request's body in bytes.
    pub fn to_upload(&self) -> u64 {
        self.to_upload.load(Ordering::Relaxed)
    }

    /// Returns how often the request was sent again, after a failure or for further events.
    pub fn repeats(&self) -> u64 {
        self.repeats.load(Ordering::Relaxed)
    }

    pub(super) fn repeated(&self) {
        self.repeats.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn begin_upload(&self, length: u64) {
        self.uploaded.store(0, Ordering::Relaxed);
        self.to_upload.store(length, Ordering::Relaxed);
    }

    pub(super) fn sent(&self, count: usize) {
        self.uploaded.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(super) fn begin_download(&self, expected: Option<u64>) {
        let expected = expected
            .and_then(|length| i64::try_from(length).ok())
            .unwrap_or(-1);
        self.downloaded.store(0, Ordering::Relaxed);
        self.expected.store(expected, Ordering::Relaxed);
    }

    /// Adds received bytes, and returns their total.
    pub(super) fn received(&self, count: usize) -> u64 {
        self.downloaded.fetch_add(count as u64, Ordering::Relaxed) + count as u64
    }
}
