//! Limits of what a server may send over HTTP/2 without progress of a response: interim responses,
//! control frames, empty DATA frames. h2 stores or answers these without a limit. Only the headers
//! of frames are read (RFC 9113 section 4.1).

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::coop;
use tokio::time::Instant;

use crate::head_limits::{HeadRefused, MAX_HEAD, MAX_INTERIM};
use godot_rustls_net::transport::Transport;

/// Consecutive frames, within [`IDLE_FOR`], that carry no byte of a body and end no response.
const MAX_IDLE: u32 = 10_000;
const IDLE_FOR: Duration = Duration::from_secs(60);

/// Bytes sent for each such frame that is permitted in addition: a server allows further sending
/// with WINDOW_UPDATE frames.
const SENT_PER_FRAME: usize = 1024;

/// Streams whose heads are counted at the same time. A stream that was reset on this side is never
/// mentioned again.
const MAX_STREAMS: usize = 1000;

/// Frames per unit of tokio's cooperative budget: a flood of tiny frames must not keep a thread
/// from other tasks.
const FRAMES_PER_UNIT: usize = 64;

const HEADER: usize = 9;

const DATA: u8 = 0x0;
const HEADERS: u8 = 0x1;
const CONTINUATION: u8 = 0x9;

const END_STREAM: u8 = 0x1;
const PADDED: u8 = 0x8;

/// The bits of a stream identifier; the first bit is reserved.
const STREAM: u32 = 0x7fff_ffff;

/// Counter of header frames that arrived.
#[derive(Debug, Clone, Default)]
pub(super) struct HeadsHeard(Arc<AtomicUsize>);

impl HeadsHeard {
    fn add(&self, is_head: bool) {
        if is_head {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns the count so far.
    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts of a connection's frames.
struct Counts {
    /// The frame header, until it is complete.
    header: Vec<u8>,
    /// Bytes of the current frame's payload that have not arrived yet.
    payload: usize,
    /// Bytes of the payload without padding, while its first byte, the length of the padding, has
    /// not arrived.
    padded: Option<usize>,
    idle: u32,
    idle_since: Instant,
    /// True if the current frame is part of a head.
    is_head: bool,
    heard: HeadsHeard,
    /// Header blocks of each stream that did not end it, and their size in bytes.
    heads: BTreeMap<u32, (usize, usize)>,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            header: Vec::with_capacity(HEADER),
            payload: 0,
            padded: None,
            idle: 0,
            idle_since: Instant::now(),
            is_head: false,
            heard: HeadsHeard::default(),
            heads: BTreeMap::new(),
        }
    }
}

impl Counts {
    /// Processes received bytes, and returns the number of frames that begin in them.
    fn received(&mut self, mut data: &[u8]) -> io::Result<usize> {
        let mut frames = 0;
        while let Some(&first) = data.first() {
            if let Some(length) = self.padded.take() {
                self.data(length.saturating_sub(usize::from(first)))?;
            }
            if self.payload > 0 {
                self.heard.add(self.is_head);
                let count = self.payload.min(data.len());
                self.payload -= count;
                data = &data[count..];
                continue;
            }
            let count = (HEADER - self.header.len()).min(data.len());
            self.header.extend_from_slice(&data[..count]);
            data = &data[count..];
            if let [a, b, c, kind, flags, d, e, f, g] = self.header[..] {
                let id = [d, e, f, g];
                let length = u32::from_be_bytes([0, a, b, c]) as usize;
                self.header.clear();
                self.payload = length;
                self.frame(kind, flags, u32::from_be_bytes(id) & STREAM, length)?;
                frames += 1;
            }
        }
        Ok(frames)
    }

    fn frame(&mut self, kind: u8, flags: u8, stream: u32, length: usize) -> io::Result<()> {
        self.is_head = matches!(kind, HEADERS | CONTINUATION);
        let ends_stream = matches!(kind, DATA | HEADERS) && flags & END_STREAM != 0;
        if ends_stream {
            self.heads.remove(&stream);
            self.idle = 0;
            return Ok(());
        }
        match kind {
            DATA if flags & PADDED != 0 && length > 0 => {
                self.padded = Some(length - 1);
                Ok(())
            }
            DATA => self.data(length),
            HEADERS => self.head(stream, 1, length),
            CONTINUATION => self.head(stream, 0, length),
            _ => self.idle(),
        }
    }

    fn data(&mut self, length: usize) -> io::Result<()> {
        if length == 0 {
            return self.idle();
        }
        self.idle = 0;
        Ok(())
    }

    /// Counts a header block that does not end its stream: that of an interim or of a final
    /// response.
    fn head(&mut self, stream: u32, blocks: usize, length: usize) -> io::Result<()> {
        if self.heads.len() >= MAX_STREAMS && !self.heads.contains_key(&stream) {
            self.heads.pop_first();
        }
        let (count, bytes) = self.heads.entry(stream).or_default();
        *count += blocks;
        *bytes += length;
        if *count > MAX_INTERIM + 1 || *bytes > MAX_HEAD {
            return Err(HeadRefused::TooManyInterim.into());
        }
        self.idle()
    }

