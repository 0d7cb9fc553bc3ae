//! A receiver that keeps a copy of a body on its way to another receiver.

use std::pin::Pin;

use bytes::Bytes;

use crate::body_sink::{BodySink, Resumption};
use crate::error::FetchError;
use crate::range::Partial;
use crate::response::ResponseHead;

/// Receiver that passes everything on, and keeps a copy of a body that is not too large.
pub(crate) struct Recorder<'a> {
    inner: &'a mut dyn BodySink,
    /// `None` once the body is too large.
    copy: Option<Vec<u8>>,
    max: usize,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(inner: &'a mut dyn BodySink, max: usize) -> Self {
        Self {
            inner,
            copy: Some(Vec::new()),
            max,
        }
    }

    /// Returns the copy of a complete body.
    pub(crate) fn into_copy(self) -> Option<Bytes> {
        self.copy.map(Bytes::from)
    }
}

impl BodySink for Recorder<'_> {
    fn begin(&mut self, head: &ResponseHead, length: Option<u64>) -> Result<(), FetchError> {
        if length.is_some_and(|length| length > self.max as u64) {
            self.copy = None;
        }
        self.inner.begin(head, length)
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), FetchError> {
        if let Some(copy) = &mut self.copy {
            // Without the memory there is no copy.
            let fits = copy.len() + piece.len() <= self.max;
            if fits && copy.try_reserve(piece.len()).is_ok() {
                copy.extend_from_slice(piece);
            } else {
                self.copy = None;
            }
        }
        self.inner.write(piece)
    }

    fn until_ready(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        self.inner.until_ready()
    }

    fn finish(&mut self) -> Result<(), FetchError> {
        self.inner.finish()
    }

    fn restart(&mut self) -> bool {
        self.inner.restart()
    }

    fn resumption(&mut self) -> Option<Resumption> {
        self.inner.resumption()
    }

    fn partial(&self) -> Option<&Partial> {
        self.inner.partial()
    }

    fn forget_partial(&mut self) {
        self.inner.forget_partial();
    }
}
