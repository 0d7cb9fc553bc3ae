//! Input that waits to be decrypted.

/// A queue of bytes. Taking from the front moves nothing.
#[derive(Debug, Default)]
pub(super) struct Pending {
    bytes: Vec<u8>,
    taken: usize,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.bytes().is_empty()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.taken..]
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Removes bytes from the front. A buffer that became empty is freed.
    pub(super) fn remove(&mut self, count: usize) {
        self.taken += count;
        if self.is_empty() {
            *self = Self::default();
        }
    }
}
