//! How far an exchange is, for whoever looks from another thread.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use godot_rustls_net::phase::PhaseCell;

/// Counters that only grow while one answer comes. Bytes as they travel: a compressed body counts compressed.
#[derive(Debug)]
pub struct Progress {
    /// What is being done.
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
    /// Bytes of the body that came.
    pub fn downloaded(&self) -> u64 {
        self.downloaded.load(Ordering::Relaxed)
    }

    /// Bytes that the server announced, or -1.
    pub fn expected(&self) -> i64 {
        self.expected.load(Ordering::Relaxed)
    }

    /// Bytes of the request's body that went out.
    pub fn uploaded(&self) -> u64 {
        self.uploaded.load(Ordering::Relaxed)
    }

    /// Bytes that the request's body has.
    pub fn to_upload(&self) -> u64 {
        self.to_upload.load(Ordering::Relaxed)
    }

    /// How often the request was sent again after a failure, or for more events.
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

    /// How many came, with these.
    pub(super) fn received(&self, count: usize) -> u64 {
        self.downloaded.fetch_add(count as u64, Ordering::Relaxed) + count as u64
    }
}