    fn idle(&mut self) -> io::Result<()> {
        if self.idle == 0 {
            self.idle_since = Instant::now();
        }
        self.idle += 1;
        if self.idle <= MAX_IDLE {
            return Ok(());
        }
        if self.idle_since.elapsed() >= IDLE_FOR {
            self.idle = 0;
            return Ok(());
        }
        Err(io::Error::other(format!(
            "the server sent more than {MAX_IDLE} HTTP/2 frames in a row that bring nothing: no connection needs as many"
        )))
    }

    fn sent(&mut self, length: usize) {
        let excused = u32::try_from(length / SENT_PER_FRAME).unwrap_or(u32::MAX);
        self.idle = self.idle.saturating_sub(excused);
    }
}

/// Transport whose frames are counted.
pub(super) struct CountedFrames {
    transport: Transport,
    counts: Counts,
    /// Sent bytes that have permitted no frame yet.
    sent: usize,
    /// Received frames that have not used tokio's budget yet.
    unpaid: usize,
}

impl CountedFrames {
    pub(super) fn new(transport: Transport) -> Self {
        Self {
            transport,
            counts: Counts::default(),
            sent: 0,
            unpaid: 0,
        }
    }

    pub(super) fn heads_heard(&self) -> HeadsHeard {
        self.counts.heard.clone()
    }
}

impl AsyncRead for CountedFrames {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let me = &mut *self;
        while me.unpaid >= FRAMES_PER_UNIT {
            ready!(coop::poll_proceed(context)).made_progress();
            me.unpaid -= FRAMES_PER_UNIT;
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut me.transport).poll_read(context, buffer))?;
        me.unpaid += me.counts.received(&buffer.filled()[before..])?;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for CountedFrames {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let me = &mut *self;
        let count = ready!(Pin::new(&mut me.transport).poll_write(context, data))?;
        me.sent += count;
        me.counts.sent(me.sent);
        me.sent %= SENT_PER_FRAME;
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PING: u8 = 0x6;
    const WINDOW_UPDATE: u8 = 0x8;

    fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
        let mut bytes = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
        bytes.extend([kind, flags]);
        bytes.extend(stream.to_be_bytes());
        bytes.extend(payload);
        bytes
    }

    /// How many of these frames are taken.
    fn taken(counts: &mut Counts, frame: &[u8], most: u32) -> u32 {
        let mut taken = 0;
        while taken < most && counts.received(frame).is_ok() {
            taken += 1;
        }
        taken
    }

    #[test]
    fn frames_are_told_apart_however_they_are_cut() {
        let frames = [
            frame(HEADERS, 4, 1, b"head"),
            frame(DATA, PADDED, 1, b"\x02a\0\0"),
            frame(DATA, PADDED, 1, b"\x02\0\0"),
            frame(DATA, 0, 1, b""),
            frame(CONTINUATION, 0, 0x8000_0001, b"more"),
            frame(PING, 0, 0, &[0; 8]),
        ]
        .concat();
        for size in [1, 2, 9, 10, 1000] {
            let mut counts = Counts::default();
            let begun: usize = frames
                .chunks(size)
                .map(|chunk| counts.received(chunk).unwrap())
                .sum();
            assert_eq!((begun, counts.idle), (6, 4), "pieces of {size}");
            assert_eq!(counts.heads[&1], (1, 8));
            assert!(counts.heard.count() >= 2);
        }
    }

    #[test]
    fn the_end_of_a_stream_and_bytes_of_a_body_are_progress() {
        for progress in [
            frame(DATA, 0, 1, b"a"),
            frame(DATA, END_STREAM, 1, b""),
            frame(HEADERS, END_STREAM, 1, b"trailers"),
        ] {
            let mut counts = Counts::default();
            let ping = frame(PING, 0, 0, &[0; 8]);
            assert_eq!(taken(&mut counts, &ping, MAX_IDLE), MAX_IDLE);
            counts.received(&progress).unwrap();
            assert_eq!(taken(&mut counts, &ping, 2 * MAX_IDLE), MAX_IDLE);
        }
    }

    #[test]
    fn leave_to_send_on_is_excused_by_what_was_sent() {
        let mut counts = Counts::default();
        let update = frame(WINDOW_UPDATE, 0, 1, &[0, 0, 4, 0]);
        for _ in 0..3 * MAX_IDLE {
            counts.sent(SENT_PER_FRAME);
            counts.received(&update).unwrap();
        }
        assert_eq!(taken(&mut counts, &update, 2 * MAX_IDLE), MAX_IDLE - 1);
    }

    #[test]
    fn a_ping_now_and_then_is_no_flood() {
        let mut counts = Counts::default();
        let ping = frame(PING, 0, 0, &[0; 8]);
        for _ in 0..3 {
            assert_eq!(taken(&mut counts, &ping, MAX_IDLE), MAX_IDLE);
            counts.idle_since -= IDLE_FOR;
            counts.received(&ping).unwrap();
        }
    }

    #[test]
    fn heads_of_streams_that_were_given_up_are_not_kept_for_ever() {
        let mut counts = Counts::default();
        for stream in 0..5000 {
            counts
                .received(&frame(HEADERS, 4, 2 * stream + 1, b"x"))
                .unwrap();
        }
        assert_eq!(counts.heads.len(), MAX_STREAMS);
    }
}
