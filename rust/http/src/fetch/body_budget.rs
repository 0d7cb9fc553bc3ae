//! Limits of a body: announced, received and decoded bytes.

use crate::body_sink::BodySink;
use crate::decode::Decoder;
use crate::error::{FetchError, Measured};
use crate::range::ContentRange;

/// Bytes that a compressed body may grow to without a size limit. Beyond that, [`MAX_RATIO`]
/// applies.
const MAX_DECODED: u64 = 1024 * 1024 * 1024;

/// Decoded bytes for each received byte, beyond [`MAX_DECODED`].
const MAX_RATIO: u64 = 100;

/// Limit of a body, together with the file that it continues.
#[derive(Clone, Copy)]
pub(super) struct BodyBudget {
    limit: Option<u64>,
    /// Bytes of the file that precede this body.
    before: u64,
    /// Bytes that the file has at least.
    total: u64,
}

impl BodyBudget {
    /// Returns the limit of a body. `range` is the part of the file that the body is.
    pub(super) fn new(limit: Option<u64>, range: Option<ContentRange>) -> Self {
        Self {
            limit,
            before: range.map_or(0, |range| range.first),
            total: range.map_or(0, |range| range.total.unwrap_or(range.last + 1)),
        }
    }

    /// Checks the length that the server announced.
    pub(super) fn check_announced(self, length: u64) -> Result<(), FetchError> {
        let whole = self.before.saturating_add(length).max(self.total);
        check(self.limit, whole, Measured::Announced)
    }

    /// Checks the bytes received so far.
    pub(super) fn check_received(self, length: u64) -> Result<(), FetchError> {
        let whole = self.before.saturating_add(length);
        check(self.limit, whole, Measured::Received)
    }
}

/// Writer that counts and limits decoded bytes on their way to the sink.
pub(super) struct BoundedWriter<'a> {
    pub(super) sink: &'a mut dyn BodySink,
    limit: Option<u64>,
    /// Bytes of the body as received.
    pub(super) received: u64,
    /// Bytes passed to the sink.
    pub(super) written: u64,
}

impl<'a> BoundedWriter<'a> {
    pub(super) fn new(sink: &'a mut dyn BodySink, budget: BodyBudget) -> Self {
        Self {
            sink,
            limit: budget.limit,
            received: 0,
            written: 0,
        }
    }

    pub(super) fn write(&mut self, piece: &[u8]) -> Result<(), FetchError> {
        self.written += piece.len() as u64;
        self.sink.write(piece)
    }

    /// Writes a piece, and waits until the sink takes another one.
    pub(super) async fn write_when_ready(&mut self, piece: &[u8]) -> Result<(), FetchError> {
        self.write(piece)?;
        if let Some(ready) = self.sink.until_ready() {
            ready.await;
        }
        Ok(())
    }

    /// Decodes a piece. A few bytes can grow to gigabytes, so other tasks and time limits run in
    /// between.
    pub(super) async fn write_decoded(
        &mut self,
        decoder: &mut Decoder,
        mut input: &[u8],
    ) -> Result<(), FetchError> {
        loop {
            let Some(piece) = decoder.step(&mut input)? else {
                return Ok(());
            };
            if !piece.is_empty() {
                let size = self.written + piece.len() as u64;
                check(self.limit, size, Measured::Decoded)?;
                self.write_when_ready(piece).await?;
            }
            self.check_ratio(decoder.made())?;
            tokio::task::yield_now().await;
        }
    }

    fn check_ratio(&self, made: u64) -> Result<(), FetchError> {
        if self.limit.is_some() || made <= MAX_DECODED || made / MAX_RATIO <= self.received {
            return Ok(());
        }
        Err(FetchError::DecompressionBomb {
            received: self.received,
        })
    }
}

fn check(limit: Option<u64>, size: u64, measured: Measured) -> Result<(), FetchError> {
    match limit {
        Some(limit) if size > limit => Err(FetchError::BodyTooLarge {
            limit,
            size,
            measured,
        }),
        _ => Ok(()),
    }
}
